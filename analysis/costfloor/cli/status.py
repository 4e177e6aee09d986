"""`costfloor status`."""

import sys
from typing import Annotated

import typer

from costfloor.cli.shared import Options, exit_unless, lines, visible
from costfloor.data.store import open_store
from costfloor.errors import ChangedRawError
from costfloor.status import readable
from costfloor.status import status as current_status

app = typer.Typer()


@app.command(epilog="Example: costfloor status --json")
def status(
    context: typer.Context,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hash every raw file, also those that look unchanged.")
    ] = False,
) -> None:
    """Say what is built, fitted and studied, and whether it and the raw files are as they should be."""
    call: Options = context.obj
    try:
        state = current_status(call.places, call.settings)
        if verify:
            open_store(call.places, everything=True)
    except ChangedRawError as error:
        # Of nothing that was made from the raw files can be said that it is up to date.
        nothing: dict[str, object] = {
            "vintage": None,
            "panel": None,
            "fits": [],
            "unfitted": [],
            "unreadable": [],
            "studies": [],
            "questions": [],
            "report": None,
            "quarantined": None,
            "unresolved": None,
        }
        call.emit({**nothing, "stale": True, "raw": str(error)}, text=str(error))
        raise typer.Exit(1) from error
    state["raw"] = "unchanged" if verify or state.get("panel") else None
    call.emit(state, text="\n".join(lines(readable(state))))
    stale = state["stale"] or any(fit["stale"] for fit in state["fits"])
    outdated = [study["name"] for study in state["studies"] if study["state"] == "stale"]
    for path in state["unreadable"]:
        print(visible(f"warning: {path} is no receipt of a fit. Remove it"), file=sys.stderr)
    # A report that is current, as that of a clone, computes nothing unless it is told to.
    report, remedy = state["report"]["state"], "`costfloor report`"
    if report == "current":
        remedy = "`costfloor report --fresh`; the report itself is current"
    exit_unless(not state["unfitted"], f"not fitted here: {', '.join(state['unfitted'])}. Run {remedy}")
    exit_unless(not stale and report != "stale", f"something is stale or missing: run {remedy}")
    exit_unless(all(fit["passed"] for fit in state["fits"]), "a fit missed its gates")
    exit_unless(not outdated, f"out of date: {', '.join(outdated)}. Run `costfloor calibrate`")
