"""The bands of capability on the one market that the laws see: a band stands for a capability of its centre and its models' mean birth."""

import numpy as np
import pandas as pd

from costfloor.fit.posterior import Draws, capability_path
from costfloor.laws.base import rate_at
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations
from costfloor.panel import panel_bands

MARKET_CODE = 0
"""Code of the market among the families of the panel's observations, of which it is the only one."""

FUTURE_SEED = 1
"""The same draws of the future for every band: bands differ by what they are, not by luck."""


def births_years(bands: pd.DataFrame, obs: PriceObservations) -> np.ndarray:
    """Mean birth of each band's models, years from the start of the observations, shape (B,)."""
    return np.asarray((bands["birth"] - obs.start) / pd.Timedelta(days=1), float) / DAYS_PER_YEAR


def band_rates(draws: Draws, panel: pd.DataFrame, obs: PriceObservations) -> pd.DataFrame:
    """Draws of the rate of decline at the last date by band, log-rate per year: `rate_now` at the mean birth of the band's models.

    Returns
    -------
    One row per draw, one column per band in rising order.
    """
    bands = panel_bands(panel)
    ages = obs.last_time_years - births_years(bands, obs)
    rates = rate_at(draws.law, draws.family(np.full(len(bands), MARKET_CODE)), ages)
    return pd.DataFrame(np.broadcast_to(rates, (draws.size, len(bands))), columns=bands.index)


def band_path(draws: Draws, obs: PriceObservations, band: pd.Series, time_years: np.ndarray) -> np.ndarray:
    """Log price of a new model at a band's centre at each time (years from the start), shape (S, times).

    Parameters
    ----------
    draws, obs
        Of a fit to the panel.
    band
        A row of `costfloor.panel.panel_bands`.
    time_years
        Later times than the last date are forecasts.
    """
    birth = float(births_years(band.to_frame().T, obs)[0])
    rng = np.random.default_rng(FUTURE_SEED)
    return capability_path(draws, obs, MARKET_CODE, birth, float(band["centre"]), time_years, rng)


def unit_bands(panel: pd.DataFrame, obs: PriceObservations) -> np.ndarray:
    """Name of each unit's band, shape (U,)."""
    # Units are known by their capability, also where no model repeats and they have no names.
    by_capability = dict(zip(panel["capability"], panel["band"], strict=True))
    return np.array([by_capability[capability] for capability in obs.unit_capability], object)
