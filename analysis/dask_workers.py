"""Where jobs run: workers on this machine, each a program of its own with one thread, or those of a Dask scheduler elsewhere."""

import logging
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.errors import FanoutError

if TYPE_CHECKING:
    from distributed import Client

DEATHS: Final = 3
"""Of workers that ran it, before a job is given up."""

_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 3

_ONE_THREAD: Final = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
    "PYTHON_CPU_COUNT",  # what samplers ask how many chains may run at once; Python 3.12 ignores it
)  # fmt: skip

_PROGRAM: Final = f"from {__name__} import serve; serve()"


def lost() -> FanoutError:
    """Return the error of a run whose scheduler is gone."""
    return FanoutError("the connection to the Dask scheduler is lost; what finished is stored, run again to go on")


@contextmanager
def elsewhere(address: str) -> Iterator[tuple["Client", Callable[[], int]]]:
    """Connect to a scheduler; there is room for as many jobs as its workers have threads."""
    from distributed import Client  # noqa: PLC0415  slow to import

    try:
        client = Client(address)
    except OSError as error:
        raise FanoutError(f"no Dask scheduler answers at {address}; start one with `dask scheduler`") from error

    def room() -> int:
        try:
            threads: dict[str, int] = client.nthreads()
        except OSError as error:
            raise lost() from error
        return max(1, sum(threads.values()))

    with client:
        yield client, room


@contextmanager
def local_cluster(folder: Path, count: int) -> Iterator[tuple["Client", Callable[[], int]]]:
    """Start a scheduler in this process and workers beside it; there is room for one job per worker."""
    import dask  # noqa: PLC0415  slow to import
    from distributed import Client, LocalCluster  # noqa: PLC0415  as above

    settings = {
        "distributed.scheduler.allowed-failures": DEATHS,
        # A compiled loop may hold the interpreter for long; that a local worker died is seen without its heartbeat.
        "distributed.scheduler.worker-ttl": None,
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=0,
            processes=True,
            dashboard_address=None,
            # Any free port for its pages: on the usual one the second of two runs would warn.
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        _worker_processes(cluster.scheduler_address, folder, count) as processes,
        Client(cluster) as client,
    ):

        def room() -> int:
            alive = sum(process.poll() is None for process in processes)
            if not alive:
                raise FanoutError(f"all workers ended; {folder}/*/log says why")
            return alive

        deadline = time.monotonic() + _START_SECONDS
        while len(client.nthreads()) < room():
            if time.monotonic() > deadline:
                raise FanoutError(f"the workers did not start within {_START_SECONDS} s; {folder}/*/log says why")
            time.sleep(0.05)
        yield client, room


@contextmanager
def _worker_processes(address: str, folder: Path, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start workers as programs of their own: only so do their variables hold before they import anything."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(count):
            own = folder / str(number)
            own.mkdir(parents=True, exist_ok=True)
            take_compiled(_compiled_here(), own / "pytensor" / "numba")
            command = (
                sys.executable, "-P", "-c", _PROGRAM, address, "--host", "127.0.0.1",
                "--name", str(number), "--nworkers", "1", "--nthreads", "1", "--memory-limit", str(1 / count),
                "--no-dashboard", "--local-directory", str(own),
            )  # fmt: skip
            with (own / "log").open("wb") as log:
                # A group of its own: Ctrl-C reaches this process alone, which then ends the workers.
                started = subprocess.Popen(
                    command,
                    env=_environment(own),
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            processes.append(started)
        yield processes
    finally:
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in processes:
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if process.stdin is not None:
                process.stdin.close()


def serve() -> None:
    """Be one Dask worker, with the arguments of ``dask worker``, until the process at the other end of standard input is gone.

    Dask's own workers finish their job first: a run that is started again would meet them in the folders of its own.
    """
    from distributed.cli.dask_worker import main  # noqa: PLC0415  slow to import

    threading.Thread(target=_end_with_parent, daemon=True).start()
    main()


def take_compiled(source: Path, target: Path) -> None:
    """Give a folder of compiled functions those of another that it lacks, as further names of the same files.

    Numba replaces a file and never changes one. What it keeps of a function is an index, ``NAME.nbi``, and code, ``NAME.1.nbc`` and so
    on: all or none are taken, since an index says nothing of code that another process compiled. Where files cannot have further names,
    as on another disk, the folder stays as it is, and a worker compiles for itself.
    """
    target.mkdir(parents=True, exist_ok=True)
    known = {_function(file) for file in target.iterdir()}
    files = [file for file in source.glob("*.nb[ic]") if _function(file) not in known]
    for file in files:
        # Besides another disk: a compiler may just be replacing the file.
        with suppress(OSError):
            (target / file.name).hardlink_to(file)


def _function(file: Path) -> str:
    name = file.name.removesuffix(".nbi").removesuffix(".nbc")
    return name if file.suffix == ".nbi" else name.rpartition(".")[0]


def _compiled_here() -> Path:
    """The folder in which this process keeps what PyTensor compiles with Numba."""
    from pytensor.link.numba.cache import NUMBA_CACHE_PATH  # noqa: PLC0415  slow to import

    return Path(NUMBA_CACHE_PATH)


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _environment(own: Path) -> dict[str, str]:
    """The variables of one worker: compiled code in its own folder, one thread, and the modules that this process can import."""
    flags = os.environ.get("PYTENSOR_FLAGS", "").split(",")
    kept = [flag for flag in flags if flag and flag.partition("=")[0].strip() not in {"base_compiledir", "compiledir"}]
    return {
        **os.environ,
        **dict.fromkeys(_ONE_THREAD, "1"),
        "PYTENSOR_FLAGS": ",".join([*kept, f"base_compiledir={shlex.quote(str(own / 'pytensor'))}"]),
        "NUMBA_CACHE_DIR": str(own / "numba"),
        "PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path),
    }
