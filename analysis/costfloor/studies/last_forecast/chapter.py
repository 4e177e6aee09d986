"""The chapter on the last forecast: what was said at the last year-end, what came, and whether simple rivals did better."""

import math
from collections.abc import Sequence
from typing import Final

from costfloor.built import capability_from
from costfloor.forecast import baselines
from costfloor.laws import LAWS
from costfloor.studies.catalogue import failed_gates
from costfloor.studies.last_forecast.result import AVERAGE, MIN_MONTHS, STACKED, ForecasterScore, LastForecast
from costfloor.studies.standing import IN_TABLE, sign, standing
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.montecarlo import above, below, edge_mcse
from costfloor.typeset.phrases import listing, minus, percentage, plural
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Estimate, Number, Range, Share

TITLES: Final = {
    **{name: law.title for name, law in LAWS.items()},
    AVERAGE: "equal mixture of the laws",
    STACKED: "stacking mixture of the laws",
    **baselines.TITLES,
}
SMALLEST_WEIGHT: Final = 0.005
"""A smaller one would be printed as nothing."""

NOT_SCORED: Final = "These results were stored before the last forecast was scored: costfloor report does it."


def last_forecast(last: LastForecast | None, figure: Block) -> list[Block]:
    """How the forecast of the last year-end did; `figure` is the block of its figure."""
    title = heading("Was the last forecast right?")
    if last is None:
        return [title, text(NOT_SCORED)]
    rule = f"The last forecast is that of {last.day}, the last year-end at least {MIN_MONTHS} months before the last price ({last.until})."
    if not last.forecasters:
        return [title, text(rule, last.problem)]
    scores = {score.name: score for score in last.forecasters}
    return [
        title,
        text(
            rule,
            made_and_scored(last),
            failed_gates(last.failures),
            minus(outcome(scores[AVERAGE])),
            against_rivals([score for score in last.forecasters if score.name in baselines.TITLES]),
            f"No forecast came from {listing(last.absent)}." if last.absent else "",
            among_laws([score for score in last.forecasters if score.name in LAWS]),
            stacked(last, scores.get(STACKED)),
        ),
        figure,
        table(_scores(last)),
    ]


def made_and_scored(last: LastForecast) -> str:
    """What the laws had seen, and what they are scored on."""
    unseen = (
        f"; {last.rows_of_new_families:,} of the prices are in {listing(last.families_new)}, of which nothing had been seen"
        if last.families_new
        else ""
    )
    return (
        f"All laws were fitted to the {plural(last.rows_seen, 'price')} recorded by that day, with "
        f"{capability_from(last.day, last.hindsight)}, and are scored on the "
        f"{plural(last.rows, 'price')} that came after it, of {plural(last.models, 'model')}, {last.models_new:,} of which the laws "
        f"had not seen{unseen}. A forecast is told which models come and how capable they are, and asked for their prices."
    )


def outcome(score: ForecasterScore) -> str:
    """Whether the mixture was right by its own account: on the level of prices, and on the width of its intervals."""
    low, high = score.error_span
    # Other draws would put the ends of the interval elsewhere.
    error = edge_mcse((low, score.error, high))
    missed = above(low, 0.0, error) or below(high, 0.0, error)
    held = below(low, 0.0, error) and above(high, 0.0, error)
    held_share = ("fewer than", "about as many as", "more than")[1 + sign(score.coverage90 - 0.9, score.coverage90_se)]
    level = "wrong" if missed else "right" if held else "at the edge of what it had held possible"
    return (
        f"On the level of prices the equal mixture of the laws was {level}, by its own account. {_level(score)} (mean of observed less "
        f"forecast log price {Estimate(score.error, score.error_se, '+.2f')}); over the draws of the forecast the 90 % interval of "
        f"that mean is {low:.2f} to {high:.2f}. Of single prices its 90 % intervals held {percentage(score.coverage90)}, "
        f"{held_share} promised, its 50 % intervals {percentage(score.coverage50)}."
    )


