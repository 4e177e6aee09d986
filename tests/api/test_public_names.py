"""`import costfloor as cf`: its names, what they cost to import, their documentation, and examples that run."""

import ast
import datetime as dt
import doctest
import inspect
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import costfloor as cf
import costfloor.capability.measured
import numpy as np
import pandas as pd
import pytest
from costfloor.checks.result import CheckResult, Checks
from costfloor.economics.study import Economics
from costfloor.fit.quantities import contract_parameters
from costfloor.fit.result import Fit
from costfloor.forecast.compare import Comparison
from costfloor.forecast.score import ScoreReport
from costfloor.indexes.price_index import PriceIndex
from costfloor.picture import Picture
from costfloor.places import Places
from costfloor.report.chapter import Chapter
from costfloor.report.results import Results
from costfloor.report.study import Study
from fake_study import make_last_forecast, make_study
from store import small_store
from test_panel import stand_in_capability

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "analysis" / "costfloor"
CONTRACT = {
    "read_prices", "load_panel", "observe", "LAWS", "Sampling", "fit", "compare", "check", "score", "index", "trend", "economics",
    "open_results", "plot",
}  # fmt: skip
"""What users script against; others may join."""

IMPORT_SECONDS = 0.3
FUNCTIONS = [name for name in cf.__all__ if inspect.isfunction(getattr(cf, name))]
RESULTS = (Checks, CheckResult, Chapter, Comparison, Economics, Fit, Picture, PriceIndex, Results, ScoreReport)
SAMPLING = {"fit", "check", "score"}
"""Names whose examples fit a law."""

BUILDING = {"load_panel"}
"""Names whose examples build the project's panel, which measures capability."""


def run(code: str) -> Any:
    """What a fresh interpreter prints as JSON."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def test_the_names_of_the_contract_are_there() -> None:
    assert set(cf.__all__) >= CONTRACT
    assert dir(cf) == sorted(cf.__all__)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = cf.nothing_of_the_kind  # type: ignore[attr-defined]


def test_type_checkers_see_the_names_that_are_handed_out() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name: f"{node.module.removeprefix('costfloor.')}:{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    assert seen == cf._HOMES
    assert sorted(seen) == sorted(cf.__all__)


def test_import_is_quick_and_loads_no_library() -> None:
    code = """
import json, sys, time
began = time.process_time()
import costfloor
took = time.process_time() - began
print(json.dumps([took, [name for name in ("numpy", "pandas", "matplotlib", "pymc") if name in sys.modules]]))
"""
    took, loaded = run(code)
    assert took <= IMPORT_SECONDS
    assert loaded == []


def test_pymc_waits_until_something_is_fitted() -> None:
    code = """
import json, sys
import costfloor as cf
for name in ("LAWS", "Sampling", "fit", "compare", "check", "score", "index", "trend", "observe", "read_prices", "load_panel"):
    getattr(cf, name)
print(json.dumps([name for name in ("pymc", "pytensor", "nutpie") if name in sys.modules]))
"""
    assert run(code) == []


def test_the_folders_of_the_package_do_not_displace_its_functions() -> None:
    code = """
