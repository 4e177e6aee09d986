"""Capability of a day on top of an earlier full fit: models whose scores have changed get a quick ability, all others keep theirs."""

import time
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from costfloor.capability.abilities import abilities
from costfloor.capability.full_fit import FullFit
from costfloor.capability.scores import ScoreMatrix

MAX_COMPARED: Final = 100
"""Of the models that keep their ability at most so many get a quick one beside it, to say how far the two lie apart."""


@dataclass(frozen=True, eq=False)
class Update:
    """Capability of a day that starts from the full fit of an earlier one.

    Attributes
    ----------
    table
        As from `costfloor.capability.model.capability_table`.
    models
        Models whose ability was worked out from the benchmarks of the full fit.
    waiting_models
        Models without a score on any of these benchmarks: they have no capability until the next full fit.
    waiting_scores
        Scores on benchmarks that the full fit does not know, by benchmark.
    seconds
        Taken.
    error
        See `quick_error`.
    """

    table: pd.DataFrame
    models: int
    waiting_models: tuple[str, ...]
    waiting_scores: dict[str, int]
    seconds: float
    error: "QuickError"

    @property
    def receipt(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "models": self.models,
            "waiting_models": list(self.waiting_models),
            "waiting_scores": self.waiting_scores,
            "seconds": self.seconds,
            "error": asdict(self.error),
        }

    def lines(self) -> list[str]:
        """What a person should know of it; none when nothing was updated and nothing waits."""
        lines = []
        if self.models and self.error.rms is not None:
            lines.append(
                f"{self.models} abilities worked out from the benchmarks of the last full fit in {self.seconds:.1f} s; on models "
                f"of that fit this {self.error}"
            )
        if self.waiting_scores:
            scores, benchmarks = sum(self.waiting_scores.values()), len(self.waiting_scores)
            lines.append(
                f"{scores} scores on {benchmarks} benchmarks wait for the next full fit, and with them {len(self.waiting_models)} models"
            )
        return lines


@dataclass(frozen=True)
class QuickError:
    """How far quick abilities lie from those of a full fit to the same scores, in index units.

    Attributes
    ----------
    rms, mean
        Root mean square and mean of the differences; None without a model to compare.
    models
        Models compared.
    """

    rms: float | None
    mean: float | None
    models: int

    def __str__(self) -> str:
        if self.rms is None:
            return "cannot be compared"
        return f"differs by {self.rms:.2f} points (root mean square of {self.models})"


def update(fit: FullFit, fitted: ScoreMatrix, scores: ScoreMatrix) -> Update:
    """Capability from these scores, where they are those of the full fit from its table, else worked out from its benchmarks.

    Parameters
    ----------
    fit
        A full fit.
    fitted
        The scores that it was fitted to.
    scores
        Those of the day.
    """
    start = time.perf_counter()
    before, after = fitted.to_frame(), scores.to_frame()
    known = after["benchmark"].isin(fit.benchmarks.benchmarks)
    both = before.merge(after[known], how="outer", indicator=True)
    changed = set(both.loc[both["_merge"] != "both", "model_key"])
    waiting = after.loc[~known, "benchmark"].value_counts().sort_index()

    kept = fit.table[fit.table["model_key"].isin(set(scores.models) - changed)]
    compared = kept.iloc[:: -(-len(kept) // MAX_COMPARED) or 1]
    wanted = np.isin(np.array(scores.models, dtype=object), [*changed, *compared["model_key"]])
    quick = _in_index_units(abilities(scores.of(wanted[scores.model_index]), fit.benchmarks), fit)
    anew = quick[quick["model_key"].isin(changed)]
    table = pd.concat([kept, anew], ignore_index=True).sort_values("model_key", ignore_index=True)
    return Update(
        table=table.astype({"n_benchmarks": "int64"}),
        models=len(anew),
        waiting_models=tuple(sorted(set(scores.models) - set(table["model_key"]))),
        waiting_scores={str(name): int(count) for name, count in waiting.items()},
        seconds=time.perf_counter() - start,
        error=quick_error(quick, kept),
    )


def quick_error(quick: pd.DataFrame, full: pd.DataFrame) -> QuickError:
    """Compare quick abilities with those of a full fit.

    Parameters
    ----------
    quick, full
        ``model_key, capability``; models that only one of them has are passed over.
    """
    shared = quick.merge(full, on="model_key", suffixes=("_quick", "_full"))
    difference = (shared["capability_quick"] - shared["capability_full"]).to_numpy()
    if not len(difference):
        return QuickError(None, None, 0)
    return QuickError(float(np.sqrt((difference**2).mean())), float(difference.mean()), len(difference))


def _in_index_units(latent: pd.DataFrame, fit: FullFit) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model_key": latent["model_key"],
            "capability": fit.units.capability(latent["ability"].to_numpy(dtype=np.float64)),
            "capability_sd": abs(fit.units.scale) * latent["ability_sd"],
            "n_benchmarks": latent["n_benchmarks"],
        }
    )
