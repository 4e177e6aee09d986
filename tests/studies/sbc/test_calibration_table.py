"""The table of simulation-based calibration as a whole: how often a right program fails, and which wrong ones are found."""

from itertools import product

import numpy as np
import pytest
from costfloor.studies.sbc.exact import exact_uniformity, p_of_depth
from costfloor.studies.sbc.ranks import uniformity
from costfloor.studies.sbc.study import RANKED_DRAWS, SIMULATIONS, Calibration, calibration_row
from scipy import stats

ROWS = 89
"""Quantities of the six laws."""


def test_the_p_value_is_the_share_of_all_sets_of_ranks_that_depart_as_far() -> None:
    draws, simulations = 3, 4
    sets = np.array(list(product(range(draws + 1), repeat=simulations)))
    p_values = np.array([exact_uniformity(ranks, draws).p_value for ranks in sets])
    for p_value in np.unique(p_values.round(12)):
        assert (p_values <= p_value + 1e-9).mean() == pytest.approx(p_value)


def test_the_p_value_is_that_of_the_simulated_null_within_its_error() -> None:
    rng = np.random.default_rng(2)
    for simulations in (200, SIMULATIONS):
        for _ in range(5):
            ranks = rng.integers(RANKED_DRAWS + 1, size=simulations)
            exact, simulated = exact_uniformity(ranks, RANKED_DRAWS), uniformity(ranks, RANKED_DRAWS)
            error = np.sqrt(exact.p_value * (1.0 - exact.p_value) / 4000)
            assert abs(exact.p_value - simulated.p_value) < 4.5 * error + 1 / 4001
            assert (exact.simulations, exact.furthest) == (simulated.simulations, simulated.furthest)


def test_any_number_of_rows_can_fail() -> None:
    assert p_of_depth(0.0, SIMULATIONS, RANKED_DRAWS) == pytest.approx(0.0, abs=1e-12)
    assert p_of_depth(2.0, SIMULATIONS, RANKED_DRAWS) == 1.0
    assert not calibration_row("plateau", "rate_now", np.zeros(SIMULATIONS, int), 100_000).passed


def test_a_right_program_fails_in_six_of_a_hundred_tables_at_most() -> None:
    rng, tables, rows = np.random.default_rng(3), 100, 12
    failed = 0
    for _ in range(tables):
        ranks = rng.integers(RANKED_DRAWS + 1, size=(rows, 100))
        table = tuple(calibration_row("plateau", str(number), values, rows) for number, values in enumerate(ranks))
        failed += not all(row.passed for row in table)
        assert not Calibration(table, {}).complete
    assert failed <= stats.binom.ppf(0.999, tables, 0.06)
    assert not Calibration((), {}).passed


@pytest.mark.parametrize(
    ("bias", "spread", "least", "most"),
    [(0.3, 1.0, 0.8, 1.0), (0.0, 0.75, 0.9, 1.0), (0.0, 0.8, 0.6, 1.0), (0.0, 1.4, 0.9, 1.0), (0.05, 1.0, 0.0, 0.2)],
    ids=["biased by 0.3", "a quarter too narrow", "a fifth too narrow", "two fifths too wide", "biased by 0.05"],
)
def test_what_is_found_of_one_wrong_quantity_among_all(bias: float, spread: float, least: float, most: float) -> None:
    """A posterior off by `bias` standard deviations, or `spread` times as wide as it should be, fails in such a share of runs."""
    rng, runs = np.random.default_rng(4), 60
    truths = rng.normal(size=(runs, SIMULATIONS))
    ranks = rng.binomial(RANKED_DRAWS, stats.norm.cdf((truths - bias) / spread))
    failed = np.mean([not calibration_row("plateau", "rate_now", values, ROWS).passed for values in ranks])
    assert least <= failed <= most
