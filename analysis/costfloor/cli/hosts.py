"""Commands about sellers: who is unknown, and who is who."""

import shlex
from typing import Annotated, Any

import typer

from costfloor.build import cleaned_quotes
from costfloor.cli.screen import shown_rows
from costfloor.cli.shared import Everything, Options, Who, Why, one_of
from costfloor.data.host_decisions import decide_host
from costfloor.data.schemas import LISTED_KINDS
from costfloor.data.unknown_sellers import unknown_sellers
from costfloor.typeset.tables import Column

app = typer.Typer()
hosts = typer.Typer(help="Sellers, and decisions on them.", no_args_is_help=True)
app.add_typer(hosts, name="hosts")


@hosts.command(epilog="Example: costfloor hosts review")
def review(context: typer.Context, everything: Everything = False) -> None:
    """List the sellers that nobody has looked at, and whose prices theirs repeat within 2 %."""
    call: Options = context.obj
    listed = unknown_sellers(cleaned_quotes(call.store()))
    columns = [
        Column[dict[str, Any]]("Seller", lambda seller: seller["spelling"], "l"),
        Column("Prices", lambda seller: int(seller["rows"])),
        Column("Models", lambda seller: int(seller["models"])),
        Column("Last seen", lambda seller: seller["last"], "l"),
        Column("Same price within 2 %", _alike, "l"),
        Column("Likely a relay of", lambda seller: seller["likely_relay_of"], "l"),
    ]
    table = shown_rows("Sellers that nobody has looked at", columns, listed, everything=everything, rest="--all")
    decide = (
        f"Say who the first is: costfloor hosts set {shlex.quote(listed[0]['spelling'])} --host HOST --kind KIND --who YOU --why REASON"
        if listed
        else ""
    )
    call.emit({"n": len(listed), "sellers": listed}, *([*table, decide] if listed else ["Every seller is known."]))


@hosts.command(
    name="set",
    epilog="Example: costfloor hosts set novita-ai --host novita --kind inference_host --who Ada --why 'its own page'",
)
def set_host(
    context: typer.Context,
    spelling: Annotated[str, typer.Argument(metavar="SPELLING", help="Seller as a source spells it.")],
    host: Annotated[
        str, typer.Option(help="The seller's one name; that of a known seller for a further spelling of it.")
    ],
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(LISTED_KINDS)}.")],
    who: Who,
    why: Why,
    creator: Annotated[
        str | None, typer.Option(help="With --kind first_party: the creator whose models it sells first hand.")
    ] = None,
) -> None:
    """Say who a seller is; replayed at every build."""
    call: Options = context.obj
    store = call.store()
    kind = one_of(kind, LISTED_KINDS, "--kind")
    decide_host(store, cleaned_quotes(store), spelling, host, kind, creator, who, why)
    decision = {"spelling": spelling, "host": host, "kind": kind, "creator": creator, "who": who, "why": why}
    whose = f" for models of {creator}" if creator else ""
    call.emit(decision, f"{spelling}: {host}, {kind}{whose}. `costfloor build` takes that in.")


def _alike(seller: dict[str, Any]) -> str:
    """At how many of the models that both sell."""
    return "; ".join(f"{other['host']} {other['equal']} of {other['common']}" for other in seller["alike"])
