"""The key of a result: everything it rests on, by part, and the same result found again when all parts agree."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Final, Self

from costfloor.keys.equivalences import Change, equivalent
from costfloor.keys.remembered import remembered_hash

PACKAGES: Final = (
    "pymc", "pytensor", "nutpie", "numba", "arviz", "arviz-base", "arviz-stats",
    "numpy", "scipy", "xarray", "pandas", "statsmodels",
)  # fmt: skip
"""Distributions whose versions may move a result."""

DRAWING: Final = ("costfloor", "matplotlib", "typst")
"""Distributions whose versions show in a report besides."""

installed: Final = cache(version)
"""Version of an installed distribution."""

PARTS: Final = ("data", "settings", "versions", "code")


@dataclass(frozen=True)
class Key:
    """What a result rests on, as plain data.

    Attributes
    ----------
    result
        What is computed: `fit`, `panel`, `capability`, `report`, or the name of a study.
    data
        Hashes of what it is computed from.
    settings
        How it was asked for.
    versions
        Of packages, by name.
    code
        Hash of the code behind it: see `code_hash`.
    """

    result: str
    data: Any
    settings: Any
    versions: Mapping[str, str]
    code: str

    @property
    def digest(self) -> str:
        """Hash of all parts, 64 hexadecimal digits: the fingerprint of the result."""
        return fingerprint(self.to_json())

    @property
    def digests(self) -> tuple[str, ...]:
        """The digest, then those of the same key with code that is recorded to give the same result."""
        return tuple(fingerprint({**self.to_json(), "code": code}) for code in equivalent(self.result, self.code))

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def differs_from(self, stored: Mapping[str, Any]) -> tuple[str, ...]:
        """Name the parts in which the key of a stored result is another: `data`, `settings`, `versions`, `code`.

        Of a part that has names within, those that differ follow in brackets: `versions (numpy)`. Code that is recorded to give the same
        result does not differ.

        Parameters
        ----------
        stored
            As from `to_json`, of this or an earlier version of the program.
        """
        mine = self.to_json()
        if stored.get("result") == self.result and stored.get("code") in equivalent(self.result, self.code):
            mine["code"] = stored["code"]
        return tuple(_named(part, stored.get(part), mine[part]) for part in PARTS if stored.get(part) != mine[part])

    def taken_as_unchanged(self, stored: Mapping[str, Any]) -> tuple[Change, ...]:
        """The recorded changes thanks to which the code of a stored result counts as that of this key; empty when it is that code."""
        return equivalent(self.result, self.code).get(str(stored.get("code")), ())

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The key that `to_json` gave."""
        return cls(**stored)


def result_key(
    result: str, module: str, *, data: Any = None, settings: Any = None, packages: Iterable[str] = PACKAGES
) -> Key:
    """The key of a result that a module computes.

    Parameters
    ----------
    result
        As in `Key`.
    module
        Dotted name of the module that computes it; all that it imports counts.
    data, settings
        What JSON can say, or tuples.
    packages
        Distributions whose versions count.

    Raises
    ------
    ValueError
        Data or settings hold NaN, an infinity, or what JSON cannot say.
    """
    # As it comes back from a file: with lists for tuples.
    plain = json.loads(json.dumps({"data": data, "settings": settings}, allow_nan=False))
    versions = {name: installed(name) for name in packages}
    return Key(result, plain["data"], plain["settings"], versions, remembered_hash(module))


def fingerprint(content: Any) -> str:
    """Hash of plain data, 64 hexadecimal digits.

    Raises
    ------
    ValueError
        They hold NaN or an infinity.
    """
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()


def _named(part: str, stored: object, mine: object) -> str:
    if not isinstance(stored, Mapping) or not isinstance(mine, Mapping):
        return part
    changed = sorted(str(name) for name in stored.keys() | mine.keys() if stored.get(name) != mine.get(name))
    return f"{part} ({', '.join(changed)})"
