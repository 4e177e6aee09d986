"""Scores of all sources in one table: named, on one scale, each pair settled, and none counts before it was known."""

import numpy as np
import pandas as pd
import pytest
from costfloor.capability.scores import prepare_scores
from costfloor.data.performance import (
    ASIDE,
    ESTIMATED,
    FILE_DAYS,
    OTHER_SCALE,
    UNKNOWN,
    UNRESOLVED,
    Performance,
    known_performance,
    no_scores,
)
from costfloor.data.score_names import effort, publisher
from costfloor.errors import InputError
from store import project_store

STORE = project_store()
RAW, BENCHMARKS, SPELLINGS = (STORE.table(name) for name in ("performance", "benchmarks", "benchmark_spellings"))
MODELS = STORE.table("models")


def scored(
    source: str, day: str, benchmark: str, score: float, scale: str = "fraction", **others: object
) -> dict[str, object]:
    """One row as a reader gives it, with what the store adds."""
    row = dict.fromkeys(no_scores().columns, "") | {"stderr": np.nan, "self_reported": False, "estimated": False}
    row |= {"source": source, "observed_on": pd.Timestamp(day), "benchmark": benchmark, "score": score, "scale": scale}
    return row | {"model_key": "lab/m", "model_id": "m", "place": "row 1"} | others


def raw(*rows: tuple[str, str, float, str | None, str | None]) -> pd.DataFrame:
    """Rows of the raw table: source, benchmark, score, variant, measured on."""
    frame = pd.DataFrame(rows, columns=["source", "benchmark", "score", "variant", "measured_on"])
    frame = frame.assign(model_key="lab/m", stderr=np.nan, source_ref="file")[list(RAW.columns)]
    return frame.astype(RAW.dtypes.to_dict())


def known(
    rows: list[dict[str, object]],
    compiled: pd.DataFrame = RAW.iloc[:0],
    models: pd.DataFrame = MODELS,
    as_of: pd.Timestamp | None = None,
) -> Performance:
    scores = pd.DataFrame(rows).astype(no_scores().dtypes.to_dict()) if rows else no_scores()
    return known_performance(compiled, scores, BENCHMARKS, SPELLINGS, models, as_of=as_of)


def only(performance: Performance) -> float:
    (score,) = performance.rows["score"]
    return float(score)


def reasons(performance: Performance) -> dict[str, int]:
    return {str(key): int(count) for key, count in performance.left_out.groupby("reason")["scores"].sum().items()}


def test_raw_table_alone_is_kept_as_it_is() -> None:
    rows = known([], RAW).rows
    columns = list(RAW.columns)
    pd.testing.assert_frame_equal(
        rows.sort_values(columns, ignore_index=True)[columns], RAW.sort_values(columns, ignore_index=True)
    )


def test_scales_become_that_of_the_benchmark() -> None:
    performance = known(
        [
            scored("aider", "2025-12-31", "aider_polyglot", 36.0, "percent", stderr=2.0),
            scored("epoch_hub", "2026-01-22", "gpqa_diamond", 0.5),
            scored("artificial_analysis", "2026-04-11", "intelligence_index", 42.0, "raw"),
            scored("artificial_analysis", "2026-04-11", "hle", 42.0, "raw"),
            scored("artificial_analysis", "2026-04-11", "coding_index", 42.0, "percent"),
        ]
    )
    got = performance.rows.set_index("benchmark")
    assert got["score"].to_dict() == {
        "aider_polyglot": 0.36,
        "gpqa_diamond": 0.5,
        "aa_intelligence_index_pre_2026_06_16": 42.0,
    }
    assert got["stderr"].dropna().to_dict() == {"aider_polyglot": 0.02}
    assert reasons(performance) == {OTHER_SCALE: 2}


def test_score_in_percent_counts_as_the_same_fraction() -> None:
    fraction = known([scored("epoch_stitching", "2025-11-17", "external_benchmark_mmlu", 0.7)])
    percent = known([scored("epoch_stitching", "2025-11-17", "external_benchmark_mmlu", 70.0, "percent")])
    assert only(fraction) == only(percent) == 0.7


def test_nothing_is_left_out_in_silence() -> None:
    rows = [
        scored("llmstats", "2025-10-16", "made-up", 0.5),
        scored("llmstats", "2025-10-16", "made-up", 0.6, model_key=None),
        scored("epoch_hub", "2026-01-22", "gpqa_diamond", 0.5, benchmark_version="9.9"),
        scored("artificial_analysis", "2026-04-11", "math_index", 50.0, "raw"),
        scored("artificial_analysis", "2026-04-11", "intelligence_index", 50.0, "raw", estimated=True),
        scored("artificial_analysis", "2026-04-11", "hle", 0.2, model_key=None),
    ]
    performance = known(rows)
    assert reasons(performance) == {UNKNOWN: 3, ASIDE: 1, ESTIMATED: 1, UNRESOLVED: 1}
    assert performance.unknown[["source", "spelling", "version", "scores"]].to_numpy().tolist() == [
        ["llmstats", "made-up", "", 2],
        ["epoch_hub", "gpqa_diamond", "9.9", 1],
    ]
    assert performance.rows.empty
    assert len(performance.every) + performance.left_out["scores"].sum() == len(rows)


