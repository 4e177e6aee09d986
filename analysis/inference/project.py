"""The project's own panel as the laws see it, how they are fitted to it, and where the fits lie."""

from pathlib import Path
from typing import Final

import pandas as pd

from analysis.inference.fit import FitSettings
from analysis.laws.limits import require_enough
from analysis.laws.observations import PriceObservations, observations
from analysis.panel import law_rows, load_panel

PRICE_UNIT = "USD per million tokens"

SETTINGS: Final = FitSettings(draws=1500, tune=700, target_accepts=(0.975, 0.99, 0.995))
"""Of every fit in a report, on all prices or as of a past date. Why so many, and why so careful at once: docs/decisions.md."""


def panel_observations(data_dir: Path, as_of: pd.Timestamp | None = None) -> PriceObservations:
    """The observations of the built panel that the laws see; refused where they are too few for a law."""
    rows = law_rows(load_panel(data_dir, as_of))
    require_enough(rows, name="the panel" if as_of is None else f"the panel as of {as_of.date()}")
    return observations(rows, price_unit=PRICE_UNIT)


def fits_dir(data_dir: Path) -> Path:
    """Folder of the fits."""
    return data_dir / "processed" / "fits"
