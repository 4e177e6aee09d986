"""Small price tables, and fits made of given or random draws instead of sampled ones."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations, observations
from costfloor.laws.simulate import TableDesign, simulate_table
from plain_draws import law_values

CHAINS, DRAWS = 2, 500


def make_table(
    years: Sequence[float], log_price: Sequence[float], family: Sequence[str], quality: Sequence[float] | None = None
) -> PriceObservations:
    """Observations at given times (years), to the day."""
    return observations(
        pd.DataFrame(
            {
                "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.round(np.multiply(years, DAYS_PER_YEAR)), "D"),
                "price": np.exp(np.asarray(log_price, float)),
                "quality": np.zeros(len(years)) if quality is None else np.asarray(quality, float),
                "family": family,
            }
        )
    )


def simulated(law: str, truth: Mapping[str, float], design: TableDesign, seed: int) -> PriceObservations:
    frame = simulate_table(LAWS[law], truth, design, seed)
    return observations(frame.assign(quality=np.log(frame["score"] / (1 - frame["score"]))))


def make_fit(law: str, obs: PriceObservations, center: Mapping[str, Any], spread: float = 0.01, seed: int = 0) -> Fit:
    """A fit whose draws scatter by `spread` around `center`; what `center` lacks is drawn around plain values."""
    rng = np.random.default_rng(seed)
    families = len(obs.families)
    values: dict[str, Any] = {
        "noise_scale": 0.2,
        "noise_tail": 50.0,
        "family_start": np.full(families, obs.log_price.mean()),
        "family_elasticity": np.zeros(families),
        **law_values(LAWS[law], obs, {"rate": 1.0} | dict(center)),
        **center,
    }
    data = {}
    for name, value in values.items():
        shape = (CHAINS, DRAWS, *np.shape(value))
        dims = ("chain", "draw", *(f"{name}_{axis}" for axis in range(np.ndim(value))))
        data[name] = (dims, np.asarray(value) + spread * rng.standard_normal(shape))
    receipt = {"law": law, "n": obs.n, "data_hash": obs.data_hash}
    return Fit(LAWS[law], receipt, xr.Dataset(data), xr.Dataset())
