"""A small data folder that builds in a second, and price lists to bring into it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.package import write_datapackage

PROJECT_DATA = Path(__file__).parents[1] / "data"
MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini", "claude-3-5-haiku-20241022")


def small_store(folder: Path) -> Path:
    """The project's raw tables with the curated quotes and a few of models.dev only."""
    shutil.copytree(
        PROJECT_DATA / "raw", folder / "raw", ignore=shutil.ignore_patterns("context_*", "benchmark_costs*")
    )
    for path in (PROJECT_DATA / "raw").glob("context_*.csv"):
        (folder / "raw" / path.name).write_bytes(path.read_bytes())
    shutil.copy(PROJECT_DATA / "raw" / "benchmark_costs.csv", folder / "raw")
    path = folder / "raw" / "quotes.csv"
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    few = cells["source"].eq("curated") | (cells["source"].eq("models_dev") & cells["provider"].eq("openai"))
    cells[few].to_csv(path, index=False)
    write_datapackage(folder)
    return folder


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
    day = pd.Timestamp("2026-01-31") + pd.offsets.MonthEnd(month)
    path = folder / f"api-{month:02d}.json"
    path.write_text(json.dumps(catalogue(month)), encoding="utf-8")
    return path, str(day.date())


def command(data: Path, *arguments: object) -> list[str]:
    """The program as a child process would be called."""
    return [
        sys.executable,
        "-m",
        "analysis",
        "--data",
        str(data),
        "--quiet",
        *(str(argument) for argument in arguments),
    ]


def kill_after(seconds: float, arguments: list[str]) -> bool:
    """Start a process and kill it without warning; True when it was still running."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    time.sleep(seconds)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return running
