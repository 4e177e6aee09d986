"""What the draws of a fit are: every name in words, with its unit."""

from collections.abc import Hashable
from typing import Final

import xarray as xr

from costfloor.fit.quantities import UNITS

RATE: Final = "log-rate per year"
LOG_POINTS: Final = "log points"

WORDS: Final = {
    "common": "innovations of the calendar that every price shares",
    "common_innovation": "sum of all innovations of a step of the calendar, which every price shares",
    "discoveries_per_year": "market-wide gains a year",
    "discoveries_per_year_above": "market-wide gains a year above the fewest that can be told from noise",
    "elasticity": "change of log price with one standard deviation of quality",
    "frontier_rate": "rate that a buyer sees who moves to every new capability as it opens",
    "half_life_years": "time in which the part of the rate that decays is halved",
    "host_effect": "log price of a host beside that of the others",
    "host_spread": "standard deviation of the effects of hosts",
    "initial_rate": "rate at birth",
    "innovation_rate": "rate that innovations bring about on average",
    "innovation_sd": "standard deviation of an innovation",
    "kept_share": "share of the rate at birth that is kept in the long run",
    "level": "log price of the families on average",
    "mean_log_gain": "mean gain of one discovery",
    "model_spread": "standard deviation of the effects of models",
    "noise_scale": "scale of what remains of a log price",
    "noise_tail": "degrees of freedom of what remains",
    "open_effect": "change of log price with open weights",
    "own": "innovations of the calendar of each family alone",
    "own_innovation": "sum of the innovations of a step of the calendar, of each family alone",
    "pass_through": "share of the market's fall that a model on sale takes up",
    "progressive_rate": "rate of the part of cost that gets cheaper",
    "rate": "rate of decline",
    "rate_12m": "mean rate of the last twelve months, innovations included",
    "rate_excess": "rate at birth above the floor",
    "rate_floor": "rate to which the decline slows",
    "rate_initial": "rate at birth",
    "rate_long_run": "rate in the long run",
    "rate_next_12m": "mean rate of the next twelve months, innovations included",
    "rate_now": "rate on the last date, at the ages of the capabilities on sale",
    "same_model_rate": "rate of the price of one model after it came on sale",
    "score_elasticity": "change of log price with one unit of quality",
    "stagnant_growth": "yearly growth of the price of the inputs that do not get cheaper",
    "stagnant_logit": "log odds of the share in cost at birth of the inputs that do not get cheaper",
    "stagnant_share": "share in cost of the inputs that do not get cheaper",
    "start": "log price at birth of what has the family's mean birth and centre quality",
    "unit_level": "log price of a model at its entry beside what its quality and entry let expect",
}
"""Of parameters and reported quantities.

`family_X` is X of each family, `X_new_family` that of one not seen yet, `X_spread` the spread over families.
"""

AS_SAMPLED: Final = {"_log": "its logarithm", "_direct": "itself", "_z": "a standard normal from which it follows"}
"""What is sampled in place of a parameter, by the end of its name."""

PARAMETER_UNITS: Final = {
    "common_innovation": LOG_POINTS,
    "discoveries_per_year_above": "per year",
    "elasticity": LOG_POINTS,
    "host_effect": LOG_POINTS,
    "host_spread": LOG_POINTS,
    "innovation_sd": "log points, over a year",
    "kept_share_spread": "share",
    "level": LOG_POINTS,
    "model_spread": LOG_POINTS,
    "noise_tail": "degrees of freedom",
    "own_innovation": LOG_POINTS,
    "rate_floor_spread": RATE,
    "stagnant_logit": "log odds",
    "stagnant_logit_spread": "log odds",
    "start": "log price",
    "unit_level": LOG_POINTS,
}
"""Of parameters whose unit is not that of a reported quantity of the same name. A rate is a log-rate per year."""


def in_words(name: str) -> str:
    """What a parameter or a reported quantity is."""
    if name in WORDS:
        return WORDS[name]
    for ending, sampled in AS_SAMPLED.items():
        if name.endswith(ending):
            return f"{in_words(name.removesuffix(ending))} (as sampled: {sampled})"
    if name.startswith("family_"):
        return f"{in_words(name.removeprefix('family_'))}, of each family"
    if name.endswith("_new_family"):
        return f"{WORDS[name.removesuffix('_new_family')]}, of a family not seen yet"
    return f"spread over families: {WORDS[name.removesuffix('_spread')]}"


def parameter_unit(name: str) -> str:
    """The unit of a parameter; spreads over families are those of its log where the parameter lies above zero."""
    if name.endswith("_z"):
        return "standard deviations"
    if name.endswith("_log"):
        return LOG_POINTS
    bare = name.removeprefix("family_").removesuffix("_direct")
    return PARAMETER_UNITS.get(bare) or UNITS.get(bare) or (LOG_POINTS if bare.endswith("_spread") else RATE)


def documented(posterior: xr.Dataset) -> xr.Dataset:
    """The draws of parameters with what each is (`long_name`) and its unit (`units`) beside them; the draws are the same."""

    def described(name: Hashable) -> xr.DataArray:
        return posterior[name].assign_attrs(long_name=in_words(str(name)), units=parameter_unit(str(name)))

    return posterior.assign({name: described(name) for name in posterior.data_vars})
