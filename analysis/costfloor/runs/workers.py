"""Where jobs run: workers on this machine, each a program of its own with one thread, or those of a Dask scheduler elsewhere.

Whoever reaches a Dask scheduler or worker can have it run any code. Those on this machine therefore listen on the loopback interface only,
speak to nobody who does not hold the key that is made for the run, which never leaves memory, and have no pages.
"""

import asyncio
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, Nanny, Security, rpc, wait
from pytensor.link.numba.cache import NUMBA_CACHE_PATH

from costfloor.compiler_cache import compiling_in, take_compiled, worker_caches
from costfloor.errors import FanoutError

DEATHS: Final = 3
"""Of workers that ran it, before a job is given up."""

CONNECT_SECONDS: Final = 5
_TICK_SECONDS: Final = 0.5
_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 3
_LOOPBACK: Final = "127.0.0.1"
_PAGES_ADDRESS: Final = f"{_LOOPBACK}:0"
"""Dask cannot do without the server of its pages: it listens where nobody from outside reaches it, and has none to serve."""

_NO_PAGES: Final[dict[str, list[str]]] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}

_ADDRESS: Final = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}", re.ASCII)

_ONE_THREAD: Final = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
    "PYTHON_CPU_COUNT",  # what samplers ask how many chains may run at once; Python 3.12 ignores it
)  # fmt: skip

_PROGRAM: Final = f"from {__name__} import serve; serve()"


def lost() -> FanoutError:
    """Return the error of a run whose scheduler is gone."""
    return FanoutError("the connection to the Dask scheduler is lost; what finished is stored, run again to go on")


@contextmanager
def elsewhere(address: str, progress: Callable[[str], None]) -> Iterator[tuple[Client, Callable[[], int]]]:
    """Connect to a scheduler; there is room for as many jobs as its workers have threads.

    It is trusted with everything: what it sends back as a result is unpickled here, which can run any code.
    """
    if not _ADDRESS.fullmatch(address):
        raise FanoutError(
            f"{address!r} is not the address of a Dask scheduler. Write it as tcp://host:8786 or tls://host:8786"
        )
    client = _connected(address)

    def room() -> int:
        try:
            threads: dict[str, int] = client.nthreads()
        except OSError as error:
            raise lost() from error
        return max(1, sum(threads.values()))

    with client:
        if not client.nthreads():
            progress(
                f"the scheduler at {address} has no workers yet: waiting for them (`dask worker {address}` starts one)"
            )
        yield client, room


def fanned(
    client: Client, room: Callable[[], int], calls: Mapping[str, Callable[[], Any]]
) -> Iterator[tuple[str, Any] | None]:
    """Hand out as many calls as there is room for: one that kills its worker must not be held against those that wait behind it.

    Gives the name of a call with its outcome, or the exception that it raised; None after every tick.
    """
    waiting = deque(calls.items())
    running: dict[str, Future[Any]] = {}
    while waiting or running:
        for _ in range(min(room() - len(running), len(waiting))):
            name, call = waiting.popleft()
            running[name] = client.submit(call, pure=False)
        try:
            wait(list(running.values()), timeout=_TICK_SECONDS, return_when="FIRST_COMPLETED")
        except TimeoutError:
            pass
        except CancelledError as error:
            raise lost() from error
        for name in [name for name, future in running.items() if future.done()]:
            yield name, _outcome(running.pop(name))
        yield None


def _outcome(future: Future[Any]) -> Any:
    try:
        return future.result()
    except CancelledError as error:
        raise lost() from error
    except KilledWorker:
        return RuntimeError(f"the worker that ran it died {DEATHS + 1} times, perhaps out of memory")
    except Exception as error:
        return error


def _connected(address: str) -> Client:
    """A client, once a scheduler has said who it is: one that waits in vain is never made, as Dask cannot always take it down again."""
    with ThreadPoolExecutor(1) as beside:
        # In a thread of its own: a notebook's has a loop already.
        error = beside.submit(asyncio.run, _introduction(address)).result()
    if error is not None:
        # Of another kind of server, whose first words it takes for a length, it says that memory is short.
        reason = str(error).partition("\n")[0] if isinstance(error, OSError) else ""
        reason = reason or "what listens there speaks another language"
        raise FanoutError(
            f"no Dask scheduler answers at {address} ({reason}); start one with `dask scheduler`"
        ) from error
    return Client(address)


