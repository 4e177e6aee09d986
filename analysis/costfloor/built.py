"""The record of a build: what was built, from what, and whether that has changed since."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costfloor.data.manifest import raw_vintage
from costfloor.errors import IntegrityError, MissingResultError
from costfloor.keys import Key, result_key
from costfloor.records import checked, read_record

if TYPE_CHECKING:
    import pandas as pd

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


def processed_dir(data_dir: Path, as_of: "pd.Timestamp | None" = None) -> Path:
    """Folder of the processed tables, of today's view or of a past one."""
    base = data_dir / "processed"
    return base if as_of is None else base / "as_of" / str(as_of.date())


def build_key(data_dir: Path, as_of: "pd.Timestamp | None" = None) -> Key:
    """What a build rests on; its digest is the fingerprint."""
    day = None if as_of is None else str(as_of.date())
    return result_key("panel", "costfloor.panel", data=raw_vintage(data_dir), settings=day)


def load_build(data_dir: Path, as_of: "pd.Timestamp | None" = None) -> BuildReport:
    """Read the record of the last build.

    Raises
    ------
    MissingResultError
        Nothing has been built yet, or by another version of the program.
    IntegrityError
        The record is not as it was written.
    """
    folder = processed_dir(data_dir, as_of)
    built = stored_build(folder)
    if built is None:
        raise MissingResultError(f"{folder / RECORD} does not exist yet. Run `costfloor build` first")
    return built


def stored_build(target: Path) -> BuildReport | None:
    """The record of the last build; None without one, or when another version of the program wrote it."""
    path, remedy = target / RECORD, "Run `costfloor build` again"
    record = read_record(path, remedy=remedy)
    if record is None or {*record, "path"} != {field.name for field in fields(BuildReport)}:
        return None
    try:
        # Where it lies is what the caller says, not what a file says.
        return checked(BuildReport, {**record, "path": panel_path(target)})
    except ValueError as error:
        raise IntegrityError(f"{path}: {error}. {remedy}") from error


def panel_path(target: Path) -> str:
    """Where the panel of a build lies."""
    return str(target / "panel.parquet")
