"""A million quotes: time and memory of ingest and build on a simulated table of 2,000 models at 200 hosts.

Usage: python benchmarks/million.py [ROWS]. Works in a temporary copy of data/raw, with capability as the project has it.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
MODELS, HOSTS = 2000, 200


def simulated(rows: int) -> pd.DataFrame:
    """Prices that fall by half a year, each model at many hosts; a third of the models are those of the project."""
    rng = np.random.default_rng(1)
    known = pd.read_csv(ROOT / "data" / "raw" / "models.csv")["model_key"].str.split("/").str[1]
    names = np.array([*known[:MODELS], *(f"simulated-{number}" for number in range(MODELS - len(known)))])
    model, host = rng.integers(MODELS, size=rows), rng.integers(HOSTS, size=rows)
    days = rng.integers(0, 330, size=rows)
    price = np.round(np.exp(rng.normal(0.0, 1.0, MODELS)[model] - 0.7 * days / 365 + rng.normal(0, 0.1, rows)), 4)
    table = pd.DataFrame(
        {
            "provider": np.char.add("host ", host.astype(str)),
            "model_id": names[model],
            "input_usd_per_mtok": price,
            "output_usd_per_mtok": 4 * price,
            "date": (pd.Timestamp("2026-01-01") + pd.to_timedelta(days, "D")).strftime("%Y-%m-%d"),
        }
    )
    return table.drop_duplicates(["provider", "model_id", "date"])


def main(rows: int) -> None:
    """Print seconds and peak memory of both steps."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(ROOT / "data" / "raw", data / "raw")
        for path in (ROOT / "data" / "processed" / "fits").glob("capability-*"):
            (data / "processed" / "fits").mkdir(parents=True, exist_ok=True)
            shutil.copy(path, data / "processed" / "fits")
        table = Path(folder) / "million.parquet"
        frame = simulated(rows)
        frame.to_parquet(table, index=False)
        print(f"{len(frame):,} rows, {frame['model_id'].nunique():,} models, {frame['provider'].nunique()} hosts")
        steps = {
            "ingest": ["ingest", "table", str(table), "--observed-on", str(pd.Timestamp.now().date())],
            "build": ["build"],
        }
        for name, arguments in steps.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, "-m", "analysis", "--data", str(data), *arguments], check=True)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
            print(f"{name}: {time.perf_counter() - started:.1f} s, peak memory so far {peak:.2f} GiB", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
