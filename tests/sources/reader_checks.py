"""What every reader of price lists owes, whatever it is given."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
from costfloor.errors import InputError
from costfloor.sources.entries import REJECTED_COLUMNS
from costfloor.sources.snapshot import DAY_COLUMNS, MODES, PRICE_COLUMNS, TIDY_COLUMNS, Snapshot
from costfloor.text import clean_text
from hypothesis import strategies as st

Reader = Callable[[bytes, str], Snapshot]


def is_clean(text: str) -> bool:
    """Not blank, and as the rule on text leaves it."""
    try:
        return bool(text.strip()) and clean_text(text, "text") == text
    except ValueError:
        return False


IDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(is_clean)
PRICES = st.floats(0, 1e8, allow_subnormal=False) | st.integers(0, 10**8)

# Names that the readers look for, so that the random documents go deep.
WORDS = (
    "models prices providers cost input output tiers",
    "tier size base start price constraint start_date",
    "start_time end_time tiered_pricing range id vendor mode",
    "litellm_provider input_cost_per_token output_cost_per_token input_mtok output_mtok context_over_200k modalities",
    "experimental modes from_date to_date input_cost_per_token_above_200k_tokens name",
)
NAMES = st.sampled_from([name for line in WORDS for name in line.split()])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["chat", "2024-02-30", "2024-01-01", "0.5", "00:30:00Z", "text", "9" * 5000])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=5),
    max_leaves=25,
)


def check(snapshot: Snapshot) -> None:
    """Columns, types, bounds and the count identity."""
    quotes, rejected = snapshot.quotes, snapshot.rejected
    assert tuple(quotes) == TIDY_COLUMNS
    for name in TIDY_COLUMNS:
        wanted = "float64" if name in PRICE_COLUMNS else "datetime64[us]" if name in DAY_COLUMNS else "str"
        assert str(quotes[name].dtype) == wanted, name
    assert tuple(rejected) == REJECTED_COLUMNS
    assert all(str(kind) == "str" for kind in rejected.dtypes)
    assert len(quotes)
    assert not quotes.drop(columns=[*PRICE_COLUMNS, *DAY_COLUMNS]).isna().any(axis=None)
    prices = quotes[list(PRICE_COLUMNS)].to_numpy()
    assert not np.isinf(prices).any()
    assert not (prices < 0).any()
    assert not (prices > 1e8).any()
    assert quotes[["input_usd_per_mtok", "output_usd_per_mtok"]].notna().all(axis=None)
    assert quotes["mode"].isin(MODES).all()
    assert not (quotes["valid_to"] < quotes["valid_from"]).any()
    assert snapshot.rows_read == len(quotes) + len(rejected) + sum(snapshot.skipped.values())
    assert min([1, *snapshot.skipped.values(), *snapshot.unknown_fields.values()]) > 0
    # Whatever was in the file, it can be written down.
    pd.concat([quotes, rejected]).to_csv().encode()
    json.dumps([snapshot.skipped, snapshot.unknown_fields]).encode()


def read_or_refuse(read: Reader, content: bytes, name: str = "list.json") -> Snapshot | None:
    """What a reader makes of anything: a sound snapshot, or an InputError that names the file."""
    try:
        snapshot = read(content, name)
    except InputError as error:
        assert str(error).startswith(name)
        str(error).encode()
        return None
    check(snapshot)
    return snapshot


def dumps(value: object) -> bytes:
    return json.dumps(value).encode()


def rows(snapshot: Snapshot) -> list[tuple[object, ...]]:
    """Provider, id, tier, input and output price of each quote."""
    columns = ["provider", "model_id", "tier", "input_usd_per_mtok", "output_usd_per_mtok"]
    return list(snapshot.quotes[columns].itertuples(index=False, name=None))
