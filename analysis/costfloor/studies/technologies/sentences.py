"""What a study of technologies says, in sentences that follow its figures either way. The document and the report print the same ones."""

from costfloor.laws import LAWS
from costfloor.studies.technologies.forecast import STACK
from costfloor.studies.technologies.reference import ReferenceClass
from costfloor.studies.technologies.study import AGAINST, BASE, FitRecord, Split
from costfloor.typeset.phrases import percentage

NOMINAL = (0.85, 0.95)
"""Range of coverage of 90 % intervals that is called as stated."""

CLEAR = 2.0
"""Standard errors from which a lead is called clear."""

LEARNED = 0.1
"""From this change of a probability or a correlation on, the data are said to have moved it."""


def share_in_words(share: float) -> str:
    """A split in words: `first half`, `first two thirds`."""
    return {0.5: "first half", 2 / 3: "first two thirds", 1.0: "whole"}[share]


def titled(name: str) -> str:
    """A forecaster in prose."""
    return LAWS[name].title if name in LAWS else name


def gates(fits: tuple[FitRecord, ...]) -> str:
    """Whether all fits passed, and which did not."""
    failed = [f"{titled(fit.law)} on the {share_in_words(fit.share)} ({fit.worst})" for fit in fits if not fit.passed]
    if not failed:
        return "All fits pass their gates."
    return f"FAILED gates, so what follows from these fits is not to be relied on: {'; '.join(failed)}."


def coverage(split: Split) -> str:
    """What the 90 % intervals of the stack cover, and where they miss."""
    stack = split.scores[STACK]
    low, high = NOMINAL
    figure = f"The stack's 90 % intervals hold {percentage(stack.coverage90)} of the later observations"
    if low <= stack.coverage90 <= high:
        return f"{figure}, within {percentage(low)} to {percentage(high)}."
    furthest = max(stack.horizons, key=lambda horizon: abs(horizon.coverage90 - 0.9))
    tails = (
        f"{percentage(stack.pit[0])} of them lie in the lowest tenth of their predictive distribution and "
        f"{percentage(stack.pit[-1])} in the highest"
    )
    if stack.coverage90 < low:
        side = "lower" if stack.pit[0] > stack.pit[-1] else "higher"
        return (
            f"{figure}, fewer than {percentage(low)}: it is too sure, most so {furthest.low} to {furthest.high} years ahead "
            f"({percentage(furthest.coverage90)}); {tails}, so costs came out {side} than forecast more often than the other way."
        )
    return f"{figure}, more than {percentage(high)}: it is less sure than it could be; {tails}."


def leader(split: Split) -> str:
    """Which forecaster has the best log score, and whether its lead over the walk is clear."""
    name, best = max(split.scores.items(), key=lambda item: item[1].elpd)
    if name == AGAINST:
        return f"No forecaster has a better log score than the {titled(AGAINST)}."
    verdict = "clear of chance" if best.lead > CLEAR * best.lead_se else "not clear of chance"
    return (
        f"Best by log score: {titled(name)}, {best.lead:.1f} (SE {best.lead_se:.1f}) above the {titled(AGAINST)}: "
        f"{verdict}. {best.mover} moves it most, by {best.moved:+.1f}; without it the lead is {best.lead - best.moved:+.1f}."
    )


def against_walk(split: Split) -> str:
    """Whether letting rates decay forecasts better than letting them go on."""
    words = []
    for name in ("plateau", "encompassing", "baumol", "discovery"):
        scores = split.scores[name]
        sure = abs(scores.lead) > CLEAR * scores.lead_se
        how = ("better" if scores.lead > 0 else "worse") if sure else "neither better nor worse beyond chance"
        words.append(f"{titled(name)} {how} ({scores.lead:+.1f}, SE {scores.lead_se:.1f})")
    return f"Against a constant rate with innovations ({titled(AGAINST)}): {'; '.join(words)}."


def slowed(split: Split) -> str:
    """How many slowed down, and whether a forecaster knew which."""
    base = split.claims[BASE]
    skilled = [titled(name) for name, claim in split.claims.items() if claim.gain > CLEAR * claim.gain_se]
    verdict = (
        f"Better than the base rate beyond chance: {', '.join(skilled)}."
        if skilled
        else "No forecaster is better than the base rate beyond chance: none has shown that it can tell which will slow down."
    )
    return (
        f"Of {_technologies(split.falling)} that were falling, {percentage(base.happened)} fell by less than half as fast afterwards. "
        f"{verdict}"
    )


def _technologies(count: float) -> str:
    """How many technologies; a part of one is what falls of several series of the same good."""
    if count == round(count):
        return f"{count:.0f} technologies"
    return f"about {count:.0f} technologies (series of one good count as parts of one)"


def keeps(reference: ReferenceClass) -> str:
    """What a new technology keeps of its initial rate, and how much of that is prior."""
    moved = abs(reference.probability_slows - reference.prior_probability_slows)
    learned = "moved" if moved >= LEARNED else "hardly moved"
    return (
        f"That less than half of the initial rate is kept has probability {reference.probability_slows:.2f}; before the data it had "
        f"{reference.prior_probability_slows:.2f}, and they have {learned} it."
    )


def other_form(reference: ReferenceClass, of_plateau: ReferenceClass) -> str:
    """Whether the share that is kept depends on the form of the law."""
    low, middle, high = of_plateau.quantiles["kept_share"]
    encompassing = reference.quantiles["kept_share"][1]
    agree = (
        f"The encompassing law's median, {encompassing:.2f}, lies inside that interval."
        if low <= encompassing <= high
        else f"The encompassing law's median, {encompassing:.2f}, lies outside that interval: "
        "what is kept depends on the form of the law more than on the data."
    )
    return (
        f"The plateau law on the same points, whose rate can only slow down, keeps {middle:.2f} ({low:.2f} to {high:.2f}) of the initial "
        f"rate. {agree}"
    )


def told_apart(reference: ReferenceClass) -> str:
    """Whether technologies that fall faster also age faster: the half of a sentence that ends it."""
    if abs(reference.correlation) < LEARNED:
        return f"stay so after the data (correlation {reference.correlation:+.2f}): which of the two holds is an assumption."
    how = "age faster, too, as the first has it" if reference.correlation < 0 else "age slower"
    return f"no longer after the data (correlation {reference.correlation:+.2f}): those that fall faster {how}."


def calendar(reference: ReferenceClass, of_plateau: ReferenceClass, mean_age_years: float) -> str:
    """What half-lives by the calendar would have meant for bands of capability of some mean age."""
    medians = [derived.half_life_years.constants[0] for derived in (reference, of_plateau)]
    longer = [
        title for title, median in zip(("encompassing law", "plateau"), medians, strict=True) if median > mean_age_years
    ]
    against = (
        f"longer under {' and '.join(longer)}: carried over so, the floor would still lie ahead"
        if longer
        else "shorter: carried over so, the floor would be in sight too"
    )
    return (
        f"By the calendar, half-lives of technologies have medians of {medians[0]:.1f} years (encompassing law) and {medians[1]:.1f} years "
        f"(plateau). The capabilities of the panel are {mean_age_years:.1f} years old on average, and against that they are {against}."
    )
