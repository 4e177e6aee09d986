"""A declared table gives a page its text and a CSV its numbers, from the same values."""

import csv
from io import StringIO

import pytest
from costfloor.typeset.blocks import table
from costfloor.typeset.tables import Column, tabulate
from costfloor.typeset.units import PARTS, UNITS, unit_of
from costfloor.typeset.values import (
    Estimate,
    Interval,
    Marked,
    MillionsInterval,
    Number,
    Probability,
    ProbabilityInSpan,
    ProbabilitySpan,
    Range,
    Share,
    ShareInterval,
    Significant,
    TimesInterval,
    Value,
    YearlyFallInterval,
    gates,
)

ROWS = [("a", 1234, (-0.5, 0.123456, 1.0)), ("b", 2, None)]
TABLE = tabulate(
    "rates",
    "Rates.",
    [
        Column("Name", lambda row: row[0], "L"),
        Column("Rows", lambda row: row[1]),
        Column("Rate", lambda row: None if row[2] is None else Interval(*row[2])),
    ],
    ROWS,
)


def test_a_page_has_rounded_text() -> None:
    block = table(TABLE)
    assert (block["columns"], block["align"]) == (("Name", "Rows", "Rate"), "Lrr")
    assert block["rows"] == (("a", "1,234", "0.12 (−0.50 to 1.00)"), ("b", "2", ""))


def test_a_file_has_all_digits_and_a_column_per_number() -> None:
    first, second = csv.DictReader(StringIO(TABLE.csv()))
    assert first == {"name": "a", "rows": "1234", "rate_q05": "-0.5", "rate_q50": "0.123456", "rate_q95": "1.0"}
    assert second == {"name": "b", "rows": "2", "rate_q05": "", "rate_q50": "", "rate_q95": ""}


def test_a_column_in_a_file_is_named_with_its_unit() -> None:
    columns = [
        Column("90 %", lambda _: Share(0.9), name="coverage90"),
        Column("Fall, plateau", lambda _: YearlyFallInterval(0.1, 0.2, 0.3)),
        Column("Age (years)", lambda _: Number(1.0), unit="years"),
        Column("Price", lambda _: Number(1.0), unit="usd_per_mtok"),
    ]
    header, _ = tabulate("t", "T.", columns, [None]).csv().splitlines()
    falls = [f"fall_plateau_log_rate_per_year_{part}" for part in ("q05", "q50", "q95")]
    assert header.split(",") == ["coverage90_share", *falls, "age_years", "price_usd_per_mtok"]
    assert [unit_of(name) for name in ("price_usd_per_mtok", "rate_log_rate_per_year_q05", "q50", "host")] == [
        (UNITS["usd_per_mtok"], ""),
        (UNITS["log_rate_per_year"], PARTS["q05"]),
        ("", PARTS["q50"]),
        ("", ""),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Number(-0.001, "z.2f"), "0.00"),
        (Number(-1234.5, ",.1f"), "−1,234.5"),
        (Significant(0.001234), "0.0012"),
        (Share(0.256), "26 %"),
        (Probability(0.9999), "above 99 %"),
        (Marked(0.004, ".3f", marked=True), "0.004 *"),
        (Estimate(-3.21, 2.0), "−3.2 (2.0)"),
        (Estimate(88.0, None, ".0f", " %"), "88 %"),
        (Range(-1.0, 2.0), "−1.00 to 2.00"),
        (ProbabilityInSpan(0.001, 0.2, value=0.1), "10 % (0 % to 20 %)"),
        (ProbabilitySpan(0.001, 0.2), "0 % to 20 %"),
        (ProbabilitySpan(0.998, 0.999), "above 99 %"),
        (ShareInterval(0.1, 0.2, 0.3), "20 % (10 to 30 %)"),
        (TimesInterval(0.0, 0.6931, 1.3863), "2.0 times (1.0 to 4.0)"),
        (MillionsInterval(-1e6, 2e6, 3e6), "2.0 (−1.0 to 3.0)"),
        (MillionsInterval(2e6, 2e6, 2e6), "2.0"),
        (YearlyFallInterval(-0.1, 0.0, 0.18), "0 (−11 to 16)"),
    ],
)
def test_values_format_themselves(value: Value, text: str) -> None:
    assert str(value) == text
    assert all(isinstance(number, float) for number in value.numbers.values())


def test_outcomes_have_words() -> None:
    assert [gates(passed) for passed in (True, False, None)] == ["passed", "FAILED", "not judged"]
