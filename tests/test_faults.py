"""Killed at any moment, or twice at once: nothing visible is half done, and the next run ends as if nothing had happened.

A command is killed in two ways: at every step at which it changes a file, and at random moments. What is visible changes by renames only,
so that the first way meets every state that any kill can leave; the second checks that it does.
"""

import atexit
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cli_run import run
from costfloor.build import stored_build
from costfloor.data.unchanged import MEMORY
from costfloor.data.vintages import HIDDEN
from costfloor.errors import MissingResultError
from costfloor.fit import archive
from costfloor.forecast.ledger import read_ledger
from costfloor.forecast.refit import load_state
from costfloor.storage import LOCK_NAME, TEMPORARY, sha256_file
from store import opened, small_store, write_catalogue

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
COMMANDS = ("ingest", "build", "refit")
TABLES = ("quotes", "disagreements", "capability", "capability_residuals", "panel")
KILLS_IN_A_ROW = 6
MEASURED = ("seconds", "attempts", "sha256")
"""What a receipt says of the time it took, and its hash of all it says: no two runs agree on it."""

Capture = pytest.CaptureFixture[str]
Contents = Mapping[str, str]


class Worker:
    """The process that runs commands in children of its own; see `fault_worker.py`."""

    def __init__(self) -> None:
        places = [str(ROOT / "analysis"), str(ROOT / "tests"), str(ROOT / "tests" / "sources")]
        # Arrow's allocator would start a thread, and a process with threads is not to be forked.
        settings = {"PYTHONPATH": os.pathsep.join(places), "JE_ARROW_MALLOC_CONF": "background_thread:false"}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error::DeprecationWarning:__main__", ROOT / "tests" / "fault_worker.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | settings,
        )
        assert "ready" in self.hear()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.__exit__(None, None, None)

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        heard: dict[str, Any] = json.loads(self.process.stdout.readline())
        return heard

    def ask(self, **job: Any) -> dict[str, Any]:
        self.say(json.dumps(job))
        return self.hear()

    def run(self, arguments: list[str]) -> dict[str, Any]:
        """A whole run."""
        return self.ask(kind="run", arguments=arguments)

    def die_at_every_step(self, arguments: list[str], folder: Path, look: Callable[[str], None]) -> dict[str, Any]:
        """Kill a run at each step at which it changes a file below `folder`; `look` is called after each kill."""
        heard = self.ask(kind="steps", arguments=arguments, folders=[os.path.realpath(folder)])
        while "killed" in heard:
            look(heard["killed"])
            self.say("")
            heard = self.hear()
        return heard


@cache
def started_worker() -> Worker:
    """One for all tests of a process that kill: to start it takes longer than many a command."""
    started = Worker()
    atexit.register(started.close)
    return started


@pytest.fixture
def worker() -> Worker:
    return started_worker()


@dataclass(frozen=True)
class Scene:
    """A command, the folders as they are before it, and what it leaves when nobody disturbs it.

    Every run of it takes place in `stage`, since a build names its folder.
    """

    stage: Path
    arguments: list[str]
    before: Path
    after: Contents
    output: dict[str, Any]
    seconds: float

    def set_up(self, source: Path | None = None) -> None:
        """Make the stage what it was before the command, or what it is in `source`."""
        shutil.rmtree(self.stage)
        copy(source or self.before, self.stage)


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scene]:
    """The three commands one after another on a store that has been through all of them once.

    Once a session: the tests of this file need not run one after another in a process.
    """
    worker, home = started_worker(), tmp_path_factory.mktemp("faults")
    stage = home / "stage"
    common = ["--data", str(stage / "data"), "--reports", str(stage / "reports"), "--json", "--quiet"]
    small_store(stage / "data")
    (stage / "reports").mkdir()
    found = {}
    for month in (0, 1):
        path, day = write_catalogue(home, month)
        commands = {"ingest": ["ingest", "models-dev", str(path), "--observed-on", day], "build": ["build"]}
        for name, command in {**commands, "refit": ["refit"]}.items():
            before = home / f"before-{name}-{month}"
            copy(stage, before)
            arguments = [*command, *common]
            ended = worker.run(arguments)
            assert ended["code"] == 0, ended["err"]
            found[name] = Scene(stage, arguments, before, visible(stage), json.loads(ended["out"]), ended["seconds"])
    methods = {law: update["method"] for law, update in found["refit"].output["laws"].items()}
    # The panel is one market, whose draws are not weighted.
    assert set(methods.values()) == {"sampled"}
    assert len(read_ledger(stage / "reports" / "ledger.jsonl")) == 2
    return found


