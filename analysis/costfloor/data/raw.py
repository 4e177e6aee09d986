"""Raw tables from bytes: every table is checked against its schema before anyone sees a row."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from costfloor.data.fields import dtype
from costfloor.data.schemas import CORRECTED, RAW_SCHEMAS
from costfloor.data.store import DATAPACKAGE, Store
from costfloor.errors import InputError, IntegrityError
from costfloor.inputs import read_file
from costfloor.sources.table_file import csv_cells
from costfloor.storage import sha256_bytes
from costfloor.text import MAX_TEXT, UNSAFE


def read_table(store: Store, name: str) -> pd.DataFrame:
    """Read a raw table from its file: see `costfloor.data.store.Store.table`, which keeps it."""
    path = store.places.raw / f"{name}.csv"
    if path.name not in store.hashes:
        raise InputError(f"lists no file {path.name}", file=path.with_name(DATAPACKAGE))
    content = read_file(path, content="table")
    if sha256_bytes(content) != store.hashes[path.name]:
        raise IntegrityError(
            f"{path}: content does not match the hash in {DATAPACKAGE}. Restore the file, or bring new rows in with "
            "'costfloor ingest'"
        )
    schema = RAW_SCHEMAS[name]
    frame = parse_table(content, schema, path)
    if name in CORRECTED:
        frame = validated(_corrected(frame, name, store.table("corrections"), path), schema, path)
    for column, parent in (schema.metadata or {}).get("references", {}).items():
        check_references(frame, store.table(parent), column, path)
    return frame


def written_table(store: Store, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """A table that people write, by its schema, whose name is that of its file; empty without the file."""
    name = f"{schema.name}.csv"
    if name not in store.by_hand:
        return pd.DataFrame({column: pd.Series([], dtype=dtype(kind)) for column, kind in schema.columns.items()})
    return parse_table(store.by_hand[name], schema, store.places.raw / name)


def parse_table(content: bytes, schema: pa.DataFrameSchema, path: Path) -> pd.DataFrame:
    """CSV bytes as a typed frame that obeys a schema; raises InputError with the place of the first violation.

    The same bytes are the same table wherever they lie: a process that opens a store before and after it writes parses once what stays.
    """
    return _parsed(_Written(id(schema), sha256_bytes(content), content, schema, path)).copy(deep=False)


@dataclass(frozen=True)
class _Written:
    """A table as bytes; equal ones are the same table."""

    kind: int
    sha256: str
    content: bytes = field(compare=False, repr=False)
    schema: pa.DataFrameSchema = field(compare=False, repr=False)
    path: Path = field(compare=False)


@lru_cache(maxsize=48)
def _parsed(written: _Written) -> pd.DataFrame:
    schema, path = written.schema, written.path
    cells = csv_cells(written.content, path).replace({"": None})
    expected = list(schema.columns)
    if list(cells.columns) != expected:
        odd = [name for name in cells.columns if name not in expected] or [
            n for n in expected if n not in cells.columns
        ]
        raise InputError(
            "columns are not those of the table",
            file=path,
            value=", ".join(odd),
            remedy=f"Expected {', '.join(expected)}",
        )
    typed = {name: _typed(cells[name], column, path) for name, column in schema.columns.items()}
    return validated(pd.DataFrame(typed, index=cells.index), schema, path)


def validated(frame: pd.DataFrame, schema: pa.DataFrameSchema, path: Path) -> pd.DataFrame:
    """The frame itself if it obeys the schema; otherwise InputError with file, row, column and value."""
    try:
        return schema.validate(frame.reset_index(drop=True), lazy=True)
    except pa.errors.SchemaErrors as error:
        case = error.failure_cases.iloc[0]
    row = None if pd.isna(case["index"]) else int(case["index"]) + 1
    check = str(case["check"])
    problem = {"not_nullable": "is empty", "field_uniqueness": "is not unique"}.get(check, check)
    if check.startswith("multiple_fields_uniqueness"):
        problem = f"repeats the key {', '.join(schema.unique or [])}"
    raise InputError(problem, file=path, row=row, column=case["column"], value=case["failure_case"])


def with_rows(table: pd.DataFrame, rows: list[dict[str, Any]], schema: pa.DataFrameSchema) -> pd.DataFrame:
    """A table with further rows at its end, which may leave cells empty; of a key that is there twice the first row stays."""
    if not rows:
        return table
    columns = list(schema.columns)
    further = pd.DataFrame(rows, columns=columns).astype({name: dtype(kind) for name, kind in schema.columns.items()})
    joined = pd.concat([table.astype(further.dtypes), further], ignore_index=True)
    return validated(joined.drop_duplicates(schema.unique), schema, Path(str(schema.name)))


def check_references(child: pd.DataFrame, parent: pd.DataFrame, column: str, file: Path | str) -> None:
    """Every value of a column exists in the parent table; raises InputError at the first that does not.

    Parameters
    ----------
    child, parent
        Tables that share `column`, for instance aliases and models.
    column
        The shared column, for instance `model_key`.
    file
        File of the child, for the message.
    """
    orphans = child.index[~child[column].isin(parent[column])]
    if len(orphans):
        row = child.index.get_loc(orphans[0])
        assert isinstance(row, int)
        value = str(child[column].iloc[row])
        nearest = get_close_matches(value[:100], parent[column].astype(str).tolist(), n=1, cutoff=0.0)
        raise InputError(
            "names a row that does not exist",
            file=file,
            row=row + 1,
            column=column,
            value=value,
            remedy=f"The nearest is {nearest[0]!r}" if nearest else None,
        )


def _corrected(frame: pd.DataFrame, table: str, corrections: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The table with the cells that `corrections.csv` puts right; the file itself stays as it came."""
    schema = RAW_SCHEMAS[table]
    (key,) = (schema.metadata or {})["key"]
    frame = frame.copy()
    listed, where = corrections.astype(object).to_dict("records"), path.with_name("corrections.csv")
    for number, row in enumerate(listed, start=1):
        if row["table"] != table:
            continue
        name = str(row["column"])
        if name not in schema.columns:
            raise InputError(f"is no column of {table}", file=where, row=number, column="column", value=name)
        was, correct = _typed(pd.Series([row["was"], row["correct"]]), schema.columns[name], where)
        cell = frame[key].eq(row["row"])
        if frame.loc[cell, name].tolist() != [was]:
            raise InputError(
                f"is not what {path.name} says there, for {row['row']}",
                file=where,
                row=number,
                column="was",
                value=row["was"],
                remedy="A correction names the cell as it stands in the file",
            )
        frame.loc[cell, name] = correct
    return frame


