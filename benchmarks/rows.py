"""Time and memory of a fit as the rows grow, on simulated markets with ten prices of a model at thirty hosts over four years.

Usage: python benchmarks/rows.py [LAW ...]. Every fit is made in a process of its own, after one of few rows has compiled the law. Exit
code 1 where time or memory grow faster than the rows. Seconds of the processor stand beside those of the clock, because a busy machine has
longer ones. The constant rate took 35 minutes of the processor; without names it is the plateau that is fitted.
"""

import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from costfloor.fit.fit import fit_law
from costfloor.laws import LAWS
from costfloor.laws.observations import observations
from costfloor.laws.simulate import MarketDesign, simulate_market
from costfloor.sampling.policy import Sampling

ROWS = (1_000, 10_000, 50_000, 200_000)
PRICES_PER_MODEL, HOSTS = 10, 30
TRUTH = {
    "exponential": {"rate": 0.8},
    "plateau": {"rate_floor": 0.2, "rate_excess": 1.0, "half_life_years": 1.0},
    "discovery": {"rate": 0.8, "discoveries_per_year": 24.0},
}
"""What a market is simulated from; of other laws, the constant rate's."""


def fit(law: str, rows: int) -> None:
    """Fit a law to a simulated market, and print what the sampler did."""
    design = MarketDesign(models=rows // PRICES_PER_MODEL, rows=rows, hosts=HOSTS)
    truth = TRUTH.get(law)
    market = simulate_market(LAWS[law if truth else "exponential"], truth or TRUTH["exponential"], design, seed=rows)
    with tempfile.TemporaryDirectory() as folder:
        result = fit_law(LAWS[law], observations(market), Sampling(), Path(folder), lambda _: None)
        stored = sum(path.stat().st_size for path in Path(folder).iterdir())
    seconds, gates = result.receipt["seconds"], result.receipt["diagnostics"]
    print(
        f"{law:<14}{rows:>8,} rows: compiled {seconds['compile']:.0f} s, sampled {seconds['sample']:.0f} s in "
        f"{len(result.receipt['attempts'])} attempts, bulk ESS {gates['ess_bulk_min']:.0f}, stored {stored / 1e6:.0f} MB, "
        f"{'passed' if result.passed else 'FAILED: ' + str(gates['worst'])}",
        flush=True,
    )


def measured(law: str, rows: int) -> tuple[float, float]:
    """Seconds of the processor and peak memory in GB of a fit in a process of its own."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, __file__, "fit", law, str(rows)])
    # Not `subprocess.run`: only wait4 tells the memory of this child apart from that of the others.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{law} on {rows} rows ended with exit code {process.returncode}")
    processor, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e9
    print(
        f"{'':<14}{rows:>8,} rows: {time.perf_counter() - start:.0f} s, {processor:.0f} s of the processor, peak memory {peak:.2f} GB",
        flush=True,
    )
    return processor, peak


def main() -> int:
    match sys.argv[1:]:
        case ["fit", law, rows]:
            fit(law, int(rows))
            return 0
        case laws:
            figures = [[measured(law, rows) for rows in ROWS] for law in laws or ["plateau"]]
    grown = [
        after[figure] / before[figure] / (ROWS[place + 1] / ROWS[place])
        for of_law in figures
        for place, (before, after) in enumerate(pairwise(of_law))
        for figure in range(2)
    ]
    print(f"times the growth of the rows: {', '.join(f'{share:.2f}' for share in grown)}")
    return 1 if max(grown) > 1.0 else 0


if __name__ == "__main__":
    sys.exit(main())
