"""Leads set side by side: clear of twice their error, not clear, or level with it by Monte Carlo error."""

from dataclasses import replace

import pytest
from costfloor.report.leads import leads
from costfloor.report.study import Study
from costfloor.studies.stored import Stored
from fake_study import make_comparison
from stored_robustness import measures


def alone(study: Study, lead: float | None) -> str:
    """What is said of the lead of the verdict, with a standard error of 3."""
    comparison = make_comparison(elpd_difference=lead, elpd_difference_se=3.0, elpd_margin_mcse=0.5)
    return leads(replace(study, comparison=comparison, calibration={}, last_forecast=None))


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        (7.1, "; those that are clear of twice their error favour plateau. Only"),
        (-7.1, "; those that are clear of twice their error favour discovery. Only"),
        (
            6.9,
            "; none is clear of twice its error, and level with it, by Monte Carlo error, is that in the verdict. Only",
        ),
        (
            -5.1,
            "; none is clear of twice its error, and level with it, by Monte Carlo error, is that in the verdict. Only",
        ),
        (4.9, "; none is clear of twice its error. Only"),
        (None, "Nowhere could the forecasts of plateau"),
    ],
)
def test_a_lead_beside_twice_its_error(study: Study, lead: float | None, words: str) -> None:
    assert words in alone(study, lead)


@pytest.mark.parametrize(("mcse", "level"), [(0.4, True), (None, False)])
def test_leads_of_studies_are_level_by_the_error_that_they_keep(study: Study, mcse: float | None, level: bool) -> None:
    changes = {"blended": {"elpd_difference": 10.5, "elpd_difference_mcse": mcse}}
    calibration = {"measures": Stored("measures", measures(changes), ())}
    comparison = make_comparison(elpd_difference=7.1, elpd_difference_se=3.0)
    words = leads(replace(study, comparison=comparison, calibration=calibration, last_forecast=None))
    assert "favour plateau" in words
    assert ("is that in “Other measures”, all rows" in words) == level
