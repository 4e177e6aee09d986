"""Notebooks are stored clean, use public names only, and find the results that come with the project."""

import ast
import importlib
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from costfloor.laws import LAWS
from costfloor.report.stored import open_results

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
]
MAX_STORED_BYTES = 4_000_000

COMPUTING = {"fit_law", "run_study", "sample", "compare", "build", "make_report"}
"""What a notebook must not import: they read results."""

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


@each_notebook
def test_public_names_only(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(text(path, "code"))))
    imported = [
        (node.module or "", alias.name) for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    attributes = [node.attr for node in nodes if isinstance(node, ast.Attribute)]
    parts = [part for module, item in imported for part in (*module.split("."), item)]
    assert not [part for part in (*parts, *attributes) if part.startswith("_")]
    assert not COMPUTING & {item for _, item in imported}
    from_project = [(module, item) for module, item in imported if module.startswith("costfloor")]
    assert from_project
    for module, item in from_project:
        assert hasattr(importlib.import_module(module), item) or importlib.import_module(f"{module}.{item}")


@each_notebook
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", text(path, "markdown"))
    assert not [link for link in links if not (path.parent / link).exists()]


def test_the_stored_results_open_and_are_small() -> None:
    results = open_results(STORED)
    assert set(results.fits) == set(LAWS)
    assert all(fit.receipt["thinned_from"]["fingerprint"] for fit in results.fits.values())
    assert all(fit.receipt["n"] == results.obs.n for fit in results.fits.values())
    assert results.comparison["verdict"] in {"plateau", "discovery", "inconclusive"}
    assert sum(path.stat().st_size for path in STORED.iterdir()) < MAX_STORED_BYTES
