"""Several laws fitted to the same prices: one after the other, or side by side in processes of their own."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dask

from costfloor.fit.fit import Progress, fit_law, stored_fit
from costfloor.fit.result import Fit
from costfloor.keys import result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.runs.jobs import Job, run_jobs
from costfloor.sampling.policy import Sampling


def fit_laws(
    obs: PriceObservations,
    settings: Sampling,
    directory: Path,
    progress: Progress,
    *,
    names: Iterable[str] = tuple(LAWS),
    workers: int | None = 0,
) -> dict[str, Fit]:
    """Fit laws to the same observations, or read the fits that are stored.

    Parameters
    ----------
    obs, settings, directory, progress
        As in `costfloor.fit.fit.fit_law`.
    names
        Laws; by default all.
    workers
        As in `costfloor.runs.jobs.run_jobs`; by default all are fitted in this process, one after the other. Side by side they take less
        time in all, since compiling a law keeps one core busy, and are the same fits: each has its own seeds.

    Returns
    -------
    dict
        By law its fit, in the order of `names`.

    Raises
    ------
    FanoutError
        Laws that were fitted side by side could not be fitted; the others are stored.
    """
    stored = {name: stored_fit(LAWS[name], obs, settings, directory) for name in names}
    missing = [name for name, fit in stored.items() if fit is None]
    if workers != 0 and len(missing) > 1:
        # The laws with most parameters, which come last, take longest and begin first: at the end no worker waits long for another.
        _store_side_by_side(missing[::-1], obs, settings, directory, progress, workers)
    return {
        name: fit_law(LAWS[name], obs, settings, directory, progress) if fit is None else fit
        for name, fit in stored.items()
    }


def _store_side_by_side(
    names: list[str],
    obs: PriceObservations,
    settings: Sampling,
    directory: Path,
    progress: Progress,
    workers: int | None,
) -> None:
    progress(f"fitting {', '.join(names)} to {obs.n} rows, side by side")
    arguments = {"obs": obs, "settings": settings, "directory": directory}
    jobs = [Job(name, {"name": name, **arguments}) for name in names]
    # What the jobs give lies in the archive of fits, which knows by itself whether a fit is there: their own records are not kept.
    with TemporaryDirectory() as records:
        run_jobs(
            store_fit, jobs, Path(records), key=result_key("fits", __name__), workers=workers,
            progress=lambda line: progress(f"fits: {line}"),
        )  # fmt: skip


def store_fit(name: str, obs: PriceObservations, settings: Sampling, directory: Path) -> dict[str, Any]:
    """Fit a law and store the fit, as a job; gives its fingerprint."""
    # On a worker xarray would ask Dask's scheduler for a lock of the file that it writes, and cannot name one that is in memory.
    with dask.config.set(scheduler="threads"):
        fit = fit_law(LAWS[name], obs, settings, directory, lambda _: None)
    return {"fingerprint": fit.receipt["fingerprint"]}
