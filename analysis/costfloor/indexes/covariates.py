"""Characteristics that the user names for a hedonic regression: their columns, and what each of them is worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from costfloor.errors import InputError

MAXIMUM_NUMBERS = 50_000_000
"""Prices times coefficients in one regression: 200,000 prices with 250 periods, hosts and traits, 400 MB."""

SHOWN = 5
"""Most levels that a note names."""

STATED = {True: "yes", False: "no"}
UNSTATED = "unstated"


@dataclass(frozen=True, eq=False)
class Covariate:
    """A column of a regression.

    Attributes
    ----------
    name
        The column of the table that it comes from.
    level, base
        Of a text column: the text that it marks, and the text against which it is measured; None for numbers.
    values
        Numbers as they stand in the table (true is 1), or 1 where the table has the level and 0 elsewhere.
    """

    name: str
    level: str | None
    base: str | None
    values: npt.NDArray[np.float64]

    @property
    def words(self) -> str:
        """The column of the table, with the level if there is one."""
        return f"{self.name} {self.level or ''}".strip()


@dataclass(frozen=True)
class CovariateEffect:
    """What a covariate is worth at given quality and date.

    Attributes
    ----------
    name
        The column of the table.
    level, base
        Of a text column: the level, and the first one in sorted order, with which it is compared; None for numbers.
    effect, ci90
        Change of log price with one unit of the column, or from the base to the level, and its 90 % interval.
    """

    name: str
    level: str | None
    base: str | None
    effect: float
    ci90: tuple[float, float]


def covariate_columns(rows: pd.DataFrame, names: Sequence[str]) -> tuple[Covariate, ...]:
    """The columns that covariates put into a regression.

    A column of numbers or of true and false enters as it is, one of text as a column of zeros and ones for every level but the first in
    sorted order. True, false and unstated are text: `no`, `unstated`, `yes`. What is the same in all rows has no column.

    Parameters
    ----------
    rows
        One row per price.
    names
        Columns of `rows` without a missing value.

    Raises
    ------
    InputError
        A text column has so many levels that the regression would be beyond `MAXIMUM_NUMBERS`.
    """
    columns: list[Covariate] = []
    for name in names:
        cells = labelled(rows[name]) if is_bool_dtype(rows[name]) and rows[name].hasnans else rows[name]
        if cells.nunique() <= 1:
            continue
        if is_numeric_dtype(cells):
            columns.append(Covariate(name, None, None, cells.to_numpy(dtype=float)))
            continue
        base, *levels = sorted(cells.unique())
        if len(rows) * len(levels) > MAXIMUM_NUMBERS:
            raise InputError(
                f"has {len(levels) + 1:,} levels in {len(rows):,} prices, more than a regression can hold",
                column=name,
                remedy="Group its levels, or leave it out",
            )
        columns += [Covariate(name, level, base, (cells == level).to_numpy(dtype=float)) for level in levels]
    return tuple(columns)


def resting_on_one(columns: Sequence[Covariate], models: pd.Series) -> tuple[str, ...]:
    """Columns that one model alone tells from their base or from their commonest number, in words.

    The residual of that model is next to nought, and errors that are clustered by model then count next to none.

    Parameters
    ----------
    columns
        As `covariate_columns` gives them.
    models
        The model of each row.
    """
    codes = pd.factorize(models)[0]
    leveled: dict[str, npt.NDArray[np.bool_]] = {}
    for column in columns:
        if column.level is not None:
            leveled[column.name] = leveled.get(column.name, False) | (column.values == 1)
    of_base = {name: len(np.unique(codes[~taken])) for name, taken in leveled.items()}
    alone = []
    for column in columns:
        values, counts = np.unique(column.values, return_counts=True)
        apart = column.values != values[counts.argmax()] if column.level is None else column.values == 1
        if 1 in (len(np.unique(codes[apart])), of_base.get(column.name)):
            alone.append(column.words)
    return tuple(alone)


def too_narrow(alone: Sequence[str], where: str = "") -> str:
    """What to know of the intervals of columns that rest on one model; empty where none does."""
    if not alone:
        return ""
    sentence = f"{where}one model alone tells what these are worth, and their intervals are too narrow: {some(alone)}. "
    return sentence[0].upper() + sentence[1:]


def some(words: Sequence[str]) -> str:
    """The first of a list, and how many more there are."""
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more


def labelled(answers: pd.Series) -> pd.Series:
    """True, false and missing as the words `yes`, `no` and `unstated`: unstated is a level of its own, neither yes nor no."""
    return answers.astype("boolean").map(STATED).fillna(UNSTATED)


def require_variation(rows: pd.DataFrame, names: Iterable[str]) -> None:
    """Refuse a covariate that is the same in every price: it would tell nothing apart.

    Raises
    ------
    InputError
        Names the first of them, and its value.
    """
    for name in names:
        if rows[name].nunique(dropna=False) == 1:
            raise InputError(
                f"is the same in all {len(rows):,} prices of the regression",
                column=name,
                value=rows[name].head(1).tolist()[0],
                remedy="Leave this covariate out, or bring prices in which it differs",
            )


def confounded(
    design: npt.NDArray[np.float64], regressors: Sequence[str], covariates: Sequence[Covariate]
) -> InputError | None:
    """The refusal of a covariate that other columns of a design determine; None when no covariate is to blame.

    Parameters
    ----------
    design
        Rows by columns, linearly dependent; none of its columns is nought throughout.
    regressors
        What the first columns are, in words; "" for the level.
    covariates
        The columns after them.
    """
    # The combination of columns that comes nearest to nought.
    weights = np.linalg.svd(design, full_matrices=False)[2][-1]
    involved = np.abs(weights) > 1e-6
    names = dict.fromkeys(
        column.name for column, part in zip(covariates, involved[len(regressors) :], strict=True) if part
    )
    if not names:
        return None
    first, *others = names
    known = dict.fromkeys(word for word, part in zip(regressors, involved, strict=False) if part and word)
    return InputError(
        f"cannot be told apart from {', '.join([*known, *map(repr, others)])}",
        column=first,
        remedy="Leave this covariate out, or bring prices in which they do not move as one",
    )


def covariate_effects(
    columns: Iterable[Covariate], effects: npt.NDArray[np.float64], bounds: npt.NDArray[np.float64]
) -> tuple[CovariateEffect, ...]:
    """Coefficients and their intervals, columns by (low, high), with the names of the columns that they belong to."""
    return tuple(
        CovariateEffect(column.name, column.level, column.base, float(effect), (float(low), float(high)))
        for column, effect, (low, high) in zip(columns, effects, bounds, strict=True)
    )


def effects_frame(effects: Iterable[CovariateEffect]) -> pd.DataFrame:
    """One row per effect: `covariate, level, base` (empty for numbers), `effect, low, high`, the interval being 90 %."""
    return pd.DataFrame(
        [(row.name, row.level or "", row.base or "", row.effect, *row.ci90) for row in effects],
        columns=["covariate", "level", "base", "effect", "low", "high"],
    )
