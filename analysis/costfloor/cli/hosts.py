"""Commands about sellers: who is unknown, and who is who."""

from typing import Annotated

import typer

from costfloor.build import cleaned_quotes
from costfloor.cli.shared import Options, one_of
from costfloor.data.host_decisions import decide_host
from costfloor.data.schemas import LISTED_KINDS
from costfloor.data.unknown_sellers import unknown_sellers

app = typer.Typer()
hosts = typer.Typer(help="Sellers, and decisions on them.", no_args_is_help=True)
app.add_typer(hosts, name="hosts")


@hosts.command(epilog="Example: costfloor hosts review --json")
def review(context: typer.Context) -> None:
    """List the sellers that nobody has looked at, and whose prices theirs repeat within 2 %."""
    call: Options = context.obj
    listed = unknown_sellers(cleaned_quotes(call.store()))
    lines = []
    for seller in listed:
        alike = "; ".join(f"{other['equal']} of {other['common']} as {other['host']}" for other in seller["alike"])
        relay = f", likely a relay of {seller['likely_relay_of']}" if seller["likely_relay_of"] else ""
        lines.append(
            f"{seller['spelling']}: {seller['rows']} rows, {seller['models']} models; prices: {alike or 'none to compare with'}{relay}"
        )
    call.emit({"n": len(listed), "sellers": listed}, text="\n".join(lines) or "every seller is known")


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
    who: Annotated[str, typer.Option(help="Who decides.")],
    why: Annotated[str, typer.Option(help="The reason.")],
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
    call.emit(decision, text=f"{spelling}: {host}, {kind}" + (f" for models of {creator}" if creator else ""))
