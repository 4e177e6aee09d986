"""Bring a folder of source fact tables into the raw store, in the project's own schema.

Usage: python tools/compile_raw.py SOURCE_DIR [DATA_DIR]

Every cell is carried over as text, so no number changes on the way; only dates of change are worked out, and said how.
"""

import sys
from pathlib import Path

import pandas as pd

from analysis.data.package import write_datapackage
from analysis.data.quote_id import quote_ids
from analysis.data.raw import RAW_FOLDER, parse_table
from analysis.data.schemas import RAW_SCHEMAS, SOURCES
from analysis.storage import data_lock, write_atomic

REPOSITORY = {
    "litellm": "github.com/AgentOps-AI/tokencost@{ref}:tokencost/model_prices.json (LiteLLM price map)",
    "genai_prices": "github.com/pydantic/genai-prices@{ref}:prices",
    "llm_prices": "github.com/simonw/llm-prices@{ref}",
    "models_dev": "github.com/anomalyco/models.dev@{ref}:providers/{provider}/models/{model_id}.toml",
    "epoch_api": "{ref}",
    "monthly_lowest": "github.com/hansgundlach/Algorithmic_Progress_Inference@e66abec49773:data/{ref}",
}
EVENTS = {
    "first": "first",
    "io_change": "change",
    "aux_only": "auxiliary",
    "reappeared": "reappeared",
    "listed": "first",
    "changed": "change",
    "removed_then_listed": "reappeared",
    "launch": "launch",
    "observed": "observed",
    "change": "change",
}
FIRST_SNAPSHOT = {"models_dev": "2025-06-04"}

# Curated changes whose note says that the day is not the day of the change: (changed_after, recorded_on).
CURATED_INTERVALS = {
    ("mistral-large-2402", "2024-06-06"): ("2024-05-14", "2024-06-06"),
    ("mistral-small-2402", "2024-06-06"): ("2024-05-14", "2024-06-06"),
    ("llama3-70b-8192", "2024-07-01"): ("2024-06-24", "2024-07-01"),
    ("llama3-8b-8192", "2024-07-01"): ("2024-06-24", "2024-07-01"),
    ("command-r-plus-08-2024", "2024-09-13"): ("2024-08-29", "2024-09-13"),
    ("gpt-4o (alias)", "2024-10-17"): ("2024-10-01", "2024-10-17"),
    ("mistral-small-latest (Small 3)", "2025-03-17"): ("2025-02-27", "2025-03-17"),
    ("gpt-oss-120b", "2025-11-11"): ("", "2025-11-11"),
    ("deepseek-chat + reasoner (V3.2-Exp)", "2025-10-04"): ("2025-09-28", "2025-10-04"),
}
UNVERIFIED = "not verified: first record "


def main(source_dir: Path, data_dir: Path) -> None:
    """Read every source table, write the raw tables and the data package, and check what was written."""
    tables = {
        "quotes": _quotes(source_dir / "prices"),
        "models": _cells(source_dir / "models.csv"),
        "aliases": _aliases(source_dir),
        "performance": _cells(source_dir / "performance.csv"),
        "benchmark_costs": _cells(source_dir / "benchmark_costs.csv"),
        "provider_models": _provider_models(source_dir / "provider_models.csv"),
    }
    for path in sorted((source_dir / "context").glob("*.csv")):
        tables[f"context_{path.stem}"] = _cells(path)
    with data_lock(data_dir):
        for name, cells in tables.items():
            path = data_dir / RAW_FOLDER / f"{name}.csv"
            content = _lower_flags(name, cells).to_csv(index=False, lineterminator="\n").encode()
            parse_table(content, RAW_SCHEMAS[name], path)
            write_atomic(path, content)
        write_datapackage(data_dir)


def _cells(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False).drop_duplicates()


def _lower_flags(name: str, cells: pd.DataFrame) -> pd.DataFrame:
    columns = RAW_SCHEMAS[name].columns
    flags = [column for column, field in columns.items() if (field.metadata or {})["kind"] == "boolean"]
    return cells[list(columns)].assign(**{column: cells[column].str.lower() for column in flags})


def _quotes(folder: Path) -> pd.DataFrame:
    parts = [_curated(_cells(folder / "curated.csv")), _models_dev(_cells(folder / "models_dev.csv"))]
    alike = [source for source in SOURCES if source not in ("curated", "models_dev")]
    parts += [_spells(source, _cells(folder / f"{source}.csv")) for source in alike]
    columns = list(RAW_SCHEMAS["quotes"].columns)
    quotes = pd.concat([part.reindex(columns=columns, fill_value="") for part in parts], ignore_index=True)
    quotes["event"] = quotes["event"].map(EVENTS)
    quotes["quote_id"] = quote_ids(quotes)
    order = quotes["source"].map(SOURCES.index)
    return quotes.assign(order=order).sort_values(["order", "provider", "model_id", "recorded_on", "quote_id"])


