"""What is said of the laws' evidence, whichever way it falls."""

from typing import Any

import pytest
from costfloor.studies.evidence.chapter import evidence_sentences
from costfloor.studies.stored import Stored


def law(*log_evidence: float, off: float = 0.1) -> dict[str, Any]:
    return {"unknowns": 64, "log_evidence": list(log_evidence), "off": off, "worst": "level_spread"}


def said(plateau: dict[str, Any], discovery: dict[str, Any], stale: tuple[str, ...] = ()) -> str:
    result = {
        "prices": 155, "families": ["a", "b", "c"], "particles": 2000, "laws": {"plateau": plateau, "discovery": discovery},
    }  # fmt: skip
    return evidence_sentences(Stored("evidence", result, stale))


@pytest.mark.parametrize(("plateau", "favoured"), [(-250.0, "plateau"), (-270.0, "continued discovery")])
def test_a_clear_difference_names_the_law(plateau: float, favoured: str) -> None:
    words = said(law(plateau - 0.5, plateau + 0.5), law(-260.0, -260.0))
    assert f"It favours {favoured} by 10.0." in words
    assert f"plateau −{-plateau:.1f} (1.0) and continued discovery −260.0 (0.0)" in words
    assert "decides nothing here" in words


def test_a_small_difference_favours_nobody() -> None:
    assert "differ by 3.0, no more than 4: neither is favoured" in said(law(-257.0), law(-260.0))


def test_a_difference_within_the_spread_of_the_runs_favours_nobody() -> None:
    words = said(law(-247.0, -253.0), law(-258.0, -262.0))
    assert "differ by 10.0, no more than the runs differ among themselves: neither" in words


def test_particles_that_lost_the_posterior_are_named() -> None:
    assert "at most 0.20 posterior standard deviations" in said(law(-250.0, off=0.2), law(-260.0))
    words = said(law(-250.0), law(-260.0, off=0.8))
    assert "cannot be trusted, for continued discovery (0.80 posterior standard deviations, level spread)" in words
    assert "ended where NUTS" not in words


def test_without_a_study_and_out_of_date() -> None:
    assert "make calibrate" in evidence_sentences(None)
    assert "OUT OF DATE" in said(law(-250.0), law(-260.0), stale=("data",))
    assert "OUT OF DATE" not in said(law(-250.0), law(-260.0))
