"""Time-dummy hedonic index: log price on periods and characteristics."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import solve_triangular

from costfloor.errors import InputError
from costfloor.indexes.covariates import (
    MAXIMUM_NUMBERS,
    Covariate,
    confounded,
    covariate_columns,
    covariate_effects,
    labelled,
    require_variation,
    resting_on_one,
    too_narrow,
)
from costfloor.indexes.log_index import MINIMUM_MODELS, Floats, LogIndex, reach
from costfloor.indexes.periods import PeriodMatrix
from costfloor.indexes.regression import in_deviations

Controls = Literal["hosts", "traits", "quality", "items"]

TRAITS = ("open_weights", "reasoning")
CONTROLS: tuple[Controls, ...] = ("hosts", "traits", "quality")

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
    columns
        The columns of covariates: those that vary in these rows.
    covariates, covariates_se
        Change of log price with one unit of each, and its standard error, clustered by model.
    covariates_influence
        As `influence`, models by columns of covariates.
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
    columns: tuple[Covariate, ...]
    covariates: Floats
    covariates_se: Floats
    covariates_influence: pd.DataFrame
    residuals: Floats
    n: int
    models: int
    controls: Controls

    def __str__(self) -> str:
        return f"{self.n} prices of {self.models} models in {len(self.periods)} periods, at given {self.controls}"


def time_dummy_index(rows: pd.DataFrame, matrix: PeriodMatrix, covariates: Sequence[str] = ()) -> LogIndex:
    """Index from the period effects of one regression over all periods.

    `log p_it = a + d_t + b quality_i + g'covariates_i + c'traits_i + host_h + e_it` by ordinary least squares, `I_t = exp(d_t)`. The
    covariance is clustered by model: a price list repeats itself from period to period.

    Parameters
    ----------
    rows
        `in_force(matrix)` (every price on sale) or `new_prices(matrix)` (those that began in the period).
    matrix
        Where the periods come from. Periods with fewer than two models have no value.
    covariates
        Columns of `rows` that are held constant beside quality; unlike the other controls they are never given up.

    References
    ----------
    de Haan & Diewert, "Hedonic regression methods", Handbook on Residential Property Price Indices (Eurostat 2013), chapter
    5. Kennedy, "Estimation with correctly interpreted dummy variables in semilogarithmic equations", American Economic Review
    71 (1981).

    Raises
    ------
    InputError
        Fewer than two periods with two models, quality that moves with the periods, or a covariate that is constant or cannot be told
        apart from periods, quality and the other covariates.
    """
    kept = rows[rows.groupby("period")["model"].transform("nunique") >= MINIMUM_MODELS]
    periods = kept["period"].nunique()
    if periods < 2:
        raise InputError(
            f"{periods} periods with prices of {MINIMUM_MODELS} models or more are too few for a hedonic index",
            remedy="Bring more prices over a longer time, or use longer periods",
        )
    require_variation(kept, covariates)
    fit = fit_time_dummy(kept, covariates=covariates)
    if fit is None:
        raise undetermined(kept, covariates)
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
        note=absent + hosts + too_narrow(resting_on_one(fit.columns, kept["model"])) + BIAS_NOTE,
        covariates=covariate_effects(
            fit.columns,
            fit.covariates,
            fit.covariates[:, None] + np.outer(fit.covariates_se, [-1, 1]) * reach(fit.models),
        ),
    )


def undetermined(rows: pd.DataFrame, covariates: Sequence[str]) -> InputError:
    """Why `fit_time_dummy` gives nothing: what the last of its controls does not tell apart.

    Parameters
    ----------
    rows, covariates
        As there.
    """
    columns = covariate_columns(rows, covariates)
    X = _design(rows, "quality", columns)
    X = X.loc[:, X.any()]
    if columns and len(rows) <= len(X.columns):
        return InputError(
            f"{len(rows)} prices are too few for {len(X.columns)} coefficients of periods, quality and covariates",
            remedy="Bring more prices, use longer periods, or leave covariates out",
        )
    words = {"level": "", "quality": "quality"}
    regressors = [words.get(name, "the periods") for name in X.columns if not name.startswith("covariate ")]
    return confounded(X.to_numpy(), regressors, columns) or InputError(
        "periods cannot be told apart from quality",
        remedy="Bring more models, or prices of models of several qualities in each period",
    )


def fit_time_dummy(
    rows: pd.DataFrame, controls: tuple[Controls, ...] = CONTROLS, covariates: Sequence[str] = ()
) -> TimeDummyFit | None:
    """Least squares of log price on period, covariates and controls; None when their effects are not determined.

    Parameters
    ----------
    rows
        As `in_force` gives them.
    controls
        Sets to try in turn: the first that leaves the effects of periods and covariates determined and has two prices to a
        coefficient is taken, the last with one price to spare. `items` puts an effect of each item in place of all characteristics
        (the time-product dummy).
    covariates
        Columns of `rows` that are in the regression beside every set; of one that is the same in all rows nothing is to be held constant.

    Raises
    ------
    InputError
        More than `MAXIMUM_NUMBERS` prices times coefficients.
    """
    columns = covariate_columns(rows, covariates)
    for choice in controls:
        X = _design(rows, choice, columns)
        least = len(X.columns) + 1 if choice == controls[-1] else 2 * len(X.columns)
        independent = _determined(X) if len(rows) >= least else None
        if independent is not None:
            return _fit(rows, X[independent], choice, columns)
    return None


def _design(rows: pd.DataFrame, controls: Controls, covariates: Sequence[Covariate]) -> pd.DataFrame:
    labels: dict[str, pd.Series] = {}
    if controls in {"hosts", "traits"}:
        named = {column.name for column in covariates}
        labels |= {name: labelled(rows[name]) for name in TRAITS if name in rows and name not in named}
    if controls == "hosts":
        labels["host"] = rows["host"]
    if controls == "items":
        labels["item"] = rows["item"]
    width = 2 + rows["period"].nunique() + len(covariates) + sum(label.nunique() for label in labels.values())
    if len(rows) * width > MAXIMUM_NUMBERS:
        raise InputError(
            f"{len(rows):,} prices with {width:,} periods, hosts, traits and covariates are more than a hedonic index can hold",
            remedy=f"{MAXIMUM_NUMBERS:,} prices times coefficients are its limit; use quarters, fewer years or fewer hosts",
        )
    blocks = [_dummies(rows["period"], "period")]
    if controls != "items":
        quality = in_deviations(rows["quality"].to_numpy(dtype=float))[0]
        blocks.append(pd.DataFrame({"quality": quality}, index=rows.index))
    numbered = {f"covariate {at}": in_deviations(column.values)[0] for at, column in enumerate(covariates)}
    blocks.append(pd.DataFrame(numbered, index=rows.index))
    blocks += [_dummies(label.astype(str), name) for name, label in labels.items()]
    return pd.concat([pd.Series(1.0, index=rows.index, name="level"), *blocks], axis=1)


def _dummies(labels: pd.Series, name: str) -> pd.DataFrame:
    return pd.get_dummies(labels, prefix=name, prefix_sep=" ", drop_first=True, dtype=float)


def _determined(X: pd.DataFrame) -> list[str] | None:
    """A set of columns without linear dependence, or None when a period or a covariate is part of one."""
    R = np.linalg.qr(X.to_numpy(), mode="r")
    _, singular, directions = np.linalg.svd(R)
    rank = int((singular > 1e-9 * singular[0]).sum())
    if np.abs(directions[rank:][:, _reported(X)]).max(initial=0.0) > 1e-6:
        return None
    independent = np.abs(np.diag(R)) > 1e-9 * np.sqrt(len(X))
    return [str(name) for name in X.columns[independent]]


def _reported(X: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Positions of the columns whose effects are asked for: periods, then covariates."""
    return np.concatenate([np.flatnonzero(X.columns.str.startswith(f"{kind} ")) for kind in ("period", "covariate")])


