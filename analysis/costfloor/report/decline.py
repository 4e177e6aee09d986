"""What the laws say of price at fixed capability, by year and in the months ahead: means over the models on sale, draw by draw."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from costfloor.fit.posterior import FUTURE_SEED, innovations
from costfloor.fit.question_events import WINDOW_YEARS, on_sale
from costfloor.fit.result import Fit
from costfloor.laws.base import fallen
from costfloor.laws.innovations import grid_steps, path_at
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations
from costfloor.sampling.quantiles import quantiles
from costfloor.typeset.frames import three

MIN_MODELS: Final = 10
"""Calendar years with prices of fewer models are left out."""

LAST_12, NEXT_12 = "last 12 months", "next 12 months"

MONTHS_AHEAD: Final = 24

RATE: Final = "rate_log_rate_per_year"


def declined(fit: Fit, obs: PriceObservations, births: np.ndarray, weight: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Fall of log price since its opening, a mean over capabilities, with innovations.

    Parameters
    ----------
    fit, obs
        A law fitted to observations of one market.
    births, weight : (K,)
        When each capability opened, years from the start of time, and its share in the mean.
    times : (T,)
        Years from the start of time. Innovations of times to come are the same as in the answers to the questions while the last of them
        is a year after the last date.

    Returns
    -------
    (S, T) log points.
    """
    draws = fit.parameters
    law, market = draws.law, np.zeros(len(births), np.intp)
    steps = grid_steps(max(float(times.max()), obs.last_time_years + WINDOW_YEARS), law.grid_years)
    increments = innovations(draws, steps, np.random.default_rng(FUTURE_SEED))
    parameters = {name: draws[f"family_{name}"][:, market] for name in law.family_parameters}
    columns = [
        np.broadcast_to(
            fallen(law, parameters, time - births)
            + path_at(increments, market, np.full(len(births), time), law.grid_years),
            (draws.size, len(births)),
        )
        @ weight
        for time in times
    ]
    return np.column_stack(columns)


def rates_by_year(fits: Mapping[str, Fit], obs: PriceObservations) -> pd.DataFrame:
    """Mean log-rate a year by law: in calendar years, in the last 12 months and in the next.

    Of a calendar year over the models with a price in it, of the others over those on sale at the last date, as in questions 1 and 2.

    Returns
    -------
    pandas.DataFrame
        `period, series, models`, and 5, 50 and 95 % of `rate_log_rate_per_year`.
    """
    rows = []
    for period, window, births, weight, models in _periods(obs):
        for law, fit in fits.items():
            change = declined(fit, obs, births, weight, np.array(window))
            rate = (change[:, 1] - change[:, 0]) / (window[1] - window[0])
            rows.append({"period": period, "series": law, "models": models, **three(RATE, quantiles(rate))})
    return pd.DataFrame(rows)


def last_12_months(fits: Mapping[str, Fit], obs: PriceObservations) -> dict[str, float]:
    """Of the last 12 months the median of `rates_by_year`, by law."""
    rates = rates_by_year(fits, obs)
    return dict(rates.loc[rates["period"] == LAST_12].set_index("series")[f"{RATE}_q50"].astype(float))


def price_ahead(fits: Mapping[str, Fit], obs: PriceObservations, months: int = MONTHS_AHEAD) -> pd.DataFrame:
    """Price at fixed capability in the months after the last date over that of the last date, by law.

    Returns
    -------
    pandas.DataFrame
        `law, month_ahead, date`, and 5, 50 and 95 % of `price_relative_price`.
    """
    now = on_sale(obs)
    ahead = np.arange(months + 1)
    times = obs.last_time_years + ahead / 12.0
    rows = []
    for law, fit in fits.items():
        change = declined(fit, obs, now.births, now.weight, times)
        relative = np.exp(change[:, :1] - change)
        for month in ahead:
            day = obs.last + pd.DateOffset(months=int(month))
            levels = three("price_relative_price", quantiles(relative[:, month]))
            rows.append({"law": law, "month_ahead": int(month), "date": day, **levels})
    return pd.DataFrame(rows)


def _periods(obs: PriceObservations) -> list[tuple[str, tuple[float, float], np.ndarray, np.ndarray, int]]:
    """Each period with its ends in years from the start, the births in it, their weights, and how many models they are of."""
    periods = []
    for year in range(obs.start.year, obs.last.year):
        first, end = ((pd.Timestamp(day, 1, 1) - obs.start).days / DAYS_PER_YEAR for day in (year, year + 1))
        priced = np.unique(obs.unit[(obs.time_years >= first) & (obs.time_years < end)])
        if len(priced) >= MIN_MODELS:
            share = np.full(len(priced), 1.0 / len(priced))
            periods.append((str(year), (first, end), obs.unit_birth[priced], share, len(priced)))
    now, last = on_sale(obs), obs.last_time_years
    for name, window in ((LAST_12, (last - WINDOW_YEARS, last)), (NEXT_12, (last, last + WINDOW_YEARS))):
        periods.append((name, window, now.births, now.weight, now.models))
    return periods
