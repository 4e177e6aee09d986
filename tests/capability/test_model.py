"""The capability model has the density it claims, and finds abilities that are known."""

from dataclasses import replace
from types import SimpleNamespace

import costfloor.capability.model
import numpy as np
import pandas as pd
import pytest
from costfloor.capability.abilities import BenchmarkDraws, abilities
from costfloor.capability.model import (
    CAPABILITY_SETTINGS,
    CapabilityFit,
    _build,
    _centres,
    capability_key,
    capability_table,
    fit_capability,
    residual_check,
)
from costfloor.capability.scale import REFERENCES, STAND_INS, references
from costfloor.capability.scores import CEILING, FLOOR, ScoreMatrix, prepare_scores
from costfloor.errors import ScaleError
from costfloor.sampling.policy import SamplerSettings
from scipy import stats

LOW, HIGH = (float(np.log(limit / (1 - limit))) for limit in (FLOOR, CEILING))


class Truth:
    """Simulated abilities, slopes, difficulties and noise with one score per pair, four fifths of them published."""

    def __init__(self, n_models: int, n_benchmarks: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.ability = np.sort(rng.normal(0.0, 1.2, n_models))
        self.slope = rng.lognormal(0.2, 0.4, n_benchmarks)
        self.difficulty = rng.normal(0.2, 0.8, n_benchmarks)
        noise = rng.lognormal(np.log(0.25), 0.3, n_benchmarks)
        keys = [f"lab/m{i:03d}" for i in range(n_models)]
        keys[n_models // 3], keys[-5] = REFERENCES
        logit = self.slope * (self.ability[:, None] - self.difficulty) + rng.logistic(
            0, noise, (n_models, n_benchmarks)
        )
        table = pd.DataFrame(1 / (1 + np.exp(-logit)), index=keys, columns=[f"b{j:02d}" for j in range(n_benchmarks)])
        long = table.rename_axis("model_key").melt(ignore_index=False, var_name="benchmark", value_name="score")
        published = long.reset_index().assign(variant=None, source="simulated")[rng.uniform(size=len(long)) < 0.8]
        self.keys = keys
        benchmarks = pd.DataFrame(
            {"benchmark": table.columns, "capability": True, "random_baseline": 0.0, "ceiling": 1.0}
        )
        self.scores = prepare_scores(published, pd.DataFrame({"model_key": keys}), benchmarks)

    def in_gauge_of(self, fit: CapabilityFit) -> np.ndarray:
        """The true abilities in the fit's units: geometric mean slope 1, and the fit's mean level at its centres."""
        scale = np.exp(np.log(self.slope).mean())
        slope = self.slope / scale
        excess = slope @ (fit.centres - scale * self.difficulty) - len(slope) * fit.scores.logit.mean()
        true = pd.Series(scale * self.ability + excess / slope.sum(), index=self.keys)
        return true[list(fit.scores.models)].to_numpy()


@pytest.fixture(scope="module")
def small() -> ScoreMatrix:
    return Truth(40, 4, seed=1).scores


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(150, 12, seed=2)


@pytest.fixture(scope="module")
def fit(truth: Truth) -> CapabilityFit:
    return fit_capability(truth.scores)


def test_density_is_that_of_the_plain_model(small: ScoreMatrix) -> None:
    """Sampling deviations must be sampling abilities: same density, with the Jacobian of the change of variable."""
    centres = _centres(small)
    model = _build(small, centres)
    outputs = [
        model["ability"],
        model["slope"],
        model["level"],
        model["noise"],
        model["ability_mean"],
        model["ability_sd"],
    ]
    terms = [model["deviation"], *model.potentials, *model.observed_RVs]
    values = model.compile_fn(model.replace_rvs_by_values(outputs), inputs=model.value_vars, on_unused_input="ignore")
    logp = model.compile_logp(vars=terms, jacobian=False)
    rng = np.random.default_rng(8)
    for _ in range(3):
        point = {name: rng.normal(0, 0.7, np.shape(value)) for name, value in model.initial_point().items()}
        ability, slope, level, noise, mean, sd = values(point)
        i, j = small.model_index, small.benchmark_index
        expected = level[j] + slope[j] * (ability[i] - centres[j])
        likelihood = np.select(
            [small.side == -1, small.side == 1],
            [stats.logistic.logcdf(LOW, expected, noise[j]), stats.logistic.logsf(HIGH, expected, noise[j])],
            stats.logistic.logpdf(small.logit, expected, noise[j]),
        )
        information = np.bincount(i, (small.side == 0) * slope[j] ** 2 / (3 * noise[j] ** 2), len(small.models))
        log_jacobian = -0.5 * np.log(information + sd**-2)
        plain = likelihood.sum() + stats.norm.logpdf(ability, mean, sd).sum() + log_jacobian.sum()
        # The potential leaves out no constant: both Normal densities carry the same one.
        assert float(logp(point)) == pytest.approx(plain, rel=1e-9)
        assert np.log(slope).mean() == pytest.approx(0.0, abs=1e-9)


def test_fingerprint_sees_scores_and_settings(small: ScoreMatrix) -> None:
    first = capability_key(small).digest
    assert first == capability_key(replace(small)).digest
    nudged = small.logit.copy()
    nudged[0] += 1e-12
    others = {
        capability_key(replace(small, logit=nudged)).digest,
        capability_key(replace(small, models=("x", *small.models[1:]))).digest,
        capability_key(small, replace(CAPABILITY_SETTINGS, seed=2)).digest,
    }
    assert len(others | {first}) == 4


def scored_models(**counts: int) -> ScoreMatrix:
    """Models with so many scores each."""
    models = tuple(sorted(counts))
    index = np.repeat(np.arange(len(models)), [counts[name] for name in models])
    zeros = np.zeros(len(index), dtype=np.int64)
    return ScoreMatrix(models, ("b",), index, zeros, zeros.astype(float), zeros)


def test_references_of_a_past_day_are_those_that_had_scores() -> None:
    (first, at_first), (second, _) = REFERENCES.items()
    o1, earlier = STAND_INS
    assert references(scored_models(**{first: 3, second: 3, o1: 30})) == REFERENCES
    assert references(scored_models(**{first: 3, second: 2, o1: 3})) == {first: at_first, o1: STAND_INS[o1]}
    assert list(references(scored_models(**{first: 3, o1: 2, earlier: 3}))) == [first, earlier]
    with pytest.raises(ScaleError, match=f"{second}, a reference of the scale, has fewer than 3 scores"):
        references(scored_models(**{first: 3, second: 2, o1: 2, earlier: 2}))
    with pytest.raises(ScaleError, match=f"{first}, a reference"):
        references(scored_models(**{second: 3}))


@pytest.mark.parametrize("gates", [(True,), (False, True), (False, False)])
def test_a_missed_gate_is_sampled_again_for_longer(
    small: ScoreMatrix, gates: tuple[bool, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[SamplerSettings] = []
    monkeypatch.setattr(costfloor.capability.model, "compile_model", lambda model: model)
    monkeypatch.setattr(
        costfloor.capability.model, "sample", lambda _, settings, **options: asked.append(settings) or len(asked)
    )
    monkeypatch.setattr(
        costfloor.capability.model, "diagnose", lambda sampled, _: SimpleNamespace(passed=gates[sampled - 1])
    )
    fit = fit_capability(small)
    assert fit.diagnostics.passed == gates[-1]
    assert [(settings.draws, settings.tune) for settings in asked] == [(1000, 500), (2000, 1000)][: len(gates)]
    assert len({settings.seed for settings in asked}) == len(gates)


@pytest.mark.slow
def test_quick_abilities_are_those_of_a_full_fit(truth: Truth, fit: CapabilityFit) -> None:
    """Models that a fit never saw, worked out from its benchmarks, against the fit that saw them."""
    late = np.arange(len(truth.scores.models)) % 10 == 3
    late[[truth.scores.models.index(key) for key in REFERENCES]] = False
    without = fit_capability(truth.scores.of(~late[truth.scores.model_index]))
    quick = abilities(truth.scores.of(late[truth.scores.model_index]), BenchmarkDraws.of(without))
    full = fit.sampled.posterior["ability"]
    mean = full.mean(("chain", "draw")).to_numpy()[late]
    sd = full.std(("chain", "draw")).to_numpy()[late]
    assert len(quick) == late.sum() >= 14
    assert np.sqrt((((quick["ability"] - mean) / sd) ** 2).mean()) < 0.5
    assert quick["ability_sd"].to_numpy() == pytest.approx(sd, rel=0.35)


@pytest.mark.slow
def test_known_abilities_are_found(truth: Truth, fit: CapabilityFit) -> None:
    assert fit.diagnostics.passed, fit.diagnostics.worst
    true = truth.in_gauge_of(fit)
    ability = fit.sampled.posterior["ability"]
    assert np.corrcoef(ability.mean(("chain", "draw")), true)[0, 1] > 0.97
    low, high = ability.quantile([0.05, 0.95], ("chain", "draw")).to_numpy()
    assert 0.80 <= ((low <= true) & (true <= high)).mean() <= 0.97


@pytest.mark.slow
def test_table_is_in_index_units(truth: Truth, fit: CapabilityFit) -> None:
    table = capability_table(fit)
    by_key = table.set_index("model_key")
    assert table.columns.tolist() == ["model_key", "capability", "capability_sd", "n_benchmarks"]
    assert by_key.loc[list(REFERENCES), "capability"].to_list() == pytest.approx(list(REFERENCES.values()))
    assert table["model_key"].is_monotonic_increasing
    assert table["n_benchmarks"].sum() == len(truth.scores.logit)
    assert by_key.loc[truth.keys, "capability"].corr(pd.Series(truth.ability, truth.keys)) > 0.97
    # The linear map stretches uncertainty as it stretches ability.
    latent = fit.sampled.posterior["ability"].std(("chain", "draw"), ddof=1).to_numpy()
    assert np.ptp(table["capability_sd"].to_numpy() / latent) < 1e-9
    with pytest.raises(ScaleError, match="a reference of the scale, has fewer"):
        capability_table(replace(fit, scores=replace(fit.scores, models=tuple(f"m{i}" for i in range(len(latent))))))


@pytest.mark.slow
def test_predictions_are_calibrated(fit: CapabilityFit) -> None:
    checked = residual_check(fit)
    assert checked["benchmark"].tolist() == list(fit.scores.benchmarks)
    assert checked["n"].sum() == len(fit.scores.logit)
    assert np.average(checked["coverage50"], weights=checked["n"]) == pytest.approx(0.53, abs=0.08)
    assert np.average(checked["coverage90"], weights=checked["n"]) == pytest.approx(0.91, abs=0.05)
    assert checked["floor_expected"].to_numpy() == pytest.approx(checked["floor_observed"].to_numpy(), abs=0.08)
