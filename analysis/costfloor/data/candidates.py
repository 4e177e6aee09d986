"""Ids with prices and no model, and the models they may mean."""

from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from costfloor.data.normalise import compact, strip_id

SHOWN = 3


def unresolved_ids(quotes: pd.DataFrame, models: pd.DataFrame) -> list[dict[str, Any]]:
    """Every unresolved id, the most quoted first.

    Parameters
    ----------
    quotes
        The processed quotes.
    models
        The raw models.

    Returns
    -------
    list of dict
        `source, provider, model_id, quotes, first, last, candidates`: the nearest `model_key`s by spelling, nearest first.
    """
    open_ids = quotes[quotes["status"] == "unresolved"]
    keys = models["model_key"].tolist()
    spelled = [compact(key.split("/", 1)[1]) for key in keys]
    places = open_ids.groupby(["source", "provider", "model_id"], dropna=False)
    table = places.agg(
        quotes=("quote_id", "size"), first=("recorded_on", "min"), last=("recorded_on", "max")
    ).reset_index()
    table = table.sort_values("quotes", ascending=False, kind="stable")
    scores = process.cdist([compact(strip_id(name)) for name in table["model_id"]], spelled, scorer=fuzz.WRatio)
    nearest = (-scores).argsort(axis=1, kind="stable")[:, :SHOWN]
    shown = [[keys[place] for place in near] for near in nearest]
    days = {name: table[name].dt.strftime("%Y-%m-%d") for name in ("first", "last")}
    listed = table.assign(**days, candidates=pd.Series(shown, index=table.index, dtype=object))
    records = listed.astype(object).where(listed.notna(), None).to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in records]
