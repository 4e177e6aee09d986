"""Measured capability of a day: a full fit, and on top of it the models whose scores have changed since."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from costfloor.capability.drift import newer_benchmarks, scale_drift
from costfloor.capability.full_fit import Progress, full_fit
from costfloor.capability.full_fit_day import full_fit_day
from costfloor.capability.model import scores_hash
from costfloor.capability.scores import prepare_scores
from costfloor.capability.update import update
from costfloor.data.performance import Performance

type Measured = tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]
"""Table, receipt and residuals."""


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
        Fit all abilities to the scores of the day itself, whatever `full_fit_day` says.

    Returns
    -------
    Table and residuals, as `costfloor.capability.model` makes them, and the receipt: that of the full fit, with ``update`` (see `update`),
    ``drift`` (`scale_drift` by the newer half of the benchmarks; None where too few models tell) and
    ``left_out`` (how many scores of lists are not used, by reason).
    """
    scores = prepare_scores(performance.rows, models, performance.benchmarks)
    day = None if anew else full_fit_day(performance)
    fitted = scores if day is None else prepare_scores(performance.at(day).rows, models, performance.benchmarks)
    fit = full_fit(folder, fitted, models, say)
    updated = update(fit, fitted, scores)
    drift = scale_drift(fitted, fit.benchmarks, fit.units, models, newer_benchmarks(fitted, models))
    left_out = performance.left_out.groupby("reason")["scores"].sum()
    receipt = fit.receipt | {
        "update": {
            "fitted_on": None if day is None else str(day.date()),
            "scores_sha256": scores_hash(scores),
            **updated.receipt,
        },
        "drift": None if drift is None else asdict(drift),
        "left_out": {str(reason): int(count) for reason, count in left_out.items()},
    }
    for line in (*updated.lines(), *([] if drift is None else [str(drift)])):
        say(line)
    return updated.table, receipt, fit.residuals