def copy(source: Path, target: Path) -> None:
    """Copy a folder; raw tables, which nothing rewrites, by links."""

    def place(one: str, other: str) -> None:
        if Path(one).parent.name == "raw":
            os.link(one, other)
        else:
            shutil.copyfile(one, other)

    shutil.copytree(source, target, copy_function=place)


def is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def visible(folder: Path) -> Contents:
    """What a reader sees: every file outside hidden folders, with its hash; of a fit's receipt, what it says of the result.

    What is remembered of raw files are their times, which no two copies have in common.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MEMORY]
    return {str(path.relative_to(folder)): _result(path) for path in files if not is_hidden(path.relative_to(folder))}


def _result(path: Path) -> str:
    if path.parent.name != "fits" or path.suffix != ".json":
        return sha256_file(path)
    receipt = json.loads(path.read_text("utf-8"))
    return json.dumps({name: value for name, value in receipt.items() if name not in MEASURED}, sort_keys=True)


def hidden(folder: Path) -> set[str]:
    """Names of the hidden files and folders, but for the lock, which stays."""
    return {path.name for path in folder.rglob(".*")} - {LOCK_NAME}


def require_whole(scene: Scene, capsys: Capture) -> None:
    """What is visible is whole and belongs together, whatever has just been killed."""
    data, reports = scene.stage / "data", scene.stage / "reports"
    told = run(capsys, "status", "--data", data, "--json", "--quiet")
    assert told.code in {0, 1}, told.err
    assert set(told.json) == {
        "vintage", "panel", "fits", "unfitted", "unreadable", "studies", "report", "quarantined", "unresolved", "stale",
        "raw", "questions", "page",
    }  # fmt: skip
    store = opened(data)
    for vintage in store.vintages:
        store.reading(vintage)
    try:
        stored_build(store)
    except MissingResultError as error:
        assert "costfloor build` again" in str(error)
    for path in [*(data / "processed").glob("*.parquet"), *(data / "processed" / "refit").glob("*.parquet")]:
        pd.read_parquet(path)
    for path in (data / "processed" / "fits").glob("*.json"):
        receipt = json.loads(path.read_text("utf-8"))
        assert receipt["draws_sha256"] == sha256_file(path.with_suffix(".nc"))
        require_draws(path, receipt["draws_sha256"])
    studies = [(entry.vintage, entry.data_hash) for entry in read_ledger(reports / "ledger.jsonl")]
    assert len(set(studies)) == len(studies)
    state = load_state(store.places)
    assert state is not None
    assert (state.vintage, state.data_hash) in studies
    for digest in state.rows.values():
        assert sha256_file(data / "processed" / "refit" / f"rows-{digest[:16]}.parquet") == digest
    left = hidden(scene.stage)
    assert all(TEMPORARY.fullmatch(name) or name.startswith(HIDDEN) for name in left)


def require_same_end(scene: Scene, worker: Worker) -> None:
    """Run again, the command leaves what it leaves undisturbed, and nothing else."""
    ended = worker.run(scene.arguments)
    assert ended["code"] == 0, ended["err"]
    assert visible(scene.stage) == scene.after
    assert not hidden(scene.stage)


@cache
def require_draws(receipt: Path, _sha256: str) -> None:
    """The draws beside a receipt can be read; once for the same bytes."""
    assert archive.read_named(receipt.parent, receipt.stem) is not None


@dataclass(frozen=True)
class Left:
    """What one kill left: the step it came at, what is visible, and a copy."""

    step: str
    visible: Contents
    copy: Path


def killed_at_every_step(scene: Scene, worker: Worker, folder: Path) -> list[Left]:
    """Kill the command at every step; of the steps that leave the same visible files, the one that leaves most behind."""
    scene.set_up()
    found: list[Left] = []
    steps: list[str] = []

    def look(step: str) -> None:
        steps.append(step)
        left = Left(step, visible(scene.stage), folder / str(len(steps)))
        if found and found[-1].visible == left.visible:
            if step != "half written":
                return
            found.pop()
        copy(scene.stage, left.copy)
        found.append(left)

    ended = worker.die_at_every_step(scene.arguments, scene.stage, look)
    assert (ended["signal"], ended["code"]) == (9, 0), ended["err"]
    assert visible(scene.stage) == scene.after
    assert not hidden(scene.stage)
    assert len([step for step in steps if step.startswith("os.rename")]) >= len(found) - 1
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_every_step_the_next_run_ends_the_same(
    name: str, scenes: dict[str, Scene], worker: Worker, tmp_path: Path, capsys: Capture
) -> None:
    scene = scenes[name]
    found = killed_at_every_step(scene, worker, tmp_path)
    states = [left.visible for left in found]
    assert states[0] == visible(scene.before)
    assert states[-1] == scene.after
    assert any(hidden(left.copy) for left in found)
    for left in found:
        scene.set_up(left.copy)
        require_whole(scene, capsys)
        require_same_end(scene, worker)
    assert visible(scene.before) == states[0]

    rng = random.Random(name)
    scene.set_up()
    for _ in range(KILLS_IN_A_ROW):
        ended = worker.ask(kind="kill", arguments=scene.arguments, after=scene.seconds * rng.random())
        assert (ended["signal"], ended["code"]) in {(9, None), (None, 0)}, ended["err"]
        assert visible(scene.stage) in states
        require_whole(scene, capsys)
    require_same_end(scene, worker)


def ingest_of(scene: Scene, month: int) -> list[str]:
    """The command that takes in the list of a month."""
    path, day = write_catalogue(scene.stage.parent, month)
    place = scene.arguments[scene.arguments.index("--data") :]
    return ["ingest", "models-dev", str(path), "--observed-on", day, *place]


def race(worker: Worker, commands: list[list[str]]) -> None:
    """Run commands at the same time, then those again that found the folder in use."""
    ended = worker.ask(kind="race", commands=commands)["runs"]
    codes = [one["code"] for one in ended]
    assert set(codes) <= {0, 3}, ended
    assert 0 in codes
    for command, one in zip(commands, ended, strict=True):
        if one["code"] == 3:
            assert "is in use by process" in one["err"]
            again = worker.run(command)
            assert again["code"] == 0, again["err"]


def in_turn(scene: Scene, worker: Worker, commands: list[list[str]]) -> Contents:
    """What commands leave that run one after another."""
    scene.set_up()
    for command in commands:
        ended = worker.run(command)
        assert ended["code"] == 0, ended["err"]
    return visible(scene.stage)


def test_of_two_ingests_at_once_nothing_is_lost(scenes: dict[str, Scene], worker: Worker) -> None:
    scene = scenes["ingest"]
    commands = [ingest_of(scene, month) for month in (1, 2)]
    expected = in_turn(scene, worker, commands)
    for order in (commands, commands[::-1]):
        scene.set_up()
        race(worker, order)
        assert visible(scene.stage) == expected
        assert not hidden(scene.stage)
    scene.set_up()
    race(worker, [scene.arguments, scene.arguments])
    assert visible(scene.stage) == scene.after


@pytest.mark.parametrize("holder", ["ingest", "build"])
def test_while_one_writes_the_others_exit_with_3(
    holder: str, scenes: dict[str, Scene], worker: Worker, capsys: Capture
) -> None:
    build, late = scenes["build"].arguments, ingest_of(scenes["build"], 2)
    expected = in_turn(scenes["build"], worker, [late, build])
    scene = scenes[holder]
    scene.set_up()
    others = [late] if holder == "build" else [late, build]
    # A build that is up to date would only be read, which needs no lock.
    (scene.stage / "data" / "processed" / "build.json").unlink()
    refused: list[int | str | None] = []

    def look(step: str) -> None:
        if step == "half written" and not refused:
            before = visible(scene.stage)
            for arguments in others:
                told = run(capsys, *arguments)
                assert "is in use by process" in told.err
                refused.append(told.code)
            assert visible(scene.stage) == before

    ended = worker.die_at_every_step(scene.arguments, scene.stage, look)
    assert ended["code"] == 0, ended["err"]
    assert refused == [3] * len(others)
    for arguments in (late, build):
        again = worker.run(arguments)
        assert again["code"] == 0, again["err"]
    assert visible(scene.stage) == expected
