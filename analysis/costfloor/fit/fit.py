"""Fit a law to observations, with a receipt; an unchanged fit is read, not run again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from costfloor.fit import archive
from costfloor.fit.quantities import contract_parameters
from costfloor.fit.request import fit_key, priors_of
from costfloor.fit.result import Fit
from costfloor.laws.base import Law
from costfloor.laws.few_families import fitted_law
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.policy import Sampling

if TYPE_CHECKING:
    from costfloor.sampling.sampler import CompiledModel

Progress = Callable[[str], None]


SMALL_TABLE_ROWS = 250
"""Up to here fits begin with short chains."""

LARGE_TABLE_ROWS = 5_000
"""Beyond here they do so, too: a draw takes long, and what many rows say is nearly normal."""

SHORT_DRAWS = 500
"""Of a chain, kept and discarded; small tables gave an effective sample size of 0.6 per draw, large ones of 0.5 to 1."""

SHORT_ACCEPT = 0.95
"""Acceptance target at which small tables had no divergences."""


def fit_law(law: Law, obs: PriceObservations, settings: Sampling, directory: Path, progress: Progress) -> Fit:
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

    def sampled() -> archive.Stored:
        fit, sample_stats = sample_law(law, obs, settings, progress)
        groups = {"posterior": fit.posterior, "reported": fit.reported, "sample_stats": sample_stats}
        return fit.receipt, xr.DataTree.from_dict(groups)

    digests = fit_key(law, obs, settings).digests
    return _as_stored(fitted_law(law, obs), obs, *archive.load_or_make(directory, law.name, digests, sampled))


def for_table(settings: Sampling, rows: int) -> Sampling:
    """How a fit to so many rows is sampled: a small or a large table begins with few draws and larger steps.

    A miss of a gate leads to the steps and draws of `settings`, and beyond, as for any table.
    """
    if SMALL_TABLE_ROWS < rows <= LARGE_TABLE_ROWS:
        return settings
    accepts = settings.target_accepts
    return replace(
        settings,
        draws=min(settings.draws, SHORT_DRAWS),
        tune=min(settings.tune, SHORT_DRAWS),
        target_accepts=accepts if accepts[0] <= SHORT_ACCEPT else (SHORT_ACCEPT, *accepts),
    )


def sample_law(
    law: Law,
    obs: PriceObservations,
    settings: Sampling,
    progress: Progress,
    compiled: "CompiledModel | None" = None,
) -> tuple[Fit, xr.Dataset]:
    """Fit a law as cheaply as the gates allow, and store nothing: the fit, and the sampler's statistics.

    Parameters
    ----------
    law, obs, settings, progress
        As in `fit_law`.
    compiled
        The model of `law`, compiled for other prices of the same things on the same dates.
    """
    from costfloor.fit.compiled import sample_prices  # noqa: PLC0415  who only reads stored fits should not wait for PyMC

    def say(line: str) -> None:
        progress(f"{law.name}: {line}")

    key, fitted = fit_key(law, obs, settings), fitted_law(law, obs)
    judged = sample_prices(law, obs, for_table(settings, obs.n), say, compiled)
    receipt = {
        "law": law.name,
        "n": obs.n,
        "families": len(obs.families),
        "family_names": list(obs.families),
        "fingerprint": key.digest,
        "data_hash": obs.data_hash,
        "parameters": contract_parameters(judged.reported),
        "priors": priors_of(fitted, len(obs.families)),
        "key": key.to_json(),
        **judged.receipt(),
    }
    posterior = _without_offsets(judged.sampled.posterior).isel(draw=judged.kept)
    return Fit(fitted, receipt, posterior, judged.reported.isel(draw=judged.kept)), judged.sampled.sample_stats


def stored_fit(law: Law, obs: PriceObservations, settings: Sampling, directory: Path) -> Fit | None:
    """The stored fit with this key, or None."""
    stored = archive.load(directory, law.name, fit_key(law, obs, settings).digests)
    return None if stored is None else _as_stored(fitted_law(law, obs), obs, *stored)


def _as_stored(law: Law, obs: PriceObservations, receipt: dict[str, Any], tree: xr.DataTree) -> Fit:
    posterior, reported, sample_stats = (tree[name].to_dataset() for name in ("posterior", "reported", "sample_stats"))
    return Fit(law, receipt, posterior, reported, sample_stats, obs)


def _without_offsets(posterior: xr.Dataset) -> xr.Dataset:
    """Drop what is sampled only to build something else from it, which is kept."""
    return posterior.drop_vars([name for name in posterior.data_vars if str(name).endswith(("_z", "_raw"))])
