r"""Yearly accounts of a service along a path of the price of tokens.

With :math:`P_t` the price of a token relative to today, all of a request and year:

.. math::

    m_t = m_0 P_t (1 + g_\tau)^t, \qquad
    R_t = R_0 + \kappa \min(m_0, R_0) (m_t / m_0 - 1), \qquad
    Q_t = \min\left(Q_0 (1 + g)^t (R_t / R_0)^{\varepsilon}, \; \bar Q\right), \qquad
    c_t = m_t + o (1 + g_o)^t + w (1 + g_w)^t

the market's price of the tokens of a request, revenue, requests and cost, with growth :math:`g_\tau` of tokens per request, pass-through
:math:`\kappa` (of each dollar by which the tokens that revenue pays for cheapen, what customers get), growth :math:`g` of demand, its
elasticity :math:`\varepsilon`, other costs :math:`o` that grow by :math:`g_o`, and staff :math:`w` per request with wages that grow by
:math:`g_w`. A service with :math:`N` accelerators of its own does not buy tokens, :math:`m_t` is no cost, and serves at most

.. math:: \bar Q_t = \bar Q (1 + s)^t / S_t

with a gain :math:`s` of software and the size :math:`S_t` that a token needs, relative to today: on the same accelerators smaller models
serve more tokens. Where :math:`S_t` is not known it is one, and capacity fixed in tokens. The accelerators cost
:math:`A_t = N [a (1 + g_o)^t + w_a (1 + g_w)^t]` a year. Profit is :math:`Q_t (R_t - c_t) - A_t - F (1 + g_F)^t - w_f (1 + g_w)^t`.
"""

from dataclasses import dataclass, field

import numpy as np

from costfloor.economics.scenario import Capacity, Scenario, Tokens

TOKENS_PER_MTOK = 1e6
SMALLEST = 1e-9


@dataclass(frozen=True)
class Accounts:
    """Accounts by year; year 0 is today's rate.

    Attributes
    ----------
    requests
        Per year, shape (S, years + 1), as all others but the last three.
    revenue_per_request_usd, token_usd_per_request
        From customers; for tokens.
    other_usd_per_request
        For what grows with requests besides, staff among it, shape (years + 1,).
    accelerator_usd
        Per year, to run the accelerators of its own, staff among it, shape (years + 1,).
    fixed_usd
        Per year, for the rest, shape (years + 1,).
    """

    requests: np.ndarray = field(repr=False)
    revenue_per_request_usd: np.ndarray = field(repr=False)
    token_usd_per_request: np.ndarray = field(repr=False)
    other_usd_per_request: np.ndarray = field(repr=False)
    accelerator_usd: np.ndarray = field(repr=False)
    fixed_usd: np.ndarray = field(repr=False)

    @property
    def revenue_usd(self) -> np.ndarray:
        """Revenue per year."""
        return np.asarray(self.requests * self.revenue_per_request_usd)

    @property
    def variable_usd(self) -> np.ndarray:
        """Tokens, other costs of requests and running accelerators per year."""
        return np.asarray(
            self.requests * (self.token_usd_per_request + self.other_usd_per_request) + self.accelerator_usd
        )

    @property
    def gross_margin(self) -> np.ndarray:
        """Share of revenue left after tokens, other costs of requests and running accelerators."""
        # Of a capacity that nobody may sell there is no revenue to divide by.
        accelerators = self.accelerator_usd / np.maximum(self.requests, SMALLEST)
        cost = self.token_usd_per_request + self.other_usd_per_request + accelerators
        return np.asarray(1.0 - cost / self.revenue_per_request_usd)

    @property
    def profit_usd(self) -> np.ndarray:
        """Revenue less all costs of the year; what was spent at the start is not in it."""
        return np.asarray(self.revenue_usd - self.variable_usd - self.fixed_usd)


def token_usd_per_request(tokens: Tokens) -> float:
    """What the tokens of an average request cost in the market today, after cache, batch tier and cascade, USD."""
    cached = tokens.cached_share * tokens.cached_price_ratio + 1.0 - tokens.cached_share
    full = (
        tokens.input_per_request * tokens.input_usd_per_mtok * cached
        + tokens.output_per_request * tokens.output_usd_per_mtok
    ) / TOKENS_PER_MTOK
    shares = (
        (1.0 - tokens.batch_share - tokens.skip_share)
        + tokens.batch_share * tokens.batch_price_ratio
        + tokens.skip_share * tokens.skip_cost_ratio
    )
    return full * shares


