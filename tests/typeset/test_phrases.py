"""Rates, intervals and probabilities in words."""

import math

import pytest
from costfloor.typeset.phrases import (
    likelihood,
    listing,
    minus,
    percent_change,
    plural,
    probability,
    probability_span,
    significant,
    yearly_change,
    yearly_span,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (0.18, "fall by 16 % a year"),
        (0.0, "hold still"),
        (-0.1, "rise by 11 % a year"),
        (math.log(2), "become 2.0 times cheaper a year"),
        (math.log(43.2), "become 43 times cheaper a year"),
        (1e3, "become over 1e+300 times cheaper a year"),
        (-1e3, "rise by over 1e+300 % a year"),
        (100.0, "become 3e+43 times cheaper a year"),
        (-100.0, "rise by 3e+45 % a year"),
    ],
)
def test_yearly_change(rate: float, said: str) -> None:
    assert yearly_change(rate) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.2, 0.9, "from a rise of 22 % to a fall of 59 % a year"),
        (0.1, 0.5, "a fall of 10 % to 39 % a year"),
        (-0.2, -0.1, "a rise of 11 to 22 % a year"),
        (1.0, 3.0, "2.7 to 20 times cheaper a year"),
        (0.3, 5.0, "a fall of 26 % to 99.3 % a year"),
        (-1e6, 1e6, "from a rise of over 1e+300 % to a fall of 100.0 % a year"),
        (1.0, 1e6, "2.7 to over 1e+300 times cheaper a year"),
    ],
)
def test_yearly_span(low: float, high: float, said: str) -> None:
    assert yearly_span(low, high) == said


def test_probability_is_never_certain() -> None:
    assert probability(0.0) == "below 1 %"
    assert probability(1.0) == "above 99 %"
    assert probability(0.42) == "42 %"


@given(st.floats(0, 1))
def test_every_probability_has_a_word(p: float) -> None:
    assert likelihood(p)


def test_a_span_of_probabilities_claims_no_certainty() -> None:
    assert probability_span(0.001, 0.2) == "0 % to 20 %"
    assert probability_span(0.2, 0.999) == "20 % to above 99 %"
    assert probability_span(0.0, 0.001) == "below 1 %"


def test_words_follow_probability() -> None:
    assert [likelihood(p) for p in (0.0, 0.05, 0.2, 0.5, 0.7, 0.95, 1.0)] == [
        "exceptionally unlikely",
        "very unlikely",
        "unlikely",
        "about as likely as not",
        "likely",
        "very likely",
        "virtually certain",
    ]


@given(st.floats(1e-3, 1e6))
def test_two_digits_keep_the_value(value: float) -> None:
    said = significant(value)
    assert "e" not in said
    assert float(said.replace(",", "")) == pytest.approx(value, rel=0.051)


def test_percent_is_of_the_contract() -> None:
    assert percent_change(0.18) == pytest.approx(16.47, abs=0.01)


def test_lists_counts_and_signs() -> None:
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert (plural(1, "row"), plural(1200, "row")) == ("1 row", "1,200 rows")
    assert minus("lag-1 is -0.5 in 2025-12-31") == "lag-1 is −0.5 in 2025-12-31"
