"""The scores behind capability, from the receipt of a build: by when they were known, whether their scale drifts, what is left out."""

from typing import Final

from costfloor.capability.bands import MIN_BENCHMARKS_FOR_BIRTH
from costfloor.capability.drift import AnchorMove, Drift
from costfloor.capability.scale import REFERENCES
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.typeset.phrases import listing, minus, percentage, plural

LAWS_OF_THE_ANSWER: Final = ("plateau", "discovery")
PLACED_IN: Final = "January 2026"
"""The scores up to then gave references and anchors the places that they are held against."""

MOST_NAMED: Final = 10
"""Of unknown benchmarks so many are named."""


def known(study: Study) -> str:
    """By when the scores behind capability were known, in this report and in what it says of past dates."""
    words = study.build.capability_from
    scale = study.build.capability
    references = scale.get("references", list(REFERENCES))
    placed = scale.get("placed_anchors", ())
    joined = (
        f" Of the {len(REFERENCES)} models that fix its scale {len(references)} had scores enough: {listing(references)}."
        if len(references) < len(REFERENCES)
        else ""
    )
    few = (
        f" {listing(placed)}, with fewer than {MIN_BENCHMARKS_FOR_BIRTH} scores, {'stands' if len(placed) == 1 else 'stand'} where all "
        f"scores to {PLACED_IN} put {'it' if len(placed) == 1 else 'them'}."
        if placed
        else ""
    )
    return (
        f"{words[0].upper()}{words[1:]}.{joined}{few} Forecasts that are made within this panel from past dates see the prices dated by "
        "then and this same capability: scores that came after such a date are hindsight in them. Views of past days, as that behind the "
        "last forecast, have capability of their own and say from which scores."
    )


def drift(study: Study) -> str:
    """Whether the scale of capability drifts as new benchmarks take over, what that is in price, and whether anchors have moved."""
    scale = _drift(study)
    if scale is None:
        return (
            "Whether the scale of capability drifts cannot be told: too few models have scores on older and on newer benchmarks. "
            f"{_anchors(study)}"
        )
    seen = "the scale drifts" if scale.beyond_error else "a drift of the scale is not told from none"
    shares = [
        f"{rate:.2f} against a rate of {now:.2f} under the {study.fits[law].law.title} law"
        + (f" ({percentage(rate / now)})" if rate < now else "")
        for law, (rate, now) in _rates(study, scale).items()
    ]
    return minus(
        f"By {plural(scale.models, 'model')} with scores on {len(scale.old)} older and {len(scale.new)} newer benchmarks {seen}: the "
        f"newer less the older change by {scale.per_year:+.1f} points a year of release (standard error {scale.per_year_error:.1f}). In "
        f"price that is {listing(shares)}. {_anchors(study)}"
    )


def left_out(study: Study) -> str:
    """How many scores of lists are not used, and why; which benchmarks nobody knows; what waits for the next full fit."""
    scale = study.build.capability
    counts, unknown = scale.get("left_out", {}), scale.get("unknown_benchmarks", ())
    waiting = scale.get("update", {})
    total = sum(counts.values())
    reasons = listing([f"{reason} {count:,}" for reason, count in counts.items()])
    named = [*unknown[:MOST_NAMED], *([f"{len(unknown) - MOST_NAMED} more"] if len(unknown) > MOST_NAMED else [])]
    sentences = [
        f"Of the scores of ingested lists {total:,} are left out ({reasons})."
        if total
        else "No score of an ingested list is left out.",
        f"Unknown benchmarks: {listing(named)}." if named else "",
    ]
    if scores := waiting.get("waiting_scores"):
        models = len(waiting["waiting_models"])
        sentences.append(
            f"Until the next full fit {plural(sum(scores.values()), 'score')} on {plural(len(scores), 'benchmark')} and "
            f"{plural(models, 'model')} wait."
        )
    return " ".join(sentence for sentence in sentences if sentence)


def failures(study: Study) -> list[str]:
    """That no rate is to be read, where the drift of the scale is larger than the rate; empty where it is not."""
    scale = _drift(study)
    rates = {} if scale is None else _rates(study, scale)
    laws = [study.fits[law].law.title for law, (rate, now) in rates.items() if rate > abs(now)]
    if not laws:
        return []
    return [
        f"FAILED: the scale of capability drifts by more than the rate of decline under {listing(laws)}: no rate is to be read off these "
        "prices."
    ]


def _drift(study: Study) -> Drift | None:
    record = study.build.capability.get("drift")
    return None if record is None else Drift(**record)


def _rates(study: Study, scale: Drift) -> dict[str, tuple[float, float]]:
    """By law what the drift is in price, and the rate of today; medians, log-rates a year."""
    fits = {law: study.fits[law] for law in LAWS_OF_THE_ANSWER}
    return {
        law: (scale.as_rate(quantiles(fit, "score_elasticity")[1]), quantiles(fit, "rate_now")[1])
        for law, fit in fits.items()
    }


def _anchors(study: Study) -> str:
    moves = [AnchorMove(**record) for record in study.build.capability.get("anchors", ())]
    if not moves:
        return "No anchor of a band has scores enough to tell whether it moved."
    gone = [
        f"{move.model_key} by {move.moved:+.1f} points ({move.error:.1f})" for move in moves if not move.within_error
    ]
    if not gone:
        return (
            f"{'The anchor' if len(moves) == 1 else f'All {len(moves)} anchors'} of bands with scores enough "
            f"{'lies' if len(moves) == 1 else 'lie'} within two standard errors of where all scores to {PLACED_IN} put "
            f"{'it' if len(moves) == 1 else 'them'}."
        )
    return f"Since {PLACED_IN} {plural(len(gone), 'anchor')} of bands moved by more than two standard errors: {listing(gone)}."
