"""Recovery: do the 90 % intervals of a fit cover the truth of tables drawn from a known law?

Each simulated table is written as a CSV in the contract's format and read, fitted and reported the way a user's table is. Results are
kept line by line in `build/recovery.jsonl`; a run that was killed goes on where it stopped, and a change of the model starts anew.
Twenty tables per law take about half an hour on two cores. Writes `docs/recovery.md`.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import xarray as xr
from costfloor.fit.fit import fit_law
from costfloor.fit.quantities import reported_quantities
from costfloor.laws import LAWS
from costfloor.laws.model import build_model
from costfloor.laws.observations import observations
from costfloor.laws.simulate import TableDesign, simulate_table
from costfloor.sampling.policy import Sampling
from costfloor.sources.price_table import read_price_table
from costfloor.storage import sha256_bytes, write_atomic
from scipy.special import logit
from scipy.stats import binom

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "build" / "recovery.jsonl"
DOCUMENT = ROOT / "docs" / "recovery.md"

TRUTHS: dict[str, dict[str, float]] = {
    "plateau": {"rate_floor": 0.18, "rate_excess": 2.32, "half_life_years": 1.0},
    "discovery": {"rate": 1.2, "discoveries_per_year": 24.0},
}
QUANTITIES = {
    "plateau": ("rate_now", "rate_floor", "half_life_years", "score_elasticity"),
    "discovery": ("rate_now", "score_elasticity"),
}
DESIGN = TableDesign(rows=1500, families=5, noise_scale=0.5)
SETTINGS = Sampling(draws=2000, tune=1000, target_accepts=(0.95, 0.99, 0.995))
"""Half of plateau's tables miss an effective sample size of 400 with 1,000 draws a chain."""
SHARE_EACH, SHARE_POOLED = 15 / 20, 0.87
FIRST_SEED = 1000
RUN_COLUMNS = (
    "law",
    "fits that pass all gates",
    "at the first attempt",
    "largest R-hat",
    "smallest bulk ESS",
    "smallest tail ESS",
    "divergences",
    "seconds per fit, mean (max)",
)


@dataclass(frozen=True)
class Study:
    """What one line of the results belongs to: a law, its truth, the design of its tables and how they are fitted."""

    law: str
    design: TableDesign
    settings: Sampling

    def key(self) -> str:
        """Hash of what determines the results: tables, sampling, and the density and the quantities at a given point.

        Their values rather than their code, so that half an hour of fits survives a renamed function.
        """
        table = simulate_table(LAWS[self.law], TRUTHS[self.law], self.design, FIRST_SEED)
        obs = observations(table.assign(quality=logit(table["score"])))
        model = build_model(LAWS[self.law], obs)
        variables = [model.logp(), *model.replace_rvs_by_values([*model.free_RVs, *model.deterministics])]
        compiled = model.compile_fn(variables, inputs=model.value_vars, mode="FAST_COMPILE")
        density, *values = compiled({name: value + 0.3 for name, value in sorted(model.initial_point().items())})
        names = [variable.name for variable in (*model.free_RVs, *model.deterministics)]
        dims = {name: ("chain", "draw", *model.named_vars_to_dims.get(name, ())) for name in names}
        draws = {name: (dims[name], value[None, None]) for name, value in zip(names, values, strict=True)}
        reported = reported_quantities(xr.Dataset(draws, coords={"family": list(obs.families)}), LAWS[self.law], obs)
        shown = [
            f"{float(density):.6g}",
            *(f"{name} {float(reported[name].mean()):.6g}" for name in QUANTITIES[self.law]),
        ]
        return sha256_bytes("\n".join([repr(self), repr(TRUTHS[self.law]), table.to_csv(), *shown]).encode())[:16]

    @property
    def truth(self) -> dict[str, float]:
        """True value of each judged quantity."""
        law, values = LAWS[self.law], TRUTHS[self.law]
        mean_age = self.design.years - self.design.stagger_years * (self.design.families - 1) / 2
        known = {
            **values,
            "rate_now": float(law.rate(values, mean_age)),
            "score_elasticity": self.design.score_elasticity,
        }
        return {name: known[name] for name in QUANTITIES[self.law]}


