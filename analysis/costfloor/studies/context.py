"""What every heavy study is given: where it reads, writes and computes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from costfloor.keys import Key
from costfloor.places import Places
from costfloor.runs.jobs import Job, run_jobs
from costfloor.sampling.policy import Sampling

if TYPE_CHECKING:
    from costfloor.build import BuiltPanel

Progress = Callable[[str], None]


def study_settings(seed: int) -> Sampling:
    """How fits are sampled that a study does not shorten: for longer than those of a report, as a study runs once."""
    return Sampling(draws=2000, tune=1000, target_accepts=(0.95, 0.99, 0.995), seed=seed)


@dataclass(frozen=True)
class Context:
    """Where a study reads and computes, and how.

    Attributes
    ----------
    built
        The panel of today, with the raw data it is made of and the places where results go.
    settings
        How fits are sampled that are not shortened: see `study_settings`.
    progress, workers, scheduler
        As in `costfloor.runs.jobs.run_jobs`.
    """

    built: "BuiltPanel"
    settings: Sampling
    progress: Progress
    workers: int | None = None
    scheduler: str | None = None

    @property
    def places(self) -> Places:
        """Where results go."""
        return self.built.store.places

    def work(self, name: str) -> Path:
        """Folder of the finished jobs of a study."""
        return self.places.jobs(name)

    def run(self, name: str, function: Callable[..., dict[str, Any]], jobs: Sequence[Job], key: Key) -> dict[str, Any]:
        """Results of the jobs of a study, by their keys; arguments as of `costfloor.runs.jobs.run_jobs`."""
        return run_jobs(
            function, jobs, self.work(name), key=key,
            workers=self.workers, scheduler=self.scheduler, progress=self.progress,
        )  # fmt: skip


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
    run
        `context -> result`.
    """

    result: type[R]
    run: Callable[[Context], R]
