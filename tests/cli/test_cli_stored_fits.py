"""A fit is found by what determines it, whichever way it is asked for, and never taken for another one."""

import json
from pathlib import Path

import costfloor.sampling.engine
import costfloor.sampling.sampler
import pytest
from cli_run import Run, run, write_table
from costfloor.fit import compiled
from costfloor.fit.fit import fit_law
from costfloor.laws import LAWS
from costfloor.laws.observations import observations
from costfloor.places import Places
from costfloor.sampling.policy import Sampling
from costfloor.sources.price_table import read_price_table
from fault_worker import stand_in_sample

Capture = pytest.CaptureFixture[str]


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("sampled")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table, and plain draws in place of sampled ones."""
    monkeypatch.setattr(compiled, "compile_law", lambda law, obs: (law, obs))
    monkeypatch.setattr(costfloor.sampling.engine, "sample", stand_in_sample)
    return write_table(tmp_path)


def fit(capsys: Capture, table: Path, law: str = "exponential") -> Run:
    return run(capsys, "fit", law, "--table", table, "--data", table.parent / "data", "--json", "--quiet")


def stored(table: Path, law: str = "exponential") -> tuple[Path, Path]:
    """Receipt and draws."""
    (receipt,) = Places(table.parent / "data").fits.glob(f"{law}-*.json")
    return receipt, receipt.with_suffix(".nc")


def test_python_reads_what_the_command_line_has_stored(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """As in the example of the README."""
    told = fit(capsys, table).json
    monkeypatch.setattr(costfloor.sampling.engine, "sample", refuse)
    prices = read_price_table(table, "fraction")
    found = fit_law(
        LAWS["exponential"], observations(prices.frame), Sampling(), Places(table.parent / "data").fits, print
    )
    assert found.receipt["fingerprint"] == told["fingerprint"]
    assert found.receipt["parameters"] == told["parameters"]


def test_the_same_prices_are_the_same_fit_in_another_file(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    told = fit(capsys, table).json
    monkeypatch.setattr(costfloor.sampling.engine, "sample", refuse)
    frame = read_price_table(table, "fraction").frame
    assert "price" in frame
    header, *rows = table.read_text().splitlines()
    other = write_table(table.parent, rows, header, name="copy.csv")
    assert fit(capsys, other).json == told


def test_every_attempt_is_in_the_receipt_with_its_seed_and_a_second_run_makes_the_same(
    table: Path, capsys: Capture
) -> None:
    seeds = []
    for name in ("one", "two"):
        data = table.parent / name
        run(capsys, "fit", "exponential", "--table", table, "--data", data, "--json", "--quiet", "--seed", 7)
        (path,) = Places(data).fits.glob("*.json")
        attempts = json.loads(path.read_text())["attempts"]
        seeds.append([attempt["seed"] for attempt in attempts])
    assert seeds[0] == seeds[1]
    assert seeds[0][0] == 7


def test_fits_that_have_changed_names_are_refused(table: Path, capsys: Capture) -> None:
    for law in ("exponential", "random_walk"):
        fit(capsys, table, law)
    for one, other in zip(stored(table), stored(table, "random_walk"), strict=True):
        kept = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(kept)
    for law, said in (("exponential", "random_walk"), ("random_walk", "exponential")):
        told = fit(capsys, table, law)
        assert (told.code, told.out) == (2, "")
        assert f"is the receipt of another fit, {said}-" in told.err
        assert told.err.count("\n") == 1
        assert "to run the fit again" in told.err


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "{}"])
def test_a_broken_receipt_is_refused_in_one_line_that_says_what_to_do(
    content: str, table: Path, capsys: Capture
) -> None:
    told = fit(capsys, table)
    receipt, draws = stored(table)
    receipt.write_text(content)
    refused = fit(capsys, table)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert str(receipt) in refused.err
    receipt.unlink()
    draws.unlink()
    assert fit(capsys, table).json["parameters"] == told.json["parameters"]


def test_an_edited_parameter_is_not_printed(table: Path, capsys: Capture) -> None:
    fit(capsys, table)
    receipt, _ = stored(table)
    content = json.loads(receipt.read_text())
    content["parameters"]["rate_now"]["mean"] = 9.99
    receipt.write_text(json.dumps(content))
    told = fit(capsys, table)
    assert (told.code, told.out) == (2, "")
    assert "not as it was written" in told.err


@pytest.mark.parametrize("cut", [0, 100, -1])
def test_truncated_draws_are_refused(cut: int, table: Path, capsys: Capture) -> None:
    fit(capsys, table)
    _, draws = stored(table)
    draws.write_bytes(draws.read_bytes()[:cut])
    told = fit(capsys, table)
    assert (told.code, told.out) == (2, "")
    assert f"{draws} does not match its receipt" in told.err


def test_stray_files_in_the_folder_of_fits_change_nothing(table: Path, capsys: Capture) -> None:
    told = fit(capsys, table).json
    folder = Places(table.parent / "data").fits
    (folder / "exponential-mine.json").write_text("not JSON")
    (folder / "notes.json").write_text('{"law": "exponential"}')
    assert fit(capsys, table).json == told
