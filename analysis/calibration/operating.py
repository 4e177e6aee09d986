"""Error rates of the verdict rule: panels of the real one's size and irregularity, drawn from worlds in which the answer is known."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from analysis.calibration.generate import prices, world_draws
from analysis.fanout import Job, run_jobs
from analysis.inference.compare import Evidence, difference, judge
from analysis.inference.fit import Fit, FitSettings, run_fit
from analysis.inference.forecast import forecast_origins, score_forecast
from analysis.inference.posterior import Draws
from analysis.inference.sensitivity import prior_sensitivity
from analysis.laws import LAWS
from analysis.laws.observations import PriceObservations, subset
from analysis.sampling import CompiledModel, compile_model
from analysis.storage import code_version

HORIZON_MONTHS: Final = 12
PANELS: Final = 100
PER_JOB: Final = 5
SHORT: Final = FitSettings(draws=300, tune=300, chains=2, target_accepts=(0.9,), kept=300)
"""A rule that takes an hour per panel cannot be calibrated: short fits of the same posterior, with more Monte Carlo error in the scores."""

RULE_LAWS: Final = ("plateau", "discovery")


@dataclass(frozen=True)
class World:
    """A truth: a law, its population parameters and spreads, and months of data beyond the real panel."""

    name: str
    law: str
    truth: dict[str, float]
    months_more: int = 0


_CONSTANT = {"rate": 1.9, "rate_spread": 0.35}
_PLATEAU = {
    "rate_excess": 2.6, "rate_excess_spread": 0.3, "half_life_years": 1.5, "half_life_years_spread": 0.2, "rate_floor_spread": 0.05,
}  # fmt: skip

WORLDS: Final = (
    World("constant rate, discovery's gains", "discovery", _CONSTANT),
    World("constant rate, Gaussian innovations", "random_walk", _CONSTANT | {"innovation_sd": 0.6}),
    World("floor 0.18", "plateau", _PLATEAU | {"rate_floor": 0.18}),
    World("floor 0.18, a year on", "plateau", _PLATEAU | {"rate_floor": 0.18}, 12),
    World("floor 0.18, two years on", "plateau", _PLATEAU | {"rate_floor": 0.18}, 24),
    World("floor 0.5", "plateau", _PLATEAU | {"rate_floor": 0.5}),
    World("floor 0.5, two years on", "plateau", _PLATEAU | {"rate_floor": 0.5}, 24),
    World("constant rate, two years on", "discovery", _CONSTANT, 24),
)


@dataclass(frozen=True)
class WorldResult:
    """What the rule said in one world.

    Attributes
    ----------
    world
        The truth.
    evidence
        Of each simulated panel.
    """

    world: World
    evidence: tuple[Evidence, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"world": asdict(self.world), "shares": self.shares, "evidence": [asdict(one) for one in self.evidence]}

    @property
    def shares(self) -> dict[str, float]:
        """Share of panels by verdict."""
        said = [judge(one)[0] for one in self.evidence]
        return {verdict: said.count(verdict) / len(said) for verdict in ("plateau", "discovery", "inconclusive")}


def operating_characteristics(
    fit: Fit,
    obs: PriceObservations,
    worlds: Sequence[World],
    panels: int,
    directory: Path,
    seed: int,
    progress: Callable[[str], None],
    workers: int | None = None,
    scheduler: str | None = None,
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
    directory, workers, scheduler, progress
        As in `analysis.fanout.run_jobs`.
    seed
        Seed of all.
    """
    jobs = []
    for number, world in enumerate(worlds):
        longer = extended(obs, world.months_more)
        for start in range(0, panels, PER_JOB):
            chosen = np.random.default_rng((seed, number, start)).integers(fit.draws.size, size=PER_JOB)
            base = Draws(fit.law, {name: value[chosen] for name, value in fit.draws.values.items()})
            draws = world_draws(base, LAWS[world.law], world.truth, longer, seed + start)
            arguments = {"obs": longer, "log_price": prices(draws, longer, seed + start), "seed": seed + start}
            jobs.append(Job(f"world{number}-{start:05d}-{seed}", arguments))
    request = {
        "code": code_version("laws", "inference", "calibration"),
        "panel": obs.data_hash,
        "worlds": [asdict(world) for world in worlds],
        "settings": asdict(SHORT),
    }
    found = run_jobs(gather, jobs, directory, request=request, workers=workers, scheduler=scheduler, progress=progress)
    return tuple(
        WorldResult(
            world,
            tuple(
                Evidence(**one)
                for key, result in found.items()
                if key.startswith(f"world{number}-")
                for one in result["evidence"]
            ),
        )
        for number, world in enumerate(worlds)
    )


