"""A service as a user describes it: a TOML file, checked key by key before anything is computed."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from costfloor.economics.scenario import OPTIONAL, RANGES, SECTIONS, WHOLE, Scenario
from costfloor.errors import InputError
from costfloor.inputs import read_file, utf8
from costfloor.sources.values import described
from costfloor.text import clean_text, printable

MAX_BYTES: Final = 64 * 1024
MAX_LINE: Final = 1_000
OF_ACCELERATORS: Final = ("staff.usd_per_accelerator", *(key for key in RANGES if key.startswith("capacity.")))
"""Keys that mean nothing to a service without accelerators of its own."""

MAX_DEPTH: Final = 8
"""Far above what a scenario needs, and below what costs its parser more than a second."""


def read_scenario(path: Path) -> Scenario:
    """Read and check a scenario.

    Raises
    ------
    InputError
        The file is missing, is not TOML, or has an unknown, missing or impossible key; the message has the key's path and what is allowed.
    """
    return parse_scenario(utf8(read_file(path, max_bytes=MAX_BYTES, content="TOML file"), path), path)


def shipped_scenarios() -> tuple[Scenario, ...]:
    """The scenarios that come with the package, by name."""
    folder = files("costfloor.economics") / "scenarios"
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)
    return tuple(parse_scenario(path.read_text("utf-8"), Path(path.name)) for path in paths)


def parse_scenario(text: str, path: Path) -> Scenario:
    """As `read_scenario`, from text; `path` gives name and messages."""
    content = _parsed(text, path)
    _known(content, ("title", *SECTIONS, "ranges"), "", path)
    title = content.get("title")
    if not isinstance(title, str) or not title.strip():
        value, remedy = None if title is None else described(title), 'Write title = "My service"'
        raise InputError("must be a text", file=path, column="title", value=value, remedy=remedy)
    try:
        title = clean_text(title.strip(), "it")
    except ValueError as error:
        raise InputError(str(error), file=path, column="title", remedy="Shorten it, or write it plainly") from error
    sections = {name: _section(name, content.get(name), path) for name in SECTIONS}
    name = unicodedata.normalize("NFC", path.stem)
    scenario = Scenario(name=name, title=title, ranges={}, **sections)
    _consistent(scenario, path)
    return replace(scenario, ranges=_ranges(scenario, content.get("ranges", {}), path))


def _parsed(text: str, path: Path) -> dict[str, Any]:
    """The TOML, after a look at what would keep its parser busy or take it to the end of its stack."""
    long = next((number for number, line in enumerate(text.splitlines(), 1) if len(line) > MAX_LINE), None)
    if long is not None:
        problem = f"has a line of more than {MAX_LINE} characters (line {long})"
        raise InputError(problem, file=path, remedy="See docs/economics.md for the format")
    try:
        content = tomllib.loads(text)
        if _depth(content) > MAX_DEPTH:
            raise RecursionError
    except RecursionError:
        # Without its thousand frames, which nobody reads.
        remedy = "A scenario has sections with keys, and ranges of two numbers"
        raise InputError("nested too deep", file=path, remedy=remedy) from None
    except ValueError as error:
        problem = f"is not TOML: {printable(str(error))}"
        raise InputError(problem, file=path, remedy="See docs/economics.md for the format") from error
    return content


def _depth(value: Any) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(child) for child in children), default=0)


def _section(name: str, content: Any, path: Path) -> Any:
    if content is None and name in OPTIONAL:
        return OPTIONAL[name]
    if not isinstance(content, dict):
        raise InputError("is missing", file=path, column=name, remedy=f"Write a section [{name}]")
    kind = SECTIONS[name]
    known = {entry.name: entry for entry in fields(kind)}
    _known(content, tuple(known), f"{name}.", path)
    missing = [key for key in known if key not in content and f"{name}.{key}" not in _defaults()]
    if missing:
        raise InputError(
            "is missing", file=path, column=f"{name}.{missing[0]}", remedy=_allowed(f"{name}.{missing[0]}")
        )
    return kind(**{key: _number(f"{name}.{key}", value, path) for key, value in content.items()})


def _defaults() -> set[str]:
    """Keys that may be left out of a section."""
    return {
        f"{name}.{entry.name}"
        for name, kind in SECTIONS.items()
        for entry in fields(kind)
        if entry.default is not MISSING
    }


def _number(key: str, value: Any, path: Path) -> float:
    low, high = RANGES[key]
    whole = key in WHOLE
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        kind = "a whole number" if whole else "a number"
        raise InputError(f"is not {kind}", file=path, column=key, value=described(value), remedy=_allowed(key))
    if not low <= value <= high:
        raise InputError("is out of range", file=path, column=key, value=value, remedy=_allowed(key))
    return value if whole else float(value)


def _allowed(key: str) -> str:
    low, high = RANGES[key]
    unit = f" {_unit(key)}" if _unit(key) else ""
    return f"Allowed: {low:g} to {high:g}{unit}"


def _unit(key: str) -> str:
    endings = {
        "usd_per_mtok": "USD per million tokens", "usd_per_request": "USD per request", "usd_per_year": "USD per year",
        "request_usd": "USD per request", "usd_per_accelerator": "USD per accelerator and year", "usd": "USD",
        "gain_per_year": "as a fraction (0.1 is 10 %)", "growth_per_year": "as a fraction (0.1 is 10 %)",
        "discount_per_year": "as a fraction (0.1 is 10 %)", "requests_per_year": "requests per year", "years": "years",
        "share": "as a fraction", "ratio": "as a fraction",
    }  # fmt: skip
    return next((unit for ending, unit in endings.items() if key.endswith(ending)), "")


def _known(content: Mapping[str, Any], known: tuple[str, ...], prefix: str, path: Path) -> None:
    for key in content:
        if key not in known:
            listed = ", ".join(known)
            raise InputError("is not known", file=path, column=f"{prefix}{key}", remedy=f"Known here: {listed}")


def _consistent(scenario: Scenario, path: Path) -> None:
    together = scenario.tokens.batch_share + scenario.tokens.skip_share
    if together > 1.0:
        raise InputError(
            "and tokens.skip_share add up to more than one", file=path, column="tokens.batch_share", value=together,
            remedy="A skipped request reaches no tier: together at most 1",
        )  # fmt: skip
    if scenario.staff.usd_per_accelerator > 0.0 and (
        scenario.capacity is None or scenario.capacity.accelerators == 0.0
    ):
        raise InputError(
            "needs accelerators", file=path, column="staff.usd_per_accelerator", value=scenario.staff.usd_per_accelerator,
            remedy="Write capacity.accelerators, or leave it out",
        )  # fmt: skip
    if scenario.decision.wait_years >= scenario.decision.horizon_years:
        raise InputError(
            "leaves no year after the wait", file=path, column="decision.wait_years", value=scenario.decision.wait_years,
            remedy=f"Less than decision.horizon_years, {scenario.decision.horizon_years}",
        )  # fmt: skip


def _ranges(scenario: Scenario, content: Any, path: Path) -> dict[str, tuple[float, float]]:
    if not isinstance(content, dict):
        raise InputError("is not a section", file=path, column="ranges", remedy="Write a section [ranges]")
    ranges = {}
    for key, ends in content.items():
        column = f"ranges.{key}"
        if key not in RANGES or (scenario.capacity is None and key in OF_ACCELERATORS) or key in WHOLE:
            raise InputError(
                "is not a key whose value can vary",
                file=path,
                column=column,
                remedy='Write "tokens.growth_per_year" = [0.0, 0.6]',
            )
        if not isinstance(ends, list) or len(ends) != 2:
            raise InputError(
                "is not a low and a high", file=path, column=column, value=described(ends), remedy=_allowed(key)
            )
        low, high = (_number(key, end, path) for end in ends)
        if not low <= scenario.value(key) <= high:
            raise InputError(
                f"does not hold the value {scenario.value(key):g} of {key}", file=path, column=column, value=ends,
                remedy="Low, then high, with the value between them",
            )  # fmt: skip
        ranges[key] = (low, high)
    return ranges
