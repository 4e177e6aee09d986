"""What would have been concluded on a past day from what was known then: a line in the ledger. `costfloor refit --as-of DAY`."""

import time

import pandas as pd

from costfloor.build import build
from costfloor.data.store import Store
from costfloor.fit.fit import fit_law, stored_fit
from costfloor.fit.result import Fit
from costfloor.forecast.compare import compare
from costfloor.forecast.ledger import add_entry, past_days, read_ledger
from costfloor.forecast.refit import LawUpdate, Progress, RefitReport, entry
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.laws.panel import panel_observations
from costfloor.sampling.policy import Sampling


def past_answer(store: Store, day: pd.Timestamp, settings: Sampling, progress: Progress) -> RefitReport:
    """Build the view of a day, fit and compare the laws, and write the ledger.

    Fits and scores that are stored are read; the record of the last study stays as it is.

    Parameters
    ----------
    store, settings, progress
        As in `costfloor.forecast.refit.refit`.
    day
        The last day of which anything was known.

    Returns
    -------
    RefitReport
        Its `before` is the line of the last past day before this one, if the ledger has one. No rows are scored.

    Raises
    ------
    InputError
        Too little was known for a law.
    LockedError, IntegrityError
        As in `costfloor.forecast.refit.refit`.
    """
    places, asked = store.places, str(day.date())
    with places.held_for_study():
        earlier = [line for line in past_days(read_ledger(places.ledger)) if str(line.as_of) < asked]
        built = build(store, day, progress)
        obs = panel_observations(built)
        fits, updates = {}, {}
        for name in LAWS:
            fits[name], updates[name] = _fitted(name, obs, settings, store, progress)
        comparison = compare(fits, obs, settings, places.fits, progress, workers=None)
        report = built.report
        line = entry(report.vintage, str(obs.last.date()), fits, comparison, asked, report.hindsight)
        add_entry(places.ledger, line)
    before = earlier[-1] if earlier else None
    return RefitReport(
        vintage_before=before.vintage if before else None,
        vintage_after=line.vintage,
        rows_new=None,
        laws=updates,
        verdict_before=before.verdict if before else None,
        verdict_after=line.verdict,
        score=None,
        passed=comparison.passed,
        failures=tuple(str(failure) for failure in comparison.failures),
    )


def _fitted(
    name: str, obs: PriceObservations, settings: Sampling, store: Store, progress: Progress
) -> tuple[Fit, LawUpdate]:
    started, folder = time.perf_counter(), store.places.fits
    stored = stored_fit(LAWS[name], obs, settings, folder)
    fit = stored or fit_law(LAWS[name], obs, settings, folder, progress)
    return fit, LawUpdate("unchanged" if stored else "sampled", None, round(time.perf_counter() - started, 2), {})
