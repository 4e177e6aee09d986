"""When all abilities are fitted anew: at the end of a month by which the scores have grown enough.

The day follows from the scores alone, so that two machines with the same raw data start from the same fit, whatever they built before and
in whatever order the lists came.
"""

from typing import Final

import pandas as pd

from costfloor.capability.scale import references
from costfloor.capability.scores import ScoreMatrix, prepare_scores
from costfloor.data.performance import Performance
from costfloor.errors import ScaleError

GROWN_BY_ONE_IN: Final = 10
"""All abilities are fitted anew at the first end of a month by which there are a tenth more pairs of model and benchmark."""


def full_fit_day(performance: Performance) -> pd.Timestamp | None:
    """The day whose scores the full fit of a view rests on, at most that of the view; None before the first month with scores has ended.

    Parameters
    ----------
    performance
        Scores as of the day of the view.
    """
    counting = performance.benchmarks.loc[performance.benchmarks["capability"], "benchmark"]
    scores = performance.every[performance.every["benchmark"].isin(counting)]
    first_known = scores.groupby(["model_key", "benchmark"])["known_on"].min()
    months = (first_known + pd.offsets.MonthEnd(0)).value_counts().sort_index().cumsum()
    day, fitted = None, 0
    for end, pairs in zip(pd.DatetimeIndex(months.index), months, strict=True):
        if performance.as_of is not None and end > performance.as_of:
            break
        if (pairs - fitted) * GROWN_BY_ONE_IN >= fitted:
            day, fitted = end, int(pairs)
    return day


def fitted_scores(performance: Performance, models: pd.DataFrame) -> tuple[pd.Timestamp | None, ScoreMatrix]:
    """The scores that the full fit of a view rests on, and their day by `full_fit_day`; without one, those of the view itself.

    Raises
    ------
    InputError
        As `prepare_scores`.
    """
    day = full_fit_day(performance)
    rows = performance.rows if day is None else performance.at(day).rows
    return day, prepare_scores(rows, models, performance.benchmarks)


def too_few_scores(performance: Performance, models: pd.DataFrame) -> str | None:
    """Why the scores known on a day do not measure capability on the scale of all views, as a clause; None where they do."""
    try:
        references(fitted_scores(performance, models)[1])
    except ScaleError as error:
        return error.problem
    return None
