"""`costfloor refresh`."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from costfloor.cli.shared import Options, exit_unless, writable
from costfloor.cli.tables import day
from costfloor.errors import InputError
from costfloor.refresh.fetching import fetch_all, remember
from costfloor.refresh.offers import offers_in
from costfloor.refresh.refresh import refresh as refresh_store
from costfloor.refresh.report import markdown, summary
from costfloor.storage import refuse_folder, write_atomic

app = typer.Typer()


@app.command(epilog="Example: costfloor refresh --from arrivals/2026-01-31")
def refresh(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Folder of files, or of folders named by the day of theirs; default: fetch every public list.",
        ),
    ] = None,
    observed_on: Annotated[
        str | None, typer.Option(help="Day of the files of which no folder's name says it, YYYY-MM-DD.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="The report; default: reports/refresh-DAY.md.")] = None,
) -> None:
    """Fetch or take files, ingest all of them, and say what changed and what needs a person."""
    call: Options = context.obj
    when = day(observed_on, "--observed-on")
    if folder is None and when is not None:
        raise InputError(
            "is for files",
            column="--observed-on",
            remedy="Name their folder with --from; a list that is fetched is of today",
        )
    writable(report.parent if report else call.places.reports)
    if report is not None:
        refuse_folder(report)
    store, say = call.store(), call.progress()
    if folder is not None:
        files = offers_in(folder, None if when is None else when.date())
        states = {}
        result = refresh_store(store, files.offers, call.settings, say, unknown_files=files.unknown)
    else:
        fetched = fetch_all(store, dt.datetime.now(dt.UTC).date(), say)
        states = fetched.states
        result = refresh_store(store, fetched.offers, call.settings, say, not_offered=fetched.not_offered)
    path = report or call.places.reports / f"refresh-{result.day}.md"
    write_atomic(path, markdown(result).encode())
    # Only now: a list counts as fetched when it has been reported on.
    remember(call.places, {name: states[name] for name in states if name in result.taken_formats})
    call.emit({**result.to_json(), "report": path}, f"{path}: {summary(result)}")
    exit_unless(not result.needs_person, f"something needs a person: see section 1 of {path}")
