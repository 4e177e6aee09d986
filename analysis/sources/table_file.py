"""The cells of a CSV or Parquet file as text, so that both formats meet the same checks."""

import csv
import io
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import InputError
from analysis.sources.values import printable

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_UNPACKED = 1024 * 1024 * 1024


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
    reader = {".csv": csv_cells, ".parquet": _parquet_cells}.get(path.suffix.lower())
    try:
        if path.is_dir():
            raise InputError("is a folder", file=path, remedy="Name the CSV or Parquet file inside it")
        if not path.exists():
            raise InputError("does not exist", file=path, remedy="Check the path")
        if reader is None:
            raise InputError("not a .csv or .parquet file", file=path, remedy="Save the table as CSV or Parquet")
        if not path.is_file():
            raise InputError("not a regular file", file=path, remedy="Save the table to a file first")
        if path.stat().st_size > MAX_BYTES:
            limit = f"Keep it under {MAX_BYTES // 2**20} MiB: one row per price change, not per day"
            raise InputError("too large", file=path, value=f"{path.stat().st_size} bytes", remedy=limit)
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", file=path, remedy="Check the path and its permissions") from error
    if not content:
        raise InputError("is empty", file=path, remedy="Start it with a header row")
    return content, reader(content, path)


def csv_cells(content: bytes, path: Path | str) -> pd.DataFrame:
    """The cells of a CSV file as text.

    Parameters
    ----------
    content
        Its bytes.
    path
        Path or display name, for messages.

    Raises
    ------
    InputError
        Not UTF-8, malformed, without a header, or too many rows.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = f"not UTF-8 text (line {line})"
        raise InputError(problem, file=path, value=content[error.start : error.end], remedy="Save as UTF-8") from error
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    table: list[list[str]] = []
    header: list[str] | None = None
    try:
        for fields in rows:
            if not fields:
                continue
            if header is None:
                header = [name.strip() for name in fields]
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
    except csv.Error as error:
        problem = f"not valid CSV ({error})"
        raise InputError(problem, file=path, row=len(table) + 1, remedy="Check the quotes in this row") from error
    if header is None:
        raise InputError("is empty", file=path, remedy="Start it with a header row")
    _check_row_count(len(table), path)
    _check_names(header, path)
    return pd.DataFrame(table, columns=header, dtype=str)


def parquet_table(
    content: bytes, path: Path | str, columns: Collection[str] | None = None
) -> tuple[list[str], pa.Table]:
    """The names of all columns of a Parquet file, and those asked for.

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
        Unreadable, a name twice, too many rows, or too large when unpacked.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        names = [str(name) for name in file.schema_arrow.names]
        _check_row_count(file.metadata.num_rows, path)
        _check_names(names, path)
        size = sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))
        if size > MAX_UNPACKED:
            raise InputError("too large when unpacked", file=path, value=f"{size} bytes", remedy="Leave columns out")
        # A text that repeats stays one text: a small file can unpack to more than the machine holds.
        leaves = (file.schema.column(position) for position in range(len(file.schema)))
        texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY" and leaf.path in names]
        file = pq.ParquetFile(io.BytesIO(content), read_dictionary=texts)
        return names, file.read(columns=[name for name in names if columns is None or name in columns])
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise _unreadable(error, path) from error


def _parquet_cells(content: bytes, path: Path | str) -> pd.DataFrame:
    names, table = parquet_table(content, path)
    try:
        return pd.DataFrame({name: pd.Series(_texts(table[name]), dtype=str) for name in names})
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise _unreadable(error, path) from error


def _unreadable(error: Exception, path: Path | str) -> InputError:
    remedy = "Write it again, with plain columns of dates, numbers and text"
    cause = printable(" ".join(str(error).split()))
    return InputError(f"not a readable Parquet file ({cause})", file=path, remedy=remedy)


def _texts(column: pa.ChunkedArray) -> list[str]:
    values = column.to_pylist()
    return ["" if value is None else str(value) for value in values]


def _check_row_count(rows: int, path: Path | str) -> None:
    if rows > MAX_ROWS:
        remedy = f"Keep it under {MAX_ROWS:,} rows: one row per price change, not per day"
        raise InputError("too many rows", file=path, value=rows, remedy=remedy)


def _check_names(names: list[str], path: Path | str) -> None:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            raise InputError("appears more than once in the header", file=path, column=name, remedy="Keep one of them")
