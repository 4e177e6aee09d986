"""A model that nobody knows: its absence is explained, and one decision puts it where it belongs."""

import datetime as dt
import os
import pty
import shutil
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import costfloor.capability.measured
import pytest
from cli_run import contents, run
from costfloor.build import build
from costfloor.cli import main
from costfloor.data.quotes import build_quotes
from costfloor.data.setup_tables import WRITTEN
from costfloor.ingest import ingest
from store import opened, small_store
from test_panel import stand_in_capability

PRICES = "provider,model_id,input_usd_per_mtok,output_usd_per_mtok,date\nacme,acme/foo-1,1,4,2025-12-01\n"
ADD = (
    *("models", "add", "acme/foo-1", "--name", "Foo 1", "--creator", "Acme", "--release-date", "2025-11-20"),
    *("--open-weights", "--params-total-b", "70", "--who", "Ada", "--why", "its own page"),
)
BY = ("--who", "Ada", "--why", "seen on its page", "--quiet")


@pytest.fixture(scope="module", autouse=True)
def quick_capability() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        yield


@pytest.fixture(scope="module")
def with_a_price(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has a price of a model that nobody knows, built."""
    folder = tmp_path_factory.mktemp("models")
    path = folder / "prices.csv"
    path.write_text(PRICES, encoding="utf-8")
    data = small_store(folder / "data")
    taken = ingest(opened(data), "table", str(path), dt.date(2025, 12, 2), lambda _: None)
    assert taken.models_unresolved == 1
    build(opened(data))
    return data


@pytest.fixture
def data(with_a_price: Path, tmp_path: Path) -> Path:
    """A copy of it to write in."""
    return Path(shutil.copytree(with_a_price, tmp_path / "data"))


def question(capsys: pytest.CaptureFixture[str], data: Path, spelling: str) -> dict[str, object] | None:
    asked = run(capsys, "models", "review", "--data", data, "--json", "--quiet").json["questions"]
    return next((one for one in asked if one["spelling"] == spelling), None)


def model_of(data: Path, model_id: str) -> object:
    quotes = build_quotes(opened(data)).quotes.set_index("model_id")
    return quotes.loc[model_id, "model_key"]


def test_a_model_of_ones_own_is_explained_added_and_priced(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = question(capsys, data, "acme/foo-1")
    assert asked is not None
    assert asked["reason"] == "no model has this name"
    assert "table: acme" in str(asked["evidence"])
    said = run(capsys, *ADD, "--data", data, "--json", "--quiet")
    assert (said.code, said.json["model_key"]) == (0, "acme/foo-1")
    assert question(capsys, data, "acme/foo-1") is None
    assert model_of(data, "acme/foo-1") == "acme/foo-1"
    again = run(capsys, *ADD, "--data", data, "--quiet")
    assert (again.code, "is there already" in again.err) == (2, True)


def test_an_own_table_of_models_registers_it(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "models.csv"
    path.write_text(
        "model_key,name,creator,release_date,open_weights\nacme/foo-1,Foo 1,Acme,2025-11-20,true\n", "utf-8"
    )
    ingest(opened(data), "models-table", str(path), dt.date(2025, 12, 2), lambda _: None)
    assert question(capsys, data, "acme/foo-1") is None
    assert model_of(data, "acme/foo-1") == "acme/foo-1"


def test_questions_are_answered_by_number(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = question(capsys, data, "acme/foo-1")
    assert asked is not None
    nearest = str(asked["candidates"][0])  # type: ignore[index]
    number = str(asked["number"])
    accepted = run(capsys, "models", "review", "--accept", number, "--data", data, "--json", *BY)
    assert (accepted.code, accepted.json["model_key"]) == (0, nearest)
    assert question(capsys, data, "acme/foo-1") is None
    assert model_of(data, "acme/foo-1") == nearest
    split = run(capsys, "models", "split", nearest, "acme/foo-1", "--data", data, *BY)
    assert split.code == 0
    asked = question(capsys, data, "acme/foo-1")
    assert asked is not None
    rejected = run(capsys, "models", "review", "--reject", str(asked["number"]), "--data", data, "--json", *BY)
    assert (rejected.code, rejected.json["model_key"]) == (0, None)
    assert question(capsys, data, "acme/foo-1") is None


def press(terminal: int, keys: str, shown: list[str]) -> None:
    """Press one key for each question, once the terminal hands on single keys; ends when the other end is closed."""
    asked = 0
    with suppress(OSError):
        while text := os.read(terminal, 4096).decode():
            shown.append(text)
            if "".join(shown).count("quit: ") > asked:
                while termios.tcgetattr(terminal)[3] & termios.ICANON:
                    time.sleep(0.01)
                os.write(terminal, keys[asked].encode())
                asked += 1


def at_a_terminal(keys: str, monkeypatch: pytest.MonkeyPatch, *arguments: object) -> str:
    """What a person sees who runs the program and presses these keys."""
    here, there = pty.openpty()
    shown: list[str] = []
    hands = threading.Thread(target=press, args=(here, keys, shown))
    hands.start()
    with (
        os.fdopen(os.dup(there)) as stdin,
        os.fdopen(there, "w", buffering=1) as stdout,
        monkeypatch.context() as patched,
    ):
        patched.setattr(sys, "stdin", stdin)
        patched.setattr(sys, "stdout", stdout)
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
    hands.join()
    os.close(here)
    assert stop.value.code == 0
    return "".join(shown)


def test_questions_are_answered_by_one_key_each(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = run(capsys, "models", "review", "--data", data, "--json", "--quiet").json["questions"]
    decided = data / "raw" / "model_decisions.csv"
    before = decided.read_text("utf-8").splitlines()
    shown = at_a_terminal("s1rq", monkeypatch, "models", "review", "--who", "Ada", "--data", data)
    rows = [line.split(",") for line in decided.read_text("utf-8").splitlines()[len(before) :]]
    assert [(row[0], row[2]) for row in rows] == [
        ("accept", asked[1]["spelling"]),
        ("reject", asked[2]["spelling"]),
    ]
    assert rows[0][1] == asked[1]["candidates"][0]
    for question in asked[:4]:
        assert f"{question['number']}. {question['spelling']}" in shown
    assert f"{asked[4]['number']}. {asked[4]['spelling']}" not in shown
    assert f"1 accepted, 1 rejected, {len(asked) - 2} left" in shown


REFUSED = {
    ("alias", "acme/foo-2", "foo"): "`costfloor models add`",
    ("alias", "openai/gpt5", "foo"): "or nearest: openai/gpt-5",
    ("merge", "openai/gpt-5", "openai/gpt-5-mini"): "cannot be joined into another",
    ("merge", "openai/gpt-5", "acme/foo-2"): "is no known model",
    ("split", "acme/foo-2", "foo"): "is no known model",
    ("review", "--accept", "9999"): "is no question",
    ("review", "--accept", "1", "--reject", "1"): "cannot both be",
    ("add", "foo", "--name", "Foo", "--creator", "A", "--release-date", "2026-01-01"): "is no key",
    ("add", "a/foo", "--name", "Foo", "--creator", "A", "--release-date", "soon"): "soon",
}


def test_what_cannot_be_decided_is_refused_and_nothing_is_written(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(data / "raw")
    for arguments, said in REFUSED.items():
        refused = run(capsys, "models", *arguments, "--data", data, *BY)
        assert (refused.code, said in refused.err) == (2, True), refused.err
    assert contents(data / "raw") == before


def test_a_spelling_gets_its_model(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = run(capsys, "models", "alias", "openai/gpt-5", "acme/foo-1", "--source", "table", "--data", data, *BY)
    assert named.code == 0
    run(capsys, "build", "--data", data, "--quiet")
    assert model_of(data, "acme/foo-1") == "openai/gpt-5"


def test_tables_to_write_in_are_made_once(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for schema in WRITTEN:
        path = data / "raw" / f"{schema.name}.csv"
        if path.exists():
            path.unlink()
    made = run(capsys, "setup-tables", "--data", data, "--json", "--quiet")
    assert (made.code, sorted(made.json["created"])) == (0, sorted(f"{schema.name}.csv" for schema in WRITTEN))
    assert run(capsys, "build", "--data", data, "--quiet").code == 0
    assert run(capsys, "setup-tables", "--data", data, "--json", "--quiet").json["created"] == []
