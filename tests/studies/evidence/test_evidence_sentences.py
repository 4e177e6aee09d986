"""What is said of the laws' evidence, whichever way it falls."""

import pytest
from costfloor.studies.catalogue import part
from costfloor.studies.evidence.chapter import evidence
from costfloor.studies.evidence.study import EvidenceStudy, LawEvidence


def law(*log_evidence: float, off: float = 0.1) -> LawEvidence:
    return LawEvidence(64, log_evidence, off, "level_spread")


def said(
    plateau: LawEvidence, discovery: LawEvidence, notice: str = "", families: tuple[str, ...] = ("a", "b", "c")
) -> str:
    study = EvidenceStudy(155, families, 2000, {"plateau": plateau, "discovery": discovery})
    (block,) = evidence(study, notice)
    return str(block["text"])


def test_families_are_named_where_there_are_several() -> None:
    of_several = "the first price of each of 155 models of the 3 largest families, on which"
    assert of_several in said(law(-257.0), law(-260.0))
    assert "the first price of each of 155 models, on which" in said(law(-257.0), law(-260.0), families=("market",))


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


def test_a_difference_that_another_run_might_take_below_the_margin_favours_nobody() -> None:
    assert "differ by 5.0, not clear of 4 as the runs differ by 2.0: neither is favoured" in said(
        law(-254.0, -256.0), law(-260.0)
    )
    assert "It favours plateau by 7.0." in said(law(-252.0, -254.0), law(-260.0))


def test_without_a_study_and_out_of_date() -> None:
    assert "make calibrate" in part("evidence", None, evidence)[0]["text"]
    assert said(law(-250.0), law(-260.0), "OUT OF DATE").endswith("OUT OF DATE")
