"""The panel: kept quotes joined with capability, in bands. `costfloor build`."""

from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from costfloor.built import RECORD, BuildReport, build_key, load_build, panel_path, processed_dir, stored_build
from costfloor.capability.bands import assign_bands
from costfloor.data.decisions import load_decisions, without_quote
from costfloor.data.hosts import OWN_PRICE_KINDS
from costfloor.data.manifest import hashed_files, raw_vintage, recorded_hashes
from costfloor.data.quotes import build_quotes
from costfloor.data.raw import load_raw, validated
from costfloor.data.schemas import CAPABILITY, PANEL
from costfloor.data.unchanged import check_unchanged, remember
from costfloor.errors import InputError, IntegrityError, MissingResultError
from costfloor.records import read_record, sealed
from costfloor.storage import (
    data_lock,
    json_bytes,
    refuse_links,
    sha256_bytes,
    sha256_file,
    write_together,
)

MIN_PUBLISHED_BENCHMARKS = 2
"""A priced model enters the panel with this many distinct benchmarks published."""

MIN_USABLE_BENCHMARKS = 3
"""The laws see a model with this many scores behind its capability: with fewer, its band is a guess."""

MIN_FAMILY_ROWS = 15
"""A band is split into open and closed weights when both sides have this many rows."""

LAW_HOST_KINDS = OWN_PRICE_KINDS
"""Whose prices the laws see: those of sellers with prices of their own. Of a seller that nobody has looked at it is not known."""

MEASURED = ("quality", "quality_sd", "quality_centre")
"""Columns of the laws' rows that come from the capability model."""

SCORES = "performance.csv"

Progress = Callable[[str], None]


def build(data_dir: Path, as_of: pd.Timestamp | None = None, progress: Progress | None = None) -> BuildReport:
    """Build the processed tables from the raw store, unless they are there already.

    Parameters
    ----------
    data_dir
        The data folder, with `raw/`.
    as_of
        Use only prices recorded on or before this day. Capability is the full-sample one in every view: it measures models, not
        the market.
    progress
        Called with a line per long step.

    Raises
    ------
    InputError, IntegrityError, LockedError
        When raw data is wrong, changed, or in use.
    """
    say = progress or (lambda line: None)
    refuse_links(data_dir / "processed")
    target = processed_dir(data_dir, as_of)
    fingerprints = build_key(data_dir, as_of).digests
    try:
        known = stored_build(target)
    except IntegrityError as error:
        say(f"warning: {error}; that is done now")
        known = None
    if known is not None and known.fingerprint in fingerprints and _whole(target, known):
        return known
    with data_lock(data_dir):
        # Anew: an ingest may have ended since.
        return _build(data_dir, target, as_of, build_key(data_dir, as_of).digest, say)