def _spells(source: str, cells: pd.DataFrame) -> pd.DataFrame:
    evidence = _evidence(source, cells["ref"], cells)
    named = {"valid_from": "recorded_on", "change_after": "changed_after", "change_type": "event"}
    censored = cells["left_censored"].map({"0": "false", "1": "true"})
    return (
        cells.drop(columns="source")
        .rename(columns=named)
        .assign(source=source, left_censored=censored, evidence=evidence)
    )


def _models_dev(cells: pd.DataFrame) -> pd.DataFrame:
    # A host's first day in the catalogue says when it was added, not when it set its prices.
    first_day = cells.groupby("provider")["valid_from"].transform("min")
    censored = (cells["valid_from"] == first_day) & (cells["event"] == "listed")
    censored |= cells["valid_from"] == FIRST_SNAPSHOT["models_dev"]
    told = cells["release_date_then"]
    note = "listed as " + cells["name_then"] + ("; release date stated then " + told).where(told != "", "")
    return cells.rename(columns={"valid_from": "recorded_on"}).assign(
        source="models_dev",
        changed_after=_day_before(cells["valid_from"]).where(~censored, ""),
        left_censored=censored.map({True: "true", False: "false"}),
        mode="chat",
        date_basis="daily history",
        evidence=_evidence("models_dev", cells["commit"], cells),
        note=note,
    )


def _curated(cells: pd.DataFrame) -> pd.DataFrame:
    recorded = cells["date"].copy()
    unverified = cells["date_precision"].str.startswith(UNVERIFIED) & (cells["event"] != "observed")
    first_record = cells["date_precision"].str.removeprefix(UNVERIFIED).where(unverified, "")
    # The GPT-3 cut of September 2022 is dated by the cut of davinci; its much later records say nothing of the day.
    usable = unverified & (first_record < "2025-06-01")
    recorded = recorded.mask(usable, first_record)
    after = _day_before(cells["date"]).where(cells["event"] != "observed", "")
    for (model_id, day), (changed_after, recorded_on) in CURATED_INTERVALS.items():
        row = (cells["model_id"] == model_id) & (cells["date"] == day) & (cells["event"] == "change")
        if row.sum() != 1:
            raise ValueError(f"curated.csv has {row.sum()} rows for {model_id} on {day}, expected one")
        after, recorded = after.mask(row, changed_after), recorded.mask(row, recorded_on)
    return cells.rename(columns={"cached_input_usd_per_mtok": "cache_read_usd_per_mtok"}).assign(
        source="curated",
        changed_after=after,
        recorded_on=recorded,
        valid_to="",
        left_censored=(cells["event"] == "observed").map({True: "true", False: "false"}),
        mode="chat",
        quality_flag="ok",
        date_basis="curated: stated " + cells["date"],
        note="",
    )


def _aliases(source_dir: Path) -> pd.DataFrame:
    reviewed = _cells(source_dir / "aliases.csv")
    moving = reviewed["source"] == "api_id_moving"
    reviewed["basis"] = moving.map({True: "moving", False: "reviewed"})
    reviewed["evidence"] = "reviewed against " + reviewed["source"]
    reviewed["evidence"] = reviewed["evidence"].mask(
        moving, "general knowledge of vendor announcements; dates not verified"
    )
    suggested = _cells(source_dir / "aliases_price_sources_suggested.csv")
    bases = {
        "exact": "suggested_exact",
        "exact after prefix/suffix strip": "suggested_stripped",
        "same tokens": "suggested_tokens",
    }
    suggested["basis"] = suggested["match"].map(bases)
    suggested["evidence"] = "matched by name only: " + suggested["match"]
    hand = _cells(Path(__file__).with_name("hand_aliases.csv")).assign(source="hand", basis="reviewed")
    hand["evidence"] = "read by hand from the price tables"
    columns = list(RAW_SCHEMAS["aliases"].columns)
    parts = [part.reindex(columns=columns, fill_value="") for part in (reviewed, hand, suggested)]
    return pd.concat(parts, ignore_index=True)


def _provider_models(path: Path) -> pd.DataFrame:
    cells = _cells(path)
    place = cells["provider"] + "/models/" + cells["model_id"] + ".toml"
    return cells.assign(evidence="github.com/anomalyco/models.dev:providers/" + place)


def _evidence(source: str, refs: pd.Series, cells: pd.DataFrame) -> list[str]:
    template = REPOSITORY[source]
    rows = zip(refs, cells["provider"], cells["model_id"], strict=True)
    return [template.format(ref=ref, provider=provider, model_id=model_id) for ref, provider, model_id in rows]


def _day_before(days: pd.Series) -> pd.Series:
    return (pd.to_datetime(days) - pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else Path("data"))
