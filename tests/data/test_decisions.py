"""Files that people edit: what is refused, and that a new decision leaves the old ones alone."""

from pathlib import Path

import pandas as pd
import pytest
from costfloor.data.decisions import (
    DECISIONS,
    ZERO_PRICE,
    apply_decisions,
    decide,
    decided,
    load_mapping,
    whole_ids,
    without_quote,
)
from costfloor.data.raw import written_table
from costfloor.errors import InputError
from store import bare_store

Q1, Q2 = "litellm-000000000001", f"litellm-{2:032x}"
QUOTES = pd.DataFrame({"quote_id": [Q1, Q2], "status": "kept", "reason": None})
MODELS = pd.DataFrame({"model_key": ["acme/four"]})
HEADER = "quote_id,decision,who,decided_on,why"
MAPPING = "source,provider,model_id,model_key,valid_from,valid_to,note"


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / "raw" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_decision_comes_after_those_before_it(tmp_path: Path, end: str) -> None:
    write(tmp_path, "decisions.csv", HEADER, f'{Q1},reject,Ada,2026-01-31,"a promotion, not\na price"' + end)
    decide(bare_store(tmp_path), QUOTES, Q2, "reject", "Bob", "a slip")
    found = written_table(bare_store(tmp_path), DECISIONS)
    assert found[["quote_id", "decision", "who", "why"]].to_numpy().tolist() == [
        [Q1, "reject", "Ada", "a promotion, not a price"],
        [Q2, "reject", "Bob", "a slip"],
    ]
    assert found["decided_on"].iloc[0] == pd.Timestamp("2026-01-31")


def test_the_first_decision_starts_the_file(tmp_path: Path) -> None:
    decide(bare_store(tmp_path), QUOTES, Q2, "reject", "Bob", "a slip")
    assert written_table(bare_store(tmp_path), DECISIONS)["quote_id"].tolist() == [Q2]


def test_a_broken_file_takes_no_decision(tmp_path: Path) -> None:
    path = write(tmp_path, "decisions.csv", HEADER, f"{Q1},reject,Ada,2026-01-31,a promotion, not a price")
    before = path.read_bytes()
    with pytest.raises(InputError, match="Put quotes around a field that holds a comma") as caught:
        decide(bare_store(tmp_path), QUOTES, Q2, "reject", "Bob", "a slip")
    assert (caught.value.file, caught.value.row) == (path, 1)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("who", "why", "named"), [("Ada", " ", "needs a reason"), ("", "a slip", "Say who")])
def test_a_decision_needs_a_name_and_a_reason(tmp_path: Path, who: str, why: str, named: str) -> None:
    with pytest.raises(InputError, match=named):
        decide(bare_store(tmp_path), QUOTES, Q1, "reject", who, why)
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["datapackage.json"]


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("nosuch,,a4,acme/four,,,", "source", "nosuch"),
        (",,a4,acme/four,2025-02-01,2025-01-01,", "valid_to", "2025-01-01"),
        (",,a4,acme/four,2025-02-01,2025-02-01,", "valid_to", "2025-02-01"),
        (",,a4,acme/five,,,", "model_key", "acme/five"),
        (",,a4,acme/four,,,a rebrand, they say", None, ",,a4,acme/four,,,a rebrand, they say"),
    ],
)
def test_a_wrong_row_of_the_mapping_is_named(tmp_path: Path, row: str, column: str | None, value: str) -> None:
    path = write(tmp_path, "mapping.csv", MAPPING, "models_dev,acme,a4,acme/four,2025-01-01,2025-02-01,", row)
    with pytest.raises(InputError) as caught:
        load_mapping(bare_store(tmp_path), MODELS)
    error = caught.value
    assert (error.file, error.row, error.column, error.value) == (path, 2, column, value)
    assert error.remedy or column in {"source", "model_key"}


SPELLS = pd.DataFrame(
    {
        "quote_id": [Q1, Q2, f"litellm-{3:032x}", f"litellm-{4:032x}"],
        "source": "litellm",
        "provider": "acme",
        "model_id": "a4",
        "tier": pd.Series([None] * 4, dtype="str"),
        "event": ["first", "auxiliary", "auxiliary", "change"],
        "recorded_on": pd.to_datetime(["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
    }
)


def made(*rows: tuple[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["quote_id", "decision"]).astype("str")
    return frame.assign(who="Ada", decided_on=pd.Timestamp("2026-05-01"), why="a slip")


def test_a_decision_goes_on_with_the_price_when_only_its_cached_price_moves() -> None:
    found = decided(SPELLS, made((Q1, "reject")))
    assert found["decision"].tolist()[:3] == ["reject"] * 3
    assert pd.isna(found["decision"].iloc[3])
    assert found["rejection"].iloc[2] == "rejected by Ada: a slip"
    later = decided(SPELLS, made((Q1, "reject"), (Q2, "accept")))
    assert later["decision"].tolist()[:3] == ["reject", "accept", "accept"]
    assert decided(SPELLS, made())["decision"].isna().all()


def test_an_id_of_twelve_digits_is_still_that_of_its_quote() -> None:
    long = SPELLS.assign(quote_id=[f"litellm-{number:012x}{7:020x}" for number in range(4)])
    assert whole_ids(pd.Series(["litellm-000000000002"]), long["quote_id"]).tolist() == [long["quote_id"].iloc[2]]
    assert whole_ids(pd.Series(["litellm-00000000000f"]), long["quote_id"]).tolist() == ["litellm-00000000000f"]
    exact = pd.concat([long["quote_id"], pd.Series(["litellm-000000000002"])])
    assert whole_ids(pd.Series(["litellm-000000000002"]), exact).tolist() == ["litellm-000000000002"]
    twice = pd.concat([long["quote_id"], pd.Series([f"litellm-{2:012x}{8:020x}"])])
    with pytest.raises(InputError, match="the beginning of several ids") as caught:
        whole_ids(pd.Series(["litellm-000000000001", "litellm-000000000002"]), twice)
    assert (caught.value.row, caught.value.value) == (2, "litellm-000000000002")


def test_a_decision_on_no_quote_is_named_with_the_nearest() -> None:
    (line,) = without_quote(made((Q1, "reject"), ("litellm-000000000101", "reject")), SPELLS["quote_id"])
    assert "row 2" in line
    assert repr(Q1) in line


def test_what_has_no_price_cannot_be_accepted(tmp_path: Path) -> None:
    """Nor does a decision of before count: one such row would leave a panel that no command can read."""
    free = QUOTES.assign(status="quarantined", reason=ZERO_PRICE)
    with pytest.raises(InputError, match="cannot be accepted"):
        decide(bare_store(tmp_path), free, free["quote_id"].iloc[0], "accept", "Ada", "it is free")
    reasons = pd.Series([ZERO_PRICE], dtype="str")
    accepted = pd.DataFrame({"decision": ["accept"], "rejection": [None]})
    assert apply_decisions(reasons, accepted).tolist() == [ZERO_PRICE]
