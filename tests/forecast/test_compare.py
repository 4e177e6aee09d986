"""Scores of a law, their differences and standard errors."""

from dataclasses import replace

import numpy as np
import pytest
from costfloor.fit.quantities import FLOOR_CLAIM, floor_prior
from costfloor.fit.request import priors_of
from costfloor.forecast.compare import _law_score, _prior_probability_of_claim
from costfloor.forecast.elpd import difference
from costfloor.laws import LAWS
from costfloor.laws.plateau import FLOOR, FLOOR_SPREAD
from origin_scores import score
from scipy.stats import norm, t

MONTHS = 3


def test_scores_of_a_law_by_hand() -> None:
    origins = [
        score([-1.0, -2.0, -6.0], [0, 1, 2], [4, 4, 5], [0.1, 0.2, 0.3, 0.4], [True, True, False, True]),
        score([-4.0, -2.0, -3.0], [0, 3, 2], [4, 5, 5], [0.5, 0.6], [True, False]),
    ]
    got = _law_score(origins, MONTHS, 0.25, (0.1, 0.4))
    assert got.elpd == pytest.approx(-18.0)
    # Around the mean of -3 the quarters 4 and 5 have +2 and -2, more than any model; two blocks of one size have one degree of freedom.
    assert got.se == pytest.approx(np.sqrt(2 * (2**2 + 2**2)) * t.ppf(0.95, 1) / norm.ppf(0.95))
    assert got.crps == pytest.approx(0.35)
    assert got.coverage90 == pytest.approx(4 / 6)
    assert (got.weight, got.weight_ci90) == (0.25, (0.1, 0.4))


def test_the_difference_is_paired_by_unit() -> None:
    first = [score([-1.0, -10.0, -2.0], [0, 1, 2], [1, 2, 1], [0.0], [True])]
    second = [score([-3.0, -12.0, -4.0], [0, 1, 2], [1, 2, 1], [0.0], [True])]
    gap, se, mcse = difference(first, second, MONTHS)
    assert mcse == 0.0
    # Each law's own score varies by unit, the difference does not.
    assert gap == pytest.approx(6.0)
    assert se == pytest.approx(0.0)
    assert _law_score(first, MONTHS, 1.0, (1.0, 1.0)).se != pytest.approx(0.0)
    assert difference(second, first, MONTHS)[0] == pytest.approx(-6.0)


def test_sampling_error_of_both_laws_and_all_origins_counts() -> None:
    first = [score([-1.0, -2.0], [0, 1], [1, 2], [0.0], [True], mcse=3.0), score([-1.0], [2], [2], [0.0], [True])]
    second = [score([-3.0, -5.0], [0, 1], [1, 2], [0.0], [True], mcse=4.0), score([-4.0], [2], [2], [0.0], [True])]
    exact = [replace(origin, elpd_mcse=0.0) for origin in first], [replace(origin, elpd_mcse=0.0) for origin in second]
    _, alone, _ = difference(*exact, MONTHS)
    _, se, mcse = difference(first, second, MONTHS)
    assert mcse == pytest.approx(5.0)
    assert alone is not None
    assert se == pytest.approx(np.hypot(alone, 5.0))


def test_one_quarter_or_model_has_no_standard_error_and_no_origin_no_score() -> None:
    for unit, quarter in (([0, 1], [3, 3]), ([0, 0], [3, 4])):
        alone = [score([-1.0, -2.0], unit, quarter, [0.1, 0.1], [True, True])]
        assert _law_score(alone, MONTHS, 1.0, (1.0, 1.0)).se is None
        assert difference(alone, alone, MONTHS) == (0.0, None, 0.0)
    nothing = _law_score([], MONTHS, 1 / 3, (1 / 3, 1 / 3))
    assert (nothing.elpd, nothing.se, nothing.crps, nothing.coverage90) == (None, None, None, None)
    assert difference([], [], MONTHS) == (None, None, None)


@pytest.mark.parametrize("families", [1, 9])
def test_the_prior_probability_of_the_claim_is_that_of_the_mean_floor(families: int) -> None:
    rng, size = np.random.default_rng(2), 400_000
    draws = FLOOR.draw(size, rng)
    if families > 1:
        draws = draws + FLOOR_SPREAD.draw(size, rng) * rng.standard_normal(size) / np.sqrt(families)
    share = np.mean((draws > FLOOR_CLAIM[0]) & (draws < FLOOR_CLAIM[1]))
    receipt = {"families": families, "priors": priors_of(LAWS["plateau"])}
    found = _prior_probability_of_claim(*floor_prior(receipt))
    assert found == pytest.approx(share, abs=4 * np.sqrt(share / size))
