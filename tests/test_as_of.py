"""A past view knows what was known by its day, to the byte, and says so where it does not; in hindsight it knows the scores of today."""

import csv
import datetime as dt
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import costfloor.capability.measured
import numpy as np
import pandas as pd
import pytest
from cli_run import run
from costfloor.build import ASKED, TABLES, BuiltPanel, build
from costfloor.built import capability_from
from costfloor.capability.abilities import BenchmarkDraws
from costfloor.capability.bands import BANDS
from costfloor.capability.full_fit import FullFit
from costfloor.capability.scale import references, units_through
from costfloor.capability.scores import ScoreMatrix
from costfloor.data.package import write_datapackage
from costfloor.data.performance import FILE_DAYS
from costfloor.ingest import ingest
from store import opened, small_store

DAY = pd.Timestamp("2025-06-30")
TOO_EARLY = pd.Timestamp("2024-05-31")
"""By then no list of scores has enough models on any benchmark."""

EARLIER, LATER = dt.date(2025, 6, 1), dt.date(2026, 1, 31)
NEW, LATE = "acme/bar-1", "acme/foo-1"
"""Models that register themselves by an own table: before the day, and after it."""


def additive_fit(_folder: Path, scores: ScoreMatrix, _models: pd.DataFrame, _say: Any) -> FullFit:
    """In place of sampling: abilities and levels of benchmarks by ridge regression, in index units."""
    models, benchmarks = len(scores.models), len(scores.benchmarks)
    design = np.zeros((len(scores.logit), models + benchmarks))
    design[np.arange(len(design)), scores.model_index] = 1.0
    design[np.arange(len(design)), models + scores.benchmark_index] = 1.0
    estimate = np.linalg.solve(design.T @ design + 0.1 * np.eye(models + benchmarks), design.T @ scores.logit)
    ability = pd.Series(estimate[:models], index=scores.models)
    places = pd.Series(references(scores))
    units = units_through(ability[places.index].to_numpy(), places.to_numpy())
    ones = np.ones((4, benchmarks))
    draws = BenchmarkDraws(
        scores.benchmarks, ones, ones * estimate[models:], 0.5 * ones, 0 * ones[0], np.zeros(4), np.ones(4)
    )
    table = pd.DataFrame({"model_key": list(scores.models), "capability": units.capability(ability.to_numpy())})
    # So simple a model may put anchors of bands out of order.
    place = table["model_key"].map({band.anchor: band.place for band in BANDS})
    table["capability"] = (place + table["capability"] / 100).fillna(table["capability"])
    table = table.assign(capability_sd=1.0, n_benchmarks=scores.n_benchmarks)
    return FullFit(
        table, pd.DataFrame({"benchmark": scores.benchmarks}), draws, units, {"diagnostics": {"passed": True}}
    )


