"""Commands about the data: what comes in, what is built, what is held back."""

from dataclasses import asdict
from typing import Annotated

import typer

from costfloor.build import build as build_panel
from costfloor.build import cleaned_quotes, stored_build
from costfloor.built import BuildReport
from costfloor.cli.shared import Options, exit_unless
from costfloor.cli.tables import AsOf, Hindsight, day
from costfloor.data.decisions import decide
from costfloor.data.freshness import agreement, last_days
from costfloor.data.spell_rows import PRICES
from costfloor.data.vintages import Coverage
from costfloor.data.withdrawals import decide_on_vintage, withdrawn
from costfloor.errors import InputError, MissingResultError
from costfloor.ingest import ingest as take_in
from costfloor.sources.formats import FORMATS

app = typer.Typer()
quarantine = typer.Typer(help="Quotes that are held back, and decisions on them.", no_args_is_help=True)
vintages = typer.Typer(help="The price lists that were taken in.", no_args_is_help=True)
app.add_typer(quarantine, name="quarantine")
app.add_typer(vintages, name="vintages")

QuoteId = Annotated[str, typer.Argument(metavar="QUOTE_ID", help="See `costfloor quarantine list`.")]
VintageName = Annotated[str, typer.Argument(metavar="VINTAGE", help="See `costfloor vintages list`.")]
Who = Annotated[str, typer.Option(help="Who decides.")]
Why = Annotated[str, typer.Option(help="The reason.")]


@app.command(epilog="Example: costfloor build --as-of 2025-06-30 --json")
def build(
    context: typer.Context,
    as_of: AsOf = None,
    hindsight: Hindsight = False,
    full_capability: Annotated[
        bool,
        typer.Option(
            "--full-capability",
            help="Fit the abilities of all models to all scores, for this build; without it those that changed are worked out from the "
            "last full fit.",
        ),
    ] = False,
) -> None:
    """Build the panel from data/raw."""
    call: Options = context.obj
    when = day(as_of)
    report = build_panel(
        call.store(), when, call.progress(), hindsight=hindsight, full_capability=full_capability
    ).report
    call.emit({**asdict(report), "capability_from": report.capability_from}, text=_told(report))
    exit_unless(report.passed, "the capability fit missed its gates")


def _told(report: BuildReport) -> str:
    fates = ", ".join(f"{count:,} {status}" for status, count in report.statuses.items())
    held = f"{report.quotes:,} prices of {report.models} models in {report.families} families at {report.hosts} hosts"
    return "\n".join(
        [
            f"{report.path}: {held}, {report.first} to {report.last}",
            f"raw quotes: {fates}; sources disagree on {report.disagreements:,}",
            report.capability_from,
            f"data vintage {report.vintage}; with --json all of the record",
        ]
    )


@app.command(epilog="Example: costfloor ingest models-dev api.json --observed-on 2026-01-31 --json")
def ingest(
    context: typer.Context,
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="See `costfloor sources`.")],
    where: Annotated[str, typer.Argument(metavar="PATH_OR_URL", help="A file, or an https address.")],
    observed_on: Annotated[str, typer.Option(help="Day on which the source said so, YYYY-MM-DD.")],
    complete: Annotated[bool, typer.Option("--complete", help="The list is whole: what is not on it is gone.")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="The list is a part: what is not on it goes on.")] = False,
) -> None:
    """Store a price list as a new vintage of the raw data.

    A list without more than half of the names that its source had before is refused until --complete or --partial says what that means.
    """
    call: Options = context.obj
    when = day(observed_on, "--observed-on")
    assert when is not None
    if complete and partial:
        raise InputError("cannot both be", column="--complete, --partial", remedy="Say one of the two")
    coverage = Coverage.WHOLE if complete else Coverage.PARTIAL if partial else None
    taken = take_in(call.store(), format_name, where, when.date(), call.progress(), coverage)
    beside = {"past": taken.rows_past, "announced": taken.rows_announced}
    text = (
        f"{taken.vintage}: {taken.rows_new} new, {taken.rows_changed} changed, {taken.rows_unchanged} unchanged, {taken.rows_gone} gone, "
        f"{''.join(f'{count} {name}, ' for name, count in beside.items() if count)}"
        f"{taken.rows_quarantined - taken.rows_rejected} held back, {taken.models_unresolved} ids without a model"
    )
    if taken.rows_rejected:
        first = taken.rejected[0]
        text += f", {taken.rows_rejected} refused (the first: {first['model_id']}, {first['reason']}; all with --json)"
    if taken.sellers_unknown:
        text += f", {taken.sellers_unknown} sellers that nobody has looked at (see `costfloor hosts review`)"
    call.emit(asdict(taken), text=text if taken.stored else f"{taken.vintage} is in the store already: nothing new")


