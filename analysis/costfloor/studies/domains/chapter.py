"""The chapter on training against inference: whether one goes on in steps while the other flattens, and what hardware does by itself."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from costfloor.forecast.verdict import CREDIBLE
from costfloor.typeset.blocks import Block, figure, heading, table, text
from costfloor.studies.domains.hardware_part import extent, hardware
from costfloor.studies.reference_class.chapter import span
from costfloor.typeset.phrases import listing, minus, percentage, plural, probability, significant
from costfloor.report.sentences import outdated
from costfloor.report.study import Study
from costfloor.report.tables import Table
from costfloor.studies.domains.gains import DOMAINS, SOURCES

Result = Mapping[str, Any]
"""What the study `domains` stores, or a part of it."""

QUANTITIES: Final = {
    "rate": "Gains a year, at first",
    "size": "Mean gain, log points",
    "progress": "Progress a year, at first",
    "kept": "Share of the rate kept for good",
    "half_life": "Half-life of the rest, years",
    "share_left": "Share of the rate left, later",
    "rate_later": "Gains a year, later",
    "progress_later": "Progress a year, later",
}
VARIANTS: Final = {
    "base": "As above",
    "without_speedrun": "Without the speedrun",
    "without_bulk_port": "Without the bulk port of track 2",
    "threshold_0.2": "Gains count from 0.2 %",
    "threshold_1": "Gains count from 1 %",
    "one_submitter": "One submitter per series",
    "best_of_all": "Best of all submitters",
    "repeats_flat": "Repeated results are no gain",
    "rounds_shifted": "Inference rounds a month off",
    "new_accelerators": "Accelerators seen from new",
    "one_per_benchmark": "One series per benchmark",
}


def training_and_inference(study: Study) -> list[Block]:
    """Gains at a fixed task in both domains, and trends of hardware beside them."""
    stored = study.calibration.get("domains")
    opening = heading("Training and inference")
    if stored is None:
        return [opening, text("Gains in training and in inference have not been compared: make calibrate does it.")]
    base = stored.result["base"]
    said = [introduction(base), failures(stored.result), outdated(stored)]
    return [
        opening,
        text(" ".join(one for one in said if one)),
        text(minus(answer(base))),
        figure("domains"),
        table(_by_domain(base)),
        text(minus(" ".join((reproduced(base["sources"]), other_ways(stored.result["variants"]))))),
        table(_sources(base["sources"])),
        table(_variants(stored.result["variants"])),
        text(LIMITS),
        *hardware(stored.result["hardware"]),
    ]


LIMITS: Final = (
    "Benchmarks are tuned by those who compete in them, and their models are mostly older than those sold today; age counts from the first "
    "result in the data, not from the first in the world."
)


def introduction(base: Result) -> str:
    """What was compared."""
    counts = listing([f"{one['series']} of {name}" for name, one in _ordered(base["sources"])])
    return (
        f"A series is the best performance so far at one task on one kind of hardware: {counts}. One model describes both domains: gains "
        "arrive at a rate that may fall with the age of the series to a share that it keeps, and each is of random size."
    )


def answer(base: Result) -> str:
    """Whether training goes on while inference flattens, in this order: shares left, the claim, its opposite, progress."""
    left, age = base["domains"]["share_left"], base["later_age"]
    shares = listing([f"{_share(left[name])} in {name}" for name in DOMAINS])
    slowed = listing([f"{probability(base['p_slowed'][name])} in {name}" for name in DOMAINS])
    later = base["domains"]["progress_later"]
    more = base["differences"]["progress_later"]["p_positive"]
    return (
        f"At an age of {age:.1f} years the share of the initial rate of gains that is left is {shares} (median, 90 % interval); the "
        f"probability that it is below half is {slowed}. "
        f"{_verdict(base)} A typical series then gains {span(later['training'])} log points a year in training and "
        f"{span(later['inference'])} in inference; {_leader(more)}"
    )


def _verdict(base: Result) -> str:
    claim, reverse = base["p_claim"], base["p_reverse"]
    said = (
        f"That training has not slowed to half and inference has, the claim that training goes on in steps while inference flattens, has a "
        f"probability of {probability(claim)}, that of the opposite is {probability(reverse)}; before the data both had "
        f"{probability(base['p_claim_prior'])}. "
    )
    if claim >= CREDIBLE:
        return said + "The data support the claim."
    if reverse >= CREDIBLE:
        return said + "The data support the opposite: inference goes on and training flattens."
    if claim <= 1 - CREDIBLE:
        return said + f"The data speak against the claim{_why_not(base['p_slowed'])}."
    return said + "The data leave the claim open."


def _why_not(slowed: Mapping[str, float]) -> str:
    """Which part of the claim fails, where one does clearly."""
    failing = []
    if slowed["training"] >= CREDIBLE:
        failing.append("training has slowed too")
    if slowed["inference"] <= 1 - CREDIBLE:
        failing.append("inference has not slowed")
    return f": {listing(failing)}" if failing else ""


def _leader(more: float) -> str:
    ahead, p = ("training", more) if more >= 0.5 else ("inference", 1.0 - more)
    if p >= CREDIBLE:
        return f"{ahead} gains more with a probability of {probability(p)}."
    return f"which gains more is open (training, with a probability of {probability(more)})."


def failures(result: Result) -> str:
    """Which fits missed a gate; empty when none did."""
    found = []
    if not result["base"]["diagnostics"]["passed"]:
        found.append(f"the fit behind the answer ({result['base']['diagnostics']['worst']})")
    found += [
        f"{VARIANTS.get(name, name).lower()} ({one['worst']})"
        for name, one in result["variants"].items()
        if name != "base" and not one["passed"]
    ]
    return f"FAILED gates: {listing(found)}; what they say is not to be relied on." if found else ""


def reproduced(sources: Result) -> str:
    """Whether gains drawn from the model are like those seen, by source."""
    missed = []
    for name, one in _ordered(sources):
        share = one["gains"] / one["intervals"]
        if not one["replicated"][0] <= one["measured"] <= one["replicated"][2]:
            missed.append(f"the progress of {name}")
        if not one["gains_replicated"][0] <= share <= one["gains_replicated"][2]:
            missed.append(f"the share of intervals with a gain in {name}")
    if missed:
        return f"New gains drawn from the model do not reproduce {listing(missed)}."
    return "New gains drawn from the model reproduce the progress of every source and the share of its intervals with a gain."


def other_ways(variants: Result) -> str:
    """What becomes of the claim when series are built in other ways; empty without any."""
    others = {name: one for name, one in variants.items() if name != "base"}
    if not others:
        return ""
    claims = [one["p_claim"] for one in others.values()]
    own = _side(variants["base"])
    differ = [VARIANTS.get(name, name).lower() for name, one in others.items() if _side(one) != own]
    spread = f"In {plural(len(others), 'other way')} to build the series the claim has {extent(claims, probability)}"
    return f"{spread}; {'none says otherwise' if not differ else f'{listing(differ)} would say otherwise'}."


def _side(one: Result) -> str:
    if one["p_claim"] >= CREDIBLE:
        return "claim"
    if one["p_reverse"] >= CREDIBLE:
        return "opposite"
    return "against" if one["p_claim"] <= 1 - CREDIBLE else "open"


def _times(row: Sequence[float]) -> str:
    """A log ratio as how many times, with its interval."""
    low, middle, high = (significant(math.exp(value)) for value in row)
    return f"{middle} times ({low} to {high})"


def _ordered(sources: Result) -> list[tuple[str, Result]]:
    """Sources in their own order, which JSON does not keep."""
    return [(name, sources[name]) for name in SOURCES if name in sources]


def _share(row: Sequence[float]) -> str:
    low, middle, high = row
    return f"{percentage(middle)} ({100 * low:.0f} to {percentage(high)})"


def _by_domain(base: Result) -> Table:
    body = []
    for name, label in QUANTITIES.items():
        difference = base["differences"][name]
        apart = (
            minus(span(row)) if name in ("kept", "share_left") else _times(row) for row in [difference["quantiles"]]
        )
        both = (span(base["domains"][name][domain]) for domain in DOMAINS)
        body.append((label, *both, *apart, probability(difference["p_positive"])))
    return Table(
        f"A typical series of either domain, at first and at an age of {base['later_age']:.1f} years: median and 90 % interval; training "
        "over inference (for shares: less inference), and the probability that training has more. Progress in log points; a share kept "
        "near 1 is no decay.",
        ("", *(domain.capitalize() for domain in DOMAINS), "Training against inference", "More"),
        "Lrrrr",
        tuple(body),
    )


def _sources(sources: Result) -> Table:
    body = [
        (
            name,
            str(one["series"]),
            f"{one['gains']} of {one['intervals']}",
            f"{one['years']:.0f}",
            f"{one['measured']:.2f}",
            span(one["fitted"]),
            span(one["replicated"]),
        )
        for name, one in _ordered(sources)
    ]
    return Table(
        "Progress by source over the ages seen, log points a year: measured, expected by the model, and in new gains drawn from it (median "
        "and 90 % interval).",
        ("Source", "Series", "Intervals with a gain", "Years", "Measured", "Expected", "Drawn anew"),
        "lrrrrrr",
        tuple(body),
    )


def _variants(variants: Result) -> Table:
    body = [
        (
            VARIANTS.get(name, name),
            " / ".join(str(one["series"].get(source, 0)) for source in SOURCES),
            *(_share(one["share_left"][domain]) for domain in DOMAINS),
            _times(one["differences"]["progress_later"]["quantiles"]),
            probability(one["p_claim"]),
            "passed" if one["passed"] else "FAILED",
        )
        for name, one in variants.items()
    ]
    return Table(
        "The same with series built in other ways: number of series of the speedrun, MLPerf training and inference; share of the rate "
        "left; later progress of training over that of inference; probability that training has not slowed to half and inference has.",
        ("Series", "Number", "Training", "Inference", "Progress", "Claim", "Gates"),
        "Lrrrrrl",
        tuple(body),
    )
