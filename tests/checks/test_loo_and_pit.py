"""Leave-one-out quantities against a normal mean with known variance, where they have a closed form."""

import numpy as np
import pytest
from costfloor.checks import build_replicates, loo, pit
from costfloor.checks.result import to_json
from costfloor.fit.result import Fit
from costfloor.laws.observations import PriceObservations
from fake_fits import make_fit, make_table
from scipy.stats import norm

N = 60


def normal_mean(outlier: float | None = None) -> tuple[PriceObservations, Fit]:
    """Draws of unit variance around one mean, and the exact posterior of that mean under a flat prior."""
    rng = np.random.default_rng(4)
    values = rng.standard_normal(N)
    if outlier is not None:
        values[0] = outlier
    obs = make_table(np.arange(N) / N, values, ["a"] * N)
    fit = make_fit("exponential", obs, {"noise_scale": 1.0, "noise_tail": 1e7, "family_rate": [0.0]}, spread=1e-9)
    mean = rng.normal(values.mean(), 1 / np.sqrt(N), size=(4, 1000, 1))
    posterior = fit.posterior.isel(draw=0, chain=0).expand_dims(chain=4, draw=1000).copy()
    for name in ("noise_scale", "family_rate"):
        posterior[name] = posterior[name] + 1e-9 * rng.standard_normal(posterior[name].shape)
    posterior["family_start"] = (("chain", "draw", "family_start_dim"), mean)
    return obs, Fit(fit.law, fit.receipt, posterior, fit.reported)


def left_out(obs: PriceObservations) -> norm:
    """The predictive distribution of each value from all others."""
    others = (obs.log_price.sum() - obs.log_price) / (N - 1)
    return norm(others, np.sqrt(1 + 1 / (N - 1)))


def test_elpd_and_effective_parameters() -> None:
    obs, fit = normal_mean()
    table = loo.check(build_replicates({"exponential": fit}, obs, 1)).table.iloc[0]
    expected = left_out(obs).logpdf(obs.log_price).sum()
    full = norm(obs.log_price.mean(), np.sqrt(1 + 1 / N)).logpdf(obs.log_price).sum()
    assert table["elpd_loo"] == pytest.approx(expected, abs=0.05)
    assert table["p_loo"] == pytest.approx(full - expected, abs=0.05)
    assert table["pareto_k_max"] < 0.5
    assert table["share_high_k"] == 0


def test_the_better_law_leads_and_the_difference_is_paired() -> None:
    obs, fit = normal_mean()
    shifted = fit.posterior.assign(family_start=fit.posterior["family_start"] + 1.0)
    worse = Fit(fit.law, fit.receipt, shifted, fit.reported)
    result = loo.check(build_replicates({"worse": worse, "better": fit}, obs, 1))
    assert result.passed is None
    table = result.table.set_index("law")
    assert table.loc["better", "elpd_difference"] == 0
    difference = table.loc["worse", "elpd_loo"] - table.loc["better", "elpd_loo"]
    assert table.loc["worse", "elpd_difference"] == pytest.approx(difference)
    # Densities at distance d and d - 1 differ by a linear function of the value, so its sd is about that of the data.
    assert table.loc["worse", "difference_se"] == pytest.approx(np.sqrt(N) * obs.log_price.std(), rel=0.1)
    assert f"{difference:.1f} from better" in result.summary
    assert "from better" not in result.summary.partition("better,")[2]


def test_warnings_reach_the_summary() -> None:
    obs, fit = normal_mean(outlier=30.0)
    replicates = build_replicates({"exponential": fit}, obs, 1)
    result = loo.check(replicates)
    assert result.table["pareto_k_max"].iloc[0] > 0.7
    assert result.table["share_high_k"].iloc[0] == pytest.approx(1 / N)
    assert "Warnings: exponential: UserWarning: Estimated shape parameter" in result.summary
    assert "Warnings: exponential: UserWarning: Estimated shape parameter" in pit.check(replicates).summary


def test_pit_values() -> None:
    obs, fit = normal_mean()
    values, warned = pit.loo_pit(fit, obs)
    np.testing.assert_allclose(values, left_out(obs).cdf(obs.log_price), atol=0.01)
    assert warned == ()


def test_calibrated_predictions_pass() -> None:
    obs, fit = normal_mean()
    result = pit.check(build_replicates({"exponential": fit}, obs, 1))
    assert result.passed is True
    assert result.table["share_outside"].iloc[0] == 0
    assert "inside the band: passes" in result.summary


def test_predictions_that_are_too_wide_fail() -> None:
    obs, fit = normal_mean()
    wide = Fit(fit.law, fit.receipt, fit.posterior.assign(noise_scale=fit.posterior["noise_scale"] * 4), fit.reported)
    replicates = build_replicates({"wide": wide, "right": fit}, obs, 1)
    result = pit.check(replicates)
    assert result.passed is False
    assert dict(zip(result.table["law"], result.table["passed"], strict=True)) == {"wide": False, "right": True}
    # Too wide: too few values in the tails, so the curve is below uniform at first and above at last.
    curve = pit.curves(replicates)["wide"]
    assert curve.difference[9] < curve.lower[9]
    assert curve.difference[89] > curve.upper[89]
    assert to_json(result)["table"][0]["share_outside"] == curve.outside.mean()


@pytest.mark.parametrize("n", [30, 500])
def test_the_band_holds_all_of_a_uniform_sample_19_times_in_20(n: int) -> None:
    band = pit.uniform_band(n)
    rng = np.random.default_rng(5)
    inside = [not pit.pit_curve(rng.uniform(size=n), band, ()).outside.any() for _ in range(1000)]
    # Monte Carlo error of both simulations: 3 standard deviations are 0.03. Counts are whole, so the band can be a little wide.
    assert 0.92 <= np.mean(inside) <= 0.985


def test_too_few_rows_for_pit() -> None:
    obs = make_table([0.0, 0.5, 1.0], [3.0, 2.0, 1.0], ["a", "a", "a"])
    result = pit.check(build_replicates({"exponential": make_fit("exponential", obs, {})}, obs, 1))
    assert result.passed is None
    assert "needs at least 20 rows; there are 3" in result.summary