def _fit(rows: pd.DataFrame, X: pd.DataFrame, controls: Controls, covariates: tuple[Covariate, ...]) -> TimeDummyFit:
    model, names = pd.factorize(rows["model"], sort=True)
    log_price, design = np.log(rows["price"].to_numpy(dtype=float)), X.to_numpy()
    n, k = design.shape
    # One decomposition for all: the columns are known to be independent, so that no pseudo-inverse with a cut-off is called for.
    Q, R = np.linalg.qr(design)
    coefficients = solve_triangular(R, Q.T @ log_price)
    residuals = log_price - design @ coefficients
    effect = _reported(X)
    # What each price contributes to the error of these effects: columns of (X'X)^-1 X' times the residuals.
    by_price = Q @ solve_triangular(R, np.eye(k), trans="T")[:, effect] * residuals[:, None]
    influence = pd.DataFrame(by_price).groupby(model).sum().to_numpy()
    unit = in_deviations(rows["quality"].to_numpy(dtype=float))[1]
    beta = coefficients[X.columns.get_loc("quality")] / unit if "quality" in X else np.nan
    clusters = len(names)
    correction = clusters / (clusters - 1) * (n - 1) / (n - k)
    of_periods = len(effect) - len(covariates)
    units = np.array([in_deviations(column.values)[1] for column in covariates])
    of_covariates = influence[:, of_periods:] / units
    return TimeDummyFit(
        periods=np.sort(rows["period"].unique()),
        effects=np.concatenate([[0.0], coefficients[effect[:of_periods]]]),
        quality=float(beta),
        covariance=_covariance(influence[:, :of_periods], correction),
        covariance_hc1=_covariance(by_price[:, :of_periods], n / (n - k)),
        influence=pd.DataFrame(np.pad(influence[:, :of_periods], ((0, 0), (1, 0))), index=names),
        columns=covariates,
        covariates=coefficients[effect[of_periods:]] / units,
        covariates_se=np.sqrt(correction * (of_covariates**2).sum(axis=0)),
        covariates_influence=pd.DataFrame(of_covariates, index=names),
        residuals=residuals,
        n=n,
        models=len(names),
        controls=controls,
    )


def _covariance(influence: Floats, correction: float) -> Floats:
    """Sandwich from influences, units by effects; `correction` for few units and many coefficients as in statsmodels."""
    covariance: Floats = np.pad(correction * influence.T @ influence, ((1, 0), (1, 0)))
    return covariance
