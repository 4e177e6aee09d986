"""Which scores count, and how several become one."""

import numpy as np
import pandas as pd
import pytest
from costfloor.capability.scores import CEILING, FLOOR, MIN_MODELS_PER_BENCHMARK, ScoreMatrix, prepare_scores
from costfloor.errors import InputError
from store import compiled_store

KEYS = [f"lab/m{i:02d}" for i in range(MIN_MODELS_PER_BENCHMARK)]
MODELS = pd.DataFrame({"model_key": KEYS})
BENCHMARKS = compiled_store().table("benchmarks")


def rows(
    benchmark: str, scores: float | list[float], variant: str | None = None, source: str = "hub", keys: list[str] = KEYS
) -> pd.DataFrame:
    return pd.DataFrame(
        {"model_key": keys, "variant": variant, "benchmark": benchmark, "score": scores, "source": source}
    )


def prepared(*parts: pd.DataFrame) -> ScoreMatrix:
    return prepare_scores(pd.concat(parts, ignore_index=True), MODELS, BENCHMARKS)


def share(scores: ScoreMatrix, model: str = KEYS[0]) -> float:
    """Chance-corrected share of one model in a one-benchmark matrix."""
    logit = scores.logit[scores.model_index == scores.models.index(model)]
    assert logit.shape == (1,)
    return float(1 / (1 + np.exp(-logit[0])))


@pytest.mark.parametrize(
    ("benchmark", "value"),
    [
        ("eci", 140.0),
        ("aa_intelligence_index_pre_2026_06_16", 42.0),
        ("aa_multilingual_index", 0.8),
        ("aa_omniscience_index", -40.0),
        ("aa_omniscience_non_hallucination", 0.2),
        ("lmarena_elo", 1200.0),
        ("webdev_arena_elo", 1300.0),
        ("metr_time_horizon_min", 30.0),
        ("lech_mazur_writing", 7.5),
    ],
)
def test_composites_and_other_scales_never_enter(benchmark: str, value: float) -> None:
    assert prepared(rows("hle", 0.2), rows(benchmark, value)).benchmarks == ("hle",)


def test_gpqa_is_not_gpqa_diamond() -> None:
    scores = prepared(rows("gpqa", 0.4), rows("gpqa_diamond", 0.6))
    assert scores.benchmarks == ("gpqa", "gpqa_diamond")
    assert scores.n_benchmarks.tolist() == [2] * len(KEYS)


def test_best_effort_counts_but_not_a_degraded_build() -> None:
    scores = prepared(
        rows("hle", 0.10, None),
        rows("hle", 0.30, "high"),
        rows("hle", 0.20, "low"),
        rows("hle", 0.90, "quant"),
        rows("hle", 0.90, "non-reasoning-quant"),
        rows("hle", 0.90, "opt2-high"),
        rows("hle", 0.90, "reasoning-opt2-optA48"),
    )
    assert share(scores) == pytest.approx(0.30)


def test_sources_are_averaged_after_the_best_effort_and_repeats_before() -> None:
    scores = prepared(
        rows("hle", 0.10, "low", "one"),
        rows("hle", 0.30, "high", "one"),
        rows("hle", 0.50, None, "two"),
        rows("hle", 0.60, None, "two"),
        rows("hle", 0.70, None, "two"),
    )
    assert share(scores) == pytest.approx((0.30 + 0.60) / 2)


def test_chance_is_taken_off_and_limits_are_marked() -> None:
    values = [0.25, 0.20, 1.0, 0.625] + [0.5] * len(KEYS)
    keys = [f"lab/m{i:02d}" for i in range(len(values))]
    table = rows("gpqa_diamond", values, keys=keys)
    scores = prepare_scores(table, pd.DataFrame({"model_key": keys}), BENCHMARKS)
    assert scores.side.tolist() == [-1, -1, 1] + [0] * (len(keys) - 3)
    assert [share(scores, key) for key in keys[:4]] == pytest.approx([FLOOR, FLOOR, CEILING, 0.5])


def test_benchmark_needs_enough_models_off_the_floor() -> None:
    almost_all_zero = [0.0] * (len(KEYS) - 1) + [0.05]
    scores = prepared(rows("hle", 0.2), rows("critpt", almost_all_zero), rows("gso", [0.2] * 3, keys=KEYS[:3]))
    assert scores.benchmarks == ("hle",)
    with pytest.raises(InputError, match="no benchmark has"):
        prepared(rows("critpt", almost_all_zero))


