"""A moving name that changes to the price of its vendor's new model no longer means the old one."""

from typing import Any

import pandas as pd
import pytest
from costfloor.data.moved_names import without_moved_names

MODELS = pd.DataFrame(
    {
        "model_key": ["maker/old", "maker/new", "rival/new"],
        "creator": ["maker", "maker", "rival"],
        "release_date": pd.to_datetime(["2025-12-01", "2026-04-24", "2026-04-24"]),
    }
)
MOVED = "moving name, now at the price of maker/new"


def spell(model_id: str, model_key: str, day: str, price: float, **other: Any) -> dict[str, Any]:
    return {
        "source": "models_dev",
        "provider": "maker",
        "model_id": model_id,
        "model_key": model_key,
        "match_basis": "registered id",
        "unresolved_reason": None,
        "event": "first",
        "recorded_on": pd.Timestamp(day),
        "input_usd_per_mtok": price,
        "output_usd_per_mtok": 2 * price,
        **other,
    }


def name_of(**other: Any) -> dict[str, Any]:
    """The spell of a moving name, a day after the new model came out."""
    stated: dict[str, Any] = {"match_basis": "moving name", "event": "change"}
    return spell("chat", "maker/old", "2026-04-25", 0.14, **(stated | other))


def table_of(*spells: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(spells).astype({"unresolved_reason": "str"})


def reason_of(*spells: dict[str, Any]) -> Any:
    """Why the first spell is unresolved after all are looked at; the others stay as they are."""
    table = table_of(*spells)
    looked_at = without_moved_names(table, MODELS)
    pd.testing.assert_frame_equal(looked_at.iloc[1:], table.iloc[1:])
    first = looked_at.iloc[0]
    assert pd.isna(first["model_key"]) == pd.isna(first["match_basis"]) == pd.notna(first["unresolved_reason"])
    return first["unresolved_reason"]


def test_a_name_at_the_price_of_the_new_model_is_unresolved() -> None:
    assert reason_of(name_of(), spell("new", "maker/new", "2026-04-25", 0.14)) == MOVED
    # A hair's breadth of floating point is no other price.
    assert reason_of(name_of(), spell("new", "maker/new", "2026-04-25", 0.14 * (1 + 1e-12))) == MOVED


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(spell("new", "maker/new", "2026-04-25", 0.15), id="another price"),
        pytest.param(spell("new", "maker/new", "2026-04-25", 0.14, output_usd_per_mtok=0.3), id="another output price"),
        pytest.param(spell("new", "rival/new", "2026-04-25", 0.14), id="another creator"),
        pytest.param(spell("new", "maker/new", "2026-04-25", 0.14, provider="host"), id="another seller"),
        pytest.param(spell("old", "maker/old", "2026-04-25", 0.14), id="no newer model"),
    ],
)
def test_what_says_nothing_of_a_move_leaves_the_name(other: dict[str, Any]) -> None:
    assert pd.isna(reason_of(name_of(), other))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name_of(recorded_on=pd.Timestamp("2026-04-20")), id="before the new model was out"),
        pytest.param(name_of(event="first"), id="no change of price"),
        pytest.param(name_of(match_basis="registered id"), id="no moving name"),
    ],
)
def test_a_name_stays_where_it_may(name: dict[str, Any]) -> None:
    assert pd.isna(reason_of(name, spell("new", "maker/new", "2026-04-25", 0.14)))


def test_names_that_were_looked_up_for_the_day_stay() -> None:
    """Until the compiled record ends, somebody has said what a moving name means."""
    models = MODELS.assign(release_date=pd.to_datetime(["2025-01-01", "2025-11-01", "2025-11-01"]))
    table = table_of(name_of(recorded_on=pd.Timestamp("2025-12-01")), spell("new", "maker/new", "2025-12-01", 0.14))
    pd.testing.assert_frame_equal(without_moved_names(table, models), table)
