"""All services under all futures, with what matters most and what knowing the law is worth. `costfloor economics`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from costfloor.data.store import Store
from costfloor.economics.channels import SMALLER, UNKNOWN, Channels
from costfloor.economics.cost_outlook import CostOutlook, cost_outlooks
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
        By service, of the buyer of a fixed capability; of a host, where the channels are known, with smaller models on its accelerators.
    costs
        Cost of a token by input, by future: along both channels where they are known.
    channels_note
        Why the channels are not known, or under which laws they are not: a clause; empty when nothing is missing.
    """

    scenarios: tuple[Scenario, ...]
    outlooks: tuple[Outlook, ...]
    tornados: Mapping[str, tuple[Swing, ...]]
    waiting: Mapping[str, Waiting]
    costs: tuple[CostOutlook, ...]
    channels_note: str = ""

    def along(self, scenario: Scenario) -> Buyer:
        """Whose prices decide about a service: those of a fixed capability, of a host with smaller models where these are known."""
        known = any((row.scenario, row.buyer) == (scenario.name, SMALLER) for row in self.outlooks)
        return SMALLER if known else DECIDING_BUYER

    def to_frame(self) -> pd.DataFrame:
        """One row per service, buyer, future and year: medians and 90 % intervals of price, margin and profit.

        `service, buyer, future, year`, then `_q05`, `_q50` and `_q95` of `price` (relative to today), `margin` (share of revenue) and
        `profit` (USD a year).
        """
        rows = []
        for outlook in self.outlooks:
            paths = {"price": outlook.price_path, "margin": outlook.margin_path, "profit": outlook.profit_path}
            for position, year in enumerate(outlook.years):
                numbers = {
                    f"{name}_{q}": value
                    for name, path in paths.items()
                    for q, value in zip(("q05", "q50", "q95"), path[position], strict=True)
                }
                rows.append(
                    {
                        "service": outlook.scenario,
                        "buyer": outlook.buyer,
                        "future": outlook.law,
                        "year": year,
                        **numbers,
                    }
                )
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        services = ", ".join(scenario.name for scenario in self.scenarios)
        return f"<Economics of {services}: {len(self.outlooks)} futures>"

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys of the contract; a scenario appears once per future and buyer, as ``NAME/FUTURE/BUYER``."""
        return {
            "scenarios": {
                f"{outlook.scenario}/{outlook.law}/{outlook.buyer}": asdict(outlook) for outlook in self.outlooks
            },
            "inputs": {scenario.name: asdict(scenario) for scenario in self.scenarios},
            "tornado": {name: [asdict(swing) for swing in swings] for name, swings in self.tornados.items()},
            "waiting": {
                name: {
                    **asdict(wait),
                    "value_of_knowing": wait.value_of_knowing,
                    "value_of_waiting": wait.value_of_waiting,
                    "changes_decision": wait.changes_decision,
                }
                for name, wait in self.waiting.items()
            },
            "cost_shares": {cost.future: asdict(cost) for cost in self.costs},
            "channels_note": self.channels_note,
        }


def economics(
    scenarios: Sequence[Scenario],
    fits: Mapping[str, Fit],
    obs: PriceObservations,
    store: Store,
    seed: int,
    channels: Channels = UNKNOWN,
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
    channels
        Both channels of the same prices in the years ahead.
    """
    years = max(COST_YEARS, *(scenario.decision.horizon_years for scenario in scenarios))
    by_buyer: dict[Buyer, tuple[Future, ...]] = {buyer: futures(fits, obs, buyer, years, seed) for buyer in BUYERS}
    by_law = [future for future in by_buyer[DECIDING_BUYER] if future.law]
    of_host, split = channels.by_host(), [future.until(years) for future in channels.futures]
    deciding = {service.name: split if service.capacity and split else by_law for service in scenarios}
    steady = [future for future in by_buyer[DECIDING_BUYER] if not future.law]
    costs = [future for future in split or by_law if future.name != OWN_COSTS]
    return Economics(
        scenarios=tuple(scenarios),
        outlooks=tuple(
            row
            for service in scenarios
            for row in outlooks([service], by_buyer | (of_host if service.capacity else {}), obs.last.year)
        ),
        tornados={service.name: tornado(service, deciding[service.name]) for service in scenarios},
        waiting={service.name: waiting(service, deciding[service.name]) for service in scenarios},
        costs=cost_outlooks(store, [*costs, *steady], seed),
        channels_note=channels.note,
    )
