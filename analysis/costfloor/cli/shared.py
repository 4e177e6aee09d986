"""What the commands share: global options, arguments, exits and printing."""

import datetime as dt
import json
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from costfloor.build import BuiltPanel, build
from costfloor.data.store import Store, open_store
from costfloor.errors import InputError
from costfloor.laws.limits import long_fit, require_enough
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.panel import panel_observations
from costfloor.places import Places
from costfloor.sampling.policy import Sampling
from costfloor.sources.price_table import PriceTable, ScoreScale, read_price_table
from costfloor.storage import plain

Table = Annotated[Path | None, typer.Option(help="A price table, CSV or Parquet; default: the project's own panel.")]
Scale = Annotated[str, typer.Option(help="Scale of the scores: fraction, percent or raw.")]
AsOf = Annotated[str | None, typer.Option(help="Use only prices recorded on or before this day, YYYY-MM-DD.")]


@dataclass
class Options:
    """Global options of one call."""

    places: Places
    seed: int = Sampling.seed
    json: bool = False
    quiet: bool = False

    @property
    def settings(self) -> Sampling:
        """How fits are sampled, with the seed of this call."""
        return Sampling(seed=self.seed)

    def store(self) -> Store:
        """The raw data, opened now."""
        return open_store(self.places)

    def built(self, as_of: pd.Timestamp | None = None) -> BuiltPanel:
        """The project's panel, built first when it is stale."""
        return build(self.store(), as_of, self.progress())

    def progress(self) -> Callable[[str], None]:
        """Write progress lines with the seconds passed to stderr, unless quiet."""
        started = time.perf_counter()

        def say(line: str) -> None:
            if not self.quiet:
                print(f"[{time.perf_counter() - started:6.1f} s] {visible(line)}", file=sys.stderr, flush=True)

        return say

    def emit(self, result: Mapping[str, Any], *, text: str | None = None) -> None:
        """Print a result: one JSON object, or lines for a reader."""
        bare = plain(result)
        said = json.dumps(bare, indent=2, allow_nan=False) if self.json else visible(text or "\n".join(lines(bare)))
        print(said)


def read_observations(call: Options, table: Path | None, score_scale: str) -> PriceObservations:
    """Observations of a user's table, or of the project's panel, built first when it is stale."""
    if table is not None:
        frame = read_table(table, score_scale).frame
        require_enough(frame, file=table)
        if warning := long_fit(len(frame)):
            call.progress()(warning)
        return observations(frame)
    return panel_observations(call.built())


def read_table(path: Path, score_scale: str, *, closed_scale: bool = False) -> PriceTable:
    """A user's price table."""
    scale: ScoreScale = one_of(score_scale, ("fraction", "percent", "raw"), "--score-scale")  # type: ignore[assignment]  # just checked
    return read_price_table(path, scale, closed_scale=closed_scale)


def one_of(value: str, choices: tuple[str, ...], column: str) -> str:
    """The value, if it is one of the choices."""
    if value not in choices:
        raise InputError("is not known", column=column, value=value, remedy=f"Choose from {', '.join(choices)}")
    return value


def writable(folder: Path) -> Path:
    """The folder, if it can be made and written to."""
    try:
        nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    except PermissionError as error:
        raise InputError("lies in a folder that cannot be entered", file=folder, remedy="Name another one") from error
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise InputError("is not a folder that can be written to", file=folder, remedy="Name another folder")
    return folder


def day(text: str | None, option: str = "--as-of") -> pd.Timestamp | None:
    """A day given as text, or None."""
    if text is None:
        return None
    try:
        if not text.isascii():
            raise ValueError(text)  # `strptime` reads the digits of every script
        found = dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError as error:
        raise InputError("is not a date", column=option, value=text, remedy="Write it as 2025-06-30") from error
    if found > dt.datetime.now(dt.UTC).date():
        raise InputError("is in the future", column=option, value=text, remedy="Name a day that has been")
    return pd.Timestamp(found)


def exit_unless(passed: bool, message: str) -> None:
    """Say why and exit with 1 when a gate failed."""
    if not passed:
        print(visible(message), file=sys.stderr)
        raise typer.Exit(1)


def visible(text: str) -> str:
    """Text for a terminal: what would move its cursor or change its colours is shown as numbers."""
    return "".join(
        letter if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cf"} else ascii(letter)[1:-1]
        for letter in text
    )


def lines(value: Mapping[str, Any], indent: str = "") -> list[str]:
    """A mapping as indented lines for a reader."""
    said = []
    for key, item in value.items():
        if isinstance(item, Mapping):
            said += [f"{indent}{key}:", *lines(item, indent + "  ")]
        else:
            said.append(f"{indent}{key}: {f'{item:.4g}' if isinstance(item, float) else item}")
    return said
