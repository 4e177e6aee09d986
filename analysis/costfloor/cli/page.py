"""The explorer page."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from costfloor.cli.shared import Options, exit_unless, writable
from costfloor.page.make import make_page
from costfloor.places import RESULTS
from costfloor.report.page_record import NAME
from costfloor.report.stored import MANIFEST, open_results

app = typer.Typer()


@app.command(epilog="Example: costfloor page --results notebooks/stored")
def page(
    context: typer.Context,
    results: Annotated[
        Path | None,
        typer.Option(help=f"Folder of stored results; default: {' or '.join(RESULTS)}, the first that is there."),
    ] = None,
) -> None:
    """Write reports/explorer.html from the stored results: one file with charts, tables and sliders, for a browser."""
    call: Options = context.obj
    folder = writable(call.places.reports)
    of_run = call.places.processed() / Path(RESULTS[0]).name
    given = of_run if results is None and (of_run / MANIFEST).exists() else results
    stored = replace(open_results(given), places=call.places)
    written = make_page(stored, folder / NAME, call.seed, call.progress())
    call.emit(asdict(written), f"{written.page}: {written.bytes / 1e6:.2f} MB, data vintage {written.vintage}")
    failed = [name for name, fit in stored.fits.items() if not fit.passed]
    exit_unless(written.passed, f"FAILED gates: {', '.join(failed)}")
