"""Leave-future-out scores: which horizons count, what is kept, what makes a fit be done again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from costfloor.fit.posterior import Draws
from costfloor.forecast import lfo
from costfloor.forecast.baselines import BASELINES
from costfloor.forecast.lfo import Scored, mixture_score, score_baselines, score_laws
from costfloor.forecast.origins import forecast_origins
from costfloor.forecast.scores import OriginScore
from costfloor.laws import LAWS, Law
from costfloor.laws.observations import PriceObservations, observations
from costfloor.sampling.policy import Sampling
from costfloor.studies.forecasts.common_rows import average_score, horizon_table
from costfloor.studies.forecasts.result import AVERAGE
from origin_scores import score
from plain_draws import law_values

SETTINGS = Sampling(draws=20, tune=20, chains=1)
LAST = pd.Timestamp("2024-12-30")


class PlainFit:
    """A fit of plain draws, and the receipt of one that passed."""

    def __init__(self, law: Law, obs: PriceObservations) -> None:
        rng, size, families = np.random.default_rng(0), 40, len(obs.families)
        values: dict[str, Any] = {
            **law_values(law, obs, {}),
            "level": 1.0, "level_spread": 0.5, "elasticity": 0.3, "elasticity_spread": 0.1, "model_spread": 0.4, "host_spread": 0.2,
            "pass_through": 0.3, "noise_scale": 0.3, "noise_tail": 20.0,
            "family_start": np.full(families, 2.0), "family_elasticity": np.full(families, 0.3),
            "unit_level": np.full(max(1, len(obs.units)), 1.0), "host_effect": np.zeros(max(1, len(obs.hosts))),
        }  # fmt: skip
        self.parameters = Draws(
            law,
            {
                name: np.asarray(value) + 0.01 * rng.normal(size=(size, *np.shape(value)))
                for name, value in values.items()
            },
        )
        self.receipt = {
            "diagnostics": {"passed": law.name != "plateau", "worst": "3 divergences"},
            "parameters": {}, "seconds": {}, "warnings": [],
        }  # fmt: skip


@pytest.fixture
def obs() -> PriceObservations:
    rng = np.random.default_rng(1)
    rows = 240
    return observations(
        pd.DataFrame(
            {
                "date": pd.date_range("2022-01-01", LAST, periods=rows).normalize(),
                "price": np.exp(rng.normal(0.0, 0.5, rows) - np.linspace(0.0, 3.0, rows)),
                "quality": rng.normal(size=rows),
                "family": [f"band {code % 2}" for code in range(rows)],
                "model": [f"model {code % 80}" for code in range(rows)],
                "host": [f"host {code % 3}" for code in range(rows)],
            }
        ).assign(quality=lambda frame: frame.groupby("model")["quality"].transform("first"))
    )


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Fits are made up; the list says which were asked for, and on how many rows."""
    asked: list[tuple[str, int]] = []

    def sample_law(law: Law, past: PriceObservations, *_: object) -> tuple[PlainFit, None]:
        asked.append((law.name, past.n))
        return PlainFit(law, past), None

    monkeypatch.setattr(lfo, "sample_law", sample_law)
    return asked


def scored(obs: PriceObservations, folder: Path, names: list[str], settings: Sampling = SETTINGS) -> list[Scored]:
    dates = [origin.date for origin in forecast_origins(obs, 3, count=3, every_months=6)]
    return score_laws(names, obs, dates, (3, 6, 12), settings, folder, lambda _: None)


def test_a_fit_is_scored_at_every_horizon_that_has_passed(
    obs: PriceObservations, fitted: list[tuple[str, int]], tmp_path: Path
) -> None:
    found = scored(obs, tmp_path, ["discovery"])
    assert [(str(one.origin.date()), sorted(one.scores)) for one in found] == [
        ("2023-09-30", [3, 6, 12]),
        ("2024-03-31", [3, 6]),
        ("2024-09-30", [3]),
    ]
    assert len(fitted) == 3
    assert fitted == sorted(fitted, key=lambda asked: asked[1])
    for one in found:
        counts = [len(one.scores[months].crps) for months in sorted(one.scores)]
        assert counts == sorted(counts)
        assert one.failure == ""


