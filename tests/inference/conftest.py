"""One short fit of each law, shared by the slow tests."""

from pathlib import Path

import pandas as pd
import pytest
from costfloor.fit.fit import fit_law
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.simulate import TableDesign
from known_laws import SHORT, TRUTHS, simulated_frame


@pytest.fixture(scope="session")
def small_frame() -> pd.DataFrame:
    """Sixty prices of two families under a constant rate of 1.2 with market innovations."""
    design = TableDesign(rows=60, families=2, years=2.0, noise_scale=0.3)
    return simulated_frame("discovery", TRUTHS["discovery"], design, seed=5)


@pytest.fixture(scope="session")
def small_obs(small_frame: pd.DataFrame) -> PriceObservations:
    return observations(small_frame)


@pytest.fixture(scope="session")
def fit_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fits")


@pytest.fixture(scope="session")
def small_fits(small_obs: PriceObservations, fit_folder: Path) -> dict[str, Fit]:
    """Each law fitted once; too short to pass the gates for certain."""
    return {name: fit_law(law, small_obs, SHORT, fit_folder, lambda _: None) for name, law in LAWS.items()}
