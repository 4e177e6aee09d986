"""One short fit of each law to sixty prices, sampled once for all tests of a session, in whichever process they run."""

import os

import pandas as pd
import pytest
from costfloor.fit.fit import fit_law
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.simulate import TableDesign
from known_laws import SHORT, TRUTHS, simulated_frame
from shared_folder import shared_folder


@pytest.fixture(scope="session")
def small_frame() -> pd.DataFrame:
    """Sixty prices of two families under a constant rate of 1.2 with market innovations."""
    design = TableDesign(rows=60, families=2, years=2.0, noise_scale=0.3)
    return simulated_frame("discovery", TRUTHS["discovery"], design, seed=5)


@pytest.fixture(scope="session")
def small_obs(small_frame: pd.DataFrame) -> PriceObservations:
    return observations(small_frame)


@pytest.fixture(scope="session")
def small_fits(small_obs: PriceObservations, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fit]:
    """Too short to pass the gates for certain."""
    # Every other process begins at the other end, so that two of them share the work rather than one wait for all of it.
    backwards = os.environ.get("PYTEST_XDIST_WORKER", "gw0")[-1] in "13579"
    fits = {}
    for name in reversed(LAWS) if backwards else LAWS:
        with shared_folder(tmp_path_factory, f"small-fit-{name}") as folder:
            fits[name] = fit_law(LAWS[name], small_obs, SHORT, folder, lambda _: None)
    return {name: fits[name] for name in LAWS}