def fit_table(study: Study, key: str, seed: int) -> dict[str, Any]:
    """Simulate, write, read and fit one table; what the fit reported, and how well it ran."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        simulate_table(LAWS[study.law], TRUTHS[study.law], study.design, seed).to_csv(path, index=False)
        obs = observations(read_price_table(path).frame)
        receipt = fit_law(LAWS[study.law], obs, study.settings, Path(folder), lambda line: None).receipt
    return {
        "law": study.law,
        "key": key,
        "seed": seed,
        "parameters": {name: receipt["parameters"][name] for name in QUANTITIES[study.law]},
        "diagnostics": receipt["diagnostics"],
        "attempts": receipt["attempts"],
        "seconds": receipt["seconds"],
    }


def run(studies: list[Study], tables: int, jobs: int) -> dict[str, list[dict[str, Any]]]:
    """Results by law, those in the file reused."""
    known = {(line["key"], line["seed"]): line for line in _stored()}
    keys = {study.law: study.key() for study in studies}
    wanted = [(study, FIRST_SEED + index) for index in range(tables) for study in studies]
    missing = [(study, seed) for study, seed in wanted if (keys[study.law], seed) not in known]
    RESULTS.parent.mkdir(exist_ok=True)
    # A new process per table: compiling is not thread safe, and memory goes back.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1)
    with pool, RESULTS.open("a", encoding="utf-8") as stream:
        for done in as_completed([pool.submit(fit_table, study, keys[study.law], seed) for study, seed in missing]):
            line = done.result()
            known[line["key"], line["seed"]] = line
            stream.write(json.dumps(line) + "\n")
            stream.flush()
            judged = line["diagnostics"]
            print(f"{line['law']} {line['seed']}: {line['seconds']['total']:.0f} s, {judged['worst']}", file=sys.stderr)
    return {study.law: [known[keys[study.law], FIRST_SEED + index] for index in range(tables)] for study in studies}


def covered(study: Study, name: str, results: list[dict[str, Any]]) -> int:
    """Number of tables whose 90 % interval holds the truth."""
    truth = study.truth[name]
    intervals = [line["parameters"][name] for line in results]
    return sum(interval["q05"] <= truth <= interval["q95"] for interval in intervals)


def document(studies: list[Study], results: dict[str, list[dict[str, Any]]]) -> tuple[str, bool]:
    """The page, and whether every criterion is met."""
    tables = len(next(iter(results.values())))
    needed = math.ceil(SHARE_EACH * tables)
    rows, counts, total, all_met = [], 0, 0, True
    for study in studies:
        for name, truth in study.truth.items():
            values = [line["parameters"][name] for line in results[study.law]]
            means = np.array([value["mean"] for value in values])
            width = np.mean([value["q95"] - value["q05"] for value in values])
            hits = covered(study, name, results[study.law])
            counts, total = counts + hits, total + tables
            all_met &= hits >= needed
            error = means.std(ddof=1) / math.sqrt(tables)
            rows.append(
                f"| {study.law} | `{name}` | {truth:.3f} | {means.mean():.3f} ± {error:.3f} | {width:.3f} | {hits} of {tables} | "
                f"{'PASS' if hits >= needed else 'FAIL'} |"
            )
    pooled_met = counts >= SHARE_POOLED * total
    all_met &= pooled_met
    runs = [_run_row(study, results[study.law]) for study in studies]
    design, settings = studies[0].design, studies[0].settings
    pooled_by_luck = binom.sf(math.ceil(SHARE_POOLED * total) - 1, total, 0.9)
    text = f"""# Recovery of known truths

Written by `benchmarks/recovery.py`; do not edit. {tables} tables per law are drawn from the law with known parameters, written as CSV,
read as a user's table and fitted with the same law. A 90 % interval should hold the truth in about {0.9 * tables:.0f} of {tables} tables.

