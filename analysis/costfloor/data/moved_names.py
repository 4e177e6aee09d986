"""Moving names whose price has become that of a newer model: which model they mean is not known any more."""

import pandas as pd

from costfloor.data.price_equality import DUST
from costfloor.data.spellings import KNOWN_TO

PRICE = ["input_usd_per_mtok", "output_usd_per_mtok"]


def without_moved_names(resolved: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """Leave unresolved each spell of a moving name whose price is that of a newer model of the same creator at the same seller.

    Nobody has looked up what a moving name means after the compiled record ends, and a list seldom says that it has moved on; but a
    vendor's old name that changes to the very price of the vendor's new model, once that is out, no longer speaks of the old one.

    Parameters
    ----------
    resolved
        Price spells with `model_key`, `match_basis` and `unresolved_reason`: see `costfloor.data.identity.resolve`.
    models
        Their creators and releases, `model_key, creator, release_date`.
    """
    about = models.drop_duplicates("model_key").set_index("model_key")
    spells = resolved[["source", "provider", "model_id", "model_key", "recorded_on", *PRICE]].assign(
        creator=resolved["model_key"].map(about["creator"]), released=resolved["model_key"].map(about["release_date"])
    )
    moved = (
        resolved["match_basis"].eq("moving name")
        & resolved["event"].eq("change")
        & resolved["recorded_on"].gt(KNOWN_TO)
    )
    newer = spells.drop(columns=["source", "model_id", "recorded_on"]).drop_duplicates()
    pairs = (
        spells[moved]
        .reset_index(names="row")
        .merge(newer, on=["provider", "creator"], suffixes=("", "_newer"))
        .query("released < released_newer <= recorded_on")
    )
    for price in PRICE:
        pairs = pairs[(pairs[price] - pairs[f"{price}_newer"]).abs() <= DUST * pairs[price]]
    meant = pairs.sort_values("released_newer").groupby("row")["model_key_newer"].last()
    reason = ("moving name, now at the price of " + meant).reindex(resolved.index)
    return resolved.assign(
        model_key=resolved["model_key"].mask(reason.notna()),
        match_basis=resolved["match_basis"].mask(reason.notna()),
        unresolved_reason=resolved["unresolved_reason"].fillna(reason),
    )
