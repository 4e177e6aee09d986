"""Which model each ingested score is about."""

from collections.abc import Sequence

import pandas as pd

from costfloor.data.known_models import KnownModels
from costfloor.data.measured import stated_scores
from costfloor.data.performance import Performance, known_performance
from costfloor.data.spellings import STATED
from costfloor.data.store import Store

ALIAS_SOURCES = {"artificial_analysis": "artificial_analysis_slug", "models_dev": "models.dev"}
"""Where the raw table of aliases calls a source by another name."""

BY_ALIAS_ALONE = ("artificial_analysis",)
"""Sources whose ids look like names and mean something else: `gpt-4o` of Artificial Analysis is one snapshot of November 2024."""

OWN_TABLE = "scores_table"
ENTRY = ["source", "provider", "model_id"]


def known_scores(store: Store, known: KnownModels, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Every ingested score with its model.

    Parameters
    ----------
    store
        The raw data.
    known
        The models known by the day.
    as_of
        When given, only what was observed on or before this day.

    Returns
    -------
    pandas.DataFrame
        The columns of `costfloor.data.measured.stated_scores` and `model_key`, missing while nobody knows the model.
    """
    scores = stated_scores(store, as_of)
    entries = scores[[*ENTRY, "observed_on"]].drop_duplicates(ENTRY, keep="last")
    return scores.merge(entries[ENTRY].assign(model_key=_models(entries, known)), on=ENTRY, how="left")


def performance_by(store: Store, known: KnownModels, as_of: pd.Timestamp | None = None) -> Performance:
    """The raw table of scores and those of all lists together, as they were known on a day.

    Parameters
    ----------
    store
        The raw data.
    known
        The models known by the day.
    as_of
        The day; None for all there is.
    """
    raw, benchmarks, spellings = (store.table(name) for name in ("performance", "benchmarks", "benchmark_spellings"))
    scores = known_scores(store, known, as_of)
    return known_performance(raw, scores, benchmarks, spellings, known.models, as_of=as_of)


def _models(entries: pd.DataFrame, known: KnownModels) -> "pd.Series[str]":
    """The model of each entry: by the reviewed alias of its own source, else by the spellings as for prices, on the last day it was seen,
    else by the model that the registry knows the entry as.
    """
    spelled = entries["model_id"].where(entries["provider"].eq(""), entries["provider"] + "/" + entries["model_id"])
    names = pd.MultiIndex.from_arrays([entries["source"].replace(ALIAS_SOURCES), spelled])

    def aliased(bases: Sequence[str]) -> "pd.Series[str]":
        by_alias = known.aliases[known.aliases["basis"].isin(bases)].drop_duplicates(["source", "source_name"])
        keys = pd.Series(
            by_alias["model_key"].to_numpy(), pd.MultiIndex.from_frame(by_alias[["source", "source_name"]])
        )
        return pd.Series(keys.reindex(names).to_numpy(), index=entries.index, dtype="str")

    direct = aliased(["reviewed"])
    is_key = entries["source"].eq(OWN_TABLE) & entries["model_id"].isin(known.models["model_key"])
    direct = direct.mask(is_key, entries["model_id"])
    sightings = pd.DataFrame(
        {
            **{name: entries[name] for name in ENTRY},
            "mode": "chat",
            "recorded_on": entries["observed_on"],
            "valid_to": pd.Series(pd.NaT, index=entries.index, dtype="datetime64[us]"),
            "note": "",
        }
    )
    spelled_like_prices = known.resolved(sightings)["model_key"].mask(entries["source"].isin(BY_ALIAS_ALONE))
    return direct.fillna(spelled_like_prices).fillna(aliased(STATED))
