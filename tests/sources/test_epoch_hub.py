"""The tables of Epoch AI's hub become scores and facts; what is not read is named."""

import pytest
from archive_checks import check, facts, read_or_refuse, scores, table, zipped
from costfloor.errors import InputError
from costfloor.sources.epoch_hub import OWN_RUNS, TABLES, read_facts, read_scores
from costfloor.sources.epoch_tables import split_effort
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_checks import IDS

RUN = "Model version,mean_score,Best score (across scorers),Release date,Organization,Country,stderr,Started at,id"
EXTERNAL = "Model version,EM,Release date,Organization,Country,Notes,id"
INDEX = "Model version,ECI Score,Release date,Organization,Model accessibility,Model name,Description"
HUB = {
    "README.md": "Licence",
    "gpqa_diamond.csv": table(
        RUN,
        "gpt-5.1_medium,0.85,0.86,2025-11-13,OpenAI,US,0.02,2025-11-17T16:28:00.000Z,a",
        "Qwen-1_8B,0.25,0.25,2023-11-30,Alibaba,China,,,b",
        ",0.5,0.5,2025-01-01,Nobody,,,,c",
    ),
    "mmlu_external.csv": table(
        EXTERNAL,
        'Qwen-1_8B ,0.45,2023-11-30,Alibaba,China,"two\r\nlines, quoted",d',
        "Qwen-1_8B,0.452,2023-11-30,Alibaba,China,,e",
        "LLaMA-33B,,2023-02-24,Meta AI,,,f",
    ),
    "aider_polyglot_external.csv": table(
        "Model version,Percent correct,Release date,Organization,Date of evaluation",
        "gpt-5.1_high,88,2025-11-13,OpenAI,2025-12-01",
    ),
    "epoch_capabilities_index.csv": table(
        INDEX,
        "gpt-5.1_medium,151.5,2025-11-13,OpenAI,API access,GPT-5.1,",
        "gpt-5.1_high,151.5,2025-11-13,OpenAI,API access,GPT-5.1,",
        "Qwen-1_8B,,2023-11-30,Alibaba,Open weights (restricted use),Qwen-1.8B,",
        "T5-3B,,2019-10-23,Google,Rented out,T5-3B,",
    ),
    "additional_eci_data/eci_scaling.csv": table("a,b", "1,2"),
    "new_bench_external.csv": table("Model version,Score", "x,1"),
}


def test_scores() -> None:
    measured = read_scores(zipped(HUB), "hub.zip")
    check(measured)
    assert scores(measured) == [
        ("gpt-5.1", "medium", "gpqa_diamond", 0.85, "fraction"),
        ("Qwen-1_8B", "", "gpqa_diamond", 0.25, "fraction"),
        ("Qwen-1_8B", "", "mmlu_external", 0.45, "fraction"),
        ("Qwen-1_8B", "", "mmlu_external", 0.452, "fraction"),
        ("gpt-5.1", "high", "aider_polyglot_external", 88.0, "percent"),
        ("gpt-5.1", "", "eci", 151.5, "raw"),
    ]
    assert measured.rows["stderr"].dropna().tolist() == [0.02]
    assert measured.rows["measured_on"].tolist() == ["2025-11-17", "", "", "", "2025-12-01", ""]
    assert measured.rows["place"].tolist()[:3] == [
        "gpqa_diamond.csv, row 1",
        "gpqa_diamond.csv, row 2",
        "mmlu_external.csv, row 1",
    ]
    assert measured.skipped == {
        "file without scores: README.md": 1,
        "no model version stated": 1,
        "no score stated": 3,
        "index of the same model at another effort": 1,
        "file without scores: additional_eci_data/eci_scaling.csv": 1,
        "file not known: new_bench_external.csv": 1,
    }
    assert not len(measured.rejected)


