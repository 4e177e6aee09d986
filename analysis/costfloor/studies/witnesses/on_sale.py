"""What is on sale on a day: open models at the hosts with prices of their own, as far as lists say.

A price counts while it is known to hold (`costfloor.studies.witnesses.spells`). A price that the newest list of a whole catalogue still
has holds until that list's day.
"""

from typing import Final

import pandas as pd

from costfloor.build import BuiltPanel
from costfloor.studies.witnesses.spells import known_spells, last_looks

CATALOGUES: Final = ("models_dev", "litellm", "genai_prices", "openrouter", "llm_prices")
"""Sources whose lists are whole: what they no longer have is gone, and what they have holds."""

LISTED: Final = "open"
"""Why a quote of a catalogue has no end."""

MIN_MODELS: Final = 10
"""The first day has at least so many open models on sale."""


def open_spells(built: BuiltPanel) -> pd.DataFrame:
    """Prices of open models with the days on which they are known to hold: `model, host, date, until, log_price, arrival, dated`."""
    quotes = built.quotes
    listed = quotes["source"].isin(CATALOGUES) & quotes["end_reason"].isna() & quotes["valid_to"].isna()
    spells = known_spells(built.panel, quotes.assign(end_reason=quotes["end_reason"].mask(listed, LISTED)))
    opened = built.panel.drop_duplicates("model").set_index("model")["open_weights"].fillna(False).astype(bool)
    table = pd.DataFrame(
        [(s.model, s.host, s.date, s.until, s.log_price, s.arrival, s.dated) for s in spells],
        columns=["model", "host", "date", "until", "log_price", "arrival", "dated"],
    )
    return table[table["model"].map(opened)].reset_index(drop=True)


def month_ends(spells: pd.DataFrame, looked: pd.Timestamp) -> list[pd.Timestamp]:
    """Month ends from the first with models enough, and the day before anybody last looked.

    Parameters
    ----------
    spells
        From `open_spells`.
    looked
        Day of the last list: what it no longer has is gone from then on, and what it still has is known to hold through the day before.
    """
    last = looked - pd.Timedelta(days=1)
    days = [day for day in pd.date_range(spells["date"].min(), last, freq="ME") if day < last]
    enough = [day for day in days if on_sale(spells, day)["model"].nunique() >= MIN_MODELS]
    return [*enough, last] if enough else []


def last_day(built: BuiltPanel) -> pd.Timestamp:
    """Day of the last list of any source."""
    return pd.Timestamp(last_looks(built.quotes).max())


def on_sale(spells: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The price list of a day: `model, host, log_price`, a place once."""
    holding = spells[(spells["date"] <= day) & (spells["until"] > day)].sort_values("date", kind="stable")
    return holding.drop_duplicates(["model", "host"], keep="last")[["model", "host", "log_price"]]
