"""The baselines at one origin: known answers, what an origin may know, failures with reasons."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from costfloor.errors import InputError
from costfloor.forecast.baselines import BASELINES, baseline_forecasts, local_linear
from costfloor.forecast.baselines.epoch_ols import epoch_ols
from costfloor.forecast.baselines.levels import predict_unit
from costfloor.forecast.baselines.line import capability_design, fit_line
from costfloor.forecast.baselines.series import FamilySeries, adjust
from costfloor.laws.observations import PriceObservations
from scipy import stats
from simulated_walk import Walk, panel, split
from statsmodels.tsa.statespace.structural import UnobservedComponents

LINES = ("epoch_ols", "open_ols", "no_change", "twenty_percent")
SERIES = ("random_walk_drift", "local_linear_trend", "farmer_lafond")


def market(seed: int = 1, **changes: object) -> PriceObservations:
    return panel(Walk(**{"models_a_quarter": 2, **changes}), np.random.default_rng(seed))


def one_unit(obs: PriceObservations, seen: np.ndarray, scored: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mask of one scored row of an unseen unit."""
    fresh = np.flatnonzero(scored & ~np.isin(obs.unit, obs.unit[seen]))
    return np.arange(obs.n) == rng.choice(fresh)


def coverage(name: str, panels: int, seed: int) -> float:
    """Share of simulated walks whose one scored row lies in its 90 % interval."""
    rng, hits = np.random.default_rng(seed), []
    for _ in range(panels):
        obs = panel(Walk(families=("a",), models_a_quarter=3, prices_a_model=2), rng)
        seen, scored = split(obs, 12)
        row = one_unit(obs, seen, scored, rng)
        low, high = np.quantile(BASELINES[name](obs, seen, row, 800, rng).simulated, [0.05, 0.95])
        hits.append(low <= obs.log_price[row][0] <= high)
    return float(np.mean(hits))


@pytest.mark.slow  # samples nothing, and simulates for seconds
def test_a_walk_is_covered_as_often_as_promised() -> None:
    size = 500
    assert coverage("random_walk_drift", size, 11) == pytest.approx(0.9, abs=3 * np.sqrt(0.9 * 0.1 / size))


@pytest.mark.slow  # samples nothing, and simulates for seconds
def test_an_autocorrelation_that_the_walk_does_not_have_widens_the_intervals() -> None:
    size = 300
    assert coverage("farmer_lafond", size, 12) > 0.9 - 2 * np.sqrt(0.9 * 0.1 / size)


@pytest.mark.slow  # samples nothing, and simulates for seconds
def test_the_local_linear_trend_takes_its_variances_as_known_and_covers_less() -> None:
    assert 0.6 < coverage("local_linear_trend", 100, 13) < 0.95


def test_the_line_is_the_regression_of_statsmodels() -> None:
    obs = market()
    seen, scored = split(obs, 12)
    design = capability_design(obs, obs.time_years, obs.unit)[:, :3]
    fit = sm.OLS(obs.log_price[seen], design[seen]).fit()
    exact = fit.get_prediction(design[scored])
    line = fit_line(obs.log_price[seen], design[seen])
    np.testing.assert_allclose(line.mean(design[scored]), exact.predicted_mean, rtol=1e-6)
    spread = np.sqrt(np.diag(line.spread(design[scored])) + line.variance)
    np.testing.assert_allclose(spread, exact.se_obs, rtol=1e-6)
    assert line.freedom == fit.df_resid
    forecast = epoch_ols(obs, seen, scored, 20_000, np.random.default_rng(0))
    low, high = exact.conf_int(obs=True, alpha=0.1).T
    got = np.quantile(forecast.simulated, [0.05, 0.95], axis=0)
    np.testing.assert_allclose(got, [low, high], atol=0.06 * spread.mean())
    assert forecast.notes == ()


def test_the_line_scores_a_single_row_by_its_student_t_and_rows_of_a_unit_jointly() -> None:
    obs = market()
    seen, scored = split(obs, 12)
    design = capability_design(obs, obs.time_years, obs.unit)[:, :3]
    line = fit_line(obs.log_price[seen], design[seen])
    forecast = epoch_ols(obs, seen, scored, 10, np.random.default_rng(0))
    units = np.unique(obs.unit[scored])
    for size in (1, 3):
        place = next(i for i, unit in enumerate(units) if (obs.unit[scored] == unit).sum() == size)
        rows = np.flatnonzero(scored & (obs.unit == units[place]))
        shape = line.spread(design[rows]) + line.variance * np.eye(size)
        exact = stats.multivariate_t(line.mean(design[rows]), shape, df=line.freedom).logpdf(obs.log_price[rows])
        assert forecast.unit_log_density[place] == pytest.approx(exact)