@pytest.fixture(scope="module", autouse=True)
def quick_capability() -> Iterator[None]:
    """No posterior is sampled here, and capability follows from scores all the same."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "full_fit", additive_fit)
        yield


@dataclass(frozen=True)
class Views:
    """A data folder, and what was built of it as of the day: from what was known by then, and in hindsight."""

    data: Path
    strict: BuiltPanel
    hindsight: BuiltPanel


def views(data: Path) -> Views:
    store = opened(data)
    return Views(data, build(store, DAY), build(store, DAY, hindsight=True))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """Of the compiled tables, and of lists on a model of their own."""
    data = small_store(tmp_path_factory.mktemp("before"), "curated", "llm_prices")
    shutil.rmtree(data / "raw" / "vintages", ignore_errors=True)
    bring_earlier_lists(data)
    return views(data)


@pytest.fixture(scope="module")
def after(before: Views, tmp_path_factory: pytest.TempPathFactory) -> Views:
    """Of the same with another future."""
    folder = tmp_path_factory.mktemp("after")
    shutil.copytree(before.data / "raw", folder / "data" / "raw")
    change_later_scores(folder / "data")
    change_later_prices(folder / "data")
    write_datapackage(folder / "data" / "raw")
    bring_later_lists(folder / "data")
    return views(folder / "data")


def rewritten(path: Path) -> tuple[pd.DataFrame, Path]:
    return pd.read_csv(path, dtype=str, keep_default_na=False), path


def change_later_scores(data: Path) -> None:
    """Turn every score that was known later upside down, and add some."""
    cells, path = rewritten(data / "raw" / "performance.csv")
    of_file = cells["source"].map(FILE_DAYS)
    later = (cells["measured_on"] > str(DAY.date())) | (cells["measured_on"].eq("") & (of_file > DAY))
    assert later.sum() > 1000
    fraction = later & cells["score"].astype(float).between(0.0, 1.0)
    cells.loc[fraction, "score"] = (1.0 - cells.loc[fraction, "score"].astype(float)).map(repr)
    more = cells[~later & cells["source"].eq("epoch_hub")].assign(measured_on="2025-07-01", variant="later")
    pd.concat([cells, more]).to_csv(path, index=False)


def change_later_prices(data: Path) -> None:
    """Double every price that was recorded later."""
    cells, path = rewritten(data / "raw" / "quotes.csv")
    later = cells["recorded_on"] > str(DAY.date())
    assert later.sum() > 20
    for name in ("input_usd_per_mtok", "output_usd_per_mtok"):
        stated = later & cells[name].ne("")
        cells.loc[stated, name] = (2 * cells.loc[stated, name].astype(float)).map(repr)
    cells.to_csv(path, index=False)


def model(key: str, **facts: object) -> dict[str, object]:
    return {"model_key": key, "name": key.split("/")[1].replace("-", " "), "creator": "Acme"} | facts


def scores(key: str, score: float) -> list[dict[str, object]]:
    names = ("gpqa_diamond", "math_level_5", "aider_polyglot", "mmlu_pro")
    return [
        {"model": key, "benchmark": name, "score": score, "scale": "fraction", "measured_on": "2025-05-20"}
        for name in names
    ]


def bring(data: Path, day: dt.date, format_name: str, rows: list[dict[str, object]]) -> None:
    """Ingest an own table."""
    path = data / f"{format_name}-{day}.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    ingest(opened(data), format_name, str(path), day, lambda _: None)


def bring_earlier_lists(data: Path) -> None:
    """A model with its facts, scores and a price, known by the day."""
    facts = {"release_date": "2025-05-15", "open_weights": "false", "params_total_b": ""}
    price = {"provider": "groq", "model_id": "bar-1", "input_usd_per_mtok": 0.1, "output_usd_per_mtok": 0.4}
    bring(data, EARLIER, "models-table", [model(NEW, **facts)])
    bring(data, EARLIER, "scores-table", scores(NEW, 0.6))
    bring(data, EARLIER, "table", [price | {"date": "2025-05-25"}])


def bring_later_lists(data: Path) -> None:
    """Other facts, scores and a price of that model on a later day, and one that had not been heard of, released before the day."""
    facts = {"release_date": "2025-04-01", "open_weights": "true", "params_total_b": "70"}
    price = {"provider": "groq", "model_id": "bar-1", "input_usd_per_mtok": 0.05, "output_usd_per_mtok": 0.2}
    bring(data, LATER, "models-table", [model(NEW, **facts), model(LATE, **facts)])
    bring(data, LATER, "scores-table", [*scores(NEW, 0.9), *scores(LATE, 0.97)])
    bring(data, LATER, "table", [price | {"date": "2026-01-25"}])


def said(built: BuiltPanel) -> dict[str, Any]:
    """What a build says of itself, but for the hash of all raw data and the time that it took."""
    record = json.loads(json.dumps(vars(built.report)))
    record["capability"].get("update", {}).pop("seconds", None)
    return {name: value for name, value in record.items() if name not in {"vintage", "fingerprint", "path"}}


def test_a_past_view_is_the_same_whatever_comes_after_its_day(before: Views, after: Views) -> None:
    assert after.strict.report.fingerprint != before.strict.report.fingerprint
    for name in TABLES:
        assert after.strict.contents[name] == before.strict.contents[name], name
    assert said(after.strict) == said(before.strict)
    assert len(before.strict.law_rows) > 50


def test_hindsight_moves_with_what_came_later(before: Views, after: Views) -> None:
    assert after.hindsight.contents["capability"] != before.hindsight.contents["capability"]
    assert LATE in set(after.hindsight.capability["model_key"])
    assert LATE not in set(after.strict.models["model_key"])
    facts = [view.panel.set_index("model").loc[NEW] for view in (after.strict, after.hindsight)]
    assert [row["open_weights"] for row in facts] == [False, True]
    assert facts[0]["capability"] != facts[1]["capability"]
    # The prices are those of the day in both.
    assert after.hindsight.contents["quotes"] == before.hindsight.contents["quotes"] == before.strict.contents["quotes"]
    assert len(before.hindsight.capability) > len(before.strict.capability)


def test_a_build_says_which_of_the_two_it_is(before: Views) -> None:
    assert before.strict.report.capability_from == "capability from scores known by 2025-06-30"
    words = f"capability from scores known today (hindsight), because {ASKED}"
    assert before.hindsight.report.capability_from == words
    # Each in its place.
    assert before.strict.report.path != before.hindsight.report.path
    assert before.strict.report.vintage != before.hindsight.report.vintage
    assert said(build(opened(before.data), DAY)) == said(before.strict)


def test_what_a_build_knows_of_scores_is_what_it_was_made_from(before: Views) -> None:
    now = build(opened(before.data))
    assert before.strict.scores["known_on"].max() <= DAY < now.scores["known_on"].max()
    pd.testing.assert_frame_equal(before.hindsight.scores, now.scores)
    assert now.report.capability_from == "capability from scores known today"


def test_a_day_of_too_few_scores_is_seen_in_hindsight_and_says_why(
    before: Views, capsys: pytest.CaptureFixture[str]
) -> None:
    data = before.data
    past = build(opened(data), TOO_EARLY)
    why = past.report.hindsight
    assert why is not None
    assert why.startswith("by 2024-05-31 ")
    asked = build(opened(data), TOO_EARLY, hindsight=True)
    assert all(past.contents[name] == asked.contents[name] for name in TABLES)
    called = run(capsys, "build", "--as-of", "2024-05-31", "--data", data, "--json")
    assert called.json["hindsight"] == why
    assert called.json["capability_from"] == capability_from("2024-05-31", why)
    plain = run(capsys, "build", "--as-of", "2024-05-31", "--data", data, "--quiet")
    assert f"Capability from scores known today (hindsight), because {why}" in plain.out


def test_hindsight_is_an_option_of_build_and_report(before: Views, capsys: pytest.CaptureFixture[str]) -> None:
    data = before.data
    options = ("--as-of", str(DAY.date()), "--hindsight", "--data", data, "--quiet", "--json")
    assert run(capsys, "build", *options).json["hindsight"] == ASKED
    for command in ("build", "report"):
        refused = run(capsys, command, "--hindsight", "--data", data, "--reports", data / "reports", "--quiet")
        assert refused.code == 2
        assert "is about a past view" in refused.err


def test_full_capability_is_for_one_build(after: Views, capsys: pytest.CaptureFixture[str]) -> None:
    by_rule = build(opened(after.data)).report.capability["update"]
    assert by_rule["fitted_on"] is not None
    options = ("--data", after.data, "--quiet", "--json")
    full = run(capsys, "build", "--full-capability", *options).json["capability"]["update"]
    assert full["fitted_on"] is None
    assert full["error"]["models"] > 100
    assert run(capsys, "build", "--full-capability", *options).json["capability"]["update"] == full
    assert run(capsys, "build", *options).json["capability"]["update"]["fitted_on"] == by_rule["fitted_on"]
