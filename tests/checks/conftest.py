"""A table that falls at a constant rate, and a fit that knows it."""

import numpy as np
import pytest
from costfloor.fit.result import Fit
from costfloor.laws.observations import PriceObservations
from costfloor.laws.simulate import TableDesign
from fake_fits import make_fit, simulated


@pytest.fixture
def falling() -> PriceObservations:
    """Two families, 300 rows over three years, falling by 1 log point a year."""
    design = TableDesign(rows=300, families=2, years=3.0, noise_scale=0.2)
    return simulated("exponential", {"rate": 1.0}, design, seed=1)


@pytest.fixture
def good_fit(falling: PriceObservations) -> Fit:
    """Draws close to the truth of `falling`."""
    at_birth = falling.log_price + falling.age_years - falling.quality
    start = np.array([at_birth[falling.family == code].mean() for code in range(2)])
    center = {"family_start": start, "family_elasticity": np.full(2, falling.quality_scale)}
    return make_fit("exponential", falling, center)
