"""The part on forecasts from many dates: which law forecasts best, and which rivals it beats on the same prices."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from costfloor.forecast import baselines
from costfloor.forecast.paired import Difference
from costfloor.laws import LAWS
from costfloor.studies.forecasts.result import AVERAGE, ForecastRow, ForecastStudy, Horizon
from costfloor.studies.standing import IN_TABLE, sign
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import listing, plural
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Estimate, Number, Share

TITLES: Final = {AVERAGE: "average of the laws"} | baselines.TITLES


def forecasts(study: ForecastStudy, notice: str, laws: Mapping[str, str], table_name: str = "forecasts") -> list[Block]:
    """Scores of all forecasters from many dates; `laws` are the titles of the laws by name."""
    origins, titles = study.origins, dict(laws) | TITLES
    span = f"{plural(len(origins), 'month-end')} from {origins[0][0]} to {origins[-1][0]}" if origins else "no date"
    left_out = list(dict.fromkeys(dates_left_out(horizon, titles) for horizon in study.horizons))
    shared = left_out if len(left_out) == 1 else []
    opening = [
        f"Every law was fitted anew at {span} and scored on the prices that followed.",
        *shared,
        missed_gates(study.failures, len(origins), titles),
        monte_carlo(study.horizons, titles),
        notice,
    ]
    return [
        text(*opening),
        *(
            text(against_rivals(horizon, titles), *([] if shared else [dates_left_out(horizon, titles)]))
            for horizon in study.horizons
        ),
        table(_scores(study.horizons, table_name)),
    ]


def against_rivals(horizon: Horizon, titles: Mapping[str, str]) -> str:
    """Which rivals and other laws the best law beats on common rows."""
    ahead = f"At {plural(horizon.months, 'month')}"
    if not horizon.forecasters:
        return f"{ahead} nothing could be compared."
    others = [row for row in horizon.forecasters if row.forecaster != horizon.best]
    rivals = [row for row in others if row.forecaster in baselines.TITLES]
    # Of the average a bound from above is known, behind which nobody is shown to be.
    laws = [row for row in others if row.forecaster in LAWS]
    best = next(row for row in horizon.forecasters if row.forecaster == horizon.best)
    crps, score, index = (
        _beyond_error(list(_ahead(rivals, name, direction, titles)), "rivals")
        for name, direction in (("crps_behind", 1.0), ("elpd_ahead", -1.0), ("index_behind", 1.0))
    )
    clauses = [f"By CRPS it is {crps}", f"by log score {score}", f"by the mean price of a quarter {index}"]
    clauses = [words for words, places in zip(clauses, (crps, score, index), strict=True) if places]
    among = _beyond_error(list(_ahead(laws, "crps_behind", 1.0, titles)), "laws")
    return " ".join(
        [
            f"{ahead}, on {horizon.rows:,} prices of {plural(horizon.models, 'model')} from {plural(len(horizon.origins), 'date')}, the "
            f"smallest CRPS of the laws and their average is that of {titles[horizon.best]} ({best.crps:.3f}).",
            f"{'; '.join(clauses)} (by two standard errors of the difference)." if clauses else "",
            f"Among the laws it is, by CRPS, {among}." if among else "",
        ]
    ).strip()


def _beyond_error(ahead: Sequence[tuple[str, float, float | None]], what: str) -> str:
    """Whom one forecaster is better and worse than, by name, and with how many others it is level."""
    signs = [(title, sign(value, error)) for title, value, error in ahead]
    better, worse, level = ([title for title, side in signs if side == wanted] for wanted in (1, -1, 0))
    parts = [
        f"{words} {listing(titles)}" for words, titles in (("better than", better), ("worse than", worse)) if titles
    ]
    if level:
        named = f"the other {plural(len(level), what[:-1])}" if parts else f"any of {len(level)} {what}"
        parts.append(f"not to be told from {listing(level) if len(level) == 1 else named}")
    return listing(parts)


def _ahead(
    rows: Sequence[ForecastRow], name: str, direction: float, titles: Mapping[str, str]
) -> Iterator[tuple[str, float, float | None]]:
    for row in rows:
        difference: Difference | None = getattr(row, name)
        if difference is not None:
            yield titles[row.forecaster], direction * difference.value, difference.se


def dates_left_out(horizon: Horizon, titles: Mapping[str, str]) -> str:
    """Which dates count for nobody, and who has no forecast from there."""
    parts = []
    if horizon.left_out:
        names = dict.fromkeys(name for left in horizon.left_out for name in left.forecasters)
        dates = listing([left.origin for left in horizon.left_out])
        verb = "is" if len(horizon.left_out) == 1 else "are"
        parts.append(
            f"{dates} {verb} left out for all: no forecast counts from there by {listing([titles[name] for name in names])}."
        )
    if horizon.absent:
        parts.append(f"No forecast came from {listing([titles[name] for name in horizon.absent])}.")
    return " ".join(parts)


def monte_carlo(horizons: Sequence[Horizon], titles: Mapping[str, str]) -> str:
    """Where more draws would move a difference in log score as far as other prices would."""
    errors = [
        (f"{titles[row.forecaster]} at {horizon.months} months", row.elpd_ahead_mcse, row.elpd_ahead.se)
        for horizon in horizons
        for row in horizon.forecasters
        if row.elpd_ahead and row.elpd_ahead.se and row.elpd_ahead_mcse is not None
    ]
    noisy = [name for name, mcse, error in errors if 2.0 * mcse**2 > error**2]
    others = [mcse for name, mcse, _ in errors if name not in noisy]
    most = f"Monte Carlo error is at most {max(others):.0f}" if others else ""
    if not noisy:
        return f"Of the standard errors of log scores the {most}." if others else ""
    rest = f"; elsewhere {most}" if others else ""
    return f"More than half of the variance of the difference in log score is Monte Carlo error for {listing(noisy)}{rest}."


def missed_gates(failures: Sequence[tuple[str, str, str]], origins: int, titles: Mapping[str, str]) -> str:
    """Which refits missed a gate, and which classical forecasts could not be made."""
    if not failures:
        return "All refits passed their gates."
    counts: dict[str, int] = {}
    for name, _, _ in failures:
        counts[name] = counts.get(name, 0) + 1
    laws = [f"{titles[name]} at {count}" for name, count in counts.items() if name in LAWS]
    classical = [f"{titles[name]} at {count}" for name, count in counts.items() if name not in LAWS]
    sentences = [
        f"Of {plural(origins, 'date')} a gate was missed by {listing(laws)}."
        if laws
        else "All refits passed their gates."
    ]
    if classical:
        sentences.append(f"For want of rows no forecast came from {listing(classical)}.")
    return " ".join(sentences)


def _scores(horizons: Sequence[Horizon], name: str) -> Table:
    titles = IN_TABLE | {AVERAGE: "average of the laws"}
    return tabulate(
        name,
        "Leave-future-out, every forecaster on the same prices from the same dates (a date at which one could not forecast counts for "
        "none). CRPS of log price, by price and of the mean of a quarter's prices (of the average of the laws bounds from above); "
        "log predictive density; less those of the law with the smallest CRPS at that horizon, which is the one without a difference, with "
        "standard errors by models, hosts or blocks of time of two thirds of the horizon, whichever is largest (docs/forecast-scores.md "
        "has what they cover); shares of prices inside the 50 and 90 % intervals.",
        [
            Column("Months", lambda pair: pair[0].months),
            Column("Prices", lambda pair: pair[0].rows),
            Column("Forecast", lambda pair: titles[pair[1].forecaster], "l"),
            Column("CRPS", lambda pair: Number(pair[1].crps, ".3f"), unit="log_points"),
            Column(
                "Less best's",
                lambda pair: _estimate(pair[1].crps_behind, "+.3f"),
                name="crps_less_best",
                unit="log_points",
            ),
            Column(
                "Quarter's",
                lambda pair: None if pair[1].index_crps is None else Number(pair[1].index_crps, ".3f"),
                name="quarter_crps",
                unit="log_points",
            ),
            Column(
                "Less best's quarter's",
                lambda pair: _estimate(pair[1].index_behind, "+.3f"),
                name="quarter_crps_less_best",
                unit="log_points",
            ),
            Column(
                "Above best's score",
                lambda pair: _estimate(pair[1].elpd_ahead, "+.0f"),
                name="above_best",
                unit="log_score",
            ),
            Column("50 %", lambda pair: Share(pair[1].coverage50), name="coverage50"),
            Column("90 %", lambda pair: Share(pair[1].coverage90), name="coverage90"),
        ],
        [(horizon, row) for horizon in horizons for row in horizon.forecasters],
    )


def _estimate(difference: Difference | None, form: str) -> Estimate | None:
    return None if difference is None else Estimate(difference.value, difference.se, form)
