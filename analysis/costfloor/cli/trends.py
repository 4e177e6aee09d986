"""Classical trends and price indexes."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import pandas as pd
import typer

from costfloor.api.markets import scored_prices
from costfloor.cli.screen import ROWS, Block, shown_rows, visible
from costfloor.cli.shared import Everything, Options, one_of
from costfloor.cli.tables import Scale, Table, built_panel, read_table, score_scale_of
from costfloor.errors import InputError
from costfloor.indexes import WHICH_TO_CITE
from costfloor.indexes.breaks import break_tests
from costfloor.indexes.covariates import CovariateEffect
from costfloor.indexes.frontier import default_threshold, frontier_trend, threshold_warning
from costfloor.indexes.hedonic import Frontier, hedonic_trend
from costfloor.indexes.periods import Frequency
from costfloor.indexes.price_index import KINDS, PeriodValue, PriceIndex, price_index, require_covariates_fit
from costfloor.indexes.spells import PANEL_COVARIATES, from_panel, from_table
from costfloor.report.result_sentences import index_sentence
from costfloor.sources.price_table import ScoreScale
from costfloor.typeset.tables import Column, tabulate
from costfloor.typeset.values import Number, Range

if TYPE_CHECKING:
    from costfloor.indexes.frontier import FrontierTrend
    from costfloor.indexes.hedonic import HedonicTrend

INDEX_HELP = f"""Price index of the project's panel or of a table, with tests for a break in its trend.

{WHICH_TO_CITE}

Indexes by period take up to 50,000,000 items (a model at one host) times periods, hedonic regressions as many prices times coefficients.
"""

Covariates = Annotated[
    list[str] | None,
    typer.Option(
        "--covariate",
        metavar="NAME",
        help=f"A column to hold constant beside quality, of numbers, true and false, or text; may be repeated. Of the panel: "
        f"{', '.join(PANEL_COVARIATES)}.",
    ),
]

app = typer.Typer()
trend = typer.Typer(help="Classical trends of the project's panel or of a table.", no_args_is_help=True)
app.add_typer(trend, name="trend")


@trend.command(epilog="Example: costfloor trend frontier --table prices.csv --threshold 0.4")
def frontier(
    context: typer.Context,
    table: Table = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Keep rows that score at least this, in the table's own scale (capability for the panel); default: the lower "
            "quartile of models.",
        ),
    ] = None,
    score_scale: Scale = "raw",
) -> None:
    """Record-low prices at or above a score: OLS of log price on date."""
    prices, _ = _scored(context.obj, table, score_scale)
    lowest = default_threshold(prices) if threshold is None else threshold
    result = frontier_trend(prices, lowest)
    if threshold is not None and (warning := threshold_warning(prices, threshold)):
        print(visible(f"warning: {warning}"), file=sys.stderr)
    chosen = " (the lower quartile of models)" if threshold is None else ""
    context.obj.emit(_trend_keys(result, threshold=lowest), f"{result}. Scores from {lowest:.4g} on{chosen}.")


@trend.command(epilog="Example: costfloor trend hedonic --table prices.csv --covariate context --covariate region")
def hedonic(
    context: typer.Context,
    table: Table = None,
    frontier: Annotated[str, typer.Option(help="pareto (rows no earlier row beats) or all.")] = "all",
    covariate: Covariates = None,
    score_scale: Scale = "fraction",
) -> None:
    """OLS of log price on date and score, and on covariates when given."""
    choices: tuple[Frontier, ...] = get_args(Frontier)
    rows = one_of(frontier, choices, "--frontier")
    covariates = covariate or ()
    prices, scale = _scored(context.obj, table, score_scale, covariates)
    result = hedonic_trend(prices, scale, rows, covariates)
    context.obj.emit(_trend_keys(result), f"{result}.", *_worth(result.covariates))


def _scored(
    call: Options, table: Path | None, score_scale: str, covariates: Sequence[str] = ()
) -> tuple[pd.DataFrame, ScoreScale]:
    scale = score_scale_of(score_scale)
    return scored_prices(built_panel(call).panel if table is None else table, scale, covariates=covariates)


def _trend_keys(trend: "FrontierTrend | HedonicTrend", **chosen: float) -> dict[str, Any]:
    """The keys of a trend, log-rates first."""
    return {"rate": trend.rate, "rate_ci90": trend.rate_ci90, **asdict(trend), **chosen}


@app.command(
    help=INDEX_HELP,
    epilog="Example: costfloor index hedonic --table prices.csv --frequency quarter --covariate context",
)
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
    covariate: Covariates = None,
    score_scale: Scale = "fraction",
    everything: Everything = False,
) -> None:
    """Price index of the project's panel or of a table, with tests for a break in its trend."""
    call: Options = context.obj
    chosen = one_of(kind, KINDS, "KIND")
    frequencies: tuple[Frequency, ...] = get_args(Frequency)
    steps = one_of(frequency, frequencies, "--frequency")
    one_of(weights, ("all", "open", "closed"), "--weights")
    covariates = covariate or ()
    require_covariates_fit(chosen, covariates)
    if table is None:
        rows = from_panel(built_panel(call).panel, covariates)
    else:
        rows = from_table(read_table(table, score_scale, covariates).frame)
    estimate = price_index(chosen, _chosen(rows, family, weights), steps, covariates=covariates)
    try:
        tests = list(break_tests(estimate))
        test_lines = [str(test) for test in tests]
    except InputError as error:
        # The index stands without them.
        tests, test_lines = [], [f"No test for a break: {error}."]
    content = {**estimate.to_json(), "breaks": [asdict(test) for test in tests]}
    shown = [*_series(estimate, everything=everything), *_worth(estimate.covariates)]
    call.emit(content, *shown, *test_lines, WHICH_TO_CITE)


def _series(estimate: PriceIndex, *, everything: bool) -> list[Block]:
    """The index by period, of a long one its base and its last periods, and what it says a year."""
    base, *later = estimate.periods
    shown = later if everything else later[-(ROWS - 1) :]
    left = len(later) - len(shown)
    table = tabulate(
        "",
        f"{estimate.kind} price index, {base.period} = 1{f'; {left} periods after it with --all' if left else ''}",
        [
            Column[PeriodValue]("Period", lambda row: row.period, "l"),
            Column("Index", lambda row: Number(row.value, ".4g")),
            Column("90 % interval", lambda row: Range(*row.ci90, ".4g")),
            Column("Prices", lambda row: row.n),
        ],
        [base, *shown],
    )
    return [table, " ".join(filter(None, [index_sentence(estimate), estimate.note]))]


def _worth(effects: Sequence[CovariateEffect]) -> list[Block]:
    """What each covariate is worth, where there are any; of many levels a screen."""
    columns: list[Column[CovariateEffect]] = [
        Column("Covariate", lambda row: row.name, "l"),
        Column("Compared", lambda row: "one more" if row.level is None else f"{row.level} against {row.base}", "l"),
        Column("Log price", lambda row: Number(row.effect, "+.4g")),
        Column("90 % interval", lambda row: Range(*row.ci90, "+.4g")),
    ]
    caption = "Change of log price with each covariate, at the same date, quality and other covariates"
    return shown_rows(caption, columns, effects, everything=False, rest="with --json") if effects else []


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
