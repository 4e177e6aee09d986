"""Reports of past days: bands without a price, checks without data and tables without rows are said, and nothing crashes."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from costfloor.report import render as rendering
from costfloor.report.document import documents
from costfloor.report.drawings import DRAWINGS
from costfloor.report.figures import prices
from costfloor.report.limits import unpriced
from costfloor.report.study import Study
from costfloor.studies.events import figure as events
from costfloor.studies.events.event_study import event_study, innovation_months
from costfloor.typeset.blocks import table
from costfloor.typeset.style import svg
from costfloor.typeset.tables import Column, tabulate
from past_study import past_panel, past_study
from store import project_store

SEEN_TO_FAIL = ["2023-06-01", "2025-06-30"]
MONTHS = [str(day.date()) for day in pd.date_range("2023-07-01", "2026-01-01", freq="MS")]
NEW_KIND = {
    "2023-11-01": "nothing has come for half a year",
    "2023-12-01": "the first open weights",
    "2024-02-01": "a second source, and fewer quotes kept than not",
    "2024-05-01": "both weights in three bands",
    "2024-07-01": "the most rows for which indexes and checks are worked out here",
    "2024-08-01": "the first with more rows than that",
    "2024-12-01": "every band has a price at its centre",
    "2025-01-01": "both weights in four bands",
    "2025-04-01": "one row of a new band",
    "2025-08-01": "its first price at the centre",
    "2025-12-01": "both weights in every band",
    "2026-01-01": "most rows of all",
}
"""Days on which the panel is of another kind than a month before; others have more rows alone."""
TYPESET = {*SEEN_TO_FAIL, *list(NEW_KIND)[1::3]}
"""Days whose pages are set. The report of any other is written and drawn all the same."""


@pytest.mark.slow
@pytest.mark.parametrize("day", [*SEEN_TO_FAIL, *MONTHS])
def test_a_report_as_of_a_past_day_is_drawn(day: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = past_study(pd.Timestamp(day), tmp_path)
    contents = documents(study)
    written = json.dumps([content["blocks"] for content in contents.values()], ensure_ascii=False)
    assert not re.search(r"\b(nan|NaT|inf|None(?! of))\b", written)
    assert unpriced(study.panel, study.panel["capability"]) in written
    monkeypatch.setattr(rendering, "documents", lambda _: contents)
    if day not in TYPESET:
        monkeypatch.setattr(rendering, "compiled", lambda *_: b"")
    pdf = rendering.render(study, tmp_path, lambda line: None).pdf
    assert pdf.startswith(b"%PDF") == (day in TYPESET)


def test_a_band_without_a_price_at_its_centre_is_named() -> None:
    _, panel = past_panel(pd.Timestamp("2025-06-30"))
    assert unpriced(panel, panel["capability"]) == "No model at or above the centre of GPT-5 has a price yet."
    assert unpriced(panel, panel["capability"] + 100) == ""


def without_centres(study: Study) -> Study:
    """The same where no model reaches the centre of its band."""
    return replace(study, panel=study.panel.assign(band_centre=1000.0))


def test_figures_of_bands_that_nobody_reaches_say_so(study: Study) -> None:
    assert svg(prices.draw, without_centres(study)).startswith(b"<?xml")
    drawn = events.draw(without_centres(study).panel, study.innovations)
    assert "No model at or above the centre of a band has a price." in [text.get_text() for text in drawn.axes[0].texts]


def test_innovations_after_the_last_price_are_not_drawn(study: Study) -> None:
    last = study.panel["date"].max()
    later = {
        kind: [*months, (last + pd.Timedelta(days=400)).to_period("M")] for kind, months in study.innovations.items()
    }
    draw = DRAWINGS["events"].draw
    assert svg(draw, replace(study, innovations=later)) == svg(draw, study)


def test_one_price_gives_no_effect_of_innovations(study: Study) -> None:
    effects = event_study(study.panel.head(1), innovation_months(project_store()))
    assert {(one.events, one.months, one.effect) for one in effects} == {(0, 0, None)}


def test_a_table_without_rows_is_a_sentence() -> None:
    empty = table(tabulate("held_back", "Quotes held back.", [Column("Reason", str), Column("Quotes", str)], []))
    assert empty == {"kind": "text", "see": [], "text": "Nothing to show here yet: quotes held back."}
