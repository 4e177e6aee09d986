"""What the panel is made from, as a hash that is the same on every machine.

The quality of models is sampled, and sampling differs in its last digits from processor to processor; so does the hash of the panel. A
study is out of date when prices, scores or code have changed, not when another machine has measured the same models with other draws.
"""

from typing import Any, Final

import pandas as pd

from costfloor.data.store import Store
from costfloor.keys import code_hash
from costfloor.storage import sha256_bytes

MEASURED: Final = ("quality", "quality_sd", "quality_centre")
"""Columns of the laws' rows that come from the capability model."""

SCORES: Final = "performance.csv"


def panel_source(rows: pd.DataFrame, store: Store) -> str:
    """Hash of the rows that the laws see, quality apart, and of what quality is measured with.

    A model that other draws put into another band changes the rows, and with them the hash.

    Parameters
    ----------
    rows
        As from `costfloor.panel.law_rows`.
    store
        The raw data, for the scores.
    """
    table = rows.drop(columns=list(MEASURED)).to_csv(index=False, float_format="%.12g")
    return sha256_bytes("\n".join([table, store.hashes[SCORES], code_hash("costfloor.capability.model")]).encode())


def replaced(request: Any, old: str, new: str) -> Any:
    """A request in plain data with one string in place of another, wherever it stands."""
    if isinstance(request, dict):
        return {name: replaced(value, old, new) for name, value in request.items()}
    if isinstance(request, list | tuple):
        return [replaced(value, old, new) for value in request]
    return new if request == old else request
