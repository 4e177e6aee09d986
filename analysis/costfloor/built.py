"""The record of a build: what was built, from what, and whether that has changed since."""

import datetime as dt
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from costfloor.data.store import Store
from costfloor.errors import IntegrityError
from costfloor.keys import Key, result_key
from costfloor.records import checked, read_record

RECORD = "build.json"


@dataclass(frozen=True)
class BuildReport:
    """What a build holds; the JSON of `costfloor build` with the gates of the capability fit and the hash of every table.

    `source` is the hash of what the laws see that is the same on every machine: see `costfloor.panel.panel_source`. `as_of` is the day of a
    past view, and `hindsight` why all scores and facts of today count in it, None where those known by its day do.
    """

    vintage: str
    quotes: int
    models: int
    families: int
    hosts: int
    first: str
    last: str
    path: str
    launch_priced_models: int
    statuses: dict[str, int]
    disagreements: int
    capability: dict[str, Any]
    fingerprint: str
    source: str
    tables: dict[str, str]
    as_of: str | None = None
    hindsight: str | None = None

    @property
    def capability_from(self) -> str:
        """By when the scores and facts behind capability were known, as a clause."""
        return capability_from(self.as_of, self.hindsight)

    @property
    def passed(self) -> bool:
        """Whether the capability fit passed its gates."""
        return bool(self.capability["diagnostics"]["passed"])


def capability_from(as_of: str | None, hindsight: str | None) -> str:
    """By when the scores and facts behind the capability of a view were known, as a clause.

    Parameters
    ----------
    as_of, hindsight
        As in `BuildReport`.
    """
    if as_of is None:
        return "capability from scores known today"
    if hindsight is None:
        return f"capability from scores known by {as_of}"
    return f"capability from scores known today (hindsight), because {hindsight}"


def build_key(
    store: Store, as_of: dt.datetime | None = None, *, hindsight: bool = False, full_capability: bool = False
) -> Key:
    """What a build rests on; its digest is the fingerprint."""
    day = None if as_of is None else str(as_of.date())
    settings = {"as_of": day, "hindsight": hindsight, "full_capability": full_capability}
    return result_key("panel", "costfloor.build", data=store.raw_vintage, settings=settings)


def read_report(folder: Path) -> BuildReport | None:
    """The record of the build in a folder; None without one, or when another version of the program wrote it.

    Raises
    ------
    IntegrityError
        It is not as it was written.
    """
    path, remedy = folder / RECORD, "Run `costfloor build` again"
    record = read_record(path, remedy=remedy)
    if record is None or {*record, "path"} != {entry.name for entry in fields(BuildReport)}:
        return None
    try:
        # Where it lies is what the caller says, not what a file says.
        return checked(BuildReport, {**record, "path": panel_path(folder)})
    except ValueError as error:
        raise IntegrityError(f"{path}: {error}. {remedy}") from error


def panel_path(folder: Path) -> str:
    """Where the panel of a build lies."""
    return str(folder / "panel.parquet")
