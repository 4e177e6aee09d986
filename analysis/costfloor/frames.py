"""Tables as the bytes of a Parquet file, so that what is hashed is what is written and read."""

from io import BytesIO

import pandas as pd


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """A table without its index as the content of a Parquet file."""
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def from_parquet(content: bytes) -> pd.DataFrame:
    """The table in the content of a Parquet file."""
    return pd.read_parquet(BytesIO(content))
