"""Fixed against changed graph in plain words: whether running a model of a given size becomes cheaper, or smaller models do."""

from collections.abc import Sequence
from typing import Final

from costfloor.report.plain import chance, fall_span
from costfloor.report.study import Study
from costfloor.studies.catalogue import part
from costfloor.studies.graphs.claims import has_slowed, heard, worth_by_least_squares, worth_side
from costfloor.studies.graphs.result import GraphStudy, LawResult
from costfloor.typeset.blocks import Block, heading, text
from costfloor.typeset.phrases import percentage, plural


def sources(study: Study) -> list[Block]:
    """How fast either source brings prices down, how much of the fall it has, and whether it slows."""
    return [
        heading("Cheaper serving, or models that need less?"),
        *part("graphs", study.calibration.get("graphs"), _sources),
    ]


def _sources(study: GraphStudy, notice: str) -> list[Block]:
    laws = heard(study)
    failed = (
        f"FAILED: {plural(len(study.failed), 'description')} could not be computed reliably." if study.failed else ""
    )
    told = (pace(laws), shares(laws), slowing(laws), worth(study)) if laws else ()
    return [text(seen(study), *told, failed, notice)]


def seen(study: GraphStudy) -> str:
    """What the two sources are, and for how many models they can be told apart."""
    coverage = study.coverage
    return (
        "Price for the same ability falls in two ways: a model of a given size becomes cheaper to run at the same seller, or a smaller "
        "model does the same work. The claim of a floor is about the first alone. Both can be seen where the size of a model is known, "
        f"for {coverage.models} of {plural(coverage.open_models, 'open model')}; of closed models nobody outside can tell them apart."
    )


SOURCES: Final = {
    "fixed": "a unit of size at the same seller",
    "changed": "the size that an ability needs, by what size costs,",
}


def sources_in_short(laws: Sequence[LawResult]) -> str:
    """Pace and slowing of either source in two sentences, for page one."""
    paces = [f"{words} became {_middle(laws, channel)}" for channel, words in SOURCES.items()]
    first, second = (chance([law.slowed[channel].value for law in laws]) for channel in SOURCES)
    return (
        f"Where it comes from, for open models whose size is known: over the last 12 months {' and '.join(paces)} (middle estimates). The "
        f"chance that its fall has lost half of its speed is {first} for the first and {second} for the second."
    )


def pace(laws: Sequence[LawResult]) -> str:
    """How fast either source fell over the last 12 months, by the middle estimates of all descriptions, with the widest doubt."""
    clauses = []
    for channel, words in SOURCES.items():
        rates = [getattr(law.last, channel) for law in laws]
        doubt = fall_span(min(rate[0] for rate in rates), max(rate[2] for rate in rates))
        clauses.append(f"{words} became {_middle(laws, channel)} (with all doubt {doubt})")
    return f"Over the last 12 months {' and '.join(clauses)}."


def _middle(laws: Sequence[LawResult], channel: str) -> str:
    middle = [getattr(law.last, channel)[1] for law in laws]
    return fall_span(min(middle), max(middle))


def shares(laws: Sequence[LawResult]) -> str:
    """How much of the whole fall the price of a unit of size has."""
    known = [law.fixed_share for law in laws if law.fixed_share is not None]
    if not known:
        return "How much of the whole fall either has is open."
    low, high = min(share[1] for share in known), max(share[1] for share in known)
    middle = percentage(low) if percentage(low) == percentage(high) else f"{percentage(low)} to {percentage(high)}"
    ends = percentage(min(share[0] for share in known)), percentage(max(share[2] for share in known))
    return f"Of the whole fall since the record began the first has {middle} (with all doubt {ends[0]} to {ends[1]})."


def slowing(laws: Sequence[LawResult]) -> str:
    """Whether either source has lost half of its speed, where all descriptions say the same."""
    sentences = []
    for subject, channel in (("the price of a unit of size", "fixed"), ("the size that an ability needs", "changed")):
        verdicts = {has_slowed(law.slowed[channel]) for law in laws}
        verdict = verdicts.pop() if len(verdicts) == 1 else None
        words = {
            True: "has lost half of its speed",
            False: "has not lost half of its speed",
            None: "may or may not have lost half of its speed",
        }[verdict]
        likely = chance([law.slowed[channel].value for law in laws])
        sentences.append(f"the fall of {subject} {words} (chance {likely})")
    return f"Against the 24 months before, {' and '.join(sentences)}."


def worth(study: GraphStudy) -> str:
    """Whether price follows what a model can do beside its size, and that neither source has a part in that."""
    laws = heard(study)
    middle = _dearer([law.premium[1] for law in laws])
    doubt = _dearer([end for law in laws for end in (law.premium[0], law.premium[2])])
    verdict = {
        1: "under every description: price follows what a model can do as well as its size",
        -1: "under every description: price follows the size of a model, and not what it can do",
        0: "which may be chance under every description: nothing shows that price follows what a model can do beside its size",
        None: "and the descriptions part on whether price follows what a model can do beside its size",
    }[worth_side(laws)]
    simple = {
        True: " Simple least squares of the same prices say so, too.",
        False: " Simple least squares of the same prices do not show it: it rests on the account of price and size together.",
        None: "",
    }[worth_by_least_squares(study)]
    return (
        f"Of the same size, models that are ten points abler, by the number made of all test scores, were {middle} (with all doubt "
        f"{doubt}), {verdict}.{simple} Both sources are those of the same ability, where this stands still: it is in neither, and "
        "together they make up the whole fall with it or without."
    )


def _dearer(premiums: Sequence[float]) -> str:
    """The span of what is added to log price, the smaller amount first."""
    low, high = sorted((-min(premiums), -max(premiums)), key=abs)
    return fall_span(low, high)
