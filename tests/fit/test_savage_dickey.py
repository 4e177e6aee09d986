"""Bayes factors of a point: what the densities say where they are known, and how far draws can tell."""

from types import SimpleNamespace

import numpy as np
import pytest
from costfloor.fit.savage_dickey import PointNull, point_nulls
from costfloor.laws import LAWS
from scipy.stats import norm

MEAN, SD = 0.5, 0.5
"""Of the prior of the share of the initial rate that the encompassing law keeps."""


def from_draws(mean: float, sd: float, size: int = 6000) -> dict[str, PointNull]:
    """Bayes factors where the posterior of the kept share is normal."""
    draws = np.random.default_rng(3).normal(mean, sd, size)
    fit = SimpleNamespace(draws=lambda _: draws, law=LAWS["encompassing"])
    return {null.null: null for null in point_nulls(fit)}  # type: ignore[arg-type]


def test_the_prior_is_what_these_tests_take_it_for() -> None:
    population = LAWS["encompassing"].family_parameters["kept_share"].population
    assert population.logpdf(np.array(0.2)) == pytest.approx(norm.logpdf(0.2, MEAN, SD))


@pytest.mark.parametrize(
    ("mean", "sd", "null", "point"),
    [
        (0.5, 0.5, "no decay", 1.0),
        (0.5, 0.5, "no floor", 0.0),
        (0.3, 0.2, "no floor", 0.0),
        (0.9, 0.15, "no decay", 1.0),
    ],
)
def test_it_is_the_ratio_of_the_densities(mean: float, sd: float, null: str, point: float) -> None:
    bayes_factor = from_draws(mean, sd)[null]
    # The kernel widens a normal density by its bandwidth, which makes the most of it in the tail.
    bandwidth = 0.9 * sd * 6000**-0.2
    expected = norm.pdf(point, mean, np.hypot(sd, bandwidth)) / norm.pdf(point, MEAN, SD)
    assert bayes_factor.bayes_factor == pytest.approx(expected, rel=4 * bayes_factor.relative_mcse)
    assert bayes_factor.relative_mcse < 0.15


def test_a_point_out_of_reach_has_no_size_and_no_draw_beyond() -> None:
    far = from_draws(0.3, 0.02)["no decay"]
    assert far.bayes_factor == 0.0
    assert far.relative_mcse == np.inf
    assert (far.draws, far.beyond) == (6000, 0)


def test_draws_beyond_are_those_on_the_side_with_fewer() -> None:
    nulls = from_draws(0.3, 0.2)
    draws = np.random.default_rng(3).normal(0.3, 0.2, 6000)
    assert nulls["no floor"].beyond == np.sum(draws < 0)
    assert nulls["no decay"].beyond == np.sum(draws > 1)