def test_scores_are_kept_and_a_missed_gate_stays_known(
    obs: PriceObservations, fitted: list[tuple[str, int]], tmp_path: Path
) -> None:
    first = scored(obs, tmp_path, ["plateau"])
    asked = len(fitted)
    again = scored(obs, tmp_path, ["plateau"])
    assert len(fitted) == asked
    assert [one.failure for one in again] == ["3 divergences"] * 3
    for one, other in zip(first, again, strict=True):
        for months, kept in one.scores.items():
            for name, value in vars(kept).items():
                np.testing.assert_array_equal(value, getattr(other.scores[months], name))


def test_other_settings_or_rows_are_fitted_anew_and_a_later_price_is_not(
    obs: PriceObservations, fitted: list[tuple[str, int]], tmp_path: Path
) -> None:
    scored(obs, tmp_path, ["discovery"])
    scored(obs, tmp_path, ["discovery"], replace(SETTINGS, seed=7))
    assert len(fitted) == 6
    changed = replace(obs, log_price=obs.log_price + 0.1, data_hash="other")
    dates = [forecast_origins(obs, 3, count=3, every_months=6)[0].date]
    score_laws(["discovery"], changed, dates, (3, 6, 12), SETTINGS, tmp_path, lambda _: None)
    assert len(fitted) == 7
    # The last price lies behind every horizon of the first origin.
    cheaper = np.where(np.arange(obs.n) == obs.n - 1, obs.log_price - 1.0, obs.log_price)
    later = replace(obs, log_price=cheaper, data_hash="later")
    score_laws(["discovery"], later, dates, (3, 6, 12), SETTINGS, tmp_path, lambda _: None)
    assert len(fitted) == 7


def test_classical_forecasts_are_scored_on_the_same_rows(
    obs: PriceObservations, fitted: list[tuple[str, int]], tmp_path: Path
) -> None:
    laws = scored(obs, tmp_path, list(LAWS))
    dates = [one.origin for one in laws if one.name == "discovery"]
    classical = score_baselines(obs, dates, (3, 6, 12), seed=1)
    assert {one.name for one in classical} == set(BASELINES)
    for one in classical:
        (law,) = (other for other in laws if other.name == "discovery" and other.origin == one.origin)
        assert one.scores.keys() <= law.scores.keys()
        assert bool(one.failure) or one.scores.keys() == law.scores.keys()
        for months, found_score in one.scores.items():
            assert found_score.crps.shape == law.scores[months].crps.shape
            assert np.array_equal(found_score.row_unit, law.scores[months].row_unit)
    found = horizon_table([*laws, *classical], 6)
    by_name = {row.forecaster: row for row in found.forecasters}
    assert by_name.keys() | set(found.absent) == {*LAWS, *BASELINES, AVERAGE}
    assert found.best in {*LAWS, AVERAGE}
    best = by_name[found.best]
    assert best.crps == min(row.crps for name, row in by_name.items() if name not in BASELINES)
    assert best.elpd_ahead is best.crps_behind is best.index_behind is None
    assert found.rows == sum(
        len(one.scores[6].crps) for one in laws if one.name == "discovery" and str(one.origin.date()) in found.origins
    )
    for name in by_name.keys() - {found.best}:
        row = by_name[name]
        assert row.crps_behind is not None
        assert row.elpd_ahead is not None
        assert row.crps_behind.value == pytest.approx(row.crps - best.crps)
        assert row.elpd_ahead.value == pytest.approx(row.elpd - best.elpd)
    assert "plateau" in found.absent, "its fits missed a gate at every date"
    other = by_name["baumol" if found.best != "baumol" else "discovery"]
    assert other.elpd_ahead is not None
    assert other.elpd_ahead_mcse is not None
    assert other.elpd_ahead.se is not None
    assert 0.0 < other.elpd_ahead_mcse <= other.elpd_ahead.se
    assert sum(row.weight or 0.0 for row in found.forecasters) == pytest.approx(1.0)
    assert by_name[AVERAGE].weight is None


def of_dates(name: str, crps: dict[str, float]) -> list[Scored]:
    """A forecaster that has these scores from these dates, and none from any other."""
    return [
        Scored(
            name, pd.Timestamp(date), 50, {} if np.isnan(mean) else {6: one_score([-1.0] * 3, [0.5] * 3, [mean] * 3)}, {}, ""
        )
        for date, mean in crps.items()
    ]  # fmt: skip


