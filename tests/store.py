"""A small data folder that builds in a second, and price lists to bring into it."""

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from costfloor.build import BuiltPanel, stored_build
from costfloor.data.package import write_datapackage
from costfloor.data.store import Store, open_store
from costfloor.places import Places

PROJECT_DATA = Path(__file__).parents[1] / "data"
MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini", "claude-3-5-haiku-20241022")


def copy_compiled(folder: Path) -> Path:
    """A data folder with the project's raw tables and none of the lists that came in later; gives its `raw`."""
    return Path(shutil.copytree(PROJECT_DATA / "raw", folder / "raw", ignore=shutil.ignore_patterns("vintages")))


def small_store(folder: Path, *sources: str) -> Path:
    """`copy_compiled` with the quotes of these sources, by default the curated ones: the others start a history of their own."""
    copy_compiled(folder)
    path = folder / "raw" / "quotes.csv"
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    cells[cells["source"].isin(sources or ("curated",))].to_csv(path, index=False)
    write_datapackage(folder / "raw")
    return folder


def opened(data: Path) -> Store:
    """The raw data of a folder as they are now."""
    return open_store(Places(data, data / "reports"))


@cache
def project_store() -> Store:
    """The project's own raw data."""
    return opened(PROJECT_DATA)


@cache
def compiled_store() -> Store:
    """The project's raw tables without the lists that came in later: what a test sees of them is the same next month."""
    return replace(project_store(), vintages=())


def stored(data: Path, as_of: pd.Timestamp | None = None) -> BuiltPanel:
    """The last build in a data folder."""
    return stored_build(opened(data), as_of)


def bare_store(folder: Path) -> Store:
    """A store without any table; what people wrote into it is there."""
    (folder / "raw").mkdir(exist_ok=True)
    (folder / "raw" / "datapackage.json").write_text('{"resources": []}', encoding="utf-8")
    return opened(folder)


def catalogue(month: int, models: int = 5) -> dict[str, Any]:
    """What models.dev might list in the nth month: prices fall, a model leaves every fourth month and comes back, tiers stay."""
    listed = {}
    for number, name in enumerate(MODELS[:models]):
        if (month + number) % 4 == 3:
            continue
        price = round(2.0 / (1 + number) * 0.9 ** ((month + number) // 3), 4)
        listed[name] = {"id": name, "name": name, "cost": {"input": price, "output": 4 * price}}
    hosts = {host: {"id": host, "name": host, "models": listed} for host in ("openai", "groq")}
    return hosts if month % 5 else {"openai": hosts["openai"]}


def write_catalogue(folder: Path, month: int) -> tuple[Path, str]:
    """The list of a month as a file, and the day it was observed on."""
    day = pd.Timestamp("2025-03-31") + pd.offsets.MonthEnd(month)
    path = folder / f"api-{month:02d}.json"
    path.write_text(json.dumps(catalogue(month)), encoding="utf-8")
    return path, str(day.date())
