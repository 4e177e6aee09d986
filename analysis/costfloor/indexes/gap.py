"""Why hedonic and matched-model indexes differ: who enters and who leaves, and at what price."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from costfloor.errors import InputError
from costfloor.indexes.log_index import annual_rate, reach
from costfloor.indexes.matched import matched_index
from costfloor.indexes.periods import Frequency, in_force, period_matrix
from costfloor.indexes.time_dummy import fit_time_dummy, time_dummy_index

Interval = tuple[float, float]


@dataclass(frozen=True)
class HedonicGap:
    """The two indexes on the same prices in force, and the turnover between them.

    Attributes
    ----------
    hedonic_rate, hedonic_ci90, matched_rate, matched_ci90
        Log-rates a year, positive when prices fall, over the same periods.
    gap
        The first minus the second: the fall that matching does not see.
    exit_share, entry_share
        Share of items that are gone in the next period, and that were not there in the last one; mean over periods weighted
        by items.
    exit_premium, exit_premium_ci90
        Mean log price relative to quality-adjusted price of the items in their last period, minus that of items that stay;
        None when none exits. Above 0: what leaves is dear for its quality.
    entry_premium, entry_premium_ci90
        The same for items in their first period, against those that were there before.
    n, exits, entries
        Prices in force, and how often an item left or came.
    """

    hedonic_rate: float
    hedonic_ci90: Interval
    matched_rate: float
    matched_ci90: Interval
    gap: float
    exit_share: float
    entry_share: float
    exit_premium: float | None
    exit_premium_ci90: Interval | None
    entry_premium: float | None
    entry_premium_ci90: Interval | None
    n: int
    exits: int
    entries: int

    def __str__(self) -> str:
        def shown(premium: float | None) -> str:
            return "unknown" if premium is None else f"{premium:+.2f}"

        return (
            f"hedonic {self.hedonic_rate:.3g}, matched {self.matched_rate:.3g} a year: matching misses {self.gap:.3g}. "
            f"{self.exit_share:.1%} of items leave per period (log price for their quality {shown(self.exit_premium)} against "
            f"those that stay), {self.entry_share:.1%} are new ({shown(self.entry_premium)})"
        )


def hedonic_gap(rows: pd.DataFrame, frequency: Frequency = "month") -> HedonicGap:
    """Compare the time-dummy hedonic and the matched-model index on the same prices in force.

    With matched models the log index moves by the price changes of those that stay. The hedonic period effect also moves
    when a model that was dear for its quality leaves, or a cheap one comes: `exit_premium` and `entry_premium` are differences
    of mean residuals of the hedonic regression, by least squares on a dummy with errors clustered by model.

    References
    ----------
    Pakes, American Economic Review 93 (2003), section on exits. Aizcorbe, Corrado & Doms, "Constructing price and quantity
    indexes for high technology goods" (2000), for when the two agree.

    Raises
    ------
    InputError
        No `model`, or too few prices for either index.
    """
    if "model" not in rows:
        raise InputError("the gap needs to know which prices are of one model", column="model", remedy="Add it")
    matrix = period_matrix(rows, frequency)
    matched = matched_index(matrix)
    long = in_force(matrix)
    within = matrix.periods.get_indexer(matched.periods)
    long = long[long["period"].isin(within)]
    hedonic = time_dummy_index(long, matrix)
    fit = fit_time_dummy(long)
    if fit is None:
        raise InputError("periods cannot be told apart from quality", remedy="Bring more models")
    residual = pd.Series(fit.residuals, index=long.index)
    present = pd.MultiIndex.from_frame(long[["item", "period"]])
    stays = pd.MultiIndex.from_arrays([long["item"], long["period"] + 1]).isin(present)
    came_before = pd.MultiIndex.from_arrays([long["item"], long["period"] - 1]).isin(present)
    has_next, has_last = long["period"] < within[-1], long["period"] > within[0]
    exits, entries = ~stays[has_next], ~came_before[has_last]
    (matched_rate, matched_ci90), (rate, ci90) = annual_rate(matched), annual_rate(hedonic)
    exit_premium, exit_ci90 = _premium(residual[has_next], exits, long.loc[has_next, "model"])
    entry_premium, entry_ci90 = _premium(residual[has_last], entries, long.loc[has_last, "model"])
    return HedonicGap(
        hedonic_rate=rate,
        hedonic_ci90=ci90,
        matched_rate=matched_rate,
        matched_ci90=matched_ci90,
        gap=rate - matched_rate,
        exit_share=float(exits.mean()),
        entry_share=float(entries.mean()),
        exit_premium=exit_premium,
        exit_premium_ci90=exit_ci90,
        entry_premium=entry_premium,
        entry_premium_ci90=entry_ci90,
        n=len(long),
        exits=int(exits.sum()),
        entries=int(entries.sum()),
    )


def _premium(residual: pd.Series, chosen: np.ndarray, model: pd.Series) -> tuple[float | None, Interval | None]:
    """Mean residual of the chosen rows minus that of the rest."""
    groups = pd.factorize(model)[0]
    if not chosen.any() or chosen.all() or groups.max() < 1:
        return None, None
    X = np.column_stack([np.ones(len(residual)), chosen.astype(float)])
    fit = sm.OLS(residual.to_numpy(), X).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    difference, half = float(fit.params[1]), reach(int(groups.max()) + 1) * float(fit.bse[1])
    return difference, (difference - half, difference + half)
