"""The project's own panel as the laws see it."""

import numpy as np
import pandas as pd

from costfloor.build import BuiltPanel
from costfloor.capability.clock import priced_releases
from costfloor.laws.limits import require_enough
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.panel import entered

PRICE_UNIT = "USD per million tokens"


def panel_observations(built: BuiltPanel) -> PriceObservations:
    """The observations of the built panel that the laws see; refused where they are too few for a law."""
    name = "the panel" if built.as_of is None else f"the panel as of {built.as_of.date()}"
    require_enough(built.law_rows, name=name)
    return market_observations(built.law_rows, built.panel)


def market_observations(rows: pd.DataFrame, panel: pd.DataFrame, price_unit: str = PRICE_UNIT) -> PriceObservations:
    """Rows of a panel with the clock that bore their models, so that a past date has the births of its own day.

    Parameters
    ----------
    rows
        As from `costfloor.panel.law_rows`, or a part of them.
    panel
        All of the panel: a release counts from its first price, whether or not the laws see that.
    price_unit
        For axis labels.
    """
    obs = observations(on_clock(rows, panel), price_unit=price_unit, releases=priced_releases(panel))
    # What only relays priced, after the last row, counts no more than it would for a past date.
    return subset(obs, np.ones(obs.n, bool))


def on_clock(rows: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Rows with `clock_entry`, the day on which the panel has their models enter."""
    return rows.assign(clock_entry=rows["model"].map(entered(panel)["entry"]))
