"""Evidence of every law on a small panel, by sequential Monte Carlo. Secondary: it moves with the width of the priors.

On the whole panel, with some 600 unknowns, it fails without a sign: see `docs/decisions.md`. Hence a panel on which it can be checked, the
first price of every model in the largest families: without levels of models and effects of hosts a law has some 60 unknowns. Whether the
particles ended where NUTS says the posterior is, comes with the result.

References: Ching and Chen (2007), *Journal of Engineering Mechanics* 133(7); Del Moral, Doucet and Jasra (2006), *JRSS B* 68(3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pymc as pm

from costfloor.keys import result_key
from costfloor.laws import LAWS
from costfloor.laws.few_families import fitted_law
from costfloor.laws.model import build_model
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.panel import PRICE_UNIT
from costfloor.laws.priors import OBSERVATION_PRIORS
from costfloor.runs.jobs import Job
from costfloor.sampling.policy import SamplerSettings
from costfloor.sampling.sampler import compile_model, sample
from costfloor.studies.context import Context, HeavyStudy

FAMILIES: Final = 3
PARTICLES: Final = 2000
RUNS: Final = 4
REFERENCE: Final = SamplerSettings(draws=1000, tune=1000, chains=2, target_accept=0.95)


OFF: Final = 0.25
"""Posterior standard deviations between the means of particles and NUTS, beyond which the particles have not found the posterior."""


@dataclass(frozen=True)
class LawEvidence:
    """Evidence of one law.

    Attributes
    ----------
    unknowns
        Dimensions of its posterior.
    log_evidence
        One per run, natural log.
    off, worst
        The largest distance, over population parameters, of the mean of all particles from that of NUTS in posterior standard deviations,
        and of which parameter.
    """

    unknowns: int
    log_evidence: tuple[float, ...]
    off: float
    worst: str


@dataclass(frozen=True)
class EvidenceStudy:
    """Evidence of the laws on a small panel: its prices and families, the number of particles, and the result by law."""

    prices: int
    families: tuple[str, ...]
    particles: int
    laws: dict[str, LawEvidence]

    @property
    def passed(self) -> bool:
        """Whether the particles of every law ended where NUTS finds the posterior."""
        return all(law.off <= OFF for law in self.laws.values())


def small_panel(rows: pd.DataFrame) -> PriceObservations:
    """The first price of each model in the families that have most models; rows are units, and there are no hosts."""
    first = rows.sort_values("date", kind="stable").drop_duplicates(["model", "family", "quality"])
    largest = first["family"].value_counts().index[:FAMILIES]
    return observations(first[first["family"].isin(largest)].drop(columns=["model", "host"]), price_unit=PRICE_UNIT)


def evidence_study(obs: PriceObservations, laws: Sequence[str], context: Context) -> EvidenceStudy:
    """Log evidence of laws on a panel without repeated models, one job per law."""
    jobs = [Job(law, {"law": law, "obs": obs, "seed": context.settings.seed}) for law in laws]
    key = result_key("evidence", __name__, data=obs.data_hash, settings=context.settings.seed)
    results = context.run("evidence", evidence_job, jobs, key)
    return EvidenceStudy(
        obs.n, obs.families, PARTICLES, {law: LawEvidence(**result) for law, result in results.items()}
    )


def evidence_job(law: str, obs: PriceObservations, seed: int) -> dict[str, Any]:
    """Run sequential Monte Carlo several times, and NUTS once to see where the posterior is: `LawEvidence` as plain data."""
    model = build_model(fitted_law(LAWS[law], obs), obs)
    with model:
        tree = pm.sample_smc(
            PARTICLES, chains=RUNS, cores=1, random_seed=seed, progressbar=False, compute_convergence_checks=False
        )
    stages = tree["sample_stats"]["log_marginal_likelihood"].to_numpy()
    reference = sample(compile_model(model), REFERENCE).posterior
    names = [prior.name for prior in (*OBSERVATION_PRIORS.values(), *LAWS[law].priors) if prior.name in reference]
    particles = tree["posterior"].to_dataset()
    off = {name: float(abs(particles[name].mean() - reference[name].mean()) / reference[name].std()) for name in names}
    worst = max(off, key=off.__getitem__)
    return {
        "unknowns": int(sum(np.size(value) for value in model.initial_point().values())),
        "log_evidence": [float(run[-1]) for run in stages],
        "off": off[worst],
        "worst": worst,
    }


def run(context: Context) -> EvidenceStudy:
    """Compute the study: see `costfloor.studies.registry`."""
    return evidence_study(small_panel(context.built.law_rows), list(LAWS), context)


STUDY: Final = HeavyStudy(EvidenceStudy, run)
