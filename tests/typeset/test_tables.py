"""A declared table gives a page its text and a CSV its numbers, from the same values."""

import csv
from io import StringIO

import pytest
from costfloor.typeset.blocks import table
from costfloor.typeset.tables import Column, tabulate
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
    YearlyFall,
    YearlyFallInterval,
    YearlyFalls,
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
    assert first == {"Name": "a", "Rows": "1234", "Rate q05": "-0.5", "Rate q50": "0.123456", "Rate q95": "1.0"}
    assert second == {"Name": "b", "Rows": "2", "Rate q05": "", "Rate q50": "", "Rate q95": ""}


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
        (YearlyFall(0.18), "16"),
        (YearlyFalls(-0.1, 0.18), "−11 to 16"),
        (YearlyFallInterval(-0.1, 0.0, 0.18), "0 (−11 to 16)"),
    ],
)
def test_values_format_themselves(value: Value, text: str) -> None:
    assert str(value) == text
    assert all(isinstance(number, float) for number in value.numbers.values())


def test_outcomes_have_words() -> None:
    assert [gates(passed) for passed in (True, False, None)] == ["passed", "FAILED", "not judged"]
