"""Models fall into the right band, and a band opens when the frontier passes the last one."""

import pandas as pd
import pytest
from costfloor.capability.bands import BANDS, assign_bands, band_edges, placed_anchors
from costfloor.errors import InputError

LEVELS = (100.0, 112.0, 122.0, 142.0, 150.0)
ANCHORS = {band.anchor: level for band, level in zip(BANDS, LEVELS, strict=True)}
LAUNCHED = {
    "openai/gpt-3.5-turbo-0613": "2023-06-13",
    "openai/gpt-4-0314": "2023-03-14",
    "openai/o1": "2024-12-17",
    "openai/gpt-5": "2025-08-07",
}


def capability(**others: float | tuple[float, int]) -> pd.DataFrame:
    """The anchors and other models, each a capability or (capability, number of benchmarks)."""
    values = {key: value if isinstance(value, tuple) else (value, 10) for key, value in (ANCHORS | others).items()}
    return pd.DataFrame(
        [(key, value, 1.0, n) for key, (value, n) in values.items()],
        columns=["model_key", "capability", "capability_sd", "n_benchmarks"],
    )


def models(**released: tuple[str | None, str | None]) -> pd.DataFrame:
    dates = {"openai/davinci": (None, None)} | {key: (date, "day") for key, date in LAUNCHED.items()} | released
    return pd.DataFrame(
        [(key, key.split("/")[-1], date, precision) for key, (date, precision) in dates.items()],
        columns=["model_key", "name", "release_date", "release_date_precision"],
    )


def test_edges_lie_midway() -> None:
    centres, lower = band_edges(capability())
    assert centres.tolist() == list(LEVELS)
    assert lower.tolist() == [-float("inf"), 106.0, 117.0, 132.0, 146.0]


def test_each_model_is_in_the_band_of_its_mean() -> None:
    banded = assign_bands(capability(weak=20.0, below=116.999, at=117.0, o1ish=145.9, beyond=400.0), models())
    got = banded.set_index("model_key")
    assert got.loc[["weak", "below", "at", "o1ish", "beyond"], "band"].tolist() == [
        "GPT-3",
        "GPT-3.5",
        "GPT-4",
        "o1",
        "GPT-5",
    ]
    assert got.loc[[band.anchor for band in BANDS], "band"].tolist() == [band.name for band in BANDS]
    assert got.loc["at", "band_centre"] == 122.0


def test_rows_keep_their_order_and_columns() -> None:
    table = capability(weak=20.0).iloc[::-1]
    banded = assign_bands(table, models())
    pd.testing.assert_frame_equal(banded[table.columns.tolist()], table)


def test_falling_anchor_is_named() -> None:
    with pytest.raises(InputError, match="anchor of band o1 is not above"):
        assign_bands(capability(**{"openai/o1": 121.0}), models())


@pytest.mark.parametrize("scores", [0, 2])
def test_anchor_with_too_few_scores_stands_where_all_scores_put_it(scores: int) -> None:
    """A past view knows little of old anchors: its bands lie where those of today do."""
    known = capability(**{"openai/gpt-4-0314": (90.0, scores)}, weaker=116.0, stronger=131.0)
    if not scores:
        known = known[known["n_benchmarks"] > 0]
    banded = assign_bands(known, models())
    places = {band.name: band.place for band in BANDS}
    centres = banded.groupby("band")["band_centre"].first()
    assert centres["GPT-4"] == places["GPT-4"] == placed_anchors(known)["openai/gpt-4-0314"]
    assert centres["o1"] == ANCHORS["openai/o1"]
    got = banded.set_index("model_key")
    assert got.loc[["weaker", "stronger"], "band"].tolist() == ["GPT-3.5", "GPT-4"]


def band_names(banded: pd.DataFrame) -> list[str]:
    return [str(name) for name in banded.sort_values("capability")["band"].unique()]


def test_band_opens_when_the_frontier_passes_the_last_centre_by_the_median_spacing() -> None:
    # The five are 12, 10, 20 and 8 apart: 11.
    released = {"below": ("2026-01-01", "day"), "first": ("2026-02-01", "day"), "later": ("2026-03-01", "day")}
    banded = assign_bands(capability(below=160.9, first=161.0, later=171.9), models(**released))
    assert band_names(banded) == [*(band.name for band in BANDS), "first"]
    got = banded.set_index("model_key")
    assert got.loc["below", ["band", "band_centre"]].tolist() == ["first", 161.0]
    assert got.loc["later", "band"] == "first"
    further = assign_bands(capability(first=161.0, later=172.0), models(**released))
    assert band_names(further)[-2:] == ["first", "later"]


def test_known_bands_stay_when_another_opens() -> None:
    plain = assign_bands(capability(), models())
    grown = assign_bands(capability(first=170.0), models(first=("2026-02-01", "day")))
    pd.testing.assert_frame_equal(plain, grown[grown["model_key"] != "first"])


@pytest.mark.parametrize(("measured", "precision"), [(2, "day"), (10, "month")])
def test_no_band_opens_on_weak_evidence(measured: int, precision: str) -> None:
    banded = assign_bands(capability(first=(170.0, measured)), models(first=("2026-02-01", precision)))
    assert band_names(banded) == [band.name for band in BANDS]


def test_bands_do_not_depend_on_the_order_of_rows() -> None:
    released = {"first": ("2026-02-01", "day"), "twin": ("2026-02-01", "day"), "later": ("2026-03-01", "day")}
    table, launches = capability(first=165.0, twin=165.0, later=180.0), models(**released)
    banded = assign_bands(table, launches).sort_values("model_key", ignore_index=True)
    shuffled = assign_bands(table.sample(frac=1, random_state=3), launches.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(banded, shuffled.sort_values("model_key", ignore_index=True))


def test_band_whose_anchor_came_later_has_not_opened() -> None:
    banded = assign_bands(capability().query("model_key != 'openai/gpt-5'"), models())
    assert band_names(banded) == ["GPT-3", "GPT-3.5", "GPT-4", "o1"]
