"""Hashes of code that the programs of this user worked out before: parsing all modules takes longer than the rest of a `status`.

They are kept with a hash over every file of the package and the version of Python. Where one of these is another, or what is kept is not as
it was written, they are worked out again.
"""

import hashlib
import json
import sys
from contextlib import suppress
from functools import cache
from typing import Final

from costfloor.compiler_cache import cache_folder
from costfloor.errors import InputError
from costfloor.keys.closure import ROOT, code_hash
from costfloor.storage import sha256_bytes, write_json

FILE: Final = "code_hashes.json"


def remembered_hash(module: str) -> str:
    """The hash of the code of a module, as `code_hash` works it out."""
    package, known = _known()
    if module not in known:
        known[module] = code_hash(module)
        # A file that changed since may have been read before or after.
        if _package_hash() == package:
            _write(package, known)
    return known[module]


@cache
def _known() -> tuple[str, dict[str, str]]:
    """Hash of the package as this process met it, and what is known of it."""
    package = _package_hash()
    return package, _read(package)


def _package_hash() -> str:
    """Hash over all files of the package, by what they are called, and of the Python that reads them."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(ROOT.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            digest.update(f"\n{path.relative_to(ROOT)}\n{hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


def _read(package: str) -> dict[str, str]:
    """Hash by module; none where they are of another package, or not as `_write` has written them."""
    with suppress(OSError, ValueError, TypeError):
        seal, hashes = json.loads((cache_folder() / FILE).read_bytes())
        if seal == _seal(package, hashes):
            return dict(hashes)
    return {}


def _write(package: str, hashes: dict[str, str]) -> None:
    # Where nothing can be written they are worked out every time.
    with suppress(InputError):
        write_json(cache_folder() / FILE, [_seal(package, hashes), hashes])


def _seal(package: str, hashes: dict[str, str]) -> str:
    return sha256_bytes(json.dumps([package, hashes], sort_keys=True).encode())
