"""The cells of a CSV or Parquet file as text, so that both formats meet the same checks."""

import csv
import io
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from costfloor.errors import InputError
from costfloor.inputs import MAX_BYTES, read_file, utf8
from costfloor.sources.entries import MAX_FIELD_NAME
from costfloor.text import printable

MAX_ROWS = 1_000_000
MAX_COLUMNS = 500
MAX_CELLS = 10_000_000
MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes of all cells of a Parquet file, as text or numbers."""


def read_cells(path: Path) -> tuple[bytes, pd.DataFrame]:
    """Read a CSV (UTF-8, comma-separated, with a header) or Parquet file.

    Parameters
    ----------
    path
        Named `.csv` or `.parquet`, in any case.

    Returns
    -------
    content
        The file's bytes, for its hash.
    cells
        One row per data row, every cell as text, an absent value as "". Blanks around a CSV header name are dropped.

    Raises
    ------
    InputError
        The path is no regular file of a known kind, too large, unreadable, empty or malformed.
    """
    content = read_file(path, content="CSV or Parquet file")
    return content, table_cells(content, path)


def table_cells(content: bytes, path: Path | str) -> pd.DataFrame:
    """The cells of a CSV or Parquet file as text, an absent value as "".

    Parameters
    ----------
    content
        Its bytes.
    path
        Path or display name; its suffix tells the format.

    Raises
    ------
    InputError
        As `read_cells`.
    """
    require_table(content, path)
    reader = {".csv": csv_cells, ".parquet": _parquet_cells}[Path(path).suffix.lower()]
    return reader(content, path)


def require_table(content: bytes, path: Path | str) -> None:
    """Refuse what is not named like a table, or too large or empty."""
    if Path(path).suffix.lower() not in (".csv", ".parquet"):
        raise InputError("not a .csv or .parquet file", file=path, remedy="Save the table as CSV or Parquet")
    if len(content) > MAX_BYTES:
        limit = f"Keep it under {MAX_BYTES // 2**20} MiB"
        raise InputError("too large", file=path, value=f"{len(content)} bytes", remedy=limit)
    if not content:
        raise InputError("is empty", file=path, remedy="Start it with a header row")


def require_columns(names: Collection[str], required: Collection[str], path: Path | str) -> None:
    """Refuse a table without a column that it needs; the message lists those that it has."""
    for column in required:
        if column not in names:
            there = ", ".join(repr(printable(other, MAX_FIELD_NAME)) for other in list(names)[:12])
            raise InputError("missing", file=path, column=column, remedy=f"The file has {there}; add or rename it")


def frame_cells(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The cells of a data frame as text, as those of a file that holds it; its index is left out.

    Parameters
    ----------
    frame
        Columns of dates, numbers and text.
    name
        What it is called in messages.

    Raises
    ------
    InputError
        Without a column, a name twice, or too many rows or columns.
    """
    names = [str(column) for column in frame.columns]
    if not names:
        raise InputError("has no columns", file=name, remedy="Give it at least date, price and score")
    _check_columns(names, name)
    _check_size(len(frame), len(names), name)
    cells = [
        ["" if missing else str(value) for value, missing in zip(frame[column], frame[column].isna(), strict=True)]
        for column in frame
    ]
    return pd.DataFrame(dict(zip(names, cells, strict=True)), dtype=str)


def csv_cells(content: bytes, path: Path | str, unique: Collection[str] | None = None) -> pd.DataFrame:
    """The cells of a CSV file as text.

    Parameters
    ----------
    content
        Its bytes.
    path
        Path or display name, for messages.
    unique
        Names that may stand in the header only once; by default all. Published tables repeat the names of columns that nobody fills in.

    Raises
    ------
    InputError
        Not UTF-8, malformed, without a header, separated by something else than commas, or too many rows or columns.
    """
    rows = csv.reader(io.StringIO(utf8(content, path), newline=""), strict=True)
    table: list[list[str]] = []
    header: list[str] | None = None
    try:
        for fields in rows:
            if not fields:
                continue
            if header is None:
                header = [name.strip() for name in fields]
                _check_separator(header, path)
                _check_columns(header, path, unique)
                continue
            if len(fields) != len(header):
                raise InputError(
                    f"has {len(fields)} fields where the header has {len(header)}",
                    file=path,
                    row=len(table) + 1,
                    value=",".join(fields),
                    remedy="Put quotes around a field that holds a comma",
                )
            table.append(fields)
            _check_size(len(table), len(header), path)
    except csv.Error as error:
        problem = f"not valid CSV ({error})"
        raise InputError(problem, file=path, row=len(table) + 1, remedy="Check the quotes in this row") from error
    if header is None:
        raise InputError("is empty", file=path, remedy="Start it with a header row")
    return pd.DataFrame(table, columns=header, dtype=str)


