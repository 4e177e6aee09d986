"""What a fast look saves and costs: its time, and how far its medians and 90 % ends are off those of the full fit.

Usage: python benchmarks/fast_look.py [LAW ...]; by default plateau and discovery. Two tables: the first 300 prices of the built panel, and
60 made-up ones of two families. Seconds are those of the processor for the whole call, when the law is compiled already, and those of the
clock for sampling alone. Off: over the quantities of `fit.summary()`, in standard deviations of the full posterior, the middle one and the
largest, each a mean over `LOOKS` looks; in every other row stands another full fit.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean

import numpy as np
from costfloor.api.prices import load_panel, observe
from costfloor.fit.asked import fit_as_asked
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.laws.panel import market_observations
from costfloor.laws.simulate import TableDesign, simulate_table
from costfloor.panel import law_rows
from costfloor.sampling.policy import Sampling

LOOKS = 5
PANEL_ROWS = 300
MADE_UP = {"rate_floor": 0.2, "rate_excess": 1.5, "half_life_years": 1.0}


def tables() -> dict[str, PriceObservations]:
    """Both tables, by what they are."""
    panel = load_panel()
    design = TableDesign(rows=60, families=2, years=2.0, noise_scale=0.3)
    first = law_rows(panel).sort_values("date", kind="stable")[:PANEL_ROWS]
    return {
        f"{PANEL_ROWS} prices of the panel": market_observations(first, panel),
        "60 made-up prices": observe(simulate_table(LAWS["plateau"], MADE_UP, design, seed=5)),
    }


def fitted(law: str, obs: PriceObservations, seed: int, *, fast: bool) -> tuple[Fit, float]:
    """A fit that is made now, and the seconds of the processor that it took."""
    before = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        fit = fit_as_asked(LAWS[law], obs, Sampling(seed=seed), Path(folder), lambda _: None, fast=fast)
    return fit, time.process_time() - before


def off(fit: Fit, full: Fit, quantile: str) -> np.ndarray:
    """How far a quantile of each quantity is off, in standard deviations of the full posterior."""
    before = full.summary()
    return np.abs((fit.summary()[quantile] - before[quantile]) / before["sd"]).to_numpy()


def row(name: str, made: list[tuple[Fit, float]], full: Fit, full_seconds: float) -> str:
    fits = [fit for fit, _ in made]
    seconds = fmean(seconds for _, seconds in made)
    sampled = fmean(fit.receipt["seconds"]["sample"] for fit in fits)
    medians = [off(fit, full, "q50") for fit in fits]
    ends = [np.concatenate([off(fit, full, end) for end in ("q05", "q95")]) for fit in fits]
    numbers = [fmean(f(part) for part in parts) for parts in (medians, ends) for f in (np.median, np.max)]
    cells = [
        name,
        f"{seconds:.1f} ({seconds / full_seconds:.0%})",
        f"{sampled:.1f} ({sampled / full.receipt['seconds']['sample']:.0%})",
        *(f"{number:.2f}" for number in numbers),
        f"{sum(fit.passed for fit in fits)} of {len(fits)}",
    ]
    return f"| {' | '.join(cells)} |"


def main(laws: list[str]) -> None:
    columns = ("", "in all, s", "sampling, s", "medians off", "at worst", "ends off", "at worst", "passed")
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for words, obs in tables().items():
        for law in laws:
            fitted(law, obs, Sampling.seed, fast=True)
            full = fitted(law, obs, Sampling.seed, fast=False)
            print(row(f"{words}, {law}: full", [fitted(law, obs, 1, fast=False)], *full), flush=True)
            looks = [fitted(law, obs, seed, fast=True) for seed in range(1, LOOKS + 1)]
            print(row("fast", looks, *full), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["plateau", "discovery"])
