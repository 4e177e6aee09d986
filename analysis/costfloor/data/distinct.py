"""Work done once per distinct value instead of once per row: ids and sellers repeat a thousandfold in a long price table."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def distinct_rows(frame: pd.DataFrame) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The distinct rows of a table, in the order of their first appearance; two missing values are the same.

    Parameters
    ----------
    frame
        At least one column.

    Returns
    -------
    first
        Position of the first row of each kind.
    kind
        Number of the kind of every row.
    """
    kind = np.asarray(frame.groupby(list(frame), dropna=False, sort=False).ngroup(), dtype=np.intp)
    first = np.empty(kind.max(initial=-1) + 1, dtype=np.intp)
    # Of several writes to one place the last stays, which is that of the first row.
    first[kind[::-1]] = np.arange(len(kind))[::-1]
    return first, kind


def by_value(texts: pd.Series, test: Callable[[pd.Series], pd.Series]) -> "pd.Series[bool]":
    """A test of single texts, none of them missing, made once per distinct text."""
    code, values = pd.factorize(texts)
    passed = test(pd.Series(values)).to_numpy(dtype=bool)
    return pd.Series(passed[code], index=texts.index)
