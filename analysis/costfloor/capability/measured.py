"""Measured capability of a day: a full fit, and on top of it the models whose scores have changed since."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd

from costfloor.capability.bands import BANDS, placed_anchors
from costfloor.capability.drift import anchor_moves, newer_benchmarks, scale_drift
from costfloor.capability.full_fit import Progress, full_fit
from costfloor.capability.full_fit_day import fitted_scores
from costfloor.capability.model import scores_hash
from costfloor.capability.scale import references
from costfloor.capability.scores import prepare_scores
from costfloor.capability.update import quick_error, update
from costfloor.data.performance import Performance

type Measured = tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]
"""Table, receipt and residuals."""

SHOWN = 5
"""Unknown benchmarks that are named while it runs; the receipt has all."""


def measured_capability(
    folder: Path, performance: Performance, models: pd.DataFrame, say: Progress, *, anew: bool = False
) -> Measured:
    """Capability of every model with scores as of a day.

    Parameters
    ----------
    folder
        Where full fits are kept.
    performance
        Scores as they were known on the day.
    models
        The raw table of models.
    say
        Called with a line before a long step.
    anew
        Fit all abilities to the scores of the day itself, whatever `full_fit_day` says, and say how far those worked out without it lie
        off.

    Returns
    -------
    Table and residuals, as `costfloor.capability.model` makes them, and the receipt: that of the full fit, with ``update`` (see `update`),
    ``references`` (the models that fix the units), ``drift`` (`scale_drift` by the newer half of the benchmarks; None where too few models
    tell), ``anchors`` (`anchor_moves` of the fixed bands), ``left_out`` (how many scores of lists are not used, by reason) and
    ``unknown_benchmarks`` (those that no table names).

    Raises
    ------
    InputError
        As `prepare_scores` and `references`.
    """
    scores = prepare_scores(performance.rows, models, performance.benchmarks)
    day, fitted = fitted_scores(performance, models)
    # Before anything is sampled.
    references(fitted)
    fit = full_fit(folder, fitted, models, say)
    updated = update(fit, fitted, scores)
    if anew:
        without = updated.table
        fit, day, fitted = full_fit(folder, scores, models, say), None, scores
        updated = replace(update(fit, fitted, scores), error=quick_error(without, fit.table))
        say(f"full fit of all scores: what would have been measured without it {updated.error}")
    drift = scale_drift(fitted, fit.benchmarks, fit.units, models, newer_benchmarks(fitted, models))
    few = placed_anchors(updated.table)
    places = {band.anchor: band.place for band in BANDS if band.place is not None and band.anchor not in few}
    left_out = performance.left_out.groupby("reason")["scores"].sum()
    unknown = performance.unknown["spelling"].drop_duplicates()
    receipt = fit.receipt | {
        "update": {
            "fitted_on": None if day is None else str(day.date()),
            "scores_sha256": scores_hash(scores),
            **updated.receipt,
        },
        "references": list(references(fitted)),
        "drift": None if drift is None else asdict(drift),
        "anchors": [asdict(move) for move in anchor_moves(places, updated.table)],
        "left_out": {str(reason): int(count) for reason, count in left_out.items()},
        "unknown_benchmarks": unknown.tolist(),
    }
    if len(unknown):
        named = ", ".join(unknown[:SHOWN])
        say(f"scores of {len(unknown)} benchmarks that no table names are left out, those with most scores: {named}")
    for line in (*updated.lines(), *([] if drift is None else [str(drift)])):
        say(line)
    return updated.table, receipt, fit.residuals