def test_facts() -> None:
    measured = read_facts(zipped(HUB), "hub.zip")
    check(measured)
    assert facts(measured) == [
        ("gpt-5.1", "creator", "OpenAI"),
        ("gpt-5.1", "release_date", "2025-11-13"),
        ("Qwen-1_8B", "creator", "Alibaba"),
        ("Qwen-1_8B", "release_date", "2023-11-30"),
        ("LLaMA-33B", "creator", "Meta AI"),
        ("LLaMA-33B", "release_date", "2023-02-24"),
        ("gpt-5.1", "name", "GPT-5.1"),
        ("gpt-5.1", "open_weights", "false"),
        ("Qwen-1_8B", "name", "Qwen-1.8B"),
        ("Qwen-1_8B", "open_weights", "true"),
        ("T5-3B", "creator", "Google"),
        ("T5-3B", "release_date", "2019-10-23"),
        ("T5-3B", "name", "T5-3B"),
    ]
    assert measured.rejected[["place", "model_id", "reason", "value"]].to_numpy().tolist() == [
        [
            "epoch_capabilities_index.csv, row 4",
            "T5-3B",
            "open weights is Rented out, not true or false",
            "Rented out",
        ]
    ]
    assert measured.skipped["fact stated before"] == 14


def test_the_efforts_in_names() -> None:
    assert split_effort("claude-opus-4-5-20251101_64K") == ("claude-opus-4-5-20251101", "64K")
    assert split_effort("gpt-5_xhigh ") == ("gpt-5", "xhigh")
    assert split_effort("claude_unknown") == ("claude", "unknown")
    for name in ("MiniCPM-V-2_6", "phi-1_5", "llama3.1:8b-instruct-q8_0", "high", "_high", "gpt-5_highest"):
        assert split_effort(name) == (name, "")


def test_runs_in_another_setup_are_another_version() -> None:
    rows = ("old,0.5,,2025-01-01,x,,,2026-01-31T23:00:00.000Z,a", "new,0.6,,2025-01-01,x,,,2026-02-01T01:00:00.000Z,b")
    measured = read_scores(zipped({"swe_bench_verified.csv": table(RUN, *rows)}), "x")
    assert measured.rows["benchmark_version"].tolist() == ["", "2026-02-01"]


def test_versions_that_the_source_states() -> None:
    header = "Model version,Time horizon,Release date,Organization,METR version"
    measured = read_scores(
        zipped({"metr_time_horizons_external.csv": table(header, "a,137,,,METR-Horizon-v1.1", "b,2.5,,,")}), "x"
    )
    assert measured.rows["benchmark_version"].tolist() == ["METR-Horizon-v1.1", ""]
    assert set(measured.rows["scale"]) == {"raw"}


def test_a_sign_of_percent_counts_more_than_the_table() -> None:
    header = "Model version,Average progress,Average Standard error"
    content = zipped({"balrog_external.csv": table(header, "a,32.5%,1.9%", "b,0.3,0.02", "c,32%,0.02")})
    measured = read_scores(content, "x")
    check(measured)
    assert scores(measured) == [
        ("a", "", "balrog_external", 32.5, "percent"),
        ("b", "", "balrog_external", 0.3, "fraction"),
    ]
    assert measured.rows["stderr"].tolist() == [1.9, 0.02]
    assert measured.rejected["reason"].tolist() == ["standard error is not on the scale of the score"]


def test_a_column_that_changed_its_unit_is_rejected_whole() -> None:
    """Half a percent would pass for half of all tasks."""
    percent = table(EXTERNAL, *(f"model-{number},{score},,,,," for number, score in enumerate((81, 0.5, 60.2))))
    fraction = table("Model version,Percent correct", *(f"model-{number},0.{number}" for number in range(1, 6)))
    good = {"gsm8k_external.csv": table(EXTERNAL, *(f"m{number},0.5,,,,,{number}" for number in range(9)))}
    measured = read_scores(zipped({"mmlu_external.csv": percent, "aider_polyglot_external.csv": fraction, **good}), "x")
    check(measured)
    assert set(measured.rows["benchmark"]) == {"gsm8k_external"}
    assert measured.rejected["reason"].value_counts().to_dict() == {
        "most scores of this list are above 1: are they percentages?": 3,
        "no score of this list is above 1: are they fractions?": 5,
    }


