"""The page as text: what is in it, what cannot be, and that its numbers are those of the results."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.page import make
from costfloor.page.charts import law_series
from costfloor.page.document import DARK, SHAPES
from costfloor.page.figure import Choice
from costfloor.page.make import MAX_BYTES, make_page, page_of
from costfloor.report.results import Results
from costfloor.sampling.policy import Sampling
from fake_study import make_entry, make_fit
from stored_page import SCRIPT, made_up_ledger, made_up_results


def silent(line: str) -> None:
    """Nobody reads progress."""


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(made_up_results(), Sampling.seed, silent)


class Reader(HTMLParser):
    """Tags with their attributes, text of scripts by id, and ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str | None, str] = {}
        self._script: str | None = None
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self._script, self._inside = dict(attrs).get("id"), True

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data


def content(page: str) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(Reader(page).scripts["data"]))


def tables(page: str) -> dict[str, pd.DataFrame]:
    """Every table of the page as a browser would download it."""
    known = [table for figure in content(page)["figures"] for table in figure["tables"]]
    return {table["name"]: pd.read_csv(StringIO(table["csv"])) for table in known}


def test_one_file_within_its_size_and_no_address(page: str) -> None:
    assert len(page.encode()) < MAX_BYTES
    attributes = [value for _, attrs in Reader(page).tags for name, value in attrs.items() if name in {"src", "href"}]
    assert all(value is not None and value.startswith(("#", "data:")) for value in attributes)
    assert "connect-src 'none'" in page
    assert not re.search(r"url\(|@import", page)


def test_the_same_results_give_the_same_bytes(page: str) -> None:
    assert page_of(made_up_results(), Sampling.seed, silent) == page


def test_names_are_data(page: str) -> None:
    assert SCRIPT not in page
    reader = Reader(page)
    assert [tag for tag, _ in reader.tags].count("script") == 3
    assert "img" not in [tag for tag, _ in reader.tags]
    assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on")]
    assert tables(page)["prices"]["model"].str.startswith(SCRIPT).any()
    # A band of the made-up panel is named in markup, too; it stands in the legend.
    assert "z&lt;a&gt;" in page


def test_every_control_has_a_name_and_every_figure_a_table_and_a_download(page: str) -> None:
    reader = Reader(page)
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for chart in (attrs for tag, attrs in reader.tags if attrs.get("class") == "chart"):
        assert chart["role"] == "img"
        assert chart["aria-label"]
    names = {table["name"] for figure in content(page)["figures"] for table in figure["tables"]}
    assert names == {attrs["data-csv"] for _, attrs in reader.tags if "data-csv" in attrs}
    assert names == {attrs["data-table"] for _, attrs in reader.tags if "data-table" in attrs}
    for figure in content(page)["figures"]:
        assert not figure["charts"] or figure["tables"]


def test_numbers_are_those_of_the_results(page: str) -> None:
    results, drawn = made_up_results(), tables(page)
    plateau = drawn["rates_by_law"].query("law == 'plateau' and view == 'now'").iloc[0]
    rate = results.fits["plateau"].receipt["parameters"]["rate_now"]
    assert [plateau[name] for name in ("q05", "q50", "q95")] == [rate[name] for name in ("q05", "q50", "q95")]
    ahead = results.fits["discovery"].forecast(24)
    of_law = drawn["forecast"].query("law == 'continued discovery' and part == 'forecast'")
    np.testing.assert_allclose(of_law[["q05", "q50", "q95"]], ahead[["q05", "q50", "q95"]], rtol=1e-12)
    asked = results.comparison.questions.to_frame()
    key = ["question", "probability"]
    np.testing.assert_array_equal(drawn["questions_by_law"].sort_values(key)[key], asked.sort_values(key)[key])
    hedonic = next(index for index in results.indexes.shown if index.title == "Time-dummy hedonic, new prices")
    assert hedonic.monthly is not None
    level = drawn["index_levels"].query("index == @hedonic.title")
    np.testing.assert_array_equal(level["value"], [row.value for row in hedonic.monthly.periods])
    assert len(drawn["prices"]) == results.obs.n
    assert len(drawn["verdicts_by_vintage"]) == len(results.history) + len(results.past_days)


