"""How long the report's fits take on the project's panel with a warm compile cache.

Usage: python benchmarks/fits.py. Each law has a process of its own, as with `costfloor fit`: first one that only compiles, so that the
cache is warm, then one that fits as the report asks for it, into a temporary folder. Takes five minutes on two idle cores.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis.inference.compiled import compile_law
from analysis.inference.fit import FitSettings, fit_law
from analysis.inference.project import panel_observations
from analysis.laws import LAWS

FITTED = ("exponential", "plateau", "baumol", "discovery", "encompassing")


def compiled(law: str) -> None:
    seconds = compile_law(LAWS[law], panel_observations(Path("data"))).seconds
    print(f"{law:<14}{seconds:>9.1f}", flush=True)


def fitted(law: str, folder: str) -> None:
    fit = fit_law(LAWS[law], panel_observations(Path("data")), FitSettings(), Path(folder), lambda _: None)
    seconds, attempts = fit.receipt["seconds"], fit.receipt["attempts"]
    tried = ", ".join(f"{one['target_accept']} ({one['divergences']} divergences)" for one in attempts)
    outcome = "passed" if fit.passed else "FAILED"
    print(f"{law:<14}{seconds['compile']:>9.1f}{seconds['sample']:>9.1f}  {outcome} at {tried}", flush=True)


def main() -> int:
    match sys.argv[1:]:
        case [law]:
            compiled(law)
        case [law, folder]:
            fitted(law, folder)
        case _:
            with tempfile.TemporaryDirectory() as folder:
                for title, arguments in (("compiled before", []), ("fitted", [folder])):
                    print(f"\n{title:<14}  compile   sample  s", flush=True)
                    start = time.perf_counter()
                    for law in FITTED:
                        subprocess.run([sys.executable, __file__, law, *arguments], check=True)
                    print(f"{'with start-up':<14}{time.perf_counter() - start:>18.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
