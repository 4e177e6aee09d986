"""`costfloor fit` under other priors and as a fast look: labels, exit codes, and what is refused."""

from pathlib import Path

import costfloor.sampling.engine
import pytest
from cli_run import Run, contents, run, write_table
from costfloor.fit import compiled
from costfloor.fit.asked import FAST_LOOK
from costfloor.places import Places
from fault_worker import stand_in_sample

Capture = pytest.CaptureFixture[str]

PRIOR = "rate=lognormal:0.4:0.3"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table, and plain draws in place of sampled ones."""
    monkeypatch.setattr(compiled, "compile_law", lambda law, obs: (law, obs))
    monkeypatch.setattr(costfloor.sampling.engine, "sample", stand_in_sample)
    return write_table(tmp_path)


def fit(capsys: Capture, table: Path, *options: object) -> Run:
    return run(capsys, "fit", "exponential", "--table", table, "--data", table.parent / "data", *options, "--quiet")


def test_a_fit_under_another_prior_is_another_one_and_says_so(table: Path, capsys: Capture) -> None:
    plain = fit(capsys, table, "--json").json
    other = fit(capsys, table, "--prior", PRIOR, "--json").json
    assert (plain["other_priors"], plain["fast_look"]) == ({}, None)
    assert list(other["other_priors"]) == ["rate"]
    assert other["other_priors"]["rate"]["constants"] == [0.4, 0.3]
    assert other["fingerprint"] != plain["fingerprint"]
    assert fit(capsys, table, "--json").json == plain
    last = fit(capsys, table, "--prior", PRIOR).out.rstrip().split("\n")[-1]
    assert last.endswith("Note: under another prior than the law's own: rate.")
    assert "Note" not in fit(capsys, table).out


def test_a_fast_look_says_so_is_not_stored_and_misses_a_gate_like_any_fit(table: Path, capsys: Capture) -> None:
    look = fit(capsys, table, "--fast", "--json")
    assert look.json["fast_look"] == FAST_LOOK
    assert not list(Places(table.parent / "data").fits.rglob("*"))
    shown = fit(capsys, table, "--fast")
    assert shown.out.rstrip().split("\n")[-1].endswith(f"Note: {FAST_LOOK}.")
    # Four hundred draws are worth four hundred at most, and the gate asks for more.
    for told in (look, shown):
        assert told.code == 1
        assert "FAILED gates: " in told.err
    assert not look.json["diagnostics"]["passed"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--prior", "rate"), "column '--prior', value 'rate': is no prior"),
        (("--prior", PRIOR, "--prior", PRIOR), "is named twice"),
        (("--prior", "floor=normal:0:1"), "value 'floor': is no parameter of the law"),
        (("--prior", "rate=normal:0.4:0.3"), "does not suit rate, which takes lognormal (median, sd of the log)"),
        (("--prior", "rate=lognormal:0.4:nan"), "is no number for the sd of the log of rate"),
        (("--prior", "rate_spread=halfnormal:0.1"), "is a spread over families, and the table has one family"),
        (("--fast", "--out", "elsewhere"), "a fast look is not stored"),
    ],
)
def test_what_does_not_suit_is_refused_in_one_line(
    options: tuple[str, ...], problem: str, table: Path, capsys: Capture
) -> None:
    before = contents(table.parent)
    told = fit(capsys, table, *options)
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert problem in told.err
    assert contents(table.parent) == before
