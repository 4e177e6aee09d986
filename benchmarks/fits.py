"""How long the report's fits take on the project's panel with a warm compile cache.

Usage: python benchmarks/fits.py. One process compiles all laws, so that the cache is warm; then another fits them one after the other, as
the report does, into a temporary folder. Takes four minutes on two idle cores.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from costfloor.build import stored_build
from costfloor.data.store import open_store
from costfloor.fit.compiled import compile_law
from costfloor.fit.fit import fit_law
from costfloor.laws import LAWS
from costfloor.laws.panel import panel_observations
from costfloor.places import Places
from costfloor.sampling.policy import Sampling

FITTED = ("exponential", "plateau", "baumol", "discovery", "encompassing")


def compiled() -> None:
    obs = panel_observations(stored_build(open_store(Places())))
    for law in FITTED:
        print(f"{law:<14}{compile_law(LAWS[law], obs).seconds:>9.1f}", flush=True)


def fitted(folder: Path) -> None:
    obs = panel_observations(stored_build(open_store(Places())))
    for law in FITTED:
        fit = fit_law(LAWS[law], obs, Sampling(), folder, lambda _: None)
        seconds, worst = fit.receipt["seconds"], fit.receipt["diagnostics"]
        tried = ", ".join(
            f"{one['target_accept']} ({one['divergences']} divergences)" for one in fit.receipt["attempts"]
        )
        outcome = "passed" if fit.passed else "FAILED"
        print(
            f"{law:<14}{seconds['compile']:>9.1f}{seconds['sample']:>9.1f}{worst['ess_bulk_min']:>9.0f}  {outcome} at {tried}",
            flush=True,
        )


def main() -> int:
    match sys.argv[1:]:
        case ["compile"]:
            compiled()
        case ["fit", folder]:
            fitted(Path(folder))
        case _:
            with tempfile.TemporaryDirectory() as folder:
                for title, arguments in (("compiled before", ["compile"]), ("fitted", ["fit", folder])):
                    print(f"\n{title:<14}  compile   sample  bulk ESS  (s)", flush=True)
                    start = time.perf_counter()
                    subprocess.run([sys.executable, __file__, *arguments], check=True)
                    print(f"{'with start-up':<14}{time.perf_counter() - start:>18.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
