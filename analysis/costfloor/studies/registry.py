"""The heavy studies behind the report, by name: run one, or read what was stored. `costfloor calibrate`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from costfloor.built import load_build
from costfloor.data.manifest import raw_vintage, recorded_hashes
from costfloor.fit.request import FitSettings
from costfloor.keys import Key, result_key
from costfloor.studies.context import Context, study_settings
from costfloor.studies.stored import Stored, read_study, write_study

FOLDER: Final = "calibration"
"""Below the folder of reports, in git: a fresh clone shows them without hours of computing."""

PANEL: Final = "panel"
RAW: Final = "raw"


@dataclass(frozen=True)
class HeavyStudy:
    """A study that `costfloor calibrate` runs: `run(context)` of `costfloor.studies.NAME.study`.

    Attributes
    ----------
    title
        In a few words, for help and progress.
    inputs
        What it reads: `panel` for the rows that the laws see, `raw` for anything in the raw store, or a table in it by its name.
    """

    title: str
    inputs: tuple[str, ...] = ()


STUDIES: Final[Mapping[str, HeavyStudy]] = {
    "forecasts": HeavyStudy("forecasts of every law from a dozen dates", (PANEL,)),
    "sbc": HeavyStudy("simulation-based calibration of every law"),
    "sbc_fresh": HeavyStudy("calibration once more, of what was outside, on new truths"),
    "operating": HeavyStudy("error rates of the verdict", (PANEL,)),
    "technologies": HeavyStudy("the laws on technologies of known fate", ("context_technology_costs",)),
    "reference_class": HeavyStudy(
        "the laws under the reference class of other technologies", (PANEL, "context_technology_costs")
    ),
    "hindcast": HeavyStudy("what would have been concluded at past half-year ends", (PANEL, RAW)),
    "influence": HeavyStudy("which ten models and prices decide the verdict", (PANEL,)),
    "measures": HeavyStudy("the verdict by other measures and on parts of the panel", (PANEL, RAW)),
    "heldout": HeavyStudy("targeted checks on months that the fits have not seen", (PANEL,)),
    "evidence": HeavyStudy("evidence of every law on a small panel", (PANEL,)),
    "channels": HeavyStudy("fixed graph against changed graph", (PANEL, RAW)),
    "domains": HeavyStudy(
        "training against inference: gains at a fixed task",
        (
            "context_training_records", "context_mlperf_training", "context_mlperf_inference",
            "context_hardware", "context_gpu_rental", "context_gpu_purchase_price",
        ),
    ),
}  # fmt: skip
"""In the order in which `costfloor calibrate` runs them."""


def study_keys(data_dir: Path, settings: FitSettings) -> dict[str, Key]:
    """What every study rests on today, by name. The panel is built."""
    tables = {name.removesuffix(".csv"): digest for name, digest in recorded_hashes(data_dir).items()}
    inputs = {**tables, PANEL: load_build(data_dir).source, RAW: raw_vintage(data_dir)}
    return {
        name: result_key(
            name,
            f"costfloor.studies.{name}.study",
            data={part: inputs[part] for part in study.inputs},
            settings=asdict(settings),
        )
        for name, study in STUDIES.items()
    }


def run_study(name: str, context: Context, reports_dir: Path) -> dict[str, Any]:
    """Run one study, write it to the folder of reports, and return its result as plain data."""
    # Before it runs: it computes with the code and the data of now, whatever becomes of them within the hour.
    key = study_keys(context.data_dir, context.settings)[name]
    run: Callable[[Context], dict[str, Any]] = import_module(f"costfloor.studies.{name}.study").run
    started = time.perf_counter()
    result = run(context)
    write_study(reports_dir / FOLDER, key, time.perf_counter() - started, result)
    return result


def stored_studies(data_dir: Path, reports_dir: Path, seed: int) -> dict[str, Stored]:
    """The studies that were run, each with what has changed since; `seed` as they would run with it today."""
    keys = study_keys(data_dir, study_settings(seed))
    found = {name: read_study(reports_dir / FOLDER, name, key) for name, key in keys.items()}
    return {name: stored for name, stored in found.items() if stored is not None}


def recorded_studies(reports_dir: Path) -> dict[str, Stored]:
    """The studies that were run, compared with nothing: for a reader who has built no panel."""
    found = {name: read_study(reports_dir / FOLDER, name, None) for name in STUDIES}
    return {name: stored for name, stored in found.items() if stored is not None}
