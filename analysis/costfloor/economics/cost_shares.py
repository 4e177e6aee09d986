r"""Cost of a served token by input, progressive and stagnant, and the rate at which the whole falls (Baumol's cost disease).

Today's shares :math:`w_i` come from ranges of prices; each input's part of cost then moves by an index :math:`I_i(t)` of its own:

* *accelerators*: the price path :math:`P_t` of a law, :math:`I = P_t`, that is software, graph and hardware together; where both channels
  are known it is the product of the price of a unit of size (software and hardware at a fixed graph) and of the size needed;
* *energy* and *facility*: the same software and graph, but performance per watt in place of performance per dollar of hardware, and
  their own prices: :math:`I = P_t e^{(h - e + g_i) t}` with the hardware rates :math:`h` per dollar and :math:`e` per watt;
* *staff*, by what its number goes with, wages growing by :math:`g`: per *token* :math:`I = e^{g t}`; per *accelerator*
  :math:`I = P_t e^{g t}`, as accelerators per token fall with their part of cost while one costs what it does; *fixed*
  :math:`I = e^{(g - v) t}` with the growth :math:`v` of tokens served.

The batch decides how many tokens an hour of machine serves. A decoding step reads the weights once for all :math:`B` requests of the
batch and works on each: it takes a time that goes with :math:`c + B`, with :math:`c` the batch at which both parts are equal, so that
machine cost per token goes with :math:`(c + B) / B`. Staff does not: its shares are stated for a typical batch and follow.

Share :math:`s_i = w_i I_i / \sum_j w_j I_j`, and the whole falls at :math:`-\mathrm{d} \log \sum_i w_i I_i / \mathrm{d} t`, an average
of the inputs' rates by share: it goes to the slowest of them. Reference: Baumol (1967), Macroeconomics of unbalanced growth.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd

from costfloor.data.store import Store
from costfloor.economics.accounts import first_year
from costfloor.economics.futures import Future
from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.laws.observations import DAYS_PER_YEAR

STAFF: Final = ("staff_fixed", "staff_per_accelerator", "staff_per_token")
"""Staff and services by what their number goes with."""

STAGNANT: Final = ("energy", "facility", *STAFF)
HALF: Final = 0.5
"""Share of cost from which on stagnant inputs are said to be half of it."""

HOURS_PER_YEAR: Final = 8766.0
TYPICAL_BATCH: Final = 64.0
TYPICAL_EQUAL_BATCH: Final = 100.0
"""Batch, and batch at which shared and own work are equal, of the service whose shares of staff are stated."""

HARDWARE_SINCE: Final = pd.Timestamp("2016-01-01")
"""From the first accelerators with tensor units on."""


@dataclass(frozen=True)
class HardwareTrend:
    """Log-rate per year at which hardware improves, by least squares over accelerators and release dates.

    Attributes
    ----------
    rate, se
        Slope and its standard error.
    n
        Accelerators behind it.
    """

    rate: float
    se: float
    n: int


@dataclass(frozen=True)
class CostShares:
    """Cost of a token by input along the paths of one future.

    Attributes
    ----------
    future
        Name of the law or fixed rate.
    shares
        By input, shape (S, years + 1); they add up to one.
    relative_cost
        Cost of a token relative to today, shape (S, years + 1).
    """

    future: str
    shares: Mapping[str, np.ndarray] = field(repr=False)
    relative_cost: np.ndarray = field(repr=False)

    @property
    def stagnant_share(self) -> np.ndarray:
        """Energy, facility and staff together, shape (S, years + 1)."""
        return np.asarray(sum(self.shares[name] for name in STAGNANT))

    @property
    def yearly_rate(self) -> np.ndarray:
        """Log-rate at which cost falls in each year ahead, shape (S, years)."""
        return np.asarray(-np.diff(np.log(self.relative_cost), axis=1))

    @property
    def stagnant_half_year(self) -> np.ndarray:
        """First year ahead in which stagnant inputs are half of cost, shape (S,); NaN for later than the path goes."""
        return first_year(self.stagnant_share >= HALF)

    def reach(self, year: int) -> tuple[float, float, float]:
        """Probability that in a year ahead (from 1) cost falls by less than 15 % a year, by 15 to 20 %, and by more."""
        low, high = FLOOR_CLAIM
        rate = self.yearly_rate[:, year - 1]
        slower, faster = float((rate < low).mean()), float((rate > high).mean())
        return slower, float(((rate >= low) & (rate <= high)).mean()), faster


def hardware_trend(hardware: pd.DataFrame, column: str) -> HardwareTrend:
    """Trend of a column of the table of accelerators, such as `flops_per_usd`, over release dates."""
    known = hardware[hardware[column].notna() & (hardware["release_date"] >= HARDWARE_SINCE)]
    years = (known["release_date"] - HARDWARE_SINCE).dt.days.to_numpy(float) / DAYS_PER_YEAR
    (slope, _), covariance = np.polyfit(years, np.log(known[column].to_numpy(float)), 1, cov=True)
    return HardwareTrend(float(slope), float(covariance[0, 0] ** 0.5), len(known))


def hardware_trends(store: Store) -> tuple[HardwareTrend, HardwareTrend]:
    """Trends of half-precision performance per dollar and per watt."""
    table = store.table("context_hardware")
    return hardware_trend(table, "flops_per_usd"), hardware_trend(table, "flops_per_w")


def cost_ranges() -> dict[str, tuple[float, float]]:
    """Low and high end of every input's price today, by name; sources are beside them in `cost_inputs.toml`."""
    content = tomllib.loads((files("costfloor.economics") / "cost_inputs.toml").read_text("utf-8"))
    return {name: (float(entry["low"]), float(entry["high"])) for name, entry in content.items()}


