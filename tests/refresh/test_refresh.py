"""A batch of files into a small store: what is taken in, what is said of it, and what a person has to do."""

import gzip
import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import costfloor.build
import costfloor.capability.measured
import costfloor.refresh.answer as answer_module
import numpy as np
import pandas as pd
import pytest
from cli_run import Run, contents, run
from costfloor.build import build
from costfloor.data.quotes import build_quotes
from costfloor.data.vintages import HIDDEN
from costfloor.forecast.refit import State
from costfloor.forecast.score import Score, ScoreReport
from costfloor.laws import LAWS
from costfloor.refresh.answer import NO_LATER, REPORT, new_rows, old_answer
from costfloor.refresh.result import OldAnswer
from costfloor.sampling.policy import Sampling
from costfloor.storage import data_lock
from store import catalogue, opened, small_store
from test_panel import stand_in_capability

Capture = pytest.CaptureFixture[str]

KEYS = {"sources", "models_new", "scores_new", "quarantined", "unresolved", "frozen", "answer_moved"}
DAYS = ("2026-01-03", "2026-01-10")
LITELLM = {
    "groq/made-up-7b": {
        "litellm_provider": "groq",
        "mode": "chat",
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
    }
}
SCORES = "model,benchmark,score,scale,measured_on\nopenai/gpt-5,MMLU,0.9,fraction,2026-01-02\n"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_store(tmp_path_factory.mktemp("bare"))


@pytest.fixture
def data(bare: Path, tmp_path: Path) -> Path:
    shutil.copytree(bare, tmp_path / "data")
    return tmp_path / "data"


def put(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Two weeks of models.dev, the second with LiteLLM and scores of one's own."""
    folder = tmp_path / "arrivals"
    put(folder, f"{DAYS[0]}/models-dev.json", catalogue(1))
    put(folder, f"{DAYS[1]}/models-dev.json", catalogue(2))
    put(folder, f"{DAYS[1]}/litellm.json", LITELLM)
    put(folder, f"{DAYS[1]}/scores.csv", SCORES)
    return folder


def refresh(capsys: Capture, data: Path, *options: object) -> Run:
    reports = data.parent / "reports"
    return run(capsys, "refresh", *options, "--data", data, "--reports", reports, "--json", "--quiet")


def text_of(result: Run) -> str:
    return Path(result.json["report"]).read_text("utf-8")


def test_all_is_taken_in_and_reported_and_a_second_time_nothing_is_new(
    data: Path, lists: Path, capsys: Capture
) -> None:
    first = refresh(capsys, data, "--from", lists)
    assert set(first.json) >= KEYS
    assert first.json["sources"]["models-dev"]["rows_new"] > 0
    assert first.json["sources"]["models-dev"]["rows_changed"] > 0
    assert {source["status"] for source in first.json["sources"].values()} == {"stored"}
    ids = build_quotes(opened(data)).quotes.query("status == 'unresolved' and recorded_on >= '2026-01-01'")["model_id"]
    assert (first.json["scores_new"], first.json["unresolved"]) == (1, ids.nunique())
    assert first.json["report"].endswith(f"reports/refresh-{DAYS[1]}.md")
    assert first.code == 1
    text = text_of(first)
    assert "`made-up-7b`" in text or "`groq/made-up-7b`" in text
    assert "costfloor models review --who YOU" in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## 1. What needs a person",
        "## 2. What came",
        "## 3. Prices",
        "## 4. New models and scores",
        "## 5. Silent and frozen sources",
        "## 6. How the old forecast did",
        "## 7. How the answer moved",
    ]
    assert REPORT in text
    package = json.loads((data / "raw" / "datapackage.json").read_text("utf-8"))
    assert package["version"] == "data-2026.01.10"
    opened(data)

    before = contents(data / "raw")
    again = refresh(capsys, data, "--from", lists)
    assert contents(data / "raw") == before
    assert (again.code, again.json["scores_new"], again.json["unresolved"], again.json["models_new"]) == (0, 0, 0, 0)
    for source in again.json["sources"].values():
        assert source == {"status": "known", "rows_new": 0, "rows_changed": 0, "rows_gone": 0}
    assert "Nothing waits for a person" in text_of(again)