@vintages.command(name="list", epilog="Example: costfloor vintages list --json")
def list_stored(context: typer.Context) -> None:
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
    text = "\n".join(
        f"{row['vintage']}  {row['coverage']}  {row['rows_read']} rows  {row['address']}"
        + (f"  withdrawn on {row['withdrawn']['decided_on']}: {row['withdrawn']['why']}" if row["withdrawn"] else "")
        for row in rows
    )
    call.emit({"n": len(rows), "vintages": rows}, text=text or "no list has been taken in")


@vintages.command(
    epilog="Example: costfloor vintages withdraw 2026-01-31-models_dev-0fc1... --who Ada --why 'a list of another day'"
)
def withdraw(context: typer.Context, vintage: VintageName, who: Who, why: Why) -> None:
    """Take a price list back: it no longer counts, in any view. Nothing is deleted."""
    _decide_on_vintage(context.obj, vintage, "withdraw", who, why)


@vintages.command(
    epilog="Example: costfloor vintages restore 2026-01-31-models_dev-0fc1... --who Ada --why 'it was right'"
)
def restore(context: typer.Context, vintage: VintageName, who: Who, why: Why) -> None:
    """Let a withdrawn price list count again."""
    _decide_on_vintage(context.obj, vintage, "restore", who, why)


@app.command(epilog="Example: costfloor sources --json")
def sources(context: typer.Context) -> None:
    """List the formats that can be ingested, where they are published, and how old the newest vintage of each is."""
    call: Options = context.obj
    store = call.store()
    days = last_days(store)
    try:
        built = stored_build(store)
        agreed = agreement(built.quotes, built.disagreements)
    except MissingResultError:
        agreed = []
    formats = {
        name: {
            "description": chosen.description,
            "address": chosen.address,
            "licence": chosen.licence,
            "last_observed": days.get(chosen.source),
        }
        for name, chosen in FORMATS.items()
    }
    call.emit({"formats": formats, "last_observed": days, "agreement": agreed})


@quarantine.command(name="list", epilog="Example: costfloor quarantine list --reason yuan --json")
def list_held(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Only reasons that contain this text.")] = "",
    source: Annotated[str, typer.Option(help="Only this price source.")] = "",
) -> None:
    """List the quotes that are held back, with the reason of each."""
    call: Options = context.obj
    quotes = cleaned_quotes(call.store())
    held = quotes[quotes["status"].eq("quarantined") & quotes["reason"].str.contains(reason, regex=False, na=False)]
    held = held[held["source"].eq(source)] if source else held
    columns = ["quote_id", "source", "provider", "model_id", "recorded_on", *PRICES, "reason", "evidence"]
    rows = held[columns].sort_values(["reason", "quote_id"])
    counts = {str(why): int(count) for why, count in held["reason"].value_counts().items()}
    listed = rows.astype(object).where(rows.notna(), None).to_dict("records")
    text = "\n".join(
        f"{row['quote_id']}  {row['provider'] or ''}/{row['model_id']}  {row[PRICES[0]]} / {row[PRICES[1]]}  {row['reason']}"
        for row in listed
    )
    call.emit({"n": len(listed), "reasons": counts, "quotes": listed}, text=text or "nothing is held back")


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
    call.emit({"quote_id": whole, "decision": decision, "who": who, "why": why}, text=f"{whole}: {decision}ed")


def _decide_on_vintage(call: Options, vintage: str, decision: str, who: str, why: str) -> None:
    decide_on_vintage(call.store(), vintage, decision, who, why)
    done = {"withdraw": "withdrawn", "restore": "restored"}[decision]
    call.emit({"vintage": vintage, "decision": decision, "who": who, "why": why}, text=f"{vintage}: {done}")
