"""Importance weights against a full refit, on a table of several families: how far the answers differ, and how much time is saved.

Weights do not serve one market, and so not the panel. The table has the panel's prices, with each segment (a band's part with open
or closed weights) as a family that is born with its first price. 1, 2 and 5 % of the rows are taken away at random and brought back as
new. Each law is fitted to the rest, brought up to date as `costfloor refit` does (by weights; sampled again when these cannot be
trusted), and fitted in full. Writes `docs/reweighting.md`.
Usage: python benchmarks/reweight.py [DATA_DIR]. Takes about a quarter of an hour on two cores.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from arviz_stats import mcse
from costfloor.build import build
from costfloor.data.store import open_store
from costfloor.fit.continuation import Continuation, continuation
from costfloor.fit.fit import fit_law
from costfloor.fit.result import Fit
from costfloor.forecast.reweight import KHAT_LIMIT, possible, reweight
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.places import Places
from costfloor.sampling.policy import ESS_LIMIT, Sampling
from costfloor.storage import write_atomic
from scipy.stats import binom, norm

DOCUMENT = Path(__file__).parents[1] / "docs" / "reweighting.md"
SHARES = (0.01, 0.02, 0.05)
MIN_HOST_ROWS = 5
TIME_LIMIT = 0.05
PARAMETERS = (
    "rate_now", "score_elasticity", "noise_scale", "rate_initial", "rate_floor", "half_life_years", "discoveries_per_year",
    "mean_log_gain",
)  # fmt: skip
"""Those that the contract names."""


@dataclass(frozen=True)
class Row:
    """One law brought up to date by one share of the rows; `z` are differences from the full fit in Monte Carlo standard errors."""

    share: float
    new: int
    law: str
    reweighted: bool
    khat: float
    ess: float
    z: dict[str, float]
    seconds: float
    seconds_full: float

    @property
    def passed(self) -> bool:
        """Quick enough; a law that must be sampled again costs a full fit and gives it."""
        return not self.reweighted or self.seconds <= TIME_LIMIT * self.seconds_full


def several_families(rows: pd.DataFrame) -> pd.DataFrame:
    """The panel's rows that the laws see, with every segment as a family; birth and centre are given, so that new rows move neither."""
    by_segment = rows.groupby("segment")
    return rows.drop(columns=["birth", "segment"]).assign(
        family=rows["segment"],
        family_birth=by_segment["date"].transform("min"),
        quality_centre=by_segment["quality"].transform("mean"),
    )


def withheld(rows: pd.DataFrame, share: float, rng: np.random.Generator) -> np.ndarray:
    """Positions of rows that could have come late: their host has others, and they are a whole model or not the first of theirs."""
    known_host = rows.groupby("host")["date"].transform("size") >= MIN_HOST_ROWS
    unit = rows.groupby(["model", "family", "quality"])["date"]
    movable = np.flatnonzero(known_host & ((rows["date"] > unit.transform("min")) | (unit.transform("size") == 1)))
    return rng.choice(movable, size=round(share * len(rows)), replace=False)


def arrival(rows: pd.DataFrame, share: float) -> tuple[pd.DataFrame, Continuation]:
    """Old rows and their continuation, the first of the seeded drawings that leaves every family, host and first price in place."""
    for seed in range(100):
        taken = withheld(rows, share, np.random.default_rng([round(1000 * share), seed]))
        old = rows.drop(index=rows.index[taken]).reset_index(drop=True)
        continued = continuation(old, rows)
        if continued is not None and possible(continued):
            return old, continued
    raise RuntimeError(f"no drawing of {share:.0%} of the rows leaves families and hosts in place")


def compared(
    law: str, share: float, old: pd.DataFrame, continued: Continuation, target: PriceObservations, folder: Path
) -> Row:
    """Fit, update, fit in full."""

    def quiet(line: str) -> None:
        del line

    before = fit_law(LAWS[law], observations(old), Sampling(), folder, quiet)
    full = fit_law(LAWS[law], target, Sampling(seed=round(1000 * share)), folder, quiet)
    started = time.perf_counter()
    updated = reweight(before, continued, target, seed=1)
    seconds = time.perf_counter() - started
    return Row(
        share=share,
        new=continued.fresh,
        law=law,
        reweighted=updated.trustworthy,
        khat=updated.khat,
        ess=updated.ess,
        z=differences(before, updated.fit, full) if updated.trustworthy else {},
        seconds=seconds,
        seconds_full=full.receipt["seconds"]["total"],
    )