* Design: {design.rows} quotes, {design.families} families that start together, {design.years:g} years, noise {design.noise_scale:g}
  (standard deviation of log price), elasticity {design.score_elasticity:g} per logit of the score.
* Truth of plateau: {_truth_text("plateau")}, no market innovations. Truth of discovery: {_truth_text("discovery")}.
* Sampling: {settings.chains} chains of {settings.draws} draws after {settings.tune} of tuning, target acceptance
  {settings.target_accepts[0]:g}; a longer second attempt when the first misses a gate, with {settings.target_accepts[-1]:g} if it diverged.
* `rate_now` of plateau is judged at the age of the families at the last date; that of discovery against the expected rate, not the
  rate of the drawn path.

| law | quantity | truth | mean estimate | mean width of the interval | covered | at least {needed} |
|---|---|---|---|---|---|---|
{chr(10).join(rows)}

Pooled: {counts} of {total} intervals cover ({counts / total:.1%}; at least {SHARE_POOLED:.0%} wanted):
**{"PASS" if pooled_met else "FAIL"}**.

| {" | ".join(RUN_COLUMNS)} |
{"|---" * len(RUN_COLUMNS)}|
{chr(10).join(runs)}

## Monte Carlo doubt

With {tables} tables the standard error of a coverage of 90 % is {math.sqrt(0.09 / tables):.1%}: an exact interval covers {needed} or more
of {tables} with probability {binom.sf(needed - 1, tables, 0.9):.3f}, one that covers only 75 % does with probability
{binom.sf(needed - 1, tables, 0.75):.2f}. The study finds gross errors, not small ones. If the {total} intervals were independent, exact
ones would cover at least {SHARE_POOLED:.0%} together with probability {pooled_by_luck:.2f}; those of one table are not independent.

± is the standard error of the mean estimate over tables; a mean that lies off the truth by more than twice of it shows the pull of the
priors. Plateau's tables have no innovations while the law allows them, so its intervals may cover more often than they promise.
"""
    return text, all_met


def _run_row(study: Study, results: list[dict[str, Any]]) -> str:
    judged = [line["diagnostics"] for line in results]
    seconds = [line["seconds"]["total"] for line in results]
    first = sum(line["attempts"][0]["passed"] for line in results)
    return (
        f"| {study.law} | {sum(d['passed'] for d in judged)} of {len(judged)} | {first} | {max(d['rhat_max'] for d in judged):.4f} | "
        f"{min(d['ess_bulk_min'] for d in judged):.0f} | {min(d['ess_tail_min'] for d in judged):.0f} | "
        f"{sum(d['divergences'] for d in judged)} | {np.mean(seconds):.0f} ({max(seconds):.0f}) |"
    )


def _truth_text(law: str) -> str:
    return ", ".join(f"`{name}` {value:g}" for name, value in TRUTHS[law].items())


def _stored() -> Iterator[dict[str, Any]]:
    if RESULTS.exists():
        for text in RESULTS.read_text("utf-8").splitlines():
            try:
                yield json.loads(text)
            except json.JSONDecodeError:
                # The last line of a run that was killed while writing it.
                continue


def main() -> int:
    """Run the study; 1 when a criterion is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tables", type=int, default=20, help="tables per law (default 20)")
    parser.add_argument(
        "--jobs", type=int, default=1, help="tables fitted at a time, each on up to four cores (default 1)"
    )
    parser.add_argument("--quick", action="store_true", help="two small tables per law, to the screen only")
    options = parser.parse_args()
    tables, design = (2, replace(DESIGN, rows=400)) if options.quick else (options.tables, DESIGN)
    studies = [Study(law, design, SETTINGS) for law in TRUTHS]
    text, met = document(studies, run(studies, tables, options.jobs))
    if options.quick:
        print(text)
    else:
        write_atomic(DOCUMENT, text.encode())
        print(f"wrote {DOCUMENT.relative_to(ROOT)}: {'all criteria met' if met else 'a criterion is missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