def parquet_table(
    content: bytes, path: Path | str, columns: Collection[str] | None = None
) -> tuple[list[str], pa.Table]:
    """The names of all columns of a Parquet file, and those asked for; what they would take is looked at first.

    Parameters
    ----------
    content
        Its bytes.
    path
        Path or display name, for messages.
    columns
        Names of the columns to read, as far as the file has them; by default all.

    Raises
    ------
    InputError
        Unreadable, without a column, a name twice, a column of lists or objects, or too many rows, columns or bytes when unpacked.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        names = [str(name) for name in file.schema_arrow.names]
        chosen = [name for name in names if columns is None or name in columns]
        if not names:
            raise InputError("has no columns", file=path, remedy="Write the table again, with a header")
        _check_columns(names, path)
        _check_size(file.metadata.num_rows, len(chosen), path)
        for name in chosen:
            kind = file.schema_arrow.field(name).type
            if pa.types.is_nested(kind):
                problem = f"holds {printable(str(kind), 80)}, not numbers, dates or text"
                raise InputError(problem, file=path, column=name, remedy="Leave the column out, or write it plainly")
        every = (file.schema.column(position) for position in range(len(file.schema)))
        leaves = [leaf for leaf in every if leaf.path in chosen]
        fixed = sum(leaf.length for leaf in leaves if leaf.physical_type == "FIXED_LEN_BYTE_ARRAY")
        groups = (file.metadata.row_group(group) for group in range(file.metadata.num_row_groups))
        stated = sum(group.total_byte_size for group in groups)
        check_unpacked(max(stated, fixed * file.metadata.num_rows), path)
        # A text that repeats stays one text: a small file can unpack to more than the machine holds.
        texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
        file = pq.ParquetFile(io.BytesIO(content), read_dictionary=texts)
        return names, file.read(columns=chosen)
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise _unreadable(error, path) from error


def _parquet_cells(content: bytes, path: Path | str) -> pd.DataFrame:
    names, table = parquet_table(content, path)
    try:
        check_unpacked(sum(text_bytes(chunk) for column in table.itercolumns() for chunk in column.chunks), path)
        return pd.DataFrame({name: pd.Series(_texts(table[name]), dtype=str) for name in names})
    except (pa.ArrowException, ValueError, OverflowError, MemoryError) as error:
        raise _unreadable(error, path) from error


def text_bytes(cells: pa.Array) -> int:
    """Length of the texts of a column when every repeat is written out; zero when there is no dictionary of them."""
    if not pa.types.is_dictionary(cells.type):
        return 0
    lengths = pc.take(pc.binary_length(cells.dictionary), cells.indices)
    return pc.sum(lengths.cast(pa.int64())).as_py() or 0


def check_unpacked(size: int, path: Path | str) -> None:
    """Refuse what would take more memory than a table may."""
    if size > MAX_UNPACKED:
        remedy = f"Leave columns out: at most {MAX_UNPACKED // 2**20} MiB are read"
        raise InputError("too large when unpacked", file=path, value=f"{size} bytes", remedy=remedy)


def _unreadable(error: Exception, path: Path | str) -> InputError:
    remedy = "Write it again, with plain columns of dates, numbers and text"
    cause = printable(" ".join(str(error).split()))
    return InputError(f"not a readable Parquet file ({cause})", file=path, remedy=remedy)


def _texts(column: pa.ChunkedArray) -> list[str]:
    values = column.to_pylist()
    return ["" if value is None else str(value) for value in values]


def _check_size(rows: int, columns: int, path: Path | str) -> None:
    if rows > MAX_ROWS or rows * columns > MAX_CELLS:
        remedy = f"Keep it under {MAX_ROWS:,} rows and {MAX_CELLS:,} cells: one row per price change, not per day"
        raise InputError("too many rows", file=path, value=rows, remedy=remedy)


def _check_separator(header: list[str], path: Path | str) -> None:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        remedy = "Write the table with commas between cells and points, not commas, in numbers (0.25, not 0,25)"
        problem = "separated by something else than commas"
        raise InputError(problem, file=path, value=header[0], remedy=remedy)


def _check_columns(names: list[str], path: Path | str, unique: Collection[str] | None = None) -> None:
    if len(names) > MAX_COLUMNS:
        remedy = f"Keep those that the program reads: at most {MAX_COLUMNS}"
        raise InputError("too many columns", file=path, value=len(names), remedy=remedy)
    for name, count in Counter(names).items():
        if count > 1 and (unique is None or name in unique):
            raise InputError("appears more than once in the header", file=path, column=name, remedy="Keep one of them")
