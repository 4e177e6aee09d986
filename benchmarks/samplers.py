"""Effective draws a second of this package's fits, of PyMC's own NUTS and of Stan on the prices of the real panel, in one run.

Usage: python benchmarks/samplers.py [market|families] [DATA_DIR], after `costfloor build`. The panel is a market on a clock of
capabilities. As `families` its rows are read as a table of families with one birth each, one for each band and kind of weights: Stan knows
no other, in a program of its own, `samplers.stan`, which needs PyStan: `pip install -c constraints.txt -e '.[bench]'`. Two models of one
posterior per law: the package's (levels centred where the data fix them, the decline evaluated once per moment) and the plain one (every
row by itself, everything in standardised offsets). Means must agree within three Monte Carlo standard errors, or the exit code is 1. Some
ten minutes on two free cores.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import arviz_stats
import numpy as np
import pandas as pd
import psutil
import pymc as pm
import xarray as xr
from _plain_model import plain_families, plain_market
from _stan_model import LAW_IN_STAN, build_program, compile_services, stan_data, stan_program
from costfloor.build import stored_build
from costfloor.data.store import open_store
from costfloor.laws import LAWS
from costfloor.laws.base import Law
from costfloor.laws.few_families import fitted_law, observation_priors
from costfloor.laws.model import build_model, observation_parameters
from costfloor.laws.observations import PriceObservations, observations
from costfloor.places import Places
from costfloor.sampling.policy import ESS_LIMIT, SamplerSettings
from costfloor.sampling.sampler import compile_model, sample

CHAINS, DRAWS, TUNE, SEED = 2, 1000, 1000, 1
WITHIN_MCSE = 3.0
TARGETS = {"PyMC NUTS": 10.0, "Stan": 3.0}
OURS, PLAIN = "package's", "plain"


@dataclass(frozen=True)
class Run:
    """Draws of the population parameters by one sampler of one model; `processor_seconds` are those of its chains."""

    sampler: str
    model: str
    posterior: xr.Dataset
    compile_seconds: float
    seconds: float
    processor_seconds: float
    divergences: int

    @property
    def ess(self) -> float:
        """The smallest bulk effective sample size."""
        bulk = arviz_stats.ess(self.posterior, method="bulk")
        return min(float(one) for one in bulk.data_vars.values())

    @property
    def rhat(self) -> float:
        return max(float(one) for one in arviz_stats.rhat(self.posterior).data_vars.values())


def population_parameters(law: Law, obs: PriceObservations) -> dict[str, bool]:
    """The free population parameters, and whether their prior is on the log scale, where their means are compared."""
    of_market = observation_priors(len(obs.families))
    priors = (*(of_market[name] for name in observation_parameters(obs)), *law.priors)
    return {
        f"{prior.name}_above" if prior.distribution == "lognormal_above" else prior.name: "log" in prior.distribution
        for prior in priors
        if prior.distribution != "constant"
    }


def of_children() -> float:
    """Processor seconds of all processes that this one has started."""
    own, running = psutil.Process(), psutil.Process().children(recursive=True)
    ended = own.cpu_times().children_user + own.cpu_times().children_system
    return ended + sum(one.cpu_times().user + one.cpu_times().system for one in running)


def by_nutpie(law: Law, obs: PriceObservations, model: str) -> Run:
    """With the package's first acceptance target."""
    compiled = compile_model(pymc_model(law, obs, model))
    settings = SamplerSettings(draws=DRAWS, tune=TUNE, chains=CHAINS, target_accept=0.95, seed=SEED)
    began = time.process_time()
    found = sample(compiled, settings)
    used = time.process_time() - began
    divergences = int(found.sample_stats["diverging"].sum())
    names = list(population_parameters(law, obs))
    return Run("nutpie", model, found.posterior[names], found.seconds_compile, found.seconds_sample, used, divergences)


def by_pymc(law: Law, obs: PriceObservations, model: str) -> Run:
    built = pymc_model(law, obs, model)
    began, started = of_children(), time.perf_counter()
    with built:
        tree = pm.sample(
            DRAWS, tune=TUNE, chains=CHAINS, cores=CHAINS, nuts_sampler="pymc", random_seed=SEED, progressbar=False,
            var_names=list(population_parameters(law, obs)), compute_convergence_checks=False,
        )  # fmt: skip
    total, used = time.perf_counter() - started, of_children() - began
    posterior = tree["posterior"].to_dataset()
    seconds = float(tree["posterior"].attrs["sampling_time"])
    return Run(
        "PyMC NUTS", model, posterior, total - seconds, seconds, used, int(tree["sample_stats"]["diverging"].sum())
    )  # fmt: skip


def by_stan(law: Law, obs: PriceObservations, model: str) -> Run:
    import stan  # noqa: PLC0415  an extra

    started = time.perf_counter()
    build_program(law.name)
    # Without a seed: with one, draws would be read from the cache.
    posterior = stan.build(stan_program(law.name), data=stan_data(obs, plain=model == PLAIN))
    compiled = time.perf_counter()
    began = of_children()
    fit = posterior.sample(num_chains=CHAINS, num_samples=DRAWS, num_warmup=TUNE)
    seconds, used = time.perf_counter() - compiled, of_children() - began
    draws = {name: (("chain", "draw"), fit[name].reshape(DRAWS, CHAINS).T) for name in population_parameters(law, obs)}
    divergences = int(fit["divergent__"].sum())
    return Run("Stan", model, xr.Dataset(draws), compiled - started, seconds, used, divergences)


