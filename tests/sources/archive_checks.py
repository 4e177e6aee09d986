"""What every reader of scores and facts owes, and small files to read."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from costfloor.errors import InputError
from costfloor.sources.entries import REJECTED_COLUMNS
from costfloor.sources.measured_values import FIELDS, SCALES
from costfloor.sources.measurements import FACT_COLUMNS, SCORE_COLUMNS, Measurements

Reader = Callable[[bytes, str], Measurements]


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip file, deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def table(*rows: str) -> str:
    """A CSV file as Epoch AI writes one, with a byte order mark."""
    return "\ufeff" + "\r\n".join(rows) + "\r\n"


def check(measured: Measurements) -> None:
    """Columns, types, bounds and the count identity."""
    rows, rejected = measured.rows, measured.rejected
    assert tuple(rows) in (SCORE_COLUMNS, FACT_COLUMNS)
    assert tuple(rejected) == REJECTED_COLUMNS
    assert len(rows)
    if "score" in rows:
        low, high = (rows["scale"].map(lambda scale, end=end: SCALES[scale][end]) for end in (0, 1))
        assert rows["score"].between(low, high).all()
        assert (rows["stderr"].isna() | (rows["stderr"] >= 0)).all()
        assert not np.isinf(rows["stderr"]).any()
        assert rows["self_reported"].dtype == rows["estimated"].dtype == bool
        assert rows["measured_on"].str.fullmatch(r"|\d{4}-\d\d(-\d\d)?").all()
        assert rows["benchmark"].str.strip().ne("").all()
    else:
        assert rows["field"].isin(FIELDS).all()
        assert rows["value"].str.strip().ne("").all()
        assert not rows.duplicated(["provider", "model_id", "field", "value"]).any()
    assert rows["model_id"].str.strip().ne("").all()
    assert not rows.drop(columns="stderr", errors="ignore").isna().any(axis=None)
    assert measured.rows_read == len(rows) + len(rejected) + sum(measured.skipped.values())
    assert min([1, *measured.skipped.values(), *measured.unknown_fields.values()]) > 0
    # Whatever was in the file, it can be written down.
    pd.concat([rows, rejected]).to_csv().encode()
    json.dumps([measured.skipped, measured.unknown_fields, measured.repeated]).encode()


def read_or_refuse(read: Reader, content: bytes, name: str = "list.zip") -> Measurements | None:
    """What a reader makes of anything: sound measurements, or an InputError that names the file."""
    try:
        measured = read(content, name)
    except InputError as error:
        assert str(error).startswith(name)
        str(error).encode()
        return None
    check(measured)
    return measured


def scores(measured: Measurements) -> list[tuple[object, ...]]:
    """Model, variant, benchmark, score and scale of each."""
    columns = ["model_id", "variant", "benchmark", "score", "scale"]
    return list(measured.rows[columns].itertuples(index=False, name=None))


def facts(measured: Measurements) -> list[tuple[object, ...]]:
    """Model, field and value of each."""
    return list(measured.rows[["model_id", "field", "value"]].itertuples(index=False, name=None))
