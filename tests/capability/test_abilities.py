"""Abilities given the benchmarks are those that a plain sum over a fine grid gives; an update touches what has changed and nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from costfloor.capability.abilities import BenchmarkDraws, abilities
from costfloor.capability.drift import anchor_moves, newer_benchmarks, scale_drift
from costfloor.capability.full_fit import FullFit
from costfloor.capability.full_fit_day import full_fit_day
from costfloor.capability.model import IndexUnits
from costfloor.capability.scores import CEILING, FLOOR, ScoreMatrix
from costfloor.capability.update import quick_error, update
from costfloor.data.performance import LEFT_OUT_COLUMNS, Performance
from scipy import stats

LOW, HIGH = (float(np.log(limit / (1 - limit))) for limit in (FLOOR, CEILING))
UNITS = IndexUnits(0.0, 130.0, 8.0)
NAMES = tuple(f"b{number:02d}" for number in range(8))
RNG = np.random.default_rng(11)
DRAWS = BenchmarkDraws(
    NAMES,
    RNG.lognormal(0.0, 0.3, (20, 8)),
    RNG.normal(0.2, 0.5, (20, 8)),
    RNG.lognormal(np.log(0.3), 0.2, (20, 8)),
    RNG.normal(0.0, 0.5, 8),
    RNG.normal(0.0, 0.1, 20),
    RNG.lognormal(0.2, 0.05, 20),
)


def matrix(
    ability: dict[str, float], benchmarks: tuple[str, ...] = NAMES, *, lift: dict[str, float] | None = None
) -> ScoreMatrix:
    """Scores of models of known ability on every benchmark, with a logistic noise of a sixth of that of the benchmarks."""
    rng = np.random.default_rng(5)
    keys = tuple(sorted(ability))
    columns = [NAMES.index(name) for name in benchmarks]
    slope, level, noise = (values.mean(axis=0)[columns] for values in (DRAWS.slope, DRAWS.level, DRAWS.noise))
    true = np.array([ability[key] for key in keys])[:, None]
    logit = level + slope * (true - DRAWS.centre[columns]) + noise / 6 * rng.logistic(size=(len(keys), len(columns)))
    logit += slope * np.array([(lift or {}).get(key, 0.0) for key in keys])[:, None]
    clipped = np.clip(logit, LOW, HIGH).ravel()
    return ScoreMatrix(
        keys,
        benchmarks,
        np.repeat(np.arange(len(keys)), len(columns)),
        np.tile(np.arange(len(columns)), len(keys)),
        clipped,
        np.where(clipped <= LOW, -1, np.where(clipped >= HIGH, 1, 0)),
    )


ABILITIES = {f"lab/m{number:02d}": float(value) for number, value in enumerate(np.linspace(-4.0, 4.0, 30))}
SCORES = matrix(ABILITIES)
FIT = FullFit(
    pd.DataFrame({"model_key": SCORES.models, "capability": 100.0, "capability_sd": 9.0, "n_benchmarks": 8}),
    pd.DataFrame(),
    DRAWS,
    UNITS,
    {},
)


def test_moments_are_those_of_a_sum_over_a_fine_grid() -> None:
    got = abilities(SCORES, DRAWS).set_index("model_key")
    assert (SCORES.side == -1).any()
    assert (SCORES.side == 1).any()
    grid = np.linspace(-9.0, 9.0, 9001)
    for position in (0, 10, 17, 29):
        means, variances = [], []
        entries = np.flatnonzero(SCORES.model_index == position)
        for draw in range(20):
            density = stats.norm.logpdf(grid, DRAWS.ability_mean[draw], DRAWS.ability_sd[draw])
            for entry in entries:
                j = SCORES.benchmark_index[entry]
                mean = DRAWS.level[draw, j] + DRAWS.slope[draw, j] * (grid - DRAWS.centre[j])
                noise = DRAWS.noise[draw, j]
                density += {
                    -1: stats.logistic.logcdf(LOW, mean, noise),
                    1: stats.logistic.logsf(HIGH, mean, noise),
                    0: stats.logistic.logpdf(SCORES.logit[entry], mean, noise),
                }[int(SCORES.side[entry])]
            weight = np.exp(density - density.max())
            means.append((weight * grid).sum() / weight.sum())
            variances.append((weight * grid**2).sum() / weight.sum() - means[-1] ** 2)
        row = got.loc[SCORES.models[position]]
        assert row["ability"] == pytest.approx(np.mean(means), abs=1e-3)
        assert row["ability_sd"] == pytest.approx(np.sqrt(np.mean(variances) + np.var(means)), rel=5e-3)


def test_draws_come_back_as_they_were_stored() -> None:
    again = BenchmarkDraws.from_frame(DRAWS.to_frame())
    assert again.benchmarks == DRAWS.benchmarks
    for name in ("slope", "level", "noise", "centre", "ability_mean", "ability_sd"):
        np.testing.assert_array_equal(getattr(again, name), getattr(DRAWS, name))


def test_unchanged_scores_keep_the_fitted_table() -> None:
    same = update(FIT, SCORES, SCORES)
    pd.testing.assert_frame_equal(same.table, FIT.table)
    assert (same.models, same.waiting_models, same.waiting_scores) == (0, (), {})
    assert same.error.models == 30
    assert same.lines() == []


def test_update_touches_what_has_changed_and_names_what_waits() -> None:
    grown = matrix(ABILITIES | {"lab/new": 1.0})
    # One model gains a score on a benchmark that the fit knows, another has nothing but one on a benchmark that it does not know.
    new = replace(
        grown,
        models=(*grown.models, "lab/newer"),
        benchmarks=(*NAMES, "other"),
        model_index=np.append(grown.model_index, 31),
        benchmark_index=np.append(grown.benchmark_index, 8),
        logit=np.append(grown.logit, 0.5),
        side=np.append(grown.side, 0),
    )
    before = new.of(new.model_index < 30)
    got = update(FIT, before, new)
    by_key = got.table.set_index("model_key")
    assert got.models == 1
    assert by_key.loc["lab/new", "capability"] == pytest.approx(138.0, abs=3.0)
    assert by_key.loc["lab/new", "n_benchmarks"] == 8
    assert (by_key.drop("lab/new")["capability"] == 100.0).all()
    assert got.waiting_models == ("lab/newer",)
    assert got.waiting_scores == {"other": 1}
    assert len(got.lines()) == 2
    gone = update(FIT, before, before.of(before.model_index != 3))
    assert "lab/m03" in set(FIT.table["model_key"]) - set(gone.table["model_key"])


def test_quick_error_is_over_shared_models() -> None:
    quick = pd.DataFrame({"model_key": ["a", "b", "x"], "capability": [101.0, 97.0, 1.0]})
    full = pd.DataFrame({"model_key": ["a", "b", "y"], "capability": [100.0, 100.0, 1.0]})
    error = quick_error(quick, full)
    assert (error.models, error.mean) == (2, -1.0)
    assert error.rms == pytest.approx(5**0.5)
    assert quick_error(quick.iloc[:0], full).rms is None


@pytest.mark.parametrize("rise", [0.0, 0.5])
def test_drift_is_found_and_none_is_not(rise: float) -> None:
    keys = list(ABILITIES)
    released = pd.Series(pd.date_range("2024-01-01", periods=30, freq="30D"), keys)
    # Abilities do not follow the days of release, so that a slope by release is none by ability.
    released[:] = released.sample(frac=1, random_state=2).to_numpy()
    years = (released - released.mean()).dt.days / 365.25
    old, new = NAMES[:4], NAMES[4:]
    parts = matrix(ABILITIES, old), matrix(ABILITIES, new, lift=(rise * years).to_dict())
    both = ScoreMatrix(
        parts[0].models,
        NAMES,
        np.tile(parts[0].model_index, 2),
        np.concatenate([parts[0].benchmark_index, parts[1].benchmark_index + 4]),
        np.concatenate([part.logit for part in parts]),
        np.concatenate([part.side for part in parts]),
    )
    order = np.lexsort((both.benchmark_index, both.model_index))
    both = replace(
        both, **{name: getattr(both, name)[order] for name in ("model_index", "benchmark_index", "logit", "side")}
    )
    models = released.rename("release_date").rename_axis("model_key").reset_index()
    drift = scale_drift(both, DRAWS, UNITS, models, new)
    assert drift is not None
    assert (drift.old, drift.new, drift.models) == (old, new, 30)
    assert abs(drift.per_year - 8.0 * rise) < 2.5 * drift.per_year_error
    assert drift.beyond_error == (rise > 0)
    assert drift.as_rate(-0.1) == pytest.approx(0.1 * abs(drift.per_year))
    assert scale_drift(both, DRAWS, UNITS, models.iloc[:9], new) is None


def test_anchors_moved_by_so_much() -> None:
    now = pd.DataFrame({"model_key": ["a", "b"], "capability": [1.5, 4.0], "capability_sd": 0.5})
    moves = anchor_moves({"a": 1.0, "b": 2.0, "c": 3.0}, now)
    assert [(move.model_key, move.moved, move.within_error) for move in moves] == [("a", 0.5, True), ("b", 2.0, False)]
    assert moves[0].error == pytest.approx(0.5)


def history(days: dict[str, int], benchmark: str = "hle") -> Performance:
    """A performance with so many models whose score on a benchmark became known on a day."""
    rows = [
        (f"lab/{day}-{number}", benchmark, pd.Timestamp(day)) for day, count in days.items() for number in range(count)
    ]
    every = pd.DataFrame(rows, columns=["model_key", "benchmark", "known_on"]).assign(
        source="hub", variant=None, score=0.5, listed_on=lambda table: table["known_on"], from_list=False
    )
    benchmarks = pd.DataFrame({"benchmark": ["hle", "eci"], "capability": [True, False]})
    return Performance(every, benchmarks, pd.DataFrame(columns=list(LEFT_OUT_COLUMNS)))


def test_full_fit_follows_growth_by_a_tenth_at_the_end_of_a_month() -> None:
    known = history({"2025-01-10": 100, "2025-02-10": 9, "2025-03-10": 1, "2025-04-30": 10, "2025-05-02": 1})
    fitted = {
        day: full_fit_day(known.at(pd.Timestamp(day)))
        for day in ("2025-01-20", "2025-02-28", "2025-03-30", "2025-03-31", "2025-12-31")
    }
    assert fitted["2025-01-20"] is None
    assert [str(fitted[day])[:10] for day in list(fitted)[1:]] == [
        "2025-01-31",
        "2025-01-31",
        "2025-03-31",
        "2025-05-31",
    ]
    shuffled = replace(known, every=known.every.sample(frac=1, random_state=1))
    assert full_fit_day(shuffled) == full_fit_day(known) == pd.Timestamp("2025-05-31")
    assert full_fit_day(history({"2025-01-10": 5}, "eci")) is None


def test_newer_benchmarks_are_those_of_newer_models() -> None:
    # Each of eight models has one benchmark, b00 the oldest.
    keys = tuple(f"lab/m{number}" for number in range(8))
    index = np.arange(8)
    scores = ScoreMatrix(keys, NAMES, index, index, np.zeros(8), np.zeros(8, dtype=np.int64))
    models = pd.DataFrame({"model_key": keys, "release_date": pd.date_range("2025-01-01", periods=8)})
    assert newer_benchmarks(scores, models) == NAMES[4:]
    assert newer_benchmarks(scores, models.iloc[:6].sample(frac=1, random_state=1)) == NAMES[3:6]
