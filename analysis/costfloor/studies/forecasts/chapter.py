"""The part on forecasts from many dates: which law forecasts best, whether it beats what is published, and what that hangs on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from costfloor.studies.forecasts.study import AVERAGE, ForecastRow, ForecastStudy
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import listing, percentage, plural
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.values import Estimate, Number, Share

TITLES: Final = {
    "average_of_laws": "average of the laws",
    "epoch_ols": "one line by least squares (Epoch)",
    "open_ols": "one line with a step for open weights",
    "random_walk_drift": "ARIMA(0,1,0) with drift",
    "local_linear_trend": "local linear trend",
    "farmer_lafond": "Farmer and Lafond",
}
RIVALS: Final = ("epoch_ols", "random_walk_drift")
"""The forecasts to beat."""

DECIDING_MONTHS: Final = (6, 12)

LEVEL: Final = 0.005
"""Scores that differ by a smaller share are level: their Monte Carlo error is not kept, and whole percent are printed."""


def forecasts(study: ForecastStudy, notice: str, laws: Mapping[str, str]) -> list[Block]:
    """Scores of all forecasters from many dates; `laws` are the titles of the laws by name."""
    rows, origins = study.rows, study.origins
    titles = dict(laws) | TITLES
    span = f"{plural(len(origins), 'month-end')} from {origins[0][0]} to {origins[-1][0]}" if origins else "no date"
    sentences = [
        f"Every law was fitted anew at {span} and scored on the prices that followed.",
        *(
            sentence
            for months in DECIDING_MONTHS
            for sentence in (best_against_rivals(rows, months, titles), hangs_on(rows, months, origins, titles))
        ),
        monte_carlo(rows, titles),
        missed_gates(study.failures, len(origins), titles),
        notice,
    ]
    return [text(*sentences), table(_scores(rows, titles))]


def best_against_rivals(rows: Sequence[ForecastRow], months: int, titles: Mapping[str, str]) -> str:
    """Whether the best law, or the average of all, forecasts better than what is published, by CRPS on the same prices."""
    best, ratios = _against_rivals(rows, months)
    if not ratios:
        return f"At {months} months nothing could be compared."
    gains = [f"{_gain(ratio)} {titles[name]}" for name, ratio in ratios.items()]
    named = listing([titles[name] for name in best])
    first = f"is {named}," if len(best) == 1 else f"are level ({named}):"
    return (
        f"At {months} months the best of them by CRPS {first} {listing(gains)} from the same "
        f"dates: {_outcome(ratios, titles)}."
    )


def _gain(ratio: float) -> str:
    if abs(1.0 - ratio) < LEVEL:
        return "level with"
    return f"{percentage(abs(1.0 - ratio))} {'below' if ratio < 1.0 else 'above'}"


def hangs_on(
    rows: Sequence[ForecastRow], months: int, origins: Sequence[tuple[str, int]], titles: Mapping[str, str]
) -> str:
    """Whether leaving out a single date changes which of the published forecasts the best law beats.

    `origins` are dates with the number of prices seen.
    """
    before = _outcome(_against_rivals(rows, months)[1], titles)
    if not before or len(origins) < 2:
        return ""
    turning: dict[str, list[str]] = {}
    for date, seen in origins:
        outcome = _outcome(_against_rivals(rows, months, left_out=date)[1], titles) or "nothing could be compared"
        if outcome != before:
            turning.setdefault(outcome, []).append(f"{date} ({plural(seen, 'price')} seen)")
    if not turning:
        return "That stays so whichever date is left out."
    turns = [
        f"without {'any one of ' if len(dates) > 1 else ''}{listing(dates)} {outcome}"
        for outcome, dates in turning.items()
    ]
    return f"That hangs on single dates: {'; '.join(turns)}."


def _against_rivals(
    rows: Sequence[ForecastRow], months: int, left_out: str = ""
) -> tuple[tuple[str, ...], dict[str, float]]:
    """The laws, or the average of all, with the smallest CRPS, and the first one's over that of each rival from the rival's own dates."""
    scores = {
        row.forecaster: {date: score for date, score in row.crps_by_origin.items() if date != left_out}
        for row in rows
        if row.horizon_months == months
    }
    scores = {name: by_date for name, by_date in scores.items() if by_date}
    means = {name: _mean_crps(scores[name], scores[name]) for name in scores if name not in TITLES or name == AVERAGE}
    if not means:
        return (), {}
    least = min(means.values())
    best = tuple(name for name, mean in means.items() if mean - least < LEVEL * least)
    rivals = [name for name in RIVALS if name in scores]
    return best, {
        name: _mean_crps(scores[best[0]], scores[name]) / _mean_crps(scores[name], scores[name]) for name in rivals
    }


def _mean_crps(by_date: Mapping[str, tuple[int, float]], dates: Iterable[str]) -> float:
    """Mean over all prices scored from these dates."""
    parts = [by_date[date] for date in dates]
    return sum(prices * crps for prices, crps in parts) / sum(prices for prices, _ in parts)


def _outcome(ratios: Mapping[str, float], titles: Mapping[str, str]) -> str:
    """Which of the published forecasts the best law beats; empty where there is nothing to compare."""
    missed = [titles[name] for name, ratio in ratios.items() if ratio > 1.0 - LEVEL]
    if missed:
        return "it beats neither" if len(missed) > 1 else f"it does not beat {missed[0]}"
    return "it beats both" if len(ratios) > 1 else "".join(f"it beats {titles[name]}" for name in ratios)


def monte_carlo(rows: Sequence[ForecastRow], titles: Mapping[str, str]) -> str:
    """Where more draws would move a difference in log score as far as other prices would."""
    errors = [
        (row, row.elpd_difference_mcse, row.elpd_difference_se)
        for row in rows
        if row.elpd_difference_se and row.elpd_difference_mcse is not None
    ]
    noisy = [row for row, mcse, error in errors if 2.0 * mcse**2 > error**2]
    others = [mcse for row, mcse, _ in errors if row not in noisy]
    most = f"Monte Carlo error is at most {max(others):.0f}" if others else ""
    if not noisy:
        return f"Of the standard errors of log scores the {most}." if others else ""
    named = listing([f"{titles[row.forecaster]} at {row.horizon_months} months" for row in noisy])
    rest = f"; elsewhere {most}" if others else ""
    return f"More than half of the variance of the difference in log score is Monte Carlo error for {named}{rest}."


def missed_gates(failures: Sequence[tuple[str, str, str]], origins: int, titles: Mapping[str, str]) -> str:
    """Which refits missed a gate, and which classical forecasts could not be made."""
    if not failures:
        return "All refits passed their gates."
    counts: dict[str, int] = {}
    for name, _, _ in failures:
        counts[name] = counts.get(name, 0) + 1
    laws = [f"{titles[name]} at {count}" for name, count in counts.items() if name not in TITLES]
    classical = [f"{titles[name]} at {count}" for name, count in counts.items() if name in TITLES]
    sentences = [
        f"Of {plural(origins, 'date')} a gate was missed by {listing(laws)}."
        if laws
        else "All refits passed their gates."
    ]
    if classical:
        sentences.append(f"For want of rows no forecast came from {listing(classical)}.")
    return " ".join(sentences)


def _scores(rows: Sequence[ForecastRow], titles: Mapping[str, str]) -> Table:
    horizons = sorted({row.horizon_months for row in rows})
    by_key = {(row.forecaster, row.horizon_months): row for row in rows}
    return tabulate(
        "forecasts",
        "Leave-future-out: log predictive density less that of continued discovery from the same dates, with its standard error over "
        "blocks (family by quarter); CRPS of log price (of the average a bound from above); share of prices inside the 90 % interval. By "
        "months ahead.",
        [
            Column("Forecast", lambda name: titles[name], "l"),
            *(column for months in horizons for column in _horizon(by_key, months)),
        ],
        dict.fromkeys(row.forecaster for row in rows),
    )


def _horizon(rows: Mapping[tuple[str, int], ForecastRow], months: int) -> list[Column[str]]:
    def of(name: str, value: Callable[[ForecastRow], Cell]) -> Cell:
        row = rows.get((name, months))
        return None if row is None else value(row)

    return [
        Column(f"ELPD, {months}", lambda name: of(name, _lead)),
        Column(f"CRPS, {months}", lambda name: of(name, lambda row: Number(row.crps, ".3f"))),
        Column(f"90 %, {months}", lambda name: of(name, lambda row: Share(row.coverage90))),
    ]


def _lead(row: ForecastRow) -> Cell:
    gap, error = row.elpd_difference, row.elpd_difference_se
    if gap is None or not (gap or error):
        return "0"
    return Estimate(gap, error, "+.0f")
