"""The model of gains in both domains: its formulas, and that it finds what is there and no more."""

import numpy as np
import pytest
import xarray as xr
from costfloor.sampling.policy import SamplerSettings
from costfloor.sampling.sampler import compile_model, sample
from costfloor.studies.domains.gains import DOMAINS
from costfloor.studies.domains.model import TERMS, arrivals, build_model, intervals, share_left
from costfloor.studies.domains.result import prior_of_claim, reported_quantities
from domain_worlds import WORLDS, empty, log_density, simulate, stored_worlds, truth
from scipy.integrate import quad
from scipy.special import ive
from scipy.stats import gamma, poisson

SHORT = SamplerSettings(draws=600, tune=400, chains=1, target_accept=0.9, seed=3)
DATA_SETS = 20
DESIGN = empty(8, 6)


@pytest.mark.parametrize("expected", [0.05, 1.0, 12.0])
@pytest.mark.parametrize("size", [0.01, 0.05])
def test_the_density_is_the_sum_and_the_bessel_function(expected: float, size: float) -> None:
    gain = np.array([0.006, 0.05, 0.3, 0.96])
    of_all = np.full(len(gain), expected), np.full(len(gain), size)
    k = np.arange(1, 400)
    summed = (poisson.pmf(k, expected)[:, None] * gamma.pdf(gain, k[:, None], scale=size)).sum(axis=0)
    root = 2.0 * np.sqrt(expected * gain / size)
    # Scaled by exp(-root), which is taken back on the log scale.
    closed = -expected - gain / size + 0.5 * np.log(expected / (size * gain)) + np.log(ive(1, root)) + root
    found = log_density(gain, *of_all)
    assert found == pytest.approx(closed, rel=1e-8)
    likely = summed > 1e-200
    assert found[likely] == pytest.approx(np.log(summed[likely]), rel=1e-8)
    assert root.max() / 2.0 < TERMS


def test_no_gain_is_as_likely_as_no_arrival() -> None:
    assert log_density(np.zeros(1), np.array([0.7]), np.array([0.05])) == pytest.approx(-0.7)


@pytest.mark.parametrize("kept", [0.0, 0.4, 1.0])
def test_arrivals_are_the_integral_of_the_rate(kept: float) -> None:
    by_hand, _ = quad(lambda age: 5.0 * share_left(kept, 0.7, age), 0.3, 2.1)
    assert arrivals(5.0, kept, 0.7, 0.3, 2.1) == pytest.approx(by_hand)


def test_the_model_has_the_density_of_the_formula() -> None:
    data = intervals(empty(3, 4))
    gain = simulate(data, truth(), np.random.default_rng(1))
    model = build_model(data)
    model["gain"].set_value(gain)
    (potential,) = model.replace_rvs_by_values(model.potentials)
    density = model.compile_fn(potential, inputs=model.value_vars)
    # Spreads of one and offsets of zero: every series is the typical one, with one gain a year of one log point on average.
    found = density({name: np.zeros_like(value) for name, value in model.initial_point().items()})
    expected = arrivals(1.0, 0.5, 1.0, data.start, data.end)
    assert float(found) == pytest.approx(log_density(gain, expected, np.ones(len(gain))).sum())


def test_simulated_gains_have_the_expected_sum_and_zeros() -> None:
    data = intervals(empty(400, 8))
    gain = simulate(data, truth(spread=0.0), np.random.default_rng(2))
    expected = arrivals(8.0, 0.5, 0.5, data.start, data.end)
    assert gain.sum() == pytest.approx(0.05 * expected.sum(), rel=0.05)
    assert np.mean(gain == 0.0) == pytest.approx(np.exp(-expected).mean(), abs=0.02)


def test_quantities_by_domain_and_their_differences() -> None:
    posterior = truth(rate=(8.0, 2.0), kept=(0.9, 0.1)).expand_dims(chain=1, draw=1)
    found = reported_quantities(posterior, 1.0)
    left = 0.9 + 0.1 * 0.25, 0.1 + 0.9 * 0.25
    assert found["share_left"].to_numpy().ravel() == pytest.approx(left)
    assert found["progress_later"].sel(domain="training").item() == pytest.approx(0.4 * left[0])
    assert found["rate_difference"].item() == pytest.approx(np.log(4.0))
    assert found["kept_difference"].item() == pytest.approx(0.8)
    assert found["progress_later_difference"].item() == pytest.approx(np.log(4.0 * left[0] / left[1]))


def test_the_prior_leaves_both_answers_open() -> None:
    assert 0.02 < prior_of_claim(1.4, np.random.default_rng(1)) < 0.4


def test_stored_worlds_are_answered_as_they_are() -> None:
    worlds = stored_worlds()
    assert set(worlds) == set(WORLDS)
    assert all(one["base"]["diagnostics"]["passed"] for one in worlds.values())
    assert worlds["training_goes_on"]["base"]["p_claim"] > 0.95
    assert worlds["inference_goes_on"]["base"]["p_reverse"] > 0.95
    assert 0.05 < worlds["undecided"]["base"]["p_slowed"]["training"] < 0.95


@pytest.mark.slow
def test_the_interval_of_the_difference_covers_the_truth() -> None:
    """In twenty data sets, half of them of different rates and half of equal ones."""
    data, covered = intervals(DESIGN), 0
    compiled = compile_model(build_model(data))
    for seed in range(DATA_SETS):
        rate = (8.0, 3.0) if seed % 2 else (5.0, 5.0)
        gain = simulate(data, truth(rate=rate), np.random.default_rng(100 + seed))
        posterior: xr.Dataset = sample(compiled, SHORT, data={"gain": gain}, adaptation="diag").posterior
        of = {domain: posterior["rate"].sel(domain=domain) for domain in DOMAINS}
        low, high = np.quantile(np.log(of["training"] / of["inference"]), [0.05, 0.95])
        covered += low <= np.log(rate[0] / rate[1]) <= high
    assert covered >= 16
