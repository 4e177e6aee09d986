"""Forecasts in plain words, with their track record: what was said before, and what came."""

import math
from collections.abc import Sequence
from typing import Final

from costfloor.forecast import baselines
from costfloor.report.decline import price_ahead
from costfloor.report.drawings import shown
from costfloor.report.plain import LAWS_IN_WORDS
from costfloor.report.study import Study
from costfloor.studies.catalogue import STUDIES, outdated
from costfloor.studies.hindcast.study import Hindcast
from costfloor.studies.last_forecast.result import AVERAGE, ForecasterScore, LastForecast
from costfloor.studies.standing import sign
from costfloor.studies.stored import Stored
from costfloor.typeset.blocks import Block, figure, heading, table, text
from costfloor.typeset.montecarlo import beside
from costfloor.typeset.phrases import listing, percentage, plural, significant
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Number, Share

CAME: Final = (
    "The last forecast and what came. Line: what was said of a new model of middling ability at an ordinary seller; shaded: half and "
    "nine of "
    "ten single prices. Points: prices that came, put on the same footing; filled: of models nobody had seen then."
)
NOT_SCORED: Final = "These results were stored before the last forecast was scored: costfloor report does it."


def forecasts(study: Study) -> list[Block]:
    """What is expected, and how the forecasts of before did."""
    last = study.last_forecast
    return [
        heading("What comes next, and how earlier forecasts did"),
        text(ahead(study)),
        shown("price_ahead", floats=False),
        heading("The last forecast", 2),
        text(track_record(last)),
        *([table(_by_description(last))] if last is not None and last.forecasters else []),
        *([figure("last_forecast", CAME, floats=False)] if last is not None and last.fans else []),
        heading("Forecasts from earlier dates", 2),
        text(earlier(study.calibration.get("hindcast"))),
    ]


def ahead(study: Study) -> str:
    """The price a year from the last date, from the description with the lowest to that with the highest."""
    rows = price_ahead(study.fits, study.obs)
    year = rows[rows["month_ahead"] == 12]
    middle = dict(zip(year["law"], year["price_relative_price_q50"], strict=True))
    low, high = min(middle, key=middle.__getitem__), max(middle, key=middle.__getitem__)
    return (
        f"Twelve months after {study.obs.last:%d %B %Y} the same ability is expected to cost between {percentage(middle[low])} and "
        f"{percentage(middle[high])} of what it cost on that day: the first under “{LAWS_IN_WORDS[low]}”, the last under "
        f"“{LAWS_IN_WORDS[high]}” (middle estimates). With their doubt, nine of ten under each, the span is "
        f"{percentage(year['price_relative_price_q05'].min())} to {percentage(year['price_relative_price_q95'].max())}. Which description "
        "is right is the open question of this report; no average of them is given."
    )


def track_record(last: LastForecast | None) -> str:
    """How the forecast of the last year-end did, for all descriptions taken together in equal parts."""
    if last is None:
        return NOT_SCORED
    if not last.forecasters:
        return f"The forecast of {last.day} cannot be judged yet: {last.problem}"
    scores = {score.name: score for score in last.forecasters}
    score = scores[AVERAGE]
    held = ("fewer than", "about as many as", "more than")[1 + sign(score.coverage90 - 0.9, score.coverage90_se)]
    missed = f" FAILED: of the computations behind it {len(last.failures)} did not settle." if last.failures else ""
    level = f"{_level(score)} {surprised([score for name, score in scores.items() if name in LAWS_IN_WORDS])}"
    return (
        f"On {last.day} forecasts were made from the {plural(last.rows_seen, 'price')} known by then. Up to {last.until} "
        f"{plural(last.rows, 'price')} came, of {plural(last.models, 'model')}, {last.models_new:,} of which nobody had seen. The forecast "
        f"was told which models would come and how able they are, and asked for their prices. {level} Ranges that should have held nine of "
        f"ten prices held {percentage(score.coverage90)}, {held} they should.{missed} "
        f"{rivals([score for name, score in scores.items() if name in baselines.TITLES])}"
    )


