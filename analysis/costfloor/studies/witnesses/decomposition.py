"""An exact decomposition of the change of the mean log price of what is on sale, from one date to another.

Each model counts once, at the mean log price over its hosts. Those who stay are the yardstick at either date (Melitz and Polanec 2015):

    mean after - mean before = incumbents + entrants + leavers + new models + retired models

* **incumbents**: prices of the same weights at the same host;
* **entrants**: hosts that take up weights already on sale, by what they are dearer or cheaper than the incumbents of the same model;
* **leavers**: hosts that drop weights that others still sell, in the same way;
* **new** and **retired** models: by what they are dearer or cheaper than the models sold at both dates.

A model whose hosts have all changed has no incumbents: its whole change is of entrants. Parts add up for any two lists with a model in
common.

References: Melitz and Polanec (2015), Dynamic Olley-Pakes productivity decomposition with entry and exit, RAND Journal of Economics 46.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from costfloor.errors import InputError

Floats = npt.NDArray[np.float64]

PLACE: Final = ["model", "host"]

PARTS: Final = ("incumbents", "entrants", "leavers", "new", "retired")
"""In this order in all arrays; of log price, so that a fall is negative."""

WITHIN: Final = 3
"""The first so many parts are within models sold at both dates."""


@dataclass(frozen=True)
class Step:
    """What each model brings to the change between two dates, before it is averaged.

    Attributes
    ----------
    models
        Names, M of them, sold at either date.
    before, after : (M,)
        Mean log price over hosts; zero where the model is not sold.
    sold_before, sold_after : (M,)
        Whether it is sold, 1 or 0.
    within : (M, WITHIN)
        Parts of `after - before` of a model sold at both dates, else zero.
    matched
        Places (a model at a host) sold at both dates.
    """

    models: tuple[str, ...]
    before: Floats
    after: Floats
    sold_before: Floats
    sold_after: Floats
    within: Floats
    matched: int


def step(before: pd.DataFrame, after: pd.DataFrame) -> Step:
    """Compare two price lists.

    Parameters
    ----------
    before, after
        `model, host, log_price`, a place once.

    Raises
    ------
    InputError
        A place stands twice in a list, or the lists have no model in common.

    Examples
    --------
    Two models at three hosts: A halves its price of `big`, C takes up `small`, and B drops it.

    >>> before = price_list({("big", "A"): 4.0, ("small", "A"): 0.3, ("small", "B"): 0.6})
    >>> after = price_list({("big", "A"): 2.0, ("small", "A"): 0.3, ("small", "C"): 0.1})
    >>> parts = changes(step(before, after), np.ones((1, 2)))[0]
    >>> {name: round(float(value), 3) for name, value in zip(PARTS[:WITHIN], parts)}
    {'incumbents': -0.347, 'entrants': -0.275, 'leavers': -0.173}
    """
    for rows in (before, after):
        if rows.duplicated(PLACE).any():
            twice = rows[rows.duplicated(PLACE)].iloc[0]
            raise InputError("stands twice in a price list", value=f"{twice['model']} at {twice['host']}")
    both = before[[*PLACE, "log_price"]].merge(
        after[[*PLACE, "log_price"]], on=PLACE, how="outer", suffixes=("_before", "_after"), sort=True
    )
    stays = both["log_price_before"].notna() & both["log_price_after"].notna()
    by_model = both["model"]
    means = both.groupby(by_model)[["log_price_before", "log_price_after"]].mean()
    incumbents = both[stays].groupby(by_model[stays])[["log_price_before", "log_price_after"]].mean()
    incumbents = incumbents.reindex(means.index)
    continuing = means.notna().all(axis=1)
    if not continuing.any():
        raise InputError("have no model in common", value="two price lists")
    # Where no host stays, those who left are the yardstick at both dates: the whole change is of entrants.
    yardstick = incumbents.fillna(
        {"log_price_before": means["log_price_before"], "log_price_after": means["log_price_before"]}
    )
    within = pd.DataFrame(
        {
            "incumbents": yardstick["log_price_after"] - yardstick["log_price_before"],
            "entrants": means["log_price_after"] - yardstick["log_price_after"],
            "leavers": yardstick["log_price_before"] - means["log_price_before"],
        }
    ).where(continuing, 0.0)
    sold = means.notna().astype(float)
    return Step(
        models=tuple(str(name) for name in means.index),
        before=means["log_price_before"].fillna(0.0).to_numpy(),
        after=means["log_price_after"].fillna(0.0).to_numpy(),
        sold_before=sold["log_price_before"].to_numpy(),
        sold_after=sold["log_price_after"].to_numpy(),
        within=within.to_numpy(float),
        matched=int(stays.sum()),
    )


def changes(compared: Step, weights: Floats) -> Floats:
    """The parts of the change of the mean log price, shape (R, 5) in the order of `PARTS`.

    Parameters
    ----------
    compared
        From `step`.
    weights : (R, M)
        Weights of models, of no particular sum; ones for the mean itself, others to resample models.
    """
    continuing = compared.sold_before * compared.sold_after
    stay = weights @ continuing
    within = (weights @ compared.within) / stay[:, None]
    entering = _against(compared.after, compared.sold_after, continuing, weights)
    leaving = _against(compared.before, compared.sold_before, continuing, weights)
    return np.column_stack([within, entering, -leaving])


def total(compared: Step, weights: Floats) -> Floats:
    """Change of the mean log price itself, shape (R,), of which `changes` are the parts."""
    after = (weights @ (compared.after * compared.sold_after)) / (weights @ compared.sold_after)
    before = (weights @ (compared.before * compared.sold_before)) / (weights @ compared.sold_before)
    return np.asarray(after - before)


def chained(steps: Sequence[Step], models: Sequence[str], weights: Floats) -> Floats:
    """Parts of each of several steps under weights of all models (R, M), shape (R, S, 5)."""
    place = {name: at for at, name in enumerate(models)}
    parts = [changes(compared, weights[:, [place[name] for name in compared.models]]) for compared in steps]
    return np.stack(parts, axis=1)


def price_list(prices: dict[tuple[str, str], float]) -> pd.DataFrame:
    """A price list from prices by model and host."""
    rows = [(model, host, np.log(price)) for (model, host), price in prices.items()]
    return pd.DataFrame(rows, columns=[*PLACE, "log_price"])


def _against(level: Floats, sold: Floats, continuing: Floats, weights: Floats) -> Floats:
    """Mean of all that is sold less that of what is sold at both dates."""
    everything = (weights @ (level * sold)) / (weights @ sold)
    return np.asarray(everything - (weights @ (level * continuing)) / (weights @ continuing))
