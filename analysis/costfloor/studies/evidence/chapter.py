"""What sequential Monte Carlo says of the laws' evidence, with how far its runs differ and why it decides nothing."""

from collections.abc import Mapping
from typing import Final

from costfloor.laws import LAWS
from costfloor.studies.evidence.study import OFF, EvidenceStudy, LawEvidence
from costfloor.typeset.blocks import Block, text
from costfloor.typeset.phrases import listing, minus, plural

NO_WINNER: Final = 4.0
"""Natural log units, as for differences of log scores."""


def evidence(study: EvidenceStudy, notice: str) -> list[Block]:
    """Log evidence of each law on the small panel, the difference between plateau and discovery, and what weakens both."""
    unknowns = max(law.unknowns for law in study.laws.values())
    runs = min(len(law.log_evidence) for law in study.laws.values())
    by_law = [f"{LAWS[name].title} {_mean(law):.1f} ({_spread(law):.1f})" for name, law in study.laws.items()]
    sentences = [
        f"The evidence of a law, by sequential Monte Carlo, could be estimated on a small panel only: the first price of each of "
        f"{plural(study.prices, 'model')}{_of_families(study)}, on which a law has up to {unknowns} unknowns.",
        f"In natural log units, the mean of {plural(runs, 'run')} and the distance between its extremes: {listing(by_law)}.",
        difference(study.laws["plateau"], study.laws["discovery"]),
        posterior_reached(study.laws),
        "Evidence moves with the width of the priors, which forecasts do not, and its estimate fails in hundreds of dimensions: it "
        "decides nothing here.",
        notice,
    ]
    return [text(minus(" ".join(sentence for sentence in sentences if sentence)))]


def difference(plateau: LawEvidence, discovery: LawEvidence) -> str:
    """Which law the evidence favours; none where the runs differ so much that another few might say otherwise."""
    gap, spread = _mean(plateau) - _mean(discovery), _spread(plateau) + _spread(discovery)
    if abs(gap) > NO_WINNER + spread:
        return f"It favours {LAWS['plateau' if gap > 0 else 'discovery'].title} by {abs(gap):.1f}."
    if abs(gap) <= max(NO_WINNER, spread):
        why = (
            f"no more than {NO_WINNER:.0f}" if spread <= NO_WINNER else "no more than the runs differ among themselves"
        )
    else:
        why = f"not clear of {NO_WINNER:.0f} as the runs differ by {spread:.1f}"
    return f"Plateau and continued discovery differ by {abs(gap):.1f}, {why}: neither is favoured."


def posterior_reached(laws: Mapping[str, LawEvidence]) -> str:
    """Whether the particles ended where NUTS finds the posterior."""
    lost = [
        f"{LAWS[name].title} ({law.off:.2f} posterior standard deviations, {law.worst.replace('_', ' ')})"
        for name, law in laws.items()
        if law.off > OFF
    ]
    if not lost:
        farthest = max(law.off for law in laws.values())
        return (
            f"The particles ended where NUTS finds the posterior: their means differ by at most {farthest:.2f} posterior standard "
            "deviations."
        )
    return f"The particles did not end where NUTS finds the posterior, so that the figure cannot be trusted, for {listing(lost)}."


def _of_families(study: EvidenceStudy) -> str:
    return f" of the {len(study.families)} largest families" if len(study.families) > 1 else ""


def _mean(law: LawEvidence) -> float:
    return sum(law.log_evidence) / len(law.log_evidence)


def _spread(law: LawEvidence) -> float:
    return max(law.log_evidence) - min(law.log_evidence)
