"""Scores of a law, their differences and standard errors."""

import numpy as np
import pytest
from costfloor.fit.quantities import FLOOR_CLAIM, floor_prior
from costfloor.fit.request import priors_of
from costfloor.forecast.compare import _law_score, _prior_probability_of_claim
from costfloor.forecast.elpd import difference
from costfloor.laws import LAWS
from costfloor.laws.plateau import FLOOR, FLOOR_SPREAD
from origin_scores import score


def test_scores_of_a_law_by_hand() -> None:
    # Blocks (family, quarter): (0, 4) is scored from both origins and counts once with -1 - 2 - 4 = -7; (0, 5) -3; (1, 4) -5.
    origins = [
        score([-1.0, -2.0, -3.0], [0, 0, 0], [4, 4, 5], [0.1, 0.2, 0.3, 0.4], [True, True, False, True]),
        score([-4.0, -5.0], [0, 1], [4, 4], [0.5, 0.6], [True, False]),
    ]
    got = _law_score(origins, 0.25, (0.1, 0.4))
    blocks = np.array([-7.0, -3.0, -5.0])
    assert got.elpd == pytest.approx(-15.0)
    assert got.se == pytest.approx(np.sqrt(3) * np.std(blocks, ddof=1)) == pytest.approx(np.sqrt(3) * 2.0)
    assert got.crps == pytest.approx(0.35)
    assert got.coverage90 == pytest.approx(4 / 6)
    assert (got.weight, got.weight_ci90) == (0.25, (0.1, 0.4))


def test_the_difference_is_paired_by_block() -> None:
    first = [score([-1.0, -10.0, -2.0], [0, 0, 1], [1, 2, 1], [0.0], [True])]
    second = [score([-3.0, -12.0, -4.0], [0, 0, 1], [1, 2, 1], [0.0], [True])]
    gap, se, mcse = difference(first, second)
    assert mcse == 0.0
    # Each law's own score varies by block, the difference does not.
    assert gap == pytest.approx(6.0)
    assert se == pytest.approx(0.0)
    assert _law_score(first, 1.0, (1.0, 1.0)).se != pytest.approx(0.0)
    assert difference(second, first)[0] == pytest.approx(-6.0)


def test_sampling_error_of_both_laws_and_all_origins_counts() -> None:
    first = [score([-1.0, -2.0], [0, 1], [1, 1], [0.0], [True], mcse=3.0), score([-1.0], [2], [1], [0.0], [True])]
    second = [score([-3.0, -5.0], [0, 1], [1, 1], [0.0], [True], mcse=4.0), score([-4.0], [2], [1], [0.0], [True])]
    _, se, mcse = difference(first, second)
    assert mcse == pytest.approx(5.0)
    assert se == pytest.approx(np.hypot(np.sqrt(3) * np.std([2.0, 3.0, 3.0], ddof=1), 5.0))


def test_one_block_has_no_standard_error_and_no_origin_no_score() -> None:
    alone = [score([-1.0, -2.0], [0, 0], [3, 3], [0.1, 0.1], [True, True])]
    assert _law_score(alone, 1.0, (1.0, 1.0)).se is None
    assert difference(alone, alone) == (0.0, None, 0.0)
    nothing = _law_score([], 1 / 3, (1 / 3, 1 / 3))
    assert (nothing.elpd, nothing.se, nothing.crps, nothing.coverage90) == (None, None, None, None)
    assert difference([], []) == (None, None, None)


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
