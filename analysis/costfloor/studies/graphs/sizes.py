"""Prices of open models with the sizes of the models, as plain arrays; and how much of the panel has sizes."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.studies.graphs.names import size_in_name

CAPABILITY_POINTS: Final = 10.0
"""Capability counts in tens of index points."""

DIFFER: Final = 1.25
"""Ratio from which on the total that a name states and that of the models table are another number, not a rounding."""


@dataclass(frozen=True)
class Disagreement:
    """A model whose name states another total than the models table, billions of parameters; the table's counts."""

    model: str
    in_table: float
    in_name: float


@dataclass(frozen=True)
class Coverage:
    """How much of the prices of open models has sizes.

    Attributes
    ----------
    open_models, open_prices
        All of the rows that the laws see with open weights.
    models, prices
        Those with active and total parameters.
    models_by_name
        Of these, models of which a size is stated in the name alone.
    disagreements
        Where a name states another total than the table.
    """

    open_models: int
    open_prices: int
    models: int
    prices: int
    models_by_name: int
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True)
class SizedPrices:
    """n prices of M open models at H hosts, with sizes.

    Attributes
    ----------
    log_price : (n,)
        Natural log of USD per million tokens, 3:1 blend.
    time_years : (n,)
        Years from `start` to the day of the price.
    model, host : (n,) int
        Codes into `models` and `hosts`.
    log_active, log_total : (M,)
        Natural log of billions of parameters.
    capability, capability_sd : (M,)
        Measured capability and its standard deviation, tens of index points.
    release_years : (M,)
        Years from `start` to the release, or to the first price where that is earlier or the release is not known.
    stated_in_name : (M,) bool
        Whether a size comes from the name alone.
    start, last
        The first release or price, and the last price.
    coverage
        What was left out.
    """

    log_price: np.ndarray = field(repr=False)
    time_years: np.ndarray = field(repr=False)
    model: np.ndarray = field(repr=False)
    host: np.ndarray = field(repr=False)
    log_active: np.ndarray = field(repr=False)
    log_total: np.ndarray = field(repr=False)
    capability: np.ndarray = field(repr=False)
    capability_sd: np.ndarray = field(repr=False)
    release_years: np.ndarray = field(repr=False)
    stated_in_name: np.ndarray = field(repr=False)
    models: tuple[str, ...] = field(repr=False)
    hosts: tuple[str, ...] = field(repr=False)
    start: pd.Timestamp
    last: pd.Timestamp
    coverage: Coverage = field(repr=False)

    @property
    def n(self) -> int:
        """Number of prices."""
        return len(self.log_price)

    @property
    def log_sparsity(self) -> np.ndarray:
        """Log of total over active parameters, (M,); zero for a dense model."""
        return np.asarray(self.log_total - self.log_active)

    @property
    def last_years(self) -> float:
        """Years from `start` to the last price."""
        return float(years_since(self.start, self.last))


def years_since(start: pd.Timestamp, date: pd.Timestamp) -> float:
    """Years between two dates."""
    return float((date - start).days / DAYS_PER_YEAR)


def sized_prices(rows: pd.DataFrame, models: pd.DataFrame, until: pd.Timestamp | None = None) -> SizedPrices:
    """Arrange the prices of open models that have sizes.

    Parameters
    ----------
    rows
        As `costfloor.panel.law_rows` gives them.
    models
        ``model_key, params_total_b, params_active_b``, the facts that are known of models.
    until
        Later prices are left out, and models without an earlier one; None keeps all.

    Raises
    ------
    ValueError
        No open model has a size.
    """
    seen = rows[rows["open_weights"] & (rows["date"] <= (until or rows["date"].max()))]
    facts = with_sizes(models[models["model_key"].isin(seen["model"].unique())])
    sized = facts.dropna(subset=["total", "active"]).set_index("model_key").sort_index()
    kept = seen[seen["model"].isin(sized.index)].sort_values(["date", "model", "host", "price"], kind="stable")
    if kept.empty:
        raise ValueError("no price of an open model whose size is known")
    sized = sized.loc[sorted(kept["model"].unique())]
    hosts = tuple(sorted(kept["host"].astype(str).unique()))
    of_model = kept.groupby("model")
    first = of_model["date"].min()
    release = of_model["entry"].first().fillna(first).clip(upper=first)
    start, last = min(release.min(), first.min()), kept["date"].max()
    coverage = Coverage(
        seen["model"].nunique(),
        len(seen),
        len(sized),
        len(kept),
        int(sized["stated_in_name"].sum()),
        tuple(
            Disagreement(str(key), float(row.in_table), float(row.in_name))
            for key, row in sized.iterrows()
            if not 1.0 / DIFFER <= row.in_name / row.in_table <= DIFFER and np.isfinite(row.in_name / row.in_table)
        ),
    )
    return SizedPrices(
        log_price=np.log(kept["price"].to_numpy(float)),
        time_years=_years(kept["date"], start),
        model=np.searchsorted(sized.index.to_numpy(str), kept["model"].to_numpy(str)),
        host=np.searchsorted(np.array(hosts), kept["host"].to_numpy(str)),
        log_active=np.log(sized["active"].to_numpy(float)),
        log_total=np.log(sized["total"].to_numpy(float)),
        capability=of_model["quality"].first().to_numpy(float) / CAPABILITY_POINTS,
        capability_sd=of_model["quality_sd"].first().to_numpy(float) / CAPABILITY_POINTS,
        release_years=_years(release, start),
        stated_in_name=sized["stated_in_name"].to_numpy(bool),
        models=tuple(sized.index),
        hosts=hosts,
        start=start,
        last=last,
        coverage=coverage,
    )


def with_sizes(models: pd.DataFrame) -> pd.DataFrame:
    """Sizes by model: those of the table, and where one is missing there what the name states.

    Parameters
    ----------
    models
        ``model_key, params_total_b, params_active_b``.

    Returns
    -------
    ``model_key, total, active`` (billions, missing where nothing says so), ``in_table, in_name`` (totals), ``stated_in_name``. A name
    fills in the active parameters only where its total is that of the table: a name that is off elsewhere is no source.
    """
    stated = pd.DataFrame(
        [size_in_name(key) or (np.nan, np.nan) for key in models["model_key"]],
        columns=["total", "active"],
        index=models.index,
        dtype=float,
    )
    total, active = models["params_total_b"], models["params_active_b"]
    ratio = stated["total"] / total
    agrees = total.isna() | ratio.between(1.0 / DIFFER, DIFFER)
    filled = active.isna() & agrees & stated["active"].notna()
    return pd.DataFrame(
        {
            "model_key": models["model_key"],
            "total": total.fillna(stated["total"]),
            # The table's total may be a rounding below the name's: no more than all parameters are active.
            "active": active.where(~filled, np.fmin(stated["active"], total.fillna(np.inf))),
            "in_table": total,
            "in_name": stated["total"],
            "stated_in_name": filled,
        }
    )


def _years(dates: pd.Series, start: pd.Timestamp) -> np.ndarray:
    return np.asarray((dates - start).dt.days.to_numpy(float) / DAYS_PER_YEAR)
