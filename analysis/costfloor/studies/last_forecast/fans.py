"""What was forecast for a new model of each family, and the prices that came, both at the family's centre and on an average host.

A market of one family has one forecast, for its mean capability; what newer or older capabilities fall faster or more slowly after the
last date that the forecast knew is not taken off the prices that came.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from costfloor.fit.posterior import Draws, capability_path, replicate
from costfloor.fit.result import Fit
from costfloor.forecast.origins import extend
from costfloor.forecast.sequel import Sequel
from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.studies.last_forecast.result import Arrival, Fan

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
STEPS: Final = 24
DIGITS: Final = 4


def fans(fits: Mapping[str, Fit], after: Sequel, seed: int) -> tuple[Fan, ...]:
    """Forecasts of the equal mixture of the laws, for each family of which prices came."""
    obs = after.obs
    days = pd.date_range(after.day, obs.last, periods=STEPS).normalize()
    times = np.asarray((days - obs.start).days, float) / DAYS_PER_YEAR
    codes = np.unique(obs.family[~after.seen]).tolist()
    paths: dict[int, list[np.ndarray]] = {code: [] for code in codes}
    fewest = min(fit.parameters.size for fit in fits.values())
    for fit in fits.values():
        rng = np.random.default_rng(seed)
        draws = extend(fit.parameters, obs, after.seen, rng)
        kept = np.linspace(0, draws.size - 1, fewest).round().astype(int)
        for code in codes:
            paths[code].append(_of_new_model(draws, after, code, times, rng)[kept])
    known = set(obs.family[after.seen].tolist())
    return tuple(
        Fan(
            family=obs.families[code],
            seen=code in known,
            days=tuple(str(day.date()) for day in days),
            quantiles=tuple(
                tuple(level.round(DIGITS).tolist()) for level in np.quantile(np.concatenate(of_laws), QUANTILES, axis=0)
            ),
        )
        for code, of_laws in paths.items()
    )


def arrivals(fits: Mapping[str, Fit], after: Sequel) -> tuple[Arrival, ...]:
    """The prices that came, less what the laws on average say of the quality and weights of the model and of a host that they know."""
    obs, rows = after.obs, np.flatnonzero(~after.seen)
    codes = np.unique(obs.family[after.seen])
    # A family that the laws had not seen has the elasticity of all.
    slope = np.full(len(obs.families), np.mean([fit.parameters["elasticity"].mean() for fit in fits.values()]))
    slope[codes] = np.mean([fit.parameters["family_elasticity"].mean(axis=0) for fit in fits.values()], axis=0)
    host = np.zeros(max(len(obs.hosts), 1))
    if obs.hosts:
        known_hosts = np.unique(obs.host[after.seen])
        host[known_hosts] = np.mean([fit.parameters["host_effect"].mean(axis=0) for fit in fits.values()], axis=0)
    effects = [fit.parameters["open_effect"].mean() for fit in fits.values() if "open_effect" in fit.parameters]
    open_effect = float(np.mean(effects)) if effects else 0.0
    of_model = slope[obs.unit_family] * obs.unit_quality / obs.quality_scale + open_effect * obs.unit_open_contrast
    log_price = obs.log_price[rows] - host[obs.host[rows]] - of_model[obs.unit[rows]]
    days = obs.start + pd.to_timedelta(np.round(obs.time_years[rows] * DAYS_PER_YEAR), unit="D")
    known_units = np.isin(obs.unit[rows], obs.unit[after.seen])
    return tuple(
        Arrival(obs.families[family], str(day.date()), round(float(value), DIGITS), bool(known))
        for family, day, value, known in zip(obs.family[rows], days, log_price, known_units, strict=True)
    )


def _of_new_model(draws: Draws, after: Sequel, family: int, times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draws (S, times) of the log price of a new model, its own level and the noise of a price included."""
    obs, level = after.obs, draws["model_spread"] * rng.standard_normal(draws.size)
    birth, centre = float(obs.family_birth[family]), float(obs.centres[family])
    path = capability_path(draws, obs, family, birth, centre, times, rng)
    return replicate(draws, path + level[:, None], rng)