def test_a_changed_table_costs_only_itself() -> None:
    files = {
        "mmlu_external.csv": table("Model version,Exact match", "a,0.5"),
        "gpqa_diamond.csv": HUB["gpqa_diamond.csv"],
    }
    measured = read_scores(zipped(files), "x")
    check(measured)
    assert measured.rejected[["place", "reason"]].to_numpy().tolist() == [
        ["mmlu_external.csv", "has no column 'EM': has the table changed?"]
    ]


def test_an_equal_row_counts_once() -> None:
    row = "gpt-5,0.8,0.8,2025-08-07,OpenAI,US,0.02,2025-08-08T01:00:00.000Z,a"
    other = row.replace("0.8,0.8", "0.9,0.9")
    measured = read_scores(zipped({"gpqa_diamond.csv": table(RUN, row, row, other)}), "x")
    assert measured.rows["score"].tolist() == [0.8, 0.9]
    assert measured.skipped == {"row repeated": 1}


def test_folders_above_the_tables_do_not_matter() -> None:
    inside = {f"benchmark_data/{path}": content for path, content in HUB.items()}
    assert scores(read_scores(zipped(inside), "x")) == scores(read_scores(zipped(HUB), "x"))


def test_a_table_that_is_no_table_is_named() -> None:
    for broken in (b"\xff\xfe", b'Model version,EM\n"x,1', b"Model version,EM\n1,2,3\n", b""):
        with pytest.raises(InputError, match=r"^hub\.zip/mmlu_external\.csv"):
            read_scores(zipped({**HUB, "mmlu_external.csv": broken}), "hub.zip")


def test_an_archive_of_something_else() -> None:
    with pytest.raises(InputError, match=r"holds no scores \(1 x file not known: a\.csv\)"):
        read_scores(zipped({"a.csv": "x"}), "hub.zip")


def test_every_table_has_one_score_column() -> None:
    assert set(OWN_RUNS) <= set(TABLES)
    assert all(columns.model == "Model version" for columns in TABLES.values())


CELLS = st.tuples(IDS, st.floats(0, 1, allow_subnormal=False), st.dates().map(str) | st.just(""))


@settings(max_examples=30)
@given(rows=st.lists(CELLS, min_size=1, max_size=6, unique_by=lambda cells: cells[0].strip()))
def test_round_trip(rows: list[tuple[str, float, str]]) -> None:
    quoted = [f'"{model.replace(chr(34), chr(34) * 2)}",{score!r},{day},x' for model, score, day in rows]
    content = zipped({"mmlu_external.csv": table("Model version,EM,Release date,Organization", *quoted)})
    measured = read_scores(content, "x")
    check(measured)
    assert measured.rows["score"].tolist() == [score for _, score, _ in rows]
    names = measured.rows["model_id"] + measured.rows["variant"].map(lambda effort: effort and f"_{effort}")
    assert names.tolist() == [model.strip() for model, _, _ in rows]
    assert measured.rows_read == len(rows)


@settings(max_examples=30)
@given(content=st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    read_or_refuse(read_scores, content)
    for path in ("mmlu_external.csv", "epoch_capabilities_index.csv"):
        packed = zipped({path: content, "gpqa_diamond.csv": HUB["gpqa_diamond.csv"]})
        read_or_refuse(read_scores, packed)
        read_or_refuse(read_facts, packed)


@settings(max_examples=30)
@given(cells=st.lists(st.text(max_size=9), min_size=7, max_size=7))
def test_random_cells(cells: list[str]) -> None:
    row = ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)
    files = {
        "mmlu_external.csv": table(EXTERNAL, row).encode("utf-8", "replace"),
        "epoch_capabilities_index.csv": table(INDEX, row).encode("utf-8", "replace"),
        "gpqa_diamond.csv": HUB["gpqa_diamond.csv"],
    }
    read_or_refuse(read_scores, zipped(files))
    read_or_refuse(read_facts, zipped(files))