def drawn_inputs(
    ranges: Mapping[str, tuple[float, float]], size: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draws of every input's price, uniform over its range and independent, shape (S,) each."""
    return {name: rng.uniform(low, high, size) for name, (low, high) in ranges.items()}


def shares_today(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Share of each input in the cost of a token today, shape (S,) each, from prices per hour of an accelerator."""
    hours = HOURS_PER_YEAR * inputs["utilisation"]
    usd = {
        "accelerators": inputs["accelerator_usd"] / inputs["life_years"] / hours,
        "energy": inputs["power_kw"] * inputs["pue"] * inputs["electricity_usd_per_kwh"],
        "facility": 12.0 * inputs["facility_usd_per_kw_month"] * inputs["power_kw"] / hours,
    }
    dearer = machine_cost(inputs["batch_size"], inputs["equal_batch"]) / machine_cost(
        TYPICAL_BATCH, TYPICAL_EQUAL_BATCH
    )
    staff = np.asarray(sum(inputs[f"{name}_share"] for name in STAFF))
    of_machine = (1.0 - staff) * dearer
    whole, machine = staff + of_machine, sum(usd.values())
    return {
        **{name: of_machine / whole * value / machine for name, value in usd.items()},
        **{name: inputs[f"{name}_share"] / whole for name in STAFF},
    }


def machine_cost(batch: np.ndarray | float, equal_batch: np.ndarray | float) -> np.ndarray:
    """Machine time per token against that of an endless batch; at `equal_batch` reading the weights takes as long as all else."""
    return np.asarray(1.0 + equal_batch / batch)


def cost_shares(
    future: Future,
    inputs: Mapping[str, np.ndarray],
    hardware: tuple[HardwareTrend, HardwareTrend],
    rng: np.random.Generator,
) -> CostShares:
    """Follow the cost of a token along the paths of a future.

    Parameters
    ----------
    future
        Price paths, as many as `inputs` has draws, or one for all.
    inputs
        Draws of input prices: see `drawn_inputs`.
    hardware
        Trends per dollar and per watt; their errors are drawn.
    """
    size = len(inputs["utilisation"])
    years = np.arange(future.relative_price.shape[1])
    per_dollar, per_watt = (rng.normal(trend.rate, trend.se, size)[:, None] for trend in hardware)
    growth = {name: inputs[f"{name}_growth_per_year"][:, None] for name in ("wage", "electricity", "facility", "token")}
    path, wages = np.broadcast_to(future.relative_price, (size, len(years))), (1.0 + growth["wage"]) ** years
    index = {
        "accelerators": path,
        "energy": path * np.exp((per_dollar - per_watt) * years) * (1.0 + growth["electricity"]) ** years,
        "facility": path * np.exp((per_dollar - per_watt) * years) * (1.0 + growth["facility"]) ** years,
        "staff_fixed": wages / (1.0 + growth["token"]) ** years,
        "staff_per_accelerator": path * wages,
        "staff_per_token": wages,
    }
    parts = {name: share[:, None] * index[name] for name, share in shares_today(inputs).items()}
    total = np.asarray(sum(parts.values()))
    return CostShares(future.name, {name: part / total for name, part in parts.items()}, total)
