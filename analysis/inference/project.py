"""The project's own panel as the laws see it, and where the fits lie."""

from pathlib import Path

import pandas as pd

from analysis.laws.observations import PriceObservations, observations
from analysis.panel import law_rows, load_panel

PRICE_UNIT = "USD per million tokens"


def panel_observations(data_dir: Path, as_of: pd.Timestamp | None = None) -> PriceObservations:
    """The observations of the built panel that the laws see."""
    return observations(law_rows(load_panel(data_dir, as_of)), price_unit=PRICE_UNIT)


def fits_dir(data_dir: Path) -> Path:
    """Folder of the fits."""
    return data_dir / "processed" / "fits"
