"""The older layout of Epoch AI's scores: runs, others' tables with signs of percent, and versions of models."""

import pytest
from archive_checks import check, facts, read_or_refuse, scores, table, zipped
from costfloor.errors import InputError
from costfloor.sources.epoch_stitching import PREFIX, TABLES, read_facts, read_scores
from hypothesis import given, settings
from hypothesis import strategies as st

RUNS = "id,task,model,Best score (across scorers),Scores,logs,started_at,Status,task version"
VERSIONS = "id,Model,Version release date,Hugging Face developer id,Link,TEMPLATE copy,TEMPLATE copy"
ZIP = {
    "benchmarks_runs.csv": table(
        RUNS,
        "a,GPQA diamond,gpt-5.1_medium,0.850,choice:0.85±0.02,,17 November 2025 4:28pm,Success,1.0.1",
        'b,MATH level 5,o3,0.97,"sympy_equiv:0.96±0.01,model_graded_equiv:0.97±0.03",,9 May 2025 12:01am,Success,',
        "c,GPQA diamond,o3,0.1,choice:0.1±0,,9 May 2025 12:01am,Error,",
        "d,GPQA diamond,o4,0.1,choice:0.1±0,,31 June 2025 12:01am,Success,",
    ),
    "external_benchmark_mmlu.csv": table("id,Name,EM,Model version", "r1,x,88.1%,o3", "r2,y,20%,"),
    "external_benchmark_aider_polyglot.csv": table("id,Model version,Percent correct", "r3,o3_high,79.6"),
    "external_benchmark_new.csv": table("id,Model version,Score", "r4,o3,1"),
    "model_versions.csv": table(
        VERSIONS,
        "o3,o3,2025-04-16,,,,",
        "qwen1.5-7b-chat,Qwen1.5-7B,2024-02-04,Qwen,https://huggingface.co/Qwen/Qwen1.5-7B-Chat,,",
        "Llama-2-70b-hf ,Llama 2-70B,,meta-llama,https://huggingface.co/meta-llama/Llama-2-7b,,",
        ",,,,,x,",
    ),
    "distilled_models.csv": table("model,distilled", "a,b"),
}


def test_scores() -> None:
    measured = read_scores(zipped(ZIP), "stitching.zip")
    check(measured)
    assert scores(measured) == [
        ("gpt-5.1", "medium", "GPQA diamond", 0.85, "fraction"),
        ("o3", "", "MATH level 5", 0.97, "fraction"),
        ("o3", "", "external_benchmark_mmlu", 88.1, "percent"),
        ("o3", "high", "external_benchmark_aider_polyglot", 79.6, "percent"),
    ]
    assert measured.rows["stderr"].dropna().tolist() == [0.02, 0.03]
    assert measured.rows["measured_on"].tolist() == ["2025-11-17", "2025-05-09", "", ""]
    assert measured.rows["benchmark_version"].tolist() == ["1.0.1", "", "", ""]
    assert measured.rejected[["place", "reason", "value"]].to_numpy().tolist() == [
        ["benchmarks_runs.csv, row 4", "day of measurement is not an ISO date (YYYY-MM-DD)", "31 June 2025 12:01am"]
    ]
    assert measured.skipped == {
        "run not finished": 1,
        "no model version stated": 1,
        "file not known: external_benchmark_new.csv": 1,
        "file without scores: model_versions.csv": 1,
        "file without scores: distilled_models.csv": 1,
    }


def test_facts_and_links_to_a_sister_of_the_model() -> None:
    measured = read_facts(zipped(ZIP), "stitching.zip")
    check(measured)
    assert facts(measured) == [
        ("o3", "name", "o3"),
        ("o3", "release_date", "2025-04-16"),
        ("qwen1.5-7b-chat", "name", "Qwen1.5-7B"),
        ("qwen1.5-7b-chat", "release_date", "2024-02-04"),
        ("qwen1.5-7b-chat", "huggingface_id", "Qwen/Qwen1.5-7B-Chat"),
        ("Llama-2-70b-hf", "name", "Llama 2-70B"),
    ]
    assert measured.skipped["no model version stated"] == 1


def test_a_needed_column_stands_once() -> None:
    with pytest.raises(InputError, match="column 'id': appears more than once"):
        read_facts(zipped({"model_versions.csv": table("id,id,Version release date", "a,b,")}), "x")


def test_the_first_weirdml_is_another_benchmark() -> None:
    files = {"external_benchmark_weirdml.csv": table("id,Model version,Average", "a,o3,61%"), **ZIP}
    measured = read_scores(zipped(files), "x")
    assert measured.rejected["reason"].tolist()[0] == "has no column 'Accuracy': has the table changed?"


def test_tables_are_named_without_what_all_share() -> None:
    assert not [name for name in TABLES if name.startswith(PREFIX) or name.endswith(".csv")]


@settings(max_examples=30)
@given(text=st.text(max_size=30) | st.from_regex(r"[0-9]{1,3} (May|Mai|may) [0-9]{4} 1:00am", fullmatch=True))
def test_random_days_and_errors(text: str) -> None:
    cell = f'"{text.replace(chr(34), chr(34) * 2)}"'
    for row in (
        f"a,t,m,0.5,choice:0.5±0.1,,{cell},Success,",
        f"a,t,m,0.5,{cell},,1 May 2025 1:00am,Success,",
        f"a,t,m,0.5,x:{text.replace(chr(34), '').replace(',', '')}±..,,1 May 2025 1:00am,Success,",
    ):
        content = table(RUNS, row, "b,t,m,0.5,choice:0.5±0.1,,1 May 2025 1:00am,Success,")
        read_or_refuse(read_scores, zipped({"benchmarks_runs.csv": content.encode("utf-8", "replace")}))
