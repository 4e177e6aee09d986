"""Notebooks are stored clean, use public names only, and find the results that come with the project."""

import ast
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import costfloor as cf
import nbformat
import pandas as pd
import pytest
from costfloor.laws import LAWS
from costfloor.report.results import Results

ROOT = Path(__file__).parent.parent
STORED = ROOT / "notebooks" / "stored"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [
    "01_data_tour.ipynb",
    "02_two_laws.ipynb",
    "03_checks_and_verdict.ipynb",
    "04_indexes_and_new_data.ipynb",
    "05_comparison_and_calibration.ipynb",
    "06_reference_class.ipynb",
    "07_mechanisms.ipynb",
    "08_unit_economics.ipynb",
    "09_your_own_prices.ipynb",
]
MAX_STORED_BYTES = 4_000_000

COMPUTING = {"fit", "compare", "load_panel"}
"""What a notebook must not call: they read results. But for the last one, whose prices are a small table of its own."""

LIBRARIES = {"arviz", "dataclasses", "IPython", "ipywidgets", "matplotlib", "numpy", "pandas"}

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def text(path: Path, kind: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == kind)


def test_all_are_there() -> None:
    assert [path.name for path in NOTEBOOKS] == NAMES


@each_notebook
def test_stored_clean(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


def python_blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)


def check_public_names(code: str) -> None:
    """`import costfloor as cf` is all that is taken from the package, and of it the names that it offers."""
    nodes = list(ast.walk(ast.parse(code)))
    whole = [(alias.name, alias.asname) for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    parts = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    assert ("costfloor", "cf") in whole
    assert {name.split(".")[0] for name in (*(name for name, _ in whole), *parts)} <= {"costfloor", *LIBRARIES}
    assert not [name for name in (*(name for name, _ in whole if name != "costfloor"), *parts) if "costfloor" in name]
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    assert not [node.attr for node in attributes if node.attr.startswith("_")]
    of_results = {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "results"}
    assert of_results <= {*dir(Results), *(field.name for field in fields(Results))}
    used = {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "cf"}
    assert used <= set(cf.__all__)


@each_notebook
def test_public_names_only(path: Path) -> None:
    code = text(path, "code")
    check_public_names(code)
    if path.name != NAMES[-1]:
        assert not [name for name in COMPUTING if f"cf.{name}(" in code]


@each_notebook
def test_it_begins_with_what_one_learns_and_ends_with_ones_own_data(path: Path) -> None:
    cells = ["".join(cell["source"]) for cell in read(path)["cells"]]
    assert re.match(r"# .+\n\n\*\*What you learn here\.\*\* ", cells[0])
    *_, last = (cell for cell in cells if cell.startswith("## "))
    assert last.startswith("## With your own data\n\n")


def test_the_readme_uses_public_names_only() -> None:
    blocks = python_blocks()
    assert len(blocks) == 2
    for block in blocks:
        check_public_names(block)


def test_what_the_readme_reads_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(python_blocks()[1], {})


@pytest.mark.slow
def test_the_readme_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dates = pd.date_range("2023-01-15", periods=24, freq="30D").strftime("%Y-%m-%d")
    # With some noise: without any, its scale goes to zero, and sampling takes many minutes.
    prices = [10.0 * 0.93**step * (1.0 + 0.1 * (step % 3)) for step in range(24)]
    # Two families, as in other small tables that are fitted: the law is compiled once for all of them.
    falling = pd.DataFrame({"date": dates, "price": prices, "family": ["a", "b"] * 12})
    falling.assign(score=[0.5 + 0.01 * (step % 7) for step in range(24)]).to_csv(tmp_path / "prices.csv", index=False)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(python_blocks()[0], names)
    assert names["fit"].receipt["n"] == 24
    assert len(names["data"]) > 24


@each_notebook
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", text(path, "markdown"))
    assert not [link for link in links if not (path.parent / link).exists()]


def test_the_stored_results_open_and_are_small() -> None:
    results = cf.open_results(STORED)
    assert set(results.fits) == set(LAWS)
    assert all(fit.receipt["thinned_from"]["fingerprint"] for fit in results.fits.values())
    assert all(fit.receipt["n"] == results.obs.n for fit in results.fits.values())
    assert results.comparison.verdict in {"plateau", "discovery", "inconclusive"}
    assert sum(path.stat().st_size for path in STORED.iterdir()) < MAX_STORED_BYTES
