"""The PDF compiles, is the same twice, says what failed, and takes names as they are."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst
from costfloor.fit.sensitivity import PriorSensitivity
from costfloor.report.document import CHAPTERS, documents
from costfloor.report.drawings import DRAWINGS
from costfloor.report.render import TEMPLATE, RenderResult, render
from costfloor.report.study import Study
from costfloor.typeset.blocks import Block, flat
from costfloor.typeset.fonts import FOLDER
from fake_study import BAD, HOSTILE, made_up, make_comparison, make_fit
from hypothesis import example, given, settings
from hypothesis import strategies as st

MOST_PAGES = 5
"""Of the answer."""


def first_page(study: Study) -> str:
    return json.dumps(CHAPTERS["answer"](study), ensure_ascii=False)


def blocks_of(study: Study) -> list[Block]:
    return [block for written in documents(study).values() for block in flat(written["blocks"])]


@pytest.fixture(scope="module")
def first(folder: Path) -> RenderResult:
    """The study as it is, in a folder of its own."""
    return render(made_up(), folder / "one", lambda line: None)


def test_the_same_study_gives_the_same_bytes(study: Study, first: RenderResult, folder: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    second = render(study, tmp_path / "two", lines.append)
    assert first.pdf.startswith(b"%PDF")
    assert first.technical.startswith(b"%PDF")
    assert (first.pdf, first.technical) == (second.pdf, second.technical)
    assert first.answer == second.answer == (tmp_path / "two" / "rates_by_year.svg").read_bytes()
    assert first.figures == list(DRAWINGS)
    assert first.numbers == second.numbers
    falls = [
        f"fall_{law}_log_rate_per_year_{quantile}"
        for law in ("plateau", "continued_discovery")
        for quantile in ("q05", "q50", "q95")
    ]
    columns = next(csv.reader(io.StringIO(first.numbers["bands.csv"].decode())))
    days = ["first_date", "last_date", "birth_date", "age_years"]
    assert columns == ["band", "centre_index_points", "rows", "models", "hosts", *days, *falls]
    assert pages(folder / "one", "report.json") <= MOST_PAGES
    assert any("prices" in line for line in lines)


def pages(folder: Path, content: str) -> int:
    """How many pages Typst sets."""
    inputs = {"content": content}
    said = typst.query(
        folder / "report.typ", "<pages>", field="value", one=True, ignore_system_fonts=True,
        font_paths=[FOLDER], sys_inputs=inputs,
    )  # fmt: skip
    return int(json.loads(said))


def test_a_fit_of_a_moment_ago_and_the_stored_one_give_the_same_words(study: Study) -> None:
    """A stored receipt has its keys by name."""
    stored = {
        name: replace(fit, receipt=json.loads(json.dumps(fit.receipt, sort_keys=True)))
        for name, fit in study.fits.items()
    }
    assert any(list(fit.receipt["priors"]) != list(stored[name].receipt["priors"]) for name, fit in study.fits.items())
    assert documents(replace(study, fits=stored)) == documents(study)


@pytest.mark.slow
def test_another_result_gives_another_report(study: Study, first: RenderResult, tmp_path: Path) -> None:
    other = replace(study, comparison=make_comparison(verdict="discovery"))
    assert render(other, tmp_path, lambda line: None).pdf != first.pdf


def test_page_one_carries_vintage_and_verdict(study: Study) -> None:
    assert study.build.vintage in documents(study)["report"]["subtitle"]
    assert "Not decided" in first_page(study)
    assert "FAILED" not in first_page(study)


def test_page_one_says_when_the_plateau_is_the_prior(study: Study) -> None:
    dominated = make_comparison(prior_sensitivity=PriorSensitivity("rate_floor", 0.4, 0.01))
    assert "the plateau is your prior" in first_page(replace(study, comparison=dominated)).lower()
    assert "the plateau is your prior" not in first_page(study).lower()


@pytest.mark.slow
def test_a_failed_fit_is_marked(study: Study, tmp_path: Path) -> None:
    fits = {**study.fits, "plateau": make_fit("plateau", study.obs, BAD)}
    failed = replace(study, fits=fits)
    assert "FAILED: “a fall that slows to a floor” could not be computed reliably" in first_page(failed)
    notes = [line for block in blocks_of(failed) if block["kind"] == "note" for line in block["lines"]]
    assert "FAILED: plateau law, R-hat 1.200 of rate_floor." in notes
    tables = [block for block in blocks_of(failed) if block["kind"] == "table"]
    gates = next(block["rows"] for block in tables if block["columns"][0] == "Fit")
    assert [row[1] for row in gates] == [*("FAILED" if law == "plateau" else "passed" for law in fits), "passed"]
    assert render(failed, tmp_path, lambda line: None).pdf.startswith(b"%PDF")


@pytest.mark.slow
def test_nothing_scored_still_renders(study: Study, tmp_path: Path) -> None:
    laws = {
        name: replace(score, elpd=None, se=None, crps=None, coverage90=None)
        for name, score in study.comparison.laws.items()
    }
    unscored = make_comparison(laws=laws, origins=(), elpd_difference=None, elpd_difference_se=None)
    result = render(replace(study, comparison=unscored, checks=()), tmp_path, lambda line: None)
    assert result.pdf.startswith(b"%PDF")


def test_tables_are_rectangular(study: Study) -> None:
    for block in blocks_of(study):
        if block["kind"] == "table":
            assert len(block["align"]) == len(block["columns"])
            assert {len(row) for row in block["rows"]} <= {len(block["columns"])}


def headings(folder: Path, text: str) -> list[Any]:
    """What Typst made of a heading."""
    blocks = [{"kind": "heading", "level": 1, "text": text, "name": ""}]
    (folder / "report.json").write_text(
        json.dumps(
            {"title": text, "subtitle": text, "footer": text, "keywords": text, "numbered": False, "blocks": blocks}
        ),
        encoding="utf-8",
    )
    (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
    said = typst.query(folder / "report.typ", "heading", field="body", ignore_system_fonts=True)
    return [body["text"] for body in json.loads(said)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typst")


@settings(max_examples=25)
@example(HOSTILE)
@example('#panic("x")')
@example("= a\n- b\n/ c: d \\ e ~ -- --- ... 'q' \"q\"")
@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("#*_$@<>`\\[]{}=-+/~'\"&%"), st.characters(exclude_categories=["Cs"])),
        min_size=1,
    )
)
def test_text_is_never_markup(folder: Path, text: str) -> None:
    assert headings(folder, text) == [text]
