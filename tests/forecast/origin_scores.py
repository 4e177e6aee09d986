"""Scores of a law at one origin, given unit by unit."""

import numpy as np
from costfloor.forecast.scores import OriginScore


def score(
    elpd: list[float], family: list[int], quarter: list[int], crps: list[float], covered: list[bool], mcse: float = 0.0
) -> OriginScore:
    return OriginScore(
        np.array(elpd),
        mcse,
        np.array(family),
        np.array(quarter),
        np.array(crps),
        np.array(covered),
        np.array(covered),
        np.array(crps),
    )
