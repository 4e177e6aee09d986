"""The tables of the page are those of the report that lies beside them, where it is of the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.page.forecasts import past_errors
from costfloor.page.questions import six_questions
from costfloor.page.rates import CHANNELS, by_year
from costfloor.report.results import Results
from costfloor.report.stored import open_results

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
REPORTED = ROOT / "reports" / "tables"


@pytest.fixture(scope="module")
def results() -> Results:
    stored = open_results(ROOT / "notebooks" / "stored")
    assert json.loads((ROOT / "reports" / "report.json").read_text("utf-8"))["vintage"] == stored.build.vintage
    return stored


def test_questions(results: Results) -> None:
    by_law, ahead = (table.frame for table in six_questions(results).tables)
    reported = pd.read_csv(REPORTED / "questions_by_law.csv")
    assert by_law["law"].tolist() == reported["law"].tolist()
    for column, title in (("probability", "probability"), ("prior", "prior_probability"), ("odds_ratio", "odds_ratio")):
        np.testing.assert_allclose(by_law[column], reported[title], rtol=1e-12)
    table = pd.read_csv(REPORTED / "at_most_20.csv").set_index("law")
    for row in ahead.itertuples():
        title = f"in_{row.years_ahead}_year{'' if row.years_ahead == 1 else 's'}_probability"
        assert row.probability == pytest.approx(table.loc[row.law, title], rel=1e-12)


def test_rates_by_year_and_channel(results: Results) -> None:
    (table,) = by_year(results).tables
    reported = pd.read_csv(REPORTED / "figure_graph_rates.csv")
    for channel, words in CHANNELS.items():
        rows, lines = table.frame[table.frame["view"] == words], reported[reported["channel"] == channel]
        if channel == "total":
            assert lines.empty, "the report draws the two channels, and has their sum in a table"
            continue
        # The report draws windows of several years, too.
        lines = lines[lines["period"].isin(rows["period"])]
        for name in ("q05", "q50", "q95"):
            # The numbers of a figure have eight digits.
            np.testing.assert_allclose(rows[name], lines[f"decline_log_rate_per_year_{name}"], rtol=1e-7)


def test_past_forecasts(results: Results) -> None:
    (table,) = past_errors(results).tables
    reported = pd.read_csv(REPORTED / "hindcast_forecasts.csv")
    assert table.frame["law"].tolist() == reported["law"].tolist()
    for name, title in (
        ("crps", "crps_log_points"),
        ("coverage90", "coverage90_share"),
        ("q50", "observed_less_forecast_log_points_q50"),
    ):
        np.testing.assert_allclose(table.frame[name], reported[title], rtol=1e-12)
