"""The clock of capabilities: the day on which the market first reached a capability, and the births of models on it.

A release shows that the market had reached a capability when its day is known, its capability rests on scores enough and the model was
once on sale. How able a release is, is known with an error only, so that the first release at or above a capability is not known either:
the clock is the expectation of its day.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import ndtr

from costfloor.capability.bands import MIN_BENCHMARKS_FOR_BIRTH

CONTINUED_FROM: Final = 20.0
"""Above the record the clock goes on as fast as over the last so many capability points."""

# The first API went on sale with it; tables of models often lack the day.
_LAUNCHES: Final = {"openai/davinci": pd.Timestamp(2020, 6, 11)}

_EPOCH: Final = pd.Timestamp(1970, 1, 1)
_DAY: Final = pd.Timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Clock:
    """The releases that count, in the order of their days.

    Attributes
    ----------
    day : (J,)
        Days of release, in days since 1970-01-01, never falling.
    capability, capability_sd : (J,)
        Posterior mean and standard deviation of each, index units.
    """

    day: np.ndarray
    capability: np.ndarray
    capability_sd: np.ndarray


@dataclass(frozen=True, eq=False)
class PricedReleases:
    """Releases that were once on sale, with the day from which a price shows them: the clock of any day follows.

    Attributes
    ----------
    clock
        The J releases.
    first_priced : (J,)
        Day of the first price of each, days since 1970-01-01.
    """

    clock: Clock
    first_priced: np.ndarray


def priced_by(releases: PricedReleases, day: float) -> PricedReleases:
    """The releases that had a price by a day (days since 1970-01-01), that day included."""
    clock, known = releases.clock, releases.first_priced <= day
    return PricedReleases(
        Clock(clock.day[known], clock.capability[known], clock.capability_sd[known]), releases.first_priced[known]
    )


def known_by(clock: Clock, day: float) -> Clock:
    """The clock of the releases until a day (days since 1970-01-01), that day included."""
    known = slice(int(np.searchsorted(clock.day, day, side="right")))
    return Clock(clock.day[known], clock.capability[known], clock.capability_sd[known])


def first_reached(clock: Clock, capability: np.ndarray) -> np.ndarray:
    r"""Expected day on which a release first reached each capability, days since 1970-01-01.

    With independent :math:`q_j \sim \text{Normal}(m_j, s_j)` on days :math:`e_1 \le \dots \le e_J`, capability :math:`q` has not been
    reached by :math:`e_k` with probability :math:`\prod_{j \le k} \Phi((q - m_j) / s_j)`. The expectation of the first day is
    :math:`e_1` and the sum of these probabilities over the intervals :math:`e_{k+1} - e_k`; what no release reached counts as reached on
    the last day. From the highest mean on, the record, the clock is continued with its slope over the `CONTINUED_FROM` points below it. It
    is continuous and never falls.

    Parameters
    ----------
    clock
        At least one release.
    capability
        Index units, shape (n,).
    """
    record = np.array([clock.capability.max()])
    slope = np.ptp(_expected_day(clock, record - np.array([CONTINUED_FROM, 0.0]))) / CONTINUED_FROM
    reached = np.minimum(capability, record)
    return np.asarray(_expected_day(clock, reached) + slope * (capability - reached))


def births(clock: Clock, capability: np.ndarray, entry: np.ndarray) -> np.ndarray:
    """Day of birth of models: when the market first reached their capability, as far as releases until their entry show it.

    A model's own release is one of these, and the last: the sum in `first_reached` ends on its day, so that it has reached its capability
    for certain, whatever its error. The birth is never after the entry, and no release that comes later moves it. A model whose own
    release does not count, because its day is vague or lies after what the clock knows, is born by the clock's continuation where it is
    above the record, at its entry at the latest. Before the first release a model is born at its entry.

    Parameters
    ----------
    clock
        Releases, own ones included where they count.
    capability
        Posterior means, index units, shape (n,).
    entry
        Days on which the models entered the market, days since 1970-01-01, shape (n,).
    """
    born = entry.astype(float)
    for day in np.unique(entry):
        known, entered = known_by(clock, day), entry == day
        if known.day.size:
            born[entered] = np.minimum(first_reached(known, capability[entered]), day)
    return born


def births_sd(clock: Clock, capability: np.ndarray, entry: np.ndarray) -> np.ndarray:
    """Standard deviation of the day on which the market first reached each capability, days, shape (n,); arguments as in `births`."""
    sd = np.zeros(len(entry))
    for day in np.unique(entry):
        known, at = known_by(clock, day), entry == day
        if known.day.size:
            since = known.day - known.day[0]
            ahead = _not_reached(known, capability[at])
            sd[at] = np.sqrt(np.maximum(ahead @ np.diff(since**2) - (ahead @ np.diff(since)) ** 2, 0.0))
    return sd


def _expected_day(clock: Clock, capability: np.ndarray) -> np.ndarray:
    return np.asarray(clock.day[0] + _not_reached(clock, capability) @ np.diff(clock.day))


def _not_reached(clock: Clock, capability: np.ndarray) -> np.ndarray:
    """Probability that no release until each day but the last has reached each capability, shape (n, J - 1)."""
    below = ndtr((capability[:, None] - clock.capability[:-1]) / clock.capability_sd[:-1])
    return np.asarray(np.cumprod(below, axis=1))


def clock_releases(capability: pd.DataFrame, models: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Day of each model's release where it counts on the clock, missing elsewhere.

    Parameters
    ----------
    capability
        ``model_key, n_benchmarks``.
    models
        ``model_key, release_date, release_date_precision``.

    Returns
    -------
    In the rows of `capability`: releases known to the day of models with at least `MIN_BENCHMARKS_FOR_BIRTH` scores.
    """
    to_the_day = models[models["release_date_precision"] == "day"].set_index("model_key")["release_date"]
    released = _LAUNCHES | pd.to_datetime(to_the_day).to_dict()
    enough = capability["n_benchmarks"] >= MIN_BENCHMARKS_FOR_BIRTH
    days: pd.Series[pd.Timestamp] = capability["model_key"].map(released).where(enough).astype("datetime64[us]")
    return days


