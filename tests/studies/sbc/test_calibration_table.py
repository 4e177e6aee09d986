"""The table of simulation-based calibration as a whole: how often a right program fails, and which wrong ones are found."""

import numpy as np
import pytest
from costfloor.studies.sbc.study import RANKED_DRAWS, SIMULATIONS, Calibration, calibration_row
from scipy import stats

ROWS = 89
"""Quantities of the six laws."""


def test_a_right_program_fails_in_at_most_six_of_a_hundred_tables() -> None:
    rng = np.random.default_rng(3)
    tables, rows = 100, 25
    failed = 0
    for _ in range(tables):
        ranks = rng.integers(RANKED_DRAWS + 1, size=(rows, 200))
        table = tuple(calibration_row("plateau", str(number), values, rows) for number, values in enumerate(ranks))
        failed += not Calibration(table, {}).passed
    assert failed <= stats.binom.ppf(0.999, tables, 0.06)


@pytest.mark.parametrize(
    ("bias", "spread", "share"),
    [(0.3, 1.0, 0.8), (0.0, 0.75, 0.8), (0.0, 1.4, 0.8), (0.1, 1.0, 0.0)],
    ids=["biased by 0.3", "a quarter too narrow", "two fifths too wide", "biased by 0.1"],
)
def test_what_one_wrong_quantity_among_all_looks_like(bias: float, spread: float, share: float) -> None:
    """A posterior off by `bias` standard deviations, or `spread` times as wide as it should be, is found in `share` of runs."""
    rng, runs = np.random.default_rng(4), 60
    truths = rng.normal(size=(runs, SIMULATIONS))
    ranks = rng.binomial(RANKED_DRAWS, stats.norm.cdf((truths - bias) / spread))
    failed = sum(not calibration_row("plateau", "rate_now", values, ROWS).passed for values in ranks)
    assert failed >= share * runs
    if share == 0.0:
        assert failed <= 0.2 * runs
