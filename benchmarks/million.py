"""A million quotes: time and memory of ingest and build on a simulated table of 2,000 models at 200 hosts.

Usage: python benchmarks/million.py [ROWS]. Works in a temporary copy of data/raw, with capability as the project has it, on two cores.
Exit code 1 when the two steps take more than 60 seconds together, or either more than 3 GB.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
MODELS, HOSTS, DAYS = 2000, 200, 320
KNOWN_HOSTS = 80
MAX_SECONDS, MAX_GB, CORES = 60.0, 3.0, 2


def simulated(rows: int) -> pd.DataFrame:
    """Prices that fall by half a year, each model at many hosts, one row per model, host and day.

    A third of the models and two fifths of the hosts are those of the project, so that prices meet those of other sources, first
    parties and resellers. A tenth of the prices end without a successor, a hundredth are zero and one in a thousand is 100 times too high.
    """
    rng = np.random.default_rng(1)
    raw = ROOT / "data" / "raw"
    known = pd.read_csv(raw / "models.csv")["model_key"].str.split("/").str[1]
    sellers = pd.read_csv(raw / "quotes.csv")["provider"].value_counts().index[:KNOWN_HOSTS]
    models = np.array([*known, *(f"simulated-{number}" for number in range(MODELS - len(known)))])
    hosts = np.array([*sellers, *(f"host {number}" for number in range(HOSTS - len(sellers)))])
    cells = rng.choice(MODELS * HOSTS * DAYS, size=rows, replace=False)
    model, host, days = np.unravel_index(cells, (MODELS, HOSTS, DAYS))
    level = rng.normal(0.0, 1.0, MODELS)[model] - 0.7 * days / 365 + rng.normal(0, 0.1, rows)
    slip = rng.choice([1.0, 0.0, 100.0], size=rows, p=[0.989, 0.01, 0.001])
    price = np.round(np.exp(level), 6) * slip
    date = pd.Timestamp("2026-01-01") + pd.to_timedelta(days, "D")
    end = date + pd.to_timedelta(rng.integers(1, 60, size=rows), "D")
    return pd.DataFrame(
        {
            "provider": hosts[host],
            "model_id": models[model],
            "input_usd_per_mtok": price,
            "output_usd_per_mtok": 4 * price,
            "cache_read_usd_per_mtok": np.where(rng.random(rows) < 0.5, price / 10, np.nan),
            "date": date.strftime("%Y-%m-%d"),
            "valid_to": pd.Series(end.strftime("%Y-%m-%d")).where(rng.random(rows) < 0.1),
        }
    )


def timed(data: Path, *arguments: str) -> tuple[float, float, dict[str, Any]]:
    """Run a command in a process of its own and print what it took: seconds, peak memory in GB, and its JSON."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "costfloor", "--data", str(data), "--json", *arguments]
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, cwd=ROOT)
        # Not `subprocess.run`: only wait4 tells the memory of this child apart from that of the others.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        if process.returncode:
            sys.exit(f"`costfloor {arguments[0]}` ended with exit code {process.returncode}")
        out.seek(0)
        peak = usage.ru_maxrss * 1024 / 1e9
        # On a busy machine the seconds of the processor say what the command itself needs.
        processor = usage.ru_utime + usage.ru_stime
        print(
            f"{arguments[0]}: {seconds:.1f} s ({processor:.1f} s of processor), peak memory {peak:.2f} GB", flush=True
        )
        return seconds, peak, json.load(out)


def main(rows: int) -> int:
    """Print seconds and peak memory of both steps, and whether they are within the limits."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory() as folder:
        data, table = Path(folder) / "data", Path(folder) / "million.parquet"
        shutil.copytree(ROOT / "data" / "raw", data / "raw")
        fits = list((ROOT / "data" / "processed" / "fits").glob("capability-*"))
        if not fits:
            sys.exit("capability has not been measured yet: run `costfloor build` once")
        (data / "processed" / "fits").mkdir(parents=True)
        for path in fits:
            shutil.copy(path, data / "processed" / "fits")
        frame = simulated(rows)
        assert not frame.duplicated(["provider", "model_id", "date"]).any()
        frame.to_parquet(table, index=False)
        print(f"{len(frame):,} rows, {frame['model_id'].nunique():,} models, {frame['provider'].nunique()} hosts")
        print(f"load average before: {os.getloadavg()[0]:.2f}", flush=True)
        ingest_seconds, ingest_gb, taken = timed(
            data, "ingest", "table", str(table), "--observed-on", str(pd.Timestamp.now().date())
        )
        build_seconds, build_gb, built = timed(data, "build")
    print(f"new {taken['rows_new']:,}, changed {taken['rows_changed']:,}, unchanged {taken['rows_unchanged']:,}")
    print(", ".join(f"{status} {count:,}" for status, count in built["statuses"].items()))
    print(f"disagreements {built['disagreements']:,}; panel {built['quotes']:,} rows, {built['models']} models")
    total, peak = ingest_seconds + build_seconds, max(ingest_gb, build_gb)
    passed = total <= MAX_SECONDS and peak <= MAX_GB
    print(f"{'PASS' if passed else 'FAIL'}: {total:.1f} s of {MAX_SECONDS:.0f} s, {peak:.2f} GB of {MAX_GB:.0f} GB")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
