r"""Cost of a served token by input, progressive and stagnant, and the rate at which the whole falls (Baumol's cost disease).

Today's shares :math:`w_i` come from ranges of prices; each input's part of cost then moves by an index :math:`I_i(t)` of its own:

* *accelerators*: the price path :math:`P_t` of a law, :math:`I = P_t`, that is software, graph and hardware together;
* *energy* and *facility*: the same software and graph, but performance per watt in place of performance per dollar of hardware, and
  their own prices: :math:`I = P_t e^{(h - e + g_i) t}` with the hardware rates :math:`h` per dollar and :math:`e` per watt;
* *staff*: no progress, :math:`I = e^{g t}` with the growth of wages.

The batch decides how many tokens an hour of machine serves. A decoding step reads the weights once for all :math:`B` requests of the
batch and works on each: it takes a time that goes with :math:`c + B`, with :math:`c` the batch at which both parts are equal, so that
machine cost per token goes with :math:`(c + B) / B`. Staff does not: its share is stated for a typical batch and follows.

Share :math:`s_i = w_i I_i / \sum_j w_j I_j`, and the whole falls at :math:`-\mathrm{d} \log \sum_i w_i I_i / \mathrm{d} t`, an average
of the inputs' rates by share: it goes to the slowest of them. Reference: Baumol (1967), Macroeconomics of unbalanced growth.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd

from costfloor.data.store import Store
from costfloor.economics.accounts import first_year
from costfloor.economics.futures import Future
from costfloor.economics.outlook import QuantilesByYear, median_or_never
from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.sampling.quantiles import quantiles_by_column

STAGNANT: Final = ("energy", "facility", "staff")
HOURS_PER_YEAR: Final = 8766.0
SINGLE_PATH_DRAWS: Final = 2000
"""Draws of input prices along a path without uncertainty of its own."""

TYPICAL_BATCH: Final = 64.0
TYPICAL_EQUAL_BATCH: Final = 100.0
"""Batch, and batch at which shared and own work are equal, of the service whose `staff_share` is stated."""

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
        return first_year(self.stagnant_share >= 0.5)

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
    of_machine = (1.0 - inputs["staff_share"]) * dearer
    staff = inputs["staff_share"] / (inputs["staff_share"] + of_machine)
    machine = sum(usd.values())
    return {**{name: (1.0 - staff) * value / machine for name, value in usd.items()}, "staff": staff}


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
    size = len(inputs["staff_share"])
    years = np.arange(future.relative_price.shape[1])
    per_dollar, per_watt = (rng.normal(trend.rate, trend.se, size)[:, None] for trend in hardware)
    growth = {name: inputs[f"{name}_growth_per_year"][:, None] for name in ("wage", "electricity", "facility")}
    path = np.broadcast_to(future.relative_price, (size, len(years)))
    index = {
        "accelerators": path,
        "energy": path * np.exp((per_dollar - per_watt) * years) * (1.0 + growth["electricity"]) ** years,
        "facility": path * np.exp((per_dollar - per_watt) * years) * (1.0 + growth["facility"]) ** years,
        "staff": (1.0 + growth["wage"]) ** years,
    }
    parts = {name: share[:, None] * index[name] for name, share in shares_today(inputs).items()}
    total = np.asarray(sum(parts.values()))
    return CostShares(future.name, {name: part / total for name, part in parts.items()}, total)


@dataclass(frozen=True)
class CostOutlook:
    """Cost of a token by input, summed up.

    Attributes
    ----------
    future
        Name of the law or fixed rate.
    stagnant_share
        5, 50 and 95 % by year, from year 0 on.
    yearly_rate
        The same of the log-rate of each year ahead.
    half_years
        Median years until stagnant inputs are half of cost; None when fewer than half of the draws get there.
    p_half
        Share of draws that do.
    reach
        By year ahead, the probabilities of a fall below 15 %, of 15 to 20 % and above.
    """

    future: str
    stagnant_share: QuantilesByYear
    yearly_rate: QuantilesByYear
    half_years: int | None
    p_half: float
    reach: tuple[tuple[float, float, float], ...]


def cost_outlooks(store: Store, futures: Sequence[Future], seed: int) -> tuple[CostOutlook, ...]:
    """Sum up the cost of a token along every future; each draw of a law meets a draw of the input prices."""
    hardware, ranges = hardware_trends(store), cost_ranges()
    outlooks = []
    for future in futures:
        rng = np.random.default_rng(seed)
        inputs = drawn_inputs(ranges, max(len(future.relative_price), SINGLE_PATH_DRAWS), rng)
        shares = cost_shares(_as_many(future, len(inputs["staff_share"])), inputs, hardware, rng)
        years = shares.yearly_rate.shape[1]
        half = shares.stagnant_half_year
        outlooks.append(
            CostOutlook(
                future=future.name,
                stagnant_share=quantiles_by_column(shares.stagnant_share),
                yearly_rate=quantiles_by_column(shares.yearly_rate),
                half_years=median_or_never(half),
                p_half=float(np.isfinite(half).mean()),
                reach=tuple(shares.reach(year) for year in range(1, years + 1)),
            )
        )
    return tuple(outlooks)


def _as_many(future: Future, size: int) -> Future:
    chosen = np.arange(size) % len(future.relative_price)
    return Future(future.name, future.law, future.relative_price[chosen])
