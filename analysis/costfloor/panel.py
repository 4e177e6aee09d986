"""The panel: kept quotes joined with capability, in families, and the rows of it that the laws see."""

import pandas as pd

from costfloor.data.hosts import OWN_PRICE_KINDS
from costfloor.data.schemas import PANEL
from costfloor.storage import sha256_bytes

MIN_PUBLISHED_BENCHMARKS = 2
"""A priced model enters the panel with this many distinct benchmarks published."""

MIN_USABLE_BENCHMARKS = 3
"""The laws see a model with this many scores behind its capability: with fewer, its band is a guess."""

MIN_FAMILY_ROWS = 15
"""A band is split into open and closed weights when both sides have this many rows."""

LAW_HOST_KINDS = OWN_PRICE_KINDS
"""Whose prices the laws see: those of sellers with prices of their own. Of a seller that nobody has looked at it is not known."""

MEASURED = ("quality", "quality_sd", "quality_centre")
"""Columns of the laws' rows that come from the capability model."""


OF_CAPABILITY = ("n_benchmarks", "capability", "capability_sd", "band", "band_centre", "band_birth")
"""Columns of the panel that say how able a model is."""


def law_rows(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel in the form of a price table: what the laws of motion see.

    Returns
    -------
    Columns `date, price` (USD per million tokens, 3:1 blend)`, quality, quality_sd, quality_centre` (capability units)`, family,
    family_birth, host, model, entry`.
    """
    # In a past view a band may not be born yet that a model of vague release is in.
    rows = panel[_seen_by_laws(panel) & panel["band_birth"].notna()]
    return pd.DataFrame(
        {
            "date": rows["date"],
            "price": rows["price_usd_per_mtok"],
            "quality": rows["capability"],
            "quality_sd": rows["capability_sd"],
            "quality_centre": rows["band_centre"],
            "family": rows["family"],
            "family_birth": rows["band_birth"],
            "host": rows["host"],
            "model": rows["model"],
            "entry": rows["release_date"],
        }
    ).reset_index(drop=True)


def panel_source(rows: pd.DataFrame, scores: pd.DataFrame) -> str:
    """Hash of the rows that the laws see, quality apart, and of what quality is measured with: the same on every machine.

    The quality of models is sampled, and sampling differs in its last digits from processor to processor; so does the hash of the panel. A
    study is out of date when prices, scores or code have changed, not when another machine has measured the same models with other draws.
    A model that other draws put into another band changes the rows, and with them the hash.

    Parameters
    ----------
    rows
        As from `law_rows`.
    scores
        Those behind quality.
    """
    tables = [rows.drop(columns=list(MEASURED)), scores]
    return sha256_bytes("\n".join(table.to_csv(index=False, float_format="%.12g") for table in tables).encode())


def make_panel(
    quotes: pd.DataFrame, models: pd.DataFrame, performance: pd.DataFrame, capability: pd.DataFrame
) -> pd.DataFrame:
    """Join kept quotes with capability, and cross bands with open and closed weights where both have enough rows."""
    published = performance.groupby("model_key")["benchmark"].nunique()
    enough = published.index[published >= MIN_PUBLISHED_BENCHMARKS]
    measured = capability[capability["model_key"].isin(enough)]
    facts = models[["model_key", "creator", "release_date", "open_weights", "reasoning"]]
    kept = quotes[quotes["status"] == "kept"].merge(measured, on="model_key").merge(facts, on="model_key")
    panel = kept.rename(columns={"model_key": "model"}).assign(
        open_weights=lambda t: t["open_weights"].astype("boolean"),
        days_since_release=lambda t: (t["date"] - t["release_date"]).dt.days.astype(float),
    )
    panel["family"] = families(panel)
    return panel.sort_values(["date", "model", "host", "quote_id"])[list(PANEL.columns)].reset_index(drop=True)


def as_measured_in(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """A later panel, in which models that the laws saw in an earlier one have the capability that they had there.

    Forecasts from the earlier one are held against it: a model that has more scores since is no other model.
    """
    before = then[_seen_by_laws(then)].drop_duplicates("model").set_index("model")
    measured = {name: now["model"].map(before[name]).fillna(now[name]) for name in OF_CAPABILITY}
    return now.assign(**{name: values.astype(now[name].dtype) for name, values in measured.items()})


def families(panel: pd.DataFrame) -> "pd.Series[str]":
    """Name the family of each row: its band, split by weights when both sides have `MIN_FAMILY_ROWS` rows the laws see.

    Unstated weights count as closed: models whose weights can be had are listed as such.
    """
    side = panel["open_weights"].fillna(False).astype(bool).map({True: "open", False: "closed"})
    seen = _seen_by_laws(panel)
    counts = pd.crosstab(panel.loc[seen, "band"], side[seen]).reindex(columns=["open", "closed"], fill_value=0)
    split = counts.index[(counts >= MIN_FAMILY_ROWS).all(axis=1)]
    return panel["band"].where(~panel["band"].isin(split), panel["band"] + " " + side)


def _seen_by_laws(panel: pd.DataFrame) -> "pd.Series[bool]":
    return panel["host_kind"].isin(LAW_HOST_KINDS) & (panel["n_benchmarks"] >= MIN_USABLE_BENCHMARKS)
