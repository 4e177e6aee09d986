"""Many jobs, each computed once, whatever happens to the run."""

import errno
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dask
import numpy as np
import psutil
import pytest
from costfloor.compiler_cache import cache_folder, take_compiled
from costfloor.errors import FanoutError, LockedError
from costfloor.keys import Key
from costfloor.runs import jobs as fanout
from costfloor.runs import workers as dask_workers
from costfloor.runs.jobs import Job, run_jobs
from costfloor.storage import data_lock, write_atomic
from costfloor.wording import duration
from distributed import LocalCluster

KEY = Key("jobs", data=None, settings={"draws": 100}, versions={}, code="1")


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
    fresh = run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=silent)
    assert fresh == expected()
    assert list(fresh) == [job.key for job in todo]
    again = run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=silent)
    assert json.dumps(again) == json.dumps(fresh)
    assert calls(tmp_path / "marks") == 4


def test_another_key_computes_all_again(tmp_path: Path) -> None:
    todo = jobs(tmp_path / "marks")
    for key in (KEY, replace(KEY, settings={"draws": 200})):
        run_jobs(marked, todo, tmp_path / "out", key=key, workers=0, progress=silent)
    assert calls(tmp_path / "marks") == 8


def test_what_is_missing_is_computed_and_the_rest_read(tmp_path: Path) -> None:
    run_jobs(marked, jobs(tmp_path / "marks"), tmp_path / "out", key=KEY, workers=0, progress=silent)
    lines: list[str] = []
    more = jobs(tmp_path / "marks", 6)
    assert run_jobs(marked, more, tmp_path / "out", key=KEY, workers=0, progress=lines.append) == expected(6)
    assert calls(tmp_path / "marks") == 6
    assert lines == ["6 of 6 done, 4 read from an earlier run"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"fingerprint": "other", "result": {}}',
        {"result": 1},
        {"result": {"square": 5}},
        {"sha256": 1},
    ],
    ids=lambda content: repr(content)[:50],
)
def test_a_file_that_cannot_be_read_is_replaced(tmp_path: Path, content: bytes | dict[str, Any]) -> None:
    todo = jobs(tmp_path / "marks")
    run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=silent)
    path = tmp_path / "out" / "job-2.json"
    whole = path.read_bytes()
    path.write_bytes(content if isinstance(content, bytes) else json.dumps({**json.loads(whole), **content}).encode())
    lines: list[str] = []
    assert run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=lines.append) == expected()
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
        run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=stop)
    assert calls(tmp_path / "marks") == 2
    assert run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=silent) == expected()
    assert calls(tmp_path / "marks") == 4


def test_progress_estimates_from_the_jobs_of_this_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "PROGRESS_SECONDS", 0.0)
    run_jobs(marked, jobs(tmp_path / "marks", 2), tmp_path / "out", key=KEY, workers=0, progress=silent)
    clock = iter(range(0, 10_000, 120))
    monkeypatch.setattr(fanout.time, "monotonic", lambda: next(clock))
    lines: list[str] = []
    run_jobs(marked, jobs(tmp_path / "marks"), tmp_path / "out", key=KEY, workers=0, progress=lines.append)
    # The clock moves on by two minutes whenever it is read.
    assert lines[0] == "3 of 4 done, 2 read from an earlier run, about 6 min left"
    assert lines[-1] == "4 of 4 done, 2 read from an earlier run"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (9000, "2.5 h")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_job_that_raises_is_named_after_all_others_are_stored(tmp_path: Path) -> None:
    todo = [Job(job.key, {**job.arguments, "bad": (3, 1)}) for job in jobs(tmp_path / "marks")]
    lines: list[str] = []
    with pytest.raises(FanoutError) as caught:
        run_jobs(marked_or_raise, todo, tmp_path / "out", key=KEY, workers=0, progress=lines.append)
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
        run_jobs(marked_or_raise, todo, tmp_path / "out", key=KEY, workers=0, progress=silent)


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
        run_jobs(given, [Job("a", {"value": value})], tmp_path, key=KEY, workers=0, progress=silent)
    assert not (tmp_path / "a.json").exists()