@pytest.mark.parametrize("name", BASELINES)
def test_the_density_of_one_row_is_the_density_of_its_draws(name: str) -> None:
    obs = market(3, model_sd=0.3)
    seen, scored = split(obs, 12)
    row = one_unit(obs, seen, scored, np.random.default_rng(5))
    median = np.median(BASELINES[name](obs, seen, row, 2000, np.random.default_rng(6)).simulated)
    obs = replace(obs, log_price=np.where(row, median + 0.3, obs.log_price))
    forecast = BASELINES[name](obs, seen, row, 60_000, np.random.default_rng(7))
    draws = forecast.simulated[:, 0]
    width = 0.1 * np.subtract(*np.quantile(draws, [0.75, 0.25]))
    density = (np.abs(draws - median - 0.3) < width).mean() / (2 * width)
    assert np.log(density) == pytest.approx(forecast.unit_log_density[0], abs=0.1)


def test_shapes_order_and_determinism() -> None:
    obs = market()
    seen, scored = split(obs, 12)
    first = baseline_forecasts(obs, seen, scored, draws=50, seed=3)
    again = baseline_forecasts(obs, seen, scored, draws=50, seed=3)
    other = baseline_forecasts(obs, seen, scored, draws=50, seed=4)
    assert tuple(first.forecasts) == tuple(BASELINES)
    assert first.failures == {}
    units = np.unique(obs.unit[scored])
    for name, forecast in first.forecasts.items():
        assert forecast.simulated.shape == (50, scored.sum())
        assert forecast.unit_log_density.shape == units.shape
        assert np.isfinite(forecast.simulated).all()
        np.testing.assert_array_equal(forecast.simulated, again.forecasts[name].simulated)
        np.testing.assert_array_equal(forecast.unit_log_density, again.forecasts[name].unit_log_density)
        np.testing.assert_array_equal(forecast.unit_log_density, other.forecasts[name].unit_log_density)
        assert not np.array_equal(forecast.simulated, other.forecasts[name].simulated)
        # Alone, a unit has the density that it has among the others.
        alone = scored & (obs.unit == units[7])
        density = baseline_forecasts(obs, seen, alone, draws=5, seed=3).forecasts[name].unit_log_density
        np.testing.assert_allclose(density, forecast.unit_log_density[[7]])


def test_later_prices_change_no_forecast() -> None:
    obs = market()
    seen, scored = split(obs, 10)
    changed = replace(obs, log_price=np.where(seen, obs.log_price, 99.0))
    before = baseline_forecasts(obs, seen, scored, draws=20, seed=1).forecasts
    after = baseline_forecasts(changed, seen, scored, draws=20, seed=1).forecasts
    for name in BASELINES:
        np.testing.assert_array_equal(before[name].simulated, after[name].simulated)


def test_fixed_rates_leave_the_line_at_the_last_day_and_share_its_spread() -> None:
    obs = market(12, drift=-0.4)
    obs = replace(obs, unit_open=np.arange(len(obs.unit_family)) % 2 == 0)
    seen, scored = split(obs, 12)
    size = 10_000
    line, still, falling = (
        BASELINES[name](obs, seen, scored, size, np.random.default_rng(2))
        for name in ("open_ols", "no_change", "twenty_percent")
    )
    design = capability_design(obs, np.minimum(obs.time_years, obs.time_years[seen].max()), obs.unit)
    fitted = fit_line(obs.log_price[seen], design[seen])
    spread = np.sqrt(np.diag(fitted.spread(design[scored])) + fitted.variance)
    noise = 5 * spread.max() / np.sqrt(size)
    np.testing.assert_allclose(still.simulated.mean(axis=0), fitted.mean(design[scored]), atol=noise)
    np.testing.assert_allclose(still.simulated.std(axis=0), spread, rtol=0.05)
    ahead = obs.time_years[scored] - obs.time_years[seen].max()
    np.testing.assert_allclose(
        (still.simulated - falling.simulated).mean(axis=0), -np.log(0.8) * ahead, atol=np.sqrt(2) * noise
    )
    slope = fitted.coefficients[1]
    np.testing.assert_allclose((line.simulated - still.simulated).mean(axis=0), slope * ahead, atol=np.sqrt(2) * noise)


