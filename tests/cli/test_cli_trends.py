"""Trends and indexes as a user meets them: the panel by default, units as given, and one message or a right value."""

from pathlib import Path
from types import SimpleNamespace

import costfloor.cli.trends
import numpy as np
import pandas as pd
import pytest
from cli_run import run
from costfloor.indexes import WHICH_TO_CITE
from costfloor.indexes.periods import MAXIMUM_CELLS
from costfloor.indexes.price_index import KINDS
from costfloor.indexes.time_dummy import MAXIMUM_NUMBERS
from costfloor.panel import law_rows

INDEXES = Path(__file__).parents[2] / "docs" / "indexes.md"


def small_panel(models: int = 40) -> pd.DataFrame:
    """A panel as `load_panel` gives it, of models whose log price falls by 0.7 a year at equal capability."""
    rng = np.random.default_rng(0)
    date = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 900, models)), "D")
    capability = rng.uniform(100, 140, models)
    log_price = 0.05 * capability - 0.7 * (date - date[0]).days / 365 + rng.normal(0, 0.2, models)
    return pd.DataFrame(
        {
            "date": date, "valid_to": pd.NaT, "left_censored": False, "price_usd_per_mtok": np.exp(log_price),
            "model": [f"model {number}" for number in range(models)], "host": "x", "host_kind": "first_party", "n_benchmarks": 6,
            "capability": capability, "capability_sd": 1.0, "band": "one", "band_centre": 120.0, "birth": date[0], "clock_release": date[0],
            "segment": "one", "open_weights": True, "reasoning": False, "release_date": date,
        }
    )  # fmt: skip


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    found = small_panel()
    show(found, monkeypatch)
    return found


