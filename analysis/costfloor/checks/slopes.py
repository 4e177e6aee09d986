"""Slopes of the quarterly index within families, by least squares weighted with the rows of each cell."""

import numpy as np

NO_SPREAD = 1e-9
"""Weighted sum of squares (row-years squared) below which all cells of a family lie at one point and have no slope."""


def slope_parts(index: np.ndarray, at: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return numerator (S, F) and denominator (F,) of each family's slope of the index on `at`.

    Parameters
    ----------
    index : (S, F, Q)
        Log price; read only where `weight` is positive.
    at : (F, Q)
        Time or age in years; read only where `weight` is positive.
    weight : (F, Q)
        Rows of each cell, zero for a cell that stays out.
    """
    used = weight > 0
    x = np.where(used, at, 0.0)
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1.0)
    deviation = np.where(used, x - (weight * x).sum(axis=1, keepdims=True) / total, 0.0)
    coefficient = weight * deviation
    numerator = np.einsum("sfq,fq->sf", np.where(used, index, 0.0), coefficient)
    return numerator, (coefficient * deviation).sum(axis=1)


def pooled_slope(index: np.ndarray, at: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the slope common to all families, each with its own level, shape (S,); NaN where no family has two distinct points."""
    numerator, denominator = slope_parts(index, at, weight)
    total = denominator.sum()
    if total <= NO_SPREAD:
        return np.full(len(index), np.nan)
    return np.asarray(numerator.sum(axis=1) / total)


def family_slopes(index: np.ndarray, at: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the slope of each family that has two distinct points, shape (S, number of such families)."""
    numerator, denominator = slope_parts(index, at, weight)
    defined = denominator > NO_SPREAD
    return np.asarray(numerator[:, defined] / denominator[defined])
