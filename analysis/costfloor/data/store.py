"""The raw store, opened: checked once against its hashes, then passed on as a value that does not change."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costfloor.data.unchanged import Looks, check_unchanged
from costfloor.data.vintages import Vintage, in_order, list_vintages, stored_path
from costfloor.errors import InputError
from costfloor.inputs import read_file
from costfloor.places import Places
from costfloor.storage import data_lock, sha256_bytes

if TYPE_CHECKING:
    import pandas as pd

    from costfloor.sources.formats import Reading

DATAPACKAGE = "datapackage.json"
BY_HAND = (
    *("creators.csv", "decisions.csv", "host_decisions.csv", "mapping.csv", "model_decisions.csv", "withdrawals.csv"),
)
"""Files that people write, see `costfloor.data.setup_tables` and `withdrawals`: they may change, and are part of the vintage."""


@dataclass(frozen=True, eq=False)
class Store:
    """The raw data of a project as they were when it was opened; every table is read at most once.

    Attributes
    ----------
    places
        Where it lies, and where results go.
    hashes
        SHA-256 of each raw file by file name, as `datapackage.json` records them.
    vintages
        The ingested lists, withdrawn ones included, by source, day and hash.
    by_hand
        What people wrote, by file name, as bytes; a file that is not there is left out.
    looks
        Size and times of the files that were checked, for `costfloor.data.unchanged.remember`.
    """

    places: Places
    hashes: Mapping[str, str] = field(repr=False)
    vintages: tuple[Vintage, ...] = field(repr=False)
    by_hand: Mapping[str, bytes] = field(repr=False)
    looks: Looks = field(repr=False)
    _tables: dict[str, "pd.DataFrame"] = field(default_factory=dict, init=False, repr=False)
    _readings: dict[str, "Reading"] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def raw_vintage(self) -> str:
        """Identity of the whole store: a SHA-256 over the names and hashes of its files, as 64 hexadecimal digits.

        The files are those of the data package, the ingested vintages with their receipts, and what people decided.
        """
        hashes = dict(self.hashes)
        hashes |= {f"{self.places.vintages.name}/{vintage.name}": vintage.receipt_sha256 for vintage in self.vintages}
        hashes |= {name: sha256_bytes(content) for name, content in self.by_hand.items()}
        return sha256_bytes("".join(f"{name} {digest}\n" for name, digest in sorted(hashes.items())).encode())

    def table(self, name: str) -> "pd.DataFrame":
        """One raw table, typed and checked.

        Parameters
        ----------
        name
            A name in `costfloor.data.schemas.RAW_SCHEMAS`; the file is `raw/<name>.csv`.

        Returns
        -------
        pandas.DataFrame
            The columns of the schema, in its order; one row per row of the file, with the corrections of `corrections.csv`. Each caller
            has a copy (on write) of its own.

        Raises
        ------
        InputError
            The file is missing, a value breaks the schema, or names a model that does not exist; the message names row and column.
        IntegrityError
            The file's SHA-256 is not the one in `datapackage.json`.
        """
        if name not in self._tables:
            self._tables[name] = _readers()[0](self, name)
        return self._tables[name].copy(deep=False)

    def reading(self, vintage: Vintage) -> "Reading":
        """What an ingested file says; raises IntegrityError when it is missing, was changed, or is not in the format of its receipt."""
        if vintage.name not in self._readings:
            self._readings[vintage.name] = _readers()[1](self.places, vintage)
        return self._readings[vintage.name]

    def with_readings(self, readings: "Mapping[Vintage, Reading]") -> "Store":
        """The store as it would be with further vintages, of which it is known what they say; nothing is written."""
        other = replace(self, vintages=in_order((*self.vintages, *readings)))
        other._tables.update(self._tables)
        other._readings.update(self._readings | {vintage.name: reading for vintage, reading in readings.items()})
        return other


def open_store(places: Places, *, everything: bool = False) -> Store:
    """Open the raw data of a project, once each file is known to be what its record says.

    Parameters
    ----------
    places
        Of the project.
    everything
        Hash every file, also those that look as the last build remembers them: see `costfloor.data.unchanged.check_unchanged`.

    Raises
    ------
    InputError, IntegrityError
        The data package or a file is missing, or a file was changed; the message names it.
    """
    hashes, vintages = recorded_hashes(places.raw), list_vintages(places.vintages)
    files = {places.raw / name: digest for name, digest in hashes.items()}
    files |= {stored_path(places.vintages, vintage): vintage.stored_sha256 for vintage in vintages}
    looks = check_unchanged(files, places.data, everything=everything)
    paths = [places.raw / name for name in BY_HAND]
    by_hand = {path.name: read_file(path, content="table") for path in paths if path.exists()}
    return Store(places, hashes, vintages, by_hand, looks)


@contextmanager
def held_for_writing(store: Store) -> Iterator[Store]:
    """Hold the data folder for a writer, with the store opened anew: another writer may have ended since.

    Raises
    ------
    LockedError
        Another process writes.
    InputError, IntegrityError
        As `open_store`.
    """
    with data_lock(store.places.data):
        yield open_store(store.places)


def recorded_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each raw file by file name, as `datapackage.json` in the folder of the raw tables records them."""
    path = folder / DATAPACKAGE
    content = read_file(path, content="table", missing="Name the data folder with --data")
    try:
        package: dict[str, Any] = json.loads(content)
        return {resource["path"]: resource["hash"].removeprefix("sha256:") for resource in package["resources"]}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("is not a data package with a path and a hash per resource", file=path) from error


def _readers() -> "tuple[Callable[[Store, str], pd.DataFrame], Callable[[Places, Vintage], Reading]]":
    """How a table and a vintage are read: a status is there before the libraries for tables are."""
    from costfloor.data import raw, readings  # noqa: PLC0415  slow to import

    return raw.read_table, readings.read_vintage
