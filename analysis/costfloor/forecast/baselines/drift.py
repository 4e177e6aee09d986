"""ARIMA(0,1,0) with drift: the quality-adjusted series of a family as a random walk.

The forecast is the last value plus the drift times the quarters ahead; its variance has the walk's and the drift's error (Hyndman and
Athanasopoulos 2021, Forecasting: principles and practice, section 5.5), and its error is Student-t because the variance is estimated. The
values of a series are means over a few models, and the walk takes their sampling noise for innovations: its intervals are on
the wide side.
"""

from costfloor.forecast.baselines.farmer_lafond import drift_paths
from costfloor.forecast.baselines.levels import LevelPaths
from costfloor.forecast.baselines.series import AdjustedPanel


def random_walk_drift(panel: AdjustedPanel, quarters: int) -> LevelPaths:
    """Forecast every series from all its changes, or from those of all series where it has fewer than `MIN_PERIODS` values.

    Changes over gaps are weighted as maximum likelihood with missing values does: the drift is the whole change over the whole time.

    Parameters
    ----------
    panel
        The series.
    quarters
        How far to forecast.

    Raises
    ------
    InputError
        The series together have too few changes.
    """
    return drift_paths(panel, quarters, theta=0.0)