def test_order_of_rows_changes_nothing() -> None:
    rng = np.random.default_rng(4)
    table = pd.concat(
        [
            rows(benchmark, list(rng.uniform(0, 1, len(KEYS))), variant, source)
            for benchmark in ("hle", "mmlu", "scicode")
            for variant in (None, "high", "high")
            for source in ("one", "two", "three")
        ]
    )
    first = prepare_scores(table, MODELS, BENCHMARKS)
    for seed in range(3):
        again = prepare_scores(table.sample(frac=1, random_state=seed), MODELS.iloc[::-1], BENCHMARKS)
        assert (again.models, again.benchmarks) == (first.models, first.benchmarks)
        for name in ("model_index", "benchmark_index", "logit", "side"):
            np.testing.assert_array_equal(getattr(again, name), getattr(first, name))


def test_input_is_left_alone() -> None:
    table = rows("hle", 0.2)
    before = table.copy(deep=True)
    prepare_scores(table, MODELS, BENCHMARKS)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("value", [np.nan, 42.0, -0.1])
def test_score_that_is_no_fraction_is_named(value: float) -> None:
    values = [0.2] * len(KEYS)
    values[3] = value
    with pytest.raises(InputError, match=r"fraction in 0\.\.1 \(lab/m03, hle\)") as caught:
        prepared(rows("hle", values))
    assert (caught.value.row, caught.value.column) == (4, "score")


# Rules and values as they stood in the program until November 2026.
OLD_EXCLUDED = (
    r"^eci$|^aa_.*_index|_elo$|^metr_time_horizon_min$|^lech_mazur_writing$|^aa_omniscience_non_hallucination$"
)
OLD_CHANCE = {
    "anli": 1 / 3, "arc_challenge": 0.25, "boolq": 0.5, "csqa2": 0.5, "gpqa": 0.25, "gpqa_diamond": 0.25, "hellaswag": 0.25, "mmlu": 0.25,
    "mmlu_pro": 0.1, "mmmu": 0.25, "mmmu_pro": 0.1, "openbookqa": 0.25, "piqa": 0.5, "scienceqa": 0.4, "simplebench": 1 / 6,
    "video_mme": 0.25, "vpct": 1 / 3, "winogrande": 0.5,
}  # fmt: skip


def test_table_of_benchmarks_gives_the_matrix_that_the_program_gave() -> None:
    store = compiled_store()
    performance, models = store.table("performance"), store.table("models")
    names = performance["benchmark"].drop_duplicates()
    old = pd.DataFrame({"benchmark": names, "capability": ~names.str.contains(OLD_EXCLUDED), "ceiling": 1.0})
    old["random_baseline"] = names.map(OLD_CHANCE).fillna(0.0)
    got, was = (prepare_scores(performance, models, table) for table in (BENCHMARKS, old))
    assert (got.models, got.benchmarks) == (was.models, was.benchmarks)
    for name in ("model_index", "benchmark_index", "logit", "side"):
        np.testing.assert_array_equal(getattr(got, name), getattr(was, name))


def test_table_of_benchmarks_is_whole() -> None:
    counting = BENCHMARKS[BENCHMARKS["capability"]]
    assert (counting["scale"] == "fraction").all()
    assert (counting["random_baseline"] < counting["ceiling"]).all()
    assert set(BENCHMARKS["superseded_by"].dropna()) <= set(BENCHMARKS["benchmark"])
    spellings = compiled_store().table("benchmark_spellings")
    assert set(spellings["benchmark"].dropna()) <= set(BENCHMARKS["benchmark"])
    assert spellings.loc[spellings["benchmark"].isna(), "note"].notna().all()


def test_unknown_model_benchmark_and_missing_column_are_named() -> None:
    with pytest.raises(InputError, match=r"no such benchmark \(lab/m00, hlle\)"):
        prepared(rows("hlle", 0.2))
    with pytest.raises(InputError, match="no such model") as caught:
        prepare_scores(rows("hle", 0.2), MODELS.iloc[1:], BENCHMARKS)
    assert caught.value.value == KEYS[0]
    with pytest.raises(InputError, match="column 'source'"):
        prepare_scores(rows("hle", 0.2).drop(columns="source"), MODELS, BENCHMARKS)
