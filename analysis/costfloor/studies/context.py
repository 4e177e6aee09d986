"""What every heavy study is given: where it reads, writes and computes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from costfloor.fit.request import FitSettings

Progress = Callable[[str], None]


def study_settings(seed: int) -> FitSettings:
    """How fits are sampled that a study does not shorten: for longer than those of a report, as a study runs once."""
    return FitSettings(draws=2000, tune=1000, target_accepts=(0.95, 0.99, 0.995), seed=seed)


@dataclass(frozen=True)
class Context:
    """Where a study reads and computes, and how.

    Attributes
    ----------
    data_dir
        The data folder.
    settings
        How fits are sampled that are not shortened: see `study_settings`.
    progress, workers, scheduler
        As in `costfloor.runs.jobs.run_jobs`.
    """

    data_dir: Path
    settings: FitSettings
    progress: Progress
    workers: int | None = None
    scheduler: str | None = None

    def work(self, name: str) -> Path:
        """Folder of the finished jobs of a study."""
        return self.data_dir / "processed" / "calibration" / name
