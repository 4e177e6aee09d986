"""Panels of the simulated worlds: what is set holds exactly, and everything else is drawn anew."""

import numpy as np
import pytest
from costfloor.fit.posterior import market_decline
from costfloor.fit.question_events import births_on_sale
from costfloor.studies.power.worlds import RATE_WORLDS, panels, with_rate
from made_up import made_up_fit, made_up_market


def test_the_rate_of_the_last_year_is_the_one_that_is_set() -> None:
    obs = made_up_market()
    fit = made_up_fit(obs, {"rate": 1.7}, draws=6, law="discovery")
    draws = fit.parameters
    increments = np.random.default_rng(1).normal(size=(draws.size, 1, draws["common_innovation"].shape[1]))
    changed = with_rate(increments, 0.2, draws, obs)
    times = np.array([obs.last_time_years - 1.0, obs.last_time_years])
    decline = market_decline(draws, births_on_sale(obs, 0), times, changed)
    np.testing.assert_allclose(np.diff(decline, axis=2), 0.2)
    before = changed != increments
    assert not before[:, :, 0].any()


def test_only_a_constant_rate_can_be_set() -> None:
    obs = made_up_market()
    fit = made_up_fit(obs, {}, draws=6, law="plateau")
    increments = np.zeros((fit.parameters.size, 1, fit.parameters["common_innovation"].shape[1]))
    with pytest.raises(ValueError, match="constant rate"):
        with_rate(increments, 0.2, fit.parameters, obs)


def test_each_draw_gives_a_panel_of_other_models() -> None:
    obs = made_up_market()
    fit = made_up_fit(obs, {"rate": 1.7}, draws=5, law="discovery")
    drawn = panels(RATE_WORLDS[0], fit.parameters, obs, seed=1)
    assert drawn.shape == (fit.parameters.size, obs.n)
    assert np.isfinite(drawn).all()
    assert len(np.unique(drawn[:, 0])) == len(drawn)
