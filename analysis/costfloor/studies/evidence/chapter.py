"""What sequential Monte Carlo says of the laws' evidence, with how far its runs differ and why it decides nothing."""

from collections.abc import Mapping
from typing import Any, Final

from costfloor.laws import LAWS
from costfloor.typeset.phrases import listing, minus, plural
from costfloor.report.sentences import outdated
from costfloor.studies.stored import Stored

OFF: Final = 0.25
"""Posterior standard deviations between the means of particles and NUTS, beyond which the particles have not found the posterior."""

NO_WINNER: Final = 4.0
"""Natural log units, as for differences of log scores."""

ByLaw = Mapping[str, Mapping[str, Any]]


def evidence_sentences(stored: Stored | None) -> str:
    """Log evidence of each law on the small panel, the difference between plateau and discovery, and what weakens both.

    Parameters
    ----------
    stored
        The study `evidence`, or None when it was not run.
    """
    if stored is None:
        return "The evidence by sequential Monte Carlo has not been run: make calibrate runs it."
    laws: ByLaw = stored.result["laws"]
    said = [
        f"The evidence of a law, by sequential Monte Carlo, could be estimated on a small panel only: the first prices of "
        f"{plural(stored.result['prices'], 'model')} of the largest families, on which a law has up to {_unknowns(laws)} unknowns.",
        f"In natural log units, the mean of {plural(_runs(laws), 'run')} and the distance between its extremes: "
        f"{listing([_of_law(name, one) for name, one in laws.items()])}.",
        _difference(laws),
        _found(laws),
        "Evidence moves with the width of the priors, which forecasts do not, and its estimate fails in hundreds of dimensions: it "
        "decides nothing here.",
        outdated(stored),
    ]
    return minus(" ".join(one for one in said if one))


def _unknowns(laws: ByLaw) -> int:
    return max(int(one["unknowns"]) for one in laws.values())


def _runs(laws: ByLaw) -> int:
    return min(len(one["log_evidence"]) for one in laws.values())


def _mean(one: Mapping[str, Any]) -> float:
    return float(sum(one["log_evidence"]) / len(one["log_evidence"]))


def _spread(one: Mapping[str, Any]) -> float:
    return float(max(one["log_evidence"]) - min(one["log_evidence"]))


def _of_law(name: str, one: Mapping[str, Any]) -> str:
    return f"{LAWS[name].title} {_mean(one):.1f} ({_spread(one):.1f})"


def _difference(laws: ByLaw) -> str:
    plateau, discovery = laws["plateau"], laws["discovery"]
    gap, spread = _mean(plateau) - _mean(discovery), _spread(plateau) + _spread(discovery)
    favoured = LAWS["plateau" if gap > 0 else "discovery"].title
    if abs(gap) <= max(NO_WINNER, spread):
        why = f"{NO_WINNER:.0f}" if spread <= NO_WINNER else "the runs differ among themselves"
        return f"Plateau and continued discovery differ by {abs(gap):.1f}, no more than {why}: neither is favoured."
    return f"It favours {favoured} by {abs(gap):.1f}."


def _found(laws: ByLaw) -> str:
    lost = [
        f"{LAWS[name].title} ({one['off']:.2f} posterior standard deviations, {one['worst'].replace('_', ' ')})"
        for name, one in laws.items()
        if one["off"] > OFF
    ]
    if not lost:
        farthest = max(one["off"] for one in laws.values())
        return (
            f"The particles ended where NUTS finds the posterior: their means differ by at most {farthest:.2f} posterior standard "
            "deviations."
        )
    return f"The particles did not end where NUTS finds the posterior, so that the figure cannot be trusted, for {listing(lost)}."
