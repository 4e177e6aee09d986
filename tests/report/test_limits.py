"""Limits are counted, not asserted."""

from dataclasses import replace

import numpy as np
import pandas as pd
from costfloor.report import limits
from costfloor.report.study import Study


def test_all_limits_are_sentences(study: Study) -> None:
    said = limits.limits(study)
    assert len(said) == len(limits.LIMITS)
    assert all(line.endswith(".") and "nan" not in line for line in said)


def test_early_rows(study: Study) -> None:
    assert limits.early_rows(study).startswith("0 rows of 48 (0.0 %) are dated before 2023")
    older = study.panel.assign(date=study.panel["date"] - pd.DateOffset(years=5))
    assert "48 rows of 48 (100.0 %)" in limits.early_rows(replace(study, panel=older))
    assert "is observed" in limits.early_rows(replace(study, panel=older))


def test_clocks(study: Study) -> None:
    births = study.obs.unit_birth
    width = np.quantile(births, 0.95) - np.quantile(births, 0.05)
    assert f"90 % of the models' within {width:.1f} years" in limits.clocks(study)
    # The two bands open 1.5 years apart, and each goes on for 120 days.
    assert 1.4 < width < 1.5 + 120 / 365.25
    together = replace(study, obs=replace(study.obs, unit_birth=births * 0))
    assert "one clock" in limits.clocks(together)


def test_change_windows(study: Study) -> None:
    assert "window of 6 days at the median and 10 days" in limits.dates(study)
    unknown = study.panel.assign(changed_after=pd.NaT)
    assert "No row says" in limits.dates(replace(study, panel=unknown))


def test_shares(study: Study) -> None:
    assert "5 quotes of 56 (9 %), under 1 name, match" in limits.unresolved(study)
    quotes = study.quotes.assign(left_censored=True, match_basis="suggested_tokens")
    assert limits.left_censored(replace(study, quotes=quotes)).startswith("100 % of rows")
    assert limits.unreviewed(replace(study, quotes=quotes)).startswith("100.0 % of rows")
    assert limits.unreviewed(study).startswith("0.0 % of rows")


def test_measurement_in_units_and_in_time(study: Study) -> None:
    # The two bands are 20 points and 1.5 years apart, and capability is known to within 1.5 points.
    assert "within 1.5 index units" in limits.measured(study)
    years = float(limits.measured(study).partition("that is ")[2].partition(" years")[0])
    assert 0.08 < years < 0.15
    one = study.panel[study.panel["model"] == study.panel["model"].iloc[0]]
    assert limits.measured(replace(study, panel=one)).endswith("(median standard deviation).")
