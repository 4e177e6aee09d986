"""The files of numbers: rows equal what is drawn, columns have units in their names, and a package says what each file is."""

import csv
import io
import json
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from costfloor.panel import law_rows
from costfloor.picture import picture_of
from costfloor.places import Places
from costfloor.report.drawings import DRAWINGS, FILES
from costfloor.report.figures import forest, indexes, price_index
from costfloor.report.package import TableFile, package
from costfloor.report.render import RenderResult, as_csv, render
from costfloor.report.study import Study
from costfloor.storage import sha256_bytes
from costfloor.studies.domains import figure as domains
from costfloor.studies.graphs import figure as graphs
from costfloor.studies.registry import recorded_studies
from costfloor.studies.witnesses import figure as witnesses
from costfloor.typeset.style import STYLE
from costfloor.typeset.units import UNITS, unit_of
from fake_study import HOSTILE, make_study

NAME = re.compile(r"[a-z][a-z0-9_]*")
ENDS = (
    forest.LIMITS[0] * 1.03,
    forest.LIMITS[1] / 1.03,
    *forest.LIMITS,
    *(limit + side for limit, side in zip(indexes.RATE_LIMITS, (0.05, -0.05), strict=True)),
    *indexes.RATE_LIMITS,
)
"""Where intervals that go on are cut."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return make_study(tmp_path_factory.mktemp("numbers"))


@pytest.fixture(scope="module")
def rendered(whole: Study, tmp_path_factory: pytest.TempPathFactory) -> RenderResult:
    return render(whole, tmp_path_factory.mktemp("project"), lambda line: None)


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def numbers(frame: pd.DataFrame) -> np.ndarray:
    """Every number in a frame, sorted."""
    found = [frame[name].to_numpy(float) for name in frame if pd.api.types.is_numeric_dtype(frame[name])]
    values = np.concatenate(found) if found else np.empty(0)
    return np.sort(values[np.isfinite(values)])


def near(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which values are among the known ones, to single precision."""
    if not len(known):
        return np.zeros(len(values), bool)
    at = np.clip(np.searchsorted(known, values), 1, len(known) - 1)
    apart = np.minimum(np.abs(values - known[at - 1]), np.abs(values - known[at]))
    return np.asarray(apart <= 1e-6 * np.maximum(1.0, np.abs(values)))


def drawn(name: str, study: Study) -> pd.DataFrame:
    """Coordinates of what is drawn: points and lines on the axes of their data."""
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        figure = DRAWINGS[name].draw(study)
        figure.draw_without_rendering()
    data = picture_of(figure).data
    return data[data["mark"] != "bar"]


@pytest.mark.parametrize("name", DRAWINGS)
def test_what_is_drawn_is_in_the_frame(name: str, whole: Study) -> None:
    frame = DRAWINGS[name].frame(whole)
    marks = drawn(name, whole)
    known = np.unique(np.concatenate([numbers(frame), ENDS]))
    values = [marks[axis] for axis in ("x", "y") if pd.api.types.is_numeric_dtype(marks[axis])]
    inside = np.any([near(value.to_numpy(float), known) for value in values], axis=0) if values else np.array([])
    # Ticks of innovations have a date and a row of their own.
    shown = inside[marks["series"].to_numpy() != ""] if name == "events" else inside
    assert shown.all() or name == "events", marks[~inside].head()
    assert frame.empty == (not len(marks)), "an empty frame is an empty figure"


@pytest.mark.parametrize(
    "name", ["rates_by_year", "price_index", "price_ahead", "answer", "economics", "floor", "channels"]
)
def test_every_row_of_the_frame_is_drawn(name: str, whole: Study) -> None:
    frame, marks = DRAWINGS[name].frame(whole), drawn(name, whole)
    if name == "price_index":
        # Matched models by level, and intervals of levels, are in the file alone.
        frame = frame[(frame["level"] == price_index.ALL) | (frame["method"] == price_index.CONSTANT)][["index_level"]]
    if name == "floor":
        frame = frame[frame["series"] == "prior"]
    on_page = np.sort(np.concatenate([marks["x"].to_numpy(float), marks["y"].to_numpy(float)]))
    counts = {"models", "month_ahead", "year"}
    wanted = numbers(frame[[column for column in frame if column not in counts]])
    assert near(wanted, on_page).mean() > 0.99


def test_an_altered_number_alters_the_figure(whole: Study) -> None:
    first = whole.economics.outlooks[0]
    margins = (*first.margin_path[:1], (0.111111, 0.222222, 0.333333), *first.margin_path[2:])
    outlooks = tuple(
        replace(outlook, margin_path=margins) if outlook is first else outlook for outlook in whole.economics.outlooks
    )
    changed = replace(whole, economics=replace(whole.economics, outlooks=outlooks))
    for study, there in ((whole, False), (changed, first.law in {"plateau", "discovery"})):
        frame = DRAWINGS["economics"].frame(study)
        assert near(np.array([0.222222]), numbers(frame))[0] == there


