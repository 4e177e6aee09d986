"""A store is opened once: what is read from it, how often, and that nothing changes it."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import costfloor.capability.measured
import costfloor.report.compute
import pandas as pd
import pytest
from costfloor.build import build
from costfloor.data import known_models
from costfloor.data.decisions import DECISIONS, decide
from costfloor.data.raw import written_table
from costfloor.data.store import open_store
from costfloor.economics.cost_shares import hardware_trends
from costfloor.places import Places
from costfloor.report.compute import run_study
from costfloor.sampling.policy import Sampling
from store import opened, small_store
from test_panel import stand_in_capability

HEAVY = ("fit_laws", "compare", "run_checks", "baselines", "panel_indexes", "entry", "last_forecast")
"""What a report computes from the tables that it has been given."""


class Reads:
    """Counts how often each file below a folder is opened; an audit hook cannot be taken away, so it is switched off."""

    def __init__(self) -> None:
        self.folder: str | None = None
        self.count: Counter[str] = Counter()
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder and event == "open" and isinstance(arguments[0], str | os.PathLike):
            path = os.fspath(arguments[0])
            if path.startswith(self.folder):
                self.count[Path(path).name] += 1


@pytest.fixture(scope="module")
def heard() -> Reads:
    return Reads()


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A small store, built."""
    folder = small_store(tmp_path / "data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        build(opened(folder))
        yield folder


@pytest.mark.parametrize("day", [None, pd.Timestamp("2025-06-30")])
def test_a_report_reads_each_table_once(
    day: pd.Timestamp | None, data: Path, heard: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stored studies with it: what each rests on is held against the same opened store."""
    for name in HEAVY:
        monkeypatch.setattr(costfloor.report.compute, name, lambda *_, **__: ())
    monkeypatch.setattr(costfloor.report.compute, "economics", lambda *given: hardware_trends(given[3]))
    # Built before: a build reads what it is made of, and is another command.
    build(opened(data), day)
    for remembered in (known_models.models_of, known_models.decided_on):
        remembered.cache_clear()
    heard.count.clear()
    monkeypatch.setattr(heard, "folder", str(data))
    study = run_study(open_store(Places(data, data / "reports")), Sampling(), lambda _: None, day)
    heard.folder = None
    assert len(study.panel) > 0
    # Of a past day there are two views, and the studies rest on today's.
    views = 1 if day is None else 2
    tables = {name: count for name, count in heard.count.items() if name.endswith((".csv", ".parquet"))}
    assert {"models.csv", "context_hardware.csv", "context_serving_innovations.csv", "panel.parquet"} <= set(tables)
    assert {name: count for name, count in tables.items() if count > (views if name.endswith(".parquet") else 1)} == {}


def test_what_a_reader_does_to_a_table_stays_with_the_reader(data: Path) -> None:
    store = opened(data)
    models = store.table("models")
    models.loc[:, "creator"] = "nobody"
    models["more"] = 1
    assert "nobody" not in set(store.table("models")["creator"])
    assert "more" not in store.table("models")


def test_a_store_is_what_it_was_when_it_was_opened(data: Path) -> None:
    store = opened(data)
    quotes = build(store).quotes
    kept = quotes.loc[quotes["status"] == "kept", "quote_id"].iloc[0]
    vintage, before = store.raw_vintage, written_table(store, DECISIONS)
    decide(store, quotes, kept, "reject", "Ada", "a promotion")
    assert store.raw_vintage == vintage
    pd.testing.assert_frame_equal(written_table(store, DECISIONS), before)
    again = opened(data)
    assert again.raw_vintage != vintage
    assert written_table(again, DECISIONS)["quote_id"].tolist() == [*before["quote_id"], kept]
