"""Fit a law to costs of technologies, with a receipt; an unchanged fit is read, not run again."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from costfloor.fit import archive
from costfloor.fit.request import FitSettings
from costfloor.keys import Key, result_key
from costfloor.sampling.sampler import (
    CI_QUANTILES,
    SamplerSettings,
    attempt_line,
    attempt_seed,
    compile_model,
    diagnose_quantities,
    sample,
)
from costfloor.studies.technologies.laws import TechnologyLaw
from costfloor.studies.technologies.model import build_model
from costfloor.studies.technologies.series import Costs

Progress = Callable[[str], None]

KEPT_DRAWS = 1000
"""Draws of a chain that are stored at most, evenly spaced; every draw is in the diagnostics."""

FOLDER = Path("processed") / "technologies"
"""Where fits and study lie below the data folder."""


@dataclass(frozen=True)
class TechnologyFit:
    """A law fitted to technologies.

    Attributes
    ----------
    law
        The law.
    receipt
        What was fitted, how, and how well: the keys of a receipt of `costfloor.fit.fit`.
    posterior
        Evenly spaced draws, dimensions (chain, draw, ...): populations and spreads by their names, technologies as `family_NAME`.
    """

    law: TechnologyLaw
    receipt: dict[str, Any]
    posterior: xr.Dataset = field(repr=False)

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return bool(self.receipt["diagnostics"]["passed"])

    def draws(self, name: str) -> np.ndarray:
        """Draws of a parameter with chains merged, shape (S, ...)."""
        array = self.posterior[name].to_numpy()
        return np.asarray(array.reshape(-1, *array.shape[2:]))

    def of_technology(self, name: str) -> dict[str, np.ndarray]:
        """Draws (S,) of the parameters of one series, by the names under which the law takes them."""
        position = self.posterior["technology"].to_numpy().tolist().index(name)
        return {p: self.draws(f"family_{p}")[:, position] for p in self.law.family_parameters}


def fit_key(law: TechnologyLaw, costs: Costs, settings: FitSettings) -> Key:
    """Everything that determines a fit; its digest is the fingerprint."""
    asked = {
        "law": law.name,
        "priors": {prior.name: prior.describe() for prior in law.priors},
        "sampling": asdict(settings),
    }
    return result_key("technology fit", __name__, data=costs.data_hash, settings=asked)


def fit_technologies(
    law: TechnologyLaw, costs: Costs, settings: FitSettings, directory: Path, progress: Progress
) -> TechnologyFit:
    """Fit a law to several series, or read the stored fit with the same fingerprint.

    Parameters
    ----------
    law, costs, settings
        What is fitted, to what, and how; attempts follow one another as `next_attempt` says.
    directory
        Folder of the fits; the result is written there as `LAW-FINGERPRINT.nc` and `.json`.
    progress
        Called with a line before each long step.

    Returns
    -------
    TechnologyFit
        Whether it passed the gates is in its receipt; a failed fit is stored and returned like any other.
    """
    key = fit_key(law, costs, settings)
    found = archive.load(directory, law.name, key.digests)
    if found is not None:
        return _as_stored(law, *found)

    def say(line: str) -> None:
        progress(f"{law.name}: {line}")

    started = time.perf_counter()
    progress(f"{law.name}: compiling for {len(costs.series)} series")
    compiled = compile_model(build_model(law, costs))
    kept = [*(prior.name for prior in law.priors), *(f"family_{p}" for p in law.family_parameters)]
    attempts: list[dict[str, Any]] = []
    while (asked := next_attempt(settings, attempts)) is not None:
        target_accept, draws, tune = asked
        number = len(attempts) + 1
        sampler = SamplerSettings(draws, tune, settings.chains, target_accept, seed=attempt_seed(settings.seed, number))
        say(attempt_line(number, sampler, attempts[-1] if attempts else None))
        # Series of ten points leave funnels, where draws alone give too coarse a scale: three of six laws then miss their gates.
        sampled = sample(compiled, sampler, adaptation="diag", progress=say)
        posterior = sampled.posterior[kept]
        diagnostics = diagnose_quantities(posterior, sampled.sample_stats)
        attempts.append(
            {
                "target_accept": target_accept,
                "draws": draws,
                "tune": tune,
                "seed": sampler.seed,
                "seconds_sample": round(sampled.seconds_sample, 2),
                **asdict(diagnostics),
            }
        )
    receipt = {
        "law": law.name,
        "n": sum(one.n for one in costs.series),
        "families": len(costs.series),
        "fingerprint": key.digest,
        "data_hash": costs.data_hash,
        "sampler": sampled.sampler,
        "seconds": {
            "compile": round(sampled.seconds_compile, 2),
            "sample": round(sum(one["seconds_sample"] for one in attempts), 2),
            "total": round(time.perf_counter() - started, 2),
        },
        "diagnostics": asdict(diagnostics),
        "parameters": {prior.name: _summary(posterior[prior.name].to_numpy()) for prior in law.priors},
        "attempts": attempts,
        "warnings": list(sampled.warnings),
        "key": key.to_json(),
    }
    evenly = {"draw": slice(None, None, max(1, posterior.sizes["draw"] // KEPT_DRAWS))}
    tree = xr.DataTree.from_dict(
        {"posterior": posterior.isel(evenly), "sample_stats": sampled.sample_stats.isel(evenly)}
    )
    return _as_stored(law, *archive.save(directory, receipt, tree))


def _as_stored(law: TechnologyLaw, receipt: dict[str, Any], tree: xr.DataTree) -> TechnologyFit:
    return TechnologyFit(law, receipt, tree["posterior"].to_dataset())


def next_attempt(settings: FitSettings, attempts: Sequence[Mapping[str, Any]]) -> tuple[float, int, int] | None:
    """Acceptance target, draws and tuning steps of the next attempt; None when the last one passed or nothing is left to try.

    After divergences the next target is tried, with smaller steps and chains of the same length; chains of double length come last, or
    where the last attempt missed another gate.
    """
    if not attempts:
        return settings.target_accepts[0], settings.draws, settings.tune
    last = attempts[-1]
    if last["passed"]:
        return None
    target_accept, draws, tune = last["target_accept"], last["draws"], last["tune"]
    smaller = settings.target_accepts[settings.target_accepts.index(target_accept) + 1 :]
    if last["divergences"] and smaller:
        return smaller[0], draws, tune
    return (target_accept, 2 * draws, 2 * tune) if draws == settings.draws else None


def _summary(draws: np.ndarray) -> dict[str, float]:
    low, median, high = np.quantile(draws, CI_QUANTILES)
    return {"mean": float(draws.mean()), "median": float(median), "low": float(low), "high": float(high)}
