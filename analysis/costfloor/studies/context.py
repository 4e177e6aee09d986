"""What every heavy study is given: where it reads, writes and computes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from costfloor.sampling.policy import Sampling

Progress = Callable[[str], None]


def study_settings(seed: int) -> Sampling:
    """How fits are sampled that a study does not shorten: for longer than those of a report, as a study runs once."""
    return Sampling(draws=2000, tune=1000, target_accepts=(0.95, 0.99, 0.995), seed=seed)


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
    settings: Sampling
    progress: Progress
    workers: int | None = None
    scheduler: str | None = None

    def work(self, name: str) -> Path:
        """Folder of the finished jobs of a study."""
        return self.data_dir / "processed" / "calibration" / name


@dataclass(frozen=True)
class HeavyStudy:
    """A study that `costfloor calibrate` runs.

    Attributes
    ----------
    title
        In a few words, for help and progress.
    request
        `(data_dir, settings) -> what determines it today`, plain data by part: data, code, settings.
    run
        `context -> result`, plain data.
    """

    title: str
    request: Callable[[Path, Sampling], dict[str, Any]]
    run: Callable[[Context], dict[str, Any]]
