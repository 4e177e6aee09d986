"""The command line: parse, call, print. Names and keys are a contract with scripts (see README)."""

import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from costfloor.cli.commands import Commands
from costfloor.cli.screen import visible
from costfloor.cli.shared import Options
from costfloor.compiler_cache import prepare_compilers
from costfloor.errors import DEFECT, CostfloorError, refused
from costfloor.places import Places
from costfloor.sampling.policy import Sampling
from costfloor.stopping import flush_output, stop_unread, stopping_at_once
from costfloor.storage import refuse_links

app = typer.Typer(
    cls=Commands,
    help="Do AI inference prices fall to a floor, or keep falling?",
    epilog="Start with `costfloor status`. Global options may stand before or after the command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="Data folder.")] = Path("data"),
    reports: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("reports"),
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of everything random.")] = Sampling.seed,
    as_json: Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")] = False,
) -> None:
    """Hold the global options for the command."""
    places = Places(data, reports)
    for folder in (places.processed(), places.studies):
        refuse_links(folder)
    context.obj = Options(places, seed, as_json, quiet)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with its code.

    0 done, 1 a gate failed, 2 wrong input or a refusal of the system, 3 data in use, 70 a defect of the program; stopped: 130, 141 or 143.
    """
    for stream in (sys.stdout, sys.stderr):
        # What the terminal's encoding lacks is shown as numbers.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        with stopping_at_once():
            _run(list(sys.argv[1:] if arguments is None else arguments))
    except SystemExit as ending:
        # The parser makes a failure of a closed pipe.
        if isinstance(ending.__context__, BrokenPipeError):
            stop_unread()
        flush_output()
        raise
    except BrokenPipeError:
        stop_unread()


def _run(arguments: list[str]) -> None:
    """Parse, call, and turn whatever fails into a message and an exit code."""
    try:
        prepare_compilers()
        with warnings.catch_warnings():
            warnings.showwarning = _each_warning_once()
            try:
                app(args=globals_first(arguments), prog_name="costfloor")
            finally:
                # Here, where a refusal can still be told: the interpreter's own flush is too late.
                print(end="", flush=True)
    except CostfloorError as error:
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        raise
    except OSError as error:
        _fail(str(refused(error, action="used")), CostfloorError.exit_code)
    except MemoryError:
        _fail("the memory does not suffice. Bring fewer rows, or use a machine with more", CostfloorError.exit_code)
    except Exception as error:
        trace = traceback.format_exc().rstrip()
        _fail(f"a defect of the program ({type(error).__name__}). Please report it with what follows\n{trace}", DEFECT)


def _fail(message: str, code: int) -> NoReturn:
    """Say why on stderr, and exit; a stream that takes no more is left to /dev/null, where the interpreter's last flush succeeds."""
    for stream, text in ((sys.stderr, f"error: {visible(message)}\n"), (sys.stdout, "")):
        if stream is None:
            continue
        try:
            print(text, end="", file=stream, flush=True)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def _each_warning_once() -> Callable[..., None]:
    """What Python calls with a warning, of which only the message is for a user, and once."""
    shown: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        if str(message) not in shown:
            shown.add(str(message))
            print(f"warning: {visible(str(message))}", file=sys.stderr)

    return show


def globals_first(arguments: list[str]) -> list[str]:
    """Move global options in front of the command, so that they may stand anywhere."""
    front, rest = [], []
    remaining = iter(arguments)
    for argument in remaining:
        name = argument.split("=", 1)[0]
        if argument == "--":
            rest += [argument, *remaining]
        elif name in {"--json", "--quiet"}:
            front.append(argument)
        elif name in {"--data", "--reports", "--seed"}:
            front += (
                [argument] if "=" in argument else [argument, *([value] if (value := next(remaining, None)) else [])]
            )
        else:
            rest.append(argument)
    return front + rest
