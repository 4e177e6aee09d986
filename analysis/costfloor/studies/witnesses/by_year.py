"""The decomposition of the real panel by calendar year, chained over months, with errors by model.

A price that a host changes within a year of taking a model up is a change at an incumbent only if somebody looks in between: steps are
months, and parts of a year are the sums over its months, which still add up. Errors are those of the jackknife (Efron 1982): each model
is left out in turn, with all its prices. Nothing is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import t as student

from costfloor.studies.witnesses.decomposition import PARTS, WITHIN, Floats, Step, chained, step, total
from costfloor.studies.witnesses.on_sale import on_sale
from costfloor.studies.witnesses.rates import LEVEL, YEAR_DAYS, Rate, Witness, YearRate

INCUMBENTS: Final = "incumbents"
ANY_HOST: Final = "any_host"


@dataclass(frozen=True)
class YearParts:
    """What the mean log price of what is on sale fell by in a calendar year, as far as the data reach, as yearly rates by part.

    Attributes
    ----------
    year, years
        The calendar year, and the length of what is known of it in years.
    models, places
        On sale at its end.
    matched
        Pairs of a place and a month end that are compared with the month before.
    parts
        By part as in `PARTS`; a fall is positive.
    total
        Their sum.
    """

    year: int
    years: float
    models: int
    places: int
    matched: int
    parts: dict[str, Rate]
    total: Rate


@dataclass(frozen=True)
class Decomposition:
    """The decomposition by year, and how far the sum of the parts is from the change at most (log points)."""

    years: tuple[YearParts, ...]
    largest_error: float


def decompose(spells: pd.DataFrame, days: list[pd.Timestamp]) -> tuple[Decomposition, tuple[Witness, ...]]:
    """Chain the decomposition over days, and read off the witnesses of the same weights.

    Parameters
    ----------
    spells, days
        From `costfloor.studies.witnesses.on_sale`; the first day is the start.

    Returns
    -------
    The decomposition, and two witnesses: the same weights at the same host, and at any host that sells them.
    """
    lists = [on_sale(spells, day) for day in days]
    steps = [step(before, after) for before, after in pairwise(lists)]
    models = sorted(set().union(*(compared.models for compared in steps)))
    # The first row is the estimate; after it, each model left out in turn.
    every = np.vstack([np.ones((1, len(models))), 1.0 - np.eye(len(models))])
    falls = -chained(steps, models, every)
    ends = pd.DatetimeIndex(days[1:])
    lengths = np.diff(pd.DatetimeIndex(days)).astype("timedelta64[D]").astype(float) / YEAR_DAYS
    years = []
    for year in sorted(set(ends.year)):
        inside = np.flatnonzero(ends.year == year)
        length, last = float(lengths[inside].sum()), int(inside[-1]) + 1
        of_year = falls[:, inside].sum(axis=1) / length
        years.append(
            YearParts(
                year=int(year),
                years=length,
                models=int(lists[last]["model"].nunique()),
                places=len(lists[last]),
                matched=sum(steps[at].matched for at in inside),
                parts={name: _rate(of_year[:, at]) for at, name in enumerate(PARTS)},
                total=_rate(of_year.sum(axis=1)),
            )
        )
    whole = np.array([float(total(compared, np.ones((1, len(compared.models))))[0]) for compared in steps])
    witnesses = (
        _witness(INCUMBENTS, falls[:, :, 0], days, lengths, models, steps),
        _witness(ANY_HOST, falls[:, :, :WITHIN].sum(axis=2), days, lengths, models, steps),
    )
    return Decomposition(tuple(years), float(np.abs(falls[0].sum(axis=1) + whole).max())), witnesses


def _witness(
    name: str,
    falls: Floats,
    days: list[pd.Timestamp],
    lengths: Floats,
    models: Sequence[str],
    steps: Sequence[Step],
) -> Witness:
    """The rate over time of a part, from its falls (1 + M, S): the estimate, and each model left out."""
    ends = pd.DatetimeIndex(days[1:])
    middle = days[0] + (days[-1] - days[0]) / 2
    late = np.asarray(ends > middle)

    def mean(inside: np.ndarray) -> Floats:
        return np.asarray(falls[:, inside].sum(axis=1) / lengths[inside].sum())

    whole, before, after = mean(late | ~late), mean(~late), mean(late)
    most = int(np.argmax(np.abs(whole[1:] - whole[0])))
    return Witness(
        name=name,
        rate=_rate(whole),
        years=tuple(YearRate(int(year), _rate(mean(np.asarray(ends.year == year)))) for year in sorted(set(ends.year))),
        half=str(middle.date()),
        before=_rate(before),
        after=_rate(after),
        change=_rate(after - before),
        observations=sum(compared.matched for compared in steps),
        clusters=len(models),
        first=str(days[0].date()),
        last=str(days[-1].date()),
        carried_by=models[most],
        without=float(whole[1 + most]),
    )


def _rate(values: Floats) -> Rate:
    """The estimate, which stands first, with error and interval from those without each model; models that do not matter do not count."""
    value, without = float(values[0]), values[1:][values[1:] != values[0]]
    if len(without) < 2:
        return Rate(value, 0.0, value, value)
    se = float(np.sqrt((len(without) - 1) * np.mean((without - without.mean()) ** 2)))
    half = float(student.ppf(0.5 + LEVEL / 2, len(without) - 1)) * se
    return Rate(value, se, value - half, value + half)
