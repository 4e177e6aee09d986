"""Measured capability on disk: sampled once per set of scores."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from costfloor.capability.model import capability_key, capability_table, fit_capability, residual_check
from costfloor.capability.scores import prepare_scores
from costfloor.errors import IntegrityError
from costfloor.frames import from_parquet, parquet_bytes
from costfloor.records import read_record, sealed
from costfloor.storage import json_bytes, sha256_bytes, write_together

Progress = Callable[[str], None]

type Measured = tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]
"""Table, receipt and residuals."""


def measured_capability(folder: Path, performance: pd.DataFrame, models: pd.DataFrame, say: Progress) -> Measured:
    """Capability of every model with scores: read when it was measured from these scores before, else sampled and stored.

    Parameters
    ----------
    folder
        Where measured capability is kept.
    performance, models
        Raw tables.
    say
        Called with a line before a long step.

    Returns
    -------
    Table, receipt and residuals, as `costfloor.capability.model` makes them.
    """
    scores = prepare_scores(performance, models)
    places = [_files(folder, digest) for digest in capability_key(scores).digests]
    for place in places:
        try:
            cached = _cached_capability(*place)
        except IntegrityError as error:
            say(f"warning: {error}")
            cached = None
        if cached is not None:
            return cached
    say(f"measuring the capability of {len(scores.models)} models from {len(scores.logit)} scores (about a minute)")
    fit = fit_capability(scores, progress=say)
    table, residuals = capability_table(fit), residual_check(fit)
    shared = table.merge(models[["model_key", "eci_score"]].dropna(), on="model_key")
    receipt = {
        "models": len(scores.models),
        "benchmarks": len(scores.benchmarks),
        "scores": len(scores.logit),
        "fingerprint": fit.fingerprint,
        "diagnostics": asdict(fit.diagnostics),
        "seconds": {"compile": fit.sampled.seconds_compile, "sample": fit.sampled.seconds_sample},
        "sampler": fit.sampled.sampler,
        "warnings": list(fit.sampled.warnings),
        "eci_rank_correlation": float(shared["capability"].corr(shared["eci_score"], method="spearman")),
        "eci_models": len(shared),
    }
    receipt_path, table_path, residuals_path = places[0]
    files = {table_path: parquet_bytes(table), residuals_path: parquet_bytes(residuals)}
    hashes = {path.name: sha256_bytes(content) for path, content in files.items()}
    write_together({**files, receipt_path: json_bytes(sealed({"receipt": receipt, "files": hashes}))})
    return table, receipt, residuals


def _files(folder: Path, digest: str) -> tuple[Path, Path, Path]:
    """Receipt, table and residuals of a capability fit."""
    name = folder / f"capability-{digest[:16]}"
    return Path(f"{name}.json"), Path(f"{name}.parquet"), Path(f"{name}-residuals.parquet")


def _cached_capability(receipt_path: Path, table_path: Path, residuals_path: Path) -> Measured | None:
    """Table, receipt and residuals of a capability fit as it was stored; None when there is none."""
    remedy = "Capability is measured anew"
    record = read_record(receipt_path, remedy=remedy)
    if record is None:
        return None
    frames = []
    for path in (table_path, residuals_path):
        content = path.read_bytes() if path.exists() else b""
        if sha256_bytes(content) != record["files"].get(path.name):
            raise IntegrityError(f"{path}: is not as the program wrote it. {remedy}")
        frames.append(from_parquet(content))
    return frames[0], record["receipt"], frames[1]
