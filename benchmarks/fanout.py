"""What a second worker is worth: jobs of equal size on one worker and on two, in one run.

Usage: python benchmarks/fanout.py [JOBS]. Each job is a loop of plain Python of about a second. Works in a temporary folder and takes
half a minute on two idle cores. A ratio counts only where a job took no longer than it was on a core: otherwise something else ran there.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from costfloor.keys import Key
from costfloor.runs.jobs import Job, run_jobs

JOBS, STEPS = 16, 12_000_000
WORKERS = (1, 2)


def loop(seed: int, steps: int) -> dict[str, Any]:
    """A linear congruential generator, which nothing can vectorise or skip."""
    started, on_core = time.time(), time.thread_time()
    state = seed
    for _ in range(steps):
        state = (1_664_525 * state + 1_013_904_223) & 0xFFFFFFFF
    return {"state": state, "started": started, "ended": time.time(), "on_core": time.thread_time() - on_core}


def measured(workers: int, count: int) -> dict[str, float]:
    """Seconds of a run: all of it, from the first job's start to the last one's end, and the means of a job."""
    jobs = [Job(f"{seed}", {"seed": seed, "steps": STEPS}) for seed in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        before = time.perf_counter()
        results = run_jobs(
            loop, jobs, Path(folder), key=Key("loops", None, None, {}, ""), workers=workers, progress=print
        )
        whole = time.perf_counter() - before
    started, ended, on_core = (
        [result[name] for result in results.values()] for name in ("started", "ended", "on_core")
    )
    return {
        "whole run": whole,
        "without start and end": max(ended) - min(started),
        "mean of a job": (sum(ended) - sum(started)) / count,
        "mean on a core": sum(on_core) / count,
    }


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    one, two = (measured(workers, count) for workers in WORKERS)
    print(f"\n{f'{count} jobs':<22} {WORKERS[0]} worker   {WORKERS[1]} workers   ratio")
    for name in one:
        print(f"{name:<22}{one[name]:>7.2f} s{two[name]:>11.2f} s{one[name] / two[name]:>8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
