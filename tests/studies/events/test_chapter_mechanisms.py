"""The chapter on mechanisms says what the event study found, whichever way it falls."""

from dataclasses import replace

import pytest
from costfloor.report.chapters import mechanisms
from costfloor.report.study import Study
from costfloor.studies.events.chapter import events_outcome
from costfloor.studies.events.event_study import EventEffect


def effect(kind: str, size: float | None, p_value: float | None) -> EventEffect:
    placebo = None if size is None else (-0.1, 0.1)
    return EventEffect(kind, 12, 20, 30, size, placebo, p_value)


@pytest.mark.parametrize(
    ("size", "p_value", "said"),
    [
        (0.3, 0.02, "fall faster, by 0.30 log points a month (p = 0.02)"),
        (-0.3, 0.02, "fall slower, by 0.30 log points a month (p = 0.02)"),
        (0.3, 0.4, "(p = 0.40) is not told from chance"),
        (None, None, "too few months are left to compare"),
    ],
)
def test_the_outcome_reads_right(size: float | None, p_value: float | None, said: str) -> None:
    assert said in events_outcome([effect("changed graph", size, p_value)])


def test_both_kinds_are_told_apart(study: Study) -> None:
    effects = (effect("changed graph", 0.3, 0.01), effect("fixed graph", 0.1, 0.6), effect("all", None, None))
    blocks = mechanisms(replace(study, events=effects))
    words = " ".join(block["text"] for block in blocks if block["kind"] == "text")
    assert "After innovations that change what is computed the lowest prices fall faster" in words
    assert "What follows innovations that keep what is computed (p = 0.60) is not told from chance" in words
    (table,) = (block for block in blocks if block["kind"] == "table")
    assert [row[0] for row in table["rows"]] == [
        "innovations that change what is computed", "innovations that keep what is computed", "innovations of any kind",
    ]  # fmt: skip
    assert table["rows"][2][3:] == ("", "", "")