def gather(obs: PriceObservations, log_price: np.ndarray, seed: int) -> dict[str, Any]:
    """What the verdict rule looks at, for panels of log prices (k, n) of the same design."""
    return {"evidence": [asdict(_evidence(replace(obs, log_price=one), obs.data_hash, seed)) for one in log_price]}


def _evidence(obs: PriceObservations, design: str, seed: int) -> Evidence:
    settings = replace(SHORT, seed=seed)
    scores: dict[str, list[Any]] = {name: [] for name in RULE_LAWS}
    origins = forecast_origins(obs, HORIZON_MONTHS)
    for number, origin in enumerate(origins):
        past = subset(obs, origin.seen)
        for name in RULE_LAWS:
            fit = _short_fit(name, past, settings, f"{design}-{number}")
            scores[name].append(score_forecast(fit, obs, origin.seen, origin.scored, seed))
    plateau = _short_fit("plateau", obs, settings, design)
    gap, gap_se, _ = difference(scores["plateau"], scores["discovery"])
    slowed = plateau.quantity("rate_now") < 0.5 * plateau.quantity("rate_initial")
    return Evidence(
        passed=True,
        origins=len(origins),
        elpd_difference=gap,
        elpd_difference_se=gap_se,
        p_slowed=float(np.mean(slowed)),
        prior_dominated=prior_sensitivity(plateau, obs, "rate_floor").prior_dominated,
        mean_age_years=obs.mean_age_at_last,
    )


_COMPILED: dict[tuple[str, str], CompiledModel] = {}


def _short_fit(law: str, obs: PriceObservations, settings: FitSettings, design: str) -> Fit:
    from analysis.laws.model import build_model  # noqa: PLC0415  slow to import

    if (law, design) not in _COMPILED:
        _COMPILED[law, design] = compile_model(build_model(LAWS[law], obs))
    return run_fit(LAWS[law], obs, settings, lambda _: None, _COMPILED[law, design])[0]


def extended(obs: PriceObservations, months: int) -> PriceObservations:
    """The design of a panel that is longer by `months`: what came in the last ones comes again, from other models, in older families."""
    if not months:
        return obs
    years = months / 12.0
    again = obs.time_years > obs.last_time_years - years
    units, unit = np.unique(obs.unit[again], return_inverse=True)
    last = obs.last + pd.DateOffset(months=months)

    def longer(name: str, rows: np.ndarray, shift: float | None = None) -> np.ndarray:
        before = getattr(obs, name)
        return np.concatenate([before, before[rows] if shift is None else before[rows] + shift])

    return replace(
        obs,
        log_price=longer("log_price", again),
        time_years=longer("time_years", again, years),
        host=longer("host", again),
        unit=np.concatenate([obs.unit, len(obs.unit_family) + unit]),
        unit_entry_time=longer("unit_entry_time", units, years),
        unit_entry_age=longer("unit_entry_age", units, years),
        unit_quality=longer("unit_quality", units),
        unit_quality_sd=longer("unit_quality_sd", units),
        unit_family=longer("unit_family", units),
        units=(*obs.units, *(f"{obs.units[code]}, again" for code in units)),
        last=last,
        data_hash=f"{obs.data_hash}+{months}",
    )
