"""A table of one's own models: one row per model, with the facts by which it is known."""

import re

from costfloor.sources.measured_values import FIELDS as FACT_FIELDS
from costfloor.sources.measured_values import fact_value
from costfloor.sources.measurements import FactBuilder, Measurements
from costfloor.sources.own_table import Column, place, read_rows, refuse_cell
from costfloor.sources.values import identifier

MODEL_KEY = re.compile(r"[^/\s]+/[^/\s]+")


def _model_key(text: str) -> str:
    key = identifier(text, "model key")
    if not MODEL_KEY.fullmatch(key):
        raise ValueError("not a model key")
    return key


def _of(field: str, remedy: str, *, required: bool = False) -> Column:
    return Column(lambda text: fact_value(field, text), remedy, required)


COLUMNS = {
    "model_key": Column(_model_key, "Write it as creator/slug, such as acme/foo-1"),
    "name": _of("name", "Write the name that its maker gives it", required=True),
    "creator": _of("creator", "Write who made it", required=True),
    "release_date": _of("release_date", "Write a day as YYYY-MM-DD or a month as YYYY-MM", required=True),
    "open_weights": _of("open_weights", "Write true or false", required=True),
    "params_total_b": _of("params_total_b", "Write billions of parameters, or leave it empty"),
    "params_active_b": _of("params_active_b", "Write billions of parameters, or leave it empty"),
    "reasoning": _of("reasoning", "Write true or false, or leave it empty"),
    "license": _of("license", "Shorten it, or leave it empty"),
    "huggingface_url": _of("huggingface_id", "Write https://huggingface.co/owner/name, or leave it empty"),
    "evidence": Column(lambda text: identifier(text, "evidence"), "Shorten it, or leave it empty", required=False),
}
FIELDS = {column: column for column in COLUMNS if column in FACT_FIELDS} | {"huggingface_url": "huggingface_id"}


def read_facts(content: bytes, name: str) -> Measurements:
    """Read a table of models; the id of each is its key.

    Columns `model_key`, `name`, `creator`, `release_date` and `open_weights`; optional `params_total_b`, `params_active_b`, `reasoning`,
    `license`, `huggingface_url`, `evidence`. Others are counted and left out.

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
    table = read_rows(content, name, COLUMNS, ("model_key",))
    builder = FactBuilder(name)
    builder.unknown_fields.update(table.unknown)
    for row, cells in enumerate(table.rows, start=1):
        active, total = cells["params_active_b"], cells["params_total_b"]
        if active is not None and total is not None and float(str(active)) > float(str(total)):
            refuse_cell(name, row, "params_active_b", active, "more than params_total_b", "Correct one of the two")
        for column, field in FIELDS.items():
            builder.add(place(row, cells["evidence"]), cells["model_key"], field, cells[column])
    return builder.build()
