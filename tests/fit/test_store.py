"""The fit store: what was written is read, what was changed is refused, what was not finished does not exist."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from costfloor.errors import IntegrityError
from costfloor.fit import archive
from costfloor.fit.receipts import fit_name, receipts
from costfloor.keys import fingerprint
from costfloor.records import write_record
from costfloor.storage import sha256_file


def draws(seed: int = 0) -> xr.DataTree:
    rng = np.random.default_rng(seed)
    dims = ("chain", "draw", "family")
    posterior = xr.Dataset({"rate": (dims, rng.normal(size=(2, 10, 3)))}, coords={"family": ["a", "b", "ü c"]})
    stats = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((2, 10), bool))})
    return xr.DataTree.from_dict({"posterior": posterior, "sample_stats": stats})


def identity(number: int = 0, law: str = "plateau") -> dict[str, Any]:
    return {"law": law, "fingerprint": fingerprint({"number": number})}


def load(folder: Path, number: int = 0, law: str = "plateau") -> tuple[dict[str, Any], xr.DataTree] | None:
    return archive.load(folder, law, [identity(number, law)["fingerprint"]])


def files(folder: Path, number: int = 0, law: str = "plateau") -> tuple[Path, Path]:
    """Receipt and draws."""
    name = fit_name(**identity(number, law))
    return folder / f"{name}.json", folder / f"{name}.nc"


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    receipt, tree = archive.save(tmp_path / "fits", {**identity(), "n": 5, "seconds": 0.1 + 0.2}, draws())
    found = load(tmp_path / "fits")
    assert found is not None
    hashes = {"draws_sha256": sha256_file(files(tmp_path / "fits")[1])}
    assert found[0] == receipt == {**identity(), "n": 5, "seconds": 0.1 + 0.2, **hashes}
    assert found[1].attrs == identity()
    for whole in (found[1], tree):
        assert whole["posterior"].to_dataset().identical(draws()["posterior"].to_dataset())
    assert found[1]["sample_stats"]["diverging"].dtype == bool


def test_numbers_that_json_cannot_say_are_none(tmp_path: Path) -> None:
    diagnostics = {"rhat_max": float("nan"), "ess_bulk_min": 7.0, "passed": False}
    asked = {**identity(), "diagnostics": diagnostics, "attempts": [{"ebfmi": float("inf")}]}
    receipt, _ = archive.save(tmp_path, asked, draws())
    assert receipt["diagnostics"] == {"rhat_max": None, "ess_bulk_min": 7.0, "passed": False}
    assert receipt["attempts"] == [{"ebfmi": None}]
    found = load(tmp_path)
    assert found is not None
    assert found[0] == receipt


def test_nothing_stored_is_none(tmp_path: Path) -> None:
    assert load(tmp_path) is None
    assert load(tmp_path / "missing") is None


@pytest.mark.parametrize("position", [0, 100, -1])
def test_a_changed_byte_is_refused(tmp_path: Path, position: int) -> None:
    archive.save(tmp_path, identity(), draws())
    _, path = files(tmp_path)
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match=f"{path.name} does not match its receipt"):
        load(tmp_path)


def test_missing_or_foreign_draws_are_refused(tmp_path: Path) -> None:
    for number in (0, 1):
        archive.save(tmp_path, identity(number), draws(number))
    files(tmp_path, 1)[1].replace(files(tmp_path)[1])
    for number in (0, 1):
        with pytest.raises(IntegrityError, match="delete both"):
            load(tmp_path, number)


def test_fits_that_have_changed_names_are_refused(tmp_path: Path) -> None:
    """Receipt and draws of one fit under the name of another, by the whole name, by law alone and by fingerprint alone."""
    for number, law in ((0, "plateau"), (1, "discovery"), (0, "discovery")):
        archive.save(tmp_path, identity(number, law), draws(number))
    for number, law in ((1, "discovery"), (0, "discovery")):
        here, there = tmp_path / f"{law}-{number}-here", tmp_path / f"{law}-{number}-there"
        for folder in (here, there):
            folder.mkdir()
        for source, target in zip(files(tmp_path, number, law), files(here), strict=True):
            target.write_bytes(source.read_bytes())
        with pytest.raises(IntegrityError, match=rf"{files(here)[0].name} is the receipt of another fit, {law}-"):
            load(here)
        assert receipts(here) == ([], [files(here)[0]])


def test_draws_whose_receipt_was_made_up_are_refused(tmp_path: Path) -> None:
    """A receipt with right hashes does not make another fit's draws its own."""
    archive.save(tmp_path, identity(1), draws())
    receipt = archive.write(tmp_path, "other", identity(), draws())
    receipt["draws_sha256"] = sha256_file(files(tmp_path, 1)[1])
    write_record(files(tmp_path)[0], receipt)
    files(tmp_path, 1)[1].replace(files(tmp_path)[1])
    with pytest.raises(IntegrityError, match="has the draws of another fit"):
        load(tmp_path)


