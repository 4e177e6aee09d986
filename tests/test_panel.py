"""The panel: kept quotes with capability and births, one market to the laws; what a build writes, keeps and refuses."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import costfloor.build
import costfloor.capability.measured
import pandas as pd
import pytest
from costfloor.build import build, stored_build
from costfloor.built import build_key
from costfloor.capability.bands import BANDS
from costfloor.capability.clock import market_clock
from costfloor.data.package import write_datapackage
from costfloor.data.performance import Performance
from costfloor.errors import InputError, LockedError, MissingResultError
from costfloor.laws.observations import observations
from costfloor.laws.panel import panel_observations
from costfloor.panel import (
    LAW_HOST_KINDS,
    MARKET,
    MIN_PUBLISHED_BENCHMARKS,
    MIN_USABLE_BENCHMARKS,
    births_by,
    law_rows,
    make_panel,
    market_rows,
    panel_bands,
    segments,
)
from costfloor.places import Places
from costfloor.storage import data_lock
from store import bare_store, copy_compiled, opened, stored

MIDYEAR = pd.Timestamp("2025-06-30")


def stand_in_capability(
    folder: Path, performance: Performance, models: pd.DataFrame, say: Any, *, anew: bool = False
) -> tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]:
    """Published indexes, and the anchors spread evenly: no sampling, the same columns."""
    counts = performance.rows.groupby("model_key")["benchmark"].nunique().rename("n_benchmarks").reset_index()
    table = counts.merge(models[["model_key", "eci_score"]], on="model_key")
    anchors = {band.anchor: 100.0 + 12.0 * position for position, band in enumerate(BANDS)}
    table["capability"] = table["model_key"].map(anchors).fillna(table["eci_score"])
    table = table.dropna(subset=["capability"]).assign(capability_sd=1.5)
    table = table[["model_key", "capability", "capability_sd", "n_benchmarks"]]
    residuals = pd.DataFrame({"benchmark": ["x"], "n": [1]})
    return table.reset_index(drop=True), {"diagnostics": {"passed": True}, "models": len(table)}, residuals


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project's raw store, its latest quotes only so that it builds in seconds, built with stand-in capability."""
    data_dir = tmp_path_factory.mktemp("data")
    copy_compiled(data_dir)
    path = data_dir / "raw" / "quotes.csv"
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    few = cells["source"].isin(["curated", "llm_prices", "epoch_api"]) | (cells.index % 8 == 0)
    cells[few].to_csv(path, index=False)
    write_datapackage(data_dir / "raw")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        build(opened(data_dir))
        build(opened(data_dir), MIDYEAR)
        yield data_dir


def rows(
    band: str, *, weights: bool | None, count: int, host_kind: str = "first_party", scores: int = 5
) -> pd.DataFrame:
    return pd.DataFrame(
        {"band": band, "open_weights": [weights] * count, "host_kind": host_kind, "n_benchmarks": scores}
    ).astype({"open_weights": "boolean"})


def segments_of(*parts: pd.DataFrame) -> list[str]:
    return sorted(set(segments(pd.concat(parts, ignore_index=True))))


def test_a_row_is_of_its_band_and_weights_whatever_other_rows_there_are() -> None:
    parts = (
        rows("o1", weights=True, count=1),
        rows("o1", weights=False, count=100),
        rows("GPT-4", weights=None, count=2),
    )
    assert segments_of(*parts) == ["GPT-4 closed", "o1 closed", "o1 open"]
    for part in parts:
        assert segments_of(part) == sorted(set(segments(part)))
        assert set(segments_of(part)) <= set(segments_of(*parts))


def test_the_panel_holds_kept_quotes_of_published_models(project: Path) -> None:
    panel, quotes = stored(project).panel, stored(project).quotes
    published = opened(project).table("performance").groupby("model_key")["benchmark"].nunique()
    kept = set(quotes.loc[quotes["status"] == "kept", "quote_id"])
    assert 100 < len(panel) <= len(kept)
    assert set(panel["quote_id"]) <= kept
    assert published[panel["model"]].min() >= MIN_PUBLISHED_BENCHMARKS
    assert panel["quote_id"].is_unique
    assert panel["date"].is_monotonic_increasing
    dated = panel.dropna(subset=["release_date"])
    assert ((dated["date"] - dated["release_date"]).dt.days == dated["days_since_release"]).all()


