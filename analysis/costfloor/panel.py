"""The panel: kept quotes joined with capability, and the rows of it that the laws see, as one market.

Bands give names to figures and tables, and crossed with open and closed weights the segments of classical estimates. The laws see no band:
a model has the birth that the clock of capabilities gives it.
"""

import pandas as pd

from costfloor.capability.clock import Clock, birth_dates, clock_releases, market_clock
from costfloor.data.hosts import OWN_PRICE_KINDS
from costfloor.data.schemas import PANEL
from costfloor.storage import sha256_bytes

MIN_PUBLISHED_BENCHMARKS = 2
"""A priced model enters the panel with this many distinct benchmarks published."""

MIN_USABLE_BENCHMARKS = 3
"""The laws see a model with this many scores behind its capability: with fewer, its capability is a guess."""

LAW_HOST_KINDS = OWN_PRICE_KINDS
"""Whose prices the laws see: those of sellers with prices of their own. Of a seller that nobody has looked at it is not known."""

MARKET = "market"
"""The one family of the rows that the laws see."""

MEASURED = ("quality", "quality_sd", "segment", "birth")
"""Columns of the laws' rows that come from the capability model."""

OF_CAPABILITY = ("n_benchmarks", "capability", "capability_sd", "band", "band_centre", "birth")
"""Columns of the panel that follow from how able a model is."""


