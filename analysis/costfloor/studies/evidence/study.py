"""Evidence of every law on a small panel, by sequential Monte Carlo. Secondary: it moves with the width of the priors.

On the whole panel, with some 600 unknowns, it fails without a sign: see `docs/decisions.md`. Hence a panel on which it can be checked, the
first price of every model in the largest families: without levels of models and effects of hosts a law has some 60 unknowns. Whether the
particles ended where NUTS says the posterior is, comes with the result.

References: Ching and Chen (2007), *Journal of Engineering Mechanics* 133(7); Del Moral, Doucet and Jasra (2006), *JRSS B* 68(3).
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from costfloor.fit.project import PRICE_UNIT
from costfloor.keys import result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.priors import OBSERVATION_PRIORS
from costfloor.panel import law_rows, load_panel
from costfloor.runs.jobs import Job, run_jobs
from costfloor.sampling.sampler import SamplerSettings, compile_model, sample
from costfloor.studies.context import Context

FAMILIES: Final = 3
PARTICLES: Final = 2000
RUNS: Final = 4
REFERENCE: Final = SamplerSettings(draws=1000, tune=1000, chains=2, target_accept=0.95)


def small_panel(rows: pd.DataFrame) -> PriceObservations:
    """The first price of each model in the families that have most models; rows are units, and there are no hosts."""
    first = rows.sort_values("date", kind="stable").drop_duplicates(["model", "family", "quality"])
    largest = first["family"].value_counts().index[:FAMILIES]
    return observations(first[first["family"].isin(largest)].drop(columns=["model", "host"]), price_unit=PRICE_UNIT)


def evidence_study(obs: PriceObservations, laws: Sequence[str], context: Context) -> dict[str, Any]:
    """Log evidence of laws on a panel without repeated models, one job per law.

    Returns
    -------
    `prices`, `families`, `particles`, and `laws`: by law what `evidence_job` gives.
    """
    jobs = [Job(law, {"law": law, "obs": obs, "seed": context.settings.seed}) for law in laws]
    found = run_jobs(
        evidence_job, jobs, context.work("evidence"),
        key=result_key("evidence", __name__, data=obs.data_hash, settings=context.settings.seed),
        workers=context.workers, scheduler=context.scheduler, progress=context.progress,
    )  # fmt: skip
    return {"prices": obs.n, "families": list(obs.families), "particles": PARTICLES, "laws": found}


def evidence_job(law: str, obs: PriceObservations, seed: int) -> dict[str, Any]:
    """Run sequential Monte Carlo several times, and NUTS once to see where the posterior is.

    Returns
    -------
    `unknowns`; `log_evidence`, one per run; `off` and `worst`: the largest distance, over population parameters, of the mean of all
    particles from that of NUTS in posterior standard deviations, and of which parameter.
    """
    # Imported here: slow, and what reads stored results does without.
    import pymc as pm  # noqa: PLC0415  slow to import

    from costfloor.laws.model import build_model  # noqa: PLC0415  as above

    model = build_model(LAWS[law], obs)
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


def run(context: Context) -> dict[str, Any]:
    """Compute the study: see `costfloor.studies.registry`."""
    return evidence_study(small_panel(law_rows(load_panel(context.data_dir))), list(LAWS), context)
