"""The part on fixed graph against changed graph: which channel the decline comes from, and whether one flattens while the other goes on."""

from collections.abc import Iterable, Mapping
from typing import Final

from costfloor.forecast.verdict import CREDIBLE
from costfloor.sampling.probability import probability_mcse
from costfloor.sampling.quantiles import Quantiles
from costfloor.studies.catalogue import failed_gates
from costfloor.studies.channels.figure import CAPTION
from costfloor.studies.channels.record_lows import Accounting
from costfloor.studies.channels.result import ChannelResult
from costfloor.studies.channels.study import MAIN, READINGS, ChannelStudy
from costfloor.typeset.blocks import Block, figure, table, text
from costfloor.typeset.montecarlo import above, below, beside, edge_mcse
from costfloor.typeset.phrases import extent, listing, minus, percentage, plural, probability
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Estimate, Interval, Pair, Probability, ShareInterval, gates

TITLES: Final = {
    MAIN: "As above",
    "all_arrivals": "Undated arrivals count too",
    "no_arrivals": "No arrivals",
    "records_only": "Known only while recorded",
    "prompt_entries": "First prices within a month of release",
}

LIMITS: Final = (
    "Prices are posted ones, without discounts. A catalogue that takes up a host late makes its arrival look later than it was, and one "
    "that nobody looks after keeps dead offers and makes prices look steady; models that leave the lists are not followed any further."
)


def channels(study: ChannelStudy, notice: str, pass_through: Quantiles | None) -> list[Block]:
    """The decline by channel; `pass_through` is the share of the market's decline that the plateau law sees in models on sale."""
    readings, lows = study.readings, study.record_lows
    main = readings[MAIN]
    beside_model = [arrivals(main), other_readings(readings), record_lows(lows)]
    if pass_through is not None:
        beside_model.append(beside_plateau(main, pass_through))
    return [
        text(introduction(main), failures(readings), notice),
        text(minus(f"{whole(main)} {flattening(main)}")),
        figure("channel_rates", CAPTION),
        table(_by_period(main, lows)),
        text(minus(" ".join(beside_model))),
        table(_by_reading(readings)),
        text(LIMITS),
    ]


def introduction(result: ChannelResult) -> str:
    """What was split, and from what."""
    return (
        "Price at fixed capability falls because a model on sale becomes cheaper at its cheapest host (fixed graph), and because new "
        "models reach the same capability for less (changed graph). The first is seen in "
        f"{plural(sum(result.causes.values()), 'change')} of the lowest price of a model in {result.model_years:.0f} model-years, "
        f"both together in the first prices of {plural(result.models, 'model')}."
    )


def whole(result: ChannelResult) -> str:
    """Which channel has the larger part of the whole fall."""
    share = result.share
    if share is None:
        return "Whether price at fixed capability fell at all is open, and so is any share in it."
    larger = {
        "fixed": "most of the decline comes from models that were on sale already",
        "changed": "most of the decline comes from new models",
        "open": "which channel is the larger one is left open",
    }
    return f"The fixed graph has {ShareInterval(*share)} of the whole fall: {larger[_larger(result)]}."


def flattening(result: ChannelResult) -> str:
    """Whether one channel flattens while the other goes on."""
    last = result.periods[-1]
    fixed, changed, less = result.p_fixed_halved, result.p_changed_halved, result.p_changed_slows_less
    before, now, changed_before, changed_now = (
        Interval(*row)
        for row in (result.fixed_first_half, result.fixed[-1], result.changed_first_half, result.changed[-1])
    )
    rates = (
        f"In {last} the fixed graph falls by {now} log points a year, after {before} in the first half of the span, and the changed graph "
        f"by {changed_now}, after {changed_before}."
    )
    halved = {"fixed": fixed, "changed": changed}
    known = [f"{probability(p)} for the {name} graph" for name, p in halved.items() if p is not None]
    unknown = [f"the {name} graph" for name, p in halved.items() if p is None]
    sentences = [rates]
    if known:
        sentences.append(f"That the rate is below half of its mean before has a probability of {listing(known)}.")
    if fixed is None or changed is None:
        sentences.append(
            f"Of {listing(unknown)} it is not known to have fallen before, so that it cannot be said to have slowed."
        )
    else:
        sentences.append(_reading(fixed, changed, result.diagnostics.ess_bulk_min))
    if less is not None:
        sentences.append(
            f"The changed graph has kept more of its rate than the fixed one with a probability of {probability(less)}."
        )
    return " ".join(sentences)


def _reading(fixed: float, changed: float, draws: float) -> str:
    sides = _flattens(fixed, draws), _flattens(changed, draws)
    if None in sides:
        left = [name for name, side in zip(("fixed", "changed"), sides, strict=True) if side is None]
        return f"Whether the {' and the '.join(left)} graph flattens is left open."
    return {
        (True, True): "Both flatten.",
        (True, False): "The fixed graph flattens while the changed graph goes on.",
        (False, True): "The changed graph flattens while the fixed graph goes on.",
        (False, False): "Neither flattens.",
    }[bool(sides[0]), bool(sides[1])]


def _flattens(p: float, draws: float) -> bool | None:
    """Whether a probability says so; None where it does not, or not by more than its Monte Carlo error."""
    error = probability_mcse(p, draws)
    if above(p, CREDIBLE, error):
        return True
    return False if below(p, 1.0 - CREDIBLE, error) else None