def test_own_table_names_benchmarks_as_this_project_does() -> None:
    rows = [scored("scores_table", "2026-05-01", name, 50.0, "percent") for name in ("gpqa_diamond", "GPQA Diamond")]
    performance = known(rows)
    assert performance.rows[["benchmark", "score", "source"]].to_numpy().tolist() == [
        ["gpqa_diamond", 0.5, "scores_table"]
    ]
    assert performance.unknown["spelling"].tolist() == ["GPQA Diamond"]


def test_meaning_of_a_name_may_end_on_a_day() -> None:
    days = ("2026-06-15", "2026-06-16")
    performance = known([scored("artificial_analysis", day, "intelligence_index", 50.0, "raw") for day in days])
    assert performance.every.sort_values("known_on")["benchmark"].tolist() == [
        "aa_intelligence_index_pre_2026_06_16",
        "aa_intelligence_index",
    ]


def test_a_rebased_benchmark_is_another_one() -> None:
    rows = [
        scored("epoch_hub", "2026-01-22", "swe_bench_verified", 0.6),
        scored("epoch_hub", "2026-03-10", "swe_bench_verified", 0.7, benchmark_version="2026-02-01"),
    ]
    got = known(rows).rows.set_index("benchmark")["score"]
    assert got.to_dict() == {"swe_bench_verified": 0.6, "swe_bench_verified_2026": 0.7}


def test_newest_list_known_by_the_day_counts_and_keeps_what_later_ones_lack() -> None:
    rows = [
        scored("artificial_analysis", "2026-04-11", "hle", 0.2),
        scored("artificial_analysis", "2026-04-18", "hle", 0.3),
        scored("artificial_analysis", "2026-04-25", "scicode", 0.9),
    ]
    performance = known(rows)
    seen = {
        day: performance.at(pd.Timestamp(day)).rows.set_index("benchmark")["score"].to_dict()
        for day in ("2026-04-10", "2026-04-11", "2026-04-17", "2026-04-18", "2026-04-25")
    }
    first, second = {"hle": 0.2}, {"hle": 0.3}
    assert list(seen.values()) == [{}, first, first, second, {"hle": 0.3, "scicode": 0.9}]


def test_list_replaces_the_raw_table_and_rows_there_stand_side_by_side() -> None:
    compiled = raw(
        ("epoch_hub", "gpqa_diamond", 0.40, "thinking-32k", "2025-03-01"),
        ("epoch_hub", "gpqa_diamond", 0.44, "thinking-32k", "2025-06-01"),
    )
    assert known([], compiled).rows["score"].tolist() == [0.40, 0.44]
    later = scored("epoch_hub", "2026-01-22", "gpqa_diamond", 0.5, variant="32K")
    assert only(known([later], compiled)) == 0.5
    # A list that is older than the file of the raw table does not.
    earlier = scored("epoch_stitching", "2025-11-17", "GPQA diamond", 0.5, variant="32K")
    assert known([earlier], compiled).rows["score"].tolist() == [0.40, 0.44]


def test_several_ways_to_run_a_benchmark_give_the_best_and_repeats_stay() -> None:
    rows = [
        scored("epoch_hub", "2026-01-22", "terminalbench_external", score, place=f"row {score}")
        for score in (0.3, 0.5, 0.4)
    ]
    rows += [scored("epoch_hub", "2026-01-22", "mmlu_external", score) for score in (0.6, 0.7)]
    got = known(rows).rows.groupby("benchmark")["score"].apply(list).to_dict()
    assert got == {"terminal_bench_2": [0.5], "mmlu": [0.6, 0.7]}


def test_days_from_which_rows_of_the_raw_table_count() -> None:
    compiled = raw(
        ("aider", "aider_edit", 0.1, "a", "2025-03-05"),
        ("aider", "aider_edit", 0.1, "b", "2025-03"),
        ("epoch_hub_external", "mmlu", 0.1, "c", None),
        ("epoch_hub", "gpqa_diamond", 0.1, "d", "2025-02-01"),
    )
    every = known([], compiled).every.set_index("variant")
    assert every["known_on"].astype(str).to_dict() == {
        "a": "2025-03-05",
        "b": "2025-03-31",
        "c": "2026-01-22",
        "d": "2025-02-01",
    }
    with pytest.raises(InputError, match="has no day") as caught:
        known([], raw(("stranger", "mmlu", 0.1, None, None)))
    assert caught.value.value == "stranger"