def test_the_answers_stand_by_vintage(page: str) -> None:
    answers = tables(page)["answers_by_vintage"].set_index("vintage")
    asked = [f"question_{number}" for number in range(1, 7)]
    assert (answers.loc["a", asked] == "not recorded").all()
    assert answers.loc["b", asked].tolist() == [
        "not decided (1 % to 96 %)", "not decided (1 % to 96 %)", "not recorded", "not recorded",
        "not decided (1 % to 96 %)", "a table",
    ]  # fmt: skip
    assert answers.loc["c", ["question_1", "question_3"]].tolist() == ["yes (99 %)", "not recorded"]
    assert answers.loc["c", "question_4"] == "no (0 % to 4 %)"


def test_probabilities_by_vintage_are_those_of_the_ledger(page: str) -> None:
    rows = tables(page)["answer_probabilities_by_vintage"]
    assert set(rows["vintage"]) == {"b", "c"}
    by_law = rows[rows["asked"].eq("1")].set_index(["vintage", "law"])
    assert by_law.loc[("b", "plateau"), "probability"] == 0.96
    assert by_law["has_say"].drop(("c", "plateau")).eq("yes").all()
    assert by_law.loc[("c", "plateau"), "has_say"] == "no"
    late = rows[rows["question"].eq(6) & rows["vintage"].eq("b") & rows["law"].eq("plateau")]
    assert late["asked"].tolist() == ["6, in 1 year", "6, in 3 years", "6, in 5 years", "6, in 10 years"]
    assert late["probability"].tolist() == [0.96, 0.96, 0.96, 0.97]


@pytest.mark.parametrize(("lines", "words"), [(1, "no line has any so far"), (2, "1 line has any so far")])
def test_answers_are_drawn_once_two_vintages_have_them(lines: int, words: str) -> None:
    results = cast("Results", replace(cast("Any", made_up_results()), history=made_up_ledger()[:lines], past_days=()))
    figure = make.answers.by_vintage(results)
    assert words in figure.paragraphs[0]
    assert (dict(figure.charts), figure.controls) == ({}, ())
    whole = make.answers.by_vintage(made_up_results())
    (choice,) = whole.controls
    assert list(whole.charts) == [""]
    assert isinstance(choice, Choice)
    assert list(choice.options)[:3] == ["1", "2", "4"]


def test_a_past_day_that_was_asked_about_later_stands_where_its_prices_end() -> None:
    now = replace(make_entry("now"), last="2026-04-30")
    days = [replace(make_entry(day), last=day, as_of=day) for day in ("2025-12-31", "2026-03-31")]
    results = cast("Results", replace(cast("Any", made_up_results()), history=(now,), past_days=tuple(days)))
    for figure in (make.vintages.moved(results), make.answers.by_vintage(results)):
        for table in figure.tables:
            if "line" in table.frame and len(table.frame):
                names = list(dict.fromkeys(table.frame["line"]))
                assert names == ["1: 2025-12-31", "2: 2026-03-31", "3: 2026-04-30"]


def test_what_was_not_run_is_said(page: str) -> None:
    assert "costfloor calibrate graphs" in page
    results = cast("Results", replace(cast("Any", made_up_results()), last_forecast=None, history=(), past_days=()))
    assert not make.forecasts.last_one(results).charts
    for draw in (make.vintages.moved, make.answers.by_vintage):
        assert "no line yet" in draw(results).paragraphs[0]


def test_a_missed_gate_is_told_at_once() -> None:
    results = made_up_results()
    missed = make_fit("plateau", results.obs, {**results.fits["plateau"].receipt["diagnostics"], "passed": False})
    with_missed = cast("Results", replace(cast("Any", results), fits={**results.fits, "plateau": missed}))
    assert any("The fits of plateau missed a gate" in line for line in make._lead(with_missed))


def test_series_are_told_apart_in_grey() -> None:
    series = law_series(made_up_results().fits)
    assert len({entry.dash for entry in series}) == len({entry.shape for entry in series}) == len(series)
    assert {entry.shape for entry in series} <= set(SHAPES)
    assert {entry.colour for entry in series} <= set(DARK)


def test_a_page_that_is_too_large_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "page_of", lambda *_: "x" * (MAX_BYTES + 1))
    with pytest.raises(InputError, match="1,500,001 bytes"):
        make_page(made_up_results(), tmp_path / "explorer.html", Sampling.seed, silent)
    assert not list(tmp_path.iterdir())