def accounts(scenario: Scenario, relative_price: np.ndarray, relative_size: np.ndarray | None = None) -> Accounts:
    """Accounts of a service along price paths.

    Parameters
    ----------
    scenario
        The service.
    relative_price
        Price of a token relative to today, shape (S, years + 1).
    relative_size
        Size that a token needs, likewise; a service with accelerators of its own serves as many more. None fixes its capacity in tokens.
    """
    demand, costs, capacity, staff = scenario.demand, scenario.costs, scenario.capacity, scenario.staff
    year = np.arange(relative_price.shape[1])
    other, wages = (1.0 + costs.other_growth_per_year) ** year, (1.0 + staff.growth_per_year) ** year
    token_index = relative_price * (1.0 + scenario.tokens.growth_per_year) ** year
    market = token_usd_per_request(scenario.tokens)
    passed_on = demand.pass_through * min(market, demand.revenue_per_request_usd)
    # Where all of the revenue is passed on, a price that fades away would leave nothing to divide by.
    revenue = np.maximum(
        demand.revenue_per_request_usd + passed_on * (token_index - 1.0), SMALLEST * demand.revenue_per_request_usd
    )
    grown = demand.requests_per_year * (1.0 + demand.growth_per_year) ** year
    wanted = grown * (revenue / demand.revenue_per_request_usd) ** demand.price_elasticity
    fixed = costs.fixed_usd_per_year * (1.0 + costs.fixed_growth_per_year) ** year
    return Accounts(
        requests=wanted if capacity is None else np.minimum(wanted, _served(capacity, year, relative_size)),
        revenue_per_request_usd=revenue,
        token_usd_per_request=market * token_index if capacity is None else np.zeros_like(token_index),
        other_usd_per_request=costs.other_usd_per_request * other + staff.usd_per_request * wages,
        accelerator_usd=np.zeros(len(year))
        if capacity is None
        else capacity.accelerators * (capacity.running_usd_per_accelerator * other + staff.usd_per_accelerator * wages),
        fixed_usd=fixed + staff.fixed_usd_per_year * wages,
    )


def _served(capacity: Capacity, year: np.ndarray, relative_size: np.ndarray | None) -> np.ndarray:
    """Requests that the accelerators serve at most in each year."""
    grown = (1.0 + capacity.software_gain_per_year) ** year
    sold = capacity.requests_per_year * capacity.utilisation * grown
    return sold if relative_size is None else np.asarray(sold / relative_size)


def spent_at_start_usd(scenario: Scenario) -> float:
    """Launch and capacity."""
    return scenario.decision.launch_usd + (scenario.capacity.usd if scenario.capacity else 0.0)


def net_present_value_usd(scenario: Scenario, profit_usd: np.ndarray, start: int = 0) -> np.ndarray:
    """Present value today of a launch at the end of year `start`, shape (S,).

    Profits of the years after it until the horizon, less what it costs then. The service closes for good when the years that are left
    are worth less than nothing; the owner sees them coming along the path, so that losses are bounded from below and value from above. A
    launch that waits meets the prices and the demand of its years; what it spends at the start is the same.
    """
    discount = 1.0 / (1.0 + scenario.decision.discount_per_year)
    ahead = np.zeros(len(profit_usd))
    for year in range(scenario.decision.horizon_years, start, -1):
        ahead = np.maximum(discount * (profit_usd[:, year] + ahead), 0.0)
    return np.asarray(discount**start * (ahead - spent_at_start_usd(scenario)))


def first_year(reached: np.ndarray) -> np.ndarray:
    """First year in which something holds, shape (S,), from (S, years + 1); NaN for never."""
    return np.where(reached.any(axis=1), reached.argmax(axis=1), np.nan)


def break_even_year(scenario: Scenario, profit_usd: np.ndarray) -> np.ndarray:
    """First year ahead whose profit covers that year's part of the accelerators bought, shape (S,); NaN for never.

    Accelerators are written off in equal parts until the horizon. Year 0 is today, before the launch, and not a year of the service.
    """
    worn = (scenario.capacity.usd if scenario.capacity else 0.0) / scenario.decision.horizon_years
    return first_year(profit_usd[:, 1:] >= worn) + 1.0


def payback_year(scenario: Scenario, profit_usd: np.ndarray) -> np.ndarray:
    """First year in which profits since the start have paid for launch and capacity, shape (S,), not discounted; NaN for never."""
    paid = np.cumsum(profit_usd[:, 1:], axis=1) - spent_at_start_usd(scenario)
    return first_year(paid >= 0.0) + 1.0


def viable_relative_price(scenario: Scenario) -> float | None:
    """Price of tokens relative to today at which the service of today, its revenue unchanged, makes neither profit nor loss.

    Not positive when it makes a loss even if tokens are free; None when it buys none.
    """
    demand, costs, staff = scenario.demand, scenario.costs, scenario.staff
    tokens = token_usd_per_request(scenario.tokens)
    if scenario.capacity is not None or tokens == 0.0:
        return None
    fixed = (costs.fixed_usd_per_year + staff.fixed_usd_per_year) / demand.requests_per_year
    return (demand.revenue_per_request_usd - costs.other_usd_per_request - staff.usd_per_request - fixed) / tokens
