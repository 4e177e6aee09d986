"""One short fit of each law to sixty prices, sampled once for all tests of a session, in whichever process they run."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from costfloor.fit.fit import fit_law
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.simulate import TableDesign
from known_laws import SHORT, TRUTHS, simulated_frame


@contextmanager
def session_folder(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder of all processes of this test session, for one of them at a time: what the first put there, the others find."""
    root = factory.getbasetemp()
    # The temporary folder of a worker of pytest-xdist lies in that of the session.
    folder = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / name
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.fixture(scope="session")
def small_frame() -> pd.DataFrame:
    """Sixty prices of two families under a constant rate of 1.2 with market innovations."""
    design = TableDesign(rows=60, families=2, years=2.0, noise_scale=0.3)
    return simulated_frame("discovery", TRUTHS["discovery"], design, seed=5)


@pytest.fixture(scope="session")
def small_obs(small_frame: pd.DataFrame) -> PriceObservations:
    return observations(small_frame)


@pytest.fixture(scope="session")
def fit_folder(small_obs: PriceObservations, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fit of each law; too short to pass the gates for certain."""
    with session_folder(tmp_path_factory, "small-fits") as folder:
        for law in LAWS.values():
            fit_law(law, small_obs, SHORT, folder, lambda _: None)
    return folder


@pytest.fixture(scope="session")
def small_fits(small_obs: PriceObservations, fit_folder: Path) -> dict[str, Fit]:
    return {name: fit_law(law, small_obs, SHORT, fit_folder, lambda _: None) for name, law in LAWS.items()}
