"""Error rates of the verdict rule: panels of the real one's size and irregularity, drawn from worlds in which the answer is known."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any, Final

import numpy as np

from costfloor.fit.fit import fit_law, sample_law
from costfloor.fit.posterior import Draws
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import prior_sensitivity
from costfloor.fit.slowed import has_slowed
from costfloor.forecast.elpd import difference
from costfloor.forecast.origins import forecast_origins, score_forecast
from costfloor.forecast.verdict import Evidence, judge
from costfloor.keys import fingerprint, result_key
from costfloor.laws import LAWS
from costfloor.laws.few_families import fitted_law
from costfloor.laws.model import build_model
from costfloor.laws.observations import PriceObservations, subset
from costfloor.laws.panel import panel_observations
from costfloor.runs.jobs import Job
from costfloor.sampling.policy import Sampling
from costfloor.sampling.quantiles import quantiles
from costfloor.sampling.sampler import CompiledModel, compile_model
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.generate import prices, world_draws
from costfloor.studies.operating.worlds import WORLDS, World, extended

HORIZON_MONTHS: Final = 12
PANELS: Final = 100
PER_JOB: Final = 5
SHORT: Final = Sampling(draws=300, tune=300, chains=2, target_accepts=(0.9,), kept=300, longer=False)
"""A rule that takes an hour per panel cannot be calibrated: short fits of the same posterior, with more Monte Carlo error in the scores."""

RULE_LAWS: Final = ("plateau", "discovery")


@dataclass(frozen=True)
class Panel:
    """What the rule saw in one simulated panel, and what the law plateau made of it.

    Attributes
    ----------
    evidence
        What the verdict rests on.
    rate_now, rate_floor
        5, 50 and 95 % of the posterior, log-rate per year.
    """

    evidence: Evidence
    rate_now: tuple[float, float, float]
    rate_floor: tuple[float, float, float]


@dataclass(frozen=True)
class WorldResult:
    """What the rule said in one world.

    Attributes
    ----------
    world
        The truth.
    panels
        One per simulated panel.
    """

    world: World
    panels: tuple[Panel, ...]

    @property
    def shares(self) -> dict[str, float]:
        """Share of panels by verdict."""
        verdicts = [judge(panel.evidence)[0] for panel in self.panels]
        return {
            verdict: verdicts.count(verdict) / len(verdicts) for verdict in ("plateau", "discovery", "inconclusive")
        }

    @property
    def floor_coverage90(self) -> float | None:
        """Share of panels whose 90 % interval of the floor holds the population's; None in a world without a floor of its own.

        The interval is that of the mean over the panel's families, which lies a spread over the root of their number from the
        population's: a few hundredths of the interval's width.
        """
        truth = self.world.truth.get("rate_floor")
        if truth is None:
            return None
        return float(np.mean([panel.rate_floor[0] <= truth <= panel.rate_floor[2] for panel in self.panels]))


@dataclass(frozen=True)
class ErrorRates:
    """What the rule said in every world."""

    worlds: tuple[WorldResult, ...]

    @property
    def passed(self) -> bool:
        """Whether the fits of every panel count as passed."""
        return all(panel.evidence.passed for world in self.worlds for panel in world.panels)


def operating_characteristics(
    fit: Fit, obs: PriceObservations, worlds: Sequence[World], panels: int, context: Context
) -> tuple[WorldResult, ...]:
    """Apply the verdict rule to panels from worlds in which the answer is known.

    Parameters
    ----------
    fit
        The fit of plateau to the real panel: noise, hosts, elasticities and levels of the worlds are drawn from it.
    obs
        The real panel.
    worlds, panels
        The truths, and how many panels of each.
    context
        Where the jobs are kept and how they run.
    """
    jobs: list[list[Job]] = []
    seed = context.settings.seed
    for world in worlds:
        jobs.append([])
        longer = extended(obs, world.years_more)
        name = fingerprint(asdict(world))[:12]
        for start in range(0, panels, PER_JOB):
            chosen = np.random.default_rng((seed, int(name, 16), start)).integers(fit.parameters.size, size=PER_JOB)
            base = Draws(fit.law, {name: value[chosen] for name, value in fit.parameters.values.items()})
            draws = world_draws(base, LAWS[world.law], world.truth, longer, seed + start)
            arguments = {"obs": longer, "log_price": prices(draws, longer, seed + start), "seed": seed + start}
            jobs[-1].append(Job(f"{name}-{start:05d}-{seed}", arguments))
    key = result_key("operating", __name__, data=fit.receipt["fingerprint"])
    results = context.run("operating", gather, list(chain.from_iterable(jobs)), key)
    return tuple(
        WorldResult(
            world,
            tuple(
                Panel(Evidence(**panel["evidence"]), tuple(panel["rate_now"]), tuple(panel["rate_floor"]))
                for job in of_world
                for panel in results[job.key]["panels"]
            ),
        )
        for world, of_world in zip(worlds, jobs, strict=True)
    )


def gather(obs: PriceObservations, log_price: np.ndarray, seed: int) -> dict[str, Any]:
    """What the verdict rule looks at, for panels of log prices (k, n) of the same design."""
    return {"panels": [asdict(_panel(replace(obs, log_price=drawn), obs.data_hash, seed)) for drawn in log_price]}


def _panel(obs: PriceObservations, design: str, seed: int) -> Panel:
    settings = replace(SHORT, seed=seed)
    scores: dict[str, list[Any]] = {name: [] for name in RULE_LAWS}
    origins = forecast_origins(obs, HORIZON_MONTHS)
    for number, origin in enumerate(origins):
        past = subset(obs, origin.seen)
        for name in RULE_LAWS:
            fit = _short_fit(name, past, settings, f"{design}-{number}")
            scores[name].append(score_forecast(fit, obs, origin.seen, origin.scored, seed))
    plateau = _short_fit("plateau", obs, settings, design)
    gap, gap_se, _ = difference(scores["plateau"], scores["discovery"], HORIZON_MONTHS)
    slowed = has_slowed(plateau.draws("rate_now"), plateau.draws("rate_initial"))
    evidence = Evidence(
        passed=True,
        origins=len(origins),
        elpd_difference=gap,
        elpd_difference_se=gap_se,
        p_slowed=float(np.mean(slowed)),
        prior_dominated=prior_sensitivity(plateau, obs, "rate_floor").prior_dominated,
        mean_age_years=obs.mean_age_at_last,
    )
    return Panel(evidence, *(quantiles(plateau.draws(name)) for name in ("rate_now", "rate_floor")))


_COMPILED: dict[tuple[str, str], CompiledModel] = {}


def _short_fit(law: str, obs: PriceObservations, settings: Sampling, design: str) -> Fit:
    if (law, design) not in _COMPILED:
        _COMPILED[law, design] = compile_model(build_model(fitted_law(LAWS[law], obs), obs))
    return sample_law(LAWS[law], obs, settings, lambda _: None, _COMPILED[law, design])[0]


def run(context: Context) -> ErrorRates:
    """Compute the study: see `costfloor.studies.registry`."""
    obs = panel_observations(context.built)
    fit = fit_law(LAWS["plateau"], obs, context.settings, context.places.fits, context.progress)
    return ErrorRates(operating_characteristics(fit, obs, WORLDS, PANELS, context))


STUDY: Final = HeavyStudy(ErrorRates, run)
