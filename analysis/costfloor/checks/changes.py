"""Changes of the quarterly index of a family from one occupied quarter to its next."""

import numpy as np


def consecutive_changes(index: np.ndarray) -> np.ndarray:
    """Return the changes between consecutive occupied quarters of every family, shape (S, K), positive when price rises.

    `index` is (S, F, Q) with NaN in the same empty cells for all S; an empty quarter between two occupied ones is skipped.
    """
    by_family = [np.diff(family[:, np.isfinite(family[0])], axis=1) for family in np.moveaxis(index, 1, 0)]
    return np.concatenate(by_family, axis=1)
