"""The command line: parse, call, print. Names and keys are a contract with scripts (see README)."""

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from analysis.cli import calibration, data, economics, fits, hosts, report, trends
from analysis.cli.shared import Options
from analysis.compiler_cache import prepare_compilers
from analysis.errors import CostfloorError
from analysis.inference.fit import FitSettings
from analysis.stopping import flush_output, stop_unread, stopping_at_once

app = typer.Typer(
    help="Do AI inference prices fall to a floor, or keep falling?",
    epilog="Global options may stand before or after the command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (data, hosts, trends, fits, economics, report, calibration):
    app.registered_commands += part.app.registered_commands
    app.registered_groups += part.app.registered_groups


@app.callback()
def options(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="Data folder.")] = Path("data"),
    reports: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("reports"),
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of everything random.")] = FitSettings.seed,
    as_json: Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")] = False,
) -> None:
    """Hold the global options for the command."""
    context.obj = Options(data, reports, seed, as_json, quiet)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with its code: 0 done, 1 a gate failed, 2 wrong input, 3 data in use; stopped: 130, 141 or 143."""
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
    prepare_compilers()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning  # type: ignore[assignment]  # it needs no more of its arguments
            app(args=globals_first(arguments), prog_name="costfloor")
    except CostfloorError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _show_warning(message: Warning | str, *_: object) -> None:
    print(f"warning: {message}", file=sys.stderr)


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
