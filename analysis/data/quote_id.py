"""Stable identifiers of price spells."""

import pandas as pd

from analysis.storage import sha256_bytes

IDENTITY = ("source", "provider", "model_id", "recorded_on", "valid_to", "input_usd_per_mtok", "output_usd_per_mtok")


def quote_ids(cells: pd.DataFrame) -> pd.Series:
    """One identifier per spell, the same whatever the order of rows or the columns beside these.

    Parameters
    ----------
    cells
        Text cells of the `quotes` table as they stand in the file; empty cells are empty text.

    Returns
    -------
    pandas.Series
        `<source>-<12 hexadecimal digits>`. Of `valid_to` only rows without `recorded_on` use it: the end of an open
        spell is written later and must not change its name.
    """
    ends = cells["valid_to"].where(cells["recorded_on"] == "", "")
    parts = cells[list(IDENTITY)].assign(valid_to=ends)
    digests = ["\x1f".join(row) for row in parts.itertuples(index=False)]
    return cells["source"] + "-" + pd.Series([sha256_bytes(d.encode())[:12] for d in digests], index=cells.index)
