"""Where everything of a project lies: it follows from `--data` and `--reports`, and no stored file says it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from costfloor.storage import data_lock, refuse_links

RESULTS: Final = ("data/processed/results", "notebooks/stored")
"""What a full run left, then the thinned copy that comes with the project."""


@dataclass(frozen=True)
class Places:
    """The folders of one project, made once where a command begins.

    Attributes
    ----------
    data
        Holds `raw/`, what people and sources said, and `processed/`, what is made of it.
    reports
        Holds the reports, the ledger and the results of the heavy studies.
    made
        Folder in `data` of what is made.
    """

    data: Path = Path("data")
    reports: Path = Path("reports")
    made: str = "processed"

    @property
    def raw(self) -> Path:
        """Raw tables, the data package, and what people decided."""
        return self.data / "raw"

    @property
    def vintages(self) -> Path:
        """Ingested files, a folder each."""
        return self.raw / "vintages"

    def processed(self, as_of: dt.datetime | None = None, *, hindsight: bool = False) -> Path:
        """Built tables, of today's view or of a past one."""
        base = self.data / self.made
        return base if as_of is None else base / "as_of" / view_name(as_of, hindsight=hindsight)

    @property
    def anew(self) -> Self:
        """The same with an unfinished folder for what is made, in which nothing stored is found."""
        return replace(self, made=f"{self.made}/.anew")

    @property
    def fits(self) -> Path:
        """Fits of the laws, and measured capability."""
        return self.processed() / "fits"

    @property
    def refit(self) -> Path:
        """What the last study of the laws rests on, from which a refit goes on."""
        return self.processed() / "refit"

    @property
    def technologies(self) -> Path:
        """Fits to the costs of other technologies, and their study."""
        return self.processed() / "technologies"

    def jobs(self, study: str) -> Path:
        """Finished jobs of a heavy study."""
        return self.processed() / "calibration" / study

    @property
    def studies(self) -> Path:
        """Results of the heavy studies, in git: a fresh clone shows them without hours of computing."""
        return self.reports / "calibration"

    @property
    def ledger(self) -> Path:
        """What was concluded from each data vintage, a line each."""
        return self.reports / "ledger.jsonl"

    @contextmanager
    def held_for_study(self) -> Iterator[None]:
        """Hold the record of the last study: one refit or report of a data folder at a time.

        Raises
        ------
        LockedError
            Another one is under way; the message names its process.
        IntegrityError
            The processed tables lie behind a link.
        """
        refuse_links(self.processed())
        with data_lock(self.refit):
            yield


def view_name(as_of: dt.datetime, *, hindsight: bool = False) -> str:
    """A past view in names of files and folders."""
    return f"{as_of.date()}{'-hindsight' if hindsight else ''}"


def nearest_places(data: Path | str | None = None) -> Places:
    """The project around the current folder, for whoever names no folders.

    Parameters
    ----------
    data
        The data folder; default: `data` of the nearest folder upwards where that has `raw`, else `data` right here.

    The folder of reports is `reports` of the nearest folder upwards that has one, else `reports` right here.
    """
    data_folder = Path(data) if data is not None else _upwards("data", holding="raw") or Path("data")
    return Places(data_folder, _upwards("reports") or Path("reports"))


def results_folder(holding: str) -> Path | None:
    """The first of `RESULTS` in the nearest folder upwards that holds a file of this name."""
    return _upwards(*RESULTS, holding=holding)


def _upwards(*names: str, holding: str = "") -> Path | None:
    here = Path.cwd()
    places = (folder / name for folder in (here, *here.parents) for name in names)
    return next((place for place in places if (place / holding).exists()), None)
