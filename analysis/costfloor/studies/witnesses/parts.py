"""Parts of the changed graph: size and sparsity at a fixed capability, and what caches and batches take off, by year."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from costfloor.build import BuiltPanel
from costfloor.studies.levers.levers import Lever, discount
from costfloor.studies.witnesses.rates import Witness, witness

SIZE: Final = "size"
SPARSITY: Final = "sparsity"
ACTIVE: Final = "active"

DISCOUNTS: Final = (
    ("input read from a cache", "cache_read_usd_per_mtok", "input_usd_per_mtok"),
    ("input in the batch tier", "batch_input_usd_per_mtok", "input_usd_per_mtok"),
    ("output in the batch tier", "batch_output_usd_per_mtok", "output_usd_per_mtok"),
)
"""Name, discounted price, full price."""


@dataclass(frozen=True)
class Discount:
    """A discount as prices of a year show it: the offers that began in it."""

    year: int
    lever: Lever


@dataclass(frozen=True)
class Coverage:
    """How many open models with a measured capability there are, and of how many the sizes are known."""

    models: int
    total: int
    active: int


def sizes(built: BuiltPanel) -> tuple[tuple[Witness, ...], Coverage]:
    """How fast the parameters that a capability asks for fall, over releases of open models, in all, as a share that is active, and active.

    The first two add up to the third. Capability is a control as measured: its error makes the rates too small.
    """
    models = built.models.merge(built.capability[["model_key", "capability"]], on="model_key")
    models = models[models["open_weights"].fillna(False).astype(bool) & models["release_date"].notna()]
    known = models[models["params_total_b"].gt(0.0) & models["params_active_b"].gt(0.0)].reset_index(drop=True)
    coverage = Coverage(len(models), int(models["params_total_b"].notna().sum()), len(known))
    total, active = np.log(known["params_total_b"]), np.log(known["params_active_b"])
    held = known[["capability"]].to_numpy(float)
    told = []
    for name, needed in ((SIZE, total), (SPARSITY, active - total), (ACTIVE, active)):
        rows = pd.DataFrame(
            {"date": known["release_date"], "gain": -needed, "cell": "models", "cluster": known["model_key"]}
        )
        told.append(witness(name, rows, held) if len(rows) else None)
    return tuple(heard for heard in told if heard is not None), coverage


def discounts(quotes: pd.DataFrame) -> tuple[Discount, ...]:
    """Discounts on offers that began in a year, over the full price, by name and year."""
    dated = quotes[quotes["date"].notna()]
    levers: list[Discount] = []
    for name, discounted, full in DISCOUNTS:
        for year, of_year in dated.groupby(dated["date"].dt.year, sort=True):
            lever = discount(name, of_year, discounted, full)
            if lever.ratio is not None:
                levers.append(Discount(int(str(year)), lever))
    return tuple(levers)
