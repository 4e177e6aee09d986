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

    `source` is the hash of what the laws see that is the same on every machine: see `costfloor.panel.panel_source`.
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

    @property
    def passed(self) -> bool:
        """Whether the capability fit passed its gates."""
        return bool(self.capability["diagnostics"]["passed"])


def build_key(store: Store, as_of: dt.datetime | None = None) -> Key:
    """What a build rests on; its digest is the fingerprint."""
    day = None if as_of is None else str(as_of.date())
    return result_key("panel", "costfloor.build", data=store.raw_vintage, settings=day)


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
