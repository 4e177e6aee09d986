"""The report."""

from typing import Annotated

import typer

from costfloor.cli.shared import Options, exit_unless, writable
from costfloor.cli.tables import AsOf, Hindsight, day
from costfloor.report.assemble import make_report

app = typer.Typer()


@app.command(epilog="Example: costfloor report --as-of 2025-06-30")
def report(
    context: typer.Context,
    as_of: AsOf = None,
    hindsight: Hindsight = False,
    workers: Annotated[
        int | None,
        typer.Option(min=0, help="Processes for the fits; default: one per core, 0: in this process."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Compute everything anew but the heavy studies, whatever is stored.")
    ] = False,
) -> None:
    """Build, fit, compare and write reports/report.pdf and reports/technical.pdf."""
    call: Options = context.obj
    when = day(as_of)
    for folder in (call.places.data, call.places.reports):
        writable(folder)
    result = make_report(call.store(), call.settings, call.progress(), when, workers, fresh, hindsight=hindsight)
    text = f"{result.pdf}: {result.verdict} (data vintage {result.vintage}; {result.capability_from})"
    call.emit(vars(result), text)
    failed = [name for name, passed in result.gates.items() if not passed]
    exit_unless(result.passed, f"FAILED gates: {', '.join(failed)}")
