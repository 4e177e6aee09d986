"""What sources state of models, entry by entry: the long table of facts as one row per state that an entry has been in."""

import pandas as pd

ENTRY = ["source", "provider", "model_id"]
IDENTITY = ["name", "creator", "release_date", "huggingface_id", "openrouter_id", "base_model"]
PROPERTIES = ["open_weights", "reasoning", "params_total_b", "params_active_b"]
SOURCE_ORDER = (
    *("models_table", "artificial_analysis", "models_dev", "epoch_hub", "epoch_eci", "epoch_stitching"),
    *("llmstats", "openrouter"),
)
"""Of what comes on one day, the order in which it is taken in; any other source follows."""


def states(facts: pd.DataFrame) -> pd.DataFrame:
    """Every state of every entry, in the order in which they were seen.

    Parameters
    ----------
    facts
        Columns `source, observed_on, provider, model_id, field, value, place`; a fact that is stated again is the same fact.

    Returns
    -------
    pandas.DataFrame
        `observed_on`, `ENTRY`, `IDENTITY`, `PROPERTIES` as text, empty where nothing is stated, and `place`. Of two values of one day
        the first in the alphabet counts, which is the earlier of two dates.
    """
    fields = [*IDENTITY, *PROPERTIES]
    columns = ["observed_on", *ENTRY, "field", "value", "place"]
    facts = facts.loc[facts["field"].isin(fields), columns]
    # Most facts are repeated week after week.
    facts = facts.sort_values("observed_on", kind="stable").drop_duplicates([*ENTRY, "field", "value"])
    # Independent of the order in which the rows of one day came.
    facts = facts.sort_values(columns, kind="stable").drop_duplicates(["observed_on", *ENTRY, "field"])
    index = ["observed_on", *ENTRY]
    wide = facts.set_index([*index, "field"])["value"].unstack("field").reindex(columns=fields)
    wide = wide.join(facts.drop_duplicates(index).set_index(index)["place"]).reset_index()
    wide = wide.sort_values([*ENTRY, "observed_on"], kind="stable")
    wide[fields] = wide.groupby(ENTRY, sort=False)[fields].ffill()
    rank = {source: position for position, source in enumerate(SOURCE_ORDER)}
    wide = wide.assign(rank=wide["source"].map(rank).fillna(len(rank)))
    ordered = wide.sort_values(["observed_on", "rank", *ENTRY], kind="stable").drop(columns="rank")
    ordered[fields] = ordered[fields].astype("str").fillna("")
    return ordered.reset_index(drop=True)
