"""The data package descriptor of the raw store, written from the schemas and the files themselves."""

import json
from pathlib import Path
from typing import Any

import pandera.pandas as pa

from costfloor.data.schemas import RAW_SCHEMAS
from costfloor.data.store import DATAPACKAGE
from costfloor.errors import InputError
from costfloor.storage import sha256_file, write_json

SOURCES = [
    {"title": "models.dev", "path": "https://github.com/anomalyco/models.dev"},
    {"title": "LiteLLM price map, as kept by tokencost", "path": "https://github.com/AgentOps-AI/tokencost"},
    {"title": "genai-prices", "path": "https://github.com/pydantic/genai-prices"},
    {"title": "llm-prices", "path": "https://github.com/simonw/llm-prices"},
    {"title": "Epoch AI", "path": "https://epoch.ai/data"},
    {
        "title": "Epoch AI, LLM benchmark efficiency",
        "path": "https://github.com/epoch-research/llm-benchmark-efficiency",
    },
    {"title": "Gundlach et al.", "path": "https://github.com/hansgundlach/Algorithmic_Progress_Inference"},
    {"title": "Artificial Analysis, public leaderboard archive", "path": "https://artificialanalysis.ai"},
    {"title": "Aider leaderboards", "path": "https://github.com/Aider-AI/aider"},
    {"title": "LLMStats", "path": "https://github.com/JonathanChavezTamales/llm-leaderboard"},
    {"title": "MLPerf results", "path": "https://github.com/mlcommons/cm4mlperf-results"},
    {"title": "MLPerf inference v6.0", "path": "https://github.com/mlcommons/inference_results_v6.0"},
    {"title": "InferenceX", "path": "https://github.com/SemiAnalysisAI/InferenceX"},
    {"title": "GPU price index", "path": "https://github.com/henryzhangpku/gpu-price-index"},
    {"title": "NanoGPT speedrun", "path": "https://github.com/KellerJordan/modded-nanogpt"},
    {"title": "Our World in Data, data sets", "path": "https://github.com/owid/owid-datasets"},
]
LICENSES = [
    {"name": "MIT", "title": "MIT: models.dev, LiteLLM, genai-prices"},
    {"name": "CC-BY-4.0", "title": "Creative Commons Attribution: Epoch AI, LLMStats"},
    {"name": "Apache-2.0", "title": "Apache 2.0: Aider, MLPerf results"},
    {
        "name": "other-artificial-analysis",
        "title": "Artificial Analysis asks for attribution, and for consent before its data are passed on; facts only "
        "(the public archive's MIT covers the archive's own work)",
    },
    {"name": "other-facts", "title": "Not stated by the others; only facts (dates, prices, scores) are taken"},
]


def stamp_version(folder: Path, newest: str) -> None:
    """Write the version of the data into `datapackage.json`: `data-YYYY.MM.DD`, of the newest day that a list in the store is of.

    Hashes stay as they are on record. The caller holds the data lock.
    """
    path = folder / DATAPACKAGE
    descriptor = json.loads(path.read_bytes())
    version = f"data-{newest.replace('-', '.')}"
    if descriptor.get("version") != version:
        write_json(path, {**descriptor, "version": version})


def write_datapackage(folder: Path) -> None:
    """Write `datapackage.json` with the present size and SHA-256 of every raw table in their folder.

    Its version is stamped when the next list is taken in.

    Raises
    ------
    InputError
        A raw table is missing, or the folder cannot be written to.
    """
    descriptor = {
        "profile": "tabular-data-package",
        "name": "costfloor-raw",
        "title": "Dated facts about prices, performance and cost of AI inference",
        "homepage": "SOURCES.md",
        "sources": SOURCES,
        "licenses": LICENSES,
        "resources": [_resource(folder / f"{name}.csv", schema) for name, schema in RAW_SCHEMAS.items()],
    }
    write_json(folder / DATAPACKAGE, descriptor)


def _resource(path: Path, schema: pa.DataFrameSchema) -> dict[str, Any]:
    if not path.is_file():
        raise InputError("raw table is missing", file=path)
    metadata = schema.metadata or {}
    fields = {"fields": [_field(name, column) for name, column in schema.columns.items()], "missingValues": [""]}
    key, references = metadata["key"], metadata.get("references", {})
    # A primary key may not hold missing values in the Frictionless profile; `variant` in aliases does.
    if key and not any(schema.columns[name].nullable for name in key):
        fields["primaryKey"] = key
    if references:
        fields["foreignKeys"] = [
            {"fields": column, "reference": {"resource": resource, "fields": column}}
            for column, resource in references.items()
        ]
    return {
        "name": path.stem.replace("_", "-"),
        "path": path.name,
        "profile": "tabular-data-resource",
        "title": schema.title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_file(path)}",
        "evidenceField": metadata["evidence"],
        "schema": fields,
    }


def _field(name: str, column: pa.Column) -> dict[str, Any]:
    metadata = column.metadata or {}
    field: dict[str, Any] = {"name": name, "type": metadata["kind"], "description": column.description}
    if metadata["unit"]:
        field["unit"] = metadata["unit"]
    if metadata["kind"] == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    constraints: dict[str, Any] = {"required": not column.nullable} | ({"unique": True} if column.unique else {})
    for check in column.checks:
        match check.name:
            case "isin":
                constraints["enum"] = list(check.statistics["allowed_values"])
            case "greater_than_or_equal_to":
                constraints["minimum"] = check.statistics["min_value"]
            case "less_than_or_equal_to":
                constraints["maximum"] = check.statistics["max_value"]
    return field | {"constraints": constraints}
