"""Both channels in the years ahead as futures of unit economics, from what the study keeps of its fits."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from costfloor.economics.channels import Channels
from costfloor.economics.futures import Future
from costfloor.economics.scenario import RANGES
from costfloor.laws import LAWS
from costfloor.laws.innovations import GAUSSIAN, GRID_YEARS
from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.studies.graphs.channel_laws import CHANGED, FIXED, channel_law
from costfloor.studies.stored import Stored
from costfloor.typeset.phrases import listing

if TYPE_CHECKING:
    from costfloor.studies.graphs.result import GraphStudy, LawResult

YEARS: Final = int(RANGES["decision.horizon_years"][1])
"""The longest horizon of a service."""

FRESH: Final = 5
"""Innovations to come for each draw that is kept: they move prices more than what is not known of the laws."""

PER_YEAR: Final = round(1.0 / GRID_YEARS)


def channels(stored: "Stored[GraphStudy] | None", seed: int) -> Channels:
    """What the study says of the years ahead; why it says nothing where it is missing, old or failed.

    Parameters
    ----------
    stored
        The study as it was written; None where it was not run.
    seed
        Of the innovations to come.
    """
    if stored is None:
        return Channels(note="the study of fixed and changed graph has not been run (costfloor calibrate graphs)")
    if stored.stale:
        return Channels(note=f"the study of fixed and changed graph is older than {listing(stored.stale)}")
    study: GraphStudy = stored.result
    heard = [law for law in study.laws if law.diagnostics.passed and law.kept]
    if not heard:
        return Channels(note="no fit of the study of fixed and changed graph kept its gates, or none kept its draws")
    since = (pd.Timestamp(study.last) - pd.Timestamp(study.start)).days / DAYS_PER_YEAR
    silent = [LAWS[law.law].title for law in study.laws if law not in heard]
    note = f"without {listing(silent)}, whose fit missed a gate" if silent else ""
    return Channels(tuple(law_future(law, since, YEARS, seed) for law in heard), note)


def law_future(law: "LawResult", last_years: float, years: int, seed: int) -> Future:
    """The future of a law that both channels follow, in joint draws with innovations to come.

    Parameters
    ----------
    law
        What the study says under it.
    last_years
        The last price, in years since the channels' first date.
    years
        How far ahead.
    seed
        Of the innovations.
    """
    draws = {name: np.repeat(np.array(values), FRESH)[:, None] for name, values in law.kept.items()}
    rng = np.random.default_rng(seed)
    fixed, active = (_fallen(law.law, channel, draws, last_years, years, rng) for channel in (FIXED, CHANGED))
    shape, ahead = (len(fixed), years * PER_YEAR), np.arange(years + 1.0)
    walk = GAUSSIAN.fresh(rng, shape, {"innovation_sd": draws["sparsity_innovation_sd"]})
    sparser = draws["sparsity_drift"] * ahead + _by_year(walk)
    total = draws["total_exponent"]
    changed = (draws["active_exponent"] + total) * active - total * sparser
    known = min(len(fixed) // FRESH, law.diagnostics.ess_bulk_min)
    return Future(law.law, True, np.exp(-fixed - changed), np.exp(-changed), draws=known)


def _fallen(
    law: str, channel: str, draws: dict[str, np.ndarray], last_years: float, years: int, rng: np.random.Generator
) -> np.ndarray:
    """How far a channel falls from the last price on, log points, (S, years + 1)."""
    of_channel = channel_law(law, channel)
    parameters: dict[str, Any] = dict(of_channel.parameters(channel, draws.__getitem__))
    times = last_years + np.arange(years + 1.0)
    declined = of_channel.law.decline(parameters, times) - of_channel.law.decline(parameters, times[:1])
    shape = (len(draws["active_exponent"]), years * PER_YEAR)
    return np.asarray(
        declined + _by_year(of_channel.innovations.fresh(rng, shape, of_channel.of_innovations(parameters)))
    )


def _by_year(increments: np.ndarray) -> np.ndarray:
    """Cumulative innovations at whole years, (S, years + 1)."""
    summed = np.cumsum(increments, axis=1)[:, PER_YEAR - 1 :: PER_YEAR]
    return np.concatenate([np.zeros((len(increments), 1)), summed], axis=1)
