"""How long the laws take on a small table, compiled cold and warm, and how long `compare` does.

Usage: python benchmarks/small_tables.py [TABLE.csv]. Without a table: a hundred prices of three families over three years, and 78 of one
over twenty (tests/cases/13_one_family). Each law is fitted in a process of its own, twice: what the first compiles the second finds on
disk. Asked of two idle cores: with a warm cache any law in 30 s, `compare` in four minutes. Seconds of the processor stand beside those
of the clock, because a busy machine has longer ones.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from costfloor.fit.fit import fit_law
from costfloor.forecast.compare import compare
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.simulate import TableDesign, simulate_table
from costfloor.sampling.policy import Sampling
from costfloor.sources.price_table import read_price_table

CASE = Path("tests/cases/13_one_family/seq.csv")
ASKED = {"fit": 30.0, "compare": 240.0}


def silent(_: str) -> None:
    """Discard a progress line."""


def read(table: Path) -> PriceObservations:
    return observations(read_price_table(table).frame)


def fit(law: str, table: Path) -> None:
    """Fit one law, and print its seconds and gates."""
    with tempfile.TemporaryDirectory() as folder:
        found = fit_law(LAWS[law], read(table), Sampling(), Path(folder), silent)
    gates = found.receipt["diagnostics"]
    print(
        f"{law:<14}{found.receipt['seconds']['compile']:>9.1f}{found.receipt['seconds']['sample']:>9.1f}"
        f"{len(found.receipt['attempts']):>10}{gates['ess_bulk_min']:>10.0f}  {'passed' if found.passed else gates['worst']}",
        flush=True,
    )


def compared(table: Path) -> None:
    """Fit all laws and compare them at twelve months."""
    with tempfile.TemporaryDirectory() as folder:
        obs = read(table)
        fits = {name: fit_law(law, obs, Sampling(), Path(folder), silent) for name, law in LAWS.items()}
        result = compare(fits, obs, Sampling(), Path(folder), silent)
    print(
        f"{result.verdict}, {len(result.origins)} origins, {'passed' if result.passed else '; '.join(map(str, result.failures))}",
        flush=True,
    )


def timed(arguments: list[str]) -> tuple[float, float]:
    """Seconds of the clock and of the processor of this script in a process of its own."""
    before, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, __file__, *arguments], check=True)
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, processor


def measured(table: Path) -> None:
    """Print all figures of one table."""
    obs = read(table)
    print(f"\n{table}: {obs.n} prices, {len(obs.families)} families, {obs.last_time_years:.1f} years")
    for cache in ("as it comes", "warm"):
        print(f"cache {cache}\n{'':<14}  compile   sample  attempts  bulk ESS")
        for law in LAWS:
            clock, processor = timed(["fit", law, str(table)])
            late = " MORE THAN ASKED" if cache == "warm" and clock > ASKED["fit"] else ""
            print(f"{'in all':<14}{clock:>9.1f} s, {processor:.1f} s of the processor{late}", flush=True)
    clock, processor = timed(["compare", str(table)])
    late = " MORE THAN ASKED" if clock > ASKED["compare"] else ""
    print(f"{'compare':<14}{clock:>9.1f} s, {processor:.1f} s of the processor{late}", flush=True)


def main() -> int:
    match sys.argv[1:]:
        case ["fit", law, table]:
            fit(law, Path(table))
        case ["compare", table]:
            compared(Path(table))
        case [table]:
            measured(Path(table))
        case _:
            with tempfile.TemporaryDirectory() as folder:
                made = Path(folder) / "three_families.csv"
                design = TableDesign(rows=100, families=3, years=3.0, stagger_years=0.5, noise_scale=0.3)
                truth = {"rate": 0.8, "discoveries_per_year": 24.0}
                simulate_table(LAWS["discovery"], truth, design, seed=7).to_csv(made, index=False)
                for table in (made, CASE):
                    measured(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