async def _introduction(address: str) -> Exception | None:
    """What goes wrong when a scheduler is asked who it is: within seconds, where Dask waits for ever for the rest of what others say."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            scheduler = rpc(address, connection_args=Security().get_connection_args("client"))
            try:
                await scheduler.identity()
            finally:
                await scheduler.close_rpc()
    except Exception as error:
        return error
    return None


@contextmanager
def local_cluster(count: int) -> Iterator[tuple[Client, Callable[[], int]]]:
    """Start a scheduler in this process and workers beside it; there is room for one job per worker."""
    settings = {
        "distributed.scheduler.allowed-failures": DEATHS,
        # A compiled loop may hold the interpreter for long; that a local worker died is seen without its heartbeat.
        "distributed.scheduler.worker-ttl": None,
        **_NO_PAGES,
    }
    security = Security.temporary()
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=0,
            processes=True,
            host=_LOOPBACK,
            protocol="tls://",
            security=security,
            dashboard_address=None,
            scheduler_kwargs={"dashboard": False, "dashboard_address": _PAGES_ADDRESS},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        worker_caches(count) as folders,
        _worker_processes(cluster.scheduler_address, security, folders) as processes,
        Client(cluster) as client,
    ):
        logs = " ".join(str(folder / "log") for folder in folders)

        def room() -> int:
            alive = sum(process.poll() is None for process in processes)
            if not alive:
                raise FanoutError(f"all workers ended; why is in {logs}")
            return alive

        deadline = time.monotonic() + _START_SECONDS
        while len(client.nthreads()) < room():
            if time.monotonic() > deadline:
                raise FanoutError(f"the workers did not start within {_START_SECONDS} s; why is in {logs}")
            time.sleep(0.05)
        yield client, room


@contextmanager
def _worker_processes(address: str, security: Security, folders: list[Path]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start workers as programs of their own: only so do their variables hold before they import anything."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for number, folder in enumerate(folders):
            take_compiled(Path(NUMBA_CACHE_PATH), folder / "pytensor" / "numba")
            shutil.rmtree(folder / "scratch", ignore_errors=True)
            with (folder / "log").open("wb") as log:
                # A group of its own: Ctrl-C reaches this process alone, with which the workers end.
                started = subprocess.Popen(
                    (sys.executable, "-P", "-c", _PROGRAM),
                    env=_environment(folder),
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            processes.append(started)
            _tell(
                started,
                address,
                security,
                {"name": str(number), "memory_limit": 1 / len(folders), "folder": str(folder)},
            )
        yield processes
    finally:
        for process in processes:
            if process.stdin is not None:
                with suppress(BrokenPipeError):
                    process.stdin.close()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in processes:
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _tell(process: subprocess.Popen[bytes], address: str, security: Security, asked: dict[str, Any]) -> None:
    """Say who it is, where its scheduler is and by which key they know each other: through a pipe, which no other process can read."""
    key = {name: getattr(security, name) for name in ("tls_ca_file", "tls_worker_cert", "tls_worker_key")}
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.write(f"{json.dumps({'address': address, 'key': key, **asked})}\n".encode())
        process.stdin.flush()


def serve() -> None:
    """Be one Dask worker, as the first line of standard input says, until the process at the other end of it is gone or closes it.

    Dask's own workers finish their job first: a run that is started again would meet them in the folders of its own.
    """
    asked = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    asyncio.run(_serve(**asked))


async def _serve(address: str, key: dict[str, str], name: str, memory_limit: float, folder: str) -> None:
    with dask.config.set(_NO_PAGES):
        security = Security(require_encryption=True, **key)
        async with Nanny(
            address,
            host=_LOOPBACK,
            security=security,
            name=name,
            nthreads=1,
            memory_limit=memory_limit,
            local_directory=str(Path(folder) / "scratch"),
            dashboard=False,
            dashboard_address=_PAGES_ADDRESS,
        ) as nanny:
            await nanny.finished()


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _environment(folder: Path) -> dict[str, str]:
    """The variables of one worker: compiled code in its own folder, one thread, and the modules that this process can import."""
    return {
        **compiling_in(folder, os.environ),
        **dict.fromkeys(_ONE_THREAD, "1"),
        "PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path),
    }
