"""The tables of the capability index, zipped or alone, and days that a spreadsheet wrote."""

import pytest
from archive_checks import check, facts, read_or_refuse, scores, table, zipped
from costfloor.errors import InputError
from costfloor.sources.epoch_eci import read_facts, read_scores
from hypothesis import given, settings
from hypothesis import strategies as st

SCORES = table(
    "Model,Display name,eci,eci_ci_low,eci_ci_high,date,Organization,Model accessibility",
    "GPT-5.2,GPT-5.2 (xhigh),152.0,148.7,157.1,2025-12-11,OpenAI,Unknown",
    "MPT-7B,MPT-7B,98.5,95,101,2023-05-05,MosaicML,Open weights (unrestricted)",
)


def benchmarks(*days: str) -> str:
    rows = [f"{number / 10},GPQA diamond,v{number}_high,Model {number},{day}" for number, day in enumerate(days)]
    return table("performance,benchmark,model_version,Model,date", *rows)


def test_the_index() -> None:
    files = {"eci_scores.csv": SCORES, "edi_scores.csv": "x", "other.csv": "y"}
    measured = read_scores(zipped(files), "eci.zip")
    check(measured)
    assert scores(measured) == [("GPT-5.2", "", "eci", 152.0, "raw"), ("MPT-7B", "", "eci", 98.5, "raw")]
    assert measured.skipped == {"file without scores: edi_scores.csv": 1, "file not known: other.csv": 1}
    assert facts(read_facts(zipped(files), "eci.zip")) == [
        ("GPT-5.2", "release_date", "2025-12-11"),
        ("GPT-5.2", "creator", "OpenAI"),
        ("MPT-7B", "release_date", "2023-05-05"),
        ("MPT-7B", "creator", "MosaicML"),
        ("MPT-7B", "open_weights", "true"),
    ]


def test_a_table_alone() -> None:
    measured = read_scores(SCORES.encode(), "downloads/eci_scores.csv")
    check(measured)
    assert len(measured.rows) == 2
    with pytest.raises(InputError, match=r"holds no scores \(1 x file not known: scores\.csv\)"):
        read_scores(SCORES.encode(), "scores.csv")


def test_rebased_scores_are_of_a_version_of_their_own() -> None:
    measured = read_scores(zipped({"eci_benchmarks.csv": benchmarks("2025-01-01", "2025-01-02")}), "x")
    check(measured)
    assert scores(measured) == [
        ("v0", "high", "GPQA diamond", 0.0, "fraction"),
        ("v1", "high", "GPQA diamond", 0.1, "fraction"),
    ]
    assert set(measured.rows["benchmark_version"]) == {"eci"}


def test_days_of_a_spreadsheet() -> None:
    measured = read_facts(zipped({"eci_benchmarks.csv": benchmarks("9/20/2023", "3/4/2024")}), "x")
    check(measured)
    assert facts(measured) == [
        ("v0", "name", "Model 0"),
        ("Model 0", "release_date", "2023-09-20"),
        ("v1", "name", "Model 1"),
        ("Model 1", "release_date", "2024-03-04"),
    ]


@pytest.mark.parametrize("days", [("3/4/2024", "1/2/2024"), ("20/9/2023", "3/4/2024"), ("20/9/2023", "9/20/2023")])
def test_days_whose_month_is_not_clear_are_rejected(days: tuple[str, str]) -> None:
    measured = read_facts(zipped({"eci_benchmarks.csv": benchmarks(*days)}), "x")
    check(measured)
    assert set(measured.rows["field"]) == {"name"}
    assert measured.rejected["reason"].tolist() == ["release date is not an ISO date (YYYY-MM-DD)"] * 2


@settings(max_examples=30)
@given(
    days=st.lists(st.dates().map(lambda day: f"{day.month}/{day.day}/{day.year:04}") | st.text(max_size=12), max_size=5)
)
def test_random_days(days: list[str]) -> None:
    quoted = [f'"{day.replace(chr(34), chr(34) * 2)}"' for day in days]
    read_or_refuse(read_facts, zipped({"eci_benchmarks.csv": benchmarks(*quoted).encode("utf-8", "replace")}))
