"""The studies that `costfloor calibrate` runs: the one list of their names, and what is said of one that was not run, is old or failed.

Cheap to import: what a study computes, and what it imports for that, is loaded when it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from costfloor.typeset.blocks import Block, text
from costfloor.typeset.phrases import listing

if TYPE_CHECKING:
    from costfloor.studies.context import HeavyStudy
    from costfloor.studies.stored import Stored

PANEL: Final = "panel"
RAW: Final = "raw"


@dataclass(frozen=True)
class Entry:
    """A study by name.

    Attributes
    ----------
    title
        In a few words, for help and progress.
    name
        Of its folder, whose `study.STUDY` says how it runs, and the type of its result.
    missing
        What has not been done while it was not run: the beginning of a sentence.
    inputs
        What it reads: `PANEL` for the rows that the laws see, `RAW` for anything in the raw store, or a table in it by its name.
    """

    title: str
    name: str
    missing: str
    inputs: tuple[str, ...] = ()

    def load(self) -> "HeavyStudy[Any]":
        """The study itself, with all that it imports."""
        study: HeavyStudy[Any] = import_module(f"costfloor.studies.{self.name}.study").STUDY
        return study

    @property
    def not_run(self) -> str:
        """What a report says in place of a study that was not run."""
        return f"{self.missing}: make calibrate does it."


STUDIES: Final[Mapping[str, Entry]] = {
    "forecasts": Entry(
        "forecasts of every law from a dozen dates", "forecasts",
        "The forecasts from many dates have not been run",
        (PANEL,),
    ),
    "recent_forecasts": Entry(
        "the same from dates of the last 16 months", "recent_forecasts",
        "The forecasts from dates of the last 16 months have not been run",
        (PANEL,),
    ),
    "sbc": Entry(
        "simulation-based calibration of every law", "sbc",
        "Simulation-based calibration has not been run",
    ),
    "operating": Entry(
        "how often questions and verdict are answered rightly", "operating",
        "How often the rules answer rightly at today's design has not been simulated",
        (PANEL,),
    ),
    "waiting": Entry(
        "how many more months of prices the questions ask for", "waiting",
        "How many more months of prices the questions ask for has not been simulated",
        (PANEL,),
    ),
    "technologies": Entry(
        "the laws on technologies of known fate", "technologies",
        "The laws have not been fitted to technologies of known fate",
        ("context_technology_costs",),
    ),
    "reference_class": Entry(
        "the laws under the reference class of other technologies", "reference_class",
        "The laws have not been fitted under the reference class",
        (PANEL, "context_technology_costs"),
    ),
    "hindcast": Entry(
        "what would have been concluded at past half-year ends", "hindcast",
        "The past half-year ends have not been gone through",
        (PANEL, RAW),
    ),
    "influence": Entry(
        "which ten models and prices decide the verdict", "influence",
        "The influence of single models and prices has not been worked out",
        (PANEL,),
    ),
    "measures": Entry(
        "the verdict by other measures and on parts of the panel", "measures",
        "The verdict by other measures has not been worked out",
        (PANEL, RAW),
    ),
    "heldout": Entry(
        "targeted checks on months that the fits have not seen", "heldout",
        "The checks on months that the fits had not seen have not been run",
        (PANEL,),
    ),
    "power": Entry(
        "how often checks and the first question tell what is true", "power",
        "How often the checks and the first question tell what is true has not been simulated",
        (PANEL,),
    ),
    "evidence": Entry(
        "evidence of every law on a small panel", "evidence",
        "The evidence by sequential Monte Carlo has not been run",
        (PANEL,),
    ),
    "graphs": Entry(
        "price of a parameter and parameters needed", "graphs",
        "The decline has not been split into the price of a parameter and the parameters needed",
        (PANEL, RAW),
    ),
    "graphs_recovery": Entry(
        "whether the split by parameters finds what is there", "graphs_recovery",
        "Whether the split by parameters finds what is there has not been simulated",
        (PANEL, RAW),
    ),
    "domains": Entry(
        "training against inference: gains at a fixed task", "domains",
        "Gains in training and in inference have not been compared",
        (
            "context_training_records", "context_mlperf_training", "context_mlperf_inference",
            "context_hardware", "context_gpu_rental", "context_gpu_purchase_price",
        ),
    ),
    "witnesses": Entry(
        "witnesses of a fixed graph, by year", "witnesses",
        "The witnesses of a fixed graph have not been heard",
        (PANEL, RAW),
    ),
}  # fmt: skip
"""In the order in which they run."""


def part[R](name: str, stored: "Stored[R] | None", body: Callable[[R, str], list[Block]]) -> list[Block]:
    """What a study says in the report, or the sentence that it was not run.

    Parameters
    ----------
    name
        Of the study.
    stored
        As it was read, or None.
    body
        `(result, notice) -> blocks`; the notice says what the result is older than, and is empty when that is nothing.
    """
    return [text(STUDIES[name].not_run)] if stored is None else body(stored.result, outdated(stored.stale))


def outdated(stale: Sequence[str]) -> str:
    """That a study is out of date, and in what; empty when it is not."""
    if not stale:
        return ""
    return f"OUT OF DATE: since this was computed, {listing(list(stale))} changed; make calibrate computes it anew."


def failed_gates(failed: Sequence[str]) -> str:
    """Which fits of a study missed a gate, named; empty when none did."""
    return f"FAILED gates: {listing(list(failed))}; what they say is not to be relied on." if failed else ""