def pymc_model(law: Law, obs: PriceObservations, model: str) -> pm.Model:
    if model == OURS:
        return build_model(law, obs)
    return plain_market(law, obs) if obs.births_differ else plain_families(law, obs)


def disagreements(ours: Run, other: Run, law: Law, obs: PriceObservations) -> dict[str, float]:
    """Differences of the means of all population parameters, in Monte Carlo standard errors of both."""
    found = {}
    for name, logged in population_parameters(law, obs).items():
        one, two = (np.log(run.posterior[name]) if logged else run.posterior[name] for run in (ours, other))
        found[name] = float((one.mean() - two.mean()) / np.hypot(arviz_stats.mcse(one), arviz_stats.mcse(two)))
    return found


def compare(
    law: Law, obs: PriceObservations, samplers: dict[str, Callable[[Law, PriceObservations, str], Run]]
) -> bool:
    """Print the table of one law; whether the means agree."""
    print(
        f"\n{law.name}, {CHAINS} chains of {TUNE} + {DRAWS}; seconds to compile, to sample, of processors; load of the machine"
    )
    print("sampler    model       compile   sample      CPU  min ESS  R-hat  div.   ESS/s  ESS/CPU s   load")
    runs = []
    for model in (OURS, PLAIN):
        for run_with in samplers.values():
            run = run_with(law, obs, model)
            runs.append(run)
            print(
                f"{run.sampler:<11}{model:<11}{run.compile_seconds:8.1f}{run.seconds:9.1f}{run.processor_seconds:9.1f}{run.ess:9.0f}"
                f"{run.rhat:7.3f}{run.divergences:6}{run.ess / run.seconds:8.2f}{run.ess / run.processor_seconds:11.2f}"
                f"{os.getloadavg()[0]:7.1f}",
                flush=True,
            )
    ours = runs[0]
    for other in (run for run in runs if run.sampler in TARGETS):
        clock = ours.ess / ours.seconds / (other.ess / other.seconds)
        processor = ours.ess / ours.processor_seconds / (other.ess / other.processor_seconds)
        asked = f"at least {TARGETS[other.sampler]:.0f} asked for"
        print(
            f"against {other.sampler}, {other.model} model: {clock:.1f}x by clock, {processor:.1f}x by processor ({asked})"
        )
    agree = [agreed(ours, other, law, obs) for other in runs[1:]]
    return all(agree)


def agreed(ours: Run, other: Run, law: Law, obs: PriceObservations) -> bool:
    """Print whether the means agree."""
    z = disagreements(ours, other, law, obs)
    worst = max(z, key=lambda name: abs(z[name]))
    within = sum(abs(value) <= WITHIN_MCSE for value in z.values())
    few = "" if other.ess >= ESS_LIMIT else f"; with only {other.ess:.0f} effective draws an error is itself in doubt"
    print(
        f"means, {other.sampler}, {other.model} model: {within} of {len(z)} within {WITHIN_MCSE:.0f} MCSE "
        f"(worst {worst}, {z[worst]:+.1f}{few})"
    )
    return within == len(z)


def observations_of_families(rows: pd.DataFrame) -> PriceObservations:
    """The prices that the laws see as a table of families: each segment is one, born on its first date."""
    return observations(rows.assign(family=rows["segment"]).drop(columns=["segment", "birth", "open_weights"]))


def main(prices: str, data_dir: Path, scratch: Path) -> int:
    rows = stored_build(open_store(Places(data_dir))).law_rows
    obs = observations(rows) if prices == "market" else observations_of_families(rows)
    samplers: dict[str, Callable[[Law, PriceObservations, str], Run]] = {"nutpie": by_nutpie, "PyMC NUTS": by_pymc}
    if prices == "families":
        try:
            import stan  # noqa: F401, PLC0415  an extra
        except ImportError:
            print("PyStan is not installed, so Stan is not measured: pip install -c constraints.txt -e '.[bench]'")
        else:
            compile_services(scratch)
            samplers["Stan"] = by_stan
    print(f"{prices}: {obs.n} prices of {len(obs.units)} models at {len(obs.hosts)} hosts; {os.cpu_count()} cores")
    agree = [compare(fitted_law(LAWS[name], obs), obs, samplers) for name in LAW_IN_STAN]
    return 0 if all(agree) else 1


if __name__ == "__main__":
    prices, *folders = sys.argv[1:] or ["market"]
    if prices not in ("market", "families"):
        sys.exit(f"{prices} is neither market nor families")
    with tempfile.TemporaryDirectory() as folder:
        # Stan's programs are compiled anew and its draws forgotten: what is timed is computed.
        os.environ["XDG_CACHE_HOME"] = folder
        sys.exit(main(prices, Path(folders[0]) if folders else Path(__file__).parents[1] / "data", Path(folder)))
