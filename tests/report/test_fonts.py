"""Names in any script are drawn, legible or as their numbers, and never stop a report."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst
from costfloor.report.render import TEMPLATE, render
from costfloor.report.study import Study
from costfloor.storage import write_json
from costfloor.typeset.fonts import FOLDER, legible
from costfloor.typeset.style import STYLE, svg
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

NAMES = [
    "智谱",
    "さくら",
    "한국어",
    "Яндекс",
    "عربى",
    "עברית",
    "हिन्दी",
    "ไทย",
    "🤖🇨🇳",
    "e\u0301\u200d",
    "a\x00\x1b\u202e\ufeff",
    "\ud800",
]


def test_what_the_fonts_have_stays() -> None:
    assert legible("Claude é Ωμ Яндекс 15–20 % −3 “x” → ≥") == "Claude é Ωμ Яндекс 15–20 % −3 “x” → ≥"
    assert legible(["智谱 glm", {"a": ("🤖", 1, None)}]) == ["\\u667a\\u8c31 glm", {"a": ["\\U0001f916", 1, None]}]
    assert legible("a\x00b\x1b\u202e\ud800") == "a\\x00b\\x1b\\u202e\\ud800"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typst")


def compiled(folder: Path, text: str) -> bytes:
    blocks: list[dict[str, Any]] = [
        {"kind": "heading", "level": 1, "text": text, "name": ""},
        {"kind": "table", "name": "t", "caption": text, "columns": [text], "align": "l", "rows": [[text]]},
        {"kind": "list", "items": [text]},
    ]
    content = {"title": text, "subtitle": text, "footer": text, "keywords": text, "numbered": False, "blocks": blocks}
    write_json(folder / "report.json", legible(content))
    (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
    return bytes(
        typst.compile(folder / "report.typ", font_paths=[FOLDER], ignore_system_fonts=True, pdf_standards="ua-1")
    )


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_in_any_script_is_set(name: str, folder: Path) -> None:
    assert compiled(folder, f"a {name} b").startswith(b"%PDF")


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=30))
def test_any_text_at_all_is_set(folder: Path, text: str) -> None:
    assert compiled(folder, f"a {text} b").startswith(b"%PDF")


# No table holds half a character: what is drawn comes from Parquet, which is UTF-8.
@pytest.mark.parametrize("name", NAMES[:-1], ids=ascii)
def test_a_name_in_any_script_is_drawn(name: str) -> None:
    def draw(label: str) -> Figure:
        figure = Figure()
        axes = figure.subplots()
        axes.plot([1, 2], label=label)
        axes.set_title(label)
        axes.set_yticks([1.0], [label])
        axes.legend()
        return figure

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert svg(draw, name).startswith(b"<?xml")


def test_a_report_with_a_host_and_a_band_in_other_scripts(study: Study, tmp_path: Path) -> None:
    panel = study.panel.assign(host="智谱", band=study.panel["band"].replace("GPT-4", "通义"))
    quotes = study.quotes.assign(reason=study.quotes["reason"].replace("zero price", "价格为零"))
    rendered = render(replace(study, panel=panel, quotes=quotes), tmp_path, lambda line: None)
    assert rendered.pdf.startswith(b"%PDF")
    assert "\\\\u4ef7\\\\u683c" in (tmp_path / "technical.json").read_text()
    assert STYLE["font.family"] == "DejaVu Sans"
