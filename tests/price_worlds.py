"""Two opposite made-up worlds of prices, and the fits of both laws to each, thinned.

Run as a program it fits the worlds anew and writes `price_worlds.json`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import xarray as xr
from costfloor.fit.fit import sample_law
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.simulate import TableDesign, simulate_table
from costfloor.sampling.policy import Sampling

STORED: Final = Path(__file__).with_name("price_worlds.json")
DESIGN: Final = TableDesign(rows=400, families=5, years=5.0, stagger_years=0.2, noise_scale=0.3)
SETTINGS: Final = Sampling(draws=2000, tune=1000, target_accepts=(0.95, 0.99, 0.995), seed=3)
DRAWS: Final = 200

WORLDS: Final[Mapping[str, tuple[str, Mapping[str, float]]]] = {
    "goes_on": ("discovery", {"rate": 1.2, "discoveries_per_year": 24.0}),
    "has_stopped": ("plateau", {"rate_floor": 0.01, "rate_excess": 2.5, "half_life_years": 0.5}),
}
"""The law that holds, and its parameters."""


def prices(name: str) -> PriceObservations:
    """The table of a world, the same each time."""
    law, truth = WORLDS[name]
    table = simulate_table(LAWS[law], truth, DESIGN, seed=17)
    return observations(table.assign(quality=np.log(table["score"] / (1.0 - table["score"]))))


def fitted(name: str) -> dict[str, dict[str, list[float]]]:
    """Population draws of both laws by variable, to four digits; family starts are flattened."""
    found = {}
    for law in ("plateau", "discovery"):
        fit, _ = sample_law(LAWS[law], prices(name), SETTINGS, print)
        if not fit.passed:
            raise RuntimeError(f"{name}, {law}: {fit.receipt['diagnostics']['worst']}")
        thin = np.linspace(0, fit.parameters.size - 1, DRAWS).round().astype(int)
        kept = {
            key: value[thin] for key, value in fit.parameters.values.items() if value.ndim == 1 or key == "family_start"
        }
        found[law] = {key: [float(f"{one:.4g}") for one in value.ravel()] for key, value in kept.items()}
    return found


def stored_fits(name: str) -> dict[str, Fit]:
    """The fits of a world as they were stored, of one chain."""
    draws: Mapping[str, Mapping[str, list[float]]] = json.loads(STORED.read_text("utf-8"))[name]
    found = {}
    for law, values in draws.items():
        arrays = {key: np.array(value).reshape(1, DRAWS, -1) for key, value in values.items()}
        variables = {
            key: (("chain", "draw", "family"), array) if key == "family_start" else (("chain", "draw"), array[..., 0])
            for key, array in arrays.items()
        }
        found[law] = Fit(LAWS[law], {"diagnostics": {"passed": True}}, xr.Dataset(variables), xr.Dataset())
    return found


if __name__ == "__main__":
    STORED.write_text(json.dumps({name: fitted(name) for name in WORLDS}, separators=(",", ":")) + "\n", "utf-8")