def load_panel(data_dir: Path, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Read the built panel, checked against its schema.

    Raises
    ------
    MissingResultError, IntegrityError
        As `load_processed`.
    """
    return validated(load_processed(data_dir, "panel", as_of), PANEL, processed_dir(data_dir, as_of) / "panel.parquet")


def load_processed(data_dir: Path, table: str, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Read a processed table: `quotes`, `disagreements`, `capability`, `panel` or `capability_residuals`.

    Raises
    ------
    MissingResultError
        There is no such table yet, or it is that of another build than the last whole one.
    IntegrityError
        The record of the build is not as it was written.
    """
    path, built = processed_dir(data_dir, as_of) / f"{table}.parquet", load_build(data_dir, as_of)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingResultError(f"{path} does not exist yet. Run `costfloor build` first") from error
    if sha256_bytes(content) != built.tables.get(table):
        raise MissingResultError(f"{path} is not that of the last whole build. Run `costfloor build` again")
    return pd.read_parquet(BytesIO(content))


def law_rows(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel in the form of a price table: what the laws of motion see.

    Returns
    -------
    Columns `date, price` (USD per million tokens, 3:1 blend)`, quality, quality_sd, quality_centre` (capability units)`, family,
    family_birth, host, model, entry`.
    """
    # In a past view a band may not be born yet that a model of vague release is in.
    rows = panel[_seen_by_laws(panel) & panel["band_birth"].notna()]
    return pd.DataFrame(
        {
            "date": rows["date"],
            "price": rows["price_usd_per_mtok"],
            "quality": rows["capability"],
            "quality_sd": rows["capability_sd"],
            "quality_centre": rows["band_centre"],
            "family": rows["family"],
            "family_birth": rows["band_birth"],
            "host": rows["host"],
            "model": rows["model"],
            "entry": rows["release_date"],
        }
    ).reset_index(drop=True)


def panel_source(rows: pd.DataFrame, data_dir: Path) -> str:
    """Hash of the rows that the laws see, quality apart, and of what quality is measured with: the same on every machine.

    The quality of models is sampled, and sampling differs in its last digits from processor to processor; so does the hash of the panel. A
    study is out of date when prices, scores or code have changed, not when another machine has measured the same models with other draws.
    A model that other draws put into another band changes the rows, and with them the hash.

    Parameters
    ----------
    rows
        As from `law_rows`.
    data_dir
        The data folder, for the scores in `raw/`.
    """
    table = rows.drop(columns=list(MEASURED)).to_csv(index=False, float_format="%.12g")
    return sha256_bytes(f"{table}\n{recorded_hashes(data_dir)[SCORES]}".encode())


def make_panel(
    quotes: pd.DataFrame, models: pd.DataFrame, performance: pd.DataFrame, capability: pd.DataFrame
) -> pd.DataFrame:
    """Join kept quotes with capability, and cross bands with open and closed weights where both have enough rows."""
    published = performance.groupby("model_key")["benchmark"].nunique()
    enough = published.index[published >= MIN_PUBLISHED_BENCHMARKS]
    measured = capability[capability["model_key"].isin(enough)]
    facts = models[["model_key", "creator", "release_date", "open_weights", "reasoning"]]
    kept = quotes[quotes["status"] == "kept"].merge(measured, on="model_key").merge(facts, on="model_key")
    panel = kept.rename(columns={"model_key": "model"}).assign(
        open_weights=lambda t: t["open_weights"].astype("boolean"),
        days_since_release=lambda t: (t["date"] - t["release_date"]).dt.days.astype(float),
    )
    panel["family"] = families(panel)
    return panel.sort_values(["date", "model", "host", "quote_id"])[list(PANEL.columns)].reset_index(drop=True)


def families(panel: pd.DataFrame) -> "pd.Series[str]":
    """Name the family of each row: its band, split by weights when both sides have `MIN_FAMILY_ROWS` rows the laws see.

    Unstated weights count as closed: models whose weights can be had are listed as such.
    """
    side = panel["open_weights"].fillna(False).astype(bool).map({True: "open", False: "closed"})
    seen = _seen_by_laws(panel)
    counts = pd.crosstab(panel.loc[seen, "band"], side[seen]).reindex(columns=["open", "closed"], fill_value=0)
    split = counts.index[(counts >= MIN_FAMILY_ROWS).all(axis=1)]
    return panel["band"].where(~panel["band"].isin(split), panel["band"] + " " + side)


def _seen_by_laws(panel: pd.DataFrame) -> "pd.Series[bool]":
    return panel["host_kind"].isin(LAW_HOST_KINDS) & (panel["n_benchmarks"] >= MIN_USABLE_BENCHMARKS)


def _build(data_dir: Path, target: Path, as_of: pd.Timestamp | None, fingerprint: str, say: Progress) -> BuildReport:
    looks = check_unchanged(hashed_files(data_dir), data_dir)
    say("resolving and cleaning quotes")
    models, performance = load_raw(data_dir, "models"), load_raw(data_dir, "performance")
    tables = build_quotes(data_dir, as_of)
    quotes = tables.quotes
    if as_of is None:
        for slip in without_quote(load_decisions(data_dir), quotes["quote_id"]):
            say(f"warning: {slip}")
    capability, receipt, residuals = _capability(data_dir, performance, models, say)
    priced = models[models["model_key"].isin(quotes.loc[quotes["status"] == "kept", "model_key"].unique())]
    banded = validated(assign_bands(capability, priced), CAPABILITY, target / "capability.parquet")
    panel = validated(make_panel(quotes, models, performance, banded), PANEL, target / "panel.parquet")
    if panel.empty:
        day = "" if as_of is None else f" that were recorded on or before {as_of.date()}"
        raise InputError(f"has no prices{day} of models with benchmark scores", file=data_dir / "raw")
    launch = panel[panel["days_since_release"].between(-5, 180)]
    contents = {
        name: _parquet(frame)
        for name, frame in {
            "quotes": quotes,
            "disagreements": tables.disagreements,
            "capability": banded,
            "capability_residuals": residuals,
            "panel": panel,
        }.items()
    }
    report = BuildReport(
        vintage=raw_vintage(data_dir)[:16] if as_of is None else f"{raw_vintage(data_dir)[:16]}@{as_of.date()}",
        quotes=len(panel),
        models=panel["model"].nunique(),
        families=panel["family"].nunique(),
        hosts=panel["host"].nunique(),
        first=str(panel["date"].min().date()),
        last=str(panel["date"].max().date()),
        path=panel_path(target),
        launch_priced_models=launch["model"].nunique(),
        statuses={str(name): int(count) for name, count in quotes["status"].value_counts().items()},
        disagreements=len(tables.disagreements),
        capability=receipt,
        fingerprint=fingerprint,
        source=panel_source(law_rows(panel), data_dir),
        tables={name: sha256_bytes(content) for name, content in contents.items()},
    )
    remember(looks, data_dir)
    record = {name: value for name, value in asdict(report).items() if name != "path"}
    files = {target / f"{name}.parquet": content for name, content in contents.items()}
    # Last: the tables count as built when the record that has their hashes is there.
    write_together({**files, target / RECORD: json_bytes(sealed(record))})
    return report


def _capability(
    data_dir: Path, performance: pd.DataFrame, models: pd.DataFrame, say: Progress
) -> tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]:
    # Imported here: an unchanged build should not wait for PyMC.
    from costfloor.capability.model import capability_key, capability_table, fit_capability, residual_check  # noqa: PLC0415  slow to import
    from costfloor.capability.scores import prepare_scores  # noqa: PLC0415  needed with it only

    scores = prepare_scores(performance, models)
    places = [_capability_files(data_dir, digest) for digest in capability_key(scores).digests]
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
    files = {table_path: _parquet(table), residuals_path: _parquet(residuals)}
    hashes = {path.name: sha256_bytes(content) for path, content in files.items()}
    write_together({**files, receipt_path: json_bytes(sealed({"receipt": receipt, "files": hashes}))})
    return table, receipt, residuals


def _capability_files(data_dir: Path, digest: str) -> tuple[Path, Path, Path]:
    """Receipt, table and residuals of a capability fit."""
    name = data_dir / "processed" / "fits" / f"capability-{digest[:16]}"
    return Path(f"{name}.json"), Path(f"{name}.parquet"), Path(f"{name}-residuals.parquet")


def _cached_capability(
    receipt_path: Path, table_path: Path, residuals_path: Path
) -> tuple[pd.DataFrame, dict[str, Any], pd.DataFrame] | None:
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
        frames.append(pd.read_parquet(BytesIO(content)))
    return frames[0], record["receipt"], frames[1]


def _whole(target: Path, known: BuildReport) -> bool:
    """Whether every table of the build is there as it was written."""
    paths = {target / f"{name}.parquet": digest for name, digest in known.tables.items()}
    return all(path.exists() and sha256_file(path) == digest for path, digest in paths.items())


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
