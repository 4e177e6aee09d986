"""The bands of capability on the one market that the laws see: a band stands for its centre and the mean birth of its models."""

import numpy as np
import pandas as pd

from costfloor.fit.posterior import Draws
from costfloor.laws.base import rate_at
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations
from costfloor.panel import panel_bands

MARKET_CODE = 0
"""Code of the market among the families of the panel's observations, of which it is the only one."""


def observed_bands(panel: pd.DataFrame, obs: PriceObservations) -> pd.DataFrame:
    """`panel_bands` with `birth_years`, mean birth in years from the start of the observations, and `age_years` at their last date."""
    bands = panel_bands(panel)
    birth_years = (bands["birth"] - obs.start) / pd.Timedelta(days=DAYS_PER_YEAR)
    return bands.assign(birth_years=birth_years, age_years=obs.last_time_years - birth_years)


def band_rates(draws: Draws, bands: pd.DataFrame) -> pd.DataFrame:
    """Draws of the rate of decline at the last date by band, log-rate per year: `rate_now` at the mean birth of the band's models.

    Parameters
    ----------
    draws
        Of a fit to the panel.
    bands
        As from `observed_bands`.

    Returns
    -------
    One row per draw, one column per band.
    """
    market = draws.family(np.full(len(bands), MARKET_CODE))
    rates = rate_at(draws.law, market, bands["age_years"].to_numpy())
    return pd.DataFrame(np.broadcast_to(rates, (draws.size, len(bands))), columns=bands.index)


def unit_bands(panel: pd.DataFrame, obs: PriceObservations) -> np.ndarray:
    """Name of each unit's band, shape (U,)."""
    # Units are known by their capability, also where no model repeats and they have no names.
    by_capability = dict(zip(panel["capability"], panel["band"], strict=True))
    return np.array([by_capability[capability] for capability in obs.unit_capability], object)
