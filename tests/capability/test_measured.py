"""Which scores are fitted in full, which models are worked out on top of that, and what the receipt says of it."""

from pathlib import Path
from typing import Any

import costfloor.capability.measured
import numpy as np
import pandas as pd
import pytest
from costfloor.capability.abilities import BenchmarkDraws
from costfloor.capability.full_fit import FullFit
from costfloor.capability.measured import measured_capability
from costfloor.capability.model import IndexUnits
from costfloor.capability.scores import ScoreMatrix
from costfloor.data.performance import UNKNOWN, Performance, known_performance, no_scores
from store import project_store

STORE = project_store()
MODELS = STORE.table("models")
NEW = str(MODELS["model_key"][~MODELS["model_key"].isin(STORE.table("performance")["model_key"])].iloc[0])
SPELLINGS = {"gpqa": 0.85, "hle": 0.2, "scicode": 0.4, "lcr": 0.6, "never-heard-of": 0.5}


def with_new_model(day: str, as_of: pd.Timestamp | None = None) -> Performance:
    """The raw table, and a list of a day with scores of a model that had none."""
    raw, benchmarks, spellings = (STORE.table(name) for name in ("performance", "benchmarks", "benchmark_spellings"))
    stated = {
        "source": "artificial_analysis",
        "model_key": NEW,
        "model_id": "new",
        "observed_on": pd.Timestamp(day),
        "scale": "fraction",
    }
    blank = dict.fromkeys(no_scores().columns, "") | {"stderr": np.nan, "self_reported": False, "estimated": False}
    rows = pd.DataFrame([blank | stated | {"benchmark": name, "score": score} for name, score in SPELLINGS.items()])
    return known_performance(raw, rows.astype(no_scores().dtypes.to_dict()), benchmarks, spellings, MODELS, as_of=as_of)


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[ScoreMatrix]:
    """What was fitted in full; to the fit all benchmarks are alike."""
    seen: list[ScoreMatrix] = []

    def stand_in(_folder: Path, scores: ScoreMatrix, _models: pd.DataFrame, _say: Any) -> FullFit:
        seen.append(scores)
        names = scores.benchmarks
        ones = np.ones((4, len(names)))
        draws = BenchmarkDraws(names, ones, 0 * ones, 0.3 * ones, np.zeros(len(names)), np.zeros(4), np.ones(4))
        table = pd.DataFrame({"model_key": scores.models, "capability": 100.0, "capability_sd": 1.0})
        table["n_benchmarks"] = scores.n_benchmarks
        receipt = {"models": len(scores.models), "diagnostics": {"passed": True}}
        return FullFit(table, pd.DataFrame({"benchmark": names}), draws, IndexUnits(0.0, 130.0, 8.0), receipt)

    monkeypatch.setattr(costfloor.capability.measured, "full_fit", stand_in)
    return seen


def test_new_model_is_measured_without_a_full_fit_of_its_scores(fitted: list[ScoreMatrix], tmp_path: Path) -> None:
    lines: list[str] = []
    performance = with_new_model("2026-08-20", as_of=pd.Timestamp("2026-08-31"))
    table, receipt, _ = measured_capability(tmp_path, performance, MODELS, lines.append)
    (scores,) = fitted
    assert NEW not in scores.models
    row = table.set_index("model_key").loc[NEW]
    assert row["n_benchmarks"] == 4
    assert row["capability"] == pytest.approx(130.0, abs=4.0)
    assert receipt["update"]["fitted_on"] == "2026-07-31"
    assert receipt["update"]["models"] == 1
    assert receipt["left_out"] == {UNKNOWN: 1}
    assert receipt["update"]["waiting_scores"] == {}
    assert any(line.startswith("1 abilities worked out") for line in lines)


def test_full_fit_of_the_day_itself_is_made_on_request(fitted: list[ScoreMatrix], tmp_path: Path) -> None:
    performance = with_new_model("2026-08-20")
    lines: list[str] = []
    _, receipt, _ = measured_capability(tmp_path, performance, MODELS, lines.append, anew=True)
    by_rule, scores = fitted
    assert NEW not in by_rule.models
    assert NEW in scores.models
    assert receipt["update"]["fitted_on"] is None
    assert receipt["update"]["models"] == 0
    # What would have been measured without it, against what is: the fit of the stand-in puts every model at 100.
    error = receipt["update"]["error"]
    assert error["models"] == len(scores.models)
    assert error["rms"] * len(scores.models) ** 0.5 == pytest.approx(error["mean"] * len(scores.models))
    assert error["rms"] > 0
    assert any(line.startswith("full fit of all scores") and "differs by" in line for line in lines)


def test_past_view_rests_on_a_fit_of_the_past(fitted: list[ScoreMatrix], tmp_path: Path) -> None:
    day = pd.Timestamp("2025-12-31")
    _, receipt, _ = measured_capability(tmp_path, with_new_model("2026-08-20", as_of=day), MODELS, lambda _: None)
    assert pd.Timestamp(receipt["update"]["fitted_on"]) <= day
    assert receipt["left_out"] == {UNKNOWN: 1}
    measured_capability(tmp_path, with_new_model("2026-08-20"), MODELS, lambda _: None)
    past, whole = fitted
    assert len(past.logit) < len(whole.logit)