def priced_releases(panel: pd.DataFrame) -> PricedReleases:
    """The releases of a view that count, each as the first row of its model has it: no later row changes what it is.

    Parameters
    ----------
    panel
        ``model, date, capability, capability_sd, clock_release`` of its prices.
    """
    first_rows = panel.sort_values("date", kind="stable").drop_duplicates("model")
    releases = first_rows.dropna(subset="clock_release").sort_values(["clock_release", "model"])
    clock = Clock(
        days_since_1970(releases["clock_release"]),
        releases["capability"].to_numpy(float),
        releases["capability_sd"].to_numpy(float),
    )
    return PricedReleases(clock, days_since_1970(releases["date"]))


def market_clock(panel: pd.DataFrame) -> Clock:
    """The clock of a view: of the models that were once on sale, as births say what a buyer could get; as in `priced_releases`."""
    return priced_releases(panel).clock


def birth_dates(clock: Clock, models: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Dates of `births`, to the nearest day.

    Parameters
    ----------
    clock
        As of the day whose knowledge counts.
    models
        ``capability`` (index units) and ``entry`` (date), one row per model.
    """
    born = births(clock, models["capability"].to_numpy(float), days_since_1970(models["entry"]))
    dates = _EPOCH + pd.to_timedelta(np.round(born), unit="D")
    return pd.Series(dates, index=models.index, name="birth").astype("datetime64[us]")


def birth_sd(clock: Clock, models: pd.DataFrame) -> "pd.Series[float]":
    """`births_sd` by model, days; arguments as in `birth_dates`."""
    sd = births_sd(clock, models["capability"].to_numpy(float), days_since_1970(models["entry"]))
    return pd.Series(sd, index=models.index)


def days_since_1970(dates: "pd.Series[pd.Timestamp]") -> np.ndarray:
    """Dates in days since 1970-01-01, as a clock counts them."""
    return np.asarray((dates - _EPOCH) / _DAY, float)
