"""Fit the laws, compare them by forecast, check them, and score them on new prices."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from costfloor.api.prices import Prices, Progress, observe, read_rows
from costfloor.checks import run_checks
from costfloor.checks.result import Checks
from costfloor.errors import InputError
from costfloor.fit.asked import fit_as_asked, require_no_fast_look
from costfloor.fit.continuation import appended
from costfloor.fit.other_priors import AskedPrior
from costfloor.fit.result import Fit
from costfloor.fit.several import fit_laws
from costfloor.forecast.compare import Comparison
from costfloor.forecast.compare import compare as compare_laws
from costfloor.forecast.score import ScoreReport, score_rows
from costfloor.laws import LAWS, Law
from costfloor.laws.observations import PriceObservations, observations
from costfloor.panel import market_rows
from costfloor.places import nearest_places
from costfloor.sampling.policy import Sampling
from costfloor.sources.price_table import ScoreScale

type Fits = Fit | Iterable[Fit] | Mapping[str, Fit]


def fit(
    law: str | Law,
    data: Prices | PriceObservations = None,
    *,
    priors: Mapping[str, AskedPrior] | None = None,
    fast: bool = False,
    sampling: Sampling | None = None,
    score_scale: ScoreScale = "fraction",
    folder: Path | str | None = None,
    progress: Progress | None = None,
) -> Fit:
    """Fit a law of motion to prices; a fit that was made before is read, not run again.

    Parameters
    ----------
    law
        One of `LAWS` or its name: ``"exponential"``, ``"random_walk"``, ``"plateau"``, ``"baumol"``, ``"discovery"`` or
        ``"encompassing"``.
    data
        What is fitted, as in `observe`: a data frame or a file with `date`, `price` and `score`; default: the project's own panel.
    priors
        Priors in place of the law's own, each a distribution and its constants on the scale of the parameter, for instance
        ``{"rate_floor": ("normal", 0.18, 0.05)}``. `costfloor.priors` has the parameters of a law with what they take. The fit says which
        priors are not the law's own, and laws are not compared by it.
    fast
        Take a fast look: short chains, for a first impression, not to be cited. The fit says so, is not stored, and no check, score or
        comparison rests on it; it mostly misses a gate.
    sampling
        How the posterior is sampled; the default is that of the command line, which finds the same fits.
    score_scale
        As in `read_prices`.
    folder
        The data folder, in whose `processed/fits` fits are kept; default as in `load_panel`.
    progress
        Called with a line before each long step, for instance `print`.

    Returns
    -------
    Fit
        Whether it passed the gates is `.passed`; a fit that missed them is returned like any other.

    Raises
    ------
    InputError
        There is no such law, the table is wrong, a prior does not suit its parameter, or both `fast` and `sampling` are given.

    Examples
    --------
    >>> import costfloor as cf
    >>> short = cf.Sampling(draws=200, tune=200, chains=2)  # for an example; leave it out
    >>> fit = cf.fit("exponential", "prices.csv", sampling=short)
    >>> list(fit.summary().columns)
    ['quantity', 'family', 'unit', 'mean', 'sd', 'q05', 'q50', 'q95']
    >>> fit.draws("rate_now").ndim
    1
    >>> slow = cf.fit("exponential", "prices.csv", priors={"rate": ("lognormal", 0.2, 0.5)}, sampling=short)
    >>> list(slow.receipt["other_priors"])
    ['rate']
    >>> list(fit.forecast(months=12).columns)
    ['family', 'date', 'q05', 'q50', 'q95', 'unit']
    """
    if fast and sampling is not None:
        raise InputError("`fast` says how the fit is sampled, and so does `sampling`", remedy="Give one of them")
    chosen, obs = law_of(law), observe(data, score_scale=score_scale, folder=folder, progress=progress)
    directory, say = nearest_places(folder).fits, progress or _silent
    return fit_as_asked(chosen, obs, sampling or Sampling(), directory, say, priors=priors, fast=fast)


def compare(
    data: Prices | PriceObservations = None,
    *,
    horizon: int = 12,
    sampling: Sampling | None = None,
    score_scale: ScoreScale = "fraction",
    folder: Path | str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare all laws by their forecasts from past dates, and give a verdict.

    Parameters
    ----------
    data, sampling, score_scale, folder, progress
        As in `fit`.
    horizon
        Months ahead for which the laws are scored.

    Returns
    -------
    Comparison
        `.verdict` is ``"plateau"``, ``"discovery"`` or ``"inconclusive"``, `.verdict_reason` says why, `.to_frame()` has the scores.

    Raises
    ------
    InputError
        The table is wrong, or the horizon less than a month.

    Examples
    --------
    >>> import costfloor as cf
    >>> comparison = cf.compare("prices.csv", horizon=6)  # doctest: +SKIP
    >>> comparison = cf.open_results().comparison  # such a comparison that is stored
    >>> comparison.verdict in ("plateau", "discovery", "inconclusive")
    True
    >>> list(comparison.to_frame().columns)
    ['law', 'elpd', 'se', 'crps', 'coverage90', 'weight', 'weight_low', 'weight_high']
    """
    if horizon < 1:
        raise InputError("is no number of months to look ahead", value=horizon, remedy="Give 1 or more")
    obs = observe(data, score_scale=score_scale, folder=folder, progress=progress)
    how, directory, say = sampling or Sampling(), nearest_places(folder).fits, progress or _silent
    fits = fit_laws(obs, how, directory, say)
    return compare_laws(fits, obs, how, directory, say, horizon_months=horizon)


