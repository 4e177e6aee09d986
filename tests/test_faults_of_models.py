"""Killed at any step of taking in scores and facts, or of a decision on models: the store is what it was or what it was to be.

What holds after any kill: the set of vintages and the decisions are those of before or those of after, never between; the store opens, and
all of it can be read; the next run succeeds. See `test_faults.py` for how a command is killed.
"""

import json
from pathlib import Path

import pytest
from cli_run import run
from costfloor.data.known_models import known_models
from made_up_arrivals import DAYS, OWN, TABLES
from store import opened, small_store
from test_faults import (
    Capture,
    Contents,
    Scene,
    Worker,
    copy,
    hidden,
    killed_at_every_step,
    require_same_end,
    started_worker,
    visible,
)
from test_ingest_measured import ANALYSED

pytestmark = pytest.mark.slow

BY = ("--who", "Ada", "--why", "seen on its page")
ADDED = "acme/foo-2"
INGESTS = ("models", "scores", "analysed")
DECISIONS = {
    "add": ("models", "add", ADDED, "--name", "Foo 2", "--creator", "Acme", "--release-date", "2026-02-01", *BY),
    "alias": ("models", "alias", ADDED, "foo-two", *BY),
    "split": ("models", "split", ADDED, "foo-two", "--into", OWN, *BY),
    "merge": ("models", "merge", ADDED, OWN, *BY),
    "review": ("models", "review", "--reject", "1", *BY),
}


@pytest.fixture
def worker() -> Worker:
    return started_worker()


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scene]:
    """Every command once, one after another."""
    worker, home = started_worker(), tmp_path_factory.mktemp("faults-of-models")
    stage = home / "stage"
    small_store(stage / "data")
    files = {"models": "models-table", "scores": "scores-table", "analysed": "artificial-analysis"}
    texts = {name: TABLES.get((form, f"{name}.csv", DAYS[1]), json.dumps(ANALYSED)) for name, form in files.items()}
    commands: dict[str, tuple[str, ...]] = {}
    for name, form in files.items():
        path = home / (f"{name}.csv" if form.endswith("-table") else f"{name}.json")
        path.write_text(texts[name], encoding="utf-8")
        commands[name] = ("ingest", form, str(path), "--observed-on", DAYS[1])
    found = {}
    for name, command in {**commands, **DECISIONS}.items():
        before = home / f"before-{name}"
        copy(stage, before)
        arguments = [*command, "--data", str(stage / "data"), "--reports", str(stage / "reports"), "--json", "--quiet"]
        ended = worker.run(arguments)
        assert ended["code"] == 0, ended["err"]
        found[name] = Scene(stage, arguments, before, visible(stage), json.loads(ended["out"]), ended["seconds"])
    return found


def vintages(seen: Contents) -> Contents:
    return {name: digest for name, digest in seen.items() if "/vintages/" in name}


def require_readable(data: Path) -> None:
    store = opened(data)
    for vintage in store.vintages:
        store.reading(vintage)
    assert len(known_models(store, None).models)


@pytest.mark.parametrize("name", INGESTS)
def test_killed_while_scores_and_facts_come_in(
    name: str, scenes: dict[str, Scene], worker: Worker, tmp_path: Path
) -> None:
    scene = scenes[name]
    found = killed_at_every_step(scene, worker, tmp_path)
    before, after = vintages(visible(scene.before)), vintages(scene.after)
    assert len(after) == len(before) + 2
    states = [vintages(left.visible) for left in found]
    assert (states[0], states[-1]) == (before, after)
    assert any(hidden(left.copy) for left in found)
    for left, state in zip(found, states, strict=True):
        assert state in (before, after), left.step
        scene.set_up(left.copy)
        require_readable(scene.stage / "data")
        require_same_end(scene, worker)


@pytest.mark.parametrize("name", DECISIONS)
def test_killed_while_somebody_decides(
    name: str, scenes: dict[str, Scene], worker: Worker, tmp_path: Path, capsys: Capture
) -> None:
    scene = scenes[name]
    found = killed_at_every_step(scene, worker, tmp_path)
    before = visible(scene.before)
    assert [left.visible for left in found] == [before, scene.after]
    assert any(hidden(left.copy) for left in found)
    for left in found:
        scene.set_up(left.copy)
        require_readable(scene.stage / "data")
        if left.visible == before:
            require_same_end(scene, worker)
    # What was decided counts, and the next decision goes on from there.
    following = run(capsys, "models", "alias", OWN, "foo-one-more", *BY, "--data", scene.stage / "data", "--quiet")
    assert following.code == 0, following.err
    decided = scene.stage / "data" / "raw" / "model_decisions.csv"
    rows = [path.read_text("utf-8").splitlines() for path in (scene.before / "data/raw/model_decisions.csv", decided)]
    assert len(rows[1]) == len(rows[0]) + 2
