"""How often workers compile the density of a law, from an empty cache.

Usage: python benchmarks/compiled_once.py [WORKERS]. Each of some laws is compiled for several tables of one make by workers of a fan-out.
Asked: as many compilations as laws. Counted are the distinct files of compiled densities, in all folders of the cache.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LAWS = ("exponential", "random_walk")
TABLES = 2  # the examples of a make: a third has more families, and is of another


def silent(_: str) -> None:
    """Discard a progress line."""


def compile_for(law: str, seed: int) -> dict[str, Any]:
    """Compile a law for a table of its own in a worker, and give the seconds."""
    from costfloor.fit.compiled import Make, compile_law, example  # noqa: PLC0415  slow to import
    from costfloor.laws import LAWS as ALL  # noqa: PLC0415  as above

    return {"seconds": compile_law(ALL[law], example(Make(2, 0, models_repeat=False), seed)).seconds}


def main() -> int:
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        from compiled_once import compile_for as job  # noqa: PLC0415  workers cannot import from `__main__`
        from costfloor.runs.jobs import Job, run_jobs  # noqa: PLC0415  the cache is chosen when it is imported

        jobs = [Job(f"{law}-{seed}", {"law": law, "seed": seed}) for law in LAWS for seed in range(TABLES)]
        start = time.perf_counter()
        found = run_jobs(job, jobs, Path(folder) / "jobs", request={}, workers=workers, progress=silent)
        clock = time.perf_counter() - start
        compiled = {path.stat().st_ino for path in Path(folder).rglob("*evaluate*.nbc")}
    for key, result in found.items():
        print(f"{key:<16}{result['seconds']:>8.1f} s")
    print(f"{len(compiled)} compilations of {len(LAWS)} densities by {workers} workers in {clock:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