def against_rivals(scores: Sequence[ForecasterScore]) -> str:
    """Which rivals the equal mixture beat, and which beat it, on the same prices."""
    if not scores:
        return ""
    by_crps = standing([(TITLES[score.name], score.behind, score.behind_se) for score in scores])
    by_log_score = standing([(TITLES[score.name], -score.elpd_ahead, score.elpd_ahead_se) for score in scores])
    return f"By CRPS it was {by_crps}; by log score it was {by_log_score} (by two standard errors of the difference)."


def among_laws(scores: Sequence[ForecasterScore]) -> str:
    """The lowest and the highest CRPS of a law."""
    best, worst = min(scores, key=lambda score: score.crps), max(scores, key=lambda score: score.crps)
    return (
        f"Of the laws, {TITLES[best.name]} had the lowest CRPS ({best.crps:.2f}) and "
        f"{TITLES[worst.name]} the highest ({worst.crps:.2f})."
    )


def stacked(last: LastForecast, score: ForecasterScore | None) -> str:
    """What the weights of then made of the laws, or that nobody has asked for them."""
    if score is None or last.weights is None:
        return f"The ledger has no line as of {last.day}, and so no stacking weights of then: costfloor refit --as-of {last.day} adds it."
    weights = sorted(last.weights.items(), key=lambda pair: -pair[1])
    shares = listing([f"{TITLES[name]} {percentage(weight)}" for name, weight in weights if weight >= SMALLEST_WEIGHT])
    return f"With the stacking weights of then ({shares}) the mixture had a CRPS of {score.crps:.2f}."


def _level(score: ForecasterScore) -> str:
    if not sign(score.error, score.error_se):
        return "On average prices came level with what it had said"
    ratio = math.exp(score.error)
    side = f"{percentage(1.0 - ratio)} below" if ratio < 1.0 else f"{percentage(ratio - 1.0)} above"
    return f"On average prices came {side} what it had said"


def _scores(last: LastForecast) -> Table:
    titles = IN_TABLE | {AVERAGE: "equal mixture", STACKED: "stacking mixture"}
    return tabulate(
        "last_forecast",
        f"The forecasts of {last.day} on the prices since, to {last.until}: mean CRPS of log price and joint log score, and less those "
        "of the equal mixture; shares of prices inside the 50 and 90 % intervals; error: mean of observed less forecast log price (below "
        "zero prices fell faster than said), and its 90 % interval over the draws of the forecast. Quarter's: CRPS of the mean log price "
        "of a quarter's prices. No change and 20 % a year go on from the line with a step for open weights. Standard errors in brackets: "
        "by models, by hosts (of log scores not) or by thirds of the time, whichever is largest; with one past date their intervals hold "
        "less often than they say (docs/forecast-scores.md).",
        [
            Column("Forecast", lambda score: titles[score.name], "l"),
            Column("CRPS", lambda score: Number(score.crps), unit="log_points"),
            Column(
                "Less mixture's",
                lambda score: _less(score, score.behind, score.behind_se, "+.2f"),
                name="crps_less_mixture",
                unit="log_points",
            ),
            Column(
                "Quarter's",
                lambda score: None if score.index_crps is None else Number(score.index_crps),
                name="quarter_crps",
                unit="log_points",
            ),
            Column("Log score", lambda score: Number(score.elpd, ".0f"), name="log_score"),
            Column(
                "Above mixture's",
                lambda score: _less(score, score.elpd_ahead, score.elpd_ahead_se, "+.0f"),
                name="above_mixture",
                unit="log_score",
            ),
            Column("50 %", lambda score: Share(score.coverage50), name="coverage50"),
            Column("90 %", lambda score: Share(score.coverage90), name="coverage90"),
            Column("Error", lambda score: Estimate(score.error, score.error_se, "+.2f"), unit="log_points"),
            Column("90 % interval", lambda score: Range(*score.error_span), name="error_interval", unit="log_points"),
        ],
        last.forecasters,
    )


def _less(score: ForecasterScore, value: float, error: float | None, form: str) -> Estimate | None:
    return None if score.name == AVERAGE else Estimate(value, error, form)
