"""Writes are all or nothing, and one process at a time holds the data."""

import fcntl
import hashlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from costfloor.errors import InputError, IntegrityError, LockedError
from costfloor.storage import (
    LOCK_NAME,
    TEMPORARY,
    data_lock,
    refuse_links,
    sha256_bytes,
    sha256_file,
    take_over,
    write_atomic,
    write_json,
    write_together,
)


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Run Python code in another process and wait until it prints a line."""
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    with process:
        process.send_signal(signal.SIGKILL)


HOLD_LOCK = """
import sys, time
from pathlib import Path
from costfloor.storage import data_lock
with data_lock(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(60)
"""

# The rename is the step that makes the new content visible; stop right before it.
WRITE_AND_HANG = """
import pathlib, sys, time
from costfloor.storage import write_atomic
def hang(self, target):
    print("ready", flush=True)
    time.sleep(60)
pathlib.Path.replace = hang
write_atomic(pathlib.Path(sys.argv[1]), b"new" * 100_000)
"""


def test_hashes_agree_with_hashlib(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    path = tmp_path / "blob"
    path.write_bytes(content)
    assert sha256_file(path) == sha256_bytes(content) == hashlib.sha256(content).hexdigest()


def test_write_atomic_makes_folders_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "result.json"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["result.json"]


def test_write_atomic_gives_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    ordinary, atomic = tmp_path / "ordinary", tmp_path / "atomic"
    ordinary.write_bytes(b"")
    write_atomic(atomic, b"")
    assert stat.S_IMODE(atomic.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)


def test_a_killed_write_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.write_bytes(b"old")
    kill(start(WRITE_AND_HANG, str(path)))
    assert path.read_bytes() == b"old"
    assert any(entry.suffix == ".tmp" for entry in tmp_path.iterdir()), "killed before it had written anything"
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_file_of_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "result"
    writer = start(WRITE_AND_HANG, str(path))
    for name in ("result", "another", ".notes.tmp"):
        write_atomic(tmp_path / name, b"mine")
    assert len([entry for entry in tmp_path.iterdir() if TEMPORARY.fullmatch(entry.name)]) == 1
    kill(writer)
    write_atomic(tmp_path / "another", b"mine")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".notes.tmp", "another", "result"]


def test_a_temporary_file_swept_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[Path] = []

    def lock_too_late(_file: object, _operation: int) -> None:
        if not swept:
            swept.extend(tmp_path.iterdir())
            swept[0].unlink()

    monkeypatch.setattr(fcntl, "flock", lock_too_late)
    write_atomic(tmp_path / "result", b"new")
    assert swept
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("result", b"new")]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "result"
    path.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"result: cannot be written \(No space left on device\). Make room"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_the_users_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"file/below/result: cannot be written \("):
        write_atomic(tmp_path / "file" / "below" / "result", b"")
    with pytest.raises(InputError, match="cannot be written"), data_lock(tmp_path / "file"):
        pass


def test_json_is_canonical_and_refuses_nan(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"b": 1, "a": ["é"]})
    assert path.read_text(encoding="utf-8") == '{\n  "a": [\n    "é"\n  ],\n  "b": 1\n}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"a": float("nan")})
    assert '"b": 1' in path.read_text(encoding="utf-8")


def test_the_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    holder = start(HOLD_LOCK, str(tmp_path))
    with pytest.raises(LockedError, match=f"in use by process {holder.pid}") as caught, data_lock(tmp_path):
        pass
    assert caught.value.exit_code == 3
    kill(holder)
    with data_lock(tmp_path):
        assert (tmp_path / ".lock").read_text() == f"{os.getpid()}\n"


def test_the_lock_is_free_again_after_use_and_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), data_lock(tmp_path / "data"):
        raise RuntimeError
    with data_lock(tmp_path / "data"), pytest.raises(LockedError), data_lock(tmp_path / "data"):
        pass


def as_link(place: Path, target: Path) -> None:
    place.symlink_to(target)


def as_hard_link(place: Path, target: Path) -> None:
    place.hardlink_to(target)


def as_file(place: Path, target: Path) -> None:
    place.write_bytes(target.read_bytes())


def as_pipe(place: Path, _target: Path) -> None:
    os.mkfifo(place)


def as_folder(place: Path, _target: Path) -> None:
    place.mkdir()


@pytest.mark.parametrize("put", [as_link, as_hard_link, as_file, as_pipe, as_folder])
def test_what_lies_in_the_place_of_a_lock_is_never_written_to(
    put: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    precious, data = tmp_path / "precious", tmp_path / "data"
    precious.write_text("what somebody needs")
    data.mkdir()
    put(data / LOCK_NAME, precious)
    with pytest.raises(IntegrityError, match=r"data/.lock: cannot be used as the lock .* Remove it"), data_lock(data):
        pass
    assert precious.read_text() == "what somebody needs"


def test_a_lock_that_is_a_dead_link_makes_no_file(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IntegrityError, match="cannot be used as the lock"), data_lock(tmp_path):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_by_the_name_of_a_file_is_replaced_not_followed(tmp_path: Path) -> None:
    precious, place = tmp_path / "precious", tmp_path / "data" / "result.json"
    precious.write_text("as it was")
    place.parent.mkdir()
    place.symlink_to(precious)
    (place.parent / ".result.json.01234567.tmp").symlink_to(precious)
    write_atomic(place, b"new")
    assert precious.read_text() == "as it was"
    assert place.read_bytes() == b"new"
    assert not place.is_symlink()


@pytest.mark.parametrize("place", ["", "fits", "fits/deep/file.json"])
def test_folders_that_lead_elsewhere_are_refused(place: str, tmp_path: Path) -> None:
    elsewhere, processed = tmp_path / "elsewhere", tmp_path / "data" / "processed"
    elsewhere.mkdir()
    refuse_links(processed)
    link = processed / place
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    with pytest.raises(IntegrityError, match=r"is a link, which has no place in a data folder. Remove it") as refusal:
        refuse_links(processed)
    assert str(link) in str(refusal.value)


def test_a_pipe_in_a_data_folder_is_refused_before_somebody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "build.json")
    with pytest.raises(IntegrityError, match=r"build.json: is neither a file nor a folder"):
        refuse_links(tmp_path)


def test_the_folder_that_the_user_names_may_lie_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "large disk" / "processed").mkdir(parents=True)
    (tmp_path / "data").symlink_to(tmp_path / "large disk")
    refuse_links(tmp_path / "data" / "processed")


def test_several_files_change_together_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / "a", tmp_path / "b" / "c"]
    write_together(dict.fromkeys(paths, b"old"))
    synced, calls = os.fsync, []

    def full_at_the_second(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        synced(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full_at_the_second)
        with pytest.raises(InputError, match=r"b/c: cannot be written \(No space left on device\)"):
            write_together(dict.fromkeys(paths, b"new"))
    assert [path.read_bytes() for path in paths] == [b"old", b"old"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "c"]


def test_a_folder_by_the_name_of_a_file_is_said_before_anything_changes(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").mkdir()
    with pytest.raises(InputError, match=r"report.pdf: cannot be written \(Is a directory\). Move that folder away"):
        write_together({tmp_path / "answer.svg": b"new", tmp_path / "report.pdf": b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]


def test_a_name_that_is_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be written \(File name too long\). Name a shorter path"):
        write_atomic(tmp_path / ("x" * 300) / "result", b"")
    with pytest.raises(InputError, match="File name too long"), data_lock(tmp_path / ("x" * 300)):
        pass


LIMITED = """
import pathlib, resource, sys
from costfloor.storage import write_atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
write_atomic(pathlib.Path(sys.argv[1]), b"new" * 100_000)
"""


def test_a_limit_on_the_size_of_files_is_said_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.write_bytes(b"old")
    ended = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=False)
    assert "result: cannot be written (File too large). Raise the limit" in ended.stderr.splitlines()[-1]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def stored(folder: Path, generation: str, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(generation)
    return folder


def test_a_folder_takes_over_the_names_of_another(tmp_path: Path) -> None:
    target = stored(tmp_path / "made", "old", "build.json", "fits/a.nc", "fits/a.json", "fits/of_a_table.json")
    source = stored(target / ".anew", "new", "build.json", "panel.parquet", "fits/a.nc", "fits/a.json", "fits/.lock")
    take_over(source, target)
    assert {path.relative_to(target).as_posix(): path.read_text() for path in target.rglob("*") if path.is_file()} == {
        "build.json": "new",
        "panel.parquet": "new",
        "fits/a.nc": "new",
        "fits/a.json": "new",
        "fits/of_a_table.json": "old",
    }
    assert not source.exists()


@pytest.mark.parametrize("done", range(4))
def test_an_end_while_taking_over_mixes_nothing(done: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("fits/a.nc", "fits/a.json", "fits/b.nc", "fits/b.json")
    target = stored(tmp_path / "made", "old", *names)
    source = stored(target / ".anew", "new", *names)
    replace, moved = Path.replace, []

    def ends(path: Path, other: Path) -> Path:
        moved.append(path)
        if len(moved) > done:
            raise OSError(28, "No space left on device")
        return replace(path, other)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", ends)
        with pytest.raises(InputError, match="No space left on device"):
            take_over(source, target)
    for record in target.glob("fits/*.json"):
        assert record.read_text() == record.with_suffix(".nc").read_text()
    take_over(source, target)
    assert {(target / name).read_text() for name in names} == {"new"}
