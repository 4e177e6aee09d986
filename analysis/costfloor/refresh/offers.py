"""What is offered to a refresh: the files of a folder, as a user would have downloaded them, each with its format and its day."""

import datetime as dt
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from costfloor.errors import InputError, refused
from costfloor.sources.formats import FORMATS

NAMES = {name: name for name, form in FORMATS.items() if not form.named_by_file} | {
    "aa-flat": "artificial-analysis",
    "model_prices_and_context_window": "litellm",
    "current-v1": "llm-prices",
    "historical-v1": "llm-prices",
    "benchmark_data": "epoch-benchmarks",
    "eci_scores": "epoch-eci",
    "polyglot_leaderboard": "aider",
}
"""Format by the name of a file up to its first dot: the format's own name, or the name under which it is published."""

TABLES = {"prices*": "table", "scores*": "scores-table", "models*": "models-table"}
"""Format of a table of one's own (`.csv`, `.parquet`), by how its name begins."""

TABLE_SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True)
class Offer:
    """A file that could be taken in.

    Attributes
    ----------
    format
        A name in `FORMATS`.
    where
        Its path, or the address that it was fetched from.
    day
        On which its source said so.
    content
        Of a fetched file; None for one that is still to be read.
    """

    format: str
    where: str
    day: dt.date
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Folder:
    """What lies in a folder: files of known names, and the paths of everything else."""

    offers: tuple[Offer, ...]
    unknown: tuple[str, ...]


def offers_in(folder: Path, observed_on: dt.date | None) -> Folder:
    """The files directly in a folder and in those of its sub-folders that have the name of a day.

    Parameters
    ----------
    folder
        Its own name may be a day, too.
    observed_on
        Day of the files of which no folder says it.

    Raises
    ------
    InputError
        There is no such folder or no file of a known name in it, or the day of a file is not known or is still to come.
    """
    if not folder.is_dir():
        raise InputError("is not a folder", file=folder, remedy="Name the folder that the files lie in")
    offers: list[Offer] = []
    unknown: list[str] = []
    days: dict[Path, dt.date | None] = {folder: _day_of(folder) or observed_on}
    try:
        entries = sorted(folder.iterdir())
        days |= {path: day for path in entries if path.is_dir() and (day := _day_of(path))}
        paths = [path for path in entries if path not in days] + [
            path for below in days if below != folder for path in sorted(below.iterdir())
        ]
    except OSError as error:
        raise refused(error, folder, action="read") from error
    for path in paths:
        name, day = None if path.is_dir() else format_of(path.name), days[path.parent]
        if name is None:
            unknown.append(str(path))
        elif day is None:
            raise InputError(
                "is of no known day",
                file=path,
                remedy="Say it with --observed-on, or put it into a folder named 2026-01-31",
            )
        elif day > dt.datetime.now(dt.UTC).date():
            raise InputError("is of a day in the future", file=path, value=str(day), remedy="Correct the year")
        else:
            offers.append(Offer(name, str(path), day))
    if not offers:
        raise InputError(
            "holds no file of a known name", file=folder, remedy=f"Known are {', '.join(NAMES)}; see docs/refresh.md"
        )
    return Folder(tuple(offers), tuple(unknown))


def format_of(name: str) -> str | None:
    """The format of a file by its name, None when the name is not known.

    Examples
    --------
    >>> format_of("models-dev.json.gz"), format_of("aa-flat.json.gz"), format_of("models_mine.csv"), format_of("notes.txt")
    ('models-dev', 'artificial-analysis', 'models-table', None)
    """
    stem = name.split(".", maxsplit=1)[0]
    if stem in NAMES:
        return NAMES[stem]
    if not name.lower().endswith(TABLE_SUFFIXES):
        return None
    return next((table for pattern, table in TABLES.items() if fnmatch(stem, pattern)), None)


def _day_of(folder: Path) -> dt.date | None:
    name = folder.resolve().name
    try:
        day = dt.date.fromisoformat(name)
    except ValueError:
        return None
    return day if str(day) == name else None
