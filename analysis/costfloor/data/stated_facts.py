"""What sources state of models, over all vintages."""

import pandas as pd

from costfloor.data.store import Store

FACTS = ("source", "observed_on", "provider", "model_id", "field", "value", "unit", "place")
"""Columns of the table of facts, text but for the day."""


def stated_facts(store: Store, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """The facts of all vintages to a day, in the columns `FACTS`."""
    return pd.DataFrame({name: pd.Series([], dtype="str") for name in FACTS}).astype({"observed_on": "datetime64[us]"})
