"""The part on fixed graph against changed graph: which channel the decline comes from, and whether one flattens while the other goes on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from costfloor.forecast.verdict import CREDIBLE
from costfloor.typeset.blocks import Block, figure, heading, table, text
from costfloor.studies.domains.hardware_part import extent
from costfloor.studies.reference_class.chapter import span
from costfloor.typeset.phrases import listing, minus, percentage, plural, probability
from costfloor.report.sentences import outdated, quantiles
from costfloor.report.study import Study
from costfloor.report.tables import Table
from costfloor.studies.channels.study import MAIN, READINGS

Result = Mapping[str, Any]
"""One reading of the study `channels`: `costfloor.studies.channels.result.ChannelResult` as plain data."""

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


def channels(study: Study) -> list[Block]:
    """The decline by channel, from the stored study."""
    stored = study.calibration.get("channels")
    opening = heading("Fixed graph against changed graph", 2)
    if stored is None:
        return [opening, text("The decline has not been split by channel: costfloor calibrate channels does it.")]
    readings: Mapping[str, Result] = stored.result["readings"]
    main, lows = readings[MAIN], stored.result["record_lows"]
    said = [introduction(main), failures(readings), outdated(stored)]
    beside = [arrivals(main), other_readings(readings), record_lows(lows)]
    plateau = study.fits.get("plateau")
    if plateau is not None and "pass_through" in plateau.reported:
        beside.append(beside_plateau(main, quantiles(plateau, "pass_through")))
    return [
        opening,
        text(" ".join(one for one in said if one)),
        text(minus(f"{whole(main)} {flattening(main)}")),
        figure("channel_rates"),
        table(_by_period(main, lows)),
        text(minus(" ".join(beside))),
        table(_by_reading(readings)),
        text(LIMITS),
    ]


def introduction(result: Result) -> str:
    """What was split, and from what."""
    return (
        "Price at fixed capability falls because a model on sale becomes cheaper at its cheapest host (fixed graph), and because new "
        "models reach the same capability for less (changed graph). The first is seen in "
        f"{plural(sum(result['causes'].values()), 'change')} of the lowest price of a model in {result['model_years']:.0f} model-years, "
        f"both together in the first prices of {plural(result['models'], 'model')}."
    )


def whole(result: Result) -> str:
    """Which channel has the larger part of the whole fall."""
    share = result["share"]
    if share is None:
        return "Whether price at fixed capability fell at all is open, and so is any share in it."
    said = f"The fixed graph has {_share(share)} of the whole fall: "
    if share[0] > 0.5:
        return said + "most of the decline comes from models that were on sale already."
    if share[2] < 0.5:
        return said + "most of the decline comes from new models."
    return said + "which channel is the larger one is left open."


def flattening(result: Result) -> str:
    """Whether one channel flattens while the other goes on."""
    last = result["periods"][-1]
    fixed, changed, less = (result[name] for name in ("p_fixed_halved", "p_changed_halved", "p_changed_slows_less"))
    rates = (
        f"In {last} the fixed graph falls by {span(result['fixed'][-1])} log points a year, after {span(result['fixed_first_half'])} in "
        f"the first half of the span, and the changed graph by {span(result['changed'][-1])}, after {span(result['changed_first_half'])}."
    )
    known = [(name, p) for name, p in (("fixed", fixed), ("changed", changed)) if p is not None]
    unknown = [f"the {name} graph" for name, p in (("fixed", fixed), ("changed", changed)) if p is None]
    said = [rates]
    if known:
        chances = listing([f"{probability(p)} for the {name} graph" for name, p in known])
        said.append(f"That the rate is below half of its mean before has a probability of {chances}.")
    if unknown:
        said.append(
            f"Of {listing(unknown)} it is not known to have fallen before, so that it cannot be said to have slowed."
        )
    else:
        said.append(_reading(fixed, changed))
    if less is not None:
        said.append(
            f"The changed graph has kept more of its rate than the fixed one with a probability of {probability(less)}."
        )
    return " ".join(said)


def _reading(fixed: float, changed: float) -> str:
    sides = _side(fixed), _side(changed)
    if None in sides:
        left = [name for name, side in zip(("fixed", "changed"), sides, strict=True) if side is None]
        return f"Whether the {' and the '.join(left)} graph flattens is left open."
    return {
        (True, True): "Both flatten.",
        (True, False): "The fixed graph flattens while the changed graph goes on.",
        (False, True): "The changed graph flattens while the fixed graph goes on.",
        (False, False): "Neither flattens.",
    }[bool(sides[0]), bool(sides[1])]


def _side(p: float) -> bool | None:
    if p >= CREDIBLE:
        return True
    return False if p <= 1 - CREDIBLE else None


def arrivals(result: Result) -> str:
    """How many of the changes are competition of hosts, and what the number of hosts does."""
    causes = result["causes"]
    low, middle, high = result["hosts_effect"]
    effect = "more often" if low > 0 else "less often" if high < 0 else "neither clearly more nor less often"
    return (
        f"The changes are {plural(causes['arrival'], 'arrival')} of a cheaper host, {plural(causes['repricing'], 'new price')} of the "
        f"cheapest one and {plural(causes['exit'], 'exit')} of it: competition between hosts is part of the fixed graph. Where more hosts "
        f"sell a model its lowest price changes {effect}, with an exponent of {span((low, middle, high))}."
    )


def other_readings(readings: Mapping[str, Result]) -> str:
    """What becomes of the share when the price lists are read otherwise; empty without other readings."""
    others = {name: one for name, one in readings.items() if name != MAIN and one["share"] is not None}
    if not others:
        return ""
    medians = [one["share"][1] for one in others.values()]
    own = _larger(readings[MAIN]["share"])
    differ = [name for name, one in others.items() if _larger(one["share"]) != own]
    outcome = (
        f"{listing([f'"{TITLES[name].lower()}"' for name in differ])} would say otherwise of which is the larger"
        if differ
        else "none says otherwise of which is the larger"
    )
    return (
        f"What counts as known matters: in {plural(len(others), 'other reading')} of the price lists the share of the fixed graph is "
        f"{percentage(min(medians))} to {percentage(max(medians))} (medians), and {outcome}.{_halved(others.values())}"
    )


def _halved(results: Iterable[Result]) -> str:
    known = [one["p_fixed_halved"] for one in results if one["p_fixed_halved"] is not None]
    if not known:
        return ""
    return f" In them the probability that the fixed graph is below half of its mean before is {extent(known, probability)}."


def _larger(share: Sequence[float] | None) -> str:
    if share is None:
        return "open"
    return "fixed" if share[0] > 0.5 else "changed" if share[2] < 0.5 else "open"


def record_lows(lows: Result) -> str:
    """The accounting beside the model."""
    if not lows["whole_fall"] > 0:
        return "No band's lowest price fell below its first."
    return (
        f"Counted without a model, {percentage(sum(lows['fixed']) / lows['whole_fall'])} of the fall of the bands' lowest prices came in "
        "steps of a model that already held the record; a step by another model is the changed graph's even where that model had been on "
        "sale before."
    )


def beside_plateau(result: Result, pass_through: Sequence[float]) -> str:
    """The same share as the plateau law has it, from all prices and not only the lowest."""
    said = f"The plateau law has models on sale follow {_share(pass_through)} of the market's decline"
    share = result["share"]
    if share is None:
        return f"{said}."
    apart = pass_through[0] > share[2] or pass_through[2] < share[0]
    return f"{said}: the intervals {'do not overlap, so that the two disagree' if apart else 'overlap'}."


def failures(readings: Mapping[str, Result]) -> str:
    """Which fits missed a gate; empty when none did."""
    failed = [
        f"{TITLES[name].lower()} ({readings[name]['diagnostics']['worst']})"
        for name in READINGS
        if name in readings and not readings[name]["diagnostics"]["passed"]
    ]
    return f"FAILED gates: {listing(failed)}; what they say is not to be relied on." if failed else ""


def lows_by_period(lows: Result, periods: Sequence[str]) -> list[tuple[float, float] | None]:
    """Falls of record lows in log points per band and year, fixed and changed; None for a period in which no band was open."""
    found: list[tuple[float, float] | None] = []
    for period in periods:
        first, _, last = period.partition("–")
        inside = np.array([int(first) <= year <= int(last or first) for year in lows["years"]], dtype=bool)
        fixed, changed, years = (
            float(np.array(lows[name])[inside].sum()) for name in ("fixed", "changed", "band_years")
        )
        found.append((fixed / years, changed / years) if years > 0 else None)
    return found


def _by_period(result: Result, lows: Result) -> Table:
    accounts = lows_by_period(lows, result["periods"])
    body = [
        (
            period,
            span(result["fixed"][at]),
            span(result["changed"][at]),
            "" if result["share_by_period"][at] is None else _share(result["share_by_period"][at]),
            "" if result["crude"][at] is None else f"{result['crude'][at]:.2f} ± {result['crude_se'][at]:.2f}",
            "" if account is None else f"{account[0]:.2f} and {account[1]:.2f}",
        )
        for at, (period, account) in enumerate(zip(result["periods"], accounts, strict=True))
    ]
    return Table(
        "Decline by channel, log points a year (median and 90 % interval), and the share of the fixed graph in it where prices surely "
        "fall. Beside the model: sum of all changes of the lowest price by model-year (with the standard error when changes of one host on "
        "one day count as one), and falls of record lows by the holder and by others, by band and year.",
        ("", "Fixed graph", "Changed graph", "Share fixed", "Plain sum", "Record lows"),
        "lrrrrr",
        tuple(tuple(minus(cell) for cell in row) for row in body),
    )


def _by_reading(readings: Mapping[str, Result]) -> Table:
    body = [
        (
            TITLES[name],
            f"{sum(one['causes'].values())} / {one['model_years']:.0f} / {one['models']}",
            "" if one["share"] is None else minus(_share(one["share"])),
            minus(span(one["fixed"][-1])),
            minus(span(one["changed"][-1])),
            *("" if one[key] is None else probability(one[key]) for key in ("p_fixed_halved", "p_changed_halved")),
            "passed" if one["diagnostics"]["passed"] else "FAILED",
        )
        for name, one in ((name, readings[name]) for name in READINGS if name in readings)
    ]
    return Table(
        "The same under other readings of the price lists. Data: changes of the lowest price, model-years, first prices. Share of the "
        "fixed graph over the span, rates of the last year, and the probability that either channel is below half of its mean before.",
        ("Reading", "Data", "Share fixed", "Fixed", "Changed", "Halved: fixed", "changed", "Gates"),
        "Lrrrrrrl",
        tuple(body),
    )


def _share(row: Sequence[float]) -> str:
    low, middle, high = row
    return f"{percentage(middle)} ({100 * low:.0f} to {percentage(high)})"
