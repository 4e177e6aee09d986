"""The hash of code: the same on every Python and under another layout, another one with any other formula, and following every import."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from costfloor.keys import code_hash, import_closure
from costfloor.keys.closure import PACKAGE, ROOT, WITHOUT_EFFECT, data_files
from costfloor.keys.syntax import canonical
from costfloor.studies.registry import STUDIES
from stranger import CHANGES, RESULTS, SMALL, changed, copied, hashes, stale

KNOWN = {
    "rested.by_name": "cb7915a3cdf18a729c95ad1f7ac279dbf992b0fb77107e45c8623a66d56f6b34",
    "rested.drawings": "c690fe29940d8155b172a7fb47c2d47a36740c139f5cf3cf36f6e3cd860b64b2",
    "rested.drawings.circle": "7da272db3650d27a24c08e8ffefa9ea3075525ff8db55bed9981405b740690b8",
    "rested.formulas": "7812158a0cabbc8b6c1881de41eb507d079b5f5a6d5960cf4358475be915ad0c",
    "rested.inner": "f81417c1dadf551ac15092dcde65ae6675c63374d67d65d04b7f1695925f2e2e",
    "rested.inner.constants": "9493a10fe2f073e5715bbe12c15c441fd2f99ec3a152fc7590e7974d91556287",
    "rested.inner.shapes": "948aeb04bf3af9685013bd6ac4cd75828b0fb47212677582dc5b2fcd8fcc7eb3",
    "rested.later": "bf1b71e7b06b34771944f59cc67eb96e4a89f87d578775f7e9761d65c6e580d4",
}
"""Hashes of a small package. They may change with a reason only: every stored result goes stale with them."""

OF_FITS = {
    "fit",
    "report",
    "forecasts",
    "recent_forecasts",
    "operating",
    "reference_class",
    "hindcast",
    "influence",
    "measures",
    "heldout",
    "power",
    "waiting",
}
OF_THE_PANEL = {
    "panel", "report", "forecasts", "recent_forecasts", "operating", "reference_class", "hindcast", "influence",
    "measures", "heldout", "evidence", "power", "waiting", "witnesses",
}  # fmt: skip
EXPECTED = {
    "sampling/policy.py": set(RESULTS),
    "sampling/density.py": OF_FITS,
    "fit/quantities.py": OF_FITS | {"sbc", "graphs", "graphs_recovery"},
    "laws/plateau.py": set(RESULTS) - {"panel", "capability", "domains", "witnesses"},
    "data/rules.py": OF_THE_PANEL,
    "capability/model.py": OF_THE_PANEL | {"capability"},
    "forecast/verdict.py": {
        "report",
        "operating",
        "waiting",
        "hindcast",
        "influence",
        "measures",
        "power",
        "graphs",
        "graphs_recovery",
    },
    "studies/sbc/ranks.py": {"report", "forecasts", "recent_forecasts", "sbc"},
    "studies/technologies/model.py": {"report", "technology fit", "technologies", "reference_class"},
    "studies/domains/gains.py": {"report", "domains"},
    "economics/cost_inputs.toml": {"report"},
}
"""What a change of a formula makes stale, by file."""


def interpreters() -> list[str]:
    """Another Python of each version that the project supports, as far as there are any here."""
    names = ("python3.12", "python3.13", "python3.14")
    places = [*Path.home().glob(".pyenv/versions/*/bin"), *map(Path, filter(None, map(shutil.which, names)))]
    found: dict[str, str] = {}
    for place in places:
        for name in names:
            path = place / name if place.is_dir() else place
            if path.name == name and path.exists():
                found.setdefault(name, str(path))
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [path for name, path in found.items() if name != here]


@pytest.fixture(scope="module", params=interpreters() or [None])
def elsewhere(request: pytest.FixtureRequest) -> dict[str, dict[str, object]]:
    """What the stranger's script says on another Python."""
    if request.param is None:
        pytest.skip("no other Python that the project supports is installed here")
    script = Path(__file__).with_name("stranger.py")
    ended = subprocess.run([request.param, "-I", script], capture_output=True, text=True, check=False)
    if "pyenv:" in ended.stderr:
        pytest.skip(f"{request.param} is not installed")
    assert ended.returncode == 0, ended.stderr
    said: dict[str, dict[str, object]] = json.loads(ended.stdout)
    return said


