"""Scores of all forecasters on common rows, as plain data."""

from dataclasses import dataclass
from typing import Final

from costfloor.forecast.paired import Difference
from costfloor.studies.sbc.ranks import Uniformity

AVERAGE: Final = "average_of_laws"


@dataclass(frozen=True)
class ForecastRow:
    """Scores of one forecaster at one horizon, on the rows that all could forecast.

    Attributes
    ----------
    forecaster
        Law, classical forecast or the equal mixture of the laws.
    elpd
        Log predictive density, joint within each model and summed over models and origins.
    crps
        Mean over rows, log points; of the mixture a bound from above.
    index_crps
        That of the mean log price of a quarter, each quarter of each origin alike; None where no quarter has rows enough.
    elpd_ahead, crps_behind, index_behind
        Against the best law of this horizon: log score above, CRPS and index CRPS above (worse); None for that law itself.
    elpd_ahead_mcse
        The part of the error of `elpd_ahead` that more draws would take away.
    coverage50, coverage90
        Shares of rows inside their intervals.
    pit
        Whether the probability integral transforms are uniform, as if rows were independent.
    weight
        Stacking weight over the common origins; None for any but a law.
    """

    forecaster: str
    elpd: float
    crps: float
    index_crps: float | None
    elpd_ahead: Difference | None
    crps_behind: Difference | None
    index_behind: Difference | None
    elpd_ahead_mcse: float | None
    coverage50: float
    coverage90: float
    pit: Uniformity
    weight: float | None


@dataclass(frozen=True)
class LeftOut:
    """An origin that counts for nobody, as these forecasters could not forecast from there."""

    origin: str
    forecasters: tuple[str, ...]


@dataclass(frozen=True)
class Horizon:
    """All forecasters at one horizon, on the same rows from the same origins.

    Attributes
    ----------
    months
        How far ahead.
    origins
        Dates from which all forecast.
    left_out
        The other dates.
    absent
        Forecasters that could forecast from no date, and are left out themselves.
    rows, models, quarters
        Prices scored over all origins, and models and quarters they are of.
    best
        The law, or the average of all, with the smallest CRPS; empty without an origin.
    forecasters
        Laws, their average, classical forecasts; empty without an origin.
    """

    months: int
    origins: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    absent: tuple[str, ...]
    rows: int
    models: int
    quarters: int
    best: str
    forecasters: tuple[ForecastRow, ...]


@dataclass(frozen=True)
class ForecastStudy:
    """The tables by horizon, and what is behind them: origins (date, rows seen) and failures (forecaster, origin, reason)."""

    horizons: tuple[Horizon, ...]
    origins: tuple[tuple[str, int], ...]
    failures: tuple[tuple[str, str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether every refit passed its gates, and every classical forecast could be made."""
        return not self.failures