@pytest.mark.parametrize("key", ["", "a/b", "..", ".hidden", "a b", "-a", "ä", "a\n", "a" * 201])
def test_a_key_that_is_no_name_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a file"):
        Job(key, {})


def test_two_jobs_with_one_key_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same key"):
        run_jobs(given, [Job("a", {}), Job("a", {})], tmp_path, key=KEY, workers=0, progress=silent)


def test_two_runs_in_one_directory_do_not_compute_at_once(tmp_path: Path) -> None:
    todo = jobs(tmp_path / "marks")
    with data_lock(tmp_path / "out"), pytest.raises(LockedError):
        run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=silent)
    run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=silent)
    with data_lock(tmp_path / "out"):
        run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=silent)


def test_stored_results_do_not_wait_for_dask(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from costfloor.keys import Key; from costfloor.runs.jobs import Job, run_jobs\n"
        "key = Key('jobs', None, {'draws': 100}, {}, '1')\n"
        "assert run_jobs(dict, [Job('a', {'x': 1})], Path(sys.argv[1]), key=key, progress=print) == {'a': {'x': 1}}\n"
        "assert not {'dask', 'distributed'} & set(sys.modules)"
    )
    run_jobs(dict, [Job("a", {"x": 1})], tmp_path, key=KEY, workers=0, progress=silent)
    finished = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout) == (0, "1 of 1 done, 1 read from an earlier run\n"), finished.stderr


# ---- worker processes


@pytest.mark.slow
def test_workers_give_the_same_results_and_keep_apart(tmp_path: Path) -> None:
    todo = jobs(tmp_path / "marks", 6)
    assert run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=2, progress=silent) == expected(6)
    assert calls(tmp_path / "marks") == 6
    here = run_jobs(marked, todo, tmp_path / "here", key=KEY, workers=0, progress=silent)
    assert run_jobs(marked, todo, tmp_path / "out", key=KEY, progress=silent) == here

    waits = [Job(f"place-{n}", {"seconds": 1.0}) for n in range(2)]
    places = list(run_jobs(place, waits, tmp_path / "out", key=KEY, workers=2, progress=silent).values())
    assert len({found["pid"] for found in places} | {os.getpid()}) == 3
    folders = {Path(found["pytensor"]).parent for found in places}
    assert len(folders) == 2
    assert {folder.parent for folder in folders} == {cache_folder() / "workers"}
    assert {Path(found["numba"]).parent for found in places} == folders
    assert {found["threads"] for found in places} == {"1"}
    assert all(list((folder / "pytensor").iterdir()) for folder in folders), "kept for the next run"
    assert not (tmp_path / "out" / ".workers").exists()


