"""The chapter that compares the laws as a referee would: forecasts from many dates, known truths, error rates of the verdict."""

from statistics import NormalDist
from typing import Final

from costfloor.fit.savage_dickey import PointNull, point_nulls
from costfloor.fit.slowed import SLOWED
from costfloor.laws.encompassing import KEPT_SHARE
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.studies.catalogue import part
from costfloor.studies.evidence.chapter import evidence
from costfloor.studies.forecasts.chapter import forecasts
from costfloor.studies.operating.verdicts import verdict_rates
from costfloor.studies.sbc.chapter import calibration
from costfloor.typeset.blocks import Block, heading, text
from costfloor.typeset.montecarlo import differs
from costfloor.typeset.phrases import minus, percentage, probability, significant

UNKNOWN_SIZE: Final = 0.25
"""From this relative Monte Carlo error on a ratio of densities has no size."""


def comparison(study: Study) -> list[Block]:
    """Forecasts from many origins, the encompassing law, simulation-based calibration and error rates."""
    stored, titles = study.calibration, {name: fit.law.title for name, fit in study.fits.items()}
    return [
        heading("The laws compared", name="compared"),
        heading("Forecasts from many dates", 2),
        *part("forecasts", stored.get("forecasts"), lambda result, notice: forecasts(result, notice, titles)),
        heading("Forecasts from recent dates", 2),
        *part(
            "recent_forecasts",
            stored.get("recent_forecasts"),
            lambda result, notice: forecasts(result, notice, titles, "recent_forecasts"),
        ),
        *_nested(study),
        heading("Does the machinery recover the truth?", 2),
        *part("sbc", stored.get("sbc"), calibration),
        heading("How often the verdict is wrong", 2),
        *part(
            "operating",
            stored.get("operating"),
            lambda result, notice: verdict_rates(
                result, notice, study.comparison.elpd_difference, study.comparison.p_slowed
            ),
        ),
    ]


def _nested(study: Study) -> list[Block]:
    if "encompassing" not in study.fits:
        return []
    fit = study.fits["encompassing"]
    low, middle, high = quantiles(fit, "kept_share")
    factors = " ".join(factor_in_words(null) for null in point_nulls(fit))
    kept = minus(f"{middle:.2f} (90 % interval {low:.2f} to {high:.2f})")
    less = float((fit.draws("kept_share") < SLOWED).mean())
    before = NormalDist(*KEPT_SHARE.constants).cdf(0.5)
    return [
        heading("One law that holds both", 2),
        text(
            "The encompassing law leaves open what share of its initial rate the decline keeps in the long run: 1 is no decay, 0 no floor. "
            f"The prices say {kept}; the probability that less than half is kept is {probability(less)}, and was "
            f"{probability(before)} before. "
            f"{factors} These ratios of densities move with the width of the prior, which forecasts do not; they decide nothing here."
        ),
        *part("evidence", study.calibration.get("evidence"), evidence),
    ]


def factor_in_words(null: PointNull) -> str:
    """For or against which point the odds are, and how large; where draws cannot tell, how few of them lie beyond the point."""
    error = f"(relative Monte Carlo error {percentage(null.relative_mcse)})"
    # Where no draw is near the point, the error has no size, and the odds are against it.
    if null.bayes_factor > 0 and not differs(null.bayes_factor, 1.0, null.relative_mcse * null.bayes_factor):
        return f"By Savage and Dickey the odds of {null.null} are level with those of the rest {error}."
    favoured = "for" if null.bayes_factor > 1 else "against"
    if null.relative_mcse > UNKNOWN_SIZE:
        few = f"(beyond it: {null.beyond or 'none'} of {null.draws:,})"
        return f"How large the odds {favoured} {null.null} are by Savage and Dickey, these draws do not tell {few}."
    size = max(null.bayes_factor, 1 / null.bayes_factor)
    return f"By Savage and Dickey the odds are {significant(size)} to 1 {favoured} {null.null} {error}."