def _typed(cells: pd.Series, column: pa.Column, path: Path) -> pd.Series:
    kind = (column.metadata or {})["kind"]
    if kind == "string":
        # A quoted cell of a table that people edit may run over several lines; it is one text.
        cells = cells.str.replace(r"[ \t]*[\t\r\n]+[ \t]*", " ", regex=True)
        _require_clean(cells.dropna(), path)
        return cells.str.normalize("NFC")
    filled = cells.dropna()
    if kind == "date":
        values = pd.to_datetime(filled, format="%Y-%m-%d", errors="coerce")
        expectation = "a date such as 2025-01-31"
    elif kind == "boolean":
        values = filled.map({"true": True, "false": False})
        expectation = "true or false"
    else:
        values = pd.to_numeric(filled, errors="coerce")
        expectation = "a number"
    wrong = values.index[values.isna()]
    if len(wrong):
        label = int(wrong[0])
        raise InputError(f"is not {expectation}", file=path, row=label + 1, column=column.name, value=cells[label])
    values = values.reindex(cells.index)
    # A missing value where none may be stays missing, for the schema to name its place.
    return values if values.isna().any() and kind != "date" and not column.nullable else values.astype(dtype(column))


def _require_clean(texts: pd.Series, path: Path) -> None:
    """Refuse a table with a text that breaks the rule of `costfloor.text`."""
    for broken, problem in (
        (texts.str.len().gt(MAX_TEXT), f"is longer than {MAX_TEXT} characters"),
        (texts.str.contains(UNSAFE), "holds control characters"),
    ):
        if broken.any():
            label = texts.index[int(broken.to_numpy().argmax())]
            raise InputError(
                problem, file=path, row=int(label) + 1, column=str(texts.name), value=texts[label],
                remedy="Write it in plain words",
            )  # fmt: skip
