"""Which code a result rests on, as a hash: that of the modules it imports, found by walking imports, and of the data they read beside them.

The walk follows every import that runs, wherever it stands in a module, and those by a name in text (`importlib.import_module`) where the
text says which module or package: where it does not, there is an error and no hash.

A data file of the package counts with the module that names it: with every text in the code that is the name of a file, or of a folder of
files, in the folder of the module.
"""

import ast
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from costfloor.keys.syntax import canonical

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT.name

WITHOUT_EFFECT: Final = {
    f"{PACKAGE}.compiler_cache": "where compiled code is kept",
    f"{PACKAGE}.errors": "kinds and words of refusals: a result is what was not refused",
    f"{PACKAGE}.fit.plot": "draws a fit",
    f"{PACKAGE}.fit.tree": "hands a fit to ArviZ",
    f"{PACKAGE}.keys": "names results, and computes none",
    f"{PACKAGE}.laws.limits": "which tables are refused, and how long a fit may take",
    f"{PACKAGE}.runs.workers": "where jobs run, each in one thread",
    f"{PACKAGE}.stopping": "how a run is ended",
    f"{PACKAGE}.wording": "words of progress",
}
"""Modules and packages that no result can depend on, each with the reason."""

_SOURCE: Final = {".py", ".pyc", ".pyi"}


@dataclass(frozen=True)
class Module:
    """What the source of a module says.

    Attributes
    ----------
    digest
        Hash of what it does.
    imports
        Dotted names that it may import: modules, packages, or things in them.
    patterns
        Names of modules with `*` for a part that is known only as it runs.
    texts
        Texts in it that are names of data beside it.
    """

    digest: str
    imports: frozenset[str]
    patterns: frozenset[str]
    texts: frozenset[str]


@cache
def code_hash(*modules: str, root: Path = ROOT) -> str:
    """Hash of the code of some modules and of all that they import from this package, with the data files they read.

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

    Raises
    ------
    ValueError
        A module imports what cannot be told from its source.
    """
    digest = hashlib.sha256()
    for module in sorted(import_closure(modules, root)):
        source = _read(module, root)
        digest.update(f"{module}\n{source.digest}\n".encode())
        for path in data_files(module, root):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(root).as_posix()}\n{content}\n".encode())
    return digest.hexdigest()


def import_closure(modules: Iterable[str], root: Path = ROOT) -> frozenset[str]:
    """The modules of this package that some modules import, directly or not, themselves included."""
    met: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in met and not _without_effect(module):
            met.add(module)
            waiting += _imported(module, root)
    return frozenset(met)


def data_files(module: str, root: Path = ROOT) -> list[Path]:
    """The data files that a module reads: those beside it whose name, or whose folder's, is a text in its code."""
    beside = _data_beside(_files(root)[module].parent)
    return sorted(path for name in _read(module, root).texts for path in beside[name])


def _without_effect(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in WITHOUT_EFFECT)


@cache
def _imported(module: str, root: Path) -> frozenset[str]:
    """The modules of this package that a module imports, the packages they lie in with them."""
    source, files = _read(module, root), _files(root)
    modules: set[str] = set()
    matching = {name for name in files for pattern in source.patterns if _matches(name, pattern)}
    for name in source.imports | matching:
        parts = name.split(".")
        # The packages on the way run, too; the outermost only hands out names.
        inner = [".".join(parts[:length]) for length in range(2, len(parts) + 1)]
        known = [candidate for candidate in inner if candidate in files]
        if not known:
            raise ValueError(f"{module} imports {name}, which is no module: name the module that it lies in")
        modules |= set(known)
    return frozenset(modules)


@cache
def _read(module: str, root: Path) -> Module:
    path = _files(root)[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    try:
        return _parsed(path.read_bytes(), package, tuple(_data_beside(path.parent)))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


@cache
def _parsed(content: bytes, package: str, beside: tuple[str, ...]) -> Module:
    """What a source says, which lies in a package and has data files and folders beside it."""
    text, nodes = canonical(ast.parse(content))
    imports: set[str] = set()
    patterns: set[str] = set()
    texts: set[str] = set()
    for node in nodes:
        match node:
            case ast.Import():
                imports |= {alias.name for alias in node.names}
            case ast.ImportFrom():
                imports |= _names_from(node, package)
            case ast.Call(func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module")):
                name = _named_in_text(node)
                (patterns if "*" in name else imports).add(name)
            case ast.Constant(value=str()) if node.value in beside:
                texts.add(str(node.value))
    digest = hashlib.sha256(text.encode()).hexdigest()
    outermost = package.partition(".")[0]
    inside = {name for name in imports if name.startswith(f"{outermost}.")}
    return Module(digest, frozenset(inside), frozenset(patterns), frozenset(texts))


def _names_from(node: ast.ImportFrom, package: str) -> set[str]:
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
    # Of a name it is not known here whether it is a module in the package or something in its file.
    return {base} | {f"{base}.{alias.name}" for alias in node.names if alias.name != "*"}


def _named_in_text(call: ast.Call) -> str:
    """The module that a call imports by its name, with `*` for the one part of the name that is known only as it runs."""
    match call.args:
        case [ast.Constant(value=str(name)), *_] if not name.startswith("."):
            return name
        case [ast.JoinedStr(values=values), *_]:
            name = "".join(str(value.value) if isinstance(value, ast.Constant) else "*" for value in values)
            if name.split(".").count("*") == name.count("*") == 1 and not name.startswith((".", "*")):
                return name
    raise ValueError(f"line {call.lineno}: imports a module whose name its source does not say")


def _matches(name: str, pattern: str) -> bool:
    parts, wanted = name.split("."), pattern.split(".")
    return len(parts) == len(wanted) and all(want in ("*", part) for part, want in zip(parts, wanted, strict=True))


@cache
def _data_beside(folder: Path) -> Mapping[str, tuple[Path, ...]]:
    """Data files in a folder of source, and those in its folders that hold none, by the name of the file or of that folder."""
    beside: dict[str, tuple[Path, ...]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name != "__pycache__":
            inside = tuple(sorted(part for part in path.rglob("*") if part.is_file()))
            if not any(part.suffix in _SOURCE for part in inside):
                beside[path.name] = inside
        elif path.is_file() and path.suffix not in _SOURCE:
            beside[path.name] = (path,)
    return beside


@cache
def _files(root: Path) -> Mapping[str, Path]:
    """File of every module and package of a package, by its dotted name."""
    modules: dict[str, Path] = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root.parent).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules
