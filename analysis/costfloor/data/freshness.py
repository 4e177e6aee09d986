"""How old each source is, and how far sources agree."""

from typing import Any

import pandas as pd

from costfloor.data.store import Store
from costfloor.data.withdrawals import standing_vintages


def last_days(store: Store) -> dict[str, str]:
    """Last day on which each source was seen, ISO, by source."""
    quotes = store.table("quotes")
    days = {str(source): str(last.date()) for source, last in quotes.groupby("source")["recorded_on"].max().items()}
    for vintage in standing_vintages(store):
        days[vintage.source] = max(days.get(vintage.source, ""), vintage.observed_on)
    return days


def agreement(quotes: pd.DataFrame, disagreements: pd.DataFrame) -> list[dict[str, Any]]:
    """Per pair of sources: quotes of the weaker one that repeat the stronger one's price, and quotes that contradict it.

    Parameters
    ----------
    quotes, disagreements
        Tables of a build.
    """
    repeated = quotes[quotes["reason"].str.startswith("same price as ", na=False)]
    of = quotes.set_index("quote_id")["source"]
    pairs = pd.DataFrame(
        {"source": repeated["reason"].str.removeprefix("same price as ").map(of), "other_source": repeated["source"]}
    )
    pairs = pairs[pairs["source"] != pairs["other_source"]]
    keys = ["source", "other_source"]
    counts = pd.concat(
        [pairs.value_counts(keys).rename("same"), disagreements.value_counts(keys).rename("different")], axis=1
    ).fillna(0)
    table = counts.astype(int).sort_index().reset_index()
    return [{str(name): value for name, value in record.items()} for record in table.to_dict("records")]
