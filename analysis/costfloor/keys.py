"""What code a result rests on, as a hash: that of the modules it imports, found by walking the imports.

The hash is the same on every Python that the project supports and does not change with formatting, comments, docstrings or annotations of
type: it is taken of the syntax tree without what the interpreter leaves unused.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent
PACKAGE: Final = ROOT.name

WITHOUT_EFFECT: Final = {
    f"{PACKAGE}.compiler_cache": "where compiled code is kept",
    f"{PACKAGE}.errors": "the words of refusals",
    f"{PACKAGE}.fit.plot": "draws a fit for its reader",
    f"{PACKAGE}.fit.tree": "hands a fit to ArviZ",
    f"{PACKAGE}.stopping": "how a run is ended",
    f"{PACKAGE}.wording": "the words of progress",
    f"{PACKAGE}.runs.workers": "where jobs run",
    f"{PACKAGE}.keys": "names results, and computes none",
}
"""Modules that no result can depend on, each with the reason."""


@cache
def code_hash(*modules: str, root: Path = ROOT) -> str:
    """Hash of the code of some modules and of all that they import from this package.

    Worked out once in a process, which goes on with the code it has loaded.

    Parameters
    ----------
    modules
        Dotted names, for instance ``costfloor.fit.fit``.
    root
        Folder of the package.

    Returns
    -------
    64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for module in sorted(import_closure(modules, root)):
        digest.update(f"{module}\n{_module_hash(_file(module, root))}\n".encode())
    return digest.hexdigest()


def import_closure(modules: Iterable[str], root: Path = ROOT) -> frozenset[str]:
    """The modules of this package that some modules import, directly or not, themselves included.

    An import counts wherever it stands in a module, but for those that only a type checker follows.
    """
    met: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in met and module not in WITHOUT_EFFECT:
            met.add(module)
            waiting += _imports(_file(module, root), root)
    return frozenset(met)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def _imports(path: Path, root: Path) -> tuple[str, ...]:
    """Names of the modules of this package that a file imports, their packages with them."""
    found: set[str] = set()
    for node in _executed(_tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == PACKAGE:
                # The packages on the way run, too; the outermost only hands out names.
                inner = (".".join(parts[:length]) for length in range(2, len(parts) + 1))
                found |= {module for module in inner if _exists(module, root)}
    return tuple(sorted(found))


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below one, without what stands under ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            for other in child.orelse:
                yield other
                yield from _executed(other)
            continue
        yield child
        yield from _executed(child)


def _exists(module: str, root: Path) -> bool:
    return _module_path(module, root).exists() or (_package_path(module, root)).exists()


def _file(module: str, root: Path) -> Path:
    package = _package_path(module, root)
    return package if package.exists() else _module_path(module, root)


def _module_path(module: str, root: Path) -> Path:
    return root.joinpath(*module.split(".")[1:]).with_suffix(".py")


def _package_path(module: str, root: Path) -> Path:
    return root.joinpath(*module.split(".")[1:], "__init__.py")


@cache
def _module_hash(path: Path) -> str:
    return hashlib.sha256(_canonical(_tree(path)).encode()).hexdigest()


_UNUSED: Final = {"ctx", "type_comment", "kind", "type_ignores", "annotation", "returns", "type_params"}
"""Fields that change nothing of what a statement does, or that follow from the rest."""


def _canonical(node: object) -> str:
    """A syntax tree as text, with fields in alphabetical order and without empty ones, which versions of Python write differently."""
    if isinstance(node, ast.JoinedStr):
        return f"JoinedStr({_canonical(_joined(node.values))})"
    if isinstance(node, ast.AST):
        parts = []
        for name in sorted(node._fields):
            value = getattr(node, name, None)
            if name == "annotation" and isinstance(node, ast.AnnAssign):
                # The field of a dataclass is made by its annotation.
                parts.append(f"{name}={_canonical(value)}")
            elif name not in _UNUSED and value is not None and value != []:
                parts.append(f"{name}={_canonical(value)}")
        return f"{type(node).__name__}({', '.join(parts)})"
    if isinstance(node, list):
        return f"[{', '.join(_canonical(item) for item in _statements(node))}]"
    return repr(node)


def _statements(nodes: list[object]) -> list[object]:
    """A list without texts that stand alone: docstrings of modules, functions, classes and attributes."""
    return [node for node in nodes if not _is_text(node) and not _is_type_checking(node)]


def _is_text(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_type_checking(node: object) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _joined(values: list[ast.expr]) -> list[object]:
    """The parts of an f-string with neighbouring texts as one."""
    parts: list[object] = []
    for value in values:
        if (
            isinstance(value, ast.Constant)
            and parts
            and isinstance(last := parts[-1], ast.Constant)
            and isinstance(last.value, str)
        ):
            parts[-1] = ast.Constant(last.value + str(value.value))
        else:
            parts.append(value)
    return parts
