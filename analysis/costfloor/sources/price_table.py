"""A user's own price table: one row per dated price of something whose quality was measured."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn, get_args

import numpy as np
import pandas as pd
from scipy.special import logit

from costfloor.errors import InputError
from costfloor.sources.table_file import frame_cells, read_cells
from costfloor.sources.units import unit_slips
from costfloor.sources.values import ISO_MIDNIGHT, ISO_MOMENT, NOT_A_DAY
from costfloor.storage import sha256_bytes
from costfloor.text import MAX_TEXT, UNSAFE, printable

ScoreScale = Literal["fraction", "percent", "raw"]

REQUIRED = ("date", "price", "score")
LABELS = ("family", "host", "model")
COLUMNS = (*REQUIRED, *LABELS, "open_weights")
SCORE_BOUNDS: dict[str, tuple[float, float]] = {"fraction": (0.0, 1.0), "percent": (0.0, 100.0)}
BOOLEAN_STYLES = ({"true": True, "false": False}, {"1": True, "0": False})

DECIMAL = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"

MAX_SHOWN = 80
"""Longest name of a column in a message."""

MAX_SCORE = 1e12
"""Sums of squares of larger scores leave the range in which numbers can be told apart."""

PRICE_BOUNDS = (1e-30, 1e30)
"""Wide enough for a dollar per operation; products and powers of prices within stay finite."""


@dataclass(frozen=True, eq=False)
class PriceTable:
    """A price table that has passed every check.

    Attributes
    ----------
    frame
        One row per price, in the file's order: `date` (datetime64), `price` (the file's unit), `score` (as given),
        `quality` (logit of a fraction or percent score, the score itself when raw), `family` ("all" when the file
        has none) and, where the file has them, `host`, `model` (text as given) and `open_weights` (bool).
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
) -> PriceTable:
    """Read and check a price table.

    Parameters
    ----------
    path
        A `.csv` (UTF-8, comma-separated, with a header) or `.parquet` file. Columns `date` (ISO), `price` (> 0, one
        unit throughout) and `score`; optional `family`, `host`, `model`, `open_weights`; others are left out.
    score_scale
        `fraction`: scores in (0, 1); `percent`: in (0, 100); `raw`: any finite number.
    today
        The last date that is not in the future; the clock's date by default.
    closed_scale
        Accept scores on the bounds of the scale too, for an estimator that clips them; their quality is infinite.

    Raises
    ------
    InputError
        Anything the checks object to, one at a time: the file, its columns, a cell, two rows that are one
        (the same values throughout, or one model at one host twice on a day), or prices in mixed units.
    """
    path = Path(path)
    content, cells = read_cells(path)
    return _price_table(cells, path, sha256_bytes(content), score_scale, today, closed_scale)


def price_table(
    frame: pd.DataFrame, score_scale: ScoreScale = "fraction", *, name: str = "the table", closed_scale: bool = False
) -> PriceTable:
    """Check a price table that is a data frame already, as `read_price_table` checks a file.

    Parameters
    ----------
    frame
        The columns of a price table, dates as text or dates.
    score_scale, closed_scale
        As in `read_price_table`.
    name
        What it is called in messages.

    Raises
    ------
    InputError
        As `read_price_table`.
    """
    cells = frame_cells(frame, name)
    return _price_table(cells, name, sha256_bytes(cells.to_csv(index=False).encode()), score_scale, None, closed_scale)


def _price_table(
    cells: pd.DataFrame,
    path: Path | str,
    sha256: str,
    score_scale: ScoreScale,
    today: dt.date | None,
    closed_scale: bool,
) -> PriceTable:
    if score_scale not in get_args(ScoreScale):
        raise InputError("not a score scale", value=score_scale, remedy=f"Use one of {', '.join(get_args(ScoreScale))}")
    _check_columns(cells, path)
    if cells.empty:
        raise InputError("has a header but no rows", file=path, remedy="Add at least one dated price")
    frame = pd.DataFrame({"date": _dates(cells["date"], path, today or dt.datetime.now(dt.UTC).astimezone().date())})
    frame["price"] = _numbers(cells["price"], path)
    _refuse(cells["price"], frame["price"] <= 0, path, "not above zero", "Leave free or unknown prices out")
    low, high = PRICE_BOUNDS
    extreme = (frame["price"] < low) | (frame["price"] > high)
    _refuse(
        cells["price"], extreme, path, f"not between {low:g} and {high:g}", "Give prices in a larger or smaller unit"
    )
    frame["score"] = _scores(cells["score"], path, score_scale, closed_scale)
    frame["quality"] = _quality(frame["score"], score_scale)
    for name in LABELS:
        if name in cells:
            blank = cells[name].str.strip() == ""
            _refuse(cells[name], blank, path, "empty", "Fill in every cell or leave the column out")
            frame[name] = _names(cells[name], path)
    if "family" not in frame:
        frame["family"] = "all"
    if "open_weights" in cells:
        frame["open_weights"] = _booleans(cells["open_weights"], path)
    _check_duplicates(cells, frame, path)
    _refuse(
        cells["price"],
        unit_slips(frame),
        path,
        "so far from the prices around it that its unit must be another one",
        "Give all prices in one unit, such as USD per million tokens",
    )
    ignored = tuple(str(name) for name in cells if name not in COLUMNS)
    return PriceTable(frame, path, sha256, score_scale, ignored)