def rivals(scores: Sequence[ForecasterScore]) -> str:
    """Against how many simple rules the forecast was better, worse, or not to be told apart."""
    if not scores:
        return ""
    places: dict[int, list[str]] = {1: [], -1: [], 0: []}
    for score in scores:
        places[sign(score.behind, score.behind_se)].append(f"“{baselines.TITLES[score.name]}”")
    clauses = [
        f"{words} {len(places[place])}{f' ({listing(places[place])})' if place < 1 else ''}"
        for place, words in (
            (1, "better beyond chance than"),
            (-1, "worse beyond chance than"),
            (0, "not to be told from"),
        )
        if places[place]
    ]
    by_log_score = [sign(-score.elpd_ahead, score.elpd_ahead_se) for score in scores]
    return (
        f"Of {plural(len(scores), 'simple rule')} it was {listing(clauses)}, by how far prices lay from the forecast; by the chance that "
        f"it gave to what came, better beyond chance than {by_log_score.count(1)} and worse than {by_log_score.count(-1)}."
    )


def surprised(scores: Sequence[ForecasterScore]) -> str:
    """Under how many descriptions the mean of the prices that came lay outside its range of nine in ten."""
    ends = [(score.error_span[0], score.error, score.error_span[1]) for score in scores]
    places = [beside(0.0, (low, middle, high)) for low, middle, high in ends]
    dearer, cheaper = places.count(-1), places.count(1)
    return (
        f"By each description alone they lay above the range of nine in ten for their mean under {dearer} of {len(scores)}, and below it "
        f"under {cheaper}."
    )


def earlier(stored: "Stored[Hindcast] | None") -> str:
    """In how many of the past forecasts, over all descriptions and dates, what came lay inside the range of nine in ten."""
    if stored is None:
        return STUDIES["hindcast"].not_run
    settled = [date for date in stored.result.half_years if date.conclusion.passed]
    missed = [date.date for date in stored.result.half_years if date.fared and date not in settled]
    failed = (
        f" FAILED: those of {listing(missed)} could not all be computed reliably, and are left out." if missed else ""
    )
    judged = [(date, fared) for date in settled for fared in date.fared]
    if not judged:
        return f"None can be judged yet: too little has come since.{failed}"
    inside = sum(beside(0.0, fared.error) == 0 for _, fared in judged)
    faster = sum(beside(0.0, fared.error) > 0 for _, fared in judged)
    dates = list(dict.fromkeys(date.date for date, _ in judged))
    return (
        f"From {plural(len(dates), 'half-year end')}, {dates[0]} to {dates[-1]}, every description forecast the months that followed, "
        "twelve "
        f"at most: {plural(len(judged), 'forecast')} in all. The mean of the prices that came lay inside the range of nine in ten in "
        f"{inside}, "
        f"below it (prices fell faster than said) in {faster}, above it in {len(judged) - inside - faster}.{failed} "
        f"{outdated(stored.stale)}"
    ).rstrip()


def _level(score: ForecasterScore) -> str:
    chance = "" if sign(score.error, score.error_se) else ", which may be chance"
    return (
        f"On average prices came at {significant(math.exp(score.error))} times what all descriptions, taken together in equal parts, had "
        f"said{chance}."
    )


def _by_description(last: LastForecast) -> Table:
    names = {**LAWS_IN_WORDS, AVERAGE: "all in equal parts"}
    return tabulate(
        "track_record",
        f"The forecasts of {last.day} beside the prices that came. Off by: by what factor prices lay from the forecast, with its "
        "spread; 1 would be none. Held: share of prices inside the ranges of one in two and nine in ten.",
        [
            Column("Description", lambda score: names[score.name], "l"),
            Column("Off by", lambda score: Number(math.exp(score.crps)), unit="factor"),
            Column("Half held", lambda score: Share(score.coverage50)),
            Column("Nine in ten held", lambda score: Share(score.coverage90)),
        ],
        [score for score in last.forecasters if score.name in names],
    )
