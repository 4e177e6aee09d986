"""A fit as a user asks for it: as everybody gets it, under other priors, or as a fast look. The last two say so wherever they are shown."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from costfloor.errors import InputError, SamplingError
from costfloor.fit.fit import fit_law, for_table, sample_law, stored_fit
from costfloor.fit.other_priors import AskedPrior, other_priors
from costfloor.fit.result import Fit
from costfloor.laws.base import Law
from costfloor.laws.few_families import fitted_law
from costfloor.laws.limits import sampling_seconds
from costfloor.laws.observations import PriceObservations
from costfloor.laws.with_priors import with_priors
from costfloor.sampling.policy import Sampling
from costfloor.wording import duration

FAST_LOOK: Final = "fast look: short chains, for a first impression, not to be cited"

FAST: Final = Sampling(draws=200, tune=200, chains=2, target_accepts=(0.9,), longer=False)
"""Measured in docs/own-prices.md: a tenth of the time, medians within a fifth of a posterior standard deviation, ends within two thirds."""

FOLDER: Final = "other_priors"
"""Below the folder of the fits: no listing of them meets a fit under other priors."""


@dataclass(frozen=True, repr=False)
class MarkedFit(Fit):
    """A fit that is not the one that everybody gets, and says in what."""

    def _gates(self) -> str:
        return "; ".join((super()._gates(), *departures(self)))


def fit_as_asked(
    law: Law,
    obs: PriceObservations,
    settings: Sampling,
    directory: Path,
    progress: Callable[[str], None],
    *,
    priors: Mapping[str, AskedPrior] | None = None,
    fast: bool = False,
) -> Fit:
    """Fit a law as `costfloor.fit.fit.fit_law` does, with what a user may ask for beside it.

    Parameters
    ----------
    law, obs, settings, directory, progress
        As in `fit_law`.
    priors
        By parameter a distribution and its constants, in place of the law's own. Such a fit has another key, and is kept apart.
    fast
        Take a fast look, by short chains with the seed of `settings`; it is not stored, and nothing may rest on it.

    Raises
    ------
    InputError
        As in `costfloor.fit.other_priors.other_priors`, or the sampler gives up under the priors that are asked for.
    """
    others = other_priors(law, obs, priors or {})
    # In a long record innovations come in longer steps, and have their priors by then.
    asked = with_priors(fitted_law(law, obs), others) if others else law
    folder = directory / FOLDER if others else directory
    fit = None if fast else stored_fit(asked, obs, settings, folder)
    if fit is None:
        progress(f"{law.name}: {_how_long(obs.n, settings, fast)}")
        try:
            fit = (
                _fast_look(asked, obs, settings, progress) if fast else fit_law(asked, obs, settings, folder, progress)
            )
        except SamplingError as error:
            if not others:
                raise
            named = ", ".join(prior.name for prior in others)
            remedy = "Ask for a prior that is nearer to the law's own"
            raise InputError(str(error).partition("\n")[0], column="priors", value=named, remedy=remedy) from error
    marks: dict[str, Any] = {}
    title = law.title
    if others:
        marks["other_priors"] = {prior.name: prior.describe() for prior in others}
        title += f" under another prior of {', '.join(marks['other_priors'])}"
    if fast:
        marks["fast_look"] = FAST_LOOK
        title += ", fast look"
    if not marks:
        return fit
    parts = {name: getattr(fit, name) for name in ("posterior", "reported", "sample_stats", "obs")}
    return MarkedFit(replace(fit.law, title=title), {**fit.receipt, **marks}, **parts)


def _how_long(rows: int, settings: Sampling, fast: bool) -> str:
    """What is known of it before the sampler itself can tell."""
    full = for_table(settings, rows)
    share = _iterations(FAST) / _iterations(full) if fast else 1.0
    return (
        "compiling, a minute or so where this machine has not done it before and seconds where it has; then about "
        f"{duration(max(1.0, share * sampling_seconds(rows)))} of sampling on two idle cores"
    )


def _iterations(settings: Sampling) -> int:
    return settings.chains * (settings.tune + settings.draws)


def _fast_look(law: Law, obs: PriceObservations, settings: Sampling, progress: Callable[[str], None]) -> Fit:
    fit, sample_stats = sample_law(law, obs, replace(FAST, seed=settings.seed), progress)
    return replace(fit, sample_stats=sample_stats, obs=obs)


def departures(fit: Fit) -> list[str]:
    """In what a fit is not the one that everybody gets, in words; empty for that one."""
    others = fit.receipt.get("other_priors", {})
    of_priors = [f"under another prior than the law's own: {', '.join(others)}"] if others else []
    return [*of_priors, FAST_LOOK] if "fast_look" in fit.receipt else of_priors


def require_no_fast_look(fits: Iterable[Fit]) -> None:
    """Refuse fast looks, on which nothing may rest; raises InputError."""
    for fit in fits:
        if "fast_look" in fit.receipt:
            raise InputError(f"is a {FAST_LOOK}", value=fit.law.name, remedy="Fit it without `fast`")


def require_defaults(fits: Iterable[Fit]) -> None:
    """Refuse fits that are not those that everybody gets, by which laws are compared; raises InputError."""
    for fit in fits:
        if departed := departures(fit):
            remedy = "Laws are compared by the fits that everybody gets: fit it without `priors` and `fast`"
            raise InputError("; ".join(departed), value=fit.law.name, remedy=remedy)
