"""What the tables of Epoch AI share: a CSV file per benchmark, the score in a column of its own, the effort in the model's name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from costfloor.sources.entries import EntryBuilder
from costfloor.sources.measured_values import scale_problem
from costfloor.sources.measurements import FactBuilder, ScoreBuilder
from costfloor.sources.table_file import csv_cells

LICENCE = "CC BY 4.0"

# A budget of thinking tokens is "16K"; `unknown` is an effort that nobody stated. Other endings, as of `Qwen-1_8B`, belong to the name.
EFFORT = re.compile(r"(.+)_(none|minimal|low|medium|high|xhigh|max|thinking|unknown|[0-9]+[Kk])")

CLOSED = ("API access", "Hosted access (no API)", "Unreleased")
UNKNOWN = "Unknown"


@dataclass(frozen=True)
class ScoreColumns:
    """Where one benchmark's table has its score.

    Attributes
    ----------
    score, scale
        The column, and the scale of a plain number in it, a key of `SCALES`. A cell with a percent sign is a percentage in any column.
    stderr
        Column of the standard error, on the same scale.
    measured_on
        Column of the day of the run; the day on which somebody entered the score is none.
    version
        Column of the benchmark's version.
    rebased_on
        First day of runs that cannot be compared with those before; it is their version, where the table states none.
    model
        Column of the model.
    """

    score: str
    scale: str = "fraction"
    stderr: str | None = None
    measured_on: str | None = None
    version: str | None = None
    rebased_on: str | None = None
    model: str = "Model version"


def split_effort(version: str) -> tuple[str, str]:
    """The name of a model and the effort it was run with, empty for the default: `gpt-5.1_medium` is `gpt-5.1`, `medium`."""
    match = EFFORT.fullmatch(version.strip())
    return (match.group(1), match.group(2)) if match else (version.strip(), "")


def last_name(path: str) -> str:
    """The name of a file without the folders above it, which differ with who packed the archive."""
    return PurePosixPath(path).name


def rows_of(
    builder: EntryBuilder, path: str, content: bytes, needed: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table with their places; none, and one rejected entry, when it lacks a needed column.

    Blanks around a cell are dropped, and a row that is the same as one before is skipped.

    Raises
    ------
    InputError
        Not UTF-8, or no CSV file.
    """
    cells = csv_cells(content, f"{builder.file}/{path}", unique=needed)
    missing = [column for column in needed if column not in cells]
    if missing:
        builder.reject(path, "", "", f"has no column '{missing[0]}': has the table changed?", None)
        return
    columns, seen = [str(column) for column in cells], set()
    for number, values in enumerate(cells.itertuples(index=False, name=None), start=1):
        if values in seen:
            builder.skip("row repeated")
            continue
        seen.add(values)
        yield f"{path}, row {number}", dict(zip(columns, (value.strip() for value in values), strict=True))


def read_score_table(builder: ScoreBuilder, path: str, content: bytes, benchmark: str, columns: ScoreColumns) -> None:
    """Add the scores of one benchmark's table.

    Parameters
    ----------
    builder
        Takes them.
    path, content
        Name in the archive, and bytes.
    benchmark
        As the source spells it.
    columns
        Where they stand.
    """
    rows = list(rows_of(builder, path, content, (columns.model, columns.score)))
    problem = scale_problem((row[columns.score] for _, row in rows), columns.scale)
    for place, row in rows:
        cell = row[columns.score]
        model, effort = split_effort(row[columns.model])
        if not model:
            builder.skip("no model version stated")
            continue
        score, scale = _on_scale(cell, columns.scale)
        stderr, stderr_scale = _on_scale(_stated(row, columns.stderr) or "", columns.scale)
        if scale == columns.scale and problem:
            builder.reject(place, "", model, problem, cell)
        elif stderr and stderr_scale != scale:
            builder.reject(place, "", model, "standard error is not on the scale of the score", stderr)
        else:
            builder.add(
                place,
                model,
                benchmark,
                score,
                scale,
                variant=effort,
                benchmark_version=_version(row, columns),
                stderr=stderr,
                measured_on=_stated(row, columns.measured_on),
            )


def add_facts(builder: FactBuilder, place: str, model: str, facts: Mapping[str, object]) -> None:
    """Add what a row states of a model, by the names in `FIELDS`."""
    for field, value in facts.items():
        builder.add(place, model, field, value)


def open_weights(accessibility: str) -> object:
    """Whether the weights are out, of a cell such as "Open weights (restricted use)"; an unknown one is handed on, to be rejected."""
    if accessibility.startswith("Open weights"):
        return True
    if accessibility in CLOSED:
        return False
    return None if accessibility == UNKNOWN else accessibility


def _stated(row: Mapping[str, str], column: str | None) -> str | None:
    # Columns that are not needed came in later years.
    return row.get(column) if column else None


def _version(row: Mapping[str, str], columns: ScoreColumns) -> str | None:
    # Days in ISO style sort as text.
    if columns.rebased_on and (_stated(row, columns.measured_on) or "") >= columns.rebased_on:
        return columns.rebased_on
    return _stated(row, columns.version)


def _on_scale(cell: str, scale: str) -> tuple[str, str]:
    return (cell[:-1].rstrip(), "percent") if cell.endswith("%") else (cell, scale)
