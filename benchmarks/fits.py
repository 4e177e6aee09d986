"""How long the report's fits take on the project's panel, and what compiling them is worth having done before.

Usage: python benchmarks/fits.py. Each law is fitted in a process of its own, as `costfloor fit` does, into a temporary folder: first with
chains too short for anything, which only fills the compiler's cache, then as the report asks for it. Takes five minutes on two idle cores.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis.inference.fit import FitSettings, fit_law
from analysis.inference.project import panel_observations
from analysis.laws import LAWS

FITTED = ("exponential", "plateau", "baumol", "discovery", "encompassing")
EMPTY = FitSettings(draws=4, tune=4, chains=1, target_accepts=(0.8,))


def fit(law: str, settings: FitSettings, folder: str) -> None:
    receipt = fit_law(LAWS[law], panel_observations(Path("data")), settings, Path(folder), lambda _: None).receipt
    seconds = receipt["seconds"]
    attempts = ", ".join(f"{one['target_accept']} ({one['divergences']} divergences)" for one in receipt["attempts"])
    outcome = "passed" if receipt["diagnostics"]["passed"] else "FAILED"
    print(f"{law:<14}{seconds['compile']:>9.1f}{seconds['sample']:>9.1f}  {outcome} at {attempts}", flush=True)


def main() -> int:
    if len(sys.argv) > 1:
        law, length, folder = sys.argv[1:]
        fit(law, EMPTY if length == "empty" else FitSettings(), folder)
        return 0
    for length in ("empty", "full"):
        print(f"\n{length} chains\n{'law':<14}{'compile':>9}{'sample':>9}  s")
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            for law in FITTED:
                subprocess.run([sys.executable, __file__, law, length, folder], check=True)
            print(f"{'with start-up':<14}{time.perf_counter() - start:>18.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