@pytest.mark.parametrize("name", BASELINES)
def test_what_lies_before_every_new_model_is_one_error_for_all(name: str) -> None:
    """The mean price of a quarter is less sure than if each model had an error of its own."""
    obs = market(13, families=("a",), models_a_quarter=6, prices_a_model=1)
    seen, scored = split(obs, 12)
    simulated = BASELINES[name](obs, seen, scored, 2000, np.random.default_rng(0)).simulated
    last = obs.time_years[scored] >= obs.time_years[scored].max() - 0.25
    apart = np.corrcoef(simulated[:, last].T)[np.triu_indices(int(last.sum()), 1)]
    assert apart.mean() > 0.02
    if name in SERIES:
        assert apart.mean() > 0.5, "a walk's own error is most of what is not known of its models"


def test_a_seen_model_keeps_its_own_level() -> None:
    obs = market(7, model_sd=1.0)
    seen, scored = split(obs, 12)
    adjusted = adjust(obs, seen)
    paths = BASELINES["random_walk_drift"].args[0](adjusted, 4)
    known = [int(unit) for unit in np.unique(obs.unit[scored]) if unit in obs.unit[seen]]
    fresh = [int(unit) for unit in np.unique(obs.unit[scored]) if unit not in obs.unit[seen]]
    at = np.array([3.1])
    assert predict_unit(adjusted, paths, obs, known[0], at).unit_variance < 0.05
    assert predict_unit(adjusted, paths, obs, fresh[0], at).unit_variance > 0.5
    residual = [
        obs.log_price[obs.unit == unit].mean() - predict_unit(adjusted, paths, obs, unit, at).mean[0] for unit in known
    ]
    assert np.std(residual) < 0.6, "the models differ by 1 and their own rows say by how much"


def test_unseen_families_take_the_line_across_families() -> None:
    obs = market(8, families=("a", "b", "c"))
    seen, scored = split(obs, 12)
    seen &= obs.family != 2
    result = baseline_forecasts(obs, seen, scored, draws=500, seed=0)
    assert set(result.forecasts) == set(BASELINES)
    new = obs.family[scored] == 2
    for name in SERIES:
        forecast = result.forecasts[name]
        assert np.isfinite(forecast.simulated).all()
        assert np.isfinite(forecast.unit_log_density).all()
        np.testing.assert_allclose(
            np.median(forecast.simulated[:, new], axis=0).mean(),
            np.median(result.forecasts["epoch_ols"].simulated[:, new], axis=0).mean(),
            atol=0.6,
        )


def test_unseen_hosts_change_nothing() -> None:
    obs = market()
    seen, scored = split(obs, 12)
    other = replace(obs, host=np.where(scored, 1, 0), hosts=("h", "new"))
    for name, forecast in baseline_forecasts(obs, seen, scored, draws=5, seed=0).forecasts.items():
        again = baseline_forecasts(other, seen, scored, draws=5, seed=0).forecasts[name]
        np.testing.assert_array_equal(again.simulated, forecast.simulated)


def test_young_families_are_noted() -> None:
    obs = market(9)
    seen, scored = split(obs, 4)
    notes = baseline_forecasts(obs, seen, scored, draws=5, seed=0).forecasts
    for name in SERIES:
        assert notes[name].notes == tuple(f"{family}: 4 quarters, pooled drift and variance" for family in "ab")


@pytest.mark.parametrize("rows", [1, 2, 5, 8, 12])
def test_tiny_panels_fail_by_name_and_with_a_reason(rows: int) -> None:
    obs = market(10)
    seen = np.arange(obs.n) < rows
    result = baseline_forecasts(obs, seen, ~seen, draws=5, seed=0)
    assert set(result.forecasts) | set(result.failures) == set(BASELINES)
    assert not set(result.forecasts) & set(result.failures)
    assert set(SERIES) <= set(result.failures)
    assert all(reason for reason in result.failures.values())


def test_prices_of_one_day_have_no_trend() -> None:
    obs = market(10, models_a_quarter=40)
    one_day = replace(obs, time_years=np.where(obs.time_years < 1, 0.1, obs.time_years))
    seen, scored = split(one_day, 4)
    result = baseline_forecasts(one_day, seen, scored, draws=5, seed=0)
    assert result.forecasts == {}
    assert "one time" in result.failures["epoch_ols"]