import json
import costfloor.fit.result, costfloor.economics.scenario
import costfloor as cf
print(json.dumps([callable(cf.fit), callable(cf.economics), cf.fit.__module__]))
"""
    assert run(code) == [True, True, "costfloor.api.fitting"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_is_documented(name: str) -> None:
    function = getattr(cf, name)
    text = inspect.getdoc(function) or ""
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in text, section
    described = text.split("Parameters\n")[1].split("Returns\n")[0]
    lines = re.findall(r"^(\w[\w, ]*)$", described, re.MULTILINE)
    assert {part.strip() for line in lines for part in line.split(",")} == set(inspect.signature(function).parameters)


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: kind.__name__)
def test_results_become_frames_and_say_what_they_are(kind: type) -> None:
    assert callable(kind.to_frame)  # type: ignore[attr-defined]
    assert inspect.getdoc(kind)
    public = [member for name, member in vars(kind).items() if not name.startswith("_") and inspect.isfunction(member)]
    assert all(inspect.getdoc(member) for member in public)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return make_study(tmp_path / "processed")


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """Two dozen prices of two models that fall."""
    days = pd.date_range("2023-01-15", periods=24, freq="30D")
    frame = pd.DataFrame(
        {
            "date": days.strftime("%Y-%m-%d"),
            "price": [10.0 * 0.93**step * (1.0 + 0.1 * (step % 3)) for step in range(24)],
            "score": [round(0.5 + 0.01 * (step % 7), 2) for step in range(24)],
            "model": ["large" if step % 2 else "small" for step in range(24)],
            "context": [8000 * 4 ** (step % 5 % 3) for step in range(24)],
        }
    )
    path = tmp_path / "prices.csv"
    frame.to_csv(path, index=False)
    return path


def examples(name: str) -> list[doctest.DocTest]:
    found = doctest.DocTestFinder(recurse=False).find(getattr(cf, name) if name != "plot" else cf.plot.answer, name)
    return [test for test in found if test.examples]


def run_examples(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A project with data and stored results above, and the table of the examples right here.
    for part in ("data", "notebooks", "reports"):
        (folder / part).symlink_to(ROOT / part)
    monkeypatch.chdir(folder)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    tests = examples(name)
    assert tests
    for test in tests:
        assert runner.run(test).failed == 0


@pytest.mark.parametrize("name", [*(name for name in FUNCTIONS if name not in SAMPLING | BUILDING), "plot"])
def test_examples_run(name: str, prices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_examples(name, prices.parent, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SAMPLING))
def test_examples_that_fit_run(name: str, prices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Of the make of other small tables that are fitted here, which is compiled once.
    pd.read_csv(prices).drop(columns="model").to_csv(prices, index=False)
    monkeypatch.chdir(prices.parent)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in examples(name):
        assert runner.run(test).failed == 0


@pytest.mark.slow
def test_the_example_that_builds_the_panel_runs(prices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_store(prices.parent / "data")
    # Measured in `test_project_panel.py`, which takes a minute.
    monkeypatch.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
    monkeypatch.chdir(prices.parent)
    (test,) = examples("load_panel")
    assert doctest.DocTestRunner().run(test).failed == 0


def exportable(frame: pd.DataFrame) -> bool:
    """Whether a spreadsheet takes every cell: a number, text, a truth value, a day without a zone, or nothing."""
    flat = isinstance(frame.index, pd.RangeIndex) and all(isinstance(column, str) for column in frame.columns)
    zones = [kind for kind in frame.dtypes if getattr(kind, "tz", None) is not None]
    cells = [cell for column in frame for cell in frame[column] if cell is not None]
    kinds = (int, float, str, bool, np.generic, dt.date, type(pd.NaT))
    return flat and not zones and all(isinstance(cell, kinds) for cell in cells)


def test_frames_go_to_spreadsheets_and_papers(prices: Path, study: Study, tmp_path: Path) -> None:
    fit = study.fits["plateau"]
    receipt = {**fit.receipt, "parameters": contract_parameters(fit.reported)}
    fit = replace(fit, receipt=receipt, obs=study.obs)
    frames = [
        fit.summary(),
        fit.forecast(3),
        cf.index("hedonic", prices, frequency="quarter").to_frame(),
        cf.trend("hedonic", prices).to_frame(),
        cf.trend("frontier", prices, threshold=0.5).to_frame(),
        study.comparison.to_frame(),
        cf.priors("plateau"),
        Checks(study.checks).to_frame(),
        study.economics.to_frame(),
        cf.read_prices(prices),
    ]
    for frame in frames:
        assert len(frame)
        assert exportable(frame), frame.dtypes
        assert pd.read_csv(io.StringIO(frame.to_csv(index=False))).shape == frame.shape
        assert "tabular" in frame.to_latex()


def test_a_data_frame_is_checked_as_a_file_is(prices: Path) -> None:
    frame = pd.read_csv(prices)
    from_file, from_frame = cf.observe(prices), cf.observe(frame)
    assert from_frame.data_hash == from_file.data_hash
    assert cf.observe(frame.assign(date=pd.to_datetime(frame["date"]))).data_hash == from_file.data_hash
    assert cf.observe(cf.read_prices(prices)).data_hash == from_file.data_hash
    assert cf.observe(from_file) is from_file
    with pytest.raises(cf.CostfloorError, match=r"the table, row 3, column 'price', value '-1\.0': not above zero"):
        cf.observe(frame.assign(price=[*frame["price"][:2], -1.0, *frame["price"][3:]]))
    with pytest.raises(cf.CostfloorError, match=r"column 'score': missing"):
        cf.index("hedonic", frame.drop(columns="score"))
    with pytest.raises(cf.CostfloorError, match="too few for a law of motion"):
        cf.observe(frame[:5])


def test_quality_that_was_read_in_percent_stays_what_it_was(prices: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(prices)
    path = tmp_path / "percent.csv"
    frame.assign(score=100 * frame["score"]).to_csv(path, index=False)
    percent = cf.read_prices(path, score_scale="percent")
    assert cf.trend("hedonic", percent).rate == pytest.approx(cf.trend("hedonic", prices).rate)
    assert cf.trend("frontier", percent, threshold=52).n == cf.trend("frontier", frame, threshold=0.52).n


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: cf.fit("plato", "prices.csv", folder="."), "Choose from exponential"),
        (lambda: cf.index("laspeyres"), "Choose from matched"),
        (lambda: cf.trend("straight"), "Choose from frontier, hedonic"),  # type: ignore[call-overload]
        (lambda: cf.check([]), "no fit was given"),
        (lambda: cf.economics("no such service", cf.open_results().fits), "no such service"),
        (lambda: cf.compare("prices.csv", horizon=0), "Give 1 or more"),
        (lambda: cf.open_results().chapter("lore"), "Choose from answer"),
    ],
)
def test_a_wrong_call_says_what_would_be_right(
    call: Any, says: str, prices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (prices.parent / "notebooks").symlink_to(ROOT / "notebooks")
    monkeypatch.chdir(prices.parent)
    with pytest.raises(cf.CostfloorError, match=says):
        call()


def test_score_refuses_other_prices_than_the_fitted_ones(prices: Path, study: Study) -> None:
    fit = replace(study.fits["plateau"], obs=study.obs)
    with pytest.raises(cf.CostfloorError, match="is not what the fits were made to"):
        cf.score(prices, fit, prices)
    other = replace(study.fits["discovery"], obs=cf.observe(prices))
    with pytest.raises(cf.CostfloorError, match="the fits are to different prices"):
        cf.check([fit, other])
    with pytest.raises(cf.CostfloorError, match="does not know its observations"):
        cf.check(study.fits["plateau"])


DRAWN = [name for name in cf.plot.__all__ if name != "rank_histograms"]


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_is_drawn_from_stored_results(name: str, results: Results) -> None:
    axes, data = getattr(cf.plot, name)(results)
    assert axes
    assert list(data.columns) == ["panel", "series", "mark", "x", "y"]
    assert len(data)
    assert inspect.getdoc(getattr(cf.plot, name))


def test_a_figure_of_a_study_that_was_not_run_says_so(results: Results, tmp_path: Path) -> None:
    with pytest.raises(cf.CostfloorError, match=r"the study sbc has not been run"):
        cf.plot.ranks(replace(results, places=replace(results.places, reports=tmp_path)))


def test_a_table_of_a_study_has_what_its_records_say(results: Results) -> None:
    ranked = results.table("sbc", "rows")
    rows = results.studies["sbc"].result.rows
    assert list(zip(ranked["law"], ranked["quantity"], ranked["passed"], strict=True)) == [
        (row.law, row.quantity, row.passed) for row in rows
    ]
    assert list(ranked["uniformity.inside"]) == [row.uniformity.inside for row in rows]
    laws = results.studies["graphs"].result.laws
    assert list(results.table("graphs", "laws")["law"]) == [law.law for law in laws]
    gains = results.studies["domains"].result.base.domains
    assert list(results.table("domains", "base.domains")["name"]) == list(gains)
    assert results.table("no_such_study", "rows").empty
    assert results.table("sbc", "no_such_part").empty


@pytest.fixture(scope="module")
def results() -> Results:
    stored = cf.open_results(ROOT / "notebooks" / "stored")
    # Results that were stored before the last forecast was scored are read like any other.
    last_forecast = stored.last_forecast or make_last_forecast()
    return replace(stored, last_forecast=last_forecast, places=Places(ROOT / "data", ROOT / "reports"))
