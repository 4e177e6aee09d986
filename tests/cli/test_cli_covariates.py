"""Covariates on the command line: the keys, the table for a reader, one line for what is refused, and names as data."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_run import run
from costfloor.cli.screen import ROWS

INDEX = ("index", "hedonic", "--frequency", "quarter")
ADJACENT = ("index", "adjacent", "--frequency", "quarter")
TREND = ("trend", "hedonic")
CALLS = (INDEX, ADJACENT, TREND)


def table(folder: Path, tier: str = "tier", pro: str = "pro") -> Path:
    rng = np.random.default_rng(0)
    n = 60
    number = np.arange(n)
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2023-01-05") + pd.to_timedelta(12 * number, "D"),
            "price": np.exp(2 - 0.02 * number + rng.normal(0, 0.1, n)),
            "score": rng.uniform(0.3, 0.8, n).round(3),
            "context": rng.choice([8, 32, 128], n),
            tier: np.where(rng.uniform(size=n) < 0.5, pro, "basic"),
            "same": 1,
        }
    )
    path = folder / "prices.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_keys_and_what_a_reader_sees(call: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = (*call, "--table", table(tmp_path), "--covariate", "context", "--covariate", "tier")
    found = run(capsys, *held, "--json").json
    context, tier = found["covariates"]
    assert set(context) == {"name", "level", "base", "effect", "ci90"}
    assert (context["name"], context["level"], context["base"]) == ("context", None, None)
    assert (tier["name"], tier["level"], tier["base"]) == ("tier", "pro", "basic")
    assert tier["ci90"][0] < tier["effect"] < tier["ci90"][1]
    shown = run(capsys, *held).out
    assert "Change of log price with each covariate" in shown
    (line,) = (line for line in shown.splitlines() if "pro against basic" in line)
    assert line.split()[:5] == ["tier", "pro", "against", "basic", f"{tier['effect']:+.4g}"]
    plain = run(capsys, *call, "--table", table(tmp_path), "--json").json
    assert plain["covariates"] == []
    assert set(plain) == set(found)
    assert "Change of log price with each covariate" not in run(capsys, *call, "--table", table(tmp_path)).out


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("size", "column 'size': missing"),
        ("price", "column 'price': has a meaning of its own"),
        ("same", "column 'same', value 1.0: is the same in all 60 prices"),
        ("context", "column 'context': is named twice"),
    ],
)
def test_one_line_says_what_is_wrong(
    call: tuple[str, ...], name: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = run(capsys, *call, "--table", table(tmp_path), "--covariate", "context", "--covariate", name)
    assert (refused.code, refused.out) == (2, "")
    assert says in refused.err
    assert len(refused.err.splitlines()) == 1


@pytest.mark.parametrize("call", [INDEX, TREND], ids=" ".join)
def test_many_levels_are_a_screen(call: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.read_csv(table(tmp_path))
    path = tmp_path / "many.csv"
    frame.assign(region=[f"r{at % 29:02}" for at in range(60)]).to_csv(path, index=False)
    held = (*call, "--table", path, "--covariate", "region")
    shown = run(capsys, *held).out
    assert shown.count("against r00") == ROWS
    assert f"And {28 - ROWS} more: with --json." in shown
    assert len(run(capsys, *held, "--json").json["covariates"]) == 28


def test_other_indexes_refuse_them_before_anything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    refused = run(capsys, "index", "matched", "--table", "no such file.csv", "--covariate", "tier")
    assert (refused.code, refused.out) == (2, "")
    assert "takes no covariates" in refused.err
    assert run(capsys, "trend", "frontier", "--covariate", "tier").code == 2


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_names_and_levels_are_shown_as_they_are(
    call: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, level = "<b>[red]|*tier*|\u200b", "[/bold]{x}\u200b"
    held = (*call, "--table", table(tmp_path, name, level), "--covariate", name)
    shown = run(capsys, *held).out
    assert r"<b>[red]|*tier*|\u200b" in shown
    assert r"basic against [/bold]{x}\u200b" in shown
    assert run(capsys, *held, "--json").json["covariates"][0]["base"] == level
