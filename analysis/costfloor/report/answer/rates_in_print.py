"""The rates of decline that a reader will meet, on one scale: what each measures, why they differ, and which to cite."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.report.baselines import MIN_RECORDS, PUBLISHED_SOURCE, long_enough
from costfloor.report.decline import LAST_12, RATE, rates_by_year
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.typeset.phrases import plural, significant
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Range


@dataclass(frozen=True)
class FactorSpan(Range):
    """Two log-rates as how many times cheaper a year; one where both read alike."""

    measure: ClassVar[str] = "log_rate_per_year"

    def __str__(self) -> str:
        low, high = (significant(math.exp(rate)) for rate in (self.low, self.high))
        return low if low == high else f"{low} to {high}"


@dataclass(frozen=True)
class _Line:
    """A rate in print: whose it is, what it measures, what sets it apart, and its span in log-rates a year."""

    name: str
    measures: str
    why: str
    span: tuple[float, float]


def rates_in_print(study: Study) -> Table:
    """One line per rate that can be had from these data, then what others published and what is claimed."""
    index = study.indexes.constant.quarterly
    return tabulate(
        "rates_in_print",
        "Times cheaper in a year (1.2 is a fall of 17 %). Of an index: its range of nine in ten, by quarter. Of descriptions, levels "
        "of ability or "
        "tests: the lowest and the highest of their middle estimates. Beside: whether such a span lies below or above that of the first "
        f"line, or shares a part with it. Published: {PUBLISHED_SOURCE}.",
        [
            Column("Rate", lambda line: line.name, "l"),
            Column("Times a year", lambda line: FactorSpan(*line.span), name="span"),
            Column("Beside", lambda line: beside(line.span, None if index is None else index.annual_rate_ci90), "l"),
            Column("What it measures", lambda line: line.measures, "L"),
            Column("What sets it apart, and when to cite it", lambda line: line.why, "L"),
        ],
        [*_indexes(study), *_descriptions(study), *_record_lows(study), *_published(study), _claim()],
    )


def beside(span: tuple[float, float], first: tuple[float, float] | None) -> str | None:
    """Where a span of rates lies against the interval of the index; nothing for the index itself, or without one."""
    if first is None or span == first:
        return None
    return "below" if span[1] < first[0] else "above" if span[0] > first[1] else "overlaps"


def _indexes(study: Study) -> list[_Line]:
    constant, matched = study.indexes.constant.quarterly, study.indexes.matched.quarterly
    lines = []
    if constant is not None:
        lines.append(
            _Line(
                "Index at constant quality",
                "all new prices, compared at equal ability",
                "the whole time since the index begins; cite it for the fall of price at equal ability",
                constant.annual_rate_ci90,
            )
        )
    if matched is not None:
        lines.append(
            _Line(
                "Index of the same models",
                "the price of a model at its seller, as long as it is sold",
                "a cheaper model that takes its place is not counted; cite it for who keeps a model",
                matched.annual_rate_ci90,
            )
        )
    return lines


def _descriptions(study: Study) -> list[_Line]:
    rates = rates_by_year(study.fits, study.obs)
    now = rates.loc[rates["period"] == LAST_12, f"{RATE}_q50"]
    lines = [
        _Line(
            "The last 12 months",
            f"new models of the same ability, under {plural(len(now), 'description')}",
            "only the last year; cite it for today, with the description it is of",
            (float(now.min()), float(now.max())),
        )
    ]
    for name, title, measures, why in (
        (
            "frontier_rate", "Following the best models", "each ability in the first year after it appears",
            "this buyer never sees an ability grow old; cite it for who always buys the newest",
        ),
        (
            "same_model_rate", "The same model, later", "the price of a model after it came on sale, under each description",
            "it follows the market only as far as sellers change their lists; cite it for contracts on one model",
        ),
    ):  # fmt: skip
        middle = [quantiles(fit, name)[1] for fit in study.fits.values() if name in fit.reported]
        if middle:
            lines.append(_Line(title, measures, why, (min(middle), max(middle))))
    return lines


def _record_lows(study: Study) -> list[_Line]:
    rates = [band.trend.rate for band in study.baselines.frontier if band.trend is not None and long_enough(band.trend)]
    if not rates:
        return []
    return [
        _Line(
            "Record lows",
            f"the lowest price so far of anything at least so able, {plural(len(rates), 'level')} of ability",
            "the cheapest seller of the cheapest model on its best day; cite it for the cheapest way to an ability",
            (min(rates), max(rates)),
        )
    ]


def _published(study: Study) -> list[_Line]:
    published = np.log(study.epoch["factor_per_year"].to_numpy(float))
    median = significant(math.exp(float(np.median(published))))
    few = int((study.epoch["n"] < MIN_RECORDS).sum())
    return [
        _Line(
            f"Epoch AI (median {median})",
            f"record lows at or above a score, {len(published)} pairs of test and score",
            f"single tests, to early 2025, {few} of them from fewer than {MIN_RECORDS} records; cite it as theirs, with its test",
            (float(published.min()), float(published.max())),
        )
    ]


def _claim() -> _Line:
    return _Line(
        "The claimed floor",
        "15 to 20 % a year, as of services with little progress",
        "said of the long run; not measured",
        FLOOR_CLAIM,
    )
