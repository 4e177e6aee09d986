"""Classical trends and price indexes."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from analysis.cli.shared import Options, Scale, Table, one_of, read_table
from analysis.errors import InputError
from analysis.panel import build as build_panel
from analysis.panel import load_panel

app = typer.Typer()
trend = typer.Typer(help="Classical trends on any price table.", no_args_is_help=True)
app.add_typer(trend, name="trend")


@trend.command(epilog="Example: costfloor trend frontier --table prices.csv --threshold 40 --json")
def frontier(
    context: typer.Context,
    table: Annotated[Path, typer.Option(help="A price table, CSV or Parquet.")],
    threshold: Annotated[float, typer.Option(help="Keep rows that score at least this, in the table's own scale.")],
    score_scale: Scale = "raw",
) -> None:
    """Record-low prices at or above a score: OLS of log price on date."""
    from analysis.indexes.frontier import frontier_trend  # noqa: PLC0415  statsmodels is slow to import

    prices = read_table(table, score_scale, closed_scale=True)
    result = frontier_trend(prices.frame, threshold)
    context.obj.emit(asdict(result), text=str(result))


@trend.command(epilog="Example: costfloor trend hedonic --table prices.csv --frontier pareto --json")
def hedonic(
    context: typer.Context,
    table: Annotated[Path, typer.Option(help="A price table, CSV or Parquet.")],
    frontier: Annotated[str, typer.Option(help="pareto (rows no earlier row beats) or all.")] = "all",
    score_scale: Scale = "fraction",
) -> None:
    """OLS of log price on date and score."""
    from analysis.indexes.hedonic import hedonic_trend  # noqa: PLC0415  statsmodels is slow to import

    rows = one_of(frontier, ("pareto", "all"), "--frontier")
    prices = read_table(table, score_scale, closed_scale=True)
    result = hedonic_trend(prices.frame, prices.score_scale, rows)  # type: ignore[arg-type]  # checked by _one_of
    context.obj.emit(asdict(result), text=str(result))


@app.command(epilog="Example: costfloor index matched --frequency quarter --json")
def index(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="matched, geks, hedonic, adjacent, frontier, pareto, quantile or stochastic."
        ),
    ],
    table: Table = None,
    frequency: Annotated[str, typer.Option(help="month or quarter.")] = "month",
    family: Annotated[str | None, typer.Option(help="Only this family.")] = None,
    weights: Annotated[str, typer.Option(help="all, open or closed.")] = "all",
    score_scale: Scale = "fraction",
) -> None:
    """Price index of the project's panel or of a table, with tests for a break in its trend."""
    from analysis.indexes.breaks import break_tests  # noqa: PLC0415  statsmodels is slow to import
    from analysis.indexes.price_index import KINDS, price_index  # noqa: PLC0415  as above
    from analysis.indexes.spells import from_panel, from_table  # noqa: PLC0415  as above

    call: Options = context.obj
    chosen = one_of(kind, KINDS, "KIND")
    steps = one_of(frequency, ("month", "quarter"), "--frequency")
    one_of(weights, ("all", "open", "closed"), "--weights")
    if table is None:
        build_panel(call.data, None, call.progress())
        rows = from_panel(load_panel(call.data))
    else:
        rows = from_table(read_table(table, score_scale).frame)
    rows = _chosen(rows, family, weights)
    found = price_index(chosen, rows, steps)  # type: ignore[arg-type]  # checked by one_of
    try:
        tests = list(break_tests(found))
        said = [str(test) for test in tests]
    except InputError as error:
        # The index stands without them.
        tests, said = [], [f"No test for a break: {error}."]
    text = "\n".join([str(found), *said])
    call.emit({**found.to_json(), "breaks": [asdict(test) for test in tests]}, text=text)


def _chosen(rows: pd.DataFrame, family: str | None, weights: str) -> pd.DataFrame:
    if family is not None:
        one_of(family, tuple(sorted(rows["family"].unique())), "--family")
        rows = rows[rows["family"] == family]
    if weights == "all":
        return rows
    if "open_weights" not in rows:
        raise InputError(
            "is missing, so rows cannot be chosen by it", column="open_weights", remedy="Leave --weights out"
        )
    is_open = rows["open_weights"].fillna(False).astype(bool)
    return rows[is_open if weights == "open" else ~is_open]
