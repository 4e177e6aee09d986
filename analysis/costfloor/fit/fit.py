"""Fit a law to observations, with a receipt; an unchanged fit is read, not run again."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from costfloor.fit import archive
from costfloor.fit.compiled import compile_law
from costfloor.fit.quantities import contract_parameters, reported_quantities
from costfloor.fit.request import FitSettings, fit_key, priors_of
from costfloor.fit.result import Fit
from costfloor.laws.base import Law
from costfloor.laws.few_families import fitted_law
from costfloor.laws.observations import PriceObservations

if TYPE_CHECKING:
    from costfloor.sampling.sampler import CompiledModel

Progress = Callable[[str], None]


SMALL_TABLE_ROWS = 250
"""Up to here fits begin with short chains."""

SMALL_TABLE_DRAWS = 700
"""Of a chain, kept and discarded; small tables gave an effective sample size of 0.6 per draw."""

SMALL_TABLE_ACCEPT = 0.95
"""Acceptance target at which small tables had no divergences."""


def fit_law(law: Law, obs: PriceObservations, settings: FitSettings, directory: Path, progress: Progress) -> Fit:
    """Fit a law to observations, or read the stored fit with the same fingerprint.

    Parameters
    ----------
    law, obs, settings
        What is fitted, to what, and how.
    directory
        Folder of the fits; the result is written there as `LAW-FINGERPRINT.nc` and `.json`.
    progress
        Called with a line before each long step.

    Returns
    -------
    Fit
        Whether it passed the gates is in its receipt; a failed fit is stored and returned like any other.
    """
    found = stored_fit(law, obs, settings, directory)
    if found is not None:
        return found
    fit, sample_stats = fit_in_steps(law, obs, settings, progress)
    tree = xr.DataTree.from_dict({"posterior": fit.posterior, "reported": fit.reported, "sample_stats": sample_stats})
    return _as_stored(fit.law, *archive.save(directory, fit.receipt, tree))


def first_attempt(settings: FitSettings, rows: int) -> FitSettings:
    """How a fit to so many rows begins: a small table, whose draws are all but independent, with few draws and larger steps.

    A miss of a gate leads to the steps and draws of `settings`, and beyond, as for any table.
    """
    if rows > SMALL_TABLE_ROWS:
        return settings
    accepts = settings.target_accepts
    return replace(
        settings,
        draws=min(settings.draws, SMALL_TABLE_DRAWS),
        tune=min(settings.tune, SMALL_TABLE_DRAWS),
        target_accepts=accepts if accepts[0] <= SMALL_TABLE_ACCEPT else (SMALL_TABLE_ACCEPT, *accepts),
    )


def fit_in_steps(law: Law, obs: PriceObservations, settings: FitSettings, progress: Progress) -> tuple[Fit, xr.Dataset]:
    """Fit a law as cheaply as the gates allow, and store nothing: the fit, and the sampler's statistics.

    A few divergences are the usual reason to sample again, and smaller steps mend them; longer chains would double their price. Where
    another gate is missed, or no smaller steps are left to take, longer attempts follow.

    Parameters
    ----------
    law, obs, settings, progress
        As in `fit_law`.
    """
    key = fit_key(law, obs, settings)
    settings = first_attempt(settings, obs.n)
    started = time.perf_counter()
    progress(f"{law.name}: compiling for {obs.n} rows")
    compiled = compile_law(law, obs)
    attempts: list[dict[str, Any]] = []
    for target_accept in settings.target_accepts:
        alone = replace(settings, target_accepts=(target_accept,))
        fit, sample_stats = run_fit(law, obs, alone, progress, compiled, attempts)
        attempts += fit.receipt["attempts"]
        if not attempts[-1]["divergences"]:
            break
    if not fit.passed:
        left = settings.target_accepts[len(attempts) - 1 :]
        longer = replace(settings, draws=2 * settings.draws, tune=2 * settings.tune, target_accepts=left)
        fit, sample_stats = run_fit(law, obs, longer, progress, compiled, attempts)
        attempts += fit.receipt["attempts"]
    seconds = {
        "compile": fit.receipt["seconds"]["compile"],
        "sample": round(sum(one["seconds_sample"] for one in attempts), 2),
        "total": round(time.perf_counter() - started, 2),
    }
    whole = {"fingerprint": key.digest, "attempts": attempts, "seconds": seconds, "key": key.to_json()}
    return replace(fit, receipt=fit.receipt | whole), sample_stats


def run_fit(
    law: Law,
    obs: PriceObservations,
    settings: FitSettings,
    progress: Progress,
    compiled: "CompiledModel | None" = None,
    earlier: Sequence[Mapping[str, Any]] = (),
) -> tuple[Fit, xr.Dataset]:
    """Fit a law with attempts of growing length, and store nothing: the fit, and the sampler's statistics.

    There are as many attempts as acceptance targets. A further one, longer, is made only when one misses a gate; with the next target
    when it had divergences, because smaller steps cost several times as much and mend nothing else.

    Parameters
    ----------
    law, obs, settings, progress
        As in `fit_law`.
    compiled
        The model of `law`, compiled for other prices of the same things on the same dates.
    earlier
        Attempts that failed before, as a receipt keeps them: the seeds go on from there.
    """
    key, law = fit_key(law, obs, settings), fitted_law(law, obs)
    # Imported here: a report that only reads stored fits should not wait for PyMC.
    from costfloor.laws.model import price_data  # noqa: PLC0415  slow to import
    from costfloor.sampling.sampler import (  # noqa: PLC0415  as above
        SamplerSettings,
        attempt_line,
        attempt_seed,
        diagnose_quantities,
        sample,
    )

    def say(line: str) -> None:
        progress(f"{law.name}: {line}")

    started = time.perf_counter()
    if compiled is None:
        progress(f"{law.name}: compiling for {obs.n} rows")
        compiled = compile_law(law, obs)
    attempts: list[dict[str, Any]] = []
    target_accepts = iter(settings.target_accepts)
    target_accept = next(target_accepts)
    for attempt in range(1, len(settings.target_accepts) + 1):
        if attempts and attempts[-1]["divergences"]:
            target_accept = next(target_accepts)
        draws, tune = settings.draws * attempt, settings.tune * attempt
        number = len(earlier) + attempt
        asked = SamplerSettings(draws, tune, settings.chains, target_accept, seed=attempt_seed(settings.seed, number))
        say(attempt_line(number, asked, next(reversed([*earlier, *attempts]), None)))
        sampled = sample(compiled, asked, data=price_data(obs.log_price), progress=say)
        reported = reported_quantities(sampled.posterior, law, obs)
        diagnostics = diagnose_quantities(reported, sampled.sample_stats)
        attempts.append(
            {
                "target_accept": target_accept,
                "draws": draws,
                "tune": tune,
                "seed": asked.seed,
                "seconds_sample": round(sampled.seconds_sample, 2),
                **asdict(diagnostics),
            }
        )
        if diagnostics.passed:
            break
    receipt = {
        "law": law.name,
        "n": obs.n,
        "families": len(obs.families),
        "family_names": list(obs.families),
        "fingerprint": key.digest,
        "data_hash": obs.data_hash,
        "sampler": sampled.sampler,
        "seconds": {
            "compile": round(sampled.seconds_compile, 2),
            "sample": round(sum(attempt["seconds_sample"] for attempt in attempts), 2),
            "total": round(time.perf_counter() - started, 2),
        },
        "diagnostics": asdict(diagnostics),
        "parameters": contract_parameters(reported),
        "attempts": attempts,
        "warnings": list(sampled.warnings),
        "priors": priors_of(law, len(obs.families)),
        "key": key.to_json(),
    }
    every = slice(None, None, -(-draws // settings.kept))
    return Fit(law, receipt, _kept(sampled.posterior).isel(draw=every), reported.isel(draw=every)), sampled.sample_stats


def stored_fit(law: Law, obs: PriceObservations, settings: FitSettings, directory: Path) -> Fit | None:
    """The stored fit with this key, or None."""
    found = archive.load(directory, law.name, fit_key(law, obs, settings).digests)
    return None if found is None else _as_stored(fitted_law(law, obs), *found)


def _as_stored(law: Law, receipt: dict[str, Any], tree: xr.DataTree) -> Fit:
    return Fit(law, receipt, tree["posterior"].to_dataset(), tree["reported"].to_dataset())


def _kept(posterior: xr.Dataset) -> xr.Dataset:
    """Drop standardised offsets: what is built from them is kept."""
    offsets = [name for name in posterior.data_vars if str(name).endswith("_z")]
    return posterior.drop_vars(offsets)