def show(panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this be the panel of the project."""
    built = SimpleNamespace(panel=panel, law_rows=law_rows(panel))
    monkeypatch.setattr(costfloor.cli.trends, "built_panel", lambda _: built)


def test_trends_of_the_panel(panel: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    hedonic = run(capsys, "trend", "hedonic", "--json").json
    assert hedonic["n"] == len(panel)
    np.testing.assert_allclose([hedonic["rate"], hedonic["score_coefficient"]], [0.7, 0.05], atol=0.1)
    frontier = run(capsys, "trend", "frontier", "--json").json
    assert frontier["threshold"] == pytest.approx(panel["capability"].quantile(0.25))
    assert frontier == run(capsys, "trend", "frontier", "--threshold", frontier["threshold"], "--json").json
    for found in (hedonic, frontier):
        np.testing.assert_allclose(
            np.exp([found["rate"], *found["rate_ci90"]]), [found["factor_per_year"], *found["ci90"]]
        )
        assert list(found)[:2] == ["rate", "rate_ci90"]
    said = run(capsys, "trend", "frontier").out
    assert said.index("log-rate") < said.index("times cheaper")
    assert "the lower quartile of models" in said
    assert "the lower quartile" not in run(capsys, "trend", "frontier", "--threshold", "110").out
    assert "leaves nothing out: scores run from" in run(capsys, "trend", "frontier", "--threshold", "0.4").err
    assert not run(capsys, "trend", "frontier", "--threshold", "110").err


def test_an_empty_panel_has_no_trend(
    monkeypatch: pytest.MonkeyPatch, panel: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    show(panel.head(0), monkeypatch)
    for call in (["trend", "frontier"], ["trend", "hedonic"], *(["index", kind] for kind in KINDS)):
        refused = run(capsys, *call)
        assert (refused.code, refused.out) == (2, "")
        assert "no prices" in refused.err or "0 prices are too few" in refused.err


@pytest.mark.parametrize(("scale", "factor"), [("fraction", 1.0), ("percent", 100.0), ("raw", 7.0)])
def test_thresholds_are_in_the_unit_of_the_scores(
    scale: str, factor: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = small_panel()
    scores = ((prices["capability"] - 99) / 42).round(4)
    table = tmp_path / "prices.csv"
    pd.DataFrame({"date": prices["date"], "price": prices["price_usd_per_mtok"], "score": scores * factor}).to_csv(
        table, index=False
    )
    said = run(capsys, "index", "frontier", "--table", table, "--score-scale", scale).out
    assert f"Record lows at or above score {scores.quantile(0.25) * factor:.4g}, the lower quartile of models" in said


def test_the_reader_is_told_what_to_cite_and_how_much_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    helped = " ".join(run(capsys, "index", "--help").out.split())
    assert f"{MAXIMUM_CELLS:,}" in helped
    assert MAXIMUM_NUMBERS == MAXIMUM_CELLS
    assert WHICH_TO_CITE in " ".join(INDEXES.read_text(encoding="utf-8").split())
    table = write(tmp_path, small_panel())
    assert run(
        capsys, "index", "hedonic", "--frequency", "quarter", "--table", table, "--score-scale", "raw"
    ).out.endswith(f"{WHICH_TO_CITE}\n")


def write(folder: Path, prices: pd.DataFrame) -> Path:
    """A panel as a user's table."""
    named = {"price_usd_per_mtok": "price", "capability": "score"}
    path = folder / "prices.csv"
    prices.rename(columns=named)[["date", "price", "score", "model", "host", "open_weights"]].to_csv(path, index=False)
    return path


HOSTILE = {
    "one row": small_panel().head(1),
    "one date": small_panel().assign(date=pd.Timestamp("2024-01-01")),
    "two periods": small_panel().assign(date=[pd.Timestamp(f"2024-0{1 + number % 2}-01") for number in range(40)]),
    "one score": small_panel().assign(capability=1.0),
    "huge scores": small_panel().assign(capability=np.linspace(-1, 1, 40) * 1.7e308),
    "tiny scores": small_panel().assign(capability=np.linspace(-1, 1, 40) * 1e-300),
    "huge prices": small_panel().assign(price_usd_per_mtok=np.geomspace(1.7e308, 1e300, 40)),
    "a steep fall": small_panel().assign(
        price_usd_per_mtok=np.geomspace(1e300, 1e-300, 40), date=pd.date_range("2024-01-01", periods=40)
    ),
    "one price": small_panel().assign(price_usd_per_mtok=1.0),
    "one model": small_panel().assign(model="a"),
    "score is time": small_panel().assign(capability=np.arange(40.0), date=pd.date_range("2024-01-01", periods=40)),
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_right_value_or_one_message(case: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write(tmp_path, HOSTILE[case])
    found = run(capsys, "index", kind, "--table", table, "--score-scale", "raw", "--json")
    assert "Traceback" not in found.err
    if found.code == 2:
        assert found.out == ""
        assert found.err.startswith("error: ")
        assert len(found.err.splitlines()) == 1
        return
    index = found.json
    assert found.code == 0
    assert np.isfinite([index["annual_rate"], *index["annual_rate_ci90"]]).all()
    assert all(row["value"] > 0 for row in index["periods"])


@pytest.mark.parametrize("call", [["frontier"], ["hedonic"], ["hedonic", "--frontier", "pareto"]])
@pytest.mark.parametrize("case", HOSTILE)
def test_a_trend_or_one_message(case: str, call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "trend", *call, "--table", write(tmp_path, HOSTILE[case]), "--score-scale", "raw", "--json")
    assert "Traceback" not in found.err
    assert found.code in {0, 2}
    if found.code == 0:
        assert np.isfinite([found.json["rate"], *found.json["rate_ci90"]]).all()
    else:
        assert len(found.err.splitlines()) == 1


def test_no_rows_of_a_choice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write(tmp_path, small_panel())
    for kind in KINDS:
        refused = run(capsys, "index", kind, "--table", table, "--score-scale", "raw", "--weights", "closed")
        assert (refused.code, refused.out) == (2, "")
        assert "no prices" in refused.err
