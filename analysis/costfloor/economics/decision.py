"""Whether to launch now, later or never, what matters most for it, and what knowing the law would be worth."""

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
    """

    path: str
    low: float | str
    high: float | str
    value_at_low: float
    value_at_high: float

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

    def value(changed: Scenario) -> float:
        return float(np.mean([_expected(changed, future, 0) for future in by_law]))

    swings = [
        Swing(path, low, high, value(scenario.with_value(path, low)), value(scenario.with_value(path, high)))
        for path, (low, high) in scenario.ranges.items()
    ]
    values = {future.name: _expected(scenario, future, 0) for future in by_law}
    worst, best = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    swings.append(Swing("law", worst, best, values[worst], values[best]))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


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
    """

    value_now: Mapping[str, float]
    value_later: Mapping[str, float]
    now: float
    known_today: float
    known_later: float

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
    now = {future.name: _expected(scenario, future, 0) for future in by_law}
    later = {future.name: _expected(scenario, future, scenario.decision.wait_years) for future in by_law}
    return Waiting(
        value_now=now,
        value_later=later,
        now=sum(chance[name] * value for name, value in now.items()),
        known_today=sum(chance[name] * max(value, 0.0) for name, value in now.items()),
        known_later=sum(chance[name] * max(value, 0.0) for name, value in later.items()),
    )


def _expected(scenario: Scenario, future: Future, start: int) -> float:
    profit = accounts(scenario, future.relative_price, future.relative_size).profit_usd
    return float(net_present_value_usd(scenario, profit, start).mean())
