"""The layers of docs/architecture.md hold, files stay short and documented, and nothing names a private place."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "analysis"
PACKAGE = SOURCES / "costfloor"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 350

Layer = tuple[int, int]
"""The number in the table, and the row: two rows with one number stand side by side and do not see each other."""


def layers() -> dict[Path, Layer]:
    """Each package or module that the table names, with its layer."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    found = {}
    for position, (number, cell) in enumerate(re.findall(r"^\| (\d+) \| ([^|]+) \|", text, re.MULTILINE)):
        for name in re.findall(r"`(analysis/[\w/.]+)`", cell):
            found[ROOT / name] = (int(number), position)
    return found


LAYERS = layers()


def layer_of(module: Path) -> Layer | None:
    return next((LAYERS[place] for place in (module, *module.parents) if place in LAYERS), None)


def imported(module: Path) -> set[Path]:
    """The files of this package that a module imports, wherever in it the import stands."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(module.relative_to(SOURCES).parts[: -node.level]) if node.level else ""
            base = ".".join(part for part in (package, node.module) if part)
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    paths = [SOURCES / name.replace(".", "/") for name in names if name.startswith("costfloor.")]
    return {file for path in paths for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()}


def allowed(importer: Layer, target: Layer) -> bool:
    return target[0] < importer[0] or target == importer


def name(module: Path) -> str:
    return str(module.relative_to(ROOT))


def test_the_table_is_read() -> None:
    assert LAYERS[PACKAGE / "errors.py"][0] == 0
    assert layer_of(PACKAGE / "sources" / "price_table.py") == LAYERS[PACKAGE / "sources"]
    assert PACKAGE / "storage.py" in imported(PACKAGE / "sources" / "price_table.py")
    assert not allowed(LAYERS[PACKAGE / "indexes"], LAYERS[PACKAGE / "laws"])
    assert not allowed(LAYERS[PACKAGE / "errors.py"], LAYERS[PACKAGE / "sources"])


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_imports_run_down_the_list(module: Path) -> None:
    if module == PACKAGE / "__main__.py":
        assert imported(module) == {PACKAGE / name for name in ("cli/__init__.py", "compiler_cache.py", "stopping.py")}
        return
    if module == PACKAGE / "__init__.py":
        # For type checkers alone; tests/test_public_names.py holds them to the names that are handed out.
        doors = ("api/", "errors.py", "laws/", "report/stored.py", "sampling/policy.py")
        assert all(name(target).removeprefix("analysis/costfloor/").startswith(doors) for target in imported(module))
        return
    own = layer_of(module)
    assert own is not None, "add it to the table in docs/architecture.md"
    backward = {
        name(target)
        for target in imported(module) - {PACKAGE / "__init__.py"}
        if (layer := layer_of(target)) is None or not allowed(own, layer)
    }
    assert not backward


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_short_and_documented(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or module.name == "__init__.py", "the module says what it holds"
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    assert not [node.name for node in public if not ast.get_docstring(node)]


# Written so that this file does not match itself.
PRIVATE = re.compile(
    r"(?<![\w.~-])/(?:work|root|home|Users|tmp)/\w"
    r"|py[p]i\.org|python[h]osted|ana[c]onda\.org|npm[j]s\.|[i]ndex-url|find[-]links"
    r"|https?://[^\"\s)]+\.(?:whl|tar\.gz|deb)"
)
TEXT = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".typ", ".ipynb", ".cfg", ".cff", ".csv", ""}
FOLDERS = ("analysis", "benchmarks", "bin", "data/raw", "docs", "notebooks", "tests", ".ci", ".github")


def text_files() -> list[Path]:
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    files = [path for path in (*ROOT.glob("*"), *inside) if path.is_file() and path.suffix in TEXT]
    # A second working tree has a file `.git`, which says where the first is; an installation may be writing what it notes of the package.
    made = {"__pycache__", "costfloor.egg-info"}
    return [path for path in files if not made & {*path.parts} and path.name not in {".lock", ".git"}]


def test_no_file_names_a_private_place() -> None:
    found = [
        f"{name(path)}: {match.group()}"
        for path in text_files()
        for match in PRIVATE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found


@pytest.mark.parametrize("module", [path for path in MODULES if path.relative_to(PACKAGE).parts[0] != "cli"], ids=name)
def test_no_function_takes_the_data_folder(module: Path) -> None:
    """An opened store, a built panel or the places of a project are passed on instead."""
    nodes = [node for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.arguments)]
    taken = {argument.arg for node in nodes for argument in (*node.posonlyargs, *node.args, *node.kwonlyargs)}
    assert not taken & {"data_dir", "data_folder", "reports_dir"}


MAX_LATE_IMPORTS = 10


def test_few_imports_come_late() -> None:
    late = [
        f"{name(module)}: {line.strip()}"
        for module in MODULES
        for line in module.read_text("utf-8").splitlines()
        if "PLC0415" in line
    ]
    assert len(late) <= MAX_LATE_IMPORTS


SAY_NOTHING = {"one", "found", "said", "own"}
"""A variable says what it holds: a quote, a fit, a reader."""


def bound(node: ast.AST) -> str | None:
    """The name that a piece of syntax binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
            return name
        case ast.MatchAs(name=name) | ast.ExceptHandler(name=name) | ast.alias(asname=name):
            return name
        case _:
            return None


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_names_say_what_they_hold(module: Path) -> None:
    assert not SAY_NOTHING & {bound(node) for node in ast.walk(ast.parse(module.read_text("utf-8")))}
