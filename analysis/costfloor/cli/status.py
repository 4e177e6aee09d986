"""`costfloor status`."""

import sys
from typing import Annotated

import typer

from costfloor.cli.overview import overview
from costfloor.cli.screen import visible
from costfloor.cli.shared import Options, exit_unless
from costfloor.data.store import open_store
from costfloor.errors import ChangedRawError
from costfloor.report.result import report_files
from costfloor.status import status as current_status

app = typer.Typer()


@app.command(epilog="Example: costfloor status --json")
def status(
    context: typer.Context,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hash every raw file, also those that look unchanged.")
    ] = False,
) -> None:
    """Give the six answers, what is current, stale or missing, and the command to type next."""
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
            "page": None,
            "quarantined": None,
            "unresolved": None,
        }
        call.emit({**nothing, "stale": True, "raw": str(error)}, str(error))
        raise typer.Exit(1) from error
    state["raw"] = "unchanged" if verify or state.get("panel") else None
    # A report that is current, as that of a clone, computes nothing unless it is told to.
    current = state["report"]["state"] == "current"
    costly = "costfloor report --fresh" if current else "costfloor report"
    call.emit(state, *overview(state, str(report_files(call.places, None).pdf), costly))
    stale = state["stale"] or any(fit["stale"] for fit in state["fits"])
    outdated = [study["name"] for study in state["studies"] if study["state"] == "stale"]
    for path in state["unreadable"]:
        print(visible(f"warning: {path} is no receipt of a fit. Remove it"), file=sys.stderr)
    remedy = f"`{costly}`{'; the report itself is current' if current else ''}"
    exit_unless(not state["unfitted"], f"not fitted here: {', '.join(state['unfitted'])}. Run {remedy}")
    exit_unless(not stale and state["report"]["state"] != "stale", f"something is stale or missing: run {remedy}")
    exit_unless(all(fit["passed"] for fit in state["fits"]), "a fit missed its gates")
    exit_unless(not outdated, f"out of date: {', '.join(outdated)}. Run `costfloor calibrate`")
