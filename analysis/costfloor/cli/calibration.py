"""`costfloor calibrate`: the studies that take an hour."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from costfloor.cli.shared import Options, exit_unless, one_of, writable
from costfloor.cli.tables import built_panel
from costfloor.storage import refuse_folder
from costfloor.studies.catalogue import STUDIES
from costfloor.studies.context import Context, study_settings
from costfloor.studies.registry import run_study, standings, stored_studies
from costfloor.studies.stored import Standing
from costfloor.typeset.tables import Column, tabulate
from costfloor.typeset.values import gates
from costfloor.wording import duration

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
    """Run those of the heavy studies behind the report that are out of date or missing.

    They are forecasts from two dozen dates, calibration of every law, error rates of the verdict and others. They take hours: how long the
    last run took is said before they begin.
    """
    call: Options = context.obj
    chosen = tuple(STUDIES) if name == "all" else (one_of(name, tuple(STUDIES), "NAME"),)
    say, folder = call.progress(), writable(call.places.studies)
    for study in chosen:
        # Said before hours of work, not after them.
        refuse_folder(folder / f"{study}.json")
    built = built_panel(call)
    stands = standings(built.store, built.report, call.seed)
    due = [study for study in chosen if study not in stands or stands[study].stale]
    say(plan(chosen, due, stands))
    where = Context(built, study_settings(call.seed), say, workers, scheduler)
    passed = {name: stored.result.passed for name, stored in stored_studies(built, call.seed).items()}
    for number, study in enumerate(due):
        say(f"{study}: {STUDIES[study].title} ({number + 1} of {len(due)}{_time_left(due[number:], stands)})")
        passed[study] = run_study(study, where).passed
    table = tabulate(
        "",
        f"Studies, stored in {folder}",
        [
            Column[str]("Study", str, "l"),
            Column("What it is", lambda study: STUDIES[study].title, "L"),
            Column("Now", lambda study: "run" if study in due else "current", "l"),
            Column("Gates and checks", lambda study: gates(passed[study]), "l"),
        ],
        chosen,
    )
    call.emit({"studies": {study: f"{folder}/{study}.json" for study in chosen}, "run": due}, table)
    missed = [study for study in chosen if not passed[study]]
    exit_unless(not missed, f"FAILED gates or checks in: {', '.join(missed)}. The report says which")


def plan(chosen: Sequence[str], due: Sequence[str], stands: Mapping[str, Standing]) -> str:
    """What will run, why, and how long each took the last time."""
    current = f"{len(chosen) - len(due)} current" if len(chosen) > 1 else f"{chosen[0]} is current"
    if not due:
        return f"nothing to run: {current}"
    parts = [f"{study} ({_why(stands.get(study))})" for study in due]
    known = [stands[study].seconds for study in due if study in stands]
    seconds = [took for took in known if took is not None]
    unknown = len(due) - len(seconds)
    total = [f"about {duration(sum(seconds))}"] if seconds else []
    total += [f"{unknown} of unknown length"] if unknown else []
    return f"to run: {', '.join(parts)}; in all {' and '.join(total)}" + (f"; {current}" if len(chosen) > 1 else "")


def _time_left(due: Sequence[str], stands: Mapping[str, Standing]) -> str:
    """How long studies took the last time, as far as that is known of all of them."""
    seconds = [stands[study].seconds if study in stands else None for study in due]
    known = [took for took in seconds if took is not None]
    return f", about {duration(sum(known))} left" if len(known) == len(seconds) else ""


def _why(stands: Standing | None) -> str:
    if stands is None:
        return "was not run yet"
    took = "of unknown length" if stands.seconds is None else f"took {duration(stands.seconds)}"
    return f"{', '.join(stands.stale)} changed, {took}"
