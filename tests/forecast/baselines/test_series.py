"""Series, variance components and effects of models from irregular rows."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from costfloor.errors import InputError
from costfloor.forecast.baselines.line import SMALLEST_VARIANCE
from costfloor.forecast.baselines.series import adjust, period_of, pooled_steps, steps_of
from costfloor.laws.observations import PriceObservations, observations
from simulated_walk import Walk, panel, split


def everything(obs: PriceObservations) -> np.ndarray:
    return np.ones(obs.n, bool)


def test_slope_levels_and_spreads_of_a_large_panel_are_the_truth() -> None:
    walk = Walk(quarters=24, models_a_quarter=15, model_sd=0.5, noise_sd=0.3)
    rng = np.random.default_rng(1)
    obs = panel(walk, rng)
    got = adjust(obs, everything(obs))
    assert got.elasticity == pytest.approx(0.2, abs=4 * np.sqrt(got.elasticity_variance))
    assert np.sqrt(got.spreads.unit) == pytest.approx(0.5, rel=0.1)
    assert np.sqrt(got.spreads.residual) == pytest.approx(0.3, rel=0.1)
    changes = np.concatenate([steps_of(series).change for series in got.series.values()])
    assert changes.mean() == pytest.approx(-0.3, abs=0.15)
    assert len(pooled_steps(got).gap) == len(changes) == 50


def test_levels_and_slope_are_the_generalised_least_squares_of_statsmodels() -> None:
    obs = panel(Walk(quarters=4, model_sd=0.4, noise_sd=0.2), np.random.default_rng(2))
    got = adjust(obs, everything(obs))
    period = period_of(obs.time_years)
    pairs = sorted(set(zip(obs.family.tolist(), period.tolist(), strict=True)))
    cell = np.array([pairs.index(pair) for pair in zip(obs.family.tolist(), period.tolist(), strict=True)])
    design = np.column_stack([np.eye(len(pairs))[cell], obs.quality])
    same = obs.unit[:, None] == obs.unit
    covariance = got.spreads.unit * same + got.spreads.residual * np.eye(obs.n)
    fit = sm.GLS(obs.log_price, design, sigma=covariance).fit()
    levels = np.concatenate([series.level for series in got.series.values()])
    np.testing.assert_allclose(np.append(levels, got.elasticity), fit.params, rtol=1e-6, atol=1e-8)
    # statsmodels scales by the variance left; the components are that already.
    known = fit.normalized_cov_params
    assert got.elasticity_variance == pytest.approx(known[-1, -1], rel=1e-6)
    last = len(got.series[0].period) - 1
    at_mean = np.append(np.eye(len(pairs))[last], got.series[0].last_quality)
    assert got.series[0].last_variance == pytest.approx(at_mean @ known @ at_mean, rel=1e-6)


def test_effects_of_models_shrink_towards_zero_with_their_rows() -> None:
    obs = panel(Walk(model_sd=0.5, noise_sd=0.5), np.random.default_rng(3))
    seen, _ = split(obs, 12)
    got = adjust(obs, seen)
    rows = np.bincount(obs.unit[seen], minlength=len(obs.unit_family))
    assert (got.unit_effect[rows == 0] == 0).all()
    assert (got.unit_variance[rows == 0] == got.spreads.unit).all()
    assert got.unit_variance[rows == 3].max() < got.unit_variance[rows == 1].min() < got.spreads.unit


def test_without_repeated_models_all_is_spread_between_them() -> None:
    obs = panel(Walk(prices_a_model=1, model_sd=0.4, noise_sd=0.3), np.random.default_rng(4))
    got = adjust(obs, everything(obs))
    assert got.spreads.residual == SMALLEST_VARIANCE
    assert got.spreads.residual_freedom == 0
    assert np.sqrt(got.spreads.unit) == pytest.approx(0.5, rel=0.2)


def test_constant_quality_has_no_slope() -> None:
    obs = panel(Walk(), np.random.default_rng(5))
    frame = pd.DataFrame(
        {
            "date": obs.start + pd.to_timedelta(np.round(obs.time_years * 365.25), unit="D"),
            "price": np.exp(obs.log_price),
            "quality": 0.1 + 0.2,
            "family": np.array(obs.families)[obs.family],
            "model": np.array(obs.units)[obs.unit],
        }
    )
    flat = observations(frame)
    got = adjust(flat, everything(flat))
    assert got.elasticity == got.elasticity_variance == 0.0


def test_gaps_stay_gaps() -> None:
    obs = panel(Walk(families=("a",), prices_a_model=1), np.random.default_rng(6))
    period = period_of(obs.time_years)
    kept = ~np.isin(period, [3, 4, 9])
    (series,) = adjust(obs, kept).series.values()
    assert series.period.tolist() == [0, 1, 2, 5, 6, 7, 8, *range(10, 16)]
    assert steps_of(series).gap.tolist() == [1, 1, 3, 1, 1, 1, 2, 1, 1, 1, 1, 1]


def test_too_few_models_or_changes_are_refused() -> None:
    obs = panel(Walk(families=("a",), quarters=2, models_a_quarter=1), np.random.default_rng(7))
    with pytest.raises(InputError, match=r"models in .* leave .* degrees of freedom"):
        adjust(obs, everything(obs))
    short = panel(Walk(families=("a",), quarters=2, prices_a_model=1), np.random.default_rng(8))
    with pytest.raises(InputError, match="1 changes from quarter to quarter"):
        pooled_steps(adjust(short, everything(short)))
