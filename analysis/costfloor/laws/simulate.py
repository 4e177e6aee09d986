"""Price tables drawn from known laws, for recovery tests and calibration. Never used by the report."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from costfloor.laws.base import Law, fallen
from costfloor.laws.innovations import grid_steps, path_at
from costfloor.laws.prior_predictive import draw_innovations

MARKET_TRUTH = {
    "level": 1.0, "elasticity": 0.8, "open_effect": -0.4, "model_spread": 0.4, "host_spread": 0.2, "pass_through": 0.4, "noise_scale": 0.15,
}  # fmt: skip
"""Of the observation model, in a simulated market."""


@dataclass(frozen=True)
class MarketDesign:
    """Size and shape of a simulated market: one family of models, each with the birth of its capability.

    Births go from `oldest_years` before the record to its end, in proportion to capability, and a model enters up to `lead_years` before
    the birth of its capability or at any later time.
    """

    models: int = 90
    rows: int = 200
    hosts: int = 8
    years: float = 4.0
    oldest_years: float = 2.0
    lead_years: float = 0.3
    points_per_year: float = 10.0
    start: str = "2021-01-01"


@dataclass(frozen=True)
class TableDesign:
    """Size and shape of a simulated price table; families start `stagger_years` apart."""

    rows: int = 1500
    families: int = 5
    years: float = 4.0
    stagger_years: float = 0.0
    noise_scale: float = 0.5
    score_elasticity: float = 1.0
    start: str = "2021-01-01"


def simulate_table(law: Law, truth: Mapping[str, float], design: TableDesign, seed: int) -> pd.DataFrame:
    """Draw a table in the format of the contract from `law`.

    Parameters
    ----------
    law, truth
        The law and its population parameters, the same for all families; with the size of innovations (`discoveries_per_year`,
        `innovation_sd`) among them, innovations are drawn.
    design
        Rows, families, horizon and noise (standard deviation of log price).
    seed
        Seed of the generator.

    Returns
    -------
    Columns `date`, `price`, `score` (fraction), `family`.
    """
    rng = np.random.default_rng(seed)
    family = rng.integers(design.families, size=design.rows)
    birth = family * design.stagger_years
    age = rng.uniform(0.0, design.years - birth)
    time = birth + age
    quality = rng.normal(family - design.families / 2, 0.7)
    innovated = np.zeros(design.rows)
    if law.innovations and law.innovations.priors[0].name in truth:
        span = float(np.mean(design.years - design.stagger_years * np.arange(design.families)))
        population = {name: np.array([value]) for name, value in truth.items()}
        increments = draw_innovations(
            law, population, span, design.families, grid_steps(design.years, law.grid_years), rng
        )
        innovated = path_at(increments, family, time, law.grid_years)[0]
    log_price = (
        3.0
        + design.score_elasticity * quality
        - law.decline(truth, age)
        - innovated
        + rng.normal(0.0, design.noise_scale, design.rows)
    )
    return pd.DataFrame(
        {
            "date": pd.Timestamp(design.start) + pd.to_timedelta(np.round(time * 365.25), unit="D"),
            "price": np.exp(log_price),
            "score": 1.0 / (1.0 + np.exp(-quality)),
            "family": [f"band {index + 1}" for index in family],
        }
    )


def simulate_market(law: Law, truth: Mapping[str, float], design: MarketDesign, seed: int) -> pd.DataFrame:
    """Draw a table of one market, with births by model, from `law`.

    Parameters
    ----------
    law, truth
        The law and its parameters, with the size of its innovations, if it has any.
    design
        Numbers of models, prices and hosts, and the record.
    seed
        Seed of the generator.

    Returns
    -------
    Columns `date`, `price`, `quality` (capability points)`, `quality_sd`, `family` (one)`, `birth`, `entry`, `model`, `host`,
    `open_weights`, with the observation model of `MARKET_TRUTH`; no measured quality is off.
    """
    rng = np.random.default_rng(seed)
    birth = rng.uniform(-design.oldest_years, design.years, design.models)
    entry = np.maximum(rng.uniform(birth - design.lead_years, design.years), 0.0)
    is_open = rng.random(design.models) < 0.5
    model = np.r_[np.arange(design.models), rng.integers(design.models, size=design.rows - design.models)]
    first = np.arange(design.rows) < design.models
    # Whole days, as the dates are.
    time = np.round(365.25 * np.where(first, entry[model], rng.uniform(entry[model], design.years))) / 365.25
    entry, host = time[: design.models], rng.integers(design.hosts, size=design.rows)
    path = np.zeros((1, 1, grid_steps(design.years, law.grid_years)))
    if law.innovations:
        parameters = {name: np.array([value]) for name, value in truth.items()}
        span = float(np.mean(design.years - birth))
        path = draw_innovations(law, parameters, span, 1, path.shape[-1], rng)

    def declined(of: np.ndarray, until: np.ndarray) -> np.ndarray:
        innovated = path_at(path, np.zeros(len(until), np.intp), until, law.grid_years)[0]
        return np.asarray(fallen(law, truth, until - birth[of]) + innovated)

    every, true = np.arange(design.models), MARKET_TRUTH
    level = true["level"] + true["elasticity"] * (birth - birth.mean()) / birth.std() + true["open_effect"] * is_open
    level += declined(every, np.full(design.models, design.years)) - declined(every, entry)
    level += true["model_spread"] * rng.standard_normal(design.models)
    log_price = level[model] - true["pass_through"] * (declined(model, time) - declined(model, entry[model]))
    log_price += true["host_spread"] * rng.standard_normal(design.hosts)[host]
    log_price += true["noise_scale"] * rng.standard_normal(design.rows)

    def dates(years: np.ndarray) -> pd.DatetimeIndex:
        return pd.Timestamp(design.start) + pd.to_timedelta(365.25 * years, unit="D")

    return pd.DataFrame(
        {
            "date": dates(time).round("D"),
            "price": np.exp(log_price),
            "quality": 100.0 + design.points_per_year * birth[model],
            "quality_sd": rng.uniform(0.5, 2.0, design.models)[model],
            "family": "market",
            "birth": dates(birth[model]),
            "entry": dates(entry[model]).round("D"),
            "model": [f"model {code:03d}" for code in model],
            "host": [f"host {code}" for code in host],
            "open_weights": is_open[model],
        }
    )
