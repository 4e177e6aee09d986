"""Simulation-based calibration of every law: parameters from the prior, prices from them, and where the posterior puts the parameters."""

from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np

from costfloor.fit.posterior import Draws, expected_log_price, log_likelihood, merge_chains
from costfloor.fit.quantities import reported_quantities
from costfloor.keys import result_key
from costfloor.laws import LAWS, Law
from costfloor.laws.base import fallen, rate_at
from costfloor.laws.few_families import fitted_law
from costfloor.laws.model import build_model
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.priors import OBSERVATION_PRIORS
from costfloor.laws.simulate import MarketDesign, simulate_market
from costfloor.runs.jobs import Job
from costfloor.sampling.gates import diagnose_quantities
from costfloor.sampling.policy import SamplerSettings
from costfloor.sampling.sampler import compile_model, sample
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.generate import prices, prior_draws
from costfloor.studies.sbc.exact import exact_uniformity
from costfloor.studies.sbc.ranks import BAND, INTERVALS, IntervalCoverage, Uniformity, interval_coverage, rank

SIMULATIONS: Final = 400
"""Data sets per law."""

FIRST: Final = 1000
"""Number of the first: truths before it had been read when the rule by which a quantity is outside was written (docs/decisions.md)."""

PER_JOB: Final = 10
RANKED_DRAWS: Final = 31
LEVEL_CENTER: Final = 0.0
NEVER_YEARS: Final = 50.0
SAMPLER: Final = SamplerSettings(draws=500, tune=500, chains=2, target_accept=0.95)


@dataclass(frozen=True)
class Row:
    """Calibration of one quantity of one law.

    Attributes
    ----------
    law, quantity
        Which quantity.
    uniformity
        Whether its ranks are uniform, taken alone.
    p_adjusted
        The p-value of `uniformity` times the number of rows in the table, at most 1 (Bonferroni).
    coverage
        Of its 50 and 90 % intervals, with bands that allow for the number of rows.
    ranks
        The rank of each truth, 0 to 31.
    """

    law: str
    quantity: str
    uniformity: Uniformity
    p_adjusted: float
    coverage: tuple[IntervalCoverage, ...]
    ranks: tuple[int, ...]

    @property
    def uniform(self) -> bool:
        """Whether the ranks are uniform as far as can be told, given how many rows were looked at."""
        return self.p_adjusted > 1.0 - BAND

    @property
    def passed(self) -> bool:
        """Whether the ranks are uniform and all coverages inside their bands."""
        return self.uniform and all(share.inside for share in self.coverage)


@dataclass(frozen=True)
class Calibration:
    """Calibration of all laws.

    Attributes
    ----------
    rows
        One per law and quantity.
    diverged
        By law, the share of fits with divergent transitions; they are counted, not left out.
    """

    rows: tuple[Row, ...]
    diverged: dict[str, float]

    @property
    def passed(self) -> bool:
        """Whether the rule's simulations were run and every quantity passed: a right program does so in 94 of 100 runs or more."""
        return bool(self.rows) and self.complete and all(row.passed for row in self.rows)

    @property
    def complete(self) -> bool:
        """Whether each quantity has the number of simulations that the rule asks for."""
        return all(row.uniformity.simulations == SIMULATIONS for row in self.rows)


def design() -> PriceObservations:
    """A market of 160 prices of 64 models at six hosts over four years, with births by model; its prices are of no account."""
    sizes = MarketDesign(models=64, rows=160, hosts=6)
    return observations(simulate_market(LAWS["exponential"], {"rate": 1.0}, sizes, seed=11))


def run(context: Context) -> Calibration:
    """Compute the study: see `costfloor.studies.registry`. Finished simulations are kept and read again."""
    seed = context.settings.seed
    jobs = [
        Job(f"{law}-{start:05d}-{seed}", {"law": law, "start": start, "count": PER_JOB, "seed": seed})
        for law in LAWS
        for start in range(FIRST, FIRST + SIMULATIONS, PER_JOB)
    ]
    by_job = context.run("sbc", simulate, jobs, result_key("sbc", __name__))
    ranks: dict[tuple[str, str], np.ndarray] = {}
    diverged = {}
    for law in LAWS:
        results = [by_job[job.key] for job in jobs if job.arguments["law"] == law]
        for quantity in results[0]["ranks"]:
            ranks[law, quantity] = np.concatenate([result["ranks"][quantity] for result in results])
        diverged[law] = float(np.mean(np.concatenate([result["divergences"] for result in results]) > 0))
    rows = tuple(calibration_row(law, quantity, values, len(ranks)) for (law, quantity), values in ranks.items())
    return Calibration(rows, diverged)


