"""Training against inference: the model of gains on all series, and on other ways to build them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from costfloor.data.manifest import recorded_hashes
from costfloor.keys import result_key
from costfloor.runs.jobs import Job, run_jobs
from costfloor.studies.context import Context
from costfloor.studies.domains.gains import TABLES, Rules, gain_series
from costfloor.studies.domains.hardware import hardware_trends
from costfloor.studies.domains.result import described, study_series

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


def run(context: Context) -> dict[str, Any]:
    """Compute the study: see `costfloor.studies.registry`."""
    series = {name: gain_series(context.data_dir, rules) for name, rules in VARIANTS.items()}
    jobs = [
        Job(name, {"series": own, "settings": context.settings, "whole": name == BASE}) for name, own in series.items()
    ]
    recorded = recorded_hashes(context.data_dir)
    data = {table: recorded[f"{table}.csv"] for table in TABLES}
    found = run_jobs(
        study_series, jobs, context.work("domains"),
        key=result_key("domains", study_series.__module__, data=data, settings=asdict(context.settings)),
        workers=context.workers, scheduler=context.scheduler, progress=context.progress,
    )  # fmt: skip
    base = found.pop(BASE)
    return {
        "base": base,
        "variants": {BASE: described(base), **found},
        "hardware": [asdict(one) for one in hardware_trends(context.data_dir, series[BASE])],
    }