def law_rows(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel in the form of a price table: what the laws of motion see.

    Returns
    -------
    Columns `date, price` (USD per million tokens, 3:1 blend)`, quality, quality_sd` (capability units)`, family` (`MARKET`)`, segment,
    birth, host, model, open_weights, entry`. The laws do not see segments: classical forecasts and checks take a series of each.
    """
    rows = panel[_seen_by_laws(panel)]
    return pd.DataFrame(
        {
            "date": rows["date"],
            "price": rows["price_usd_per_mtok"],
            "quality": rows["capability"],
            "quality_sd": rows["capability_sd"],
            "family": MARKET,
            "segment": rows["segment"],
            "birth": rows["birth"],
            "host": rows["host"],
            "model": rows["model"],
            "open_weights": _open(rows),
            "entry": rows["release_date"],
        }
    ).reset_index(drop=True)


def market_rows(rows: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Rows of a user's table whose quality is capability, as the laws see those of the panel: to be scored under fits to it.

    Parameters
    ----------
    rows
        `date, price, quality, model`, and `quality_sd` and `open_weights` where they are known. A model that the panel has is what it is
        there, its quality included; another one enters with its first row, and is born by the panel's clock. Rows that name no model stay
        as they are: nothing can be scored there.
    panel
        The panel that was fitted.
    """
    if "model" not in rows:
        return rows
    known = panel.drop_duplicates("model").set_index("model")
    entry = rows.groupby("model")["date"].transform("min")
    born = birth_dates(market_clock(panel), rows.assign(capability=rows["quality"], entry=entry))
    given = rows["open_weights"] if "open_weights" in rows else pd.Series(data=False, index=rows.index)
    given_sd = rows["quality_sd"] if "quality_sd" in rows else pd.Series(0.0, rows.index)
    return rows.assign(
        quality=rows["model"].map(known["capability"]).fillna(rows["quality"]),
        quality_sd=rows["model"].map(known["capability_sd"]).fillna(given_sd),
        family=MARKET,
        birth=rows["model"].map(known["birth"]).fillna(born),
        entry=rows["model"].map(known["release_date"]).fillna(entry),
        open_weights=rows["model"]
        .map(known["open_weights"])
        .fillna(given.astype("boolean"))
        .fillna(False)
        .astype(bool),
    )


def panel_bands(panel: pd.DataFrame) -> pd.DataFrame:
    """The bands of capability among the rows that the laws see, in rising order.

    Returns
    -------
    Indexed by the name of the band: `centre` (capability of its anchor), `birth` (mean date of birth of its models), `rows, models, hosts`,
    `first` and `last` (dates of its prices).
    """
    seen = panel[_seen_by_laws(panel)]
    by_band, models = seen.groupby("band"), seen.drop_duplicates("model").groupby("band")
    bands = pd.DataFrame(
        {
            "centre": by_band["band_centre"].first(),
            "birth": models["birth"].mean(),
            "rows": by_band.size(),
            "models": models.size(),
            "hosts": by_band["host"].nunique(),
            "first": by_band["date"].min(),
            "last": by_band["date"].max(),
        }
    )
    return bands.sort_values("centre")


def panel_source(panel: pd.DataFrame, scores: pd.DataFrame) -> str:
    """Hash of the rows that the laws see, apart from what is measured, and of what it is measured with: the same on every machine.

    The quality of models is sampled, and sampling differs in its last digits from processor to processor; so do births and the hash of the
    panel. A study is out of date when prices, scores, releases or code have changed, not when another machine has measured the same models
    with other draws.

    Parameters
    ----------
    panel
        As from `make_panel`.
    scores
        Those behind quality.
    """
    releases = panel[["model", "clock_release"]].dropna().drop_duplicates().sort_values("model")
    tables = [law_rows(panel).drop(columns=list(MEASURED)), scores, releases]
    return sha256_bytes("\n".join(table.to_csv(index=False, float_format="%.12g") for table in tables).encode())


def make_panel(
    quotes: pd.DataFrame, models: pd.DataFrame, performance: pd.DataFrame, capability: pd.DataFrame
) -> pd.DataFrame:
    """Join kept quotes with capability, give every model its birth, and cross bands with open and closed weights."""
    published = performance.groupby("model_key")["benchmark"].nunique()
    enough = published.index[published >= MIN_PUBLISHED_BENCHMARKS]
    measured = capability[capability["model_key"].isin(enough)]
    measured = measured.assign(clock_release=clock_releases(measured, models))
    facts = models[["model_key", "creator", "release_date", "open_weights", "reasoning"]]
    kept = quotes[quotes["status"] == "kept"].merge(measured, on="model_key").merge(facts, on="model_key")
    panel = kept.rename(columns={"model_key": "model"}).assign(
        open_weights=lambda t: t["open_weights"].astype("boolean"),
        days_since_release=lambda t: (t["date"] - t["release_date"]).dt.days.astype(float),
    )
    panel["birth"] = births_by(market_clock(panel), panel)
    panel["segment"] = segments(panel)
    return panel.sort_values(["date", "model", "host", "quote_id"])[list(PANEL.columns)].reset_index(drop=True)


def births_by(clock: Clock, panel: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Date of birth of the model of each row, as a clock has it.

    Parameters
    ----------
    clock
        Of the day whose knowledge counts. That of the whole panel has births in hindsight of whatever was priced late; from a past date
        `costfloor.laws.observations.subset` works them out anew.
    panel
        All rows of its models.
    """
    births: pd.Series[pd.Timestamp] = panel["model"].map(birth_dates(clock, entered(panel)))
    return births


def entered(panel: pd.DataFrame) -> pd.DataFrame:
    """Measured `capability` and date of `entry` by model, from its first row: its release, or its first price where that has no day."""
    models = panel.sort_values("date", kind="stable").drop_duplicates("model").set_index("model")
    return models[["capability"]].assign(entry=models["release_date"].fillna(models["date"]))


def as_measured_in(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """A later panel, in which models that the laws saw in an earlier one have the capability that they had there.

    Forecasts from the earlier one are held against it: a model that has more scores since is no other model.
    """
    before = then[_seen_by_laws(then)].drop_duplicates("model").set_index("model")
    measured = {name: now["model"].map(before[name]).fillna(now[name]) for name in OF_CAPABILITY}
    return now.assign(**{name: values.astype(now[name].dtype) for name, values in measured.items()})


def segments(panel: pd.DataFrame) -> "pd.Series[str]":
    """Name the segment of each row: its band and whether its weights can be had, however many rows that gives.

    A rule that counts rows would let later rows name earlier ones.
    """
    return panel["band"] + _open(panel).map({True: " open", False: " closed"})


def _open(panel: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the weights can be had; unstated ones count as closed, as models with open weights are listed as such."""
    return panel["open_weights"].fillna(False).astype(bool)


def _seen_by_laws(panel: pd.DataFrame) -> "pd.Series[bool]":
    return panel["host_kind"].isin(LAW_HOST_KINDS) & (panel["n_benchmarks"] >= MIN_USABLE_BENCHMARKS)
