"""Many jobs, each computed once, whatever happens to the run."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
import numpy as np
import psutil
import pytest
from distributed import LocalCluster

from analysis import dask_workers, fanout
from analysis.errors import FanoutError, LockedError
from analysis.fanout import Job, run_jobs
from analysis.storage import data_lock, write_atomic

REQUEST = {"code": "1", "draws": 100}


@dataclass(frozen=True)
class Table:
    values: np.ndarray
    scale: float


def silent(_: str) -> None:
    """Discard a line."""


def marked(folder: str, number: int) -> dict[str, Any]:
    """Leave one file per call."""
    (Path(folder) / f"{number}-{time.monotonic_ns()}").touch()
    return {"square": number**2, "pair": (number, str(number))}


def marked_or_raise(folder: str, number: int, bad: tuple[int, ...]) -> dict[str, Any]:
    if number in bad:
        raise RuntimeError(f"number {number} is bad")
    return marked(folder, number)


def marked_slowly(folder: str, number: int) -> dict[str, Any]:
    time.sleep(0.1)
    return marked(folder, number)


def killed_once(folder: str, number: int) -> dict[str, Any]:
    marker = Path(folder) / str(number)
    if number == 1 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"number": number}


def killed_always(number: int) -> dict[str, Any]:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"number": number}


def nanny_killed(number: int) -> dict[str, Any]:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(30)
    return {"number": number}


def scheduler_killed(number: int, process: int) -> dict[str, Any]:
    if number == 2:
        os.kill(process, signal.SIGKILL)
        time.sleep(30)
    return {"number": number}


def hanging(file: str) -> dict[str, Any]:
    write_atomic(Path(file), str(os.getpid()).encode())
    time.sleep(600)
    return {}


def place(seconds: float) -> dict[str, Any]:
    """Where this process keeps what it compiles."""
    import pytensor  # noqa: PLC0415  what a worker's variables are for is read when it is imported

    time.sleep(seconds)
    return {
        "pid": os.getpid(),
        "pytensor": str(Path(pytensor.config.compiledir).parent),
        "numba": os.environ["NUMBA_CACHE_DIR"],
        "threads": os.environ["OMP_NUM_THREADS"],
    }


def total(key: str, workers: int, table: Table) -> dict[str, Any]:
    """Arguments with names that Dask uses itself."""
    return {key: float(table.values.sum() * table.scale), "workers": workers}


def given(value: Any) -> Any:
    return value


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def jobs(folder: Path, count: int = 4) -> list[Job]:
    folder.mkdir(exist_ok=True)
    return [Job(f"job-{number}", {"folder": str(folder), "number": number}) for number in reversed(range(count))]


def calls(folder: Path) -> int:
    return len(list(folder.iterdir()))


def expected(count: int = 4) -> dict[str, Any]:
    return {f"job-{n}": {"pair": [n, str(n)], "square": n**2} for n in reversed(range(count))}


# ---- results, stored and read: in this process


def test_results_come_in_the_order_of_jobs_and_as_json_gives_them_back(tmp_path: Path) -> None:
    todo = jobs(tmp_path / "marks")
    fresh = run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=silent)
    assert fresh == expected()
    assert list(fresh) == [job.key for job in todo]
    again = run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=silent)
    assert json.dumps(again) == json.dumps(fresh)
    assert calls(tmp_path / "marks") == 4


def test_another_request_computes_all_again(tmp_path: Path) -> None:
    todo = jobs(tmp_path / "marks")
    for request in (REQUEST, {**REQUEST, "draws": 200}):
        run_jobs(marked, todo, tmp_path / "out", request=request, workers=0, progress=silent)
    assert calls(tmp_path / "marks") == 8


def test_what_is_missing_is_computed_and_the_rest_read(tmp_path: Path) -> None:
    run_jobs(marked, jobs(tmp_path / "marks"), tmp_path / "out", request=REQUEST, workers=0, progress=silent)
    lines: list[str] = []
    more = jobs(tmp_path / "marks", 6)
    assert run_jobs(marked, more, tmp_path / "out", request=REQUEST, workers=0, progress=lines.append) == expected(6)
    assert calls(tmp_path / "marks") == 6
    assert lines == ["6 of 6 done, 4 read from an earlier run"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b"{}", None, b'{"fingerprint": "other", "result": {}}'], ids=repr
)
def test_a_file_that_cannot_be_read_is_replaced(tmp_path: Path, content: bytes | None) -> None:
    todo = jobs(tmp_path / "marks")
    run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=silent)
    path = tmp_path / "out" / "job-2.json"
    whole = path.read_bytes()
    if content is None:
        stored = json.loads(whole)
        content = json.dumps({**stored, "result": {"edited": 1}}).encode()
    path.write_bytes(content)
    lines: list[str] = []
    assert run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=lines.append) == expected()
    assert lines[0].startswith("warning: 1 results in ")
    assert calls(tmp_path / "marks") == 5
    assert path.read_bytes() == whole


def test_progress_that_raises_ends_the_run_and_what_finished_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "PROGRESS_SECONDS", 0.0)

    def stop(line: str) -> None:
        if line.startswith("2 of 4"):
            raise KeyboardInterrupt

    todo = jobs(tmp_path / "marks")
    with pytest.raises(KeyboardInterrupt):
        run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=stop)
    assert calls(tmp_path / "marks") == 2
    assert run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=silent) == expected()
    assert calls(tmp_path / "marks") == 4


def test_progress_estimates_from_the_jobs_of_this_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "PROGRESS_SECONDS", 0.0)
    run_jobs(marked, jobs(tmp_path / "marks", 2), tmp_path / "out", request=REQUEST, workers=0, progress=silent)
    clock = iter(range(0, 10_000, 120))
    monkeypatch.setattr(fanout.time, "monotonic", lambda: next(clock))
    lines: list[str] = []
    run_jobs(marked, jobs(tmp_path / "marks"), tmp_path / "out", request=REQUEST, workers=0, progress=lines.append)
    # The clock moves on by two minutes whenever it is read.
    assert lines[0] == "3 of 4 done, 2 read from an earlier run, about 6 min left"
    assert lines[-1] == "4 of 4 done, 2 read from an earlier run"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (9000, "2.5 h")]
)
def test_durations(seconds: float, text: str) -> None:
    assert fanout._duration(seconds) == text


def test_a_job_that_raises_is_named_after_all_others_are_stored(tmp_path: Path) -> None:
    todo = [Job(job.key, {**job.arguments, "bad": (3, 1)}) for job in jobs(tmp_path / "marks")]
    lines: list[str] = []
    with pytest.raises(FanoutError) as caught:
        run_jobs(marked_or_raise, todo, tmp_path / "out", request=REQUEST, workers=0, progress=lines.append)
    assert str(caught.value) == (
        "2 of 4 jobs failed: job-3, job-1. job-3 says: RuntimeError: number 3 is bad. "
        "The others are stored and will not run again"
    )
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert list(caught.value.failed) == ["job-3", "job-1"]
    assert lines == ["2 of 4 done, 2 failed"]
    assert calls(tmp_path / "marks") == 2


def test_many_failures_are_not_all_named_in_the_message(tmp_path: Path) -> None:
    todo = [Job(str(n), {"folder": str(tmp_path), "number": n, "bad": (n,)}) for n in range(30)]
    with pytest.raises(FanoutError, match=re.escape("30 of 30 jobs failed: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 20 more")):
        run_jobs(marked_or_raise, todo, tmp_path / "out", request=REQUEST, workers=0, progress=silent)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"x": float("nan")}, "ValueError"),
        ({"x": {1}}, "TypeError"),
        ([1], "gave list instead of a dict"),
        (None, "NoneType"),
    ],
)
def test_what_json_cannot_say_is_a_failed_job(tmp_path: Path, value: Any, message: str) -> None:
    with pytest.raises(FanoutError, match=message):
        run_jobs(given, [Job("a", {"value": value})], tmp_path, request=REQUEST, workers=0, progress=silent)
    assert not (tmp_path / "a.json").exists()


@pytest.mark.parametrize("key", ["", "a/b", "..", ".hidden", "a b", "-a", "ä", "a\n", "a" * 201])
def test_a_key_that_is_no_name_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a file"):
        Job(key, {})


def test_two_jobs_with_one_key_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same key"):
        run_jobs(given, [Job("a", {}), Job("a", {})], tmp_path, request=REQUEST, workers=0, progress=silent)


def test_two_runs_in_one_directory_do_not_compute_at_once(tmp_path: Path) -> None:
    todo = jobs(tmp_path / "marks")
    with data_lock(tmp_path / "out"), pytest.raises(LockedError):
        run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=silent)
    run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=silent)
    with data_lock(tmp_path / "out"):
        run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=silent)


def test_stored_results_do_not_wait_for_dask(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from analysis.fanout import Job, run_jobs\n"
        "assert run_jobs(dict, [Job('a', {'x': 1})], Path(sys.argv[1]), request={}, progress=print) == {'a': {'x': 1}}\n"
        "assert not {'dask', 'distributed'} & set(sys.modules)"
    )
    run_jobs(dict, [Job("a", {"x": 1})], tmp_path, request={}, workers=0, progress=silent)
    finished = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout) == (0, "1 of 1 done, 1 read from an earlier run\n"), finished.stderr


# ---- worker processes


@pytest.mark.slow
def test_workers_give_the_same_results_and_keep_apart(tmp_path: Path) -> None:
    todo = jobs(tmp_path / "marks", 6)
    assert run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=2, progress=silent) == expected(6)
    assert calls(tmp_path / "marks") == 6
    here = run_jobs(marked, todo, tmp_path / "here", request=REQUEST, workers=0, progress=silent)
    assert run_jobs(marked, todo, tmp_path / "out", request=REQUEST, progress=silent) == here

    waits = [Job(f"place-{n}", {"seconds": 1.0}) for n in range(2)]
    places = list(run_jobs(place, waits, tmp_path / "out", request=REQUEST, workers=2, progress=silent).values())
    assert len({found["pid"] for found in places} | {os.getpid()}) == 3
    for what in ("pytensor", "numba"):
        own = {tmp_path / "out" / ".workers" / str(n) / what for n in range(2)}
        assert {Path(found[what]) for found in places} == own
    assert {found["threads"] for found in places} == {"1"}
    assert list((tmp_path / "out" / ".workers" / "0" / "pytensor").iterdir()), "kept for the next run"


def test_arguments_reach_the_function_as_they_are(tmp_path: Path) -> None:
    todo = [Job("a", {"key": "sum", "workers": 7, "table": Table(np.arange(5.0), 2.0)})]
    found = run_jobs(total, todo, tmp_path, request=REQUEST, workers=1, progress=silent)
    assert found == {"a": {"sum": 20.0, "workers": 7}}


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_its_job_runs_again(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    found = run_jobs(killed_once, jobs(marks), tmp_path / "out", request=REQUEST, workers=1, progress=silent)
    assert found == {f"job-{n}": {"number": n} for n in range(4)}
    assert [path.name for path in marks.iterdir()] == ["1"], "the job was killed"


@pytest.mark.slow
def test_a_job_that_always_kills_its_worker_is_named_and_harms_no_other(tmp_path: Path) -> None:
    todo = [Job(str(n), {"number": n}) for n in range(6)]
    with pytest.raises(FanoutError, match=r"1 of 6 jobs failed: 1\. 1 says: .*died 4 times, perhaps out of memory"):
        run_jobs(killed_always, todo, tmp_path, request=REQUEST, workers=2, progress=silent)
    assert {path.name for path in tmp_path.glob("*.json")} == {f"{n}.json" for n in range(6) if n != 1}


@pytest.mark.slow
def test_an_exception_in_a_worker_is_not_tried_again(tmp_path: Path) -> None:
    todo = [Job(job.key, {**job.arguments, "bad": (2,)}) for job in jobs(tmp_path / "marks")]
    with pytest.raises(
        FanoutError, match=r"1 of 4 jobs failed: job-2\. job-2 says: RuntimeError: number 2 is bad"
    ) as e:
        run_jobs(marked_or_raise, todo, tmp_path / "out", request=REQUEST, workers=2, progress=silent)
    assert isinstance(e.value.__cause__, RuntimeError)
    assert calls(tmp_path / "marks") == 3
    with pytest.raises(FanoutError):
        run_jobs(marked_or_raise, todo, tmp_path / "out", request=REQUEST, workers=2, progress=silent)
    assert calls(tmp_path / "marks") == 3


@pytest.mark.slow
def test_an_interrupt_ends_the_workers_and_keeps_what_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "PROGRESS_SECONDS", 0.0)
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def recorded(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **options))
        return started[-1]

    def stop(line: str) -> None:
        if not line.startswith(("0 ", "1 ")):
            raise KeyboardInterrupt

    monkeypatch.setattr(dask_workers.subprocess, "Popen", recorded)
    todo = jobs(tmp_path / "marks", 100)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(marked_slowly, todo, tmp_path / "out", request=REQUEST, workers=2, progress=stop)
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)
    kept = len(list((tmp_path / "out").glob("*.json")))
    assert 2 <= kept < 20
    before = calls(tmp_path / "marks")
    monkeypatch.undo()
    lines: list[str] = []
    found = run_jobs(marked, todo, tmp_path / "out", request=REQUEST, workers=0, progress=lines.append)
    assert found == expected(100)
    assert calls(tmp_path / "marks") == before + 100 - kept
    assert lines == [f"100 of 100 done, {kept} read from an earlier run"]


def test_workers_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from analysis.fanout import Job, run_jobs; from test_fanout import hanging\n"
        "run_jobs(hanging, [Job('a', {'file': sys.argv[1]})], Path(sys.argv[2]), request={}, progress=print)"
    )
    file = tmp_path / "pid"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code, file, tmp_path / "out"], env=environment) as run:
        assert within(30, file.exists)
        run.kill()
    worker = int(file.read_text())
    assert within(5, lambda: not psutil.pid_exists(worker) or psutil.Process(worker).status() == psutil.STATUS_ZOMBIE)


def test_a_run_without_workers_left_ends_with_an_error(tmp_path: Path) -> None:
    with pytest.raises(FanoutError, match="all workers ended"):
        run_jobs(nanny_killed, [Job("a", {"number": 1})], tmp_path, request=REQUEST, workers=1, progress=silent)


def test_a_scheduler_elsewhere_does_the_work(tmp_path: Path) -> None:
    todo = jobs(tmp_path / "marks")
    with LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        assert address.startswith("tcp://")
        found = run_jobs(marked, todo, tmp_path / "out", request=REQUEST, scheduler=address, progress=silent)
    assert found == expected()
    assert not (tmp_path / "out" / ".workers").exists()
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(FanoutError, match=f"no Dask scheduler answers at {address}"),
    ):
        run_jobs(marked, todo, tmp_path / "other", request=REQUEST, scheduler=address, progress=silent)


def test_a_scheduler_that_is_lost_ends_the_run_and_what_finished_stays(tmp_path: Path) -> None:
    script = (
        "import sys, time; from distributed import LocalCluster\n"
        "with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, host='127.0.0.1', protocol='tcp',\n"
        "                  dashboard_address=':0') as cluster:\n"
        "    print(cluster.scheduler_address, flush=True); time.sleep(600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    ) as elsewhere:
        assert elsewhere.stdout is not None
        address = elsewhere.stdout.readline().strip()
        todo = [Job(str(n), {"number": n, "process": elsewhere.pid}) for n in range(4)]
        with pytest.raises(FanoutError, match="connection to the Dask scheduler is lost"):
            run_jobs(scheduler_killed, todo, tmp_path, request=REQUEST, scheduler=address, progress=silent)
    assert {path.name for path in tmp_path.glob("*.json")} == {"0.json", "1.json"}


def test_a_worker_begins_with_what_was_compiled_before(tmp_path: Path) -> None:
    here, own = tmp_path / "here", tmp_path / "own"
    here.mkdir()
    own.mkdir()
    for name in ("new-1.py313.nbi", "new-1.py313.1.nbc", "new-1.py313.2.nbc", "both-2.py313.nbi", "both-2.py313.2.nbc"):
        (here / name).write_text("here")
    # An index of its own names code of its own: that of another process must not fill its gaps.
    for name in ("both-2.py313.nbi", "both-2.py313.1.nbc", "half-3.py313.1.nbc"):
        (own / name).write_text("own")
    (here / "half-3.py313.nbi").write_text("here")
    dask_workers.take_compiled(here, own)
    assert {file.name: file.read_text() for file in own.iterdir()} == {
        "new-1.py313.nbi": "here",
        "new-1.py313.1.nbc": "here",
        "new-1.py313.2.nbc": "here",
        "both-2.py313.nbi": "own",
        "both-2.py313.1.nbc": "own",
        "half-3.py313.1.nbc": "own",
    }
    dask_workers.take_compiled(tmp_path / "nothing", own)


def test_on_another_disk_a_worker_compiles_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "new-1.py313.nbi").write_text("here")
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    dask_workers.take_compiled(tmp_path / "here", tmp_path / "own")
    assert list((tmp_path / "own").iterdir()) == []