def test_files_have_the_rows_of_their_frames(rendered: RenderResult, whole: Study) -> None:
    for drawing in DRAWINGS.values():
        frame = drawing.frame(whole)
        name = f"{drawing.file}.csv"
        assert (name in rendered.numbers) == (not frame.empty)
        if not frame.empty:
            assert rendered.numbers[name] == as_csv(frame)
            assert len(table(rendered.numbers[name])) == len(frame)
    assert {f"{name}.csv" for name in FILES.values()} <= set(rendered.numbers)


def test_columns_are_unique_and_have_names_of_small_letters(rendered: RenderResult) -> None:
    for name, content in rendered.numbers.items():
        if name.endswith(".csv"):
            header = next(csv.reader(io.StringIO(content.decode())))
            assert len(set(header)) == len(header), name
            assert all(map(NAME.fullmatch, header)), (name, header)


def test_the_index_is_monthly_by_level_and_method(rendered: RenderResult, whole: Study) -> None:
    rows = table(rendered.numbers["inference_price_index.csv"])
    assert {row["level"] for row in rows} >= {"all", *whole.panel["band"].unique()}
    assert {row["method"] for row in rows} == {"matched", "hedonic"}
    assert all(re.fullmatch(r"\d{4}-\d\d", row["month"]) for row in rows)
    for row in rows:
        low, level, high = (float(row[name]) for name in ("index_level_low", "index_level", "index_level_high"))
        assert low <= level <= high
    index = whole.indexes.constant.monthly
    assert index is not None
    stated = [float(row["index_level"]) for row in rows if (row["level"], row["method"]) == ("all", "hedonic")]
    assert stated == pytest.approx([period.value for period in index.periods], rel=1e-7)


def test_the_forecast_has_every_law_and_month(rendered: RenderResult, whole: Study) -> None:
    rows = table(rendered.numbers["forecast.csv"])
    assert {(row["law"], int(row["month_ahead"])) for row in rows} == {
        (law, month) for law in whole.fits for month in range(25)
    }
    assert rows[0]["date"] == str(whole.obs.last.date())


def test_prices_are_those_that_the_laws_see(rendered: RenderResult, whole: Study) -> None:
    rows = [row for row in table(rendered.numbers["figure_prices.csv"]) if row["part"] == "price"]
    prices = law_rows(whole.panel)
    assert len(rows) == len(prices)
    assert sum(float(row["price_usd_per_mtok"]) for row in rows) == pytest.approx(prices["price"].sum())
    assert HOSTILE in {row["band"] for row in rows}


def test_the_package_says_what_each_file_is(rendered: RenderResult, whole: Study) -> None:
    described = json.loads(rendered.numbers["datapackage.json"])
    assert described["version"] == whole.build.vintage
    assert described["licenses"]
    files = {name: content for name, content in rendered.numbers.items() if name != "datapackage.json"}
    assert {resource["path"] for resource in described["resources"]} == set(files)
    for resource in described["resources"]:
        content = files[resource["path"]]
        assert resource["hash"] == f"sha256:{sha256_bytes(content)}"
        assert resource["bytes"] == len(content)
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == next(csv.reader(io.StringIO(content.decode())))
        assert all(field.get("unit", "") == unit_of(field["name"])[0] for field in fields)
    forecast = next(resource for resource in described["resources"] if resource["path"] == "forecast.csv")
    kinds = {field["name"]: field["type"] for field in forecast["schema"]["fields"]}
    assert (kinds["law"], kinds["month_ahead"], kinds["date"]) == ("string", "number", "date")


def test_an_empty_file_is_described(whole: Study) -> None:
    described = json.loads(package({"t.csv": TableFile("T.", b"a,b_share\n")}, whole.build))
    fields = described["resources"][0]["schema"]["fields"]
    assert fields == [{"name": "a", "type": "string"}, {"name": "b_share", "type": "string", "unit": UNITS["share"]}]


def stored_studies(*names: str) -> Iterator[tuple[str, Any]]:
    """The results of the repository, where they can be read."""
    root = Path(__file__).parents[2]
    stored: dict[str, Any] = dict(recorded_studies(Places(root / "data", root / "reports")))
    for name in names:
        if name in stored:
            yield name, stored[name].result


def test_figures_of_studies_draw_their_frames() -> None:
    figures = {"graphs": graphs, "witnesses": witnesses}
    assert all(figure.frame(None).empty for figure in (*figures.values(), domains))
    for name, study in stored_studies(*figures):
        frame = figures[name].frame(study)
        with mpl.rc_context(STYLE):
            marks = picture_of(figures[name].draw(study)).data
        drawn_rates = np.unique(marks["y"].dropna().to_numpy(float))
        assert near(numbers(frame), drawn_rates).all()
        # The edges of the claim and the line of no change are drawn, too.
        assert near(drawn_rates, np.unique([*numbers(frame), -math.log(0.85), -math.log(0.80), 0.0])).all()
