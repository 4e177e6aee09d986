"""Every index and trend on a table of 200,000 prices, and indexes by period over 119 years.

Usage: python benchmarks/indexes.py [ROWS]. One process on two cores. Exit code 1 when one of them takes more than 60 seconds.
"""

import sys
import time

import numpy as np
import pandas as pd
from costfloor.indexes.hedonic import hedonic_trend
from costfloor.indexes.price_index import KINDS, price_index
from costfloor.indexes.spells import from_table

MODELS, HOSTS, YEARS, LONG_YEARS = 2000, 30, 15, 119
MAX_SECONDS = 60.0


def simulated(rows: int, years: int, models: int, hosts: int) -> pd.DataFrame:
    """Prices that fall by a log-rate of 0.3 a year at equal quality, one a day at most for a model at a host."""
    rng = np.random.default_rng(0)
    days = rng.integers(0, 365 * years, rows)
    quality = rng.normal(0, 1, models)
    model, host = rng.integers(0, models, rows), rng.integers(0, hosts, rows)
    log_price = -0.3 * days / 365 + 0.7 * quality[model] + rng.normal(0, 0.5, rows)
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("1900-06-01") + pd.to_timedelta(days, "D"),
            "price": np.exp(log_price),
            "model": model.astype(str),
            "host": host.astype(str),
            "quality": quality[model],
            "score": quality[model],
        }
    )
    return from_table(frame.drop_duplicates(["date", "model", "host"]))


def main(rows: int) -> int:
    """Run all and print what each took; 1 when one was too slow."""
    tables = {
        f"{rows:,} prices": (simulated(rows, YEARS, MODELS, HOSTS), KINDS),
        f"{LONG_YEARS} years": (simulated(10_000, LONG_YEARS, 5, 1), ("matched", "geks", "hedonic", "adjacent")),
    }
    slow = False
    for name, (table, kinds) in tables.items():
        for kind in (*kinds, "trend hedonic --frontier pareto"):
            started = time.perf_counter()
            rate = (
                hedonic_trend(table, "raw", "pareto").rate
                if kind.startswith("trend")
                else price_index(kind, table).annual_rate
            )
            seconds = time.perf_counter() - started
            slow |= seconds > MAX_SECONDS
            print(f"{name}, {kind}: {seconds:.1f} s, log-rate {rate:.3f}", flush=True)
    return int(slow)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
