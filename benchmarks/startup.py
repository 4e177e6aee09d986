"""Seconds until the program answers: `import costfloor`, `--help` and `status`, each the best of several runs.

Wall time, which is what a user waits for, is that of this machine as busy as it is; CPU time says what it would be on an idle one. On an
idle machine they are to be at most 0.3, 0.4 and 1.0 s.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 5
LIMITS = {"import costfloor": 0.3, "costfloor --help": 0.4, "costfloor status": 1.0}
COMMANDS = {
    "import costfloor": ("-c", "import costfloor"),
    "costfloor --help": ("-m", "costfloor", "--help"),
    "costfloor status": ("-m", "costfloor", "status"),
}


def seconds(arguments: tuple[str, ...]) -> tuple[float, float]:
    """Wall and CPU seconds of one run of this Python."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a table."""
    print(f"{'':20}{'wall':>8}{'CPU':>8}{'at most':>9}")
    for name, arguments in COMMANDS.items():
        wall, cpu = map(min, zip(*(seconds(arguments) for _ in range(RUNS)), strict=True))
        print(f"{name:20}{wall:8.2f}{cpu:8.2f}{LIMITS[name]:9.1f}")


if __name__ == "__main__":
    main()
