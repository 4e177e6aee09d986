"""The quantities a fit reports, as draws.

A rate is first of all that of the table: the mean over its capabilities on sale, each at its own age, and with several families the mean
over them. Beside it stand every family by itself and, where there are several, a family not seen yet, drawn from their population. The rate
of a typical family of that population is none of them: fitted to one family it was three times as uncertain as the table's.

A law's rate leaves out what innovations did. `rate_12m`, the mean rate of decline at fixed capability over the last twelve months, has
both, and so has `rate_next_12m`, that of the next twelve, with innovations to come.

Two buyers live under different clocks. The buyer of a *fixed capability* keeps it, and its clock runs on. The buyer who *follows the
frontier* moves to each new capability as it opens, so that his clock restarts: what he sees is the law averaged over the ages from zero to
the mean time between openings of families, in a market over the first year.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from costfloor.fit.posterior import FUTURE_SEED, Draws, capability_path, merge_chains
from costfloor.fit.question_events import WINDOW_YEARS, births_on_sale, posterior_events
from costfloor.laws.base import Law, rate_at
from costfloor.laws.few_families import fitted_law
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations

FLOOR_CLAIM = (-math.log(1 - 0.15), -math.log(1 - 0.20))
"""The claimed floor, a fall of 15 to 20 % a year, as log-rates."""

RATES = ("rate_now", "rate_initial", "rate_floor", "rate_long_run")
"""Log-rates that differ by family, where a law has them."""

NEW_FAMILY_SEED = 20260101
"""Of a family not seen yet: one more draw from the population for each posterior draw."""

HEADLINE_RATES = ("rate_now", "rate_long_run")
"""What is followed from one data vintage to the next."""

UNITS = {
    "discoveries_per_year": "per year",
    "half_life_years": "years",
    "innovation_sd": "log points per step",
    "kept_share": "share",
    "mean_log_gain": "log points",
    "noise_scale": "log points",
    "open_effect": "log points",
    "pass_through": "share",
    "score_elasticity": "log points per unit of quality",
    "stagnant_share": "share",
}
"""Units of the quantities that are no rates; a rate is a log-rate per year."""

QUANTILES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}


def frontier_stay_years(births: np.ndarray) -> float:
    """Mean time between openings of families, in years; 1 year where they open together or there is one only."""
    openings = np.unique(np.round(births, 1))
    return float(np.ptp(openings) / (len(openings) - 1)) if len(openings) > 1 else 1.0


def reported_quantities(posterior: xr.Dataset, law: Law, obs: PriceObservations) -> xr.Dataset:
    """Draws of everything the fit reports, dimensions (chain, draw[, family]).

    Each of `RATES` that the law has is the mean over the table's families (`rate_now`: at the last date, over the family's capabilities on
    sale, each at its own age); by family it is `family_rate_now` and so on, and `rate_now_new_family` is that of a family not seen yet, at
    their mean age. `rate_12m` and `rate_next_12m` are means over the same capabilities, too. `score_elasticity` (per unit of quality),
    `noise_scale` and what else the law reports are of the population, and so is `frontier_rate`, the frontier buyer's: his next family is
    a new one. `family_start` is the log price at birth of what has a family's mean birth and centre quality.
    """
    law = fitted_law(law, obs)
    population = {name: posterior[name] for name in law.family_parameters}
    process = {prior.name: posterior[prior.name] for prior in (law.innovations.priors if law.innovations else ())}
    stay = frontier_stay_years(obs.family_birth)
    by_family = _family_rates(posterior, law, obs, process)
    means = {name: rate.mean("family") for name, rate in by_family.items()}
    rates = dict(means)
    if len(obs.families) > 1:
        unseen = _new_family(posterior, law)
        of_unseen = _rates(law, unseen | process, rate_at(law, unseen, obs.mean_age_at_last))
        rates = {}
        for name, mean in means.items():
            rates |= {name: mean, f"family_{name}": by_family[name], f"{name}_new_family": of_unseen[name]}
    optional = {name: posterior[name] for name in ("open_effect", "pass_through") if name in posterior}
    if obs.models_repeat:
        optional["same_model_rate"] = posterior["pass_through"] * means["rate_now"]
    of_law = law.reported(population | process, obs.mean_age_at_last)
    return xr.Dataset(
        {
            **rates,
            **_year_rates(posterior, law, obs),
            "score_elasticity": posterior["elasticity"] / obs.quality_scale,
            "noise_scale": posterior["noise_scale"],
            "frontier_rate": law.decline(population, stay) / stay,
            "family_rate_now": by_family["rate_now"],
            "family_start": posterior["family_start"],
            **{name: value for name, value in of_law.items() if name not in RATES},
            **optional,
        }
    )


def _family_rates(
    posterior: xr.Dataset, law: Law, obs: PriceObservations, process: Mapping[str, xr.DataArray]
) -> dict[str, xr.DataArray]:
    """Those of `RATES` that a law has, by family; the rate of now is the mean over the family's capabilities on sale."""
    parameters = {name: posterior[f"family_{name}"] for name in law.family_parameters}
    now = []
    for code in range(len(obs.families)):
        ages = xr.DataArray(obs.last_time_years - births_on_sale(obs, code), dims="capability")
        of_family = {name: value.isel(family=code) for name, value in parameters.items()}
        now.append(rate_at(law, of_family, ages).mean("capability"))
    by_family = xr.concat(now, pd.Index(obs.families, name="family"), coords="minimal", compat="override")
    return _rates(law, parameters | dict(process), by_family.transpose("chain", "draw", "family"))