def test_a_single_benchmark_does_not_make_a_panel_row(project: Path) -> None:
    quotes, models = stored(project).quotes, opened(project).table("models")
    capability, performance = stored(project).capability, opened(project).table("performance")
    whole = make_panel(quotes, models, performance, capability)
    model = whole["model"].iloc[0]
    other = performance["model_key"] != model
    first = performance.loc[~other, "benchmark"].iloc[0]
    once = performance[other | (performance["benchmark"] == first)]
    assert model not in set(make_panel(quotes, models, once, capability)["model"])


def test_the_laws_see_sellers_prices_of_measured_models(project: Path) -> None:
    panel = stored(project).panel
    seen = law_rows(panel)
    allowed = panel[panel["host_kind"].isin(LAW_HOST_KINDS) & (panel["n_benchmarks"] >= MIN_USABLE_BENCHMARKS)]
    assert 0 < len(seen) == len(allowed) < len(panel)
    assert seen["price"].tolist() == allowed["price_usd_per_mtok"].tolist()
    assert "lowest of month" in set(panel["host"])
    assert "lowest of month" not in set(seen["host"])
    obs = observations(seen)
    assert obs.n == len(seen)
    assert obs.models_repeat
    assert (obs.unit_quality_sd > 0).all()


def test_the_report_counts_what_was_written(project: Path) -> None:
    panel, quotes = stored(project).panel, stored(project).quotes
    report = json.loads((project / "processed" / "build.json").read_text())
    assert report["quotes"] == len(panel)
    assert report["models"] == panel["model"].nunique()
    assert report["families"] == panel["segment"].nunique()
    assert report["hosts"] == panel["host"].nunique()
    assert (report["first"], report["last"]) == (str(panel["date"].min().date()), str(panel["date"].max().date()))
    assert sum(report["statuses"].values()) == len(quotes) == len(opened(project).table("quotes"))
    assert report["fingerprint"] == build_key(opened(project)).digest


def test_a_second_build_changes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(costfloor.build, "_build", refuse)
    before = {path: path.stat().st_mtime_ns for path in (project / "processed").rglob("*.parquet")}
    assert build(opened(project)).report.passed
    assert build(opened(project), MIDYEAR).report.vintage.endswith("@2025-06-30")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(before) == 10


def test_new_raw_data_asks_for_a_new_build(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project / "raw", tmp_path / "raw")
    assert build_key(opened(tmp_path)).digest == build_key(opened(project)).digest
    path = tmp_path / "raw" / "quotes.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), "utf-8")
    write_datapackage(tmp_path / "raw")
    assert build_key(opened(tmp_path)).digest != build_key(opened(project)).digest
    assert build_key(opened(project), MIDYEAR).digest != build_key(opened(project)).digest


def test_a_past_view_knows_nothing_recorded_later(project: Path) -> None:
    past, now = stored(project, MIDYEAR).panel, stored(project).panel
    assert past["recorded_on"].max() <= MIDYEAR < now["recorded_on"].max()
    assert past["date"].max() <= MIDYEAR
    ends = stored(project, MIDYEAR).quotes["valid_to"].dropna()
    assert ends.max() <= MIDYEAR
    # Capability measures models, not the market: the same in both views.
    shared = past.merge(now, on="quote_id")
    assert len(shared) > 50
    assert shared["capability_x"].equals(shared["capability_y"])


def test_a_view_before_the_first_price_is_an_input_error(project: Path) -> None:
    with pytest.raises(InputError, match="no price was recorded by then"):
        build(opened(project), pd.Timestamp("2015-01-01"))
    assert not Places(project).processed(pd.Timestamp("2015-01-01")).exists()


def test_the_laws_see_one_market_on_the_clock_of_the_releases(project: Path) -> None:
    built = stored(project)
    seen = built.law_rows
    assert seen["family"].unique().tolist() == [MARKET]
    assert seen["birth"].notna().all()
    assert seen.groupby("model")["birth"].nunique().eq(1).all()
    entered = seen["entry"].fillna(seen["date"])
    assert (seen["birth"] <= entered).all()
    # With one error for all models, the more capable of two that entered on one day is the younger.
    for _, of_day in seen.drop_duplicates("model").groupby("entry"):
        assert of_day.sort_values("quality")["birth"].is_monotonic_increasing
    assert market_clock(built.panel).day.size > 50