def small_hashes(root: Path = SMALL) -> dict[str, str]:
    return {module: code_hash(module, root=root) for module in sorted(import_closure(["rested.formulas"], root))}


def test_hashes_of_a_small_package_are_known() -> None:
    assert small_hashes() == KNOWN


def test_another_python_gives_the_same_hashes(elsewhere: dict[str, dict[str, object]]) -> None:
    assert elsewhere["small"] == KNOWN
    assert elsewhere["hashes"] == hashes(ROOT)


def test_every_import_is_followed() -> None:
    assert import_closure(["rested.formulas"], SMALL) == {
        "rested.formulas", "rested.later", "rested.by_name", "rested.drawings.circle", "rested.drawings",
        "rested.inner", "rested.inner.constants", "rested.inner.shapes",
    }  # fmt: skip
    assert import_closure(["rested.alone"], SMALL) == {"rested.alone"}


def test_data_count_where_they_are_read(tmp_path: Path) -> None:
    read = [path.relative_to(SMALL).as_posix() for path in data_files("rested.inner.constants", SMALL)]
    assert read == ["inner/limits.toml", "inner/tables/one.csv"]
    assert data_files("rested.inner.shapes", SMALL) == []
    before = small_hashes()
    for file, counts in (("limits.toml", True), ("tables/one.csv", True), ("unread.csv", False)):
        root = copied(tmp_path, file.replace("/", "-"), SMALL)
        (root / "inner" / file).write_text("limit = 1.5\n", "utf-8")
        after = small_hashes(root)
        changed_now = {module for module in before if before[module] != after[module]}
        assert changed_now == ({"rested.formulas", "rested.inner.constants"} if counts else set()), file


def test_every_data_file_of_the_package_is_read_by_a_module_that_says_so() -> None:
    beside = {
        path
        for path in ROOT.rglob("*")
        if path.is_file() and path.suffix != ".py" and path.parent.name not in {"__pycache__", "keys"}
    }
    names = [".".join(path.relative_to(ROOT.parent).with_suffix("").parts) for path in ROOT.rglob("*.py")]
    results = [name for name in names if not name.endswith("__init__") and not name.startswith("costfloor.keys.")]
    read = {path for name in results for path in data_files(name)}
    assert beside == read


@pytest.mark.parametrize(
    "source",
    [
        "from rested import nothing",
        "import rested.nothing",
        "from importlib import import_module\nimport_module(name)",
        "from importlib import import_module\nimport_module('.later', 'rested')",
        "import importlib\nimportlib.import_module(f'rested.{folder}.{name}')",
        "import importlib\nimportlib.import_module(f'rested.{folder}later')",
    ],
)
def test_an_import_that_cannot_be_told_is_an_error(source: str, tmp_path: Path) -> None:
    root = copied(tmp_path, "copy", SMALL)
    (root / "alone.py").write_text(source, "utf-8")
    with pytest.raises(ValueError, match="alone"):
        code_hash("rested.alone", root=root)


