"""What is said of forecasts of held-out months, whichever way they fared."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from costfloor.studies.catalogue import part
from costfloor.studies.heldout.chapter import TITLES, heldout, smallest_tails
from costfloor.studies.heldout.study import HeldoutOrigin, HeldoutRow, HeldoutStudy
from costfloor.typeset.montecarlo import edge_mcse

DATES = ("2024-08-31", "2024-11-30")


def row(law: str, origin: str, check: str, *, tail: float | None = 0.4, observed: float = 1.0) -> HeldoutRow:
    if tail is None:
        return HeldoutRow(law, origin, check, None, None, None, None, None, 0.01, None)
    return HeldoutRow(law, origin, check, observed, 0.5, 1.0, 1.5, tail, 0.01, tail >= 0.01)


def blocks(
    rows: Sequence[HeldoutRow], failures: tuple[tuple[str, str, str], ...] = (), notice: str = ""
) -> list[dict[str, Any]]:
    origins = tuple(HeldoutOrigin(date, 100, 200) for date in DATES)
    return heldout(HeldoutStudy(12, origins, tuple(rows), failures), notice)


def sentences(rows: Sequence[HeldoutRow], failures: tuple[tuple[str, str, str], ...] = ()) -> str:
    said: str = blocks(rows, failures)[0]["text"]
    return said


def all_rows(**changed: Any) -> list[HeldoutRow]:
    return [
        row(law, date, check, **(changed if (law, check) == ("plateau", "largest_drop") else {}))
        for law in ("plateau", "discovery")
        for date in DATES
        for check in TITLES
    ]


def test_forecasts_that_held() -> None:
    said = sentences(all_rows())
    assert "From 2 past dates, 2024-08-31 and 2024-11-30, the forecast of each law for the next 12 months" in said
    assert "None of 28 fails by its tail probability (0.3 would by chance if they were independent)." in said
    assert "All fits passed their gates." in said


def test_only_what_fails_has_an_asterisk() -> None:
    undecided = [replace(of_check, tail_probability=0.009, passed=None) for of_check in all_rows()]
    marked = [str(cell).endswith("*") for row in smallest_tails(undecided).cells for cell in row[1:]]
    assert marked
    assert not any(marked)
    failing = smallest_tails(all_rows(tail=0.001)).cells
    assert sum(str(cell).endswith("*") for row in failing for cell in row[1:]) == 1


def test_forecasts_that_failed_are_counted_by_law_and_statistic() -> None:
    said = sentences(all_rows(tail=0.001), failures=(("discovery", DATES[0], "3 divergences"),))
    assert "2 of 28 fail by their tail probability" in said
    assert said.count("largest drop (2)") == 1
    assert "plateau in largest drop (2)." in said
    assert "A gate was missed by the fits of continued discovery at 2024-08-31." in said


@pytest.mark.parametrize(
    ("observed", "words"), [(2.0, "faster than forecast"), (1.0, "inside"), (-0.2, "slower than forecast")]
)
def test_the_rate_that_came_is_held_against_the_forecast(observed: float, words: str) -> None:
    rows = [row("plateau", date, "recent_slope", observed=observed) for date in DATES]
    said = sentences(rows)
    assert f"plateau 0.50 to 1.50 ({words})" in said
    assert (
        f"In the months after 2024-11-30 the log-rate of decline was {observed:.2f}".replace("-0.20", "−0.20") in said
    )


def test_what_could_not_be_judged_is_not_counted() -> None:
    rows = [row("plateau", date, "curvature", tail=None) for date in DATES]
    assert "None could be judged." in sentences(rows)
    assert smallest_tails(rows).rows == (("plateau", *[""] * len(TITLES)),)
    assert "None of 1 fails" in sentences([*rows, row("plateau", DATES[0], "recent_slope")])


def test_the_table_has_the_smallest_tail_probability_and_marks_failures() -> None:
    rows = [
        row("plateau", DATES[0], "recent_slope", tail=0.3),
        row("plateau", DATES[1], "recent_slope", tail=0.2),
        row("plateau", DATES[0], "largest_drop", tail=0.004),
    ]
    (cells,) = smallest_tails(rows).rows
    found = dict(zip(("law", *TITLES), cells, strict=True))
    assert found["recent_slope"] == "0.200"
    assert found["largest_drop"] == "0.004 *"
    assert found["curvature"] == ""


def test_an_observation_at_the_edge_of_the_interval_is_called_inside() -> None:
    edge = 2.0 * edge_mcse((0.5, 1.0, 1.5))
    assert "(inside)" in sentences([row("plateau", DATES[1], "recent_slope", observed=1.5 + 0.9 * edge)])
    assert "(faster than forecast)" in sentences([row("plateau", DATES[1], "recent_slope", observed=1.5 + 1.1 * edge)])


def test_without_a_study_and_out_of_date() -> None:
    assert "make calibrate" in part("heldout", None, heldout)[0]["text"]
    assert blocks(all_rows(), notice="OUT OF DATE")[0]["text"].endswith("OUT OF DATE")