def test_no_row_of_the_raw_table_counts_before_its_model_was_released() -> None:
    compiled = raw(
        ("llmstats", "mmlu", 0.1, "early", "2024-03-13"),
        ("llmstats", "mmlu", 0.1, "later", "2025-01-31"),
    )
    released = pd.DataFrame({"model_key": ["lab/m", "lab/n"], "release_date": pd.to_datetime(["2024-12-17", None])})
    every = known([], compiled, released).every.set_index("variant")["known_on"]
    assert every.astype(str).to_dict() == {"early": "2024-12-17", "later": "2025-01-31"}
    unknown = known([], compiled, released.assign(release_date=pd.NaT)).every.set_index("variant")["known_on"]
    assert unknown.astype(str).to_dict() == {"early": "2024-03-13", "later": "2025-01-31"}


def test_every_undated_source_has_a_day_no_earlier_than_its_newest_model() -> None:
    undated = RAW[RAW["measured_on"].isna()].merge(STORE.table("models")[["model_key", "release_date"]], on="model_key")
    newest = undated.groupby("source")["release_date"].max()
    assert set(newest.index) <= set(FILE_DAYS)
    assert all(day <= FILE_DAYS[source] for source, day in newest.dropna().items())


@pytest.fixture(scope="module")
def lists() -> list[dict[str, object]]:
    """Three lists over models of the raw table, whose scores move."""
    rng = np.random.default_rng(7)
    keys = STORE.table("models")["model_key"].iloc[:200]
    names = {"hle": "hle", "scicode": "scicode", "gpqa": "gpqa_diamond"}
    return [
        scored(
            "artificial_analysis", day, name, float(rng.uniform()), model_key=key, model_id=key, place=f"row {number}"
        )
        for day in ("2025-11-01", "2026-02-01", "2026-03-01")
        for number, key in enumerate(keys)
        for name in names
        if rng.uniform() < 0.7
    ]


@pytest.mark.parametrize("day", ["2025-06-30", "2025-12-31", "2026-02-15"])
def test_past_view_does_not_see_a_later_score(lists: list[dict[str, object]], day: str) -> None:
    view = pd.Timestamp(day)
    before = known(lists, RAW, as_of=view)
    later = before.every["known_on"] > view
    assert later.any()
    spoilt = [row | {"score": 1.0} if row["observed_on"] > view else row for row in lists]  # type: ignore[operator]
    compiled = known([], RAW).every.sort_values(list(RAW.columns), ignore_index=True)
    base = RAW.sort_values(list(RAW.columns), ignore_index=True)
    base = base.assign(score=base["score"].where(compiled["known_on"] <= view, 0.999))
    after = known(spoilt, base, as_of=view)
    pd.testing.assert_frame_equal(after.rows, before.rows)
    assert len(known(spoilt, base).rows) > len(after.rows)


def test_order_of_lists_and_rows_changes_nothing(lists: list[dict[str, object]]) -> None:
    first = known(lists, RAW)
    for seed in range(2):
        order = np.random.default_rng(seed).permutation(len(lists))
        again = known([lists[position] for position in order], RAW.sample(frac=1, random_state=seed))
        pd.testing.assert_frame_equal(again.every, first.every)
        pd.testing.assert_frame_equal(again.rows, first.rows)
        pd.testing.assert_frame_equal(again.left_out, first.left_out)


def test_view_of_a_day_is_that_of_a_store_where_later_lists_have_not_come(lists: list[dict[str, object]]) -> None:
    day = pd.Timestamp("2026-02-15")
    come = [row for row in lists if row["observed_on"] <= day]  # type: ignore[operator]
    pd.testing.assert_frame_equal(known(lists, RAW, as_of=day).rows, known(come, RAW, as_of=day).rows)


def test_scores_of_lists_reach_the_matrix(lists: list[dict[str, object]]) -> None:
    models = STORE.table("models")
    plain, grown = (prepare_scores(known(rows, RAW).rows, models, BENCHMARKS) for rows in ([], lists))
    assert len(grown.logit) > len(plain.logit)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("32K", "thinking-32k"),
        ("16k", "thinking-16k"),
        ("32000 thinking tokens", "thinking-32k"),
        ("24576 thinking tokens", "thinking-24k"),
        ("0 thinking tokens", "none"),
        ("unknown", ""),
        ("high", "high"),
        ("", ""),
    ],
)
def test_efforts_have_one_spelling(words: str, expected: str) -> None:
    assert effort(words) == expected


def test_publishers() -> None:
    assert publisher("epoch_stitching", "GPQA diamond", self_reported=False) == "epoch_hub"
    assert publisher("epoch_stitching", "external_benchmark_mmlu", self_reported=False) == "epoch_hub_external"
    assert publisher("epoch_hub", "mmlu_external", self_reported=False) == "epoch_hub_external"
    assert publisher("llmstats", "mmlu", self_reported=True) == "llmstats_self_reported"
    assert publisher("models_dev", "HLE", self_reported=True) == "models_dev"