def test_arguments_reach_the_function_as_they_are(tmp_path: Path) -> None:
    todo = [Job("a", {"key": "sum", "workers": 7, "table": Table(np.arange(5.0), 2.0)})]
    found = run_jobs(total, todo, tmp_path, key=KEY, workers=1, progress=silent)
    assert found == {"a": {"sum": 20.0, "workers": 7}}


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_its_job_runs_again(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    found = run_jobs(killed_once, jobs(marks), tmp_path / "out", key=KEY, workers=1, progress=silent)
    assert found == {f"job-{n}": {"number": n} for n in range(4)}
    assert [path.name for path in marks.iterdir()] == ["1"], "the job was killed"


@pytest.mark.slow
def test_a_job_that_always_kills_its_worker_is_named_and_harms_no_other(tmp_path: Path) -> None:
    todo = [Job(str(n), {"number": n}) for n in range(6)]
    with pytest.raises(FanoutError, match=r"1 of 6 jobs failed: 1\. 1 says: .*died 4 times, perhaps out of memory"):
        run_jobs(killed_always, todo, tmp_path, key=KEY, workers=1, progress=silent)
    assert {path.name for path in tmp_path.glob("*.json")} == {f"{n}.json" for n in range(6) if n != 1}


@pytest.mark.slow
def test_an_exception_in_a_worker_is_not_tried_again(tmp_path: Path) -> None:
    todo = [Job(job.key, {**job.arguments, "bad": (2,)}) for job in jobs(tmp_path / "marks")]
    with pytest.raises(
        FanoutError, match=r"1 of 4 jobs failed: job-2\. job-2 says: RuntimeError: number 2 is bad"
    ) as e:
        run_jobs(marked_or_raise, todo, tmp_path / "out", key=KEY, workers=1, progress=silent)
    assert isinstance(e.value.__cause__, RuntimeError)
    assert calls(tmp_path / "marks") == 3
    with pytest.raises(FanoutError):
        run_jobs(marked_or_raise, todo, tmp_path / "out", key=KEY, workers=1, progress=silent)
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
        run_jobs(marked_slowly, todo, tmp_path / "out", key=KEY, workers=2, progress=stop)
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)
    kept = len(list((tmp_path / "out").glob("*.json")))
    assert 2 <= kept < 20
    before = calls(tmp_path / "marks")
    monkeypatch.undo()
    lines: list[str] = []
    found = run_jobs(marked, todo, tmp_path / "out", key=KEY, workers=0, progress=lines.append)
    assert found == expected(100)
    assert calls(tmp_path / "marks") == before + 100 - kept
    assert lines == [f"100 of 100 done, {kept} read from an earlier run"]


def test_workers_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from costfloor.runs.jobs import Job, run_jobs; from test_fanout import KEY, hanging\n"
        "run_jobs(hanging, [Job('a', {'file': sys.argv[1]})], Path(sys.argv[2]), key=KEY, progress=print)"
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
        run_jobs(nanny_killed, [Job("a", {"number": 1})], tmp_path, key=KEY, workers=1, progress=silent)


def test_a_scheduler_elsewhere_does_the_work(tmp_path: Path) -> None:
    todo = jobs(tmp_path / "marks")
    with LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        assert address.startswith("tcp://")
        found = run_jobs(marked, todo, tmp_path / "out", key=KEY, scheduler=address, progress=silent)
    assert found == expected()
    assert not (tmp_path / "out" / ".workers").exists()
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(FanoutError, match=f"no Dask scheduler answers at {address}"),
    ):
        run_jobs(marked, todo, tmp_path / "other", key=KEY, scheduler=address, progress=silent)


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
            run_jobs(scheduler_killed, todo, tmp_path, key=KEY, scheduler=address, progress=silent)
    assert {path.name for path in tmp_path.glob("*.json")} == {"0.json", "1.json"}


@pytest.mark.parametrize(
    "address",
    [
        "host:8786",
        "http://127.0.0.1:8786",
        "inproc://1/2/3",
        "tcp://",
        "tcp://host",
        "tcp://host:port",
        "",
        "tcp://a b:1",
    ],
)
def test_what_is_no_address_of_a_scheduler_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(FanoutError, match=r"not the address of a Dask scheduler\. Write it as tcp://host:8786"):
        run_jobs(given, [Job("a", {"value": {}})], tmp_path, key=KEY, scheduler=address, progress=silent)


def test_a_scheduler_that_does_not_answer_is_named_within_seconds(tmp_path: Path) -> None:
    """Nobody listens; somebody listens and says nothing; somebody speaks another language; the host does not exist; TLS without keys."""

    talks: list[socket.socket] = []

    def greet(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                talks.append(listener.accept()[0])
                talks[-1].sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10)

    with socket.create_server(("127.0.0.1", 0)) as mute, socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=greet, args=(other,), daemon=True).start()
        with socket.create_server(("127.0.0.1", 0)) as closed:
            free = closed.getsockname()[1]
        ports = [free, mute.getsockname()[1], other.getsockname()[1]]
        addresses = [
            *(f"tcp://127.0.0.1:{port}" for port in ports),
            "tcp://no-such-host.invalid:8786",
            f"tls://127.0.0.1:{free}",
        ]
        for address in addresses:
            begun = time.monotonic()
            with pytest.raises(FanoutError, match=f"no Dask scheduler answers at {re.escape(address)}"):
                run_jobs(given, [Job("a", {"value": {}})], tmp_path, key=KEY, scheduler=address, progress=silent)
            assert time.monotonic() - begun < 2 * dask_workers.CONNECT_SECONDS
        other.shutdown(socket.SHUT_RDWR)
        for talk in talks:
            talk.close()


