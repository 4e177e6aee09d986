"""`costfloor calibrate`: the studies that take an hour."""

from typing import Annotated

import typer

from costfloor.cli.shared import Options, exit_unless, one_of, writable
from costfloor.storage import refuse_folder
from costfloor.studies.catalogue import STUDIES
from costfloor.studies.context import Context, study_settings
from costfloor.studies.registry import run_study

app = typer.Typer()


@app.command(epilog="Example: costfloor calibrate forecasts --workers 2")
def calibrate(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=f"A study, or all: {', '.join(STUDIES)}.")] = "all",
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes; default: one per core, 0: in this process.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Address of a Dask scheduler to use instead, as tls://host:8786. It can run any code here: name none but your own."
        ),
    ] = None,
) -> None:
    """Run the heavy studies behind the report: forecasts from a dozen dates, calibration of every law, error rates of the verdict."""
    call: Options = context.obj
    chosen = tuple(STUDIES) if name == "all" else (one_of(name, tuple(STUDIES), "NAME"),)
    say, folder = call.progress(), writable(call.places.studies)
    for one in chosen:
        # Said before hours of work, not after them.
        refuse_folder(folder / f"{one}.json")
    where = Context(call.built(), study_settings(call.seed), say, workers, scheduler)
    missed = []
    for one in chosen:
        say(f"{one}: {STUDIES[one].title}")
        if not run_study(one, where).passed:
            missed.append(one)
    call.emit({"studies": {one: f"{folder}/{one}.json" for one in chosen}})
    exit_unless(not missed, f"FAILED gates or checks in: {', '.join(missed)}. The report says which")