def check(
    fits: Fits, names: Iterable[str] | None = None, *, seed: int = Sampling.seed, progress: Progress | None = None
) -> Checks:
    """Posterior predictive checks: whether the laws could have produced these prices at all.

    Parameters
    ----------
    fits
        A fit, or fits of several laws to the same prices.
    names
        Which checks, such as ``["curvature"]``; default: all.
    seed
        Of the replicated histories.
    progress
        Called with a line before each check.

    Returns
    -------
    Checks
        `.passed`, and `.to_frame()` with a row per check and law.

    Raises
    ------
    InputError
        There is no such check, or the fits are to different prices, two of one law, or fast looks.

    Examples
    --------
    >>> import costfloor as cf
    >>> short = cf.Sampling(draws=200, tune=200, chains=2)  # for an example; leave it out
    >>> checks = cf.check(cf.fit("exponential", "prices.csv", sampling=short), ["curvature"])
    >>> list(checks.to_frame()["law"])
    ['exponential']
    """
    by_law, obs = fits_by_law(fits)
    return Checks(tuple(run_checks(by_law, obs, seed, names, progress)))


def score(
    new: Prices,
    fits: Fits,
    data: Prices = None,
    *,
    score_scale: ScoreScale = "fraction",
    seed: int = Sampling.seed,
    folder: Path | str | None = None,
) -> ScoreReport:
    """How well fits predicted prices that came after them.

    Parameters
    ----------
    new
        The new rows alone: a price table as a data frame or a file.
    fits
        A fit, or fits of several laws to the same prices.
    data
        The prices that were fitted, as they were given to `fit`; default: the project's own panel.
    score_scale, folder
        As in `fit`; for both tables.
    seed
        Of the predictive draws.

    Returns
    -------
    ScoreReport
        Log predictive density, CRPS and coverage of the equal mixture of the laws, and of each.

    Raises
    ------
    InputError
        The new rows do not continue the fitted ones, `data` is not what was fitted, or a fit is a fast look.

    Examples
    --------
    >>> import costfloor as cf
    >>> prices = cf.read_prices("prices.csv")
    >>> old, new = prices[:20], prices[20:]
    >>> short = cf.Sampling(draws=200, tune=200, chains=2)  # for an example; leave it out
    >>> scores = cf.score(new, cf.fit("exponential", old, sampling=short), old)
    >>> scores.n
    4
    """
    by_law, obs = fits_by_law(fits)
    old, fresh = read_rows(data, score_scale, folder), read_rows(new, score_scale)
    if observations(old.frame).data_hash != obs.data_hash:
        raise InputError(
            "is not what the fits were made to", file=old.name, remedy="Give the prices that were fitted as `data`"
        )
    # Rows of a later panel are on its market already.
    after = fresh.frame if old.panel is None or fresh.panel is not None else market_rows(fresh.frame, old.panel)
    return score_rows(by_law, appended(old.frame, after, fresh.name), seed)


def law_of(law: str | Law) -> Law:
    """The law of a name."""
    if isinstance(law, Law):
        if law.name in LAWS and law.title != LAWS[law.name].title:
            remedy = f"Give its name, {law.name!r}, and what is asked for beside it"
            raise InputError("is the law of a fit under other priors or of a fast look", value=law.title, remedy=remedy)
        return law
    if not isinstance(law, str) or law not in LAWS:
        raise InputError("is no law of motion", value=law, remedy=f"Choose from {', '.join(LAWS)}")
    return LAWS[law]


def fits_by_law(fits: Fits) -> tuple[dict[str, Fit], PriceObservations]:
    """Fits by the name of their law, and the observations that all of them are to."""
    several = [fits] if isinstance(fits, Fit) else list(fits.values() if isinstance(fits, Mapping) else fits)
    by_law = {fit.law.name: fit for fit in several}
    if not by_law:
        raise InputError("no fit was given", remedy="Give what costfloor.fit returned")
    if len(by_law) < len(several):
        raise InputError("two fits are of the same law", remedy="Give them one by one, as under different priors")
    require_no_fast_look(several)
    first, *others = (fit.observed for fit in by_law.values())
    if any(obs.data_hash != first.data_hash for obs in others):
        raise InputError("the fits are to different prices", remedy="Fit all laws to the same table")
    return by_law, first


def _silent(line: str) -> None:
    """Where nobody asked for progress."""