def differences(before: Fit, updated: Fit, full: Fit) -> dict[str, float]:
    """Posterior means of the update less those of the full fit, over the Monte Carlo error of both."""
    kept = updated.receipt["kept_share"]
    return {
        name: float(updated.reported[name].mean() - full.reported[name].mean())
        / float(np.hypot(mcse(full.reported[name]), mcse(before.reported[name]) / np.sqrt(kept)))
        for name in PARAMETERS
        if name in full.reported
    }


def document(rows: list[Row], n: int) -> str:
    """The table and what it shows."""
    z = np.array([value for row in rows for value in row.z.values()])
    inside = int((np.abs(z) <= 2).sum())
    expected = 2 * norm.cdf(2) - 1
    lines = [
        "# Updating by weights against sampling again",
        "",
        "Written by `benchmarks/reweight.py`; do not edit. Weights serve tables of several families whose models have no births",
        "of their own; the panel is one market, and always sampled. Here each segment of the panel (a band's part with open or",
        "closed weights) is a family, and 1, 2 and 5 % of the rows are taken away and come back as new.",
        f"Of {n:,} rows, at least each family's, host's and model's first stay. A law is reweighted when Pareto k is below",
        f"{KHAT_LIMIT} and more than {ESS_LIMIT:.0f} effective draws are left; otherwise it is sampled, and the difference is nought by",
        "construction.",
        "",
        "| new rows | law | update | Pareto k | effective draws | largest difference | within 2 | seconds | full fit | share |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(_line(row) for row in rows),
    ]
    if len(z):
        least = int(binom.ppf(0.05, len(z), expected))
        beyond = [
            f"{row.law} `{name}` at {row.share:.0%} ({value:+.2f})"
            for row in rows
            for name, value in row.z.items()
            if abs(value) > 2
        ]
        lines += [
            "",
            "A difference is the posterior mean of a contract parameter after the update, less that of a full fit with another seed,",
            "over the Monte Carlo standard error of both together. If both are right it is a standard normal number:",
            f"{inside} of {len(z)} lie within 2 ({expected:.1%} expected; at least {least} in 95 of 100 such tables if they were",
            f"independent), root mean square {np.sqrt((z**2).mean()):.2f} (1 expected), largest {np.abs(z).max():.2f}.",
            f"Beyond 2: {'; '.join(beyond) or 'none'}.",
        ]
    slow = [f"{row.law} at {row.share:.0%}" for row in rows if not row.passed]
    which = "every update by weights" if not slow else f"every update by weights but those of {', '.join(slow)}"
    lines += ["", f"Time: {which} took at most {TIME_LIMIT:.0%} of the full fit's time."]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    values = np.abs(list(row.z.values()))
    largest, within = (f"{values.max():.1f}", f"{(values <= 2).sum()} of {len(values)}") if len(values) else ("", "")
    cells = (
        f"{row.new} ({row.share:.0%})", row.law, "reweighted" if row.reweighted else "sampled", f"{row.khat:.2f}", f"{row.ess:,.0f}",
        largest, within, f"{row.seconds:.2f}", f"{row.seconds_full:.1f}", f"{row.seconds / row.seconds_full:.1%}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main(data_dir: Path) -> int:
    """Run all shares and laws and write the document; 1 when an update by weights was too slow."""
    rows = several_families(build(open_store(Places(data_dir))).law_rows)
    target = observations(rows)
    done = []
    with tempfile.TemporaryDirectory() as folder:
        for share in SHARES:
            old, continued = arrival(rows, share)
            for law in LAWS:
                done.append(compared(law, share, old, continued, target, Path(folder)))
                print(done[-1], flush=True)
    text = document(done, len(rows))
    write_atomic(DOCUMENT, text.encode())
    print(text)
    return 0 if all(row.passed for row in done) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("data")))
