"""Classical trends and price indexes."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.shared import Scale, one_of, read_table

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
