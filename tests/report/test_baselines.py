"""Classical trends on the panel and the published rates."""

import numpy as np
import pytest
from costfloor.report.baselines import baselines, published_rates
from fake_study import HOSTILE, make_panel


def test_a_constant_fall_is_found() -> None:
    panel = make_panel()
    years = (panel["date"] - panel["date"].min()).dt.days / 365
    panel["price_usd_per_mtok"] = np.exp(3 - 1.2 * years)
    result = baselines(panel)
    assert [band.band for band in result.frontier] == ["GPT-4", HOSTILE]
    for band in result.frontier:
        assert band.trend is not None
        assert band.trend.factor_per_year == pytest.approx(np.exp(1.2), rel=0.01)
    assert result.hedonic["all"].factor_per_year == pytest.approx(np.exp(1.2), rel=0.01)


def test_a_band_without_records_says_why() -> None:
    panel = make_panel()
    panel["price_usd_per_mtok"] = 1.0
    band = baselines(panel).frontier[0]
    assert band.trend is None
    assert "too few for a trend" in band.reason


def test_published_rates_are_those_of_the_page() -> None:
    rates = published_rates()
    assert len(rates) == 21
    assert (rates["ci90_low"] < rates["factor_per_year"]).all()
    assert (rates["factor_per_year"] < rates["ci90_high"]).all()
