"""Scores and facts of the ingested files, all of them: who said what of which model, in the source's own names, and when it was seen."""

from typing import Literal

import pandas as pd

from costfloor.data.store import Store
from costfloor.data.vintages import MEASURED_SOURCES
from costfloor.data.withdrawals import standing_vintages
from costfloor.sources.measurements import FACT_COLUMNS, SCORE_COLUMNS, SCORE_DTYPES, Measurements

SEEN = ("source", "observed_on")
FACT_KEY = ["source", "provider", "model_id", "field"]


def stated_scores(store: Store, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Every score of every standing vintage.

    Parameters
    ----------
    store
        The raw data.
    as_of
        When given, only what was observed on or before this day.

    Returns
    -------
    pandas.DataFrame
        Columns `source`, `observed_on` and `costfloor.sources.measurements.SCORE_COLUMNS`, by day and source.

    Raises
    ------
    IntegrityError
        As `costfloor.data.store.Store.reading`.
    """
    return _stated(store, "scores", SCORE_COLUMNS, as_of)


def stated_facts(store: Store, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Every fact of every standing vintage, where it is not what its source stated of the model the time before, and those of its last day.

    Parameters, errors: as `stated_scores`.

    Returns
    -------
    pandas.DataFrame
        Columns `source`, `observed_on` and `costfloor.sources.measurements.FACT_COLUMNS`, by day and source.
    """
    facts = _stated(store, "facts", FACT_COLUMNS, as_of)
    before = facts.groupby(FACT_KEY, sort=False)["value"].shift()
    last = facts["observed_on"].eq(facts.groupby("source")["observed_on"].transform("max"))
    return facts[facts["value"].ne(before) | last].reset_index(drop=True)


def _stated(
    store: Store, kind: Literal["scores", "facts"], columns: tuple[str, ...], as_of: pd.Timestamp | None
) -> pd.DataFrame:
    parts = []
    for vintage in sorted(standing_vintages(store), key=lambda v: (v.observed_on, v.source, v.sha256)):
        if vintage.source in MEASURED_SOURCES and (as_of is None or vintage.day <= as_of.date()):
            entries = store.reading(vintage).kinds.get(kind)
            if isinstance(entries, Measurements):
                parts.append(entries.rows.assign(source=vintage.source, observed_on=pd.Timestamp(vintage.day)))
    dtypes = {**dict.fromkeys((*SEEN, *columns), "str"), **SCORE_DTYPES, "observed_on": "datetime64[us]"}
    nothing = pd.DataFrame({name: pd.Series([], dtype=dtypes[name]) for name in (*SEEN, *columns)})
    stated = pd.concat(parts, ignore_index=True) if parts else nothing
    return stated[[*SEEN, *columns]].astype({name: dtypes[name] for name in SEEN})
