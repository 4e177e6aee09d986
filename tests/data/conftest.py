"""Tiny raw tables, and the project's own store built once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from costfloor.data.hosts import Sellers, load_sellers
from costfloor.data.quotes import QuoteTables, build_quotes
from costfloor.data.schemas import QUOTES
from store import compiled_store

PROJECT_DATA = Path(__file__).parents[2] / "data"

QUOTE: dict[str, Any] = {
    "source": "models_dev",
    "provider": "openai",
    "model_id": "gpt-5",
    "event": "first",
    "changed_after": None,
    "recorded_on": "2025-09-01",
    "valid_to": None,
    "input_usd_per_mtok": 1.25,
    "output_usd_per_mtok": 10.0,
    "cache_read_usd_per_mtok": None,
    "cache_write_usd_per_mtok": None,
    "batch_input_usd_per_mtok": None,
    "batch_output_usd_per_mtok": None,
    "mode": "chat",
    "left_censored": False,
    "quality_flag": "ok",
    "end_reason": None,
    "date_basis": "daily history",
    "date_precision": None,
    "evidence": "a page",
    "note": None,
    "tier": None,
}
DATES = ["changed_after", "recorded_on", "valid_to"]
PRICES = [name for name in QUOTE if name.endswith("_per_mtok")]


@pytest.fixture
def quotes() -> Callable[..., pd.DataFrame]:
    """Raw quotes from the fields that matter; the others get plain values."""

    def build(*rows: dict[str, Any]) -> pd.DataFrame:
        frame = pd.DataFrame([QUOTE | row for row in rows])
        frame["quote_id"] = [f"{row.source}-{position:012x}" for position, row in enumerate(frame.itertuples())]
        frame[DATES] = frame[DATES].astype("datetime64[us]")
        frame[PRICES] = frame[PRICES].astype("float64")
        for name in ("provider", "end_reason", "date_precision", "note", "tier"):
            frame[name] = frame[name].astype("str")
        extra = [name for name in frame if name not in QUOTES.columns]
        return frame[[*QUOTES.columns, *extra]]

    return build


@pytest.fixture
def models() -> Callable[..., pd.DataFrame]:
    """Models from (model_key, release_date) pairs; closed weights, name and creator after their key."""

    def build(*rows: tuple[str, str | None]) -> pd.DataFrame:
        frame = pd.DataFrame(rows, columns=["model_key", "release_date"])
        return frame.assign(
            name=frame["model_key"].str.split("/").str[1],
            creator=frame["model_key"].str.split("/").str[0],
            release_date=frame["release_date"].astype("datetime64[us]"),
            open_weights=pd.array([False] * len(frame), dtype="boolean"),
        )

    return build


@pytest.fixture
def aliases() -> Callable[..., pd.DataFrame]:
    """Aliases from (source, spelling, model, basis, valid_from, valid_to) rows."""

    def build(*rows: tuple[str, str, str, str, str | None, str | None]) -> pd.DataFrame:
        names = ["source", "source_name", "model_key", "basis", "valid_from", "valid_to"]
        frame = pd.DataFrame(rows, columns=names).assign(note=None)
        return frame.astype({"valid_from": "datetime64[us]", "valid_to": "datetime64[us]", "note": "str"})

    return build


@pytest.fixture
def no_catalogue() -> pd.DataFrame:
    return pd.DataFrame({"provider": [], "model_id": [], "base_model": []}, dtype="str")


@pytest.fixture(scope="session")
def sellers() -> Sellers:
    """The project's own table of sellers, with no decisions."""
    return load_sellers(compiled_store())


@pytest.fixture(scope="session")
def project_tables() -> QuoteTables:
    return build_quotes(compiled_store())
