"""New prices have arrived: what is new, was the old forecast right, and does the answer move? `costfloor refit`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from costfloor.build import build
from costfloor.data.store import Store
from costfloor.errors import IntegrityError
from costfloor.fit.continuation import Continuation, continuation
from costfloor.fit.fit import fit_law, stored_fit
from costfloor.fit.quantities import HEADLINE_RATES, headline_rates
from costfloor.fit.result import Fit
from costfloor.forecast.compare import Comparison, compare
from costfloor.forecast.ledger import MEAN_OVER_FAMILIES, Entry, RecordedAnswer, add_entry, read_ledger
from costfloor.forecast.questions import Answered, Questions
from costfloor.forecast.reweight import possible, reweight
from costfloor.forecast.score import ScoreReport, score_rows
from costfloor.frames import from_parquet, parquet_bytes
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.panel import PRICE_UNIT, market_observations
from costfloor.places import Places
from costfloor.records import checked, read_record, write_record
from costfloor.sampling.policy import Sampling
from costfloor.storage import sha256_bytes, write_atomic

STATE = "state.json"

Progress = Callable[[str], None]

type OldFits = dict[str, tuple[Fit, Continuation | None] | None]
"""By law its last sampled fit and the new rows as its continuation, None where they are none; None for a law without such a fit."""


@dataclass(frozen=True)
class LawUpdate:
    """How one law was brought up to date.

    Attributes
    ----------
    method
        `unchanged`, `reweighted` or `sampled`.
    khat
        Shape of the tail of the importance weights, where they were tried; they were used below 0.7.
    seconds
        Time it took.
    moved
        Change of the posterior mean of each quantity, in standard deviations of the old posterior.
    """

    method: str
    khat: float | None
    seconds: float
    moved: dict[str, float]


@dataclass(frozen=True)
class RefitReport:
    """The JSON of `costfloor refit`.

    Attributes
    ----------
    rows_new
        Rows that the laws had not seen; None when old rows were withdrawn or corrected as well.
    score
        The new rows under the old fits; None when there is nothing to score, or no old fit.
    """

    vintage_before: str | None
    vintage_after: str
    rows_new: int | None
    laws: dict[str, LawUpdate]
    verdict_before: str | None
    verdict_after: str
    score: ScoreReport | None
    passed: bool
    failures: tuple[str, ...]


@dataclass(frozen=True)
class State:
    """What the last study rests on: its vintage, rows and verdict, and the rows of the last sampled fit of each law."""

    vintage: str
    data_hash: str
    verdict: str
    rows: dict[str, str]


def refit(store: Store, settings: Sampling, progress: Progress) -> RefitReport:
    """Rebuild, score the new rows under the old fits, bring each law up to date, compare, and write the ledger.

    Parameters
    ----------
    store
        The raw data; its places say where fits and ledger lie.
    settings
        For the fits that are sampled.
    progress
        Called with a line per step.

    Raises
    ------
    LockedError
        Another refit or report is under way.
    IntegrityError
        The record of the last study, or the ledger, is damaged.
    """
    with store.places.held_for_study():
        return _refit(store, settings, progress)


def _refit(store: Store, settings: Sampling, progress: Progress) -> RefitReport:
    places = store.places
    state = load_state(places)
    # A damaged ledger is said before all fits, not when the line is added.
    read_ledger(places.ledger)
    built = build(store, None, progress)
    rows, vintage = built.law_rows, built.report.vintage
    obs = market_observations(rows, built.panel)
    if state is not None and state.data_hash == obs.data_hash:
        progress("the laws see the same rows as before")
        still = {name: LawUpdate("unchanged", None, 0.0, {}) for name in LAWS}
        return RefitReport(state.vintage, vintage, 0, still, state.verdict, state.verdict, None, True, ())
    olds = old_fits(places, state, rows, settings)
    usable = {name: old[0] for name, old in olds.items() if old is not None and old[1] is not None}
    continued = next((old[1] for old in olds.values() if old is not None and old[1] is not None), None)
    score = None
    if len(usable) == len(LAWS) and continued is not None and continued.fresh:
        progress(f"scoring {continued.fresh} new rows under the fits that had not seen them")
        score = score_rows(usable, continued, settings.seed)
    fits, updates = {}, {}
    for name in LAWS:
        fits[name], updates[name] = _update(name, olds[name], obs, settings, places, progress)
    comparison = compare(fits, obs, settings, places.fits, progress)
    sampled = {name for name, update in updates.items() if update.method == "sampled"}
    remember(places, vintage, rows, fits, comparison, sampled)
    return RefitReport(
        vintage_before=state.vintage if state else None,
        vintage_after=vintage,
        rows_new=continued.fresh if len(usable) == len(LAWS) and continued is not None else None,
        laws=updates,
        verdict_before=state.verdict if state else None,
        verdict_after=comparison.verdict,
        score=score,
        passed=comparison.passed,
        failures=tuple(str(failure) for failure in comparison.failures),
    )


def old_fits(places: Places, state: State | None, rows: pd.DataFrame, settings: Sampling) -> OldFits:
    """The last sampled fit of every law, with the rows that have come since.

    Parameters
    ----------
    places
        Where fits and the rows of the last study lie.
    state
        From `load_state`.
    rows
        What the laws see now.
    settings
        How the fits were asked for.

    Raises
    ------
    IntegrityError
        Rows of the last study are not what they were.
    """
    return {name: _old(places, state, name, rows, settings) for name in LAWS}


def remember(
    places: Places,
    vintage: str,
    rows: pd.DataFrame,
    fits: dict[str, Fit],
    comparison: Comparison,
    sampled: set[str],
) -> None:
    """Write down what a study rests on, for the next refit, and its line in the ledger.

    The state comes last: while it is the old one, a refit starts again, and adds no second line of the same study.
    `sampled` names the laws whose fit was sampled from these rows; the others keep the rows of their last sampled fit.
    """
    content = parquet_bytes(rows)
    digest = sha256_bytes(content)
    write_atomic(places.refit / f"rows-{digest[:16]}.parquet", content)
    before = None if sampled >= set(fits) else load_state(places)
    kept = before.rows if before else {}
    data_hash = next(iter(fits.values())).receipt["data_hash"]
    state = State(
        vintage, data_hash, comparison.verdict, {name: digest if name in sampled else kept[name] for name in fits}
    )
    add_entry(places.ledger, entry(vintage, str(rows["date"].max().date()), fits, comparison))
    write_record(places.refit / STATE, asdict(state))


def entry(
    vintage: str,
    last: str,
    fits: Mapping[str, Fit],
    comparison: Comparison,
    as_of: str | None = None,
    hindsight: str | None = None,
) -> Entry:
    """The line for a finished study; of a past view `as_of` and `hindsight` are those of its build."""
    receipt = next(iter(fits.values())).receipt
    return Entry(
        vintage=vintage,
        data_hash=receipt["data_hash"],
        last=last,
        n=receipt["n"],
        verdict=comparison.verdict,
        elpd_difference=comparison.elpd_difference,
        elpd_difference_se=comparison.elpd_difference_se,
        p_slowed=comparison.p_slowed,
        p_floor_15_20=comparison.p_floor_15_20,
        passed=comparison.passed,
        quantities={law: headline_rates(fit.receipt["parameters"]) for law, fit in fits.items()},
        rates_of=MEAN_OVER_FAMILIES,
        as_of=as_of,
        hindsight=hindsight,
        weights={law: score.weight for law, score in comparison.laws.items()},
        answers=recorded_answers(comparison.questions),
    )


def recorded_answers(questions: Questions) -> dict[str, RecordedAnswer]:
    """The answers as a line of the ledger keeps them; questions that could not be asked are left out."""

    def recorded(answered: Answered) -> RecordedAnswer:
        by_years = {} if answered.threshold else questions.p_at_most_20
        asked = by_years if by_years else answered.probability_by_law
        return RecordedAnswer(
            answered.answer,
            dict(answered.probability_by_law),
            {law: dict(by_year) for law, by_year in by_years.items()},
            sorted(set(asked) & set(questions.set_aside)),
        )

    return {
        str(answered.id): recorded(answered) for answered in questions.answers if answered.answer != "not yet asked"
    }


def load_state(places: Places) -> State | None:
    """What the last study rests on, or None before the first.

    Raises
    ------
    IntegrityError
        The record is not as it was written.
    """
    path = places.refit / STATE
    remedy = f"Delete {path.parent} to start afresh"
    record = read_record(path, remedy=remedy)
    try:
        return None if record is None else checked(State, record)
    except ValueError as error:
        raise IntegrityError(f"{path}: {error}. {remedy}") from error


def study_rows(places: Places, state: State, law: str) -> pd.DataFrame:
    """The rows that the last sampled fit of a law was made of; raises IntegrityError when they are not what they were."""
    digest = state.rows[law]
    path = places.refit / f"rows-{digest[:16]}.parquet"
    content = path.read_bytes() if path.exists() else b""
    if sha256_bytes(content) != digest:
        raise IntegrityError(f"{path} is not what it was. Delete {path.parent} to start afresh")
    return from_parquet(content)


def _old(
    places: Places, state: State | None, name: str, rows: pd.DataFrame, settings: Sampling
) -> tuple[Fit, Continuation | None] | None:
    """The last sampled fit of a law, and the new rows as its continuation."""
    if state is None or name not in state.rows:
        return None
    before = study_rows(places, state, name)
    fit = stored_fit(LAWS[name], observations(before, price_unit=PRICE_UNIT), settings, places.fits)
    return None if fit is None else (fit, continuation(before, rows))


def _update(
    name: str,
    old: tuple[Fit, Continuation | None] | None,
    obs: PriceObservations,
    settings: Sampling,
    places: Places,
    progress: Progress,
) -> tuple[Fit, LawUpdate]:
    started = time.perf_counter()
    khat = None
    if old is not None and old[0].passed and old[1] is not None and possible(old[1]):
        progress(f"{name}: weighting the old draws by the new rows")
        updated = reweight(old[0], old[1], obs, settings.seed)
        khat = updated.khat
        if updated.trustworthy:
            return updated.fit, LawUpdate("reweighted", khat, _since(started), _moved(old[0], updated.fit))
        progress(
            f"{name}: the weights cannot be trusted (Pareto k {khat:.2f}, {updated.ess:.0f} effective draws): sampling"
        )
    fit = fit_law(LAWS[name], obs, settings, places.fits, progress)
    return fit, LawUpdate("sampled", khat, _since(started), _moved(old[0], fit) if old else {})


def _moved(before: Fit, after: Fit) -> dict[str, float]:
    old, new = before.receipt["parameters"], after.receipt["parameters"]
    return {name: (new[name]["mean"] - old[name]["mean"]) / old[name]["sd"] for name in HEADLINE_RATES}


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 2)
