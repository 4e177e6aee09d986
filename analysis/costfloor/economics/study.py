"""All services under all futures, with what matters most and what knowing the law is worth. `costfloor economics`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from costfloor.data.store import Store
from costfloor.economics.cost_shares import CostOutlook, cost_outlooks
from costfloor.economics.decision import Swing, Waiting, tornado, waiting
from costfloor.economics.futures import BUYERS, Buyer, Future, futures
from costfloor.economics.outlook import Outlook, outlooks
from costfloor.economics.scenario import Scenario
from costfloor.fit.result import Fit
from costfloor.laws.observations import PriceObservations

COST_YEARS = 15
"""How far ahead the cost of a token is followed."""

OWN_COSTS = "baumol"
"""Its price path has a stagnant part already."""

DECIDING_BUYER: Buyer = "fixed_capability"
"""Whose clock runs in the tornado and in the value of waiting: an asymptote, if there is one, is that of an ageing band."""


@dataclass(frozen=True)
class Economics:
    """Unit economics of some services.

    Attributes
    ----------
    scenarios
        The services.
    outlooks
        One per service, buyer and future.
    tornados, waiting
        By service, of the buyer of a fixed capability.
    costs
        Cost of a token by input, by future.
    """

    scenarios: tuple[Scenario, ...]
    outlooks: tuple[Outlook, ...]
    tornados: Mapping[str, tuple[Swing, ...]]
    waiting: Mapping[str, Waiting]
    costs: tuple[CostOutlook, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per service, buyer, future and year: medians and 90 % intervals of price, margin and profit.

        `service, buyer, future, year`, then `_q05`, `_q50` and `_q95` of `price` (relative to today), `margin` (share of revenue) and
        `profit` (USD a year).
        """
        rows = []
        for one in self.outlooks:
            paths = {"price": one.price_path, "margin": one.margin_path, "profit": one.profit_path}
            for position, year in enumerate(one.years):
                numbers = {
                    f"{name}_{q}": value
                    for name, path in paths.items()
                    for q, value in zip(("q05", "q50", "q95"), path[position], strict=True)
                }
                rows.append({"service": one.scenario, "buyer": one.buyer, "future": one.law, "year": year, **numbers})
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        services = ", ".join(scenario.name for scenario in self.scenarios)
        return f"<Economics of {services}: {len(self.outlooks)} futures>"

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys of the contract; a scenario appears once per future and buyer, as ``NAME/FUTURE/BUYER``."""
        return {
            "scenarios": {f"{one.scenario}/{one.law}/{one.buyer}": asdict(one) for one in self.outlooks},
            "inputs": {one.name: asdict(one) for one in self.scenarios},
            "tornado": {name: [asdict(swing) for swing in swings] for name, swings in self.tornados.items()},
            "waiting": {
                name: {
                    **asdict(one),
                    "value_of_knowing": one.value_of_knowing,
                    "value_of_waiting": one.value_of_waiting,
                    "changes_decision": one.changes_decision,
                }
                for name, one in self.waiting.items()
            },
            "cost_shares": {one.future: asdict(one) for one in self.costs},
        }


def economics(
    scenarios: Sequence[Scenario], fits: Mapping[str, Fit], obs: PriceObservations, store: Store, seed: int
) -> Economics:
    """Work out every service under every future.

    Parameters
    ----------
    scenarios
        The services.
    fits, obs
        Fits of the laws to the observations.
    store
        The raw data, for the table of accelerators.
    seed
        Of the innovations to come.
    """
    years = max(COST_YEARS, *(one.decision.horizon_years for one in scenarios))
    by_buyer: dict[Buyer, tuple[Future, ...]] = {buyer: futures(fits, obs, buyer, years, seed) for buyer in BUYERS}
    by_law = [future for future in by_buyer[DECIDING_BUYER] if future.law]
    return Economics(
        scenarios=tuple(scenarios),
        outlooks=outlooks(scenarios, by_buyer, obs.last.year),
        tornados={one.name: tornado(one, by_law) for one in scenarios},
        waiting={one.name: waiting(one, by_law) for one in scenarios},
        costs=cost_outlooks(store, [one for one in by_buyer[DECIDING_BUYER] if one.name != OWN_COSTS], seed),
    )
