"""Training against inference: the model of gains on all series, and on other ways to build them."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from analysis.calibration.context import Context, HeavyStudy
from analysis.data.raw import recorded_hashes
from analysis.fanout import Job, run_jobs
from analysis.inference.fit import FitSettings
from analysis.mechanisms.domains import described, study_series
from analysis.mechanisms.gains_data import TABLES, Rules, gain_series
from analysis.mechanisms.hardware import TABLES as OF_HARDWARE
from analysis.mechanisms.hardware import hardware_trends
from analysis.storage import code_version

OF_FITS: Final = ("sampling.py", *(f"mechanisms/{name}.py" for name in ("gains_data", "domains_model", "domains")))
CODE: Final = (*OF_FITS, "mechanisms/hardware.py", "calibration/domains.py")

BASE: Final = "base"
VARIANTS: Final[Mapping[str, Rules]] = {
    BASE: Rules(),
    "without_speedrun": Rules(speedrun=False),
    "without_bulk_port": Rules(bulk_port=False),
    "threshold_0.2": Rules(threshold=0.002),
    "threshold_1": Rules(threshold=0.01),
    "one_submitter": Rules(submitters="one"),
    "best_of_all": Rules(submitters="all"),
    "repeats_flat": Rules(repeats_flat=True),
    "rounds_shifted": Rules(shift_months=1.0),
    "new_accelerators": Rules(new_accelerators=True),
    "one_per_benchmark": Rules(one_per_benchmark=True),
}
"""Ways to build the series, the report's first."""


def _request(data_dir: Path, settings: FitSettings) -> dict[str, Any]:
    return _determined(data_dir, settings, CODE, (*TABLES, *OF_HARDWARE))


def _determined(
    data_dir: Path, settings: FitSettings, code: tuple[str, ...], tables: tuple[str, ...]
) -> dict[str, Any]:
    hashes = recorded_hashes(data_dir)
    return {
        "data": {table: hashes[f"{table}.csv"] for table in tables},
        "code": code_version(*code),
        "settings": asdict(settings),
    }


def _run(context: Context) -> dict[str, Any]:
    series = {name: gain_series(context.data_dir, rules) for name, rules in VARIANTS.items()}
    jobs = [
        Job(name, {"series": own, "settings": context.settings, "whole": name == BASE}) for name, own in series.items()
    ]
    found = run_jobs(
        study_series, jobs, context.work("domains"),
        request=_determined(context.data_dir, context.settings, OF_FITS, TABLES),
        workers=context.workers, scheduler=context.scheduler, progress=context.progress,
    )  # fmt: skip
    base = found.pop(BASE)
    return {
        "base": base,
        "variants": {BASE: described(base), **found},
        "hardware": [asdict(one) for one in hardware_trends(context.data_dir, series[BASE])],
    }


STUDY: Final = HeavyStudy("training against inference: gains at a fixed task", _request, _run)
