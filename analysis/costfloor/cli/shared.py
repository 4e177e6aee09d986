"""What the commands share: global options, exits and printing."""

import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from costfloor.cli.screen import Block, on_screen, visible
from costfloor.data.store import Store, open_store
from costfloor.errors import InputError
from costfloor.places import Places
from costfloor.sampling.policy import Sampling
from costfloor.storage import plain

Who = Annotated[str, typer.Option(help="Who decides.")]
Why = Annotated[str, typer.Option(help="The reason.")]
Everything = Annotated[bool, typer.Option("--all", help="Show all, not the first screen.")]


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

    def progress(self) -> Callable[[str], None]:
        """Write progress lines with the seconds passed to stderr, unless quiet."""
        started = time.perf_counter()

        def say(line: str) -> None:
            if not self.quiet:
                print(f"[{time.perf_counter() - started:6.1f} s] {visible(line)}", file=sys.stderr, flush=True)

        return say

    def emit(self, result: Mapping[str, Any], *blocks: Block) -> None:
        """Print a result: one JSON object, or tables and sentences for a reader."""
        print(json.dumps(plain(result), indent=2, allow_nan=False) if self.json else on_screen(blocks))


def one_of[T: str](value: str, choices: tuple[T, ...], column: str) -> T:
    """The choice that a value names."""
    chosen = next((choice for choice in choices if choice == value), None)
    if chosen is None:
        raise InputError("is not known", column=column, value=value, remedy=f"Choose from {', '.join(choices)}")
    return chosen


def writable(folder: Path) -> Path:
    """The folder, if it can be made and written to."""
    try:
        nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    except PermissionError as error:
        raise InputError("lies in a folder that cannot be entered", file=folder, remedy="Name another one") from error
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise InputError("is not a folder that can be written to", file=folder, remedy="Name another folder")
    return folder


def exit_unless(passed: bool, message: str) -> None:
    """Say why and exit with 1 when a gate failed."""
    if not passed:
        print(visible(message), file=sys.stderr)
        raise typer.Exit(1)


def counting(say: Callable[[str], None], steps: int) -> Callable[[str], None]:
    """Progress that numbers the steps of a known row: so many lines will come, each before its step."""
    numbers = itertools.count(1)
    return lambda line: say(f"{line} ({next(numbers)} of {steps})")
