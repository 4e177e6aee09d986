"""What all tests for one break at an unknown date share: the statistics, for many series at once, and their result."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Name = Literal["sup-F", "CUSUM of OLS residuals"]

TRIMMING = 0.15
REPLICATES = 499
SEED = 20210115


@dataclass(frozen=True)
class BreakTest:
    """A test for one structural break.

    Attributes
    ----------
    name
        `sup-F` or `CUSUM of OLS residuals`.
    null
        What the p-value supposes, in words.
    statistic, p_value
        The p-value is from the bootstrap.
    break_date
        The last day before the break that fits best; a date and no finding unless the null is rejected.
    n
        Periods of an index by period, prices behind a line.
    """

    name: str
    null: str
    statistic: float
    p_value: float
    break_date: pd.Timestamp
    n: int

    def __str__(self) -> str:
        return (
            f"{self.name} {self.statistic:.3g}, p = {self.p_value:.3g} (n = {self.n}; null: {self.null}); "
            f"the most likely break is after {self.break_date:%Y-%m-%d}"
        )


class Lines:
    """One line, and all pairs of lines that part at some date, through the same rows.

    Parameters
    ----------
    days
        Dates of the rows, in order, (n,). Rows of one date stay together.
    X
        Design of the one line, (n, p): level, years, and regressors that do not break.
    """

    def __init__(self, days: pd.DatetimeIndex, X: Floats) -> None:
        n = len(days)
        self.days, self.X, self.n = days, X, n
        self.basis = np.linalg.qr(X)[0]
        self.lasts = np.append(np.flatnonzero(days[1:] != days[:-1]), n - 1)
        # Three dates a side at least: a line through two has no residual.
        margin = max(int(np.ceil(TRIMMING * n)), 3)
        inner = self.lasts[2:-3]
        inner = inner[(inner + 1 >= margin) & (inner + 1 <= n - margin)]
        blocks = self._unexplained(inner)
        # A quality that steps or turns where the line does leaves nothing of the break to see.
        seen = np.linalg.det(blocks) > 1e-9 * np.prod(np.diagonal(blocks, axis1=1, axis2=2), axis=1)
        self.before = inner[seen]
        self.inverses = np.linalg.inv(blocks[seen])

    def _unexplained(self, before: npt.NDArray[np.intp]) -> Floats:
        """Cross products of a step and a bend, net of the one line, for a break after each of these rows: (breaks, 2, 2)."""
        level_slope = self.X[:, :2]
        raw = (level_slope[:, :, None] * level_slope[:, None, :]).cumsum(axis=0)[before]
        shared = (self.basis[:, :, None] * level_slope[:, None, :]).cumsum(axis=0)[before]
        return np.asarray(raw - shared.transpose(0, 2, 1) @ shared)

    def residuals(self, y: Floats) -> Floats:
        """Of one line through each series, (series, n)."""
        return np.asarray(y - y @ self.basis @ self.basis.T)

    def residuals_of_two(self, y: Floats, before: int) -> Floats:
        """Of two lines that part after a row, (n,)."""
        late = (np.arange(self.n) > before)[:, None]
        Q = np.linalg.qr(np.column_stack([self.X, self.X[:, :2] * late]))[0]
        return np.asarray(y - Q @ (Q.T @ y))

    def f_statistics(self, y: Floats) -> Floats:
        """`F(k) = ((RSS_0 - RSS_k) / 2) / (RSS_k / (n - p - 2))` after each row of `before`, (series, breaks)."""
        e = self.residuals(y)
        null = (e**2).sum(axis=1, keepdims=True)
        moments = np.stack([(e * x).cumsum(axis=1)[:, self.before] for x in self.X.T[:2]], axis=2)
        gain = np.einsum("rki,kij,rkj->rk", moments, self.inverses, moments)
        # Two lines that fit to the last digit would divide by nought.
        split = np.maximum(null - gain, 1e-14 * (y**2).sum(axis=1, keepdims=True) + np.finfo(float).tiny)
        return np.asarray((null - split) / 2 / (split / (self.n - self.X.shape[1] - 2)))

    def cusums(self, y: Floats) -> Floats:
        """`|sum over rows to k of e| / (s sqrt(n))` after the last row of each date, (series, dates)."""
        e = self.residuals(y)
        scale = np.sqrt((e**2).sum(axis=1, keepdims=True) / (self.n - self.X.shape[1]) * self.n)
        return np.asarray(np.abs(e.cumsum(axis=1)[:, self.lasts]) / np.maximum(scale, np.finfo(float).tiny))


def break_test(name: Name, lines: Lines, y: Floats, null: str, draws: Iterable[Floats]) -> BreakTest:
    """The largest statistic over all dates, against its largest in series drawn without a break.

    Parameters
    ----------
    name
        Which statistic.
    lines
        The design.
    y
        The series, (n,).
    null
        What `draws` suppose, in words.
    draws
        Blocks of series, (series, n) each.
    """
    path, before = (lines.f_statistics, lines.before) if name == "sup-F" else (lines.cusums, lines.lasts)
    statistics = path(y[None])[0]
    statistic = float(statistics.max())
    beaten = drawn = 0
    # One line to the last digit: rounding is no evidence.
    exact = (lines.residuals(y[None]) ** 2).sum() <= 1e-20 * (y**2).sum()
    for block in () if exact else draws:
        # The series itself may be drawn, and is not to lose by rounding.
        beaten += int((path(block).max(axis=1) >= statistic * (1 - 1e-9)).sum())
        drawn += len(block)
    return BreakTest(
        name, null, statistic, (1 + beaten) / (1 + drawn), lines.days[before[int(statistics.argmax())]], lines.n
    )
