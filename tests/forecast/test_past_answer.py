"""What was to be concluded on a past day goes into the ledger, and nothing else is touched."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from costfloor.errors import LockedError
from costfloor.fit.quantities import HEADLINE_RATES
from costfloor.forecast import past_answer as module
from costfloor.forecast.compare import LawScore
from costfloor.forecast.ledger import add_entry, read_ledger
from costfloor.forecast.past_answer import past_answer
from costfloor.laws import LAWS
from costfloor.sampling.policy import Sampling
from costfloor.storage import data_lock
from fake_study import made_up, make_comparison, make_entry
from store import bare_store

DAY = pd.Timestamp("2026-06-30")


class View:
    """A build of that day with the rows of the fake study."""

    def __init__(self, vintage: str) -> None:
        self.report = type("Report", (), {"vintage": vintage, "hindsight": None})


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[pd.Timestamp]:
    """Days of the views that are built; fits and comparison are made up, that of the plateau law is stored."""
    days: list[pd.Timestamp] = []
    rates = {name: {"q05": 0.5, "q50": 1.0, "q95": 1.5} for name in HEADLINE_RATES}
    fits = {name: replace(fit, receipt={**fit.receipt, "parameters": rates}) for name, fit in made_up().fits.items()}

    def built(_: Any, day: pd.Timestamp, __: Any) -> View:
        days.append(day)
        return View(f"v@{day.date()}")

    scores = {name: LawScore(-100.0, 5.0, 0.5, 0.9, 0.5 if name == "plateau" else 0.1, (0.0, 0.5)) for name in LAWS}
    monkeypatch.setattr(module, "build", built)
    monkeypatch.setattr(module, "panel_observations", lambda _: made_up().obs)
    monkeypatch.setattr(module, "stored_fit", lambda law, *_: fits[law.name] if law.name == "plateau" else None)
    monkeypatch.setattr(module, "fit_law", lambda law, *_: fits[law.name])
    monkeypatch.setattr(module, "compare", lambda *_, **__: make_comparison(laws=scores, verdict="discovery"))
    return days


def test_a_line_of_that_day_is_added_once(computed: list[pd.Timestamp], tmp_path: Path) -> None:
    store = bare_store(tmp_path)
    add_entry(store.places.ledger, make_entry("a"))
    add_entry(store.places.ledger, make_entry("a@2025-12-31", as_of="2025-12-31"))
    report, _ = (past_answer(store, DAY, Sampling(), lambda _: None) for _ in range(2))
    assert computed == [DAY, DAY]
    *_, line = entries = read_ledger(store.places.ledger)
    assert [entry.as_of for entry in entries] == [None, "2025-12-31", "2026-06-30"]
    assert (line.vintage, line.verdict, line.last) == ("v@2026-06-30", "discovery", str(made_up().obs.last.date()))
    assert line.weights["plateau"] == 0.5
    assert set(line.answers) == {"1", "2", "5", "6"}
    assert line.quantities["discovery"]["rate_now"] == [0.5, 1.0, 1.5]
    assert (report.vintage_before, report.vintage_after) == ("a@2025-12-31", "v@2026-06-30")
    assert (report.verdict_before, report.verdict_after) == ("inconclusive", "discovery")
    assert {name: update.method for name, update in report.laws.items()} == {
        name: "unchanged" if name == "plateau" else "sampled" for name in LAWS
    }
    assert not (store.places.refit / "state.json").exists()


def test_the_first_past_day_has_none_before(computed: list[pd.Timestamp], tmp_path: Path) -> None:
    report = past_answer(bare_store(tmp_path), DAY, Sampling(), lambda _: None)
    assert computed == [DAY]
    assert (report.vintage_before, report.verdict_before, report.rows_new, report.score) == (None, None, None, None)


def test_not_beside_another_study(tmp_path: Path) -> None:
    store = bare_store(tmp_path)
    with data_lock(store.places.refit), pytest.raises(LockedError, match="in use by process"):
        past_answer(store, DAY, Sampling(), lambda _: None)
