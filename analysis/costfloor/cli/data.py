"""Commands about the data: what comes in, and what is built."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from costfloor.build import build as build_panel
from costfloor.build import stored_build
from costfloor.built import BuildReport
from costfloor.cli.screen import Block, shown_rows
from costfloor.cli.shared import Everything, Options, exit_unless
from costfloor.cli.tables import AsOf, Hindsight, day
from costfloor.data.arrival_report import IngestReport
from costfloor.data.freshness import agreement, last_days
from costfloor.data.vintages import Coverage
from costfloor.errors import InputError, MissingResultError
from costfloor.ingest import ingest as take_in
from costfloor.sources.formats import FORMATS
from costfloor.typeset.phrases import listing, plural
from costfloor.typeset.tables import Column, tabulate

app = typer.Typer()

FATES = {
    "kept": "used",
    "duplicate": "said by another source already",
    "unresolved": "of no known model: costfloor models unresolved",
    "quarantined": "held back: costfloor quarantine list",
    "announced": "not in force yet",
}
"""What becomes of a raw quote, and where to see those that are not used."""


@app.command(epilog="Example: costfloor build --as-of 2025-06-30")
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
    call.emit({**asdict(report), "capability_from": report.capability_from}, *_built(report))
    exit_unless(report.passed, "the capability fit missed its gates")


def _built(report: BuildReport) -> list[Block]:
    table = tabulate(
        "",
        "Raw quotes, and what became of them",
        [
            Column[tuple[str, int]]("Quotes", lambda row: row[1]),
            Column("Fate", lambda row: row[0], "l"),
            Column("", lambda row: FATES.get(row[0], ""), "l"),
        ],
        sorted(report.statuses.items(), key=lambda row: -row[1]),
    )
    return [
        table,
        f"Sources disagree on {plural(report.disagreements, 'price')}. {_capital(report.capability_from)}.",
        f"{report.path}: {plural(report.quotes, 'price')} of {plural(report.models, 'model')} at {plural(report.hosts, 'host')}, "
        f"{report.first} to {report.last}; data vintage {report.vintage}.",
    ]


@app.command(epilog="Example: costfloor ingest models-dev api.json --observed-on 2026-01-31")
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
    call.emit(asdict(taken), *_taken(taken))


def _taken(taken: IngestReport) -> list[Block]:
    """What a list brought, and what waits for a person."""
    if not taken.stored:
        return [f"{taken.vintage} is in the store already: nothing new."]
    moved = {
        "new": taken.rows_new,
        "changed": taken.rows_changed,
        "unchanged": taken.rows_unchanged,
        "gone": taken.rows_gone,
        "past": taken.rows_past,
        "announced": taken.rows_announced,
    }
    counts = listing(
        [f"{count:,} {name}" for name, count in moved.items() if count or name not in {"past", "announced"}]
    )
    waits = {
        f"{plural(taken.rows_quarantined - taken.rows_rejected, 'price')} held back": "costfloor quarantine list"
        if taken.rows_quarantined > taken.rows_rejected
        else "",
        f"{plural(taken.models_unresolved, 'id')} without a model": "costfloor models review"
        if taken.models_unresolved
        else "",
        f"{plural(taken.sellers_unknown, 'seller')} that nobody has looked at": "costfloor hosts review"
        if taken.sellers_unknown
        else "",
    }
    person = [f"{what} (see `{command}`)" for what, command in waits.items() if command]
    blocks: list[Block] = [f"{taken.vintage}: {counts}."]
    if person:
        blocks.append(f"For a person: {listing(person)}.")
    if taken.rows_rejected:
        first = taken.rejected[0]
        blocks.append(
            f"{plural(taken.rows_rejected, 'row')} refused; the first: {first['model_id']}, {first['reason']}. All with --json."
        )
    return [*blocks, "`costfloor build` takes the list into the panel."]


@app.command(epilog="Example: costfloor sources")
def sources(context: typer.Context, everything: Everything = False) -> None:
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
    call.emit(
        {"formats": formats, "last_observed": days, "agreement": agreed},
        *_sources(formats, agreed, everything=everything),
    )


def _sources(
    formats: Mapping[str, Mapping[str, Any]], agreed: Sequence[Mapping[str, Any]], *, everything: bool
) -> list[Block]:
    """The formats, the newest list first; with everything their addresses, and where two sources price the same."""
    columns = [
        Column[tuple[str, Mapping[str, Any]]]("Format", lambda row: row[0], "l"),
        Column("Newest list", lambda row: row[1]["last_observed"] or "none", "l"),
        Column("What it is", lambda row: row[1]["description"], "L"),
    ]
    newest = sorted(formats.items(), key=lambda row: row[1]["last_observed"] or "", reverse=True)
    if not everything:
        return [
            *shown_rows("What `costfloor ingest FORMAT` takes", columns, newest, everything=False, rest="--all"),
            "Addresses, licences, and how far sources agree: --all. `costfloor refresh` fetches all that have an address.",
        ]
    columns += [
        Column("Licence", lambda row: row[1]["licence"], "L"),
        Column("Address", lambda row: row[1]["address"], "L"),
    ]
    pairs = [
        Column[Mapping[str, Any]]("Source", lambda row: row["source"], "l"),
        Column("Other source", lambda row: row["other_source"], "l"),
        Column("Same price", lambda row: int(row["same"])),
        Column("Different", lambda row: int(row["different"])),
    ]
    most = sorted(agreed, key=lambda row: -(row["same"] + row["different"]))
    agreement_table = shown_rows("Where two sources price the same model at one seller", pairs, most)
    return [*shown_rows("What `costfloor ingest FORMAT` takes", columns, newest), *(agreement_table if most else [])]


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
