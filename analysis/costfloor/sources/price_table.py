"""A user's own price table: one row per dated price of something whose quality was measured."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import pandas as pd
from scipy.special import logit

from costfloor.errors import InputError
from costfloor.sources.covariates import covariate_cells, covariate_names
from costfloor.sources.price_cells import PRICE_BOUNDS, boolean_cells, number_cells, refuse_cells, text_cells
from costfloor.sources.table_file import frame_cells, read_cells
from costfloor.sources.units import unit_slips
from costfloor.sources.values import ISO_MIDNIGHT, ISO_MOMENT, NOT_A_DAY
from costfloor.storage import sha256_bytes
from costfloor.text import printable

ScoreScale = Literal["fraction", "percent", "raw"]

REQUIRED = ("date", "price", "score")
LABELS = ("family", "host", "model")
COLUMNS = (*REQUIRED, *LABELS, "open_weights", "birth")
SCORE_BOUNDS: dict[str, tuple[float, float]] = {"fraction": (0.0, 1.0), "percent": (0.0, 100.0)}

MAX_SHOWN = 80
"""Longest name of a column in a message."""

MAX_SCORE = 1e12
"""Sums of squares of larger scores leave the range in which numbers can be told apart."""


@dataclass(frozen=True, eq=False)
class PriceTable:
    """A price table that has passed every check.

    Attributes
    ----------
    frame
        One row per price, in the file's order: `date` (datetime64), `price` (the file's unit), `score` (as given),
        `quality` (logit of a fraction or percent score, the score itself when raw), `family` ("all" when the file
        has none) and, where the file has them, `host`, `model` (text as given), `open_weights` (bool) and `birth` (datetime64);
        then the covariates that were asked for (numbers, bool or text).
    path, sha256
        The file (of a data frame, its name in messages) and the hash of what was read.
    score_scale
        How `score` was read.
    ignored_columns
        Columns of the file that have no meaning here.
    """

    frame: pd.DataFrame
    path: Path | str
    sha256: str
    score_scale: ScoreScale
    ignored_columns: tuple[str, ...] = ()


def read_price_table(
    path: Path,
    score_scale: ScoreScale = "fraction",
    today: dt.date | None = None,
    *,
    closed_scale: bool = False,
    covariates: Sequence[str] = (),
) -> PriceTable:
    """Read and check a price table.

    Parameters
    ----------
    path
        A `.csv` (UTF-8, comma-separated, with a header) or `.parquet` file. Columns `date` (ISO), `price` (> 0, one
        unit throughout) and `score`; optional `family`, `host`, `model`, `open_weights` and `birth` (ISO date from which age counts: the
        same within a family or, in a file of one family, for a model at a score); others are left out.
    score_scale
        `fraction`: scores in (0, 1); `percent`: in (0, 100); `raw`: any finite number.
    today
        The last date that is not in the future; the clock's date by default.
    closed_scale
        Accept scores on the bounds of the scale too, for an estimator that clips them; their quality is infinite.
    covariates
        Further columns to keep, see `covariate_cells`.

    Raises
    ------
    InputError
        Anything the checks object to, one at a time: the file, its columns, a cell, two rows that are one
        (the same values throughout, or one model at one host twice on a day), or prices in mixed units.
    """
    path = Path(path)
    content, cells = read_cells(path)
    return _price_table(cells, path, sha256_bytes(content), score_scale, today, closed_scale, covariates)


def price_table(
    frame: pd.DataFrame,
    score_scale: ScoreScale = "fraction",
    *,
    name: str = "the table",
    closed_scale: bool = False,
    covariates: Sequence[str] = (),
) -> PriceTable:
    """Check a price table that is a data frame already, as `read_price_table` checks a file.

    Parameters
    ----------
    frame
        The columns of a price table, dates as text or dates.
    score_scale, closed_scale, covariates
        As in `read_price_table`.
    name
        What it is called in messages.

    Raises
    ------
    InputError
        As `read_price_table`.
    """
    cells = frame_cells(frame, name)
    sha256 = sha256_bytes(cells.to_csv(index=False).encode())
    return _price_table(cells, name, sha256, score_scale, None, closed_scale, covariates)


def checked_rows(frame: pd.DataFrame, name: str, today: dt.date | None = None) -> pd.DataFrame:
    """Check a data frame that has its `quality` already: one that was read before, and may have been changed since.

    Parameters
    ----------
    frame
        The columns of a price table with `quality` in place of `score`.
    name
        What it is called in messages.
    today
        As in `read_price_table`.

    Returns
    -------
    pandas.DataFrame
        Its rows in their order, with the columns of a price table in their types; others as they are.

    Raises
    ------
    InputError
        As `read_price_table`.
    """
    cells = frame_cells(frame, name)
    _check_columns(cells, name, ("date", "price", "quality"))
    today = today or _today()
    checked = _dated_prices(cells, name, today)
    checked["quality"] = _scores(cells["quality"], name, "raw", closed=False)
    _add_labels(cells, checked, name, today)
    _check_rows(cells, checked, name)
    kept = frame.copy()
    kept[checked.columns] = checked.set_axis(frame.index)
    return kept


def _price_table(
    cells: pd.DataFrame,
    path: Path | str,
    sha256: str,
    score_scale: ScoreScale,
    today: dt.date | None,
    closed_scale: bool,
    covariates: Sequence[str],
) -> PriceTable:
    if score_scale not in get_args(ScoreScale):
        raise InputError("not a score scale", value=score_scale, remedy=f"Use one of {', '.join(get_args(ScoreScale))}")
    named = covariate_names(covariates)
    _check_columns(cells, path, REQUIRED)
    today = today or _today()
    frame = _dated_prices(cells, path, today)
    frame["score"] = _scores(cells["score"], path, score_scale, closed_scale)
    frame["quality"] = _quality(frame["score"], score_scale)
    _add_labels(cells, frame, path, today)
    _check_rows(cells, frame, path)
    frame[list(named)] = covariate_cells(cells, named, path)
    ignored = tuple(str(name) for name in cells if name not in {*COLUMNS, *named})
    return PriceTable(frame, path, sha256, score_scale, ignored)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).astimezone().date()


def _check_columns(cells: pd.DataFrame, path: Path | str, required: Sequence[str]) -> None:
    for name in required:
        if name not in cells:
            columns_there = ", ".join(repr(printable(str(column), MAX_SHOWN)) for column in cells.columns[:12])
            raise InputError(
                "missing",
                file=path,
                column=name,
                remedy=f"The file has {columns_there}; rename the one that holds the {name}",
            )
    if cells.empty:
        raise InputError("has a header but no rows", file=path, remedy="Add at least one dated price")


def _dated_prices(cells: pd.DataFrame, path: Path | str, today: dt.date) -> pd.DataFrame:
    frame = pd.DataFrame({"date": _dates(cells["date"], path, today)})
    frame["price"] = number_cells(cells["price"], path)
    refuse_cells(cells["price"], frame["price"] <= 0, path, "not above zero", "Leave free or unknown prices out")
    low, high = PRICE_BOUNDS
    extreme = (frame["price"] < low) | (frame["price"] > high)
    refuse_cells(
        cells["price"], extreme, path, f"not between {low:g} and {high:g}", "Give prices in a larger or smaller unit"
    )
    return frame


def _add_labels(cells: pd.DataFrame, frame: pd.DataFrame, path: Path | str, today: dt.date) -> None:
    """Add what the file says of each price besides: `family`, "all" where it has none, and the optional columns that it has."""
    for name in LABELS:
        if name in cells:
            blank = cells[name].str.strip() == ""
            refuse_cells(cells[name], blank, path, "empty", "Fill in every cell or leave the column out")
            frame[name] = text_cells(cells[name], path)
    if "family" not in frame:
        frame["family"] = "all"
    if "open_weights" in cells:
        frame["open_weights"] = boolean_cells(cells["open_weights"], path)
    if "birth" in cells:
        frame["birth"] = _births(cells, frame, path, today)


def _check_rows(cells: pd.DataFrame, frame: pd.DataFrame, path: Path | str) -> None:
    """Refuse rows that are one, and prices that must be in another unit than those around them."""
    _check_duplicates(cells, frame, path)
    problem = "so far from the prices around it that its unit must be another one"
    remedy = "Give all prices in one unit, such as USD per million tokens"
    refuse_cells(cells["price"], unit_slips(frame), path, problem, remedy)


def _dates(cells: pd.Series, path: Path | str, today: dt.date) -> pd.Series:
    remedy = "Write the date as YYYY-MM-DD"
    text = cells.str.strip()
    iso = text.str.fullmatch(ISO_MIDNIGHT)
    refuse_cells(cells, text.str.fullmatch(ISO_MOMENT) & ~iso, path, NOT_A_DAY, remedy)
    refuse_cells(cells, ~iso, path, "not an ISO date", remedy)
    dates = pd.to_datetime(text.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    refuse_cells(cells, dates.isna(), path, "not a day of the calendar", remedy)
    refuse_cells(cells, dates < pd.Timestamp(1900, 1, 1), path, "before 1900", remedy)
    remedy = "Only prices that have been seen belong here; correct the year or drop the row"
    refuse_cells(cells, dates > pd.Timestamp(today), path, f"in the future (today is {today})", remedy)
    return dates


def _births(cells: pd.DataFrame, frame: pd.DataFrame, path: Path | str, today: dt.date) -> pd.Series:
    """Dates of birth, which no price is older than; what shares a clock has one of them."""
    births = _dates(cells["birth"], path, today)
    remedy = "Age counts from the birth, which is the day of the first price or before"
    refuse_cells(cells["birth"], births > frame["date"], path, "after the date of its price", remedy)
    if frame["family"].nunique() > 1:
        clock, whose = ["family"], "the family"
        remedy = "Give a family one birth, or leave the family column out: then every model has its own"
    else:
        clock, whose = [name for name in ("model", "quality") if "model" in frame], "the model at this score"
        remedy = "Give a model one birth"
    if clock:
        first = births.groupby([frame[name] for name in clock]).transform("first")
        refuse_cells(cells["birth"], births != first, path, f"not the birth of {whose} in an earlier row", remedy)
    return births


def _scores(cells: pd.Series, path: Path | str, scale: ScoreScale, closed: bool) -> pd.Series:
    scores = number_cells(cells, path)
    extreme = scores.abs() > MAX_SCORE
    refuse_cells(cells, extreme, path, f"beyond {MAX_SCORE:g}", "Give scores on a scale nearer to one")
    if scale != "raw":
        low, high = SCORE_BOUNDS[scale]
        outside = (scores < low) | (scores > high)
        remedy = "Say how scores are measured with --score-scale fraction, percent or raw"
        refuse_cells(cells, outside, path, f"outside the {scale} scale, {low:g} to {high:g}", remedy)
        if not closed:
            on_bound = (scores == low) | (scores == high)
            remedy = "Leave the row out: beyond its scale, a score does not measure quality"
            refuse_cells(cells, on_bound, path, f"on a bound of the {scale} scale, where the logit is infinite", remedy)
    return scores


def _quality(scores: pd.Series, scale: ScoreScale) -> pd.Series:
    if scale == "raw":
        return scores
    return pd.Series(logit(scores.to_numpy() / SCORE_BOUNDS[scale][1]), index=scores.index)


def _check_duplicates(cells: pd.DataFrame, frame: pd.DataFrame, path: Path | str) -> None:
    if {"host", "model"} <= set(frame):
        key = ["date", "model", "host"]
        problem = "a second price of one model at one host on one day"
        _refuse_repeat(frame[key], frame[key], path, problem, "Keep one of the two, or tell them apart by their host")
    # Columns without a meaning here tell rows apart, whatever they are called.
    others = cells[[name for name in cells if name not in COLUMNS]]
    values = pd.concat([frame, others], axis=1).set_axis(range(frame.shape[1] + others.shape[1]), axis=1)
    problem = "a repeat of an earlier row"
    _refuse_repeat(values, frame, path, problem, "Drop it, or tell the rows apart with a model column")


def _refuse_repeat(rows: pd.DataFrame, named: pd.DataFrame, path: Path | str, problem: str, remedy: str) -> None:
    repeated = rows.duplicated().to_numpy()
    if repeated.any():
        row = int(repeated.argmax())
        first = int((rows == rows.iloc[row]).all(axis=1).to_numpy().argmax())
        shown = {
            name: str(value) for name, value in named.iloc[row].items() if name in ("model", "host", "price", "score")
        }
        shown = {"date": f"{named['date'].iloc[row]:%Y-%m-%d}", **shown}
        value = ", ".join(f"{name} {text}" for name, text in shown.items())
        raise InputError(
            f"{problem}: row {first + 1} has it", file=path, row=row + 1, column="date", value=value, remedy=remedy
        )
