"""How the forecast of the last study did on what has come since, and whether its answer can have moved. Nothing is sampled."""

from collections.abc import Callable

import pandas as pd

from costfloor.build import BuiltPanel
from costfloor.data.store import Store
from costfloor.errors import MissingResultError
from costfloor.forecast.refit import load_state, old_fits, score_new_rows
from costfloor.laws import LAWS
from costfloor.panel import law_rows, make_panel
from costfloor.refresh.result import OldAnswer
from costfloor.sampling.policy import Sampling

REPORT = "No fits are stored: `costfloor report` makes them."
REFIT = "Rows of the last study have changed as well, so that its fits cannot be asked about the new ones: run `costfloor refit`."
SAME = "The laws see the same rows as before."


def old_answer(
    store: Store, quotes: pd.DataFrame, built: BuiltPanel | None, settings: Sampling, progress: Callable[[str], None]
) -> OldAnswer:
    """Score the rows that have come under the stored fits of the last study.

    Capability is that of the last build: a model that it has not measured is not in these rows yet.

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
        return OldAnswer(None if state is None else state.verdict, None, None, REPORT)
    panel = make_panel(quotes, store.table("models"), store.table("performance"), built.capability)
    try:
        olds = old_fits(store.places, state, law_rows(panel), settings)
    except MissingResultError:
        return OldAnswer(state.verdict, None, None, REPORT)
    stored = [old for old in olds.values() if old is not None]
    if len(stored) < len(LAWS):
        return OldAnswer(state.verdict, None, None, REPORT)
    continued = stored[0][1]
    if continued is None:
        return OldAnswer(state.verdict, None, None, REFIT)
    if not continued.fresh:
        return OldAnswer(state.verdict, 0, None, SAME)
    return OldAnswer(state.verdict, continued.fresh, score_new_rows(olds, settings.seed, progress), None)
