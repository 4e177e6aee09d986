"""Published benchmark scores -> one logit per (model, benchmark), the input of the capability model.

Left out, because they are not a score on one task: Epoch's own index, Artificial Analysis' composites, Elo ratings (a
preference, on a scale that drifts as rivals enter), task lengths in minutes, marks out of ten, and refusal rates.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costfloor.errors import InputError

EXCLUDED_PATTERN: Final = (
    r"^eci$|^aa_.*_index|_elo$|^metr_time_horizon_min$|^lech_mazur_writing$|^aa_omniscience_non_hallucination$"
)

# Quantised weights and host-optimised builds are not the model at its best effort.
DEGRADED_VARIANT_PATTERN: Final = r"(?:^|-)(?:quant|opt)"

# Expected score of a guesser; benchmarks not named here have free answers.
CHANCE: Final = {
    "anli": 1 / 3,
    "arc_challenge": 0.25,
    "boolq": 0.5,
    "csqa2": 0.5,
    "gpqa": 0.25,
    "gpqa_diamond": 0.25,
    "hellaswag": 0.25,
    "mmlu": 0.25,
    "mmlu_pro": 0.1,
    "mmmu": 0.25,
    "mmmu_pro": 0.1,
    "openbookqa": 0.25,
    "piqa": 0.5,
    "scienceqa": 0.4,
    "simplebench": 1 / 6,
    "video_mme": 0.25,
    "vpct": 1 / 3,
    "winogrande": 0.5,
}

# Beyond these shares of the way from chance to perfect, a score says only "at most" or "at least": guessing, failed
# runs and wrong answer keys take over.
FLOOR: Final = 0.02
CEILING: Final = 0.98

# Fewer models between floor and ceiling leave a benchmark's slope to its prior.
MIN_MODELS_PER_BENCHMARK: Final = 20

_KEYS: Final = ["model_key", "benchmark"]
_PERFORMANCE_COLUMNS: Final = (*_KEYS, "variant", "score", "source")


@dataclass(frozen=True)
class ScoreMatrix:
    """A sparse models x benchmarks matrix of scores, one entry per observed pair, sorted by model then benchmark.

    Attributes
    ----------
    models, benchmarks
        Sorted labels.
    model_index, benchmark_index
        Position of each entry's labels, shape ``(n,)``.
    logit
        Logit of the chance-corrected score clipped to [`FLOOR`, `CEILING`], shape ``(n,)``.
    side
        -1 where the score is at or below the floor, 1 at or above the ceiling, else 0, shape ``(n,)``.
    """

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    model_index: NDArray[np.int64]
    benchmark_index: NDArray[np.int64]
    logit: NDArray[np.float64]
    side: NDArray[np.int64]

    @property
    def n_benchmarks(self) -> NDArray[np.int64]:
        """Benchmarks per model, shape ``(models,)``."""
        return np.bincount(self.model_index, minlength=len(self.models))


def prepare_scores(performance: pd.DataFrame, models: pd.DataFrame) -> ScoreMatrix:
    """Reduce published scores to one logit per model and benchmark.

    A buyer can choose the reasoning effort, so a model's score at a source is its best over efforts; sources are then
    averaged. Repeated measurements of one effort at one source are averaged first, or the best would reward repetition.

    Parameters
    ----------
    performance
        Columns ``model_key, variant, benchmark, score, source``; fractions in 0..1 for every benchmark that is used.
    models
        Column ``model_key``: the known models.

    Returns
    -------
    ScoreMatrix
        The same for any order of the rows.

    Raises
    ------
    InputError
        For a missing column, an unknown model, or a score that is missing or no fraction.
    """
    missing = [name for name in _PERFORMANCE_COLUMNS if name not in performance]
    if missing:
        raise InputError("the performance table lacks a column", column=missing[0], remedy="Add it.")
    _reject(
        performance,
        ~performance["model_key"].isin(models["model_key"]),
        "model_key",
        "no such model",
        "Add the model to the models table, or correct the key.",
    )
    variant = performance["variant"].fillna("").astype(str)
    used = ~performance["benchmark"].str.contains(EXCLUDED_PATTERN) & ~variant.str.contains(DEGRADED_VARIANT_PATTERN)
    _reject(
        performance,
        used & ~performance["score"].between(0.0, 1.0),
        "score",
        "a score must be a fraction in 0..1",
        "Convert it, or exclude the benchmark in analysis/costfloor/capability/scores.py if it is on another scale.",
    )

    # Sorted in full, so that sums run in one order and equal data give equal bits.
    effort = [*_KEYS, "source", "variant"]
    rows = performance.assign(variant=variant)[used].sort_values([*effort, "score"])
    best = rows.groupby(effort)["score"].mean().groupby([*_KEYS, "source"]).max()
    pairs = best.groupby(_KEYS).mean().reset_index()
    chance = pairs["benchmark"].map(CHANCE).fillna(0.0)
    pairs["share"] = (pairs["score"] - chance) / (1 - chance)
    pairs["inside"] = pairs["share"].between(FLOOR, CEILING, inclusive="neither")
    enough = pairs.groupby("benchmark")["inside"].transform("sum") >= MIN_MODELS_PER_BENCHMARK
    pairs = pairs[enough]
    if pairs.empty:
        problem = f"no benchmark has {MIN_MODELS_PER_BENCHMARK} models scoring between chance and perfect"
        raise InputError(problem, remedy="Add scores.")

    share = pairs["share"].to_numpy()
    clipped = np.clip(share, FLOOR, CEILING)
    model_index, model_labels = pd.factorize(pairs["model_key"], sort=True)
    benchmark_index, benchmark_labels = pd.factorize(pairs["benchmark"], sort=True)
    return ScoreMatrix(
        models=tuple(model_labels),
        benchmarks=tuple(benchmark_labels),
        model_index=model_index.astype(np.int64),
        benchmark_index=benchmark_index.astype(np.int64),
        logit=np.log(clipped / (1 - clipped)),
        side=np.where(share <= FLOOR, -1, np.where(share >= CEILING, 1, 0)).astype(np.int64),
    )


def _reject(table: pd.DataFrame, bad: "pd.Series[bool]", column: str, problem: str, remedy: str) -> None:
    """Raise on the first row marked bad."""
    if bad.any():
        position = int(bad.to_numpy().argmax())
        first = table.iloc[position]
        what = f"{problem} ({first['model_key']}, {first['benchmark']})"
        raise InputError(what, row=position + 1, column=column, value=first[column], remedy=remedy)
