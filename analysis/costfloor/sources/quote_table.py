"""The project's own table of prices, CSV or Parquet: one row per price, column by column, for up to a million rows."""

from pathlib import PurePosixPath
from typing import NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from costfloor.errors import InputError
from costfloor.sources.entries import MAX_FIELD_NAME, rejected_frame
from costfloor.sources.snapshot import (
    DAY_COLUMNS,
    MODES,
    PRICE_COLUMNS,
    TIDY_COLUMNS,
    Snapshot,
)
from costfloor.sources.table_file import (
    check_unpacked,
    csv_cells,
    parquet_table,
    require_columns,
    require_table,
    text_bytes,
)
from costfloor.sources.values import DECIMAL, FIRST_YEAR, ISO_MIDNIGHT, ISO_MOMENT, LAST_YEAR, MAX_PRICE, NOT_A_DAY, UTC
from costfloor.text import MAX_TEXT, UNSAFE, printable

REQUIRED = ("provider", "model_id", "input_usd_per_mtok", "output_usd_per_mtok")
DAYS = {"valid_from": "date", "valid_to": "valid_to"}
COLUMNS = {"provider", "model_id", "tier", "note", "mode", *PRICE_COLUMNS, *DAYS.values()}
PLAIN_NUMBER = "Write a plain number such as 0.25, without currency signs or thousands separators"


def read(content: bytes, name: str) -> Snapshot:
    """Read a table of prices.

    Columns `provider`, `model_id`, `input_usd_per_mtok` and `output_usd_per_mtok`; optional `date` (ISO, the first day of the price),
    `valid_to`, the prices of cache and batch, `mode`, `tier`, `note`. Others are counted and left out.

    Parameters
    ----------
    content
        Bytes of the file.
    name
        Display name; its suffix, `.csv` or `.parquet`, tells the format.

    Raises
    ------
    InputError
        A fault of the file, or a bad cell: row, column and value are named. Nothing is set aside in `rejected`: the user can mend it.
    """
    names, table = _load(content, name)
    if not table.num_rows:
        raise InputError("has a header but no rows", file=name, remedy="Add at least one price")
    columns = {column: _column(column, table, name) for column in TIDY_COLUMNS}
    quotes = pa.table(columns).to_pandas()
    backward = (quotes["valid_to"] < quotes["valid_from"]).to_numpy()
    if backward.any():
        row = int(backward.argmax())
        value = str(quotes["valid_to"].iloc[row].date())
        remedy = "Correct one of the two days"
        raise InputError("before the first day", file=name, row=row + 1, column="valid_to", value=value, remedy=remedy)
    unknown = {printable(other, MAX_FIELD_NAME): table.num_rows for other in names if other not in COLUMNS}
    return Snapshot(quotes, rejected_frame(), {}, unknown, len(quotes), complete=False)


def _column(column: str, table: pa.Table, file: str) -> pa.Array:
    if column == "place":
        numbers = pc.cast(pa.array(np.arange(1, table.num_rows + 1)), pa.string())
        return pc.binary_join_element_wise(pa.scalar("row"), numbers, " ")
    stated = DAYS.get(column, column)
    try:
        cells = table[stated].combine_chunks() if stated in table.column_names else pa.nulls(table.num_rows)
        checked = _Cells(cells, stated, file)
        if column in PRICE_COLUMNS:
            return checked.prices()
        return checked.days() if column in DAY_COLUMNS else checked.texts()
    except pa.ArrowException as error:
        cause = printable(" ".join(str(error).split()))
        problem = f"cannot be read ({cause})"
        raise InputError(problem, file=file, column=stated, remedy="Write the column again") from error


def _load(content: bytes, name: str) -> tuple[list[str], pa.Table]:
    require_table(content, name)
    if PurePosixPath(name).suffix.lower() == ".parquet":
        names, table = parquet_table(content, name, COLUMNS)
    else:
        cells = csv_cells(content, name)
        names = [str(column) for column in cells]
        table = pa.table({column: pa.array(cells[column], pa.string()) for column in names if column in COLUMNS})
    require_columns(names, REQUIRED, name)
    return names, table


