"""What a module does, as text that is the same however it is laid out and whichever Python reads it.

It is written from the syntax tree, without what the interpreter leaves unused: comments and layout, constants that stand alone (docstrings
of modules, classes, functions and attributes), `pass`, annotations of functions and variables, type parameters, and what only a type
checker reads. An annotation in the body of a class stays: it makes the field of a dataclass.

Versions of Python differ in the trees they build. Those that matter here: since 3.13 a format within a format has no empty text at its
end, and a type parameter may have a default; every version knows more characters as printable, on which `repr` of a text depends. In 3.14
there are new kinds of nodes for new statements alone, and optional fields may be left out of a node. None of this shows in what is written.
"""

import ast
from collections.abc import Iterator
from functools import cache
from typing import Final, TypeGuard

_UNUSED: Final = frozenset({"ctx", "kind", "type_comment", "type_ignores", "annotation", "returns", "type_params"})
"""Fields that change nothing of what a statement does, or that follow from the rest."""


def canonical(tree: ast.Module) -> tuple[str, list[ast.AST]]:
    """A module as text, equal for two modules that do the same by the same statements; and every node that is in it."""
    parts: list[str] = []
    nodes: list[ast.AST] = []
    _write_list(tree.body, parts, nodes, in_class=False)
    return "".join(parts), nodes


def _write(value: object, parts: list[str], nodes: list[ast.AST], in_class: bool) -> None:
    if isinstance(value, ast.AST):
        _write_node(value, parts, nodes, in_class)
    elif isinstance(value, list):
        _write_list(value, parts, nodes, in_class)
    else:
        # In ASCII: which characters are printable depends on the version of Python.
        parts.append(ascii(value))


def _write_list(values: list[ast.stmt] | list[object], parts: list[str], nodes: list[ast.AST], in_class: bool) -> None:
    parts.append("[")
    for value in _used(values, in_class):
        _write(value, parts, nodes, in_class)
        parts.append(",")
    parts.append("]")


def _used(values: list[ast.stmt] | list[object], in_class: bool) -> Iterator[object]:
    """The members of a list, of statements those that do something."""
    for value in values:
        if not isinstance(value, ast.stmt):
            yield value
        elif _is_type_checking(value):
            yield from _used(value.orelse, in_class)
        elif not _does_nothing(value, in_class):
            yield value


def _write_node(node: ast.AST, parts: list[str], nodes: list[ast.AST], in_class: bool) -> None:
    nodes.append(node)
    kind = type(node).__name__
    parts.append(f"{kind if in_class or kind != 'AnnAssign' else 'Assign'}(")
    inside = kind == "ClassDef" or (in_class and kind not in {"FunctionDef", "AsyncFunctionDef", "Lambda"})
    for name, value in _fields(node, in_class):
        # Empty fields are written by some versions and left out by others.
        if value is not None and value != []:
            parts.append(f"{name}=")
            _write(value, parts, nodes, inside)
            parts.append(" ")
    parts.append(")")


def _fields(node: ast.AST, in_class: bool) -> list[tuple[str, object]]:
    match node:
        case ast.JoinedStr():
            return [("values", _joined(node.values))]
        case ast.AnnAssign() if in_class:
            # By its annotation a name in a class becomes a field.
            return [("target", node.target), ("field", node.annotation), ("value", node.value)]
        case ast.AnnAssign():
            return [("targets", [node.target]), ("value", node.value)]
        case ast.Delete():
            # A formatter takes the brackets of `del (a, b)` away.
            return [("targets", [part for target in node.targets for part in _flat(target)])]
    return [(name, getattr(node, name, None)) for name in _used_fields(node._fields)]


@cache
def _used_fields(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(name for name in fields if name not in _UNUSED))


def _does_nothing(statement: ast.stmt, in_class: bool) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.ImportFrom(module="__future__"):
            return True
        case ast.AnnAssign(value=None):
            return not in_class
    return False


def _is_type_checking(statement: ast.stmt) -> TypeGuard[ast.If]:
    match statement:
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
    return False


def _flat(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        return [part for element in target.elts for part in _flat(element)]
    return [target]


def _joined(values: list[ast.expr]) -> list[object]:
    """The parts of an f-string, neighbouring texts as one and empty ones left out."""
    parts: list[object] = []
    for value in values:
        if not isinstance(value, ast.Constant):
            parts.append(value)
        elif parts and isinstance(parts[-1], str):
            parts[-1] += str(value.value)
        elif value.value:
            parts.append(str(value.value))
    return parts
