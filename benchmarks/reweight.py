"""Importance weights against a full refit, on the project's panel: how far the answers differ, and how much time is saved.

For 1, 2 and 5 % of the rows taken away at random, each law is fitted to the rest, brought up to date by weights, and fitted in full.
Prints one line per law and share. Usage: python benchmarks/reweight.py [DATA_DIR]
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from arviz_stats import mcse

from analysis.inference.continuation import continuation
from analysis.inference.fit import FitSettings, fit_law
from analysis.inference.reweight import possible, reweight
from analysis.laws import LAWS
from analysis.laws.observations import observations
from analysis.panel import build, law_rows, load_panel

SHARES = (0.01, 0.02, 0.05)
MIN_HOST_ROWS = 5


def main(data_dir: Path) -> None:
    """Print the table."""
    build(data_dir)
    rows = law_rows(load_panel(data_dir))
    target = observations(rows)
    quiet = lambda line: None  # noqa: E731
    with tempfile.TemporaryDirectory() as folder:
        for share in SHARES:
            rng = np.random.default_rng(round(1000 * share))
            # Rows that could have come late: their host has others, and they are a whole model or not the first of theirs.
            known_host = rows.groupby("host")["date"].transform("size") >= MIN_HOST_ROWS
            unit = rows.groupby(["model", "family", "quality"])["date"]
            movable = np.flatnonzero(
                known_host & ((rows["date"] > unit.transform("min")) | (unit.transform("size") == 1))
            )
            taken = rng.choice(movable, size=round(share * len(rows)), replace=False)
            old = rows.drop(index=rows.index[taken]).reset_index(drop=True)
            continued = continuation(old, rows)
            for name, law in LAWS.items():
                if continued is None or not possible(continued):
                    print(
                        f"{share:4.0%} {name:12s} sampled: the new rows change the old ones, or come from a new place"
                    )
                    continue
                before = fit_law(law, observations(old), FitSettings(), Path(folder), quiet)
                started = time.perf_counter()
                updated = reweight(before, continued, target, seed=1)
                quick = time.perf_counter() - started
                full = fit_law(law, target, FitSettings(seed=round(1000 * share)), Path(folder), quiet)
                slow = full.receipt["seconds"]["total"]
                kept = updated.fit.receipt["kept_share"]
                worst = max(
                    abs(float(updated.fit.reported[key].mean() - full.reported[key].mean()))
                    / float(np.hypot(mcse(full.reported[key]), mcse(before.reported[key]) / np.sqrt(kept)))
                    for key in full.receipt["parameters"]
                )
                verdict = "reweighted" if updated.trustworthy else "sampled again"
                print(
                    f"{share:4.0%} {name:12s} {verdict:13s} khat {updated.khat:5.2f}  ESS {updated.ess:5.0f}  "
                    f"largest difference {worst:4.1f} MCSE  {quick:5.2f} s against {slow:5.1f} s ({quick / slow:.1%})",
                    flush=True,
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("data"))
