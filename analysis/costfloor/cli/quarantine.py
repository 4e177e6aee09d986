"""Commands about prices that are held back."""

from typing import Annotated, Any

import typer

from costfloor.build import cleaned_quotes
from costfloor.cli.screen import Block, shown_rows
from costfloor.cli.shared import Everything, Options, Who, Why
from costfloor.data.decisions import decide
from costfloor.data.spell_rows import PRICES
from costfloor.typeset.tables import Column
from costfloor.typeset.values import Significant

app = typer.Typer()
quarantine = typer.Typer(help="Quotes that are held back, and decisions on them.", no_args_is_help=True)
app.add_typer(quarantine, name="quarantine")

SHORT_ID = 12
"""Digits by which a quote can be named."""

QuoteId = Annotated[str, typer.Argument(metavar="QUOTE_ID", help="See `costfloor quarantine list`.")]


@quarantine.command(name="list", epilog="Example: costfloor quarantine list --reason yuan")
def list_held(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Only reasons that contain this text.")] = "",
    source: Annotated[str, typer.Option(help="Only this price source.")] = "",
    everything: Everything = False,
) -> None:
    """List the quotes that are held back: how many for which reason, and with an option the quotes themselves."""
    call: Options = context.obj
    quotes = cleaned_quotes(call.store())
    held = quotes[quotes["status"].eq("quarantined") & quotes["reason"].str.contains(reason, regex=False, na=False)]
    held = held[held["source"].eq(source)] if source else held
    columns = ["quote_id", "source", "provider", "model_id", "recorded_on", *PRICES, "reason", "evidence"]
    rows = held[columns].sort_values(["reason", "quote_id"])
    counts = {str(why): int(count) for why, count in held["reason"].value_counts().items()}
    listed = rows.astype(object).where(rows.notna(), None).to_dict("records")
    chosen = bool(reason or source or everything)
    blocks = _quotes(listed, everything=everything) if chosen else _reasons(counts)
    call.emit({"n": len(listed), "reasons": counts, "quotes": listed}, *blocks)


@quarantine.command(
    epilog="Example: costfloor quarantine accept litellm-0fc1cf41be5c --who Ada --why 'seen on the page'"
)
def accept(context: typer.Context, quote_id: QuoteId, who: Who, why: Why) -> None:
    """Use a quote in spite of the rule that holds it back."""
    _decide(context.obj, quote_id, "accept", who, why)


@quarantine.command(epilog="Example: costfloor quarantine reject litellm-0fc1cf41be5c --who Ada --why 'a promotion'")
def reject(context: typer.Context, quote_id: QuoteId, who: Who, why: Why) -> None:
    """Hold a quote back that no rule does."""
    _decide(context.obj, quote_id, "reject", who, why)


def _decide(call: Options, quote_id: str, decision: str, who: str, why: str) -> None:
    store = call.store()
    whole = decide(store, cleaned_quotes(store), quote_id, decision, who, why)
    call.emit(
        {"quote_id": whole, "decision": decision, "who": who, "why": why},
        f"{whole}: {decision}ed. `costfloor build` takes that in.",
    )


def _reasons(counts: dict[str, int]) -> list[Block]:
    """How many prices are held back for which reason."""
    if not counts:
        return ["Nothing is held back."]
    columns = [Column[str]("Prices", lambda why: counts[why]), Column[str]("Held back because", str, "L")]
    caption = f"{sum(counts.values()):,} prices are held back"
    return [
        *shown_rows(caption, columns, list(counts), everything=False, rest="--json"),
        "The prices of one reason: costfloor quarantine list --reason TEXT; all: --all.",
    ]


def _short(quote_id: str) -> str:
    """A quote's id as short as a decision takes it."""
    source, _, digits = quote_id.rpartition("-")
    return f"{source}-{digits[:SHORT_ID]}"


def _quotes(quotes: list[dict[Any, Any]], *, everything: bool) -> list[Block]:
    """The quotes themselves, the latest first."""
    if not quotes:
        return ["Nothing is held back for this reason."]

    def usd(name: str) -> Column[dict[Any, Any]]:
        title = name.partition("_")[0].capitalize()
        return Column(title, lambda quote: None if quote[name] is None else Significant(quote[name]))

    columns = [
        Column[dict[Any, Any]]("Quote", lambda quote: _short(quote["quote_id"]), "l"),
        Column("Seller and model", lambda quote: f"{quote['provider'] or quote['source']}/{quote['model_id']}", "l"),
        Column("Day", lambda quote: f"{quote['recorded_on']:%Y-%m-%d}", "l"),
        usd(PRICES[0]),
        usd(PRICES[1]),
        Column("Held back because", lambda quote: quote["reason"], "L"),
    ]
    latest = sorted(quotes, key=lambda quote: quote["recorded_on"], reverse=True)
    caption = f"{len(quotes):,} held back; input and output in USD per million tokens"
    return [
        *shown_rows(caption, columns, latest, everything=everything, rest="--all"),
        "To use one all the same: costfloor quarantine accept QUOTE --who YOU --why REASON.",
    ]