def calibration_row(law: str, quantity: str, ranks: np.ndarray, rows: int) -> Row:
    """Judge the ranks (N,) of one quantity as one of `rows` in a table."""
    alone = exact_uniformity(ranks, RANKED_DRAWS)
    coverage = tuple(interval_coverage(ranks, RANKED_DRAWS, probability, 2 * rows) for probability in INTERVALS)
    return Row(law, quantity, alone, min(1.0, alone.p_value * rows), coverage, tuple(int(value) for value in ranks))


def simulate(law: str, start: int, count: int, seed: int) -> dict[str, Any]:
    """Ranks of `count` truths from number `start` on, by quantity, and the divergences of each fit."""
    obs, rng = design(), np.random.default_rng((seed, start))
    compiled = _compiled(law)
    truth = prior_draws(_fitted(law), obs, count, seed + start, LEVEL_CENTER)
    log_price = prices(truth, obs, seed + start)
    ranks: dict[str, list[int]] = {}
    divergences, worst = [], []
    for index in range(count):
        settings = SamplerSettings(**{**asdict(SAMPLER), "seed": seed + start + index})
        data = {"log_price": log_price[index], "level_center": np.asarray(LEVEL_CENTER)}
        sampled = sample(compiled, settings, data=data)
        true_draws = Draws(truth.law, {name: value[[index]] for name, value in truth.values.items()})
        posterior = merge_chains(sampled.posterior, truth.law)
        drawn = quantities(posterior, obs, log_price[index])
        for name, value in quantities(true_draws, obs, log_price[index]).items():
            chosen = np.linspace(0, len(drawn[name]) - 1, RANKED_DRAWS).round().astype(int)
            ranks.setdefault(name, []).append(rank(float(value[0]), drawn[name][chosen], rng))
        divergences.append(int(sampled.sample_stats["diverging"].sum()))
        reported = reported_quantities(sampled.posterior, truth.law, obs)
        worst.append(diagnose_quantities(reported, sampled.sample_stats).ess_bulk_min)
    return {"ranks": ranks, "divergences": divergences, "ess_bulk_min": worst}


def quantities(draws: Draws, obs: PriceObservations, log_price: np.ndarray) -> dict[str, np.ndarray]:
    """What is ranked, each of shape (S,): population parameters, rates, the joint log likelihood, years until the price halves."""
    law = draws.law
    names = [*OBSERVATION_PRIORS, *(prior.name for prior in law.priors)]
    chosen = {name: draws[name] for name in names if name in draws}
    family = draws.family(np.arange(len(obs.families)))
    on_sale = np.flatnonzero(obs.on_sale)
    ages = obs.last_time_years - obs.unit_birth[on_sale]
    with_prices = replace(obs, log_price=log_price)
    expected = expected_log_price(draws, with_prices, np.random.default_rng(0))
    return chosen | {
        "rate_now": rate_at(law, draws.family(obs.unit_family[on_sale]), ages).mean(axis=1),
        "rate_long_run": law.long_run_rate(family).mean(axis=1),
        "years_to_half": years_to_half(draws, obs),
        "log_likelihood": log_likelihood(draws, with_prices, expected).sum(axis=1),
    }


def years_to_half(draws: Draws, obs: PriceObservations) -> np.ndarray:
    """Years from the last date until the price of the oldest capability has halved by its law, shape (S,); 50 stands for later or never."""
    oldest = int(obs.unit_birth.argmin())
    age = obs.last_time_years - obs.unit_birth[oldest]
    ahead = np.linspace(0.0, NEVER_YEARS, 2001)
    family = draws.family(obs.unit_family[[oldest]])
    to_come = fallen(draws.law, family, age + ahead[None, :]) - fallen(draws.law, family, np.array([[age]]))
    reached = to_come >= np.log(2.0)
    first = reached.argmax(axis=1).clip(min=1)
    rows = np.arange(draws.size)
    before, after = to_come[rows, first - 1], to_come[rows, first]
    exact = ahead[first - 1] + (ahead[1]) * (np.log(2.0) - before) / np.where(after > before, after - before, 1.0)
    return np.where(reached.any(axis=1), exact, NEVER_YEARS)


@cache
def _compiled(law: str) -> Any:
    return compile_model(build_model(_fitted(law), design()))


def _fitted(law: str) -> Law:
    return fitted_law(LAWS[law], design())


STUDY: Final = HeavyStudy(Calibration, run)
"""Simulation-based calibration of every law."""
