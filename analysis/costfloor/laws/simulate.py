"""Price tables drawn from known laws, for recovery tests and calibration. Never used by the report."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from costfloor.laws.base import Law
from costfloor.laws.innovations import grid_steps, path_at
from costfloor.laws.prior_predictive import draw_innovations


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
