"""Time-dummy hedonic index: log price on periods and characteristics."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import solve_triangular

from costfloor.errors import InputError
from costfloor.indexes.log_index import MINIMUM_MODELS, Floats, LogIndex
from costfloor.indexes.periods import PeriodMatrix
from costfloor.indexes.regression import in_deviations

Controls = Literal["hosts", "traits", "quality", "items"]

TRAITS = ("open_weights", "reasoning")
CONTROLS: tuple[Controls, ...] = ("hosts", "traits", "quality")

MAXIMUM_NUMBERS = 50_000_000
"""Prices times coefficients in one regression: 200,000 prices with 250 periods, hosts and traits, 400 MB."""

BIAS_NOTE = (
    "exp(dummy) is a ratio of geometric means; as an estimate of the ratio of mean prices it is off by about half the dummy's "
    "variance (Kennedy 1981), and it is not corrected for that."
)


@dataclass(frozen=True, eq=False)
class TimeDummyFit:
    """A fitted time-dummy regression.

    Attributes
    ----------
    periods
        Positions of the periods with an effect; the first is the base.
    effects
        Log price level of each period relative to the base.
    quality
        Change of log price with one unit of quality; NaN where all are of one quality.
    covariance, covariance_hc1
        Of `effects`, clustered by model (the one to report) and robust to unequal variances only.
    influence
        Contribution of each model to the error of `effects`, models by periods.
    residuals
        One per row.
    n, models
        Rows and distinct models.
    controls
        What is in it beside periods: `hosts` (and traits and quality), `traits` (and quality), `quality`, or `items`.
    """

    periods: npt.NDArray[np.int64]
    effects: Floats
    quality: float
    covariance: Floats
    covariance_hc1: Floats
    influence: pd.DataFrame
    residuals: Floats
    n: int
    models: int
    controls: Controls

    def __str__(self) -> str:
        return f"{self.n} prices of {self.models} models in {len(self.periods)} periods, at given {self.controls}"


def time_dummy_index(rows: pd.DataFrame, matrix: PeriodMatrix) -> LogIndex:
    """Index from the period effects of one regression over all periods.

    `log p_it = a + d_t + b quality_i + c'traits_i + host_h + e_it` by ordinary least squares, `I_t = exp(d_t)`. The covariance
    is clustered by model: a price list repeats itself from period to period.

    Parameters
    ----------
    rows
        `in_force(matrix)` (every price on sale) or `new_prices(matrix)` (those that began in the period).
    matrix
        Where the periods come from. Periods with fewer than two models have no value.

    References
    ----------
    de Haan & Diewert, "Hedonic regression methods", Handbook on Residential Property Price Indices (Eurostat 2013), chapter
    5. Kennedy, "Estimation with correctly interpreted dummy variables in semilogarithmic equations", American Economic Review
    71 (1981).

    Raises
    ------
    InputError
        Fewer than two periods with two models, or quality that moves with the periods.
    """
    kept = rows[rows.groupby("period")["model"].transform("nunique") >= MINIMUM_MODELS]
    periods = kept["period"].nunique()
    if periods < 2:
        raise InputError(
            f"{periods} periods with prices of {MINIMUM_MODELS} models or more are too few for a hedonic index",
            remedy="Bring more prices over a longer time, or use longer periods",
        )
    fit = fit_time_dummy(kept)
    if fit is None:
        raise InputError(
            "periods cannot be told apart from quality",
            remedy="Bring more models, or prices of models of several qualities in each period",
        )
    span = fit.periods[-1] - fit.periods[0] + 1
    absent = (
        "" if len(fit.periods) == span else f"{span - len(fit.periods)} periods with too few models have no value. "
    )
    hosts = "" if fit.controls == "hosts" else f"Controls stop at {fit.controls}: the prices cannot tell more apart. "
    return LogIndex(
        periods=matrix.periods[fit.periods],
        days=matrix.days[fit.periods],
        log=fit.effects,
        # No variance at all, as between months with the same price list, comes out as rounding on either side of nought.
        se=np.sqrt(np.diag(fit.covariance).clip(min=0.0)),
        n=tuple(kept.groupby("period").size().tolist()),
        models=fit.models,
        note=absent + hosts + BIAS_NOTE,
    )


def fit_time_dummy(rows: pd.DataFrame, controls: tuple[Controls, ...] = CONTROLS) -> TimeDummyFit | None:
    """Least squares of log price on period and controls; None when the period effects are not determined.

    Parameters
    ----------
    rows
        As `in_force` gives them.
    controls
        Sets to try in turn: the first that leaves the period effects determined and has two prices to a coefficient is
        taken, the last with one price to spare. `items` puts an effect of each item in place of all characteristics (the
        time-product dummy).

    Raises
    ------
    InputError
        More than `MAXIMUM_NUMBERS` prices times coefficients.
    """
    for choice in controls:
        X = _design(rows, choice)
        least = len(X.columns) + 1 if choice == controls[-1] else 2 * len(X.columns)
        columns = _determined(X) if len(rows) >= least else None
        if columns is not None:
            return _fit(rows, X[columns], choice)
    return None


def _design(rows: pd.DataFrame, controls: Controls) -> pd.DataFrame:
    labels: dict[str, pd.Series] = {}
    if controls in {"hosts", "traits"}:
        # Unstated is a level of its own: neither yes nor no.
        answers = {True: "yes", False: "no"}
        labels |= {
            name: rows[name].astype("boolean").map(answers).fillna("unstated") for name in TRAITS if name in rows
        }
    if controls == "hosts":
        labels["host"] = rows["host"]
    if controls == "items":
        labels["item"] = rows["item"]
    width = 2 + rows["period"].nunique() + sum(label.nunique() for label in labels.values())
    if len(rows) * width > MAXIMUM_NUMBERS:
        raise InputError(
            f"{len(rows):,} prices with {width:,} periods, hosts and traits are more than a hedonic index can hold",
            remedy=f"{MAXIMUM_NUMBERS:,} prices times coefficients are its limit; use quarters, fewer years or fewer hosts",
        )
    blocks = [_dummies(rows["period"], "period")]
    if controls != "items":
        quality = in_deviations(rows["quality"].to_numpy(dtype=float))[0]
        blocks.append(pd.DataFrame({"quality": quality}, index=rows.index))
    blocks += [_dummies(label.astype(str), name) for name, label in labels.items()]
    return pd.concat([pd.Series(1.0, index=rows.index, name="level"), *blocks], axis=1)


def _dummies(labels: pd.Series, name: str) -> pd.DataFrame:
    return pd.get_dummies(labels, prefix=name, prefix_sep=" ", drop_first=True, dtype=float)


def _determined(X: pd.DataFrame) -> list[str] | None:
    """A set of columns without linear dependence, or None when a period effect is part of one."""
    R = np.linalg.qr(X.to_numpy(), mode="r")
    _, singular, directions = np.linalg.svd(R)
    rank = int((singular > 1e-9 * singular[0]).sum())
    is_period = X.columns.str.startswith("period ")
    if np.abs(directions[rank:][:, is_period]).max(initial=0.0) > 1e-6:
        return None
    independent = np.abs(np.diag(R)) > 1e-9 * np.sqrt(len(X))
    return [str(name) for name in X.columns[independent]]


def _fit(rows: pd.DataFrame, X: pd.DataFrame, controls: Controls) -> TimeDummyFit:
    model, names = pd.factorize(rows["model"], sort=True)
    log_price, design = np.log(rows["price"].to_numpy(dtype=float)), X.to_numpy()
    n, k = design.shape
    # One decomposition for all: the columns are known to be independent, so that no pseudo-inverse with a cut-off is called for.
    Q, R = np.linalg.qr(design)
    coefficients = solve_triangular(R, Q.T @ log_price)
    residuals = log_price - design @ coefficients
    effect = np.flatnonzero(X.columns.str.startswith("period "))
    # What each price contributes to the error of the period effects: columns of (X'X)^-1 X' times the residuals.
    by_price = Q @ solve_triangular(R, np.eye(k), trans="T")[:, effect] * residuals[:, None]
    influence = pd.DataFrame(by_price).groupby(model).sum().to_numpy()
    unit = in_deviations(rows["quality"].to_numpy(dtype=float))[1]
    beta = coefficients[X.columns.get_loc("quality")] / unit if "quality" in X else np.nan
    clusters = len(names)
    return TimeDummyFit(
        periods=np.sort(rows["period"].unique()),
        effects=np.concatenate([[0.0], coefficients[effect]]),
        quality=float(beta),
        covariance=_covariance(influence, clusters / (clusters - 1) * (n - 1) / (n - k)),
        covariance_hc1=_covariance(by_price, n / (n - k)),
        influence=pd.DataFrame(np.pad(influence, ((0, 0), (1, 0))), index=names),
        residuals=residuals,
        n=n,
        models=len(names),
        controls=controls,
    )


def _covariance(influence: Floats, correction: float) -> Floats:
    """Sandwich from influences, units by effects; `correction` for few units and many coefficients as in statsmodels."""
    covariance: Floats = np.pad(correction * influence.T @ influence, ((1, 0), (1, 0)))
    return covariance
