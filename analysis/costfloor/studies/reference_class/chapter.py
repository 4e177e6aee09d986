"""The part on the reference class: what technologies of known fate would change as a prior of the laws."""

from collections.abc import Callable, Mapping
from typing import Final

from costfloor.forecast.verdict import CREDIBLE
from costfloor.laws import LAWS
from costfloor.sampling.probability import probability_mcse
from costfloor.studies.reference_class.study import Effect, ReferenceStudy, ReplacedPrior, Side, StatedPrior
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.montecarlo import differs
from costfloor.typeset.phrases import listing, minus, probability
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.values import Interval, Probability, gates

ROWS: Final[Mapping[str, Callable[[Side], Cell]]] = {
    "Rate now": lambda side: Interval(*side.quantities["rate_now"]),
    "Floor": lambda side: Interval(*side.quantities["rate_floor"]),
    "Share kept": lambda side: Interval(*side.quantities["kept_share"]),
    "Half-life, years": lambda side: Interval(*side.quantities["half_life_years"]),
    "Slowed below half": lambda side: Probability(side.p_slowed),
    "Floor of 15–20 % a year": lambda side: Probability(side.p_claim),
    "Floor: prior, data": lambda side: f"{side.sensitivity.prior:.2f}, {side.sensitivity.likelihood:.2f}",
    "Gates": lambda side: gates(side.passed),
}


def reference_class(study: ReferenceStudy, notice: str) -> list[Block]:
    """Two laws under the priors of the reference class, beside their own."""
    sentences = [
        "A sensitivity, not the default: both laws that may slow down were fitted to the prices of inference once more, with what "
        "technologies of known fate leave to expect in place of their priors of decay and floor. Of time only the scale-free part is "
        "carried over: how far cost falls in one half-life at the initial rate. The decision by forecast was not made again.",
        *(effect(name, law) for name, law in study.laws.items()),
        notice,
    ]
    return [
        text(*sentences),
        table(_priors(study.laws)),
        table(_moved(study.laws)),
    ]


def effect(name: str, law: Effect) -> str:
    """How the reference class moves what the verdict looks at under one law, and whether a condition of the rule turns on it."""
    before, after = law.default, law.reference
    failed = [
        f"{which} ({side.worst})"
        for which, side in (("its own prior", before), ("the reference class", after))
        if not side.passed
    ]
    moves = [
        f"{label} from {Interval(*before.quantities[key])} to {Interval(*after.quantities[key])}"
        for key, label in (("rate_now", "the rate now"), ("rate_floor", "the floor"))
    ]
    words = (
        f"{LAWS[name].title.capitalize()}: the reference class moves {listing(moves)}, log-rates a year; the probability that the rate is "
        f"below half of its start goes from {probability(before.p_slowed)} to {probability(after.p_slowed)}, that of a floor "
        f"of 15 to 20 % a year from {probability(before.p_claim)} to {probability(after.p_claim)}. "
        f"{_condition(before.p_slowed, after.p_slowed)}"
    )
    if failed:
        words += f" FAILED gates under {listing(failed)}: not to be relied on."
    return minus(words)


def _condition(before: float, after: float) -> str:
    if any(_at_a_limit(p) for p in (before, after)):
        return "Whether it makes a difference to the rule is within the Monte Carlo error of these probabilities."
    sides = _side(before), _side(after)
    if sides[0] == sides[1]:
        return f"To the rule both say the same: {sides[0]}."
    return f"To the rule it makes a difference: {sides[0]} by its own prior, {sides[1]} by the reference class."


def _at_a_limit(p: float) -> bool:
    return not all(differs(p, limit, probability_mcse(p)) for limit in (CREDIBLE, 1.0 - CREDIBLE))


def _side(p_slowed: float) -> str:
    if p_slowed >= CREDIBLE:
        return "the rate has slowed down"
    return "the rate has not slowed down" if p_slowed <= 1.0 - CREDIBLE else "slowing is left open"


def _priors(laws: Mapping[str, Effect]) -> Table:
    def written(prior: StatedPrior) -> str:
        return minus(f"{prior.distribution}({', '.join(f'{value:.3g}' for value in prior.constants)})")

    rows: list[tuple[str, ReplacedPrior]] = [(name, prior) for name, law in laws.items() for prior in law.priors]
    return tabulate(
        "reference_class_priors",
        "Priors that the reference class puts in place of a law's own: normal (mean, sd), lognormal (median, sd of the log). Per year and "
        "years.",
        [
            Column("Law", lambda row: LAWS[row[0]].title, "l"),
            Column("Parameter", lambda row: row[1].name.replace("_", " "), "l"),
            Column("Its own prior", lambda row: written(row[1].default), "l"),
            Column("Reference class", lambda row: written(row[1].reference), "l"),
        ],
        rows,
    )


def _moved(laws: Mapping[str, Effect]) -> Table:
    return tabulate(
        "reference_class",
        "What goes into the verdict, under a law's own prior and under the reference class: median and 90 % interval of log-rates a year, "
        "share and half-life; probabilities; sensitivity of the floor to prior and data (above 0.05 it reacts).",
        [
            Column("", lambda label: label, "l", name="quantity"),
            *(
                _of(f"{LAWS[name].title}, {words}", side)
                for name, law in laws.items()
                for words, side in (("own prior", law.default), ("reference", law.reference))
            ),
        ],
        ROWS,
    )


def _of(title: str, side: Side) -> Column[str]:
    return Column(title, lambda label: ROWS[label](side), unit="mixed")
