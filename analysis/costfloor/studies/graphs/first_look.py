"""The regressions with which the question was first looked at, by least squares, on the panel to a date.

They were chosen after looking at the panel to 2025, so that they are a description, not a test; standard errors are clustered by model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import statsmodels.api as sm

from costfloor.studies.graphs.sizes import SizedPrices, years_since

KNOT: Final = pd.Timestamp("2025-01-01")
"""Where the rate of price per size may change."""


@dataclass(frozen=True)
class Coefficient:
    """A coefficient with its standard error; None where there is none to give."""

    value: float
    se: float | None


@dataclass(frozen=True)
class FirstLook:
    """What least squares says on the panel to a date; rates are log-rates per year, positive for a fall.

    Attributes
    ----------
    until
        The last price.
    models, prices
        With sizes.
    variance_explained
        Of the median log price of each model, by log active and log total parameters.
    capability_given_size
        Log price per ten points of capability at given sizes and first date; across models.
    price_per_size, price_per_size_without_hosts
        Fall of log price at given sizes, with an effect of each host and without.
    before_knot, after_knot, before_knot_without_hosts, after_knot_without_hosts
        The same, with another rate from `KNOT` on.
    price_per_active
        Fall of log price less log active parameters, with an effect of each host: the exponent of active parameters set to one.
    active, total, weighted
        Fall of size at fixed capability by release: active, total, and total and active weighted by what they add to log price.
    reverse
        That of active parameters from a regression of capability on size and release: as if all that models of one size and day differ in
        capability were error.
    direct
        Fall of log price at fixed capability by release, without sizes.
    """

    until: str
    models: int
    prices: int
    variance_explained: float
    capability_given_size: Coefficient
    price_per_size: Coefficient
    price_per_size_without_hosts: Coefficient
    before_knot: Coefficient
    after_knot: Coefficient
    before_knot_without_hosts: Coefficient
    after_knot_without_hosts: Coefficient
    price_per_active: Coefficient
    active: Coefficient
    total: Coefficient
    weighted: Coefficient
    reverse: Coefficient
    direct: Coefficient


def first_look(prices: SizedPrices) -> FirstLook:
    """Run the regressions."""
    knot = years_since(prices.start, KNOT)
    rows = pd.DataFrame(
        {
            "active": prices.log_active[prices.model],
            "total": prices.log_total[prices.model],
            "date": prices.time_years,
            "since_knot": np.maximum(prices.time_years - knot, 0.0),
            "capability": prices.capability[prices.model],
            "release": prices.release_years[prices.model],
        }
    )
    hosts = pd.get_dummies(pd.Series(prices.host), prefix="host", drop_first=True, dtype=float)
    by_model = pd.Series(prices.log_price).groupby(prices.model)
    models = pd.DataFrame(
        {
            "active": prices.log_active,
            "total": prices.log_total,
            "capability": prices.capability,
            "release": prices.release_years,
            "date": pd.Series(prices.time_years).groupby(prices.model).min(),
        }
    )

    def priced(names: Sequence[str], *, with_hosts: bool = True, log_price: np.ndarray = prices.log_price) -> Any:
        table = pd.concat([rows[list(names)], hosts], axis=1) if with_hosts else rows[list(names)]
        return _fitted(log_price, table, prices.model)

    size, every = ["active", "total"], np.arange(len(models))
    median = by_model.median().to_numpy()
    with_hosts, without = priced([*size, "date"]), priced([*size, "date"], with_hosts=False)
    bent, bent_without = priced([*size, "date", "since_knot"]), priced([*size, "date", "since_knot"], with_hosts=False)
    weighted = with_hosts.params["active"] * prices.log_active + with_hosts.params["total"] * prices.log_total
    of_size = {
        name: _fitted(value, models[["capability", "release"]], every)
        for name, value in (("active", prices.log_active), ("total", prices.log_total), ("weighted", weighted))
    }
    per_active = prices.log_price - rows["active"].to_numpy()
    return FirstLook(
        until=str(prices.last.date()),
        models=len(prices.models),
        prices=prices.n,
        variance_explained=float(_fitted(median, models[size], every).rsquared),
        capability_given_size=_coefficient(
            _fitted(median, models[[*size, "capability", "date"]], every), {"capability": 1.0}
        ),
        price_per_size=_coefficient(with_hosts, {"date": -1.0}),
        price_per_size_without_hosts=_coefficient(without, {"date": -1.0}),
        before_knot=_coefficient(bent, {"date": -1.0}),
        after_knot=_coefficient(bent, {"date": -1.0, "since_knot": -1.0}),
        before_knot_without_hosts=_coefficient(bent_without, {"date": -1.0}),
        after_knot_without_hosts=_coefficient(bent_without, {"date": -1.0, "since_knot": -1.0}),
        price_per_active=_coefficient(priced(["date"], log_price=per_active), {"date": -1.0}),
        active=_coefficient(of_size["active"], {"release": -1.0}),
        total=_coefficient(of_size["total"], {"release": -1.0}),
        weighted=_coefficient(of_size["weighted"], {"release": -1.0}),
        reverse=_reverse(_fitted(prices.capability, models[["active", "release"]], every)),
        direct=_coefficient(priced(["capability", "release"], with_hosts=False), {"release": -1.0}),
    )


def _fitted(values: np.ndarray, table: pd.DataFrame, groups: np.ndarray) -> Any:
    design = sm.add_constant(table.reset_index(drop=True))
    return sm.OLS(values, design).fit(cov_type="cluster", cov_kwds={"groups": groups})


def _coefficient(fitted: Any, weights: Mapping[str, float]) -> Coefficient:
    """A sum of coefficients."""
    names = list(weights)
    weight = np.array([weights[name] for name in names])
    covariance = fitted.cov_params().loc[names, names].to_numpy()
    return Coefficient(float(weight @ fitted.params[names].to_numpy()), float(np.sqrt(weight @ covariance @ weight)))


def _reverse(fitted: Any) -> Coefficient:
    """What a year adds to capability over what a log point of size does, with the standard error of the ratio by the delta method."""
    names = ["active", "release"]
    by_size, by_year = fitted.params[names]
    gradient = np.array([-by_year / by_size**2, 1.0 / by_size])
    covariance = fitted.cov_params().loc[names, names].to_numpy()
    return Coefficient(float(by_year / by_size), float(np.sqrt(gradient @ covariance @ gradient)))
