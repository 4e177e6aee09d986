"""How closely a lead beside its margin can be computed: against many runs of made-up samplers."""

from collections.abc import Callable

import numpy as np
import pytest
from costfloor.forecast.elpd import difference
from costfloor.forecast.margin import lead_over_margin_mcse
from costfloor.forecast.scores import OriginScore
from costfloor.forecast.verdict import clear_lead
from origin_scores import score

UNITS, MCSE, RUNS = 60, 3.0, 400
Noise = Callable[[np.random.Generator], np.ndarray]


def each_on_its_own(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0, MCSE / np.sqrt(UNITS), UNITS)


def shared(rng: np.random.Generator) -> np.ndarray:
    return np.full(UNITS, rng.normal(0.0, MCSE) / UNITS)


def run(rng: np.random.Generator, noise: Noise) -> tuple[list[OriginScore], list[OriginScore]]:
    """Two forecasters from three origins, of which the first leads by more the later the quarter."""
    quarter = [position // 10 for position in range(UNITS)]

    def forecaster(lead: float) -> list[OriginScore]:
        means = lead * np.array(quarter) - 1.0
        return [
            score(list(means + noise(rng)), list(range(UNITS)), quarter, [0.5] * UNITS, [True] * UNITS, MCSE)
            for _ in range(3)
        ]

    return forecaster(0.4), forecaster(0.0)


def gap(first: list[OriginScore], second: list[OriginScore]) -> float:
    lead, error, _ = difference(first, second, 12)
    assert lead is not None
    return lead - clear_lead(error)


@pytest.mark.parametrize(("noise", "low", "high"), [(each_on_its_own, 0.85, 1.18), (shared, 1.2, 10.0)])
def test_it_is_the_spread_over_runs_and_errs_upwards_where_units_share_their_errors(
    noise: Noise, low: float, high: float
) -> None:
    rng = np.random.default_rng(3)
    over_runs = float(np.std([gap(*run(rng, noise)) for _ in range(RUNS)]))
    stated = lead_over_margin_mcse(*run(rng, noise), 12)
    assert stated is not None
    # Standard deviations from 400 runs on either side: 5 % each.
    assert low < stated / over_runs < high


def test_without_a_standard_error_there_is_none() -> None:
    alone = [score([-1.0, -2.0], [0, 0], [0, 0], [0.5, 0.5], [True, True], 1.0)]
    assert lead_over_margin_mcse(alone, alone, 12) is None
    assert lead_over_margin_mcse([], [], 12) is None
