"""What every reader of scores or facts owes, whatever it is given."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
from costfloor.errors import InputError
from costfloor.sources.entries import REJECTED_COLUMNS
from costfloor.sources.measured_values import FIELDS, NUMBERS, SCALES
from costfloor.sources.measurements import FACT_COLUMNS, SCORE_COLUMNS, Measurements

Reader = Callable[[bytes, str], Measurements]


def check(read: Measurements) -> None:
    """Columns, types, bounds and the count identity."""
    rows, rejected = read.rows, read.rejected
    assert tuple(rejected) == REJECTED_COLUMNS
    if tuple(rows) == SCORE_COLUMNS:
        assert rows["scale"].isin(SCALES).all()
        for scale, (low, high) in SCALES.items():
            assert rows.loc[rows["scale"] == scale, "score"].between(low, high).all()
        assert np.isfinite(rows["score"]).all()
        assert not (rows["stderr"] < 0).any()
        kinds = {"score": "float64", "stderr": "float64", "self_reported": "bool", "estimated": "bool"}
    else:
        assert tuple(rows) == FACT_COLUMNS
        assert rows["field"].isin(FIELDS).all()
        for field, (low, high) in NUMBERS.items():
            assert rows.loc[rows["field"] == field, "value"].astype(float).between(low, high).all()
        assert (rows["value"].str.strip() != "").all()
        kinds = {}
    assert {name: str(kind) for name, kind in rows.dtypes.items()} == {name: kinds.get(name, "str") for name in rows}
    assert (rows["model_id"].str.strip() != "").all()
    assert read.rows_read == len(rows) + len(rejected) + sum(read.skipped.values())
    assert min([1, *read.skipped.values(), *read.unknown_fields.values()]) > 0
    # Whatever was in the file, it can be written down.
    pd.concat([rows, rejected]).to_csv().encode()
    json.dumps([read.skipped, read.unknown_fields]).encode()


def read_or_refuse(read: Reader, content: bytes, name: str = "list.json") -> Measurements | None:
    """What a reader makes of anything: sound rows, or an InputError that names the file."""
    try:
        measured = read(content, name)
    except InputError as error:
        assert str(error).startswith(name)
        str(error).encode()
        return None
    check(measured)
    return measured


def scores(read: Measurements) -> list[tuple[object, ...]]:
    """Host, id, variant, benchmark, version, score and scale of each row."""
    columns = ["provider", "model_id", "variant", "benchmark", "benchmark_version", "score", "scale"]
    return list(read.rows[columns].itertuples(index=False, name=None))


def facts(read: Measurements) -> dict[tuple[str, str], dict[str, str]]:
    """Value by field, of each host and id."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in read.rows.itertuples():
        found.setdefault((str(row.provider), str(row.model_id)), {})[str(row.field)] = str(row.value)
    return found
