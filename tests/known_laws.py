"""Tables drawn from known laws, and settings of a short fit."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from costfloor.laws import LAWS
from costfloor.laws.simulate import TableDesign, simulate_table
from costfloor.sampling.policy import Sampling

SHORT = Sampling(draws=300, tune=300, chains=2, target_accepts=(0.9,), longer=False)
TRUTHS: dict[str, dict[str, float]] = {
    "plateau": {"rate_floor": 0.18, "rate_excess": 2.32, "half_life_years": 1.0},
    "discovery": {"rate": 1.2, "discoveries_per_year": 24.0},
}


def simulated_frame(law: str, truth: Mapping[str, float], design: TableDesign, seed: int) -> pd.DataFrame:
    """A table as `read_price_table` would give it."""
    frame = simulate_table(LAWS[law], truth, design, seed)
    return frame.assign(quality=np.log(frame["score"] / (1.0 - frame["score"])))
