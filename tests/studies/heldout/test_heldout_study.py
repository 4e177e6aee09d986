"""The study of held-out months: a job per law and origin, put together by origin."""

from pathlib import Path
from typing import Any

import pytest
from costfloor.checks.heldout import HELDOUT
from costfloor.forecast.origins import forecast_origins
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.policy import Sampling
from costfloor.studies.heldout import study as heldout
from made_up import here, made_up_fit, made_up_panel

LAWS_CHECKED = ["plateau", "exponential"]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> heldout.HeldoutStudy:
    def fitted(law: Any, past: PriceObservations, *_: Any) -> Any:
        fit = made_up_fit(past, {}, draws=20, law=law.name)
        if law.name == "exponential":
            fit.receipt["diagnostics"] |= {"passed": False, "worst": "3 divergences"}
        return fit, None

    monkeypatch.setattr(heldout, "sample_law", fitted)
    return heldout.heldout_study(made_up_panel(), LAWS_CHECKED, here(tmp_path, Sampling()))


def test_every_law_is_checked_at_every_origin_of_the_comparison(study: heldout.HeldoutStudy) -> None:
    origins = forecast_origins(made_up_panel(), heldout.HORIZON_MONTHS)
    assert [one.date for one in study.origins] == [str(one.date.date()) for one in origins]
    assert [one.rows_heldout for one in study.origins] == [one.rows_scored for one in origins]
    found = {(row.law, row.origin, row.check) for row in study.rows}
    assert found == {(law, one.date, check) for law in LAWS_CHECKED for one in study.origins for check in HELDOUT}


def test_a_missed_gate_is_kept(study: heldout.HeldoutStudy) -> None:
    assert study.failures == tuple(("exponential", one.date, "3 divergences") for one in study.origins)
    assert not study.passed


def test_statistics_of_one_origin_are_those_of_its_months(study: heldout.HeldoutStudy) -> None:
    observed = {row.origin: row.observed for row in study.rows if row.check == "recent_slope"}
    assert len(set(observed.values())) == len(study.origins)
    rates = [row for row in study.rows if row.check == "recent_slope"]
    assert len({(row.origin, row.observed) for row in rates}) == len(study.origins)
