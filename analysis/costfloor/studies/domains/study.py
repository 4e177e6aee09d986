"""Training against inference: the model of gains on all series, and on other ways to build them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from costfloor.keys import result_key
from costfloor.records import typed
from costfloor.runs.jobs import Job
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.domains.gains import TABLES, Rules, gain_series
from costfloor.studies.domains.hardware import Trend, hardware_trends
from costfloor.studies.domains.result import DomainFit, Sensitivity, described, study_series

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


@dataclass(frozen=True)
class DomainStudy:
    """The fit behind the answer, what is kept of it and of others by the way in which series were built, and trends of hardware."""

    base: DomainFit
    variants: dict[str, Sensitivity]
    hardware: tuple[Trend, ...]

    @property
    def passed(self) -> bool:
        """Whether every fit passed its gates."""
        return self.base.passed and all(variant.passed for variant in self.variants.values())


def run(context: Context) -> DomainStudy:
    """Compute the study: see `costfloor.studies.registry`."""
    series = {name: gain_series(context.built.store, rules) for name, rules in VARIANTS.items()}
    jobs = [
        Job(name, {"series": lines, "settings": context.settings, "whole": name == BASE})
        for name, lines in series.items()
    ]
    data = {table: context.built.store.hashes[f"{table}.csv"] for table in TABLES}
    key = result_key("domains", study_series.__module__, data=data, settings=asdict(context.settings))
    results = context.run("domains", study_series, jobs, key)
    base = typed(DomainFit, results.pop(BASE))
    variants = {name: typed(Sensitivity, plain) for name, plain in results.items()}
    return DomainStudy(base, {BASE: described(base)} | variants, hardware_trends(context.built.store, series[BASE]))


STUDY: Final = HeavyStudy(DomainStudy, run)