def test_moves_are_those_of_the_lists(data: Path, lists: Path, capsys: Capture) -> None:
    text = text_of(refresh(capsys, data, "--from", lists))
    quotes = build_quotes(opened(data)).quotes
    moved = quotes[quotes["event"].eq("change") & quotes["status"].eq("kept") & quotes["recorded_on"].eq(DAYS[1])]
    assert len(moved) > 0
    assert f"**{len(moved)} price{'s' if len(moved) > 1 else ''} changed**" in text
    for model, price in moved[["model_key", "price_usd_per_mtok"]].itertuples(index=False):
        assert any(f"`{model}`" in line and f"| {price:.4g} |" in line for line in text.splitlines())


def test_files_that_came_from_elsewhere_before_are_known(data: Path, lists: Path, capsys: Capture) -> None:
    refresh(capsys, data, "--from", lists)
    before = contents(data / "raw")
    packed = lists.parent / "packed"
    for path in sorted(lists.rglob("*.json")):
        # What a file is called is in its receipt, and so in the name of its folder.
        put(packed, f"{path.parent.name}/{path.name}.gz", "").write_bytes(gzip.compress(path.read_bytes()))
    again = refresh(capsys, data, "--from", packed)
    assert again.json["sources"]
    assert {source["status"] for source in again.json["sources"].values()} == {"known"}
    assert contents(data / "raw") == before


def test_a_file_that_is_refused_is_named_and_the_rest_goes_on(data: Path, lists: Path, capsys: Capture) -> None:
    broken = put(lists, f"{DAYS[1]}/genai-prices.json", "no json")
    unknown = put(lists, f"{DAYS[1]}/note|s`.txt", "what is this")
    result = refresh(capsys, data, "--from", lists)
    assert result.code == 1
    assert result.json["sources"]["genai-prices"]["status"] == "refused"
    assert result.json["sources"]["litellm"]["status"] == "stored"
    assert result.json["unknown_files"] == [str(unknown)]
    text = text_of(result)
    assert f"costfloor ingest genai-prices {broken} --observed-on {DAYS[1]}" in text
    assert "note\\|s`.txt" in text
    assert "something needs a person" in result.err


def test_a_list_that_most_names_are_gone_from_asks(data: Path, lists: Path, capsys: Capture) -> None:
    shorter = put(lists, "2026-01-17/models-dev.json", {"openai": catalogue(2, models=1)["openai"]})
    text = text_of(refresh(capsys, data, "--from", lists))
    for said in ("--complete", "--partial"):
        assert f"costfloor ingest models-dev {shorter} --observed-on 2026-01-17 {said}" in text


@pytest.mark.parametrize("options", [[], ["--from", "none"], ["--from", "."], ["--from", "ARRIVALS", "--report", "."]])
def test_bad_usage_writes_nothing(
    options: list[str], data: Path, lists: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lists, "litellm.json", LITELLM)
    monkeypatch.chdir(lists)
    before = contents(data.parent)
    given = [str(lists / DAYS[0]) if option == "ARRIVALS" else option for option in options]
    result = refresh(capsys, data, *given, *([] if given else ["--observed-on", DAYS[1]]))
    assert result.code == 2
    assert contents(data.parent) == before


def test_while_another_writes_it_exits_with_3(data: Path, lists: Path, capsys: Capture) -> None:
    with data_lock(data):
        before = contents(data.parent)
        result = refresh(capsys, data, "--from", lists)
    assert result.code == 3
    assert contents(data.parent) == before


class KilledError(BaseException):
    """What no handler of the program catches."""


