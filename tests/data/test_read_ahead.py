"""A second process reads the files of the store from the last one on, and ends with the first."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from costfloor.data import read_ahead as module
from costfloor.data.read_ahead import read_ahead
from costfloor.data.readings import read_vintage
from costfloor.data.vintages import add_vintage
from costfloor.places import Places
from made_up_arrivals import made_up_arrivals
from store import PROJECT_DATA, Store, bare_store, opened

PATIENCE_SECONDS = 30
SERVE = (sys.executable, "-P", "-c", "from costfloor.data.read_ahead import serve; serve()")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    bare_store(tmp_path)
    for arrival in made_up_arrivals():
        add_vintage(tmp_path / "raw" / "vintages", arrival.vintage, arrival.kept)
    return opened(tmp_path)


def readings(places: Places) -> set[str]:
    return {path.name for path in (places.processed() / "readings").glob("*.json.gz")}


def test_what_it_reads_is_what_the_first_process_would_have_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    files = [vintage for vintage in store.vintages if not vintage.is_extract]
    deadline = time.monotonic() + PATIENCE_SECONDS
    with read_ahead(store):
        while len(readings(store.places)) < len(files) and time.monotonic() < deadline:
            time.sleep(0.05)
    ahead = {path.name: path.read_bytes() for path in (store.places.processed() / "readings").iterdir()}
    for path in (store.places.processed() / "readings").iterdir():
        path.unlink()
    for vintage in store.vintages:
        read_vintage(store.places, vintage)
    assert ahead == {path.name: path.read_bytes() for path in (store.places.processed() / "readings").iterdir()}
    assert len(ahead) == len(files) > 0


@pytest.mark.parametrize(("worth", "cores"), [(1_000, 8), (1, 1), (1, None)])
def test_nothing_is_started_for_little_or_without_a_second_core(
    store: Store, monkeypatch: pytest.MonkeyPatch, worth: int, cores: int | None
) -> None:
    monkeypatch.setattr(module, "WORTH_A_PROCESS", worth)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    with read_ahead(store):
        pass


def test_it_ends_when_the_first_process_is_gone(tmp_path: Path) -> None:
    (tmp_path / "raw").symlink_to(PROJECT_DATA / "raw")
    places = Places(tmp_path)
    with subprocess.Popen(SERVE, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(f"{json.dumps([str(tmp_path), places.made])}\n".encode())
        process.stdin.flush()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not readings(places) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.stdin.close()  # as when the other end is killed
        assert process.wait(PATIENCE_SECONDS) == 0
    assert 0 < len(readings(places)) < len(list((PROJECT_DATA / "raw" / "vintages").iterdir())) / 2


def test_a_damaged_file_is_left_to_the_first_process(store: Store) -> None:
    last = store.vintages[-1]
    kept = store.places.vintages / last.name / last.stored
    kept.write_bytes(kept.read_bytes()[:-1])
    with subprocess.Popen(SERVE, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write(f"{json.dumps([str(store.places.data), store.places.made])}\n".encode())
        process.stdin.flush()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE_SECONDS) == 0
    others = [vintage for vintage in store.vintages[:-1] if not vintage.is_extract]
    assert len(readings(store.places)) == len(others)
