"""What a price list says of a day, and the columns of a spell that do not depend on what came before and after it."""

from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import is_datetime64_dtype

from costfloor.data.schemas import LONG_ID, QUOTE_COLUMNS
from costfloor.data.vintages import Coverage
from costfloor.sources.snapshot import TIDY_COLUMNS
from costfloor.storage import sha256_bytes

PRICES = ["input_usd_per_mtok", "output_usd_per_mtok"]
SIDE_PRICES = [
    "cache_read_usd_per_mtok",
    "cache_write_usd_per_mtok",
    "batch_input_usd_per_mtok",
    "batch_output_usd_per_mtok",
]
SERIES = ["provider", "model_id", "tier"]
SPELL_COLUMNS = [*QUOTE_COLUMNS, "tier"]
ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, eq=False)
class DatedList:
    """The tidy prices of one vintage.

    Attributes
    ----------
    day
        When the source said so.
    quotes
        Prices that held by then, columns `costfloor.sources.snapshot.TIDY_COLUMNS`; for statements past ones too.
    evidence
        Where it can be seen.
    unreadable
        (provider, model_id) of entries that are listed with a wrong value: they are still there, at a price nobody knows.
    coverage
        What absence from it means.
    announced
        Prices that it says will hold from a later day.
    """

    day: pd.Timestamp
    quotes: pd.DataFrame
    evidence: str
    unreadable: frozenset[tuple[str | None, str]] = frozenset()
    coverage: Coverage = Coverage.WHOLE
    announced: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TIDY_COLUMNS)))


def as_quotes(rows: pd.DataFrame, source: str, *, basis: str) -> pd.DataFrame:
    """The columns of a quote that one entry of a list fills by itself.

    Parameters
    ----------
    rows
        Tidy prices with `day`, `evidence` and, where one name has several prices, `copy`.
    source
        Name of the source.
    basis
        What the dates rest on.
    """
    zero = rows[PRICES].eq(0).any(axis=1)
    return rows[[*SERIES, *PRICES, *SIDE_PRICES, "mode", "note"]].assign(
        quote_id=quote_ids_of(rows, source),
        source=source,
        recorded_on=rows["day"].astype("datetime64[us]"),
        quality_flag=pd.Series("ok", index=rows.index, dtype="str").mask(zero, "zero_price"),
        date_basis=basis,
        date_precision=pd.Series(None, index=rows.index, dtype="str"),
        evidence=rows["evidence"] + ": " + rows["place"],
    )


def quote_ids_of(rows: pd.DataFrame, source: str) -> pd.Series:
    """Names made of what a row says: the digest of its cells as Python writes a tuple of them."""
    cells = rows[[*SERIES, *PRICES, *SIDE_PRICES, "day"]].assign(copy=rows.get("copy", 0))
    tuples = pc.binary_join_element_wise(*(_written(cells[name]) for name in cells), ", ")
    digests = [f"{source}-{sha256_bytes(b'(%b)' % row)[:LONG_ID]}" for row in tuples.cast(pa.binary()).to_pylist()]
    return pd.Series(digests, index=rows.index, dtype="str")


def _written(column: pd.Series) -> pa.Array:
    """The cells as Python writes them, each distinct value written once."""
    code, values = pd.factorize(column, use_na_sentinel=False)
    if is_datetime64_dtype(column):
        values = pd.DatetimeIndex(values).strftime("%Y-%m-%d")
    return pa.array([repr(value) for value in values.tolist()], pa.string()).take(pa.array(code))
