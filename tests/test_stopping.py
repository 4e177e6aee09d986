"""Ctrl-C, SIGTERM and closed pipes: the program ends at once, with the code for it, one line, and nothing stored."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil
import pytest
from cli_run import write_table
from costfloor.stopping import MESSAGE
from stopping_program import READY

PROGRAM = Path(__file__).with_name("stopping_program.py")
AT_ONCE = 5.0
"""Seconds, on a machine that has other things to do."""


def started(folder: Path, *command: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = [sys.executable, *map(str, command)]
    return subprocess.Popen(
        arguments, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def until(process: subprocess.Popen[str], said: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if said in line:
            return
    raise AssertionError(f"it ended with {process.wait()} before it said {said!r}")


def stopped(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """Send the signal; what the process then wrote to stderr."""
    process.send_signal(number)
    begun = time.monotonic()
    said = process.communicate(timeout=60)[1]
    assert time.monotonic() - begun < AT_ONCE
    assert process.returncode == 128 + number
    assert "Traceback" not in said
    assert said.endswith(MESSAGE)
    return said


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("importing", signal.SIGINT),
        ("compiling", signal.SIGINT),
        ("warming up", signal.SIGINT),
        ("sampling", signal.SIGINT),
        ("sampling", signal.SIGTERM),
        ("rendering", signal.SIGTERM),
    ],
)
def test_it_stops_in_the_middle_of_a_long_step(step: str, number: signal.Signals, tmp_path: Path) -> None:
    with started(tmp_path, PROGRAM, step) as process:
        until(process, READY)
        time.sleep(0.7)
        assert process.poll() is None, "the step is long enough"
        assert stopped(process, number) == MESSAGE
    assert list(tmp_path.iterdir()) == []


def test_the_main_thread_and_the_watching_one_say_it_once(tmp_path: Path) -> None:
    """Both see the signal: the second must not speak while the first one does."""
    code = (
        "import os, sys, time; from costfloor.stopping import stopping_at_once\n"
        "write = os.write\n"
        "os.write = lambda descriptor, text: (write(descriptor, text), time.sleep(0.3))[0]\n"
        "with stopping_at_once():\n"
        "    print('ready', file=sys.stderr, flush=True)\n"
        "    while True: time.sleep(0.01)"
    )
    with started(tmp_path, "-c", code) as process:
        until(process, READY)
        assert stopped(process, signal.SIGINT) == MESSAGE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_workers_stop_with_it(number: signal.Signals, tmp_path: Path) -> None:
    with started(tmp_path, PROGRAM, "fanned out") as process:
        assert within(60, lambda: len(list(tmp_path.glob("worker-*"))) == 2)
        workers = [int(path.name.removeprefix("worker-")) for path in tmp_path.glob("worker-*")]
        assert stopped(process, number) == MESSAGE
    assert within(AT_ONCE, lambda: not any(map(lives, workers)))
    assert not list((tmp_path / "jobs").glob("*.json"))


def test_it_stops_while_it_is_imported(tmp_path: Path) -> None:
    code = "import sys; sys.argv = ['costfloor', 'sources']\nprint('ready', file=sys.stderr, flush=True)\n"
    with started(tmp_path, "-c", f"{code}from costfloor.__main__ import main; main()") as process:
        until(process, READY)
        time.sleep(0.3)
        assert stopped(process, signal.SIGINT) == MESSAGE


@pytest.mark.parametrize(("step", "stream"), [("writing", "stdout"), ("waiting", "stdout"), ("waiting", "stderr")])
def test_it_stops_quietly_when_nobody_reads(step: str, stream: str, tmp_path: Path) -> None:
    with started(tmp_path, PROGRAM, step) as process:
        until(process, READY)
        begun = time.monotonic()
        closed, other = process.stdout, process.stderr
        assert closed is not None
        assert other is not None
        if stream == "stderr":
            closed, other = other, closed
        closed.close()
        said = other.read()
        assert process.wait(60) == 128 + signal.SIGPIPE
        assert time.monotonic() - begun < AT_ONCE
    assert stream == "stderr" or said == ""


def test_what_was_read_in_full_is_no_closed_pipe(tmp_path: Path) -> None:
    with started(tmp_path, "-m", "costfloor", "explain", "elpd") as process:
        assert process.stdout is not None
        assert "elpd" in process.stdout.read()
        assert process.wait(60) == 0


def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    code = (
        "import signal, os, sys; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from costfloor.stopping import stopping_at_once\n"
        "with stopping_at_once():\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "print('went on')"
    )
    with started(tmp_path, "-c", code) as process:
        assert process.communicate(timeout=60)[0] == "went on\n"


def test_handlers_are_put_back() -> None:
    from costfloor.cli import main  # noqa: PLC0415  for the others a process of their own imports it

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(SystemExit):
        main(["--help"])
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "moments"),
    [
        (signal.SIGINT, [("compiling", 0.0), ("sampling", 0.3)]),
        (signal.SIGTERM, [("compiling", 1.0), ("sampling", 0.0)]),
    ],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_a_fit_that_is_stopped_stores_nothing(
    number: signal.Signals, moments: list[tuple[str, float]], tmp_path: Path
) -> None:
    """At the start of each of its parts, and a while into it: each moment with one of the two signals."""
    # One family and no hosts, as in other small tables, for which the law is compiled once.
    days = pd.date_range("2023-01-10", periods=24, freq="30D").strftime("%Y-%m-%d")
    rows = [
        f"{day},{10.0 * 0.93**step * (1.0 + 0.1 * (step % 3))},{0.5 + 0.01 * (step % 7):.2f}"
        for step, day in enumerate(days)
    ]
    table = write_table(tmp_path, rows, "date,price,score")
    command = ("-m", "costfloor", "fit", "exponential", "--table", table, "--data", tmp_path / "data")
    for said, wait in moments:
        with started(tmp_path, *command) as process:
            until(process, said)
            time.sleep(wait)
            if process.poll() is None:
                stopped(process, number)
        assert not list((tmp_path / "data").rglob("*.json"))
        assert not list((tmp_path / "data").rglob("*.nc"))


def lives(process: int) -> bool:
    return psutil.pid_exists(process) and psutil.Process(process).status() != psutil.STATUS_ZOMBIE


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_from_the_start_is_no_reason_to_wait(closed: str, tmp_path: Path) -> None:
    """The pipe of the watching thread must not take its number, and progress must not go to the other stream."""
    command = f"{sys.executable} -m costfloor explain --json {closed}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROGRAM.parents[1]), *sys.path])}
    ended = subprocess.run(
        command, check=False, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0
    assert ended.stdout.startswith("{") == (closed == "2>&-")
    assert "Traceback" not in ended.stderr
