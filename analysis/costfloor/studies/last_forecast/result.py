"""How the last forecast did, as plain data."""

from dataclasses import dataclass
from typing import Final

AVERAGE: Final = "average_of_laws"
STACKED: Final = "stacked_laws"

MIN_MONTHS: Final = 3
"""Of prices after a year-end, before its forecast is judged."""


@dataclass(frozen=True)
class ForecasterScore:
    """How one forecaster did. A standard error is None where all rows are of one model or one quarter.

    Attributes
    ----------
    name
        A law, `AVERAGE` or `STACKED` of the laws, or one of `costfloor.forecast.baselines`.
    elpd
        Log predictive density, joint within each model and summed.
    elpd_ahead, elpd_ahead_se
        That less the one of `AVERAGE`, and its standard error.
    crps
        Mean over the rows, log points.
    behind, behind_se
        That less the one of `AVERAGE`, and its standard error: above zero it forecast worse.
    index_crps
        CRPS of the mean log price of a quarter's rows, mean over quarters; None where none has rows enough.
    coverage50, coverage90, coverage90_se
        Shares of the rows inside their intervals, and the standard error of the latter.
    error, error_se
        Mean of observed less forecast log price, and its standard error: below zero prices fell faster than forecast.
    error_span
        5 and 95 % of that error over the joint predictive draws: zero outside them is a surprise to the forecaster itself.
    """

    name: str
    elpd: float
    elpd_ahead: float
    elpd_ahead_se: float | None
    crps: float
    behind: float
    behind_se: float | None
    index_crps: float | None
    coverage50: float
    coverage90: float
    coverage90_se: float | None
    error: float
    error_se: float | None
    error_span: tuple[float, float]


@dataclass(frozen=True)
class Fan:
    """What was forecast for a new model at the centre of a family, on an average host: log prices by day.

    Attributes
    ----------
    family
        Its name.
    seen
        Whether the forecast had seen a price of it.
    days
        ISO dates.
    quantiles
        5, 25, 50, 75 and 95 % of the equal mixture of the laws, each as long as `days`.
    """

    family: str
    seen: bool
    days: tuple[str, ...]
    quantiles: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Arrival:
    """A price that came: its log, put at the centre of its family and on an average host.

    Attributes
    ----------
    known
        Whether the forecast had seen a price of its model.
    """

    family: str
    day: str
    log_price: float
    known: bool


@dataclass(frozen=True)
class LastForecast:
    """How the forecast of the last year-end did.

    Attributes
    ----------
    day, until
        The last day of which anything was known, and the last day of the prices that it is scored on, ISO.
    rows_seen, rows
        Rows that the laws had seen, and rows that came.
    models, models_new
        Models of the rows that came, and those of them that the laws had not seen.
    families, families_new
        Families of the rows that came, and those of them that the laws had not seen.
    rows_of_new_families
        Rows in the latter.
    weights
        Stacking weights that the ledger gave the laws on that day; empty where it has no line for it.
    forecasters
        Laws, their mixtures, rivals; empty where nothing could be scored.
    failures
        Fits that missed a gate.
    absent
        Classical forecasts that could not be made, with the reason.
    fans, arrivals
        For the figure.
    hindsight
        Why scores and facts of later days counted in the view of the day, as in `costfloor.built.BuildReport`; None where they did not.
    problem
        Why nothing could be scored.
    """

    day: str
    until: str
    rows_seen: int = 0
    rows: int = 0
    models: int = 0
    models_new: int = 0
    families: tuple[str, ...] = ()
    families_new: tuple[str, ...] = ()
    rows_of_new_families: int = 0
    weights: dict[str, float] | None = None
    forecasters: tuple[ForecasterScore, ...] = ()
    failures: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    fans: tuple[Fan, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    hindsight: str | None = None
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether every fit behind it passed its gates."""
        return not self.failures
