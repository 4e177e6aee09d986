"""How the forecast of the last study did on what has come since, and whether its answer can have moved. Nothing is sampled."""

from collections.abc import Callable

import pandas as pd

from costfloor.build import BuiltPanel
from costfloor.data.known_models import known_models
from costfloor.data.known_scores import performance_by
from costfloor.data.store import Store
from costfloor.errors import InputError
from costfloor.fit.continuation import appended
from costfloor.forecast.refit import load_state, old_fits, study_rows
from costfloor.forecast.score import score_rows
from costfloor.laws import LAWS
from costfloor.panel import law_rows, make_panel
from costfloor.refresh.result import OldAnswer
from costfloor.sampling.policy import Sampling

REPORT = "No fits of the last study are stored, or of an earlier version of the program: run `costfloor report`."
REFIT = "The laws were last fitted at different times: run `costfloor refit`."
NO_LATER = "The laws see no new row of a day after the last study's."

UNCOMPARED = ("family", "segment", "birth")
"""Columns of the laws' rows that may change while the price is the same."""
SAME_PRICE = ["model", "host", "price"]


def old_answer(
    store: Store, quotes: pd.DataFrame, built: BuiltPanel | None, settings: Sampling, progress: Callable[[str], None]
) -> OldAnswer:
    """Score the rows of after the last study under its stored fits.

    Capability is that of the last build: a model that it has not measured is not in these rows yet. Rows of the study that have changed
    since, because a list from before has come or a day was moved, stay for the fits what they were.

    Parameters
    ----------
    store, quotes
        The raw data and all quotes, what has come included.
    built
        The last build, None without one.
    settings
        How the fits were asked for.
    progress
        Called with a line per step.
    """
    state = load_state(store.places)
    if state is None or built is None:
        return OldAnswer(None if state is None else state.verdict, why_no_score=REPORT)
    if len(set(state.rows.values())) != 1:
        return OldAnswer(state.verdict, why_no_score=REFIT)
    before = study_rows(store.places, state, next(iter(state.rows)))
    known = known_models(store, None)
    rows = law_rows(make_panel(quotes, known.models, performance_by(store, known).rows, built.capability))
    fresh, changed = new_rows(before, rows)
    # What came late of the time before was nothing to forecast.
    later = fresh[fresh["date"] > before["date"].max()].reset_index(drop=True)
    if later.empty:
        return OldAnswer(state.verdict, len(fresh), changed, why_no_score=NO_LATER)
    olds = old_fits(store.places, state, rows, settings)
    fits = {name: old[0] for name, old in olds.items() if old is not None}
    if len(fits) < len(LAWS):
        return OldAnswer(state.verdict, len(fresh), changed, why_no_score=REPORT)
    progress(f"scoring {len(later)} new rows under the fits that had not seen them")
    score, problem = None, None
    try:
        score = score_rows(fits, appended(before, later, "the new rows"), settings.seed)
    except InputError as error:
        problem = f"The new rows cannot be scored: {error}."
    return OldAnswer(state.verdict, len(fresh), changed, score, problem)


def new_rows(before: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows that a study did not have, and how many of its own are no longer there as they were.

    A price of the study on another day, or of a capability by another birth, is no new one.
    """
    facts = [name for name in before if name in rows and name not in UNCOMPARED]
    there = (
        rows[facts].merge(before[facts].drop_duplicates(), on=facts, how="left", indicator=True)["_merge"].eq("both")
    )
    still = (
        before[facts].merge(rows[facts].drop_duplicates(), on=facts, how="left", indicator=True)["_merge"].eq("both")
    )
    lost = pd.MultiIndex.from_frame(before.loc[~still.to_numpy(), SAME_PRICE])
    moved = pd.MultiIndex.from_frame(rows[SAME_PRICE]).isin(lost)
    return rows[~there.to_numpy() & ~moved].reset_index(drop=True), int((~still).sum())
