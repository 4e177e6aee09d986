"""Where a project keeps its data, its reports and its results: in the current folder, or in the nearest one above it that has them."""

from pathlib import Path
from typing import Final

DATA: Final = "data"
REPORTS: Final = "reports"
RESULTS: Final = ("data/processed/results", "notebooks/stored")
"""What a full run left, then the thinned copy that comes with the project."""


def data_folder(folder: Path | str | None = None) -> Path:
    """The data folder: the one given, else `data` of the nearest folder upwards where that has `raw`, else `data` right here."""
    return Path(folder) if folder is not None else _upwards(DATA, holding="raw") or Path(DATA)


def reports_folder() -> Path:
    """The folder of reports: `reports` of the nearest folder upwards that has one, else `reports` right here."""
    return _upwards(REPORTS) or Path(REPORTS)


def results_folder(holding: str) -> Path | None:
    """The first of `RESULTS` in the nearest folder upwards that holds a file of this name."""
    return _upwards(*RESULTS, holding=holding)


def _upwards(*names: str, holding: str = "") -> Path | None:
    here = Path.cwd()
    places = (folder / name for folder in (here, *here.parents) for name in names)
    return next((place for place in places if (place / holding).exists()), None)