def test_several_prices_of_a_model_need_a_known_spread() -> None:
    obs = market(10)
    first = np.zeros(obs.n, bool)
    first[np.unique(obs.unit, return_index=True)[1]] = True
    seen, scored = split(obs, 12)
    result = baseline_forecasts(obs, seen & first, scored, draws=5, seed=0)
    assert set(result.forecasts) == set(LINES)
    assert "spread within models" in result.failures["farmer_lafond"]
    fresh = scored & first
    assert baseline_forecasts(obs, seen & first, fresh, draws=5, seed=0).failures == {}


def test_regressors_that_cannot_be_told_apart_are_named() -> None:
    obs = market(10, families=("a",))
    seen, scored = split(obs, 12)
    forecasts = baseline_forecasts(obs, seen, scored, draws=5, seed=0).forecasts
    assert forecasts["epoch_ols"].notes == ()
    assert forecasts["open_ols"].notes == ("not told apart from the other regressors: open weights",)


def test_a_step_for_open_weights_is_told_from_capability() -> None:
    obs = market(11)
    obs = replace(obs, unit_open=np.arange(len(obs.unit_family)) % 2 == 0)
    seen, _ = split(obs, 12)
    design = capability_design(obs, obs.time_years, obs.unit)[seen]
    stepped = obs.log_price[seen] - 2.0 * obs.unit_open[obs.unit[seen]]
    moved = fit_line(stepped, design).coefficients - fit_line(obs.log_price[seen], design).coefficients
    np.testing.assert_allclose(moved, [0.0, 0.0, 0.0, -2.0], atol=1e-9)


@pytest.mark.parametrize("case", ["nothing seen", "nothing scored", "a past to forecast"])
def test_masks_that_are_no_origin_are_refused(case: str) -> None:
    obs = market()
    seen, scored = split(obs, 12)
    if case == "nothing seen":
        seen = np.zeros(obs.n, bool)
    elif case == "nothing scored":
        scored = np.zeros(obs.n, bool)
    else:
        seen, scored = scored, seen
    with pytest.raises(InputError, match="rows before it"):
        baseline_forecasts(obs, seen, scored, draws=5, seed=0)


def test_the_local_linear_trend_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(14)
    level = np.cumsum(rng.normal(-0.3, 0.3, 20)) + rng.normal(0, 0.2, 20)
    period = np.delete(np.arange(20), [4, 11])
    path, heard = local_linear.fitted_path(FamilySeries("f", period, level[period], 0.1, 0.0), 5)
    gapped = np.where(np.isin(np.arange(20), period), level, np.nan)
    fit = UnobservedComponents(gapped, "local linear trend", use_exact_diffuse=True).fit(disp=False, maxiter=200)
    forecast = fit.get_forecast(5)
    np.testing.assert_allclose(path.mean[1:], forecast.predicted_mean)
    np.testing.assert_allclose(np.diag(path.covariance)[1:], forecast.var_pred_mean)
    assert np.linalg.eigvalsh(path.covariance).min() > -1e-10
    assert heard == ()


def test_what_the_estimator_warns_of_is_in_the_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_linear, "MAX_ITERATIONS", 1)
    obs = market()
    seen, scored = split(obs, 12)
    notes = baseline_forecasts(obs, seen, scored, draws=5, seed=0).forecasts["local_linear_trend"].notes
    assert any(note.startswith("a: ConvergenceWarning: ") for note in notes)


def test_a_series_that_cannot_be_fitted_falls_back_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(series: FamilySeries, quarters: int) -> None:
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr(local_linear, "fitted_path", broken)
    obs = market()
    seen, scored = split(obs, 12)
    forecasts = baseline_forecasts(obs, seen, scored, draws=5, seed=0).forecasts
    assert forecasts["local_linear_trend"].notes == tuple(f"{f}: singular; pooled drift and variance" for f in "ab")


def test_the_local_linear_trend_is_at_the_highest_of_several_maxima() -> None:
    # Few values, and most of their variance may sit in any of three components.
    higher = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        values = np.cumsum(rng.normal(-0.1, 0.2, 7)) + rng.normal(0, 0.2, 7)
        model = UnobservedComponents(values, "local linear trend", use_exact_diffuse=True)
        fit, _ = local_linear._best_fit(model, values)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            alone = model.fit(disp=False, maxiter=200)
        assert fit.llf >= alone.llf
        higher += fit.llf > alone.llf + 0.01
    assert higher >= 1
