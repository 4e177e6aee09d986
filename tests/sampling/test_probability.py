"""The Monte Carlo error of a probability is what it varies by from run to run."""

import numpy as np
import pytest
from costfloor.sampling.probability import probability_mcse, probability_of, probability_of_independent

CHAINS, DRAWS = 4, 500


def runs(persistence: float, count: int) -> np.ndarray:
    """Autoregressive chains that start where they end up, shape (count, chains, draws)."""
    rng = np.random.default_rng(8)
    steps = rng.standard_normal((DRAWS, count, CHAINS))
    values = [steps[0]]
    for step in steps[1:]:
        values.append(persistence * values[-1] + np.sqrt(1 - persistence**2) * step)
    return np.moveaxis(np.array(values), 0, -1)


@pytest.mark.parametrize("persistence", [0.0, 0.8])
@pytest.mark.parametrize("limit", [0.0, 1.3])
def test_the_error_is_the_spread_over_runs(persistence: float, limit: float) -> None:
    repeated = [probability_of(chains > limit) for chains in runs(persistence, 200)]
    spread = np.std([p.value for p in repeated])
    assert np.mean([p.mcse for p in repeated]) == pytest.approx(spread, rel=0.15)


def test_draws_that_all_agree_are_not_certain() -> None:
    for held in (True, False):
        found = probability_of(np.full((CHAINS, DRAWS), held))
        assert found.value == float(held)
        assert found.mcse == pytest.approx(1.0 / (CHAINS * DRAWS), rel=0.01)


def test_chains_that_disagree_have_a_large_error() -> None:
    apart = np.zeros((CHAINS, DRAWS), bool)
    apart[0] = True
    assert probability_of(apart).mcse > 0.1


def test_independent_draws_have_the_error_of_their_number() -> None:
    event = np.arange(400) < 80
    found = probability_of_independent(event)
    assert (found.value, found.mcse) == (0.2, pytest.approx(0.02))
    repeated = np.random.default_rng(3).random((4000, 400)) < 0.2
    assert probability_mcse(0.2, 400) == pytest.approx(repeated.mean(axis=1).std(), rel=0.05)
    assert [probability_mcse(p, 400) for p in (0.0, 1.0)] == pytest.approx([0.0025, 0.0025], rel=0.01)
