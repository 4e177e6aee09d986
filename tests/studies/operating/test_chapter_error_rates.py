"""How often the verdict is right, in sentences and tables that follow the simulated worlds."""

from dataclasses import replace
from typing import Any

import pytest
from costfloor.forecast.verdict import Evidence
from costfloor.studies.catalogue import part
from costfloor.studies.operating.chapter import error_rates, floors_covered, years_until_right
from costfloor.studies.operating.study import ErrorRates, Panel, WorldResult
from costfloor.studies.operating.worlds import World
from costfloor.studies.stored import Stored

PANELS = 100
UNDECIDED = Evidence(True, 4, 0.0, 1.0, 0.5, False, 3.0)
EVIDENCE = {
    "plateau": replace(UNDECIDED, elpd_difference=20.0, p_slowed=0.99),
    "discovery": replace(UNDECIDED, elpd_difference=-5.0, p_slowed=0.01),
    "inconclusive": UNDECIDED,
}


def world(law: str, shares: dict[str, float], years_more: int = 0, floor: float | None = None) -> WorldResult:
    """Panels in which the rule says each verdict as often as asked; the floor, where there is one, is held in 88 of 100."""
    truth = {"rate": 1.9} if floor is None else {"rate_floor": floor}
    said = [verdict for verdict, share in shares.items() for _ in range(round(share * PANELS))]
    held = (0.0, 0.2, 1.0)
    panels = tuple(
        Panel(EVIDENCE[verdict], (1.0, 1.5, 2.0), held if at < 88 else (0.9, 0.95, 1.0))
        for at, verdict in enumerate(said)
    )
    return WorldResult(World(f"{law} {years_more}", law, truth, years_more), panels)


WORLDS = [
    world("discovery", {"plateau": 0.03, "inconclusive": 0.97}),
    world("discovery", {"discovery": 0.95, "inconclusive": 0.05}, 2),
    world("random_walk", {"plateau": 0.07, "inconclusive": 0.93}),
    world("plateau", {"plateau": 1.0}, 4, 0.18),
    world("plateau", {"plateau": 0.6, "inconclusive": 0.4}, 2, 0.18),
    world("plateau", {"plateau": 0.2, "inconclusive": 0.8}, 2, 0.5),
]


def blocks(worlds: list[WorldResult], stale: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return part("operating", Stored("operating", ErrorRates(tuple(worlds)), stale), error_rates)


def words(found: list[dict[str, Any]]) -> str:
    return " ".join(str(block.get("text", "")) for block in found)


def test_error_rates_are_those_of_worlds_without_decay() -> None:
    assert f"says plateau in {0.07 * PANELS:.0f} of {PANELS} panels" in words(blocks(WORLDS))
    assert f"says plateau in 0 of {PANELS} panels where it does so most often (at most " in words(blocks(WORLDS[1:2]))
    assert "None of these worlds is without decay" in words(blocks(WORLDS[3:]))
    assert "OUT OF DATE: since this was computed, code changed" in words(blocks(WORLDS, ("code",)))


def test_discovery_is_false_where_there_is_a_floor() -> None:
    assert f"With a floor it says discovery in 0 of {PANELS} panels" in words(blocks(WORLDS))
    misled = world("plateau", {"discovery": 0.04, "inconclusive": 0.96}, 0, 0.5)
    assert f"says discovery in 4 of {PANELS} panels where it does so most often (at most 8 %" in words(
        blocks([*WORLDS, misled])
    )
    assert "With a floor" not in words(blocks(WORLDS[:3]))


def test_not_run_says_so() -> None:
    found = part("operating", None, error_rates)
    assert "make calibrate" in words(found)
    assert not [block for block in found if block["kind"] == "table"]


def test_the_floor_is_covered_where_there_is_one() -> None:
    found = next(block for block in blocks(WORLDS) if block["kind"] == "table")
    assert [row[-1] for row in found["rows"]] == ["", "", "", *["88 % (3)"] * 3]
    assert floors_covered(WORLDS[:3]) == ""
    assert "in 88 % of panels" in floors_covered(WORLDS)
    other = replace(WORLDS[3], panels=WORLDS[3].panels[76:])
    assert "in 50 % to 88 % of panels" in floors_covered([*WORLDS, other])


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        ([(0, 0.95), (2, 0.99)], "none"),
        ([(2, 0.95)], "at most 2"),
        ([(0, 0.1), (2, 0.6), (4, 1.0)], "3.5"),
        ([(0, 0.1), (2, 0.6)], "more than 2"),
        ([(0, 0.0)], "more than 0"),
        ([(0, 0.1), (2, 0.9), (4, 0.7)], "2.0"),
    ],
)
def test_years_until_the_verdict_is_right(lengths: list[tuple[float, float]], said: str) -> None:
    assert years_until_right(lengths) == said


def test_waiting_is_told_by_true_floor_with_its_doubt() -> None:
    waiting = [block for block in blocks(WORLDS) if block["kind"] == "table"][1]
    rows = {row[0]: row[1:] for row in waiting["rows"]}
    assert rows["no floor, continued discovery"][:3] == ("discovery", "0 % at 0, 95 % at 2", "1.9")
    assert rows["no floor, random walk with drift"][2] == "more than 0"
    assert rows["floor of 0.18 a year"][:3] == ("plateau", "60 % at 2, 100 % at 4", "3.5")
    low, high = rows["floor of 0.18 a year"][3].split(" to ")
    assert 3.0 < float(low) < 3.5 < float(high) < 4.0
    assert rows["floor of 0.5 a year"][2:] == ("more than 2", "more than 2")
