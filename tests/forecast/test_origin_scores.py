"""Scores of draws by row and of the mean of a quarter."""

from dataclasses import replace

import numpy as np
import pytest
from costfloor.forecast.scores import MIN_INDEX_ROWS, OriginScore, crps, score_draws
from made_up import made_up_panel

OBS = made_up_panel()
SCORED = OBS.time_years > 3.0
ROWS = np.flatnonzero(SCORED)
QUARTER = np.floor(OBS.time_years[ROWS] / 0.25).astype(int)
UNITS = len(np.unique(OBS.unit[ROWS]))


def scored(simulated: np.ndarray) -> OriginScore:
    return score_draws(OBS, SCORED, simulated, np.zeros(UNITS), 0.0)


def test_rows_carry_their_model_host_and_quarter() -> None:
    score = scored(np.random.default_rng(1).normal(size=(200, len(ROWS))))
    np.testing.assert_array_equal(score.row_unit, OBS.unit[ROWS])
    np.testing.assert_array_equal(score.row_host, OBS.host[ROWS])
    np.testing.assert_array_equal(score.row_quarter, QUARTER)
    for unit, quarter in zip(score.unit, score.unit_quarter, strict=True):
        assert quarter == QUARTER[OBS.unit[ROWS] == unit].min()


def test_a_quarter_is_scored_by_the_mean_of_its_rows_from_as_many_rows_as_it_takes() -> None:
    simulated = np.random.default_rng(2).normal(size=(500, len(ROWS)))
    score = scored(simulated)
    codes, count = np.unique(QUARTER, return_counts=True)
    assert score.index_quarter.tolist() == codes[count >= MIN_INDEX_ROWS].tolist()
    for quarter, value in zip(score.index_quarter, score.index_crps, strict=True):
        within = quarter == QUARTER
        mean = simulated[:, within].mean(axis=1, keepdims=True)
        assert value == pytest.approx(crps(mean, OBS.log_price[ROWS][within].mean(keepdims=True))[0])


def test_an_error_that_all_rows_share_is_seen_in_quarters_and_not_in_rows() -> None:
    """Two forecasters with the same distribution of every row: one knows that rows move together, as they do here."""
    rng = np.random.default_rng(3)
    shared, own = rng.normal(size=(4000, 1)), rng.normal(size=(4000, len(ROWS)))
    apart = rng.normal(size=(4000, len(ROWS)))
    together, alone = np.sqrt(0.5) * (shared + own), np.sqrt(0.5) * (apart + own)
    rows, quarters = [], []
    for draw in range(100):
        truth = OBS.log_price.copy()
        truth[ROWS] = together[draw]
        world = replace(OBS, log_price=truth)
        first, second = (score_draws(world, SCORED, draws, np.zeros(UNITS), 0.0) for draws in (together, alone))
        rows.append(second.crps.mean() - first.crps.mean())
        quarters.append(second.index_crps.mean() - first.index_crps.mean())
    assert np.mean(rows) == pytest.approx(0.0, abs=0.02)
    assert np.mean(quarters) > 0.05
