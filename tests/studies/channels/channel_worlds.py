"""The stored study of markets that fall by one channel, by the other, and too few models to tell.

Run as a program it fits the worlds anew and writes `channel_worlds.json`.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from costfloor.panel import LAW_HOST_KINDS, MIN_USABLE_BENCHMARKS
from costfloor.sampling.policy import Sampling
from costfloor.studies.channels.changes import channel_data
from costfloor.studies.channels.record_lows import accounting
from costfloor.studies.channels.result import fit_channels
from costfloor.studies.channels.spells import KnownSpell
from costfloor.studies.channels.study import MAIN, ChannelStudy
from markets import ALL_CHANGED, ALL_FIXED, HALF, market

STORED = Path(__file__).with_name("channel_worlds.json")
SETTINGS = Sampling(draws=1000, tune=1000, target_accepts=(0.95, 0.99), seed=5)
WORLDS = {"all_fixed": (ALL_FIXED, 250), "all_changed": (ALL_CHANGED, 250), "undecided": (HALF, 40)}
"""Each world with its number of models."""


def panel_of(spells: tuple[KnownSpell, ...]) -> pd.DataFrame:
    """The columns of a panel that record lows look at; bands are ten points of capability apart."""
    bands = {band: 100.0 + 10.0 * at for at, band in enumerate(sorted({spell.band for spell in spells}))}
    return pd.DataFrame(
        {
            "band": [spell.band for spell in spells],
            "band_centre": [bands[spell.band] for spell in spells],
            "capability": [bands[spell.band] + spell.quality for spell in spells],
            "date": [spell.date for spell in spells],
            "model": [spell.model for spell in spells],
            "price_usd_per_mtok": np.exp([spell.log_price for spell in spells]),
            "host_kind": LAW_HOST_KINDS[0],
            "n_benchmarks": MIN_USABLE_BENCHMARKS,
        }
    )


def stored_worlds() -> dict[str, dict[str, Any]]:
    """The result of the study by world."""
    found: dict[str, dict[str, Any]] = json.loads(STORED.read_text("utf-8"))
    return found


def fitted(name: str) -> dict[str, Any]:
    """Fit a world."""
    world, models = WORLDS[name]
    spells = market(world, seed=7, models=models)
    result = fit_channels(channel_data(spells), SETTINGS)
    return asdict(ChannelStudy({MAIN: result}, accounting(panel_of(spells))))


if __name__ == "__main__":
    STORED.write_text(f"{json.dumps({name: fitted(name) for name in WORLDS}, sort_keys=True)}\n", "utf-8")
