"""Fixed against changed graph in plain words: whether the same models become cheaper, or new models need less."""

from costfloor.report.study import Study
from costfloor.studies.catalogue import part
from costfloor.studies.channels.result import ChannelResult
from costfloor.studies.channels.study import MAIN, ChannelStudy
from costfloor.typeset.blocks import Block, heading, text
from costfloor.typeset.montecarlo import beside
from costfloor.typeset.phrases import percentage, probability


def sources(study: Study) -> list[Block]:
    """How much of the fall comes from either source, and whether one slows."""
    return [
        heading("Cheaper serving, or models that need less?"),
        *part("channels", study.calibration.get("channels"), _sources),
    ]


def _sources(study: ChannelStudy, notice: str) -> list[Block]:
    main = study.readings[MAIN]
    failed = "" if main.passed else "FAILED: this could not be computed reliably."
    return [text(shares(main), slowing(main), failed, notice)]


def shares(result: ChannelResult) -> str:
    """How much of the whole fall models that were on sale already have."""
    words = (
        "Price for the same ability falls in two ways: a model on sale becomes cheaper at its cheapest seller, because serving it "
        "does, or a "
        "new model reaches the same ability for less. The claim of a floor is about the first alone."
    )
    if result.share is None:
        return f"{words} Whether prices fell at all in these data is open, and so is the share of either."
    low, middle, high = (percentage(value) for value in result.share)
    larger = {
        1: "the larger part comes from new models",
        0: "which part is the larger is open",
        -1: "the larger part comes from models that were on sale already",
    }[beside(0.5, result.share, result.diagnostics.ess_bulk_min)]
    return f"{words} The first has {middle} of the whole fall (nine of ten: {low} to {high}): {larger}."


def slowing(result: ChannelResult) -> str:
    """The chance that either way has lost half of its speed."""
    known = {
        "models on sale": result.p_fixed_halved,
        "new models": result.p_changed_halved,
    }
    clauses = [f"{probability(p)} for {name}" for name, p in known.items() if p is not None]
    if not clauses:
        return ""
    return f"The chance that it has lost half of its speed by {result.periods[-1]} is {' and '.join(clauses)}."
