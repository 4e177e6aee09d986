"""The benchmarking hub of Epoch AI (`benchmark_data.zip`): runs of its own, scores that others published, and its capability index."""

from dataclasses import replace

from costfloor.sources.epoch_tables import (
    ScoreColumns,
    add_facts,
    last_name,
    open_weights,
    read_score_table,
    rows_of,
    split_effort,
)
from costfloor.sources.measurements import FactBuilder, Measurements, ScoreBuilder
from costfloor.sources.unpack import archive

SOURCE = "epoch_hub"
ADDRESS = "https://epoch.ai/data/benchmark_data.zip"

OWN_RUN = ScoreColumns("mean_score", stderr="stderr", measured_on="Started at")
# In February 2026 Epoch ran it anew in another set-up, which gives the same models 8 points more, and took the earlier runs out.
SWE_BENCH = replace(OWN_RUN, rebased_on="2026-02-01")
OWN_RUNS = (
    *("chess_puzzles", "frontiermath", "frontiermath_tier_4", "gpqa_diamond", "math_level_5"),
    *("otis_mock_aime_2024_2025", "simpleqa_verified", "swe_bench_verified"),
)
"""Tables of Epoch's own runs; all the others hold what somebody else published."""

TABLES = {
    **dict.fromkeys(OWN_RUNS, OWN_RUN),
    "swe_bench_verified": SWE_BENCH,
    "adversarial_nli_external": ScoreColumns("Score"),
    "aider_polyglot_external": ScoreColumns("Percent correct", "percent", measured_on="Date of evaluation"),
    # Its standard errors are percentage points beside fractions: they are left out.
    "apex_agents_external": ScoreColumns("Pass@1 score"),
    "arc_agi_2_external": ScoreColumns("Score"),
    "arc_agi_external": ScoreColumns("Score"),
    "arc_ai2_external": ScoreColumns("Challenge score"),
    "balrog_external": ScoreColumns("Average progress", stderr="Average Standard error"),
    "bbh_external": ScoreColumns("Average"),
    "bool_q_external": ScoreColumns("Score"),
    "cad_eval_external": ScoreColumns("Overall pass (%)"),
    "common_sense_qa_2_external": ScoreColumns("Score"),
    "cybench_external": ScoreColumns("Unguided % Solved"),
    "deepresearchbench_external": ScoreColumns("Average score"),
    "fictionlivebench_external": ScoreColumns("120k token score"),
    # A draw counts as its makers count it in their headline.
    "gdpval_external": ScoreColumns("Win + tie rate (%)"),
    "geobench_external": ScoreColumns("ACW Avg Score", "raw"),
    "gsm8k_external": ScoreColumns("EM"),
    "gso_external": ScoreColumns("Score OPT@1", measured_on="Evaluation date"),
    "hella_swag_external": ScoreColumns("Overall accuracy"),
    "hle_external": ScoreColumns("Accuracy", stderr="Accuracy Standard Error"),
    "lambada_external": ScoreColumns("Score"),
    "lech_mazur_writing_external": ScoreColumns("Mean score", "raw"),
    "live_bench_external": ScoreColumns("Global average", "percent", version="LiveBench Version"),
    # Minutes; version 1.1 has other tasks than the runs without a version.
    "metr_time_horizons_external": ScoreColumns("Time horizon", "raw", version="METR version"),
    "mmlu_external": ScoreColumns("EM"),
    "open_book_qa_external": ScoreColumns("Accuracy"),
    "os_world_external": ScoreColumns("Score", "percent"),
    "piqa_external": ScoreColumns("Score"),
    "posttrainbench_external": ScoreColumns("Average (%)"),
    "science_qa_external": ScoreColumns("Score"),
    "simplebench_external": ScoreColumns("Score (AVG@5)"),
    "superglue_external": ScoreColumns("Score"),
    "swe_bench_bash": ScoreColumns("% Resolved", measured_on="Date run"),
    "terminalbench_external": ScoreColumns("Accuracy mean", stderr="Accuracy SE", measured_on="Run date"),
    "the_agent_company_external": ScoreColumns("% Score"),
    "trivia_qa_external": ScoreColumns("EM"),
    "video_mme_external": ScoreColumns("Overall (no subtitles)"),
    "vpct_external": ScoreColumns("Correct"),
    "webdev_arena_external": ScoreColumns("Arena Score", "raw"),
    # Its standard errors, 0.0001 to 0.0003, look like percentages divided twice: they are left out.
    "weirdml_external": ScoreColumns("Accuracy"),
    "wino_grande_external": ScoreColumns("Accuracy"),
}
"""By the name of the file without `.csv`, which is also what the benchmark is called here."""

INDEX = "epoch_capabilities_index"
INDEX_SCORE = "ECI Score"
INDEX_BENCHMARK = "eci"
WITHOUT_SCORES = (
    *("README.md", "eci_benchmark_difficulties_and_slopes.csv", "eci_scaling.csv"),
    *("benchmark_metadata.csv", "eci_model_versions.csv"),
)


def read_scores(content: bytes, name: str) -> Measurements:
    """Read the scores of all known tables; a table that is not known is skipped by name.

    Parameters
    ----------
    content
        Bytes of the zip file.
    name
        Display name, for messages.

    Raises
    ------
    InputError
        No sound zip file, a table in it that is no CSV file, or hardly a readable score.
    """
    builder = ScoreBuilder(name)
    for path, table in archive(content, name).items():
        stem = last_name(path).removesuffix(".csv")
        if stem == INDEX:
            _read_index(builder, path, table)
        elif stem in TABLES:
            read_score_table(builder, path, table, stem, TABLES[stem])
        else:
            kind = "without scores" if last_name(path) in WITHOUT_SCORES else "not known"
            builder.skip(f"file {kind}: {path}")
    return builder.build()


def read_facts(content: bytes, name: str) -> Measurements:
    """Read who made each model and when it was released, from all tables, and from the index its name and whether its weights are out.

    Parameters, errors: as `read_scores`.
    """
    builder = FactBuilder(name)
    for path, table in archive(content, name).items():
        stem = last_name(path).removesuffix(".csv")
        if stem not in TABLES and stem != INDEX:
            kind = "without facts" if last_name(path) in WITHOUT_SCORES else "not known"
            builder.skip(f"file {kind}: {path}")
            continue
        for place, row in rows_of(builder, path, table, ("Model version", "Release date", "Organization")):
            model, _ = split_effort(row["Model version"])
            if not model:
                builder.skip("no model version stated")
                continue
            facts: dict[str, object] = {"creator": row["Organization"], "release_date": row["Release date"]}
            if stem == INDEX:
                facts["name"] = row.get("Model name")
                facts["open_weights"] = open_weights(row.get("Model accessibility", ""))
            add_facts(builder, place, model, facts)
    return builder.build()


def _read_index(builder: ScoreBuilder, path: str, content: bytes) -> None:
    """One value per model: the table repeats it for each effort."""
    seen = set()
    for place, row in rows_of(builder, path, content, ("Model version", INDEX_SCORE)):
        model, _ = split_effort(row["Model version"])
        score = row[INDEX_SCORE]
        if score and (model, score) in seen:
            builder.skip("index of the same model at another effort")
            continue
        seen.add((model, score))
        builder.add(place, model, INDEX_BENCHMARK, score, "raw")