def test_births_of_a_past_view_know_no_later_release(project: Path) -> None:
    past, now = stored(project, MIDYEAR), stored(project)
    assert past.panel["birth"].max() <= MIDYEAR
    assert past.panel["clock_release"].max() <= MIDYEAR < now.panel["clock_release"].max()
    # Stand-in capability is the same in both views: without the models that did not count by then, today's clock gives their births.
    counted = past.panel.dropna(subset="clock_release")["model"]
    of_then = market_clock(now.panel[now.panel["model"].isin(counted)])
    pd.testing.assert_series_equal(births_by(of_then, past.panel), past.panel["birth"], check_names=False)


def test_the_laws_see_the_births_of_the_panel(project: Path) -> None:
    built = stored(project)
    on_clock, given = panel_observations(built), observations(built.law_rows)
    assert on_clock.clock is not None
    assert on_clock.unit_birth.tobytes() == given.unit_birth.tobytes()
    assert on_clock.data_hash == given.data_hash


def test_rows_of_a_users_table_join_the_market_with_the_births_of_the_panel(project: Path) -> None:
    built = stored(project)
    seen = built.law_rows
    known = seen.iloc[-1]
    day = seen["date"].max() + pd.Timedelta(days=30)
    table = pd.DataFrame(
        {
            "date": day,
            "price": 1.0,
            "quality": [known["quality"] - 7.0, 90.0, 500.0],
            "model": [known["model"], "b", "c"],
        }
    )
    placed = market_rows(table, built.panel)
    assert placed["quality"].tolist() == [known["quality"], 90.0, 500.0]
    assert placed["quality_sd"].tolist() == [known["quality_sd"], 0.0, 0.0]
    assert known["quality_sd"] > 0.0
    assert market_rows(table.assign(quality_sd=1.5), built.panel)["quality_sd"].tolist() == [
        known["quality_sd"],
        1.5,
        1.5,
    ]
    assert placed["family"].unique().tolist() == [MARKET]
    assert placed["birth"].iloc[0] == known["birth"]
    assert placed["open_weights"].tolist() == [known["open_weights"], False, False]
    # What was reached long ago, and what nobody has reached: at its entry.
    assert placed["birth"].iloc[1] < seen["birth"].quantile(0.05)
    assert placed["birth"].iloc[2] == day == placed["entry"].iloc[2]
    assert market_rows(table.drop(columns="model"), built.panel).equals(table.drop(columns="model"))


def test_bands_of_the_panel_are_named_with_their_mean_birth(project: Path) -> None:
    built = stored(project)
    bands, seen = panel_bands(built.panel), built.law_rows
    assert bands["centre"].is_monotonic_increasing
    assert bands["rows"].sum() == len(seen)
    assert bands["models"].sum() == seen["model"].nunique()
    of_models = built.panel[built.panel["model"].isin(seen["model"])].drop_duplicates("model")
    for band, row in bands.iterrows():
        days = of_models.loc[of_models["band"] == band, "birth"].astype("int64")
        assert abs(row["birth"].value // 1000 - days.mean()) < 1e6


@pytest.fixture
def changed(project: Path, tmp_path: Path) -> Path:
    """A copy of the built store whose raw data then changed."""
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "raw" / "quotes.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), "utf-8")
    write_datapackage(tmp_path / "raw")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_build_that_fails_leaves_the_old_tables(changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(changed / "processed")

    def broken(*_: object, **__: object) -> None:
        raise InputError("no capability today")

    monkeypatch.setattr(costfloor.capability.measured, "measured_capability", broken)
    with pytest.raises(InputError, match="no capability today"):
        build(opened(changed))
    assert contents(changed / "processed") == before


def test_a_build_that_was_killed_while_writing_is_built_again(changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.replace

    def killed_at_the_last(source: Path, target: Path) -> Path:
        if target.name == "build.json":
            raise KeyboardInterrupt
        return rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed_at_the_last)
        with pytest.raises(KeyboardInterrupt):
            build(opened(changed))
    stale = json.loads((changed / "processed" / "build.json").read_text())
    assert stale["fingerprint"] != build_key(opened(changed)).digest
    assert build(opened(changed)).report.fingerprint == build_key(opened(changed)).digest


def test_one_build_at_a_time(changed: Path) -> None:
    with data_lock(changed), pytest.raises(LockedError):
        build(opened(changed))


def test_without_a_build_the_panel_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingResultError, match="costfloor build"):
        stored_build(bare_store(tmp_path))
