"""The part on the reference class: what technologies of known fate would change as a prior of the laws."""

from collections.abc import Mapping, Sequence
from typing import Any

from costfloor.forecast.verdict import CREDIBLE
from costfloor.laws import LAWS
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.phrases import listing, minus, probability
from costfloor.report.sentences import outdated
from costfloor.report.tables import Table
from costfloor.studies.stored import Stored

Effect = Mapping[str, Any]
"""What the study `reference_class` says of one law."""


def reference_class(stored: Stored | None) -> list[Block]:
    """Two laws under the priors of the reference class, beside their own."""
    opening = heading("The reference class as a prior", 2)
    if stored is None:
        return [opening, text("The laws have not been fitted under the reference class: make calibrate does it.")]
    laws: Mapping[str, Effect] = stored.result["laws"]
    said = [
        "A sensitivity, not the default: both laws that may slow down were fitted to the prices of inference once more, with what "
        "technologies of known fate leave to expect in place of their priors of decay and floor. Of time only the scale-free part is "
        "carried over: how far cost falls in one half-life at the initial rate. The decision by forecast was not made again.",
        *(effect(name, one) for name, one in laws.items()),
        outdated(stored),
    ]
    return [opening, text(" ".join(one for one in said if one)), table(_priors(laws)), table(_moved(laws))]


def effect(name: str, found: Effect) -> str:
    """How the reference class moves what the verdict looks at under one law, and whether a condition of the rule turns on it."""
    own, other = found["default"], found["reference"]
    failed = [
        f"{which} ({one['worst']})"
        for which, one in (("its own prior", own), ("the reference class", other))
        if not one["passed"]
    ]
    moves = [
        f"{label} from {span(own['quantities'][key])} to {span(other['quantities'][key])}"
        for key, label in (("rate_now", "the rate now"), ("rate_floor", "the floor"))
    ]
    said = (
        f"{LAWS[name].title.capitalize()}: the reference class moves {listing(moves)}, log-rates a year; the probability that the rate is "
        f"below half of its start goes from {probability(own['p_slowed'])} to {probability(other['p_slowed'])}, that of a floor "
        f"of 15 to 20 % a year from {probability(own['p_claim'])} to {probability(other['p_claim'])}. "
        f"{_condition(own['p_slowed'], other['p_slowed'])}"
    )
    if failed:
        said += f" FAILED gates under {listing(failed)}: not to be relied on."
    return minus(said)


def _condition(own: float, other: float) -> str:
    before, after = (_side(one) for one in (own, other))
    if before == after:
        return f"To the rule both say the same: {before}."
    return f"To the rule it makes a difference: {before} by its own prior, {after} by the reference class."


def _side(p_slowed: float) -> str:
    if p_slowed >= CREDIBLE:
        return "the rate has slowed down"
    return "the rate has not slowed down" if p_slowed <= 1 - CREDIBLE else "slowing is left open"


def _priors(laws: Mapping[str, Effect]) -> Table:
    body = [
        (
            LAWS[name].title,
            one["name"].replace("_", " "),
            *(
                f"{one[which]['distribution']}({', '.join(f'{value:.3g}' for value in one[which]['constants'])})"
                for which in ("default", "reference")
            ),
        )
        for name, found in laws.items()
        for one in found["priors"]
    ]
    return Table(
        "Priors that the reference class puts in place of a law's own: normal (mean, sd), lognormal (median, sd of the log). Per year and "
        "years.",
        ("Law", "Parameter", "Its own prior", "Reference class"),
        "llll",
        tuple((name, parameter, minus(own), minus(other)) for name, parameter, own, other in body),
    )


def _moved(laws: Mapping[str, Effect]) -> Table:
    columns = [(name, which) for name in laws for which in ("default", "reference")]
    sides = [laws[name][which] for name, which in columns]
    rows = [
        (label, *(minus(span(side["quantities"][key])) for side in sides))
        for key, label in (
            ("rate_now", "Rate now"),
            ("rate_floor", "Floor"),
            ("kept_share", "Share kept"),
            ("half_life_years", "Half-life, years"),
        )
    ]
    rows += [
        (label, *(probability(side[key]) for side in sides))
        for key, label in (("p_slowed", "Slowed below half"), ("p_claim", "Floor of 15–20 % a year"))
    ]
    rows += [
        (
            "Floor: prior, data",
            *(f"{side['sensitivity']['prior']:.2f}, {side['sensitivity']['likelihood']:.2f}" for side in sides),
        ),
        ("Gates", *("passed" if side["passed"] else "FAILED" for side in sides)),
    ]
    words = {"default": "own prior", "reference": "reference"}
    return Table(
        "What goes into the verdict, under a law's own prior and under the reference class: median and 90 % interval of log-rates a year, "
        "share and half-life; probabilities; sensitivity of the floor to prior and data (above 0.05 it reacts).",
        ("", *(f"{LAWS[name].title}, {words[which]}" for name, which in columns)),
        "l" + "r" * len(columns),
        tuple(rows),
    )


def span(row: Sequence[float]) -> str:
    """A median with its interval, from 5, 50 and 95 %."""
    low, middle, high = row
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"