def test_a_scheduler_without_workers_is_waited_for_and_says_so(tmp_path: Path) -> None:
    lines: list[str] = []
    with LocalCluster(
        n_workers=0, host="127.0.0.1", protocol="tcp", processes=False, dashboard_address=None
    ) as cluster:

        def add_worker(line: str) -> None:
            lines.append(line)
            if "no workers yet" in line:
                cluster.scale(1)

        address = cluster.scheduler_address
        found = run_jobs(
            given, [Job("a", {"value": {"x": 1}})], tmp_path, key=KEY, scheduler=address, progress=add_worker
        )
    assert found == {"a": {"x": 1}}
    assert lines[0].startswith(f"the scheduler at {address} has no workers yet: waiting")


def test_nobody_without_the_key_reaches_a_local_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every port is on the loopback interface, none has pages, and none speaks Dask to another process of this machine."""
    monkeypatch.setattr(dask_workers, "CONNECT_SECONDS", 1)
    with dask_workers.local_cluster(1) as (client, _):
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
        ports = {
            port.laddr for one in family for port in one.net_connections("tcp") if port.status == psutil.CONN_LISTEN
        }
        assert {address.ip for address in ports} == {"127.0.0.1"}
        assert len(ports) >= 4, "scheduler, worker, its nanny, and pages"
        for address in ports:
            for protocol in ("tcp", "tls"):
                with pytest.raises(FanoutError, match="no Dask scheduler answers"):
                    dask_workers._connected(f"{protocol}://127.0.0.1:{address.port}")
            for page in ("", "status", "info/main/workers.html", "json/counts.json", "metrics", "health"):
                with pytest.raises(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{address.port}/{page}", timeout=1)
        assert client.submit(os.getpid).result() in {one.pid for one in family}


def test_code_in_the_folder_of_results_is_not_run(tmp_path: Path) -> None:
    """A folder that was copied from elsewhere may hold a cache of compiled functions, which is unpickled by whoever reads it."""
    todo = [Job("a", {"seconds": 0.0})]
    out = tmp_path / "out"
    (place_of,) = run_jobs(place, todo, out, key=KEY, workers=1, progress=silent).values()
    worker = Path(place_of["pytensor"]).parent
    assert not worker.is_relative_to(tmp_path)
    assert worker.stat().st_mode & 0o077 == 0
    shutil.copytree(worker, out / ".workers" / "0")
    (again,) = run_jobs(place, todo, out, key=replace(KEY, code="2"), workers=1, progress=silent).values()
    assert not Path(again["pytensor"]).is_relative_to(tmp_path)
    assert not Path(again["numba"]).is_relative_to(tmp_path)


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
    take_compiled(here, own)
    assert {file.name: file.read_text() for file in own.iterdir()} == {
        "new-1.py313.nbi": "here",
        "new-1.py313.1.nbc": "here",
        "new-1.py313.2.nbc": "here",
        "both-2.py313.nbi": "own",
        "both-2.py313.1.nbc": "own",
        "half-3.py313.1.nbc": "own",
    }
    take_compiled(tmp_path / "nothing", own)


def test_on_another_disk_a_worker_compiles_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "new-1.py313.nbi").write_text("here")
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    take_compiled(tmp_path / "here", tmp_path / "own")
    assert list((tmp_path / "own").iterdir()) == []