def _year_rates(posterior: xr.Dataset, law: Law, obs: PriceObservations) -> dict[str, xr.DataArray]:
    """Mean rates of decline at fixed capability over the twelve months before and after the last date, innovations included."""
    events = posterior_events(merge_chains(posterior, law), obs)
    rates = {"rate_12m": events.rate_12m, "rate_next_12m": events.fall_next_12m / WINDOW_YEARS}
    like = posterior["noise_scale"]
    return {name: like.copy(data=rate.reshape(like.shape)) for name, rate in rates.items()}


def _rates(law: Law, parameters: Mapping[str, xr.DataArray], now: xr.DataArray) -> dict[str, xr.DataArray]:
    """Those of `RATES` that a law has, for families of the given parameters and rates of `now`."""
    of_law = {"rate_now": now, **law.reported(parameters, 0.0)}
    of_law["rate_long_run"] = law.long_run_rate(parameters)
    return {name: of_law[name] for name in RATES if name in of_law}


def _new_family(posterior: xr.Dataset, law: Law) -> dict[str, xr.DataArray]:
    """Parameters of a family drawn from the population of each posterior draw."""
    rng = np.random.default_rng(NEW_FAMILY_SEED)
    drawn = {}
    for name, parameter in law.family_parameters.items():
        center, spread = posterior[name], parameter.spread
        width: Any = 0.0
        if spread is not None:
            width = spread.constants[0] if spread.distribution == "constant" else posterior[spread.name]
        drawn[name] = parameter.of_family(center, width * rng.standard_normal(center.shape))
    return drawn


def contract_parameters(reported: xr.Dataset) -> dict[str, dict[str, float]]:
    """Mean, sd and the 5, 50 and 95 % quantiles of each scalar quantity by name, and of each family's rates as `rate_now[FAMILY]`."""
    summaries = {}
    for name, array in reported.data_vars.items():
        if array.ndim == 2:
            summaries[str(name)] = _summary(array)
        elif (of_family := str(name).removeprefix("family_")) in RATES and array.sizes["family"] > 1:
            summaries |= {
                f"{of_family}[{family}]": _summary(array.sel(family=family)) for family in array["family"].to_numpy()
            }
    return summaries


def _summary(draws: xr.DataArray) -> dict[str, float]:
    quantiles = {name: float(draws.quantile(q)) for name, q in QUANTILES.items()}
    return {"mean": float(draws.mean()), "sd": float(draws.std(ddof=1)), **quantiles}


def summary_table(parameters: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """What `contract_parameters` gives as a table: `quantity, family, unit, mean, sd, q05, q50, q95`."""
    rows = []
    for name, numbers in parameters.items():
        # The name of a family may hold brackets of its own; that of a quantity has none.
        quantity, _, family = name.partition("[")
        rows.append({"quantity": quantity, "family": family[:-1], "unit": unit(quantity), **numbers})
    return pd.DataFrame(rows, columns=["quantity", "family", "unit", "mean", "sd", *QUANTILES])


def unit(quantity: str) -> str:
    """The unit of a reported quantity."""
    return UNITS.get(quantity, "log-rate per year")


def forecast_prices(draws: Draws, obs: PriceObservations, months: int) -> pd.DataFrame:
    """Price of a new model at each family's centre quality: `family, date, q05, q50, q95, unit`, from the last date on by month."""
    days = [(obs.last + pd.DateOffset(months=month) - obs.start).days for month in range(months + 1)]
    times = np.array(days) / DAYS_PER_YEAR
    paths = [path_quantiles(draws, obs, family, times) for family in range(len(obs.families))]
    return pd.concat(paths, ignore_index=True)


def path_quantiles(draws: Draws, obs: PriceObservations, family: int, time_years: np.ndarray) -> pd.DataFrame:
    """Quantiles of a family's price at some times, years from the start; columns as in `forecast_prices`."""
    birth, centre = float(obs.family_birth[family]), float(obs.centres[family])
    path = capability_path(draws, obs, family, birth, centre, time_years, np.random.default_rng(FUTURE_SEED))
    quantiles = np.exp(np.quantile(path, list(QUANTILES.values()), axis=0))
    dates = obs.start + pd.to_timedelta(np.round(time_years * DAYS_PER_YEAR), unit="D")
    table = pd.DataFrame(
        {"family": obs.families[family], "date": dates, **dict(zip(QUANTILES, quantiles, strict=True))}
    )
    return table.assign(unit=obs.price_unit)


def headline_rates(parameters: Mapping[str, Mapping[str, float]]) -> dict[str, list[float]]:
    """The 5, 50 and 95 % quantiles of the rates that are followed over time, from what `contract_parameters` gives."""
    return {name: [parameters[name][q] for q in ("q05", "q50", "q95")] for name in HEADLINE_RATES}


def floor_prior(receipt: Mapping[str, Any]) -> tuple[float, float]:
    """Mean and standard deviation, before any price is seen, of the plateau law's floor: that of the mean over the table's families.

    Parameters
    ----------
    receipt
        Of a fit of the plateau law.
    """
    priors, families = receipt["priors"], receipt.get("families", 1)
    mean, sd = priors["rate_floor"]["constants"]
    apart = priors["rate_floor_spread"]["constants"][0] if families > 1 else 0.0
    return mean, math.hypot(sd, apart / math.sqrt(families))


def probability_of_claim(long_run_rate: np.ndarray) -> float:
    """Share of draws whose long-run rate lies in the claimed 15-20 % a year."""
    low, high = FLOOR_CLAIM
    return float(np.mean((long_run_rate >= low) & (long_run_rate <= high)))
