"""Hundreds of independent jobs over processes or machines with Dask; each result is on disk as soon as it is there.

Knows nothing of what a job computes.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from costfloor.compiler_cache import prepare_compilers
from costfloor.errors import FanoutError, IntegrityError
from costfloor.keys import Key, fingerprint
from costfloor.records import read_record, write_record
from costfloor.storage import data_lock
from costfloor.wording import duration

PROGRESS_SECONDS: Final = 5.0
_NAMED: Final = 10

_KEY = re.compile(r"\w[\w.=+-]{0,199}", re.ASCII)
Result = dict[str, Any]
Ended = tuple[str, Any] | None
"""Key of a job and its result, or the exception it raised; None when nothing ended within a tick."""


@dataclass(frozen=True)
class Job:
    """One call of a function.

    Parameters
    ----------
    key
        Names the job and the file of its result: a letter or digit, then letters, digits and ``_.=+-``, at most 200 in all.
    arguments
        Keyword arguments: plain data, arrays or dataclasses that can be pickled. A few MB at most; what is larger belongs into a file.

    Raises
    ------
    ValueError
        The key cannot be the name of a file.
    """

    key: str
    arguments: dict[str, Any]

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"{self.key!r} cannot be the name of a file")


def run_jobs(
    function: Callable[..., Result],
    jobs: Sequence[Job],
    directory: Path,
    *,
    key: Key,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[str], None],
) -> dict[str, Result]:
    """Call a function once per job, many at a time, and keep each result.

    A result is stored as ``directory/KEY.json`` when it arrives, with a fingerprint of `key` and of its job, and its own hash. A run
    that was interrupted goes on where it stopped: results with the same fingerprint are read, all others are computed. A file that is
    not as it was written counts as missing, is replaced, and one line says how many there were.

    Each local worker is one process with one thread, and has a folder of its own for what PyTensor and Numba compile, in the cache of this
    user. It begins with what this process has compiled and stays, so that the next run compiles nothing. The workers of a cluster
    elsewhere must be started with such settings, and with this package installed. A worker that dies (out of
    memory, say) is replaced, and its job runs again, up to four times. A job that raises an exception does not run again.

    Parameters
    ----------
    function
        Defined at the top of a module. Gives a dict of plain JSON data; the same arguments must give the same data.
    jobs
        What to compute; keys are distinct.
    directory
        Where results are kept. One run at a time computes in it.
    key
        What determines the results, together with the names of the jobs. The arguments are not looked at.
    workers
        Local processes; by default one per core. 0 calls the function in this process, one job after the other, for tests and debugging.
    scheduler
        Address of a Dask scheduler, as ``tcp://host:8786``, to use instead. Waits while it has no workers. It can run any code here.
    progress
        Called with one line every few seconds and at the end. What it raises ends the run.

    Returns
    -------
    dict
        Results by key in the order of `jobs`, as JSON gives them back (lists for tuples), whether computed or read.

    Raises
    ------
    FanoutError
        Jobs failed: raised after all others are stored, caused by the first failure. Or workers or scheduler are lost.
    LockedError
        Another run computes in the same directory.
    ValueError
        Two jobs have the same key.
    """
    known = {job.key: [fingerprint([digest, job.key]) for digest in key.digests] for job in jobs}
    if len(known) < len(jobs):
        raise ValueError("two jobs have the same key")
    results, damaged = _read(directory, known)
    if damaged:
        progress(f"warning: {damaged} results in {directory} are not as they were written and are computed again")
    missing = [job for job in jobs if job.key not in results]
    tally = _Tally(total=len(jobs), read=len(results))
    failed: dict[str, Exception] = {}
    with ExitStack() as stack:
        for ended in _all_ended(stack, function, missing, directory, workers, scheduler, progress):
            if ended is not None:
                name, outcome = ended
                try:
                    results[name] = _plain(outcome)
                except Exception as error:
                    failed[name] = error
                else:
                    write_record(directory / f"{name}.json", {"fingerprint": known[name][0], "result": results[name]})
            if line := tally.due(computed=len(results) - tally.read, failed=len(failed)):
                progress(line)
    progress(tally.line(computed=len(results) - tally.read, failed=len(failed)))
    if failed:
        raise _failure({job.key: failed[job.key] for job in jobs if job.key in failed}, len(jobs))
    return {job.key: results[job.key] for job in jobs}


@dataclass
class _Tally:
    """Counts of a run, and when they were last told."""

    total: int
    read: int

    def __post_init__(self) -> None:
        self.started = self.told = time.monotonic()

    def due(self, computed: int, failed: int) -> str | None:
        """The line, when the last is some seconds ago."""
        if time.monotonic() - self.told < PROGRESS_SECONDS:
            return None
        self.told = time.monotonic()
        return self.line(computed, failed)

    def line(self, computed: int, failed: int) -> str:
        parts = [f"{self.read + computed} of {self.total} done"]
        if self.read:
            parts.append(f"{self.read} read from an earlier run")
        if failed:
            parts.append(f"{failed} failed")
        left = self.total - self.read - computed - failed
        if left and computed:
            parts.append(f"about {duration((time.monotonic() - self.started) / computed * left)} left")
        return ", ".join(parts)


def _read(directory: Path, known: dict[str, list[str]]) -> tuple[dict[str, Result], int]:
    """The results that are there with one of their fingerprints, by name, and the number of those that were damaged."""
    results, damaged = {}, 0
    for name, fingerprints in known.items():
        try:
            stored = read_record(directory / f"{name}.json", remedy="It is computed again")
        except IntegrityError:
            damaged += 1
            continue
        if stored is not None and stored.get("fingerprint") in fingerprints:
            results[name] = stored["result"]
    return results, damaged


def _plain(outcome: Any) -> Result:
    """The result as it would be read from its file; raises what the job raised."""
    if isinstance(outcome, Exception):
        raise outcome
    if not isinstance(outcome, dict):
        raise TypeError(f"gave {type(outcome).__name__} instead of a dict")
    plain: Result = json.loads(json.dumps(outcome, sort_keys=True, allow_nan=False))
    return plain


def _failure(failed: dict[str, Exception], total: int) -> FanoutError:
    messages = {key: f"{type(error).__name__}: {error}" for key, error in failed.items()}
    names = list(failed)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    error = FanoutError(
        f"{len(names)} of {total} jobs failed: {', '.join(names[:_NAMED])}{more}. {names[0]} says: {messages[names[0]]}. "
        "The others are stored and will not run again",
        failed=messages,
    )
    error.__cause__ = failed[names[0]]
    return error


def _all_ended(
    stack: ExitStack,
    function: Callable[..., Result],
    jobs: Sequence[Job],
    directory: Path,
    workers: int | None,
    scheduler: str | None,
    progress: Callable[[str], None],
) -> Iterator[Ended]:
    """Run the jobs; what must be closed after them goes onto the stack."""
    if not jobs:
        return
    stack.enter_context(data_lock(directory))
    if scheduler is None and workers == 0:
        yield from _here(function, jobs)
        return
    prepare_compilers()
    from costfloor.runs.workers import elsewhere, fanned, local_cluster  # noqa: PLC0415  stored results should not wait for Dask

    count = min(workers or os.cpu_count() or 1, len(jobs))
    client, room = stack.enter_context(
        elsewhere(scheduler, progress) if scheduler is not None else local_cluster(count)
    )
    yield from fanned(client, room, {job.key: partial(_call, function, job) for job in jobs})


def _here(function: Callable[..., Result], jobs: Sequence[Job]) -> Iterator[Ended]:
    for job in jobs:
        try:
            yield job.key, _call(function, job)
        except Exception as error:
            yield job.key, error


def _call(function: Callable[..., Result], job: Job) -> Result:
    """Keeps the arguments out of Dask's sight, which would search them for tasks and take some names for its own."""
    return function(**job.arguments)
