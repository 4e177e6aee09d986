"""Rates recover what is there, their errors are those of other programs and cover, and too little data gives no rate."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from costfloor.studies.witnesses.rates import exposure, fit_within, witness
from costfloor.studies.witnesses.result import agreement, side
from made_up_rates import rate

RNG = np.random.default_rng(20261129)


def panel(path: "pd.Series[float]", cells: int, noise: float, rng: np.random.Generator = RNG) -> pd.DataFrame:
    """Cells with levels of their own that follow one path, each a cluster."""
    rows = [
        (day, gain + level + noise * rng.standard_normal(), f"c{cell}", f"c{cell}")
        for cell, level in enumerate(rng.standard_normal(cells))
        for day, gain in path.items()
    ]
    return pd.DataFrame(rows, columns=["date", "gain", "cell", "cluster"])


def slowing(early: float, late: float) -> "pd.Series[float]":
    days = pd.date_range("2022-01-01", "2026-01-01", freq="QS")
    years = (days - days[0]).days.to_numpy() / 365.25
    return pd.Series(early * np.minimum(years, 2.0) + late * np.maximum(years - 2.0, 0.0), index=days)


def test_a_rate_its_years_and_its_change_are_recovered() -> None:
    found = witness("any", panel(slowing(0.6, 0.2), 12, 0.01))
    assert found is not None
    assert found.before is not None and found.after is not None and found.change is not None
    assert found.before.value == pytest.approx(0.6, abs=0.01)
    assert found.after.value == pytest.approx(0.2, abs=0.01)
    assert found.change.high < 0.0
    assert {year.year: round(year.rate.value, 1) for year in found.years} == {
        2022: 0.6,
        2023: 0.6,
        2024: 0.2,
        2025: 0.2,
    }
    assert found.half == "2024-01-01"
    assert (found.first, found.last, found.clusters, found.observations) == ("2022-01-01", "2026-01-01", 12, 12 * 17)


def test_who_carries_a_rate_is_named() -> None:
    rows = panel(slowing(0.1, 0.1), 6, 0.001)
    steep = (rows["cluster"] == "c3") & (rows["date"] > "2025-12-31")
    found = witness("any", rows.assign(gain=rows["gain"] + 3.0 * steep))
    assert found is not None
    assert found.carried_by == "c3"
    assert found.without == pytest.approx(0.1, abs=0.01)
    assert found.rate.value > 0.13


def test_two_clusters_give_no_rate_and_one_date_none() -> None:
    assert witness("any", panel(slowing(0.1, 0.1), 2, 0.1)) is None
    assert witness("any", panel(pd.Series({pd.Timestamp("2024-01-01"): 0.0}), 5, 0.1)) is None


def test_errors_of_one_row_a_cluster_are_those_of_hc2() -> None:
    x, y = RNG.standard_normal((40, 2)), RNG.standard_normal(40)
    fit = fit_within(x, y, np.zeros(40, int), np.arange(40))
    # Within one cell is with a constant; HC2 then has its leverage too, which this leaves out.
    deviations = x - x.mean(axis=0)
    other = sm.OLS(y - y.mean(), deviations).fit(cov_type="HC2")
    for place in range(2):
        found = fit.rate(np.eye(2)[place])
        assert found is not None
        assert found.value == pytest.approx(other.params[place])
        assert found.se == pytest.approx(other.bse[place])


def test_intervals_cover_with_eight_unequal_clusters() -> None:
    rng, held = np.random.default_rng(7), 0
    sizes = [40, 20, 10, 10, 5, 5, 5, 5]
    clusters = np.repeat(np.arange(8), sizes)
    for _ in range(400):
        time = rng.uniform(0.0, 1.0, len(clusters))
        slopes = 0.5 + 0.3 * rng.standard_normal(8)
        gain = slopes[clusters] * time + 0.1 * rng.standard_normal(len(clusters))
        found = fit_within(exposure(time, [0.0, 1.0]), gain, clusters, clusters).rate(np.ones(1))
        assert found is not None
        held += found.low <= 0.5 <= found.high
    assert 0.86 <= held / 400 <= 0.97


def test_a_combination_that_the_data_do_not_tell_has_no_rate() -> None:
    same = np.arange(10.0)[:, None] @ np.ones((1, 2))
    fit = fit_within(same, np.arange(10.0), np.zeros(10, int), np.arange(10))
    assert fit.rate(np.array([1.0, 0.0])) is None
    both = fit.rate(np.array([0.5, 0.5]))
    assert both is None or both.value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("low", "high", "where"),
    [(0.0, 0.1, "below"), (0.17, 0.22, "within"), (0.3, 0.4, "above"), (0.1, 0.2, "open"), (0.0, 0.5, "open")],
)
def test_an_interval_lies_on_a_side_only_as_a_whole(low: float, high: float, where: str) -> None:
    assert side(rate((low + high) / 2.0, (high - low) / 2.0)) == where


def test_agreement_is_a_question_of_errors() -> None:
    assert agreement([("a", rate(0.1, 0.1))]) is None
    near = agreement([("a", rate(0.1, 0.1)), ("b", rate(0.2, 0.1))])
    far = agreement([("a", rate(0.1, 0.01)), ("b", rate(0.2, 0.01))])
    assert near is not None and far is not None
    doubtful = agreement([("a", rate(0.1, 0.06)), ("b", rate(0.2, 0.06))])
    assert doubtful is not None
    assert [near.verdict, doubtful.verdict, far.verdict] == ["alike", "doubtful", "apart"]
    assert near.common.value == pytest.approx(0.15)
