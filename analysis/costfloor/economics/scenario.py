"""A service: who buys, what a request needs, what it costs, and between which limits each number may lie."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final


@dataclass(frozen=True)
class Demand:
    """Who buys.

    Attributes
    ----------
    requests_per_year
        Today.
    growth_per_year
        Of requests at an unchanged price, as a fraction.
    price_elasticity
        Of requests with respect to revenue per request; zero or negative.
    revenue_per_request_usd
        Today.
    pass_through
        Of each dollar by which the tokens of a request cheapen in the market, the part that customers get: 0, nothing; 1, competition
        hands all of it on.
    """

    requests_per_year: float
    growth_per_year: float
    price_elasticity: float
    revenue_per_request_usd: float
    pass_through: float


@dataclass(frozen=True)
class Tokens:
    """What a request needs from the model.

    Attributes
    ----------
    input_per_request, output_per_request
        Tokens of a request that reaches the model, today.
    growth_per_year
        Of both, as a fraction: longer contexts, more reasoning.
    input_usd_per_mtok, output_usd_per_mtok
        Prices in the market today; a service with accelerators of its own does not pay them, but competes with them.
    cached_share, cached_price_ratio
        Share of input tokens read from a cache, and their price in shares of the input price.
    batch_share, batch_price_ratio
        Share of requests in the batch tier, and its prices in shares of the full ones.
    skip_share, skip_cost_ratio
        Share of requests that a cascade answers without the model, and what one costs in shares of a request that reaches it.
    """

    input_per_request: float
    output_per_request: float
    growth_per_year: float
    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cached_share: float = 0.0
    cached_price_ratio: float = 1.0
    batch_share: float = 0.0
    batch_price_ratio: float = 1.0
    skip_share: float = 0.0
    skip_cost_ratio: float = 0.0


@dataclass(frozen=True)
class Costs:
    """What does not fall with the price of a token: energy, colocation, payments, and staff that `Staff` does not have.

    Attributes
    ----------
    other_usd_per_request, other_growth_per_year
        Per request today, and its growth as a fraction.
    fixed_usd_per_year, fixed_growth_per_year
        Whatever the number of requests, and its growth.
    """

    other_usd_per_request: float
    other_growth_per_year: float
    fixed_usd_per_year: float
    fixed_growth_per_year: float


@dataclass(frozen=True)
class Capacity:
    """Accelerators the service buys; a service that buys tokens has none.

    Attributes
    ----------
    usd
        Purchase price, paid at the start; the accelerators last until the horizon.
    requests_per_year
        At full use, of the models of today.
    utilisation
        Share of it that can be sold.
    accelerators
        How many they are.
    running_usd_per_accelerator
        Per year, whatever they serve: energy, colocation. Grows as other costs of requests do.
    software_gain_per_year
        By what fraction a year the same accelerators serve more tokens of the same model.
    """

    usd: float
    requests_per_year: float
    utilisation: float
    accelerators: float = 0.0
    running_usd_per_accelerator: float = 0.0
    software_gain_per_year: float = 0.0


@dataclass(frozen=True)
class Staff:
    """People, by what their number goes with.

    Attributes
    ----------
    fixed_usd_per_year
        Whatever is served.
    usd_per_accelerator
        Per year and accelerator of its own.
    usd_per_request
        Per request.
    growth_per_year
        Of wages, as a fraction.
    """

    fixed_usd_per_year: float = 0.0
    usd_per_accelerator: float = 0.0
    usd_per_request: float = 0.0
    growth_per_year: float = 0.0


@dataclass(frozen=True)
class Decision:
    """How the service is judged.

    Attributes
    ----------
    launch_usd
        Spent once, at the start, besides capacity.
    wait_years
        How long the launch could wait.
    discount_per_year
        Discount rate, as a fraction.
    horizon_years
        Years that count.
    """

    launch_usd: float
    wait_years: int
    discount_per_year: float
    horizon_years: int


@dataclass(frozen=True)
class Scenario:
    """A service.

    Attributes
    ----------
    name, title
        Name of its file, and its name in prose.
    demand, tokens, costs, capacity, staff, decision
        See there.
    ranges
        Low and high of what is uncertain, by path, as ``"tokens.growth_per_year"``; for the tornado.
    """

    name: str
    title: str
    demand: Demand
    tokens: Tokens
    costs: Costs
    capacity: Capacity | None
    staff: Staff
    decision: Decision
    ranges: Mapping[str, tuple[float, float]]

    def value(self, path: str) -> float:
        """The value at a path, as ``"tokens.growth_per_year"``."""
        section, key = path.split(".")
        return float(getattr(getattr(self, section), key))

    def with_value(self, path: str, value: float) -> "Scenario":
        """The scenario with another value at a path."""
        section, key = path.split(".")
        return replace(self, **{section: replace(getattr(self, section), **{key: value})})

    def limits(self, path: str) -> tuple[float, float]:
        """The lowest and the highest value that may stand at a path."""
        return RANGES[path]


SECTIONS: Final[Mapping[str, type[Any]]] = {
    "demand": Demand, "tokens": Tokens, "costs": Costs, "capacity": Capacity, "staff": Staff, "decision": Decision,
}  # fmt: skip
OPTIONAL: Final[Mapping[str, Any]] = {"capacity": None, "staff": Staff()}
"""Sections that may be left out, and what stands in their place."""

AMOUNT, POSITIVE, SHARE, GROWTH = (0.0, 1e15), (1e-12, 1e15), (0.0, 1.0), (-0.9, 9.0)
RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "demand.requests_per_year": POSITIVE,
    "demand.growth_per_year": GROWTH,
    "demand.price_elasticity": (-5.0, 0.0),
    "demand.revenue_per_request_usd": POSITIVE,
    "demand.pass_through": SHARE,
    "tokens.input_per_request": AMOUNT,
    "tokens.output_per_request": AMOUNT,
    "tokens.growth_per_year": GROWTH,
    "tokens.input_usd_per_mtok": (0.0, 10_000.0),
    "tokens.output_usd_per_mtok": (0.0, 10_000.0),
    "tokens.cached_share": SHARE,
    "tokens.cached_price_ratio": SHARE,
    "tokens.batch_share": SHARE,
    "tokens.batch_price_ratio": SHARE,
    "tokens.skip_share": SHARE,
    "tokens.skip_cost_ratio": SHARE,
    "costs.other_usd_per_request": AMOUNT,
    "costs.other_growth_per_year": GROWTH,
    "costs.fixed_usd_per_year": AMOUNT,
    "costs.fixed_growth_per_year": GROWTH,
    "capacity.usd": AMOUNT,
    "capacity.requests_per_year": POSITIVE,
    "capacity.utilisation": SHARE,
    "capacity.accelerators": AMOUNT,
    "capacity.running_usd_per_accelerator": AMOUNT,
    "capacity.software_gain_per_year": GROWTH,
    "staff.fixed_usd_per_year": AMOUNT,
    "staff.usd_per_accelerator": AMOUNT,
    "staff.usd_per_request": AMOUNT,
    "staff.growth_per_year": GROWTH,
    "decision.launch_usd": AMOUNT,
    "decision.wait_years": (1, 10),
    "decision.discount_per_year": (0.0, 1.0),
    "decision.horizon_years": (1, 30),
}
"""Lowest and highest value by path."""

WHOLE: Final = ("decision.wait_years", "decision.horizon_years")
"""Paths of whole numbers."""
