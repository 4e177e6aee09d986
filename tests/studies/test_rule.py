"""The verdict rule on any table follows what its jobs found, whichever way it falls."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from costfloor.forecast.lfo import _plain
from costfloor.forecast.origins import forecast_origins, masks
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.policy import Sampling
from costfloor.studies.rule import Conclusion, apply_rule, found_on_all_rows
from made_up import here, made_up_fit, made_up_panel, made_up_score

OBS = made_up_panel()
DATES = [origin.date for origin in forecast_origins(OBS, 12)]


def plain_job(lead: float, p_slowed: float, failure: str = "") -> Callable[..., dict[str, Any]]:
    """What jobs say when plateau leads by `lead` per model, give or take a tenth."""

    def job(law: str, obs: PriceObservations, origin: pd.Timestamp | None, settings: Sampling) -> dict[str, Any]:
        if origin is None:
            found = {"rates": {"rate_now": [0.8, 1.0, 1.2]}, "failure": failure if law == "plateau" else ""}
            return found | ({"p_slowed": p_slowed, "prior_dominated": False} if law == "plateau" else {})
        scored = masks(obs, origin, 12)[1]
        wobble = 0.1 * np.sin(np.arange(len(np.unique(obs.unit[scored]))))
        score = made_up_score(obs, scored, lead * (1 + wobble) if law == "plateau" else 0.0)
        return {"scores": {"12": _plain(score)}, "failure": ""}

    return job


def concluded(monkeypatch: pytest.MonkeyPatch, folder: Path, *found: Any) -> Conclusion:
    monkeypatch.setattr("costfloor.studies.rule.rule_job", plain_job(*found))
    tables = {"table": (OBS, DATES)}
    settings = Sampling()
    return apply_rule("any", tables, ("plateau", "discovery"), settings, here(folder, settings))["table"].conclusion


@pytest.mark.parametrize(
    ("found", "verdict", "words"),
    [
        ((1.0, 0.99), "plateau", "its forecasts are better"),
        ((-0.01, 0.01), "discovery", "no better"),
        ((-0.01, 0.5), "inconclusive", "may have halved"),
        ((-0.5, 0.4), "discovery", "forecasts worse"),
        ((-0.5, 0.6), "inconclusive", "may have halved"),
        ((1.0, 0.99, "3 divergences"), "inconclusive", "missed its gates"),
    ],
)
def test_the_verdict_follows_the_jobs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: Any, verdict: str, words: str
) -> None:
    said = concluded(monkeypatch, tmp_path, *found)
    assert (said.verdict, said.origins, said.rows, said.families) == (verdict, 3, OBS.n, 2)
    assert words in said.reason
    assert said.elpd_difference is not None
    assert np.sign(said.elpd_difference) == np.sign(found[0])
    assert said.elpd_difference_se is not None
    assert said.elpd_difference_se > 0
    assert said.failures == (("plateau on all rows: 3 divergences",) if len(found) == 3 else ())
    assert said.rates["discovery"] == {"rate_now": (0.8, 1.0, 1.2)}
    assert said.elpd_difference_mcse is not None


def test_a_table_without_origins_has_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("costfloor.studies.rule.rule_job", plain_job(1.0, 0.99))
    settings = Sampling()
    ruled = apply_rule("any", {"table": (OBS, [])}, ("plateau",), settings, here(tmp_path, settings))["table"]
    assert (ruled.conclusion.verdict, ruled.conclusion.elpd_difference) == ("inconclusive", None)
    assert "0 past origins" in ruled.conclusion.reason


def test_slowing_is_what_plateau_says() -> None:
    draws = 400
    excess = np.linspace(0.01, 3.0, draws)
    rng = np.random.default_rng(0)
    values = {
        "rate_floor": np.linspace(0.2, 0.4, draws),
        "rate_excess": excess,
        "noise_scale": rng.uniform(0.2, 0.21, draws),
    }
    fit = made_up_fit(OBS, values)
    found = found_on_all_rows(fit, OBS)
    slowed = fit.draws("rate_now") < 0.5 * fit.draws("rate_initial")
    assert 0 < found["p_slowed"] < 1
    assert found["p_slowed"] == slowed.mean()
    assert found["rates"]["rate_floor"] == pytest.approx([0.21, 0.3, 0.39], abs=0.002)
    assert "kept_share" not in found["rates"]
    assert found["failure"] == ""
