"""How long unit economics takes: all services under all laws, and one move of a slider in notebook 08.

The first works on the full fits (`make report` leaves them), the second on those that come with the project, as the notebook does, and
draws the figure. Usage: python benchmarks/money.py [DATA_DIR].
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import costfloor as cf
from costfloor.build import stored_build
from costfloor.data.store import open_store
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import economics
from costfloor.fit.fit import stored_fit
from costfloor.laws import LAWS
from costfloor.laws.panel import panel_observations
from costfloor.places import Places
from costfloor.report.stored import open_results
from costfloor.sampling.policy import Sampling

STORED = Path(__file__).parents[1] / "notebooks" / "stored"
REPEATS = 5
LIMITS_SECONDS = {"all services": 2.0, "a slider": 0.5}


def fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few runs, after one that warms up."""
    work()
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> int:
    """Measure both and hold them against their limits."""
    store = open_store(Places(Path(sys.argv[1] if len(sys.argv) > 1 else "data")))
    services, obs = shipped_scenarios(), panel_observations(stored_build(store))
    found = {name: stored_fit(law, obs, Sampling(), store.places.fits) for name, law in LAWS.items()}
    fits = {name: fit for name, fit in found.items() if fit is not None}
    if len(fits) < len(LAWS):
        print("fits of the panel are missing: run make report first", file=sys.stderr)
        return 2
    thinned = open_results(STORED)

    readings = {law: thinned.fits[law] for law in ("plateau", "discovery")}

    def slider() -> None:
        moved = services[0].with_value("tokens.growth_per_year", 0.3)
        cf.plot.economics(thinned, cf.economics(moved, readings))._repr_svg_()

    draws = min(fit.parameters.size for fit in fits.values())
    taken = {
        "all services": fastest(lambda: economics(services, fits, obs, store, Sampling.seed)),
        "a slider": fastest(slider),
    }
    print(f"{len(services)} services, {len(fits)} laws and {draws} draws of each, with tornado and value of waiting")
    for name, seconds in taken.items():
        print(
            f"{name}: {seconds:.2f} s ({'PASS' if seconds <= LIMITS_SECONDS[name] else 'FAIL'}, limit {LIMITS_SECONDS[name]} s)"
        )
    return 0 if all(seconds <= LIMITS_SECONDS[name] for name, seconds in taken.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
