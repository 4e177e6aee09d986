"""The comparison and its sentence come out right whichever way the observed value falls."""

import json

import numpy as np
import pandas as pd
import pytest
from costfloor.checks.result import CheckResult, overall, predictive_check, tail_probability, to_json

DRAWS = np.linspace(0.0, 1.0, 1001)


def compare(observed: float, **predicted: np.ndarray) -> CheckResult:
    return predictive_check("demo", "The thing", "months", observed, predicted, needs="two dates")


@pytest.mark.parametrize(
    ("observed", "expected"),
    [(0.5, 1.0), (2.0, 0.0), (-1.0, 0.0), (0.0, 1 / 1001), (0.1, (2 * 100 + 1) / 1001), (0.9, (2 * 100 + 1) / 1001)],
)
def test_tail_probability_is_two_sided(observed: float, expected: float) -> None:
    assert tail_probability(observed, DRAWS) == pytest.approx(expected)


def test_ties_count_half() -> None:
    assert tail_probability(1.0, np.array([1.0, 1.0, 1.0, 1.0])) == 1.0
    assert tail_probability(1.0, np.array([1.0, 2.0, 2.0, 2.0])) == 0.25


def test_inside() -> None:
    result = compare(0.5, alpha=DRAWS)
    assert result.passed is True
    assert result.summary == (
        "The thing is 0.5 months. 90 % predictive intervals: alpha, 0.05 to 0.95 (observed inside, tail probability 1.000: passes)."
    )
    row = result.table.iloc[0]
    np.testing.assert_allclose(list(row[["observed", "q05", "q50", "q95"]]), [0.5, 0.05, 0.5, 0.95])


def test_outside_the_interval_but_not_in_the_far_tail() -> None:
    result = compare(0.98, alpha=DRAWS)
    assert result.passed is True
    assert "(observed outside, tail probability 0.041: passes)" in result.summary


def test_one_law_fails_and_the_check_fails() -> None:
    result = compare(0.5, alpha=DRAWS, beta=DRAWS + 3.0)
    assert result.passed is False
    assert list(result.table["passed"]) == [True, False]
    assert "beta, 3.05 to 3.95 (observed outside, tail probability below 0.002: fails)" in result.summary


def test_undefined_for_the_data() -> None:
    result = compare(np.nan, alpha=DRAWS)
    assert result.passed is None
    assert result.summary == "The thing is undefined for these data: it needs two dates."
    assert result.table["tail_probability"].isna().all()


def test_undefined_for_most_replicates_of_one_law() -> None:
    result = compare(0.5, alpha=DRAWS, beta=np.where(DRAWS < 0.3, DRAWS, np.nan))
    assert result.passed is True
    assert list(result.table["passed"]) == [True, None]
    assert "beta, undefined for most replicates (needs two dates)" in result.summary


def test_a_few_undefined_replicates_are_left_out() -> None:
    result = compare(0.5, alpha=np.append(DRAWS, [np.nan, np.inf]))
    np.testing.assert_allclose(result.table["q50"], 0.5)


def test_overall() -> None:
    assert overall([True, None]) is True
    assert overall([True, False, None]) is False
    assert overall([None]) is None
    assert overall([]) is None


def test_json_has_null_for_what_is_undefined() -> None:
    table = pd.DataFrame({"law": ["a", "b"], "q05": [np.nan, 1.5], "passed": pd.Series([None, False], dtype=object)})
    plain = to_json(CheckResult("demo", False, "text", table))
    assert json.loads(json.dumps(plain, allow_nan=False)) == {
        "name": "demo",
        "passed": False,
        "summary": "text",
        "table": [{"law": "a", "q05": None, "passed": None}, {"law": "b", "q05": 1.5, "passed": False}],
    }
