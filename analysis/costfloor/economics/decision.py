"""Whether to launch now, later or never, what matters most for it, and what knowing the law would be worth."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from costfloor.economics.accounts import accounts, net_present_value_usd
from costfloor.economics.futures import Future
from costfloor.economics.scenario import Scenario


@dataclass(frozen=True)
class Swing:
    """How far one input moves the value of a service.

    Attributes
    ----------
    path
        Of the input, as ``"tokens.growth_per_year"``; ``"law"`` for the law itself.
    low, high
        Ends of its range; for the law the names of the worst and the best one.
    value_at_low, value_at_high
        Expected net present value at each end, USD.
    mcse
        Monte Carlo error of the distance of both, USD.
    """

    path: str
    low: float | str
    high: float | str
    value_at_low: float
    value_at_high: float
    mcse: float

    @property
    def width(self) -> float:
        """Distance of both values, USD."""
        return abs(self.value_at_high - self.value_at_low)


def tornado(scenario: Scenario, by_law: Sequence[Future]) -> tuple[Swing, ...]:
    """Inputs by how far they move the expected net present value, the widest first.

    Parameters
    ----------
    scenario
        The service; its `ranges` are walked one at a time, all else unchanged.
    by_law
        Futures of the fitted laws; each has the same weight.
    """
    swings = [_swing(scenario, by_law, path, ends) for path, ends in scenario.ranges.items()]
    values = {future.name: _values(scenario, future, 0) for future in by_law}
    expected = {name: float(of_law.mean()) for name, of_law in values.items()}
    errors = {future.name: _mean_mcse(values[future.name], future) for future in by_law}
    worst, best = min(expected, key=expected.__getitem__), max(expected, key=expected.__getitem__)
    mcse = math.hypot(errors[worst], errors[best])
    swings.append(Swing("law", worst, best, expected[worst], expected[best], mcse))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def _swing(scenario: Scenario, by_law: Sequence[Future], path: str, ends: tuple[float, float]) -> Swing:
    """One input from end to end of its range. Both ends have the same draws, and what these share cancels."""
    low, high = (
        [_values(changed, future, 0) for future in by_law]
        for changed in (scenario.with_value(path, end) for end in ends)
    )
    errors = [_mean_mcse(at_high - at_low, future) for at_low, at_high, future in zip(low, high, by_law, strict=True)]
    at_low, at_high = (float(np.mean([of_law.mean() for of_law in values])) for values in (low, high))
    return Swing(path, *ends, at_low, at_high, math.hypot(*errors) / len(by_law))


@dataclass(frozen=True)
class Waiting:
    """What waiting for the law to be known is worth.

    Attributes
    ----------
    value_now
        Expected net present value of a launch today by law, USD.
    value_later
        The same of a launch after the wait, seen from today.
    now
        Weighted mean of `value_now`: a launch without knowing the law.
    known_today
        Expected value if the law were known today: launch, or not, law by law.
    known_later
        Expected value if it is known after the wait: launch then, or not.
    now_mcse
        Monte Carlo error of `value_now` by law, USD.
    waiting_mcse
        That of `value_of_waiting`.
    """

    value_now: Mapping[str, float]
    value_later: Mapping[str, float]
    now: float
    known_today: float
    known_later: float
    now_mcse: Mapping[str, float]
    waiting_mcse: float

    @property
    def best_without(self) -> float:
        """The better of launching today and never, without knowing the law."""
        return max(self.now, 0.0)

    @property
    def value_of_knowing(self) -> float:
        """What it is worth to know the law today, USD; never negative."""
        return self.known_today - self.best_without

    @property
    def value_of_waiting(self) -> float:
        """What it is worth to wait and know the law then, USD; negative when the lost years cost more than they teach."""
        return self.known_later - self.best_without

    @property
    def changes_decision(self) -> bool:
        """Whether some laws say launch and others do not."""
        launches = {value > 0.0 for value in self.value_now.values()}
        return len(launches) > 1


def waiting(scenario: Scenario, by_law: Sequence[Future], weights: Mapping[str, float] | None = None) -> Waiting:
    """Compare launching now, after learning the law, and never.

    Parameters
    ----------
    scenario
        The service.
    by_law
        Futures of the fitted laws.
    weights
        Probability of each law; equal by default, as long as the comparison is open.
    """
    chance = {future.name: 1.0 / len(by_law) for future in by_law} if weights is None else weights
    today, then = (
        {future.name: _values(scenario, future, start) for future in by_law}
        for start in (0, scenario.decision.wait_years)
    )
    now, later = ({name: float(values.mean()) for name, values in of_law.items()} for of_law in (today, then))
    launched = sum(chance[name] * value for name, value in now.items())
    # What each draw adds to the value of waiting: what is launched then, less what is launched today.
    added = {name: chance[name] * ((later[name] > 0.0) * then[name] - (launched > 0.0) * today[name]) for name in now}
    return Waiting(
        value_now=now,
        value_later=later,
        now=launched,
        known_today=sum(chance[name] * max(value, 0.0) for name, value in now.items()),
        known_later=sum(chance[name] * max(value, 0.0) for name, value in later.items()),
        now_mcse={future.name: _mean_mcse(today[future.name], future) for future in by_law},
        waiting_mcse=math.hypot(*(_mean_mcse(added[future.name], future) for future in by_law)),
    )


def _values(scenario: Scenario, future: Future, start: int) -> np.ndarray:
    """Net present value along each path of a future, (S,)."""
    profit = accounts(scenario, future.relative_price, future.relative_size).profit_usd
    return np.asarray(net_present_value_usd(scenario, profit, start))


def _mean_mcse(values: np.ndarray, future: Future) -> float:
    """Monte Carlo error of a mean over the paths of a future."""
    draws = future.independent_draws
    return 0.0 if draws is None else float(values.std() / np.sqrt(draws))