def test_a_date_that_one_cannot_forecast_from_counts_for_nobody() -> None:
    dates = ("2023-11-30", "2023-12-31", "2024-01-31")
    means = {
        **dict.fromkeys(LAWS, (0.9, 0.6, 0.6)),
        "epoch_ols": (0.1, 0.7, 0.7),
        "open_ols": (0.1, 0.7, 0.7),
        "no_change": (0.1, 0.8, 0.8),
        "twenty_percent": (0.1, 0.8, 0.8),
        "random_walk_drift": (np.nan, 0.7, 0.7),
        "local_linear_trend": (np.nan, 0.7, 0.7),
        "farmer_lafond": (np.nan, np.nan, np.nan),
    }
    scored_dates = [one for name, crps in means.items() for one in of_dates(name, dict(zip(dates, crps, strict=True)))]
    found = horizon_table(scored_dates, 6)
    assert found.origins == dates[1:]
    assert [(left.origin, left.forecasters) for left in found.left_out] == [
        (dates[0], ("random_walk_drift", "local_linear_trend"))
    ]
    assert found.absent == ("farmer_lafond",)
    by_name = {row.forecaster: row for row in found.forecasters}
    assert (by_name["plateau"].crps, by_name["epoch_ols"].crps) == (pytest.approx(0.6), pytest.approx(0.7))
    assert (found.rows, found.models, found.quarters) == (6, 3, 3)
    behind = by_name["epoch_ols"].crps_behind
    assert behind is not None
    assert behind.value == pytest.approx(0.1)


def test_the_forecast_of_a_fit_that_missed_a_gate_counts_for_nothing() -> None:
    dates = ("2023-11-30", "2023-12-31")
    scored_dates = [
        forecast
        for name in (*LAWS, *BASELINES)
        for forecast in of_dates(name, dict(zip(dates, (0.1 if name == "plateau" else 0.9, 0.6), strict=True)))
    ]
    before = horizon_table(scored_dates, 6)
    assert (before.origins, before.best) == (dates, "plateau")
    missed = [
        replace(forecast, failure="3 divergences") if (forecast.name, str(forecast.origin.date())) == ("plateau", dates[0]) else forecast
        for forecast in scored_dates
    ]  # fmt: skip
    after = horizon_table(missed, 6)
    assert after.origins == dates[1:]
    assert [(left.origin, left.forecasters) for left in after.left_out] == [(dates[0], ("plateau",))]
    assert [row.crps for row in after.forecasters] == pytest.approx([0.6] * len(after.forecasters))


def test_without_a_common_date_nothing_is_compared() -> None:
    means = dict.fromkeys(LAWS, (0.5, np.nan)) | dict.fromkeys(BASELINES, (np.nan, 0.5))
    dates = ("2023-11-30", "2023-12-31")
    scored_dates = [one for name, crps in means.items() for one in of_dates(name, dict(zip(dates, crps, strict=True)))]
    found = horizon_table(scored_dates, 6)
    assert (found.forecasters, found.best, found.rows) == ((), "", 0)
    assert len(found.left_out) == 2


def one_score(elpd: list[float], pit: list[float], crps: list[float]) -> OriginScore:
    within, units = np.abs(np.array(pit) - 0.5), list(range(len(elpd)))
    plain = score(elpd, units, units, crps, [True] * len(elpd), mcse=1.0)
    return replace(plain, covered50=within <= 0.25, covered90=within <= 0.45, pit=np.array(pit))


def test_the_average_of_laws_is_their_mixture() -> None:
    one, other = one_score([-1.0, -5.0], [0.02, 0.5], [0.2, 0.4]), one_score([-3.0, -1.0], [0.5, 0.9], [0.4, 0.6])
    average = average_score([one, other])
    assert average.unit_elpd == pytest.approx(np.log(0.5 * np.exp(one.unit_elpd) + 0.5 * np.exp(other.unit_elpd)))
    assert average.pit == pytest.approx([0.26, 0.7])
    assert average.covered90.tolist() == [True, True]
    assert average.covered50.tolist() == [True, True]
    assert average.crps == pytest.approx([0.3, 0.5])
    assert average.index_crps == pytest.approx([0.3, 0.5])


def test_a_mixture_with_all_its_weight_on_one_law_is_that_law() -> None:
    one, other = one_score([-1.0], [0.5], [0.2]), one_score([-3.0], [0.5], [0.4])
    assert mixture_score([one, other], np.array([1.0, 0.0])) == pytest.approx([-1.0])
