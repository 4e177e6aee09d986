"""Where everything of a project lies: it follows from `--data` and `--reports`, and no stored file says it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from costfloor.storage import data_lock, refuse_links


@dataclass(frozen=True)
class Places:
    """The folders of one project, made once where a command begins.

    Attributes
    ----------
    data
        Holds `raw/`, what people and sources said, and `processed/`, what is made of it.
    reports
        Holds the reports, the ledger and the results of the heavy studies.
    """

    data: Path = Path("data")
    reports: Path = Path("reports")

    @property
    def raw(self) -> Path:
        """Raw tables, the data package, and what people decided."""
        return self.data / "raw"

    @property
    def vintages(self) -> Path:
        """Ingested files, a folder each."""
        return self.raw / "vintages"

    def processed(self, as_of: dt.datetime | None = None) -> Path:
        """Built tables, of today's view or of a past one."""
        base = self.data / "processed"
        return base if as_of is None else base / "as_of" / str(as_of.date())

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
