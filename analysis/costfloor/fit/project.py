"""The project's own panel as the laws see it, and where the fits lie."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from costfloor.fit.request import FitSettings, fit_key
from costfloor.keys import Key
from costfloor.laws import LAWS
from costfloor.laws.limits import require_enough
from costfloor.laws.observations import PriceObservations, observations
from costfloor.panel import law_rows, load_panel
from costfloor.storage import data_lock, refuse_links

PRICE_UNIT = "USD per million tokens"


def panel_observations(data_dir: Path, as_of: pd.Timestamp | None = None) -> PriceObservations:
    """The observations of the built panel that the laws see; refused where they are too few for a law."""
    rows = law_rows(load_panel(data_dir, as_of))
    require_enough(rows, name="the panel" if as_of is None else f"the panel as of {as_of.date()}")
    return observations(rows, price_unit=PRICE_UNIT)


def panel_fit_keys(data_dir: Path, settings: FitSettings) -> dict[str, Key]:
    """The key of a fit of every law to the built panel."""
    obs = panel_observations(data_dir)
    return {name: fit_key(law, obs, settings) for name, law in LAWS.items()}


def fits_dir(data_dir: Path) -> Path:
    """Folder of the fits."""
    return data_dir / "processed" / "fits"


def study_dir(data_dir: Path) -> Path:
    """Folder of what the last study rests on."""
    return data_dir / "processed" / "refit"


@contextmanager
def study_lock(data_dir: Path) -> Iterator[None]:
    """Hold the record of the last study: one refit or report of a data folder at a time.

    Raises
    ------
    LockedError
        Another one is under way; the message names its process.
    IntegrityError
        The processed tables lie behind a link.
    """
    refuse_links(data_dir / "processed")
    with data_lock(study_dir(data_dir)):
        yield
