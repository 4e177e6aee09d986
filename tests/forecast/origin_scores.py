"""Scores of a forecaster at one origin, given unit by unit; each row is one of the units, and of its quarter."""

import numpy as np
from costfloor.forecast.scores import OriginScore


def score(
    elpd: list[float], unit: list[int], quarter: list[int], crps: list[float], covered: list[bool], mcse: float = 0.0
) -> OriginScore:
    rows = np.arange(len(crps)) % len(elpd)
    index, first = np.unique(np.array(quarter)[rows], return_index=True)
    return OriginScore(
        unit=np.array(unit),
        unit_quarter=np.array(quarter),
        unit_elpd=np.array(elpd),
        elpd_mcse=mcse,
        row_unit=np.array(unit)[rows],
        row_host=np.zeros(len(rows), int),
        row_quarter=np.array(quarter)[rows],
        crps=np.array(crps),
        covered50=np.array(covered),
        covered90=np.array(covered),
        pit=np.array(crps),
        index_quarter=index,
        index_crps=np.array(crps)[first],
    )
