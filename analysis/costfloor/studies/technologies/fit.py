"""Fit a law to costs of technologies, with a receipt; an unchanged fit is read, not run again."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from costfloor.fit import archive
from costfloor.keys import Key, result_key
from costfloor.sampling.engine import sample_until_gates_hold
from costfloor.sampling.policy import CI_QUANTILES, Sampling
from costfloor.sampling.sampler import compile_model
from costfloor.studies.technologies.laws import TechnologyLaw
from costfloor.studies.technologies.model import build_model
from costfloor.studies.technologies.series import Costs

Progress = Callable[[str], None]


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


def fit_key(law: TechnologyLaw, costs: Costs, settings: Sampling) -> Key:
    """Everything that determines a fit; its digest is the fingerprint."""
    asked = {
        "law": law.name,
        "priors": {prior.name: prior.describe() for prior in law.priors},
        "sampling": asdict(settings),
    }
    return result_key("technology fit", __name__, data=costs.data_hash, settings=asked)


def fit_technologies(
    law: TechnologyLaw, costs: Costs, settings: Sampling, directory: Path, progress: Progress
) -> TechnologyFit:
    """Fit a law to several series, or read the stored fit with the same fingerprint; all as `costfloor.fit.fit.fit_law`."""
    key = fit_key(law, costs, settings)
    receipt, tree = archive.load_or_make(
        directory, law.name, key.digests, lambda: _sampled(law, costs, settings, key, progress)
    )
    return TechnologyFit(law, receipt, tree["posterior"].to_dataset())


def _sampled(law: TechnologyLaw, costs: Costs, settings: Sampling, key: Key, progress: Progress) -> archive.Stored:
    def say(line: str) -> None:
        progress(f"{law.name}: {line}")

    say(f"compiling for {len(costs.series)} series")
    parameters = [*(prior.name for prior in law.priors), *(f"family_{p}" for p in law.family_parameters)]
    judged = sample_until_gates_hold(
        compile_model(build_model(law, costs)),
        settings,
        lambda posterior: posterior[parameters],
        # Series of ten points leave funnels, where draws alone give too coarse a scale: three of six laws then miss their gates.
        adaptation="diag",
        progress=say,
    )
    receipt = {
        "law": law.name,
        "n": sum(series.n for series in costs.series),
        "families": len(costs.series),
        "fingerprint": key.digest,
        "data_hash": costs.data_hash,
        "parameters": {prior.name: _summary(judged.reported[prior.name].to_numpy()) for prior in law.priors},
        "key": key.to_json(),
        **judged.receipt(),
    }
    groups = {"posterior": judged.reported, "sample_stats": judged.sampled.sample_stats}
    return receipt, xr.DataTree.from_dict({name: group.isel(draw=judged.kept) for name, group in groups.items()})


def _summary(draws: np.ndarray) -> dict[str, float]:
    low, median, high = np.quantile(draws, CI_QUANTILES)
    return {"mean": float(draws.mean()), "median": float(median), "low": float(low), "high": float(high)}
