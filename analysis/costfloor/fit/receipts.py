"""Receipts of stored fits: what was fitted, how, and how well, in JSON that notices when it was changed."""

from pathlib import Path
from typing import Any, Final

from costfloor.errors import IntegrityError
from costfloor.records import read_record

IDENTITY: Final = ("law", "fingerprint")
"""What receipt and draws both say of the fit they belong to."""


def fit_name(law: str, fingerprint: str) -> str:
    """Name of a fit's files, without their suffixes."""
    return f"{law}-{fingerprint[:16]}"


def receipts(directory: Path) -> tuple[list[dict[str, Any]], list[Path]]:
    """The receipts in a folder, sorted by name, of fits whose receipt is whole and named after it; and the files that are none."""
    whole: list[dict[str, Any]] = []
    other: list[Path] = []
    for path in sorted(directory.glob("*.json")):
        try:
            receipt = read_receipt(path)
        except IntegrityError:
            other.append(path)
            continue
        if receipt is not None and path.stem == fit_name(receipt["law"], receipt["fingerprint"]):
            whole.append(receipt)
        else:
            other.append(path)
    return whole, other


def read_receipt(path: Path) -> dict[str, Any] | None:
    """A receipt that is whole and unchanged; None when there is none."""
    try:
        receipt = read_record(path, remedy="")
    except IntegrityError as error:
        raise broken(path, "is no receipt of a fit, or not as it was written") from error
    if receipt is not None and not all(isinstance(receipt.get(name), str) for name in (*IDENTITY, "draws_sha256")):
        raise broken(path, "is no receipt of a fit, or one of an earlier version")
    return receipt


def broken(path: Path, what: str) -> IntegrityError:
    """What to say of a file of a fit that is not what it should be."""
    other = path.with_suffix(".nc" if path.suffix == ".json" else ".json").name
    return IntegrityError(f"{path} {what}; delete both it and {other} to run the fit again")