BROKEN = {
    "empty": lambda text: "",
    "truncated": lambda text: text[: len(text) // 2],
    "a list": lambda text: "[]",
    "a number": lambda text: "1",
    "nested": lambda text: "[" * 100_000,
    "no hash of its own": lambda text: json.dumps(
        {key: value for key, value in json.loads(text).items() if key != "sha256"}
    ),
    "no law": lambda text: text.replace('"law"', '"flaw"'),
    "hash is a number": lambda text: json.dumps({**json.loads(text), "draws_sha256": 1}),
    "edited parameter": lambda text: text.replace("0.61", "0.16"),
    "edited gate": lambda text: text.replace("false", "true"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_receipt_that_is_not_as_it_was_written_is_refused_in_one_line(tmp_path: Path, how: str) -> None:
    receipt, _ = archive.save(tmp_path, {**identity(), "parameters": {"rate_now": 0.61}, "passed": False}, draws())
    path, other = files(tmp_path)
    broken = BROKEN[how](path.read_text("utf-8"))
    assert broken != path.read_text("utf-8")
    path.write_text(broken, "utf-8")
    with pytest.raises(IntegrityError) as caught:
        load(tmp_path)
    said = str(caught.value)
    assert said.startswith(f"{path} is no")
    assert said.endswith(f"delete both it and {other.name} to run the fit again")
    assert "\n" not in said
    assert receipts(tmp_path) == ([], [path])
    for left in (path, other):
        left.unlink()
    assert (
        archive.save(tmp_path, {**identity(), "parameters": {"rate_now": 0.61}, "passed": False}, draws())[0] == receipt
    )


def test_listings_pass_over_what_is_no_fit(tmp_path: Path) -> None:
    receipt, _ = archive.save(tmp_path, identity(), draws())
    (tmp_path / "notes.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "bytes.json").write_bytes(b"\xff\x00")
    (tmp_path / "a folder.json").mkdir()
    os.mkfifo(tmp_path / "a pipe.json")
    other = [tmp_path / name for name in ("a folder.json", "a pipe.json", "bytes.json", "notes.json")]
    assert receipts(tmp_path) == ([receipt], other)
    assert receipts(tmp_path / "missing") == ([], [])


@pytest.mark.parametrize("step", ["write_atomic", "write_record"])
def test_a_killed_save_leaves_no_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(archive, step, killed)
        with pytest.raises(KeyboardInterrupt):
            archive.save(tmp_path, {**identity(), "n": 1}, draws())
    assert load(tmp_path) is None
    archive.save(tmp_path, {**identity(), "n": 2}, draws())
    found = load(tmp_path)
    assert found is not None
    assert found[0]["n"] == 2


RACE = """
import sys, time
from pathlib import Path
from test_store import archive, draws, identity
folder, number = Path(sys.argv[1]), int(sys.argv[2])
tree = draws(number)
(folder / f"ready-{number}").touch()
while not all((folder / f"ready-{one}").exists() for one in (1, 2)):
    time.sleep(0.001)
for fit in range(60):
    receipt, found = archive.save(folder / "fits", {**identity(fit), "by": number}, tree)
    own = found["posterior"].to_dataset().equals(draws(receipt["by"])["posterior"].to_dataset())
    print(fit, receipt["by"], receipt["draws_sha256"], own)
"""


def test_of_two_processes_that_store_the_same_fit_both_return_the_first(tmp_path: Path) -> None:
    """Each with draws of its own, as two runs with a cold and a warm compiler have."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, tmp_path, number], env=environment, stdout=subprocess.PIPE, text=True
        )
        for number in ("1", "2")
    ]
    said = [one.communicate(timeout=120)[0].splitlines() for one in started]
    assert [one.returncode for one in started] == [0, 0]
    assert len(said[0]) == 60
    assert said[0] == said[1]
    assert all(line.endswith("True") for line in said[0])
    for fit in range(60):
        found = load(tmp_path / "fits", fit)
        assert found is not None
        assert found[1]["posterior"].to_dataset().equals(draws(found[0]["by"])["posterior"].to_dataset())
    assert sorted(path.suffix for path in (tmp_path / "fits").iterdir()) == sorted([".json", ".nc"] * 60)