class _Cells:
    """One column and its checks. The first bad cell raises, with its row."""

    def __init__(self, cells: pa.Array, column: str, file: str) -> None:
        self.cells, self.column, self.file = cells, column, file
        repeated = pa.types.is_dictionary(cells.type)
        entries = cells.dictionary if repeated else cells
        kind = entries.type
        self.is_text = any(
            is_kind(kind)
            for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
        )
        if self.is_text:
            self._check_encoding(entries)
            # Before a text that repeats is written out row by row: it may be a long one.
            too_long = pc.greater(pc.utf8_length(entries.cast(pa.large_string())), MAX_TEXT)
            too_long = pc.take(too_long, cells.indices) if repeated else too_long
            self._refuse(too_long, f"longer than {MAX_TEXT} characters", "Shorten it")
            check_unpacked(text_bytes(cells), file)
            self.cells = pc.fill_null(cells.cast(pa.string()), "")

    def texts(self) -> pa.Array:
        """The cells as text, unchanged; an absent mode is `chat`."""
        if not self.is_text:
            self._wrong_type("text")
        if self.column in ("provider", "model_id"):
            blank = pc.equal(pc.utf8_trim_whitespace(self.cells), "")
            self._refuse(blank, "empty", "Fill in every cell")
        self._refuse(pc.match_substring_regex(self.cells, UNSAFE), "holds control characters", "Remove them")
        if self.column != "mode":
            return pc.utf8_normalize(self.cells, form="NFC")
        modes = pc.if_else(pc.equal(self.cells, ""), "chat", self.cells)
        known = pc.is_in(modes, value_set=pa.array(MODES))
        self._refuse(pc.invert(known), "not a mode", f"Use one of {', '.join(MODES)}, or leave it empty")
        return modes

    def prices(self) -> pa.Array:
        """The cells as finite numbers from 0; absent ones only where the column may be."""
        if self.is_text:
            text = pc.utf8_trim_whitespace(self.cells)
            absent = pc.equal(text, "")
            plain = pc.match_substring_regex(text, f"^(?:{DECIMAL.pattern})$")
            self._refuse(pc.invert(pc.or_(plain, absent)), "not a number", PLAIN_NUMBER)
            # Arrow reads no leading plus sign.
            digits = pc.replace_substring_regex(text, r"^\+", "")
            numbers = pc.cast(pc.if_else(absent, None, digits), pa.float64())
        elif self._is_number():
            numbers = pc.cast(self.cells, pa.float64(), safe=False)
            numbers = pc.if_else(pc.is_nan(numbers), None, numbers)
        else:
            self._wrong_type("numbers")
        if self.column in REQUIRED:
            self._refuse(pc.is_null(numbers), "empty", "Fill it in or drop the row")
        self._refuse(pc.is_inf(numbers), "not a finite number", PLAIN_NUMBER)
        self._refuse(pc.less(numbers, 0), "negative", "Leave unknown prices out")
        too_large = pc.greater(numbers, MAX_PRICE)
        self._refuse(
            too_large, f"above {MAX_PRICE:,.0f} USD per million tokens", "Give prices in USD per million tokens"
        )
        # No negative zero, and NaN for what is absent.
        return pc.fill_null(pc.add(numbers, 0.0), np.nan)

    def days(self) -> pa.Array:
        """The cells as midnights, absent ones as null."""
        kind = self.cells.type
        remedy = "Write the date as YYYY-MM-DD"
        if self.is_text:
            text = pc.utf8_trim_whitespace(self.cells)
            absent = pc.equal(text, "")
            iso = pc.or_(pc.match_substring_regex(text, f"^(?:{ISO_MIDNIGHT})$"), absent)
            moment = pc.match_substring_regex(text, f"^(?:{ISO_MOMENT})$")
            self._refuse(pc.and_(moment, pc.invert(iso)), NOT_A_DAY, remedy)
            self._refuse(pc.invert(iso), "not an ISO date", remedy)
            first = pc.utf8_slice_codeunits(text, 0, 10)
            parsed = pd.to_datetime(first.to_pandas(), format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
            days = pa.array(parsed, pa.timestamp("us"), from_pandas=True)
            self._refuse(pc.and_(pc.is_null(days), pc.invert(absent)), "not a day of the calendar", remedy)
        elif pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and (kind.tz is None or kind.tz in UTC)):
            days = pc.cast(self.cells, pa.timestamp("us"), safe=False)
            self._refuse(pc.not_equal(pc.floor_temporal(days, unit="day"), days), "not midnight", remedy)
        elif pa.types.is_timestamp(kind):
            problem = f"holds moments in the time zone {kind.tz}, of which the day depends on where one is"
            raise InputError(problem, file=self.file, column=self.column, remedy="Write days, or midnights in UTC")
        else:
            self._wrong_type("dates")
        years = pc.year(days)
        outside = pc.or_(pc.less(years, FIRST_YEAR), pc.greater(years, LAST_YEAR))
        self._refuse(outside, f"not between {FIRST_YEAR} and {LAST_YEAR}", remedy)
        return days

    def _is_number(self) -> bool:
        kind = self.cells.type
        return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))

    def _check_encoding(self, texts: pa.Array) -> None:
        # Parquet does not promise that text is text.
        try:
            texts.validate(full=True)
        except pa.ArrowInvalid as error:
            raise InputError("not UTF-8 text", file=self.file, column=self.column, remedy="Save it as UTF-8") from error

    def _refuse(self, bad: pa.Array, problem: str, remedy: str) -> None:
        rows = np.flatnonzero(pc.fill_null(bad, False).to_numpy(zero_copy_only=False))
        if rows.size:
            more = f" ({rows.size} rows are)" if rows.size > 1 else ""
            row = int(rows[0])
            value = self.cells[row].as_py()
            raise InputError(
                f"{problem}{more}",
                file=self.file,
                row=row + 1,
                column=self.column,
                value=value if isinstance(value, str | int | float) else str(value),
                remedy=remedy,
            )

    def _wrong_type(self, wanted: str) -> NoReturn:
        problem = f"holds {self.cells.type}, not {wanted}"
        raise InputError(problem, file=self.file, column=self.column, remedy="Write the column again as such")
