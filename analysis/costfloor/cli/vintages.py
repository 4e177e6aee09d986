"""Commands about the price lists that were taken in."""

from typing import Annotated, Any

import typer

from costfloor.cli.screen import shown_rows
from costfloor.cli.shared import Everything, Options, Who, Why
from costfloor.data.withdrawals import decide_on_vintage, withdrawn
from costfloor.typeset.phrases import plural
from costfloor.typeset.tables import Column

app = typer.Typer()
vintages = typer.Typer(help="The price lists that were taken in.", no_args_is_help=True)
app.add_typer(vintages, name="vintages")

VintageName = Annotated[str, typer.Argument(metavar="VINTAGE", help="See `costfloor vintages list`.")]


@vintages.command(name="list", epilog="Example: costfloor vintages list")
def list_stored(context: typer.Context, everything: Everything = False) -> None:
    """List the price lists in the store, and which of them were withdrawn."""
    call: Options = context.obj
    store = call.store()
    gone = withdrawn(store)
    columns = ("source", "observed_on", "address", "format", "coverage", "rows_read", "size_bytes", "sha256")
    rows = [
        {
            "vintage": vintage.name,
            **{name: getattr(vintage, name) for name in columns},
            "withdrawn": gone.get(vintage.name),
        }
        for vintage in store.vintages
    ]
    shown = [
        Column[dict[str, Any]]("Vintage", lambda row: row["vintage"], "l"),
        Column("List", lambda row: row["coverage"], "l"),
        Column("Rows", lambda row: int(row["rows_read"])),
        Column("Withdrawn", _withdrawn, "l"),
    ]
    if everything:
        shown.append(Column("From", lambda row: row["address"], "L"))
    latest = sorted(rows, key=lambda row: row["observed_on"], reverse=True)
    caption = f"{plural(len(rows), 'list')} taken in, the latest first"
    table = shown_rows(caption, shown, latest, everything=everything, rest="--all, with addresses")
    call.emit({"n": len(rows), "vintages": rows}, *(table if rows else ["No list has been taken in."]))


@vintages.command(
    epilog="Example: costfloor vintages withdraw 2026-01-31-models_dev-0fc1... --who Ada --why 'a list of another day'"
)
def withdraw(context: typer.Context, vintage: VintageName, who: Who, why: Why) -> None:
    """Take a price list back: it no longer counts, in any view. Nothing is deleted."""
    _decide(context.obj, vintage, "withdraw", who, why)


@vintages.command(
    epilog="Example: costfloor vintages restore 2026-01-31-models_dev-0fc1... --who Ada --why 'it was right'"
)
def restore(context: typer.Context, vintage: VintageName, who: Who, why: Why) -> None:
    """Let a withdrawn price list count again."""
    _decide(context.obj, vintage, "restore", who, why)


def _withdrawn(row: dict[str, Any]) -> str | None:
    decision = row["withdrawn"]
    return f"on {decision['decided_on']}: {decision['why']}" if decision else None


def _decide(call: Options, vintage: str, decision: str, who: str, why: str) -> None:
    decide_on_vintage(call.store(), vintage, decision, who, why)
    done = {"withdraw": "withdrawn", "restore": "restored"}[decision]
    call.emit(
        {"vintage": vintage, "decision": decision, "who": who, "why": why},
        f"{vintage}: {done}. `costfloor build` takes that in.",
    )
