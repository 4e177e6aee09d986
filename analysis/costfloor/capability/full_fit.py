"""A full fit of the capability model on disk: sampled once per set of scores, with all that a quick update needs of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from costfloor.capability.abilities import BenchmarkDraws
from costfloor.capability.model import (
    capability_key,
    capability_table,
    fit_capability,
    index_units,
    residual_check,
    scores_hash,
)
from costfloor.capability.scale import IndexUnits
from costfloor.capability.scores import ScoreMatrix
from costfloor.errors import IntegrityError
from costfloor.frames import from_parquet, parquet_bytes
from costfloor.records import read_record, sealed
from costfloor.storage import json_bytes, sha256_bytes, write_together

Progress = Callable[[str], None]

_PARTS: Final = ("", "-residuals", "-benchmarks")


@dataclass(frozen=True, eq=False)
class FullFit:
    """What is kept of a full fit.

    Attributes
    ----------
    table
        As from `costfloor.capability.model.capability_table`.
    residuals
        As from `costfloor.capability.model.residual_check`.
    benchmarks
        Draws of the benchmarks' parameters.
    units
        From abilities to index units.
    receipt
        How it was sampled, and its gates.
    """

    table: pd.DataFrame
    residuals: pd.DataFrame
    benchmarks: BenchmarkDraws
    units: IndexUnits
    receipt: dict[str, Any]


def full_fit(folder: Path, scores: ScoreMatrix, models: pd.DataFrame, say: Progress) -> FullFit:
    """The full fit of these scores: read when it was made before, else sampled and stored.

    Parameters
    ----------
    folder
        Where fits are kept.
    scores
        What is fitted.
    models
        ``model_key, eci_score``: Epoch's published index, for the comparison in the receipt.
    say
        Called with a line before a long step.
    """
    names = [f"capability-{digest[:16]}" for digest in capability_key(scores).digests]
    for name in names:
        try:
            stored = _stored(folder, name)
        except IntegrityError as error:
            say(f"warning: {error}")
            stored = None
        if stored is not None:
            return stored
    say(f"measuring the capability of {len(scores.models)} models from {len(scores.logit)} scores (about a minute)")
    fit = fit_capability(scores, progress=say)
    table, units, benchmarks = capability_table(fit), index_units(fit), BenchmarkDraws.of(fit)
    residuals = residual_check(fit)
    shared = table.merge(models[["model_key", "eci_score"]].dropna(), on="model_key")
    receipt = {
        "models": len(scores.models),
        "benchmarks": len(scores.benchmarks),
        "scores": len(scores.logit),
        "scores_sha256": scores_hash(scores),
        "fingerprint": fit.fingerprint,
        "diagnostics": asdict(fit.diagnostics),
        "seconds": {"compile": fit.sampled.seconds_compile, "sample": fit.sampled.seconds_sample},
        "sampler": fit.sampled.sampler,
        "warnings": list(fit.sampled.warnings),
        "eci_rank_correlation": float(shared["capability"].corr(shared["eci_score"], method="spearman")),
        "eci_models": len(shared),
    }
    frames = (table, residuals, benchmarks.to_frame())
    files = {
        folder / f"{names[0]}{part}.parquet": parquet_bytes(frame) for part, frame in zip(_PARTS, frames, strict=True)
    }
    hashes = {path.name: sha256_bytes(content) for path, content in files.items()}
    record = {"receipt": receipt, "units": asdict(units), "files": hashes}
    write_together({**files, folder / f"{names[0]}.json": json_bytes(sealed(record))})
    return FullFit(table, residuals, benchmarks, units, receipt)


def _stored(folder: Path, name: str) -> FullFit | None:
    """A full fit as it was stored; None when there is none."""
    remedy = "Capability is measured anew"
    record = read_record(folder / f"{name}.json", remedy=remedy)
    if record is None:
        return None
    frames = []
    for part in _PARTS:
        path = folder / f"{name}{part}.parquet"
        content = path.read_bytes() if path.exists() else b""
        if sha256_bytes(content) != record["files"].get(path.name):
            raise IntegrityError(f"{path}: is not as the program wrote it. {remedy}")
        frames.append(from_parquet(content))
    table, residuals, draws = frames
    units = IndexUnits(**record["units"])
    return FullFit(table, residuals, BenchmarkDraws.from_frame(draws), units, record["receipt"])
