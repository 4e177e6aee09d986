"""What every heavy study is given: where it reads, writes and computes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

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


class Result(Protocol):
    """What a study finds: a frozen dataclass whose fields, and theirs, are plain data or such dataclasses."""

    @property
    def passed(self) -> bool:
        """Whether every fit and check that it rests on passed."""
        ...


@dataclass(frozen=True)
class HeavyStudy[R: Result]:
    """A study that `costfloor calibrate` runs.

    Attributes
    ----------
    result
        Type of what it finds.
    request
        `(data_dir, settings) -> what determines it today`, plain data by part: data, code, settings.
    run
        `context -> result`.
    """

    result: type[R]
    request: Callable[[Path, FitSettings], dict[str, Any]]
    run: Callable[[Context], R]
