"""Panels that are random walks with drift, by family and quarter."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from costfloor.laws.observations import PriceObservations, observations


@dataclass(frozen=True)
class Walk:
    quarters: int = 16
    families: tuple[str, ...] = ("a", "b")
    models_a_quarter: int = 4
    prices_a_model: int = 3
    drift: float = -0.3
    innovation_sd: float = 0.3
    elasticity: float = 0.2
    model_sd: float = 0.05
    noise_sd: float = 0.05


def panel(walk: Walk, rng: np.random.Generator) -> PriceObservations:
    """Models enter in every quarter and follow their family's walk for as many quarters as they have prices, one a quarter."""
    rows = []
    for name in walk.families:
        level = np.cumsum(rng.normal(walk.drift, walk.innovation_sd, walk.quarters + walk.prices_a_model))
        for quarter in range(walk.quarters):
            for model in range(walk.models_a_quarter):
                quality, effect = rng.normal(), rng.normal(0, walk.model_sd)
                for later in range(walk.prices_a_model):
                    mean = level[quarter + later] + walk.elasticity * quality + effect
                    log_price = mean + rng.normal(0, walk.noise_sd)
                    rows.append((quarter + later, name, f"{name}{quarter}-{model}", quality, log_price))
    frame = pd.DataFrame(rows, columns=["quarter", "family", "model", "quality", "log_price"])
    day = frame["quarter"] * 91.3125 + 1 + rng.integers(0, 88, len(frame))
    first = pd.DataFrame({"quarter": [0], "family": [walk.families[0]], "model": ["first"], "quality": [0.0]})
    first = first.assign(log_price=walk.drift, date=pd.Timestamp("2020-01-01"))
    frame["date"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(day.round(), unit="D")
    table = pd.concat([first, frame])
    return observations(table.assign(price=np.exp(table["log_price"]), quality_centre=0.0, host="h"))


def split(obs: PriceObservations, quarter: int, horizon: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the rows before a quarter and of those in the quarters after it."""
    return obs.time_years < quarter / 4, (obs.time_years >= quarter / 4) & (obs.time_years < (quarter + horizon) / 4)
