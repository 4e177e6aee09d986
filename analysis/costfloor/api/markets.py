"""Classical estimates: price indexes and trends."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from costfloor.api.prices import Prices, Progress, read_rows, read_scores
from costfloor.errors import InputError
from costfloor.indexes.frontier import FrontierTrend, default_threshold, frontier_trend, threshold_warning
from costfloor.indexes.hedonic import Frontier, HedonicTrend, hedonic_trend
from costfloor.indexes.periods import Frequency
from costfloor.indexes.price_index import KINDS, PriceIndex, Sample, price_index, require_covariates_fit
from costfloor.indexes.spells import from_panel, from_table
from costfloor.sources.covariates import covariate_names
from costfloor.sources.price_table import ScoreScale


def index(
    kind: str,
    data: Prices = None,
    *,
    frequency: Frequency = "month",
    sample: Sample = "new",
    covariates: Sequence[str] = (),
    score_scale: ScoreScale = "fraction",
    folder: Path | str | None = None,
    progress: Progress | None = None,
) -> PriceIndex:
    """A price index, as a statistical office would compute it.

    Parameters
    ----------
    kind
        ``"matched"`` or ``"geks"`` (the same models from period to period), ``"hedonic"`` or ``"adjacent"`` (at equal quality),
        ``"frontier"``, ``"pareto"``, ``"quantile"`` or ``"stochastic"`` (one line through the best prices); docs/indexes.md says what
        each measures, and which to cite.
    data
        Prices as in `observe`; default: the project's own panel. For a part of the market give a part of the rows.
    frequency
        ``"month"`` or ``"quarter"``.
    sample
        ``"new"``: each price counts in the period in which it came; ``"in_force"``: in every period in which it held.
    covariates
        For ``"hedonic"`` and ``"adjacent"``, columns that are held constant beside quality: numbers or true and false as they are, text by
        level. What changes with time through such a column is no part of the index: docs/indexes.md says when that is wrong. Of the panel:
        ``creator``, ``host_kind``, ``open_weights``, ``reasoning``.
    score_scale, folder, progress
        As in `observe`.

    Returns
    -------
    PriceIndex
        `.annual_rate` is the log-rate a year, positive when prices fall, `.to_frame()` has a row per period, `.covariates_frame()` one per
        covariate: the change of log price with one unit of it, or from a base level to another.

    Raises
    ------
    InputError
        There is no such kind, the prices are too few for it, or a covariate is missing, constant, or moves with the periods.

    Examples
    --------
    >>> import costfloor as cf
    >>> cf.index("hedonic", "prices.csv", frequency="quarter").to_frame().columns.to_list()
    ['period', 'value', 'low', 'high', 'n']
    >>> held = cf.index("hedonic", "prices.csv", frequency="quarter", covariates=["context"])
    >>> held.covariates_frame()[["covariate", "level"]].to_numpy().tolist()
    [['context', '']]
    """
    if kind not in KINDS:
        raise InputError("is no kind of price index", value=kind, remedy=f"Choose from {', '.join(KINDS)}")
    covariates = covariate_names(covariates)
    require_covariates_fit(kind, covariates)
    rows = read_rows(data, score_scale, folder, progress, covariates)
    spells = from_table(rows.frame) if rows.panel is None else from_panel(rows.panel, covariates)
    return price_index(kind, spells, frequency, sample=sample, covariates=covariates)


def trend(
    kind: str,
    data: Prices = None,
    *,
    threshold: float | None = None,
    rows: Frontier = "all",
    covariates: Sequence[str] = (),
    score_scale: ScoreScale | None = None,
    folder: Path | str | None = None,
    progress: Progress | None = None,
) -> FrontierTrend | HedonicTrend:
    """A straight line through log prices, by least squares.

    Parameters
    ----------
    kind
        ``"frontier"``: record-low prices at or above a score; ``"hedonic"``: all prices, on date, score and covariates.
    data
        Prices as in `observe`; default: the project's own panel, whose score is capability.
    threshold
        For the frontier, the lowest score that counts, in the table's own scale; default: the lower quartile of models.
    rows
        For the hedonic trend, ``"all"`` prices, or ``"pareto"``: those that no earlier price beat.
    covariates
        For the hedonic trend, columns that are held constant beside quality, as in `index`.
    score_scale
        As in `read_prices`; default: ``"raw"`` for the frontier, ``"fraction"`` for the hedonic trend.
    folder, progress
        As in `observe`.

    Returns
    -------
    FrontierTrend or HedonicTrend
        `.rate` and `.rate_ci90` are log-rates a year, positive when prices fall; `.to_frame()` is one row, and `.covariates_frame()` of a
        hedonic trend one row per covariate.

    Raises
    ------
    InputError
        There is no such kind, the prices are too few for it, or a covariate is missing, constant, or moves with the date.

    Examples
    --------
    >>> import costfloor as cf
    >>> cf.trend("frontier", "prices.csv", threshold=0.5).rate > 0
    True
    """
    if kind not in ("frontier", "hedonic"):
        raise InputError("is no kind of trend", value=kind, remedy="Choose from frontier, hedonic")
    covariates = covariate_names(covariates)
    if covariates and kind == "frontier":
        raise InputError("takes no covariates", value=kind, remedy="Use hedonic, or leave the covariates out")
    default: ScoreScale = "raw" if kind == "frontier" else "fraction"
    prices, scale = scored_prices(data, score_scale or default, folder, progress, covariates)
    if kind == "hedonic":
        return hedonic_trend(prices, scale, rows, covariates)
    if threshold is None:
        return frontier_trend(prices, default_threshold(prices))
    if warning := threshold_warning(prices, threshold):
        warnings.warn(warning, stacklevel=2)
    return frontier_trend(prices, threshold)


def scored_prices(
    data: Prices,
    score_scale: ScoreScale,
    folder: Path | str | None = None,
    progress: Progress | None = None,
    covariates: Sequence[str] = (),
) -> tuple[pd.DataFrame, ScoreScale]:
    """Prices with `score`, and its scale; scores on the bounds of the scale count here. Parameters as in `trend`."""
    if data is not None and not (isinstance(data, pd.DataFrame) and {"quality", "price_usd_per_mtok"} & set(data)):
        table = read_scores(data, score_scale, closed_scale=True, covariates=covariates)
        return table.frame, table.score_scale
    rows = read_rows(data, score_scale, folder, progress, covariates)
    frame = rows.frame if rows.panel is None else from_panel(rows.panel, covariates)
    if "score" in frame and score_scale == "raw":
        return frame, "raw"
    # Quality is the score put through its logit already.
    return frame.assign(score=frame["quality"]), "raw"