def _check_columns(cells: pd.DataFrame, path: Path | str) -> None:
    for name in REQUIRED:
        if name not in cells:
            columns_there = ", ".join(repr(printable(str(column), MAX_SHOWN)) for column in cells.columns[:12])
            raise InputError(
                "missing",
                file=path,
                column=name,
                remedy=f"The file has {columns_there}; rename the one that holds the {name}",
            )


def _dates(cells: pd.Series, path: Path | str, today: dt.date) -> pd.Series:
    remedy = "Write the date as YYYY-MM-DD"
    text = cells.str.strip()
    iso = text.str.fullmatch(ISO_MIDNIGHT)
    _refuse(cells, text.str.fullmatch(ISO_MOMENT) & ~iso, path, NOT_A_DAY, remedy)
    _refuse(cells, ~iso, path, "not an ISO date", remedy)
    dates = pd.to_datetime(text.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    _refuse(cells, dates.isna(), path, "not a day of the calendar", remedy)
    _refuse(cells, dates < pd.Timestamp(1900, 1, 1), path, "before 1900", remedy)
    remedy = "Only prices that have been seen belong here; correct the year or drop the row"
    _refuse(cells, dates > pd.Timestamp(today), path, f"in the future (today is {today})", remedy)
    return dates


def _names(cells: pd.Series, path: Path | str) -> pd.Series:
    _refuse(cells, cells.str.len() > MAX_TEXT, path, f"longer than {MAX_TEXT} characters", "Shorten it")
    _refuse(cells, cells.str.contains(UNSAFE), path, "holds control characters", "Remove them")
    return cells.str.normalize("NFC")


def _numbers(cells: pd.Series, path: Path | str) -> pd.Series:
    text = cells.str.strip()
    remedy = "Write a plain number such as 0.25, without currency signs or thousands separators"
    _refuse(cells, text == "", path, "empty", "Fill it in or drop the row")
    _refuse(cells, ~text.str.fullmatch(DECIMAL), path, "not a number", remedy)
    numbers = text.astype(float)
    _refuse(cells, numbers.isin([np.inf, -np.inf]), path, "not a finite number", remedy)
    return numbers


def _scores(cells: pd.Series, path: Path | str, scale: ScoreScale, closed: bool) -> pd.Series:
    scores = _numbers(cells, path)
    extreme = scores.abs() > MAX_SCORE
    _refuse(cells, extreme, path, f"beyond {MAX_SCORE:g}", "Give scores on a scale nearer to one")
    if scale != "raw":
        low, high = SCORE_BOUNDS[scale]
        outside = (scores < low) | (scores > high)
        remedy = "Say how scores are measured with --score-scale fraction, percent or raw"
        _refuse(cells, outside, path, f"outside the {scale} scale, {low:g} to {high:g}", remedy)
        if not closed:
            on_bound = (scores == low) | (scores == high)
            remedy = "Leave the row out: beyond its scale, a score does not measure quality"
            _refuse(cells, on_bound, path, f"on a bound of the {scale} scale, where the logit is infinite", remedy)
    return scores


def _quality(scores: pd.Series, scale: ScoreScale) -> pd.Series:
    if scale == "raw":
        return scores
    return pd.Series(logit(scores.to_numpy() / SCORE_BOUNDS[scale][1]), index=scores.index)


def _booleans(cells: pd.Series, path: Path | str) -> pd.Series:
    text = cells.str.strip().str.lower()
    style = next((style for style in BOOLEAN_STYLES if text.iloc[0] in style), BOOLEAN_STYLES[0])
    words = " or ".join(style)
    remedy = "Use true and false in every row or leave the column out"
    _refuse(cells, ~text.isin(list(style)), path, f"not {words} as in the rest of the column", remedy)
    return text.map(style).astype(bool)


def _check_duplicates(cells: pd.DataFrame, frame: pd.DataFrame, path: Path | str) -> None:
    if {"host", "model"} <= set(frame):
        key = ["date", "model", "host"]
        problem = "a second price of one model at one host on one day"
        _refuse_repeat(frame[key], frame[key], path, problem, "Keep one of the two")
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


def _refuse(cells: pd.Series, bad: pd.Series, path: Path | str, problem: str, remedy: str) -> None:
    """Raise for the first bad cell of a column."""
    rows = np.flatnonzero(bad.to_numpy(dtype=bool))
    if rows.size:
        more = f" ({rows.size} rows are)" if rows.size > 1 else ""
        _raise_cell(cells, int(rows[0]), path, f"{problem}{more}", remedy)


def _raise_cell(cells: pd.Series, row: int, path: Path | str, problem: str, remedy: str) -> NoReturn:
    raise InputError(problem, file=path, row=row + 1, column=str(cells.name), value=cells.iloc[row], remedy=remedy)