WITHOUT_CHANGE = [
    ("x = 1_000", "x=(1000) ;# one"),
    ("def f():\n    return 1", 'def f():\n    "doc"\n    return 1'),
    ("async def f():\n    return 1", 'async def f():\n    """doc"""\n    return 1'),
    ("class A:\n    x: int = 1", 'class A:\n    """doc"""\n    x: int = 1\n    """doc"""'),
    ("x = 1", '"""doc"""\nx = 1\n"""doc"""'),
    ("class A:\n    pass", 'class A:\n    """doc"""'),
    ("def f(a, *b, c=1):\n    pass", "def f(a: int, *b: str, c: float = 1) -> None: ..."),
    ("def f(a):\n    return a", "def f[T](a: T) -> T:\n    return a"),
    ("x = 1", "x: int = 1"),
    ("def f():\n    x = 1", "def f():\n    x: int\n    x: int = 1"),
    ("x = 1", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import y\nelse:\n    x = 1"),
    ("x = 1", "from __future__ import annotations\nx = 1"),
    ("del a, b", "del (a, b)"),
    ("x = f'{a}b{c:>{d}}'", 'x = f"{a}" "b" f"{c:>{d}}"'),
    ("x = 'a' 'b'", 'x = u"ab"'),
]


@pytest.mark.parametrize(("before", "after"), WITHOUT_CHANGE)
def test_what_the_interpreter_leaves_unused_does_not_count(before: str, after: str) -> None:
    first, second = (canonical(ast.parse(source))[0] for source in (before, after))
    assert first == second.replace(canonical(ast.parse("from typing import TYPE_CHECKING"))[0][1:-1], "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = a + b", "x = a - b"),
        ("x = 1", "x = 1.0"),
        ("x = 0.0", "x = -0.0"),
        ("x = True", "x = 1"),
        ("x = 'a'", "x = b'a'"),
        ("x = f'{a}'", "x = f'{a!r}'"),
        ("x = f'{a:.1f}'", "x = f'{a:.2f}'"),
        ("x = f'{a}'", "x = '{a}'"),
        ("def f(a=1):\n    return a", "def f(a=2):\n    return a"),
        ("def f(a, b):\n    return a", "def f(a, *, b):\n    return a"),
        ("class A:\n    x: int = 1", "class A:\n    x = 1"),
        ("class A:\n    x: int", "class A:\n    pass"),
        ("class A:\n    x: int\n    y: int", "class A:\n    y: int\n    x: int"),
        ("x = y = 1", "x = 1"),
        ("if a:\n    b\nelse:\n    c", "if a:\n    b\nc"),
        ("@cached\ndef f():\n    return 1", "def f():\n    return 1"),
        ("match a:\n    case None:\n        b()", "match a:\n    case True:\n        b()"),
        ("x = [*a]", "x = [a]"),
        ("import a as b", "import a"),
        ("x = 'e\\u0301'", "x = '\\u00e9'"),
        ("x = (yield)", "x = (yield None, )"),
        ("for a in b:\n    c()", "async def f():\n    async for a in b:\n        c()"),
    ],
)
def test_every_other_formula_counts(before: str, after: str) -> None:
    assert canonical(ast.parse(before))[0] != canonical(ast.parse(after))[0]


def test_another_layout_and_other_docstrings_change_no_hash(tmp_path: Path) -> None:
    root = copied(tmp_path, "copy")
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    assert ruff is not None
    subprocess.run([ruff, "format", "--isolated", "--no-cache", "--quiet", "--line-length", "60", root], check=True)
    edited = 0
    for path in root.rglob("*.py"):
        tree = ast.parse(text := path.read_text("utf-8"))
        docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, ast.Module)}
        for docstring in docstrings - {None, ""}:
            text = text.replace(str(docstring), "Other words.", 1)
            edited += 1
        path.write_text(f"# A comment.\n{text}", "utf-8")
    assert edited > 200
    assert stale(root, hashes(ROOT)) == []


@pytest.mark.parametrize("file", CHANGES)
def test_a_changed_formula_makes_exactly_what_depends_on_it_stale(file: str, tmp_path: Path) -> None:
    assert set(stale(changed(tmp_path, file), hashes(ROOT))) == EXPECTED[file]


def test_another_python_names_the_same_results_stale(elsewhere: dict[str, dict[str, list[str]]]) -> None:
    assert {file: set(results) for file, results in elsewhere["stale"].items()} == EXPECTED


def test_the_stranger_knows_every_study() -> None:
    assert set(STUDIES) == {name for name, module in RESULTS.items() if module.endswith(".study")}


def test_modules_without_effect_exist_and_import_nothing_that_has_one() -> None:
    for module in WITHOUT_EFFECT:
        path = ROOT.joinpath(*module.split(".")[1:])
        assert path.is_dir() or path.with_suffix(".py").exists()
    assert PACKAGE == "costfloor"
