"""One service under one future and for one buyer: paths and dates with their uncertainty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from costfloor.economics.accounts import (
    accounts,
    break_even_year,
    net_present_value_usd,
    payback_year,
    viable_relative_price,
)
from costfloor.economics.futures import Buyer, Future
from costfloor.economics.scenario import Scenario
from costfloor.sampling.quantiles import Quantiles, quantiles, quantiles_by_column

TAIL: Final = 0.05
"""Value at risk looks at the worst twentieth."""

QuantilesByYear = tuple[Quantiles, ...]
"""From year 0 on."""


@dataclass(frozen=True)
class Outlook:
    """A service in the years ahead.

    Attributes
    ----------
    scenario, law, buyer
        Name of the service; the future, a law or a fixed rate; whose clock runs.
    years
        Calendar years of the paths; the first is today's.
    price_path
        Price of a token relative to today.
    margin_path
        Gross margin, share of revenue.
    profit_path
        USD per year.
    breakeven_year
        Median calendar year of the first without a loss, accelerators written off; None when fewer than half of the draws have one.
    p_breakeven
        Share of draws with one within the horizon.
    payback_years
        Median years until launch and capacity are paid for; None as above.
    p_payback
        Share of draws that pay back within the horizon.
    npv_usd
        5, 50 and 95 % of net present value.
    value_at_risk_usd
        Median less the 5 % quantile of net present value.
    p_loss
        Share of draws with a negative net present value.
    viable_price_ratio
        Price of tokens, in shares of today's, at which today's service breaks even; None when it buys none.
    draws
        Independent draws behind the shares, at least; None where the path is certain.
    """

    scenario: str
    law: str
    buyer: Buyer
    years: tuple[int, ...]
    price_path: QuantilesByYear
    margin_path: QuantilesByYear
    profit_path: QuantilesByYear
    breakeven_year: int | None
    p_breakeven: float
    payback_years: int | None
    p_payback: float
    npv_usd: Quantiles
    value_at_risk_usd: float
    p_loss: float
    viable_price_ratio: float | None
    draws: float | None


def outlook(scenario: Scenario, future: Future, buyer: Buyer, first_year: int) -> Outlook:
    """Work out what a future means for a service.

    Parameters
    ----------
    scenario
        The service.
    future
        Price paths over its horizon.
    buyer
        Whose clock they run on.
    first_year
        Calendar year of year 0.
    """
    books = accounts(scenario, future.relative_price, future.relative_size)
    profit = books.profit_usd
    npv = net_present_value_usd(scenario, profit)
    npv_quantiles = quantiles(npv)
    even, paid = break_even_year(scenario, profit), payback_year(scenario, profit)
    even_at = median_or_never(even)
    return Outlook(
        scenario=scenario.name,
        law=future.name,
        buyer=buyer,
        years=tuple(range(first_year, first_year + future.relative_price.shape[1])),
        price_path=quantiles_by_column(future.relative_price),
        margin_path=quantiles_by_column(books.gross_margin),
        profit_path=quantiles_by_column(profit),
        breakeven_year=None if even_at is None else first_year + even_at,
        p_breakeven=float(np.isfinite(even).mean()),
        payback_years=median_or_never(paid),
        p_payback=float(np.isfinite(paid).mean()),
        npv_usd=npv_quantiles,
        value_at_risk_usd=npv_quantiles[1] - float(np.quantile(npv, TAIL)),
        p_loss=float((npv < 0.0).mean()),
        viable_price_ratio=viable_relative_price(scenario),
        draws=future.independent_draws,
    )


def outlooks(
    scenarios: Sequence[Scenario], by_buyer: Mapping[Buyer, Sequence[Future]], first_year: int
) -> tuple[Outlook, ...]:
    """All services under all futures of everybody whose price they may pay or earn; the futures reach as far as the longest horizon."""
    return tuple(
        outlook(scenario, future.until(scenario.decision.horizon_years), buyer, first_year)
        for scenario in scenarios
        for buyer, futures in by_buyer.items()
        for future in futures
    )


def median_or_never(years: np.ndarray) -> int | None:
    """Median of years (S,), where NaN is never; None when it is never."""
    middle = float(np.median(np.where(np.isnan(years), np.inf, years)))
    return int(np.ceil(middle)) if np.isfinite(middle) else None
