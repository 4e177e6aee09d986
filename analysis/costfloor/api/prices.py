"""Prices as they come in: a table, a data frame, or the project's own panel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from costfloor.build import build
from costfloor.data.store import open_store
from costfloor.errors import InputError
from costfloor.laws.limits import long_fit, require_enough
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.panel import PRICE_UNIT, market_observations
from costfloor.panel import law_rows
from costfloor.places import nearest_places
from costfloor.sources.covariates import covariate_cells, covariate_names
from costfloor.sources.price_table import PriceTable, ScoreScale, checked_rows, price_table, read_price_table
from costfloor.sources.table_file import frame_cells

type Prices = pd.DataFrame | Path | str | None
"""A price table as a data frame or a file; a panel; None for the project's own panel."""

type Progress = Callable[[str], None]

TABLE_UNIT = "price unit of the table"
TABLE_NAME = "the table"


@dataclass(frozen=True)
class Rows:
    """Dated prices with a quality, ready for the laws.

    Attributes
    ----------
    frame
        Columns as `costfloor.laws.observations.observations` takes them.
    name
        Where they come from, for messages.
    price_unit
        For axis labels.
    panel
        The panel that they are of, if they are.
    """

    frame: pd.DataFrame
    name: Path | str
    price_unit: str
    panel: pd.DataFrame | None = None


def read_prices(
    path: Path | str, score_scale: ScoreScale = "fraction", *, covariates: Sequence[str] = ()
) -> pd.DataFrame:
    """Read and check a price table.

    Parameters
    ----------
    path
        A `.csv` (UTF-8, comma-separated, with a header) or `.parquet` file with the columns `date` (ISO), `price` (above zero, one unit
        throughout) and `score`; optional `family`, `host`, `model`, `open_weights` and `birth`, the date from which age counts: the same
        within a family or, in a file of one family, for a model at a score.
    score_scale
        ``"fraction"`` for scores in (0, 1), ``"percent"`` for scores in (0, 100), ``"raw"`` for any number.
    covariates
        Further columns to keep, of numbers, true and false, or text: those that `index` and `trend` are to hold constant.

    Returns
    -------
    pandas.DataFrame
        One row per price, in the order of the file: these columns, and `quality`, the logit of a fraction or percent score and a raw score
        as it is. Every function of this package takes it.

    Raises
    ------
    InputError
        Whatever is wrong with the table, one thing at a time; the message names the row, the value and the remedy.

    Examples
    --------
    >>> import costfloor as cf
    >>> prices = cf.read_prices("prices.csv")
    >>> list(prices.columns)
    ['date', 'price', 'score', 'quality', 'model', 'family']
    """
    return read_price_table(Path(path), score_scale, covariates=covariates).frame


def load_panel(
    folder: Path | str | None = None,
    *,
    as_of: pd.Timestamp | str | None = None,
    hindsight: bool = False,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """The project's own panel of prices of language models, built first where the raw data have changed.

    Parameters
    ----------
    folder
        The data folder; default: `data` of the current folder, or of the nearest one above it that has raw data there.
    as_of
        Use only what was known by this day: prices, scores and facts. Of a day by which too few scores were known, those of today count.
    hindsight
        Count all scores and facts of today beside the prices known by the day.
    progress
        Called with a line before each long step, for instance `print`: measuring capability anew takes a minute.

    Returns
    -------
    pandas.DataFrame
        One row per price; the columns are described in docs/architecture.md.

    Raises
    ------
    InputError, IntegrityError, LockedError
        The raw data are missing, wrong, changed, or in use.

    Examples
    --------
    >>> import costfloor as cf
    >>> panel = cf.load_panel()
    >>> {"model", "host", "date", "price_usd_per_mtok", "capability"} <= set(panel.columns)
    True
    """
    day = None if as_of is None else pd.Timestamp(as_of)
    return build(open_store(nearest_places(folder)), day, progress, hindsight=hindsight).panel


def observe(
    data: Prices | PriceObservations = None,
    *,
    score_scale: ScoreScale = "fraction",
    price_unit: str | None = None,
    folder: Path | str | None = None,
    progress: Progress | None = None,
) -> PriceObservations:
    """Arrange prices for the laws: the arrays that every law sees.

    Parameters
    ----------
    data
        A price table (a data frame or the path of a file, columns as in `read_prices`), what `read_prices` or `load_panel` returned, or
        observations, which stay as they are; default: the project's own panel.
    score_scale
        As in `read_prices`, where the scores have not been read yet.
    price_unit
        For labels, for instance ``"USD per hour"``.
    folder, progress
        As in `load_panel`, where its panel is used.

    Returns
    -------
    PriceObservations
        n prices in log, their times, units, hosts, families and qualities.

    Raises
    ------
    InputError
        The table is wrong, or has too few or too many rows for a law of motion.

    Examples
    --------
    >>> import costfloor as cf
    >>> obs = cf.observe("prices.csv", price_unit="USD per million tokens")
    >>> obs.n, obs.families
    (24, ('all',))
    """
    if isinstance(data, PriceObservations):
        return data
    rows = read_rows(data, score_scale, folder, progress)
    file = rows.name if isinstance(rows.name, Path) else None
    require_enough(rows.frame, file=file, name=str(rows.name))
    if progress is not None and (warning := long_fit(len(rows.frame))):
        progress(warning)
    unit = price_unit or rows.price_unit
    if rows.panel is None:
        return observations(rows.frame, price_unit=unit)
    return market_observations(rows.frame, rows.panel, unit)


def read_rows(
    data: Prices,
    score_scale: ScoreScale,
    folder: Path | str | None = None,
    progress: Progress | None = None,
    covariates: Sequence[str] = (),
) -> Rows:
    """Rows for the laws from whatever holds them; parameters as in `observe`. A table's covariates are read here, not the panel's."""
    if data is None:
        panel = load_panel(folder, progress=progress)
        return Rows(law_rows(panel), "the panel", PRICE_UNIT, panel)
    if isinstance(data, pd.DataFrame):
        if any(name in data for name in data.index.names if name is not None):
            data = data.reset_index(drop=True)
        if "price_usd_per_mtok" in data:
            return Rows(law_rows(data), "the panel", PRICE_UNIT, data)
        if "quality" in data:
            return Rows(_with_covariates(checked_rows(data, TABLE_NAME), covariates), TABLE_NAME, TABLE_UNIT)
    table = read_scores(data, score_scale, covariates=covariates)
    return Rows(table.frame, table.path, TABLE_UNIT)


def read_scores(
    data: pd.DataFrame | Path | str,
    score_scale: ScoreScale,
    *,
    closed_scale: bool = False,
    covariates: Sequence[str] = (),
) -> PriceTable:
    """A price table whose scores have not been read yet; parameters as in `costfloor.sources.price_table.read_price_table`."""
    if isinstance(data, pd.DataFrame):
        return price_table(data, score_scale, name=TABLE_NAME, closed_scale=closed_scale, covariates=covariates)
    return read_price_table(Path(data), score_scale, closed_scale=closed_scale, covariates=covariates)


def _with_covariates(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """A table that has been read already, with covariates as `read_prices` would have read them."""
    names = covariate_names(names)
    for name in names:
        if name not in frame:
            remedy = (
                "Add it to the data frame, or name it in the covariates of read_prices, which keeps no other column"
            )
            raise InputError("missing", file=TABLE_NAME, column=name, remedy=remedy)
    if not names:
        return frame
    kept = frame.copy()
    cells = frame_cells(frame[list(names)], TABLE_NAME)
    kept[list(names)] = covariate_cells(cells, names, TABLE_NAME).set_axis(frame.index)
    return kept