def arrivals(result: ChannelResult) -> str:
    """How many of the changes are competition of hosts, and what the number of hosts does."""
    causes = result.causes
    # Zero below the whole interval is a positive exponent.
    effect = {-1: "more often", 0: "neither clearly more nor less often", 1: "less often"}[
        beside(0.0, result.hosts_effect, result.diagnostics.ess_bulk_min)
    ]
    return (
        f"The changes are {plural(causes['arrival'], 'arrival')} of a cheaper host, {plural(causes['repricing'], 'new price')} of the "
        f"cheapest one and {plural(causes['exit'], 'exit')} of it: competition between hosts is part of the fixed graph. Where more hosts "
        f"sell a model its lowest price changes {effect}, with an exponent of {Interval(*result.hosts_effect)}."
    )


def other_readings(readings: Mapping[str, ChannelResult]) -> str:
    """What becomes of the share when the price lists are read otherwise; empty without other readings."""
    others = {name: result for name, result in readings.items() if name != MAIN and result.share is not None}
    if not others:
        return ""
    main = _larger(readings[MAIN])
    differ = [f'"{TITLES[name].lower()}"' for name, result in others.items() if _larger(result) != main]
    outcome = f"{listing(differ)} would say" if differ else "none says"
    shares = extent([result.share[1] for result in others.values() if result.share is not None], percentage)
    return (
        f"What counts as known matters: in {plural(len(others), 'other reading')} of the price lists the share of the fixed graph is "
        f"{shares} (medians), and {outcome} otherwise of which is the larger.{_halved(others.values())}"
    )


def _halved(results: Iterable[ChannelResult]) -> str:
    known = [result.p_fixed_halved for result in results if result.p_fixed_halved is not None]
    if not known:
        return ""
    return f" In them the probability that the fixed graph is below half of its mean before is {extent(known, probability)}."


def _larger(result: ChannelResult) -> str:
    """The channel with more than half of the fall; open where its interval holds a half, or ends too near to it to say."""
    if result.share is None:
        return "open"
    return {1: "changed", 0: "open", -1: "fixed"}[beside(0.5, result.share, result.diagnostics.ess_bulk_min)]


def record_lows(lows: Accounting) -> str:
    """The accounting beside the model."""
    if lows.share_fixed is None:
        return "No band's lowest price fell below its first."
    return (
        f"Counted without a model, {percentage(lows.share_fixed)} of the fall of the bands' lowest prices came in "
        "steps of a model that already held the record; a step by another model is the changed graph's even where that model had been on "
        "sale before."
    )


def beside_plateau(result: ChannelResult, pass_through: Quantiles) -> str:
    """The same share as the plateau law has it, from all prices and not only the lowest."""
    words = f"The plateau law has models on sale follow {ShareInterval(*pass_through)} of the market's decline"
    share = result.share
    if share is None:
        return f"{words}."
    error = edge_mcse(share, result.diagnostics.ess_bulk_min) + edge_mcse(pass_through)
    apart = above(pass_through[0], share[2], error) or below(pass_through[2], share[0], error)
    return f"{words}: the intervals {'do not overlap, so that the two disagree' if apart else 'overlap'}."


def failures(readings: Mapping[str, ChannelResult]) -> str:
    """Which fits missed a gate; empty when none did."""
    return failed_gates(
        [
            f"{TITLES[name].lower()} ({readings[name].diagnostics.worst})"
            for name in READINGS
            if name in readings and not readings[name].passed
        ]
    )


def _by_period(result: ChannelResult, lows: Accounting) -> Table:
    def crude(at: int) -> Estimate | None:
        value, error = result.crude[at], result.crude_se[at]
        return None if value is None else Estimate(value, error, ".2f")

    def share(at: int) -> ShareInterval | None:
        row = result.share_by_period[at]
        return None if row is None else ShareInterval(*row)

    accounts = lows.by_period(result.periods)
    return tabulate(
        "channels_by_period",
        "Decline by channel, log points a year (median and 90 % interval), and the share of the fixed graph in it where prices surely "
        "fall. Beside the model: sum of all changes of the lowest price by model-year (with the standard error when changes of one host on "
        "one day count as one), and falls of record lows by the holder and by others, by band and year.",
        [
            Column("", lambda at: result.periods[at], "l", name="period"),
            Column("Fixed graph", lambda at: Interval(*result.fixed[at]), unit="log_rate_per_year"),
            Column("Changed graph", lambda at: Interval(*result.changed[at]), unit="log_rate_per_year"),
            Column("Share fixed", share),
            Column("Plain sum", crude, unit="log_rate_per_year"),
            Column(
                "Record lows",
                lambda at: None if (falls := accounts[at]) is None else Pair(*falls),
                unit="log_rate_per_year",
            ),
        ],
        range(len(result.periods)),
    )


def _by_reading(readings: Mapping[str, ChannelResult]) -> Table:
    return tabulate(
        "channels_by_reading",
        "The same under other readings of the price lists. Data: changes of the lowest price, model-years, first prices. Share of the "
        "fixed graph over the span, rates of the last year, and the probability that either channel is below half of its mean before.",
        [
            Column("Reading", lambda row: TITLES[row[0]], "L"),
            Column("Data", lambda row: f"{sum(row[1].causes.values())} / {row[1].model_years:.0f} / {row[1].models}"),
            Column("Share fixed", lambda row: None if row[1].share is None else ShareInterval(*row[1].share)),
            Column("Fixed", lambda row: Interval(*row[1].fixed[-1]), unit="log_rate_per_year"),
            Column("Changed", lambda row: Interval(*row[1].changed[-1]), unit="log_rate_per_year"),
            Column("Halved: fixed", lambda row: _probability(row[1].p_fixed_halved)),
            Column("changed", lambda row: _probability(row[1].p_changed_halved), name="halved_changed"),
            Column("Gates", lambda row: gates(row[1].passed), "l"),
        ],
        [(name, readings[name]) for name in READINGS if name in readings],
    )


def _probability(p: float | None) -> Probability | None:
    return None if p is None else Probability(p)
