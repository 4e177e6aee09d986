"""How closely a lead in log score, beside the margin beyond which it is clear, can be computed from a finite number of draws."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from costfloor.forecast.elpd import difference
from costfloor.forecast.scores import OriginScore
from costfloor.forecast.verdict import clear_lead

PERTURBATIONS: Final = 400
SEED: Final = 20261130


def lead_over_margin_mcse(
    first: Sequence[OriginScore], second: Sequence[OriginScore], horizon_months: int
) -> float | None:
    """Monte Carlo error of the lead of one forecaster over another less the lead that is clear (`costfloor.forecast.verdict`).

    The margin is twice a standard error from a few blocks of time, and moves with the draws more than the lead does. The error of the
    score of an origin is taken to come from its units in equal parts, each on its own. Errors that units share move the lead and
    hardly the spread between blocks, so that the result errs upwards.

    Parameters
    ----------
    first, second
        Scores from the same origins.
    horizon_months
        How far ahead they are scored.

    Returns
    -------
    float or None
        In units of log score; None where the lead has no standard error.
    """
    rng = np.random.default_rng(SEED)

    def perturbed(score: OriginScore) -> OriginScore:
        units = len(score.unit_elpd)
        return replace(score, unit_elpd=score.unit_elpd + rng.normal(0.0, score.elpd_mcse / np.sqrt(units), units))

    gaps = []
    for _ in range(PERTURBATIONS):
        lead, error, _ = difference(
            [perturbed(score) for score in first], [perturbed(score) for score in second], horizon_months
        )
        if lead is None or error is None:
            return None
        gaps.append(lead - clear_lead(error))
    return float(np.std(gaps))
