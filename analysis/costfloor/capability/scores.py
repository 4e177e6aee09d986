"""Known benchmark scores -> one logit per (model, benchmark), the input of the capability model.

Which benchmarks count, what a guesser scores on them and what the best possible score is stand in the raw table `benchmarks`. Left out
there is what is no score on one task: composites, ratings on a scale that drifts as rivals enter, lengths of tasks, marks, and refusals.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costfloor.errors import InputError, ScaleError

# Quantised weights and host-optimised builds are not the model at its best effort.
DEGRADED_VARIANT_PATTERN: Final = r"(?:^|-)(?:quant|opt)"

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

    def of(self, entries: NDArray[np.bool_]) -> "ScoreMatrix":
        """The same matrix with these entries only."""
        index, benchmark = self.model_index[entries], self.benchmark_index[entries]
        return replace(
            self, model_index=index, benchmark_index=benchmark, logit=self.logit[entries], side=self.side[entries]
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per entry, columns ``model_key, benchmark, logit, side``."""
        return pd.DataFrame(
            {
                "model_key": np.array(self.models, dtype=object)[self.model_index],
                "benchmark": np.array(self.benchmarks, dtype=object)[self.benchmark_index],
                "logit": self.logit,
                "side": self.side,
            }
        )


def prepare_scores(performance: pd.DataFrame, models: pd.DataFrame, benchmarks: pd.DataFrame) -> ScoreMatrix:
    """Reduce published scores to one logit per model and benchmark.

    A buyer can choose the reasoning effort, so a model's score at a source is its best over efforts; sources are then
    averaged. Repeated measurements of one effort at one source are averaged first, or the best would reward repetition.

    Parameters
    ----------
    performance
        Columns ``model_key, variant, benchmark, score, source``; fractions in 0..1 for every benchmark that is used.
    models
        Column ``model_key``: the known models.
    benchmarks
        Columns ``benchmark, random_baseline, ceiling, capability``: the known benchmarks.

    Returns
    -------
    ScoreMatrix
        The same for any order of the rows.

    Raises
    ------
    InputError
        For a missing column, an unknown model or benchmark, or a score that is missing or no fraction.
    ScaleError
        No benchmark has enough models.
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
    _reject(
        performance,
        ~performance["benchmark"].isin(benchmarks["benchmark"]),
        "benchmark",
        "no such benchmark",
        "Add it to data/raw/benchmarks.csv, or correct the name.",
    )
    variant = performance["variant"].fillna("").astype(str)
    counting = benchmarks.loc[benchmarks["capability"], "benchmark"]
    used = performance["benchmark"].isin(counting) & ~variant.str.contains(DEGRADED_VARIANT_PATTERN)
    _reject(
        performance,
        used & ~performance["score"].between(0.0, 1.0),
        "score",
        "a score must be a fraction in 0..1",
        "Convert it, or say in data/raw/benchmarks.csv that the benchmark does not count if it is on another scale.",
    )

    # Sorted in full, so that sums run in one order and equal data give equal bits.
    effort = [*_KEYS, "source", "variant"]
    rows = performance.assign(variant=variant)[used].sort_values([*effort, "score"])
    best = rows.groupby(effort)["score"].mean().groupby([*_KEYS, "source"]).max()
    pairs = best.groupby(_KEYS).mean().reset_index()
    limits = benchmarks.set_index("benchmark").loc[pairs["benchmark"], ["random_baseline", "ceiling"]]
    chance, ceiling = limits.to_numpy(dtype=np.float64).T
    pairs["share"] = (pairs["score"] - chance) / (ceiling - chance)
    pairs["inside"] = pairs["share"].between(FLOOR, CEILING, inclusive="neither")
    enough = pairs.groupby("benchmark")["inside"].transform("sum") >= MIN_MODELS_PER_BENCHMARK
    pairs = pairs[enough]
    if pairs.empty:
        problem = f"no benchmark has {MIN_MODELS_PER_BENCHMARK} models scoring between chance and perfect"
        raise ScaleError(problem, remedy="Add scores")

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
