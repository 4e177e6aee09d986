"""A table of one's own scores: one row per model, benchmark and day."""

from costfloor.sources.measured_values import SCALES, bounded
from costfloor.sources.measurements import Measurements, ScoreBuilder
from costfloor.sources.own_table import Column, flag, place, read_rows, refuse_cell
from costfloor.sources.values import identifier, partial_day


def _scale(text: str) -> str:
    if text not in SCALES:
        raise ValueError("not a scale")
    return text


COLUMNS = {
    "model": Column(lambda text: identifier(text, "model"), "Write the model's key (creator/slug) or a known spelling"),
    "benchmark": Column(lambda text: identifier(text, "benchmark"), "Write the name of the benchmark"),
    "score": Column(lambda text: bounded(text, "score", *SCALES["raw"]), "Write a plain number such as 0.25"),
    "scale": Column(_scale, f"Use one of {', '.join(SCALES)}"),
    "measured_on": Column(lambda text: partial_day(text, "day"), "Write a day as YYYY-MM-DD or a month as YYYY-MM"),
    "variant": Column(lambda text: identifier(text, "variant"), "Shorten it, or leave it empty", required=False),
    "benchmark_version": Column(
        lambda text: identifier(text, "benchmark version"), "Shorten it, or leave it empty", required=False
    ),
    "stderr": Column(
        lambda text: bounded(text, "standard error", 0.0, SCALES["raw"][1]),
        "Write a plain number on the scale of the score, or leave it empty",
        required=False,
    ),
    "self_reported": Column(flag, "Write true or false, or leave it empty", required=False),
    "evidence": Column(lambda text: identifier(text, "evidence"), "Shorten it, or leave it empty", required=False),
}
KEY = ("model", "variant", "benchmark", "benchmark_version", "measured_on")


def read_scores(content: bytes, name: str) -> Measurements:
    """Read a table of scores.

    Columns `model`, `benchmark`, `score`, `scale` and `measured_on`; optional `variant`, `benchmark_version`, `stderr`, `self_reported`,
    `evidence`. Others are counted and left out.

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
    table = read_rows(content, name, COLUMNS, KEY)
    builder = ScoreBuilder(name)
    builder.unknown_fields.update(table.unknown)
    for row, cells in enumerate(table.rows, start=1):
        scale = str(cells["scale"])
        low, high = SCALES[scale]
        for column, least, greatest in (("score", low, high), ("stderr", 0.0, high)):
            if cells[column] is None:
                continue
            try:
                bounded(cells[column], column, least, greatest)
            except ValueError as error:
                refuse_cell(name, row, column, cells[column], str(error), f"Is it a {scale}? Check the column scale")
        builder.add(
            place(row, cells["evidence"]),
            cells["model"],
            cells["benchmark"],
            cells["score"],
            scale,
            variant=cells["variant"],
            benchmark_version=cells["benchmark_version"],
            stderr=cells["stderr"],
            self_reported=cells["self_reported"] is True,
            measured_on=cells["measured_on"],
        )
    return builder.build()
