"""The chapter on classical price indexes."""

from collections.abc import Sequence

import pandas as pd

from costfloor.indexes import WHICH_TO_CITE
from costfloor.indexes.break_statistics import BreakTest
from costfloor.indexes.gap import HedonicGap
from costfloor.indexes.price_index import PriceIndex, rate_from
from costfloor.report.drawings import shown as shown_figure
from costfloor.report.price_indexes import ShownIndex
from costfloor.report.study import Study
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.phrases import listing, minus, percentage, yearly_change
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Number, Range

BREAK_LEVEL = 0.05

MATCHED = ("matched", "geks")

ALIKE = 0.05
"""Log-rates that differ by less than this a year are called about the same."""


def price_indexes(study: Study) -> list[Block]:
    """What price statisticians would report, and why their answers differ."""
    return [
        heading("Price indexes"),
        text(WHICH_TO_CITE),
        text(
            "An index follows prices without a law of motion. Matched-model indexes compare a model with itself from period to period; "
            "hedonic ones compare prices at equal capability, so that a cheaper new model counts as a fall; the last four are one line "
            "through the best offers or through all prices. docs/indexes.md says what each measures, its formula and source, and when "
            f"it misleads. {gap(study.indexes.gap)}"
        ),
        shown_figure("indexes"),
        table(_rates(study.indexes.shown)),
        text(f"{bases(study.indexes.shown)}{breaks(study.indexes.shown)}"),
    ]


def gap(hedonic: HedonicGap | None) -> str:
    """Hedonic against matched on the same prices, and the turnover that explains the difference."""
    if hedonic is None:
        return "Prices of the same models are too few to set a hedonic and a matched-model index side by side."
    if abs(hedonic.gap) < ALIKE:
        difference = "so that models which come and go make no difference"
    elif hedonic.gap > 0:
        difference = f"so that following the same models misses {hedonic.gap:.2f} a year of the fall"
    else:
        difference = f"so that following the same models overstates the fall by {-hedonic.gap:.2f} a year"
    return (
        f"On the same prices in force, by month, hedonic prices {yearly_change(hedonic.hedonic_rate)} and those of matched models "
        f"{yearly_change(hedonic.matched_rate)}, {difference}. In a month {percentage(hedonic.entry_share)} of prices are new and "
        f"{100 * hedonic.exit_share:.1f} % leave: {_premium('new ones', hedonic.entry_premium, hedonic.entry_premium_ci90)}, "
        f"{_premium('those that leave', hedonic.exit_premium, hedonic.exit_premium_ci90)}."
    )


def bases(shown: Sequence[ShownIndex]) -> str:
    """Why matched-model rates by month and by quarter differ, where they do: a chain by month may begin earlier."""
    by_base = []
    for index in shown:
        monthly, quarterly = index.monthly, index.quarterly
        if monthly is None or quarterly is None or monthly.kind not in MATCHED:
            continue
        if abs(monthly.annual_rate - quarterly.annual_rate) < ALIKE:
            continue
        common = str(pd.Period(quarterly.base, "Q").asfreq("M", how="end"))
        if common in [row.period for row in monthly.periods[1:-1]]:
            by_base.append(
                f"{index.title[:1].lower()}{index.title[1:]} has {monthly.annual_rate:.2f} by month from {monthly.base} on, "
                f"{quarterly.annual_rate:.2f} by quarter from the end of {quarterly.base} on, and by month from {common} on "
                f"{rate_from(monthly, common):.2f}"
            )
    if not by_base:
        return ""
    return minus(
        f"By month and by quarter these rates differ for their bases, as what moved between the two is in the first alone: "
        f"{listing(by_base)}. "
    )


def breaks(shown: Sequence[ShownIndex]) -> str:
    """Which indexes reject one straight line."""
    tested = [index for index in shown if index.breaks]
    if not tested:
        return "No index is long enough to look for a break in its trend."
    broken = [
        f"{index.title[:1].lower()}{index.title[1:]} ({test.name.split()[0]} after {test.break_date:%Y-%m}, p = {test.p_value:.3f})"
        for index in tested
        for test in index.breaks
        if test.p_value < BREAK_LEVEL
    ]
    count = sum(len(index.breaks) for index in tested)
    outcome = (
        f"{len(broken)} of {count} tests for one break at an unknown date reject a straight line at {percentage(BREAK_LEVEL)}: "
        f"{listing(broken)}."
        if broken
        else f"None of {count} tests for one break at an unknown date rejects a straight line at {percentage(BREAK_LEVEL)}."
    )
    return (
        f"{outcome} One rejection in twenty is chance, and the tests look at the same market. Chained indexes that move like a random "
        "walk, record lows and undominated prices reject more often than they should (docs/indexes.md has how often). A slow bend, "
        "which is what a plateau would be, is harder to find than a break."
    )


def _premium(who: str, premium: float | None, ci90: tuple[float, float] | None) -> str:
    if premium is None or ci90 is None:
        return f"nothing is known of {who}"
    low, high = ci90
    way = "dear for their quality" if low > 0 else "cheap for their quality" if high < 0 else "priced like the others"
    return minus(f"{who} are {way} ({premium:+.2f} in log price, {low:.2f} to {high:.2f})")


def _rates(shown: Sequence[ShownIndex]) -> Table:
    return tabulate(
        "price_indexes",
        "Price indexes of the panel: log-rate of decline a year (0.69 halves the price) with its 90 % interval, by months and by quarters; "
        "p-values of the tests for one break in the monthly index, or in the prices behind a line.",
        [
            Column("Index", lambda index: index.title, "l"),
            Column("Monthly", lambda index: _rate(index.monthly), unit="log_rate_per_year"),
            Column(
                "90 % interval", lambda index: _doubt(index.monthly), name="monthly_interval", unit="log_rate_per_year"
            ),
            Column("Quarterly", lambda index: _rate(index.quarterly), unit="log_rate_per_year"),
            Column(
                "90 % interval",
                lambda index: _doubt(index.quarterly),
                name="quarterly_interval",
                unit="log_rate_per_year",
            ),
            Column("sup-F, p", lambda index: _p_value(index.breaks, 0), unit="probability"),
            Column("CUSUM, p", lambda index: _p_value(index.breaks, 1), unit="probability"),
        ],
        shown,
    )


def _rate(index: PriceIndex | None) -> Number | None:
    return None if index is None else Number(index.annual_rate)


def _doubt(index: PriceIndex | None) -> Range | None:
    return None if index is None else Range(*index.annual_rate_ci90)


def _p_value(tests: Sequence[BreakTest], which: int) -> Number | None:
    return Number(tests[which].p_value, ".3f") if tests else None