def dying_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the nth step by which a name appears or changes end the program; what is visible changes by these alone."""
    steps = itertools.count(1)

    def dying(name: str) -> Any:
        done = getattr(Path, name)

        def go(path: Path, target: Path) -> Path:
            if next(steps) == step:
                raise KilledError
            result: Path = done(path, target)
            return result

        return go

    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, dying(name))


@pytest.mark.slow
def test_killed_at_any_write_the_store_is_whole_and_the_next_run_ends_the_same(
    bare: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = tmp_path / "arrivals" / DAYS[1]
    put(lists, "litellm.json", LITELLM)
    put(lists, "scores.csv", SCORES)
    seen: list[dict[str, str]] = []
    for step in itertools.count(1):
        data = tmp_path / f"killed-{step}" / "data"
        shutil.copytree(bare, data)
        with monkeypatch.context() as patched:
            dying_at(step, patched)
            try:
                refresh(capsys, data, "--from", lists)
            except KilledError:
                ended = False
            else:
                ended = True
        store = opened(data)
        for vintage in store.vintages:
            store.reading(vintage)
        build_quotes(store)
        again = refresh(capsys, data, "--from", lists)
        assert {source["status"] for source in again.json["sources"].values()} <= {"stored", "known"}
        left = {name.removeprefix(str(data)): digest for name, digest in contents(data / "raw").items()}
        assert not any(HIDDEN in name for name in left)
        seen.append(left)
        if ended:
            break
    assert all(left == seen[-1] for left in seen)
    # Two vintages, each by its two files and its folder, the version, and the report.
    assert len(seen) > 8


def test_a_source_that_goes_silent_and_one_that_says_the_same(data: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "arrivals"
    for day in ("2026-01-03", "2026-02-28"):
        put(folder, f"{day}/litellm.json", LITELLM)
    put(folder, "2026-01-03/models-dev.json", catalogue(1))
    put(folder, "2026-02-28/scores.csv", SCORES)
    result = refresh(capsys, data, "--from", folder)
    assert result.json["frozen"] == ["litellm", "models-dev"]
    text = text_of(result)
    assert "* litellm: frozen: nothing new in its lists since 2026-01-03" in text
    assert "* models-dev: silent: no list since 2026-01-03" in text


@pytest.fixture
def built(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
    build(opened(data))
    return data


def test_the_old_forecast_is_scored_on_what_came_after_the_study(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(built)
    panel = build(store)
    rows = panel.law_rows.sort_values("date", kind="stable").reset_index(drop=True)
    cut = rows["date"].quantile(0.9)
    before = rows[rows["date"] <= cut].reset_index(drop=True)
    asked: dict[str, Any] = {}
    result = ScoreReport(5, -1.0, 0.1, 0.4, 0.8, {"plateau": Score(-1.0, 0.1, 0.4, 0.8)})

    def score(fits: dict[str, str], continued: Any, seed: int) -> ScoreReport:
        asked.update(fits=set(fits), fresh=continued.fresh, old=int(continued.seen.sum()))
        return result

    monkeypatch.setattr(answer_module, "load_state", lambda _: State("v", "h", "plateau", dict.fromkeys(LAWS, "d")))
    monkeypatch.setattr(answer_module, "study_rows", lambda *_: before)
    monkeypatch.setattr(answer_module, "old_fits", lambda *_: {name: (name, None) for name in LAWS})
    monkeypatch.setattr(answer_module, "score_rows", score)

    def answered() -> OldAnswer:
        return old_answer(store, panel.quotes, panel, Sampling(), lambda _: None)

    assert answered() == OldAnswer("plateau", len(rows) - len(before), 0, result)
    assert asked == {"fits": set(LAWS), "fresh": len(rows) - len(before), "old": len(before)}
    monkeypatch.setattr(answer_module, "old_fits", lambda *_: dict.fromkeys(LAWS))
    assert answered() == OldAnswer("plateau", len(rows) - len(before), 0, None, REPORT)
    monkeypatch.setattr(answer_module, "study_rows", lambda *_: rows)
    assert answered() == OldAnswer("plateau", 0, 0, None, NO_LATER)
    monkeypatch.setattr(answer_module, "load_state", lambda _: None)
    assert answered() == OldAnswer(None, why_no_score=REPORT)


def test_a_price_on_another_day_is_changed_and_not_new() -> None:
    days = pd.to_datetime(["2025-01-01", "2025-02-01", "2025-03-01"])
    before = pd.DataFrame(
        {"date": days, "price": [3.0, 2.0, 1.0], "model": "m", "host": "h", "segment": "f", "birth": days}
    )
    rows = before.assign(segment="f open", birth=pd.Timestamp("2024-12-01"))
    assert new_rows(before, rows)[0].empty
    assert new_rows(before, rows)[1] == 0
    later = pd.DataFrame(
        {"date": [pd.Timestamp("2025-04-01")], "price": 0.5, "model": "m", "host": "h", "segment": "f"}
    )
    moved = rows.assign(date=rows["date"].where(np.arange(3) != 1, pd.Timestamp("2025-02-09")))
    fresh, changed = new_rows(before, pd.concat([moved, later], ignore_index=True))
    assert (fresh["price"].tolist(), changed) == ([0.5], 1)


def test_a_store_that_no_build_would_accept_takes_nothing_in(data: Path, lists: Path, capsys: Capture) -> None:
    (data / "raw" / "mapping.csv").write_text("nonsense\n", encoding="utf-8")
    before = contents(data.parent)
    result = refresh(capsys, data, "--from", lists)
    assert result.code == 2
    assert {name for name in contents(data.parent) if "vintages" in name} == {n for n in before if "vintages" in n}
