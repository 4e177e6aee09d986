"""The chapter reads right whichever way the last forecast fell."""

from dataclasses import replace
from typing import Any

import pytest
from costfloor.laws import LAWS
from costfloor.studies.last_forecast import figure
from costfloor.studies.last_forecast.chapter import against_rivals, last_forecast, made_and_scored, outcome
from costfloor.studies.last_forecast.result import STACKED, LastForecast
from costfloor.typeset.blocks import Block
from costfloor.typeset.style import svg
from fake_study import make_forecaster, make_last_forecast

FIGURE: Block = {"kind": "figure"}


def words(last: LastForecast | None) -> str:
    return " ".join(block["text"] for block in last_forecast(last, FIGURE) if block["kind"] == "text")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "was right, by its own account. On average prices came level with what it had said"),
        (
            {"error": -1.0, "error_span": (-1.5, -0.5)},
            "was wrong, by its own account. On average prices came 63 % below",
        ),
        ({"error": 0.7, "error_span": (0.3, 1.1)}, "was wrong, by its own account. On average prices came 101 % above"),
        ({"error": -1.0, "error_span": (-2.0, 0.001)}, "was at the edge of what it had held possible"),
        (
            {"error": -1.0, "error_se": None},
            "came level with what it had said (mean of observed less forecast log price −1.00);",
        ),
        ({"coverage90": 0.5}, "held 50 %, fewer than promised"),
        ({"coverage90": 0.99}, "held 99 %, more than promised"),
        ({"coverage90": 0.88}, "held 88 %, about as many as promised"),
        ({"coverage90": 0.5, "coverage90_se": None}, "held 50 %, about as many as promised"),
    ],
)
def test_the_outcome_follows_the_scores(changes: dict[str, Any], said: str) -> None:
    assert said in outcome(make_forecaster("m", **changes))


def test_rivals_are_beaten_beat_it_or_are_level() -> None:
    rivals = [
        make_forecaster("epoch_ols", behind=0.3, elpd_ahead=-30.0),
        make_forecaster("no_change", behind=-0.3, elpd_ahead=1.0),
        make_forecaster("twenty_percent", behind=0.01, elpd_ahead=1.0),
    ]
    assert against_rivals(rivals) == (
        "By CRPS it was better than one line by least squares (Epoch), worse than no change and not to be told from a fall of 20 % a year; "
        "by log score it was better than one line by least squares (Epoch) and not to be told from no change and a fall of 20 % a year "
        "(by two standard errors of the difference)."
    )
    assert against_rivals([]) == ""
    assert "not to be told from no change" in against_rivals([make_forecaster("no_change", behind=0.3, behind_se=None)])


def test_families_that_were_not_seen_are_named() -> None:
    assert "; 5 of the prices are in #let" in made_and_scored(make_last_forecast())
    assert "of which nothing had been seen" not in made_and_scored(make_last_forecast(families_new=()))


def test_stacking_needs_a_line_of_that_day() -> None:
    assert "costfloor refit --as-of 2024-12-31 adds it" in words(make_last_forecast())
    weights = dict.fromkeys(LAWS, 0.0) | {"plateau": 0.25, "discovery": 0.75}
    forecasters = (*make_last_forecast().forecasters, make_forecaster(STACKED, crps=0.41))
    said = words(make_last_forecast(weights=weights, forecasters=forecasters))
    assert "(continued discovery 75 % and plateau 25 %) the mixture had a CRPS of 0.41" in said
    assert "adds it" not in said


def test_missed_gates_come_before_the_outcome() -> None:
    said = words(make_last_forecast(failures=("plateau: R-hat 1.2",)))
    assert said.index("FAILED gates: plateau: R-hat 1.2") < said.index("On the level of prices")


def test_rivals_that_could_not_forecast_are_named() -> None:
    assert "No forecast came from Farmer and Lafond (too few changes)." in words(
        make_last_forecast(absent=("Farmer and Lafond (too few changes)",))
    )


def test_without_rows_or_results_it_says_why() -> None:
    problem = "Too few prices have come since to judge it."
    empty = LastForecast("2025-12-31", "2026-04-01", rows_seen=900, rows=3, problem=problem)
    assert words(empty).endswith(problem)
    assert "costfloor report does it" in words(None)
    assert [block["kind"] for block in last_forecast(empty, FIGURE)] == ["heading", "text"]


def test_the_table_has_every_forecaster() -> None:
    last = make_last_forecast()
    *_, table = last_forecast(last, FIGURE)
    assert len(table["rows"]) == len(last.forecasters)


def test_the_figure_is_drawn_with_and_without_fans() -> None:
    last = make_last_forecast()
    drawn = {svg(figure.draw, found) for found in (last, replace(last, fans=(), problem="Nothing came."), None)}
    assert len(drawn) == 3
