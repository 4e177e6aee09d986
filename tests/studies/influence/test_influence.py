"""Rankings of models and prices: what they add up to, and what is known in closed form."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from costfloor.forecast.elpd import difference
from costfloor.forecast.lfo import Scored
from costfloor.forecast.origins import forecast_origins
from costfloor.forecast.scores import OriginScore
from costfloor.sampling.policy import Sampling
from costfloor.studies.influence import study as influence
from costfloor.studies.influence.study import TOP, influence_study, model_contributions, price_influences
from costfloor.studies.rule import RuledTable, conclude, found_on_all_rows
from made_up import here, made_up_fit, made_up_panel, made_up_score

OBS = made_up_panel()
ORIGINS = forecast_origins(OBS, 12)


def scores(seed: int, shift: float) -> dict[str, list[OriginScore]]:
    rng = np.random.default_rng(seed)

    def one(origin: Any, mean: float) -> OriginScore:
        size = len(np.unique(OBS.unit[origin.scored]))
        return made_up_score(OBS, origin.scored, mean + rng.normal(size=size))

    return {law: [one(origin, mean) for origin in ORIGINS] for law, mean in (("plateau", shift), ("discovery", 0.0))}


@pytest.mark.parametrize("shift", [0.5, -0.5])
def test_contributions_add_up_to_the_lead_and_begin_with_what_supports_it(shift: float) -> None:
    found = scores(1, shift)
    lead = difference(found["plateau"], found["discovery"], 12)[0]
    ranked = model_contributions(OBS, ORIGINS, found)
    total = sum(one.contribution for one in ranked)
    assert total == pytest.approx(lead)
    assert np.sign(total) == np.sign(shift)
    in_favour = [np.sign(shift) * one.contribution for one in ranked]
    assert in_favour == sorted(in_favour, reverse=True)
    assert len(ranked) == len({OBS.units[unit] for origin in ORIGINS for unit in OBS.unit[origin.scored]})


def test_a_model_is_named_with_its_first_scored_price() -> None:
    found = scores(1, 0.5)
    top = model_contributions(OBS, ORIGINS, found)[0]
    scored = np.logical_or.reduce([origin.scored for origin in ORIGINS])
    rows = [row for row in np.flatnonzero(scored) if OBS.units[OBS.unit[row]] == top.model]
    assert top.rows == len(rows)
    assert top.price == pytest.approx(np.exp(OBS.log_price[rows[0]]))
    assert top.host == OBS.hosts[OBS.host[rows[0]]]


def test_a_price_that_the_draws_do_not_depend_on_has_no_influence() -> None:
    rng = np.random.default_rng(0)
    values = {"rate_floor": rng.normal(0.3, 0.1, 400), "noise_scale": rng.normal(50.0, 1e-3, 400)}
    ranked, order = price_influences(made_up_fit(OBS, values), OBS)
    assert sorted(order) == list(range(OBS.n))
    assert max(one.influence for one in ranked) < 0.01


def test_the_shift_without_a_price_is_that_of_the_normal_model() -> None:
    """A level with a standard normal prior and one price at 2 of standard deviation 2: mean 0.4 with it, 0 without."""
    draws, alone = 4000, int(np.flatnonzero(np.bincount(OBS.unit) == 1)[0])
    row = int(np.flatnonzero(OBS.unit == alone)[0])
    prices = OBS.log_price.copy()
    prices[row] = 2.0
    obs = replace(OBS, log_price=prices)
    rng = np.random.default_rng(1)
    level = rng.normal(0.4, np.sqrt(0.8), draws)
    levels = np.zeros((draws, len(obs.unit_family)))
    levels[:, alone] = level
    values = {
        "unit_level": levels,
        "rate_floor": level,
        "noise_scale": rng.normal(2.0, 1e-5, draws),
        "pass_through": 0.0,
    }
    ranked, order = price_influences(made_up_fit(obs, values, draws // 4), obs)
    assert order[0] == row
    assert ranked[0].rate_floor_shift == pytest.approx(-0.4, abs=0.06)
    assert ranked[0].influence >= abs(ranked[0].rate_floor_shift) / level.std() - 1e-9
    assert ranked[0].khat < 0.7
    assert ranked[0].model == obs.units[alone]
    assert ranked[0].price == pytest.approx(np.exp(2.0))
    assert ranked[1].influence < 0.01


def test_the_first_ten_of_each_ranking_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = scores(1, 0.5)
    rng = np.random.default_rng(2)
    values = {"rate_floor": rng.normal(0.3, 0.1, 400), "unit_level": rng.normal(size=(400, len(OBS.unit_family)))}
    fit = made_up_fit(OBS, values)
    given: dict[str, Any] = {}

    def ruled(study: str, tables: Any, laws: Any, settings: Any, context: Any) -> dict[str, RuledTable]:
        given.update({name: obs for name, (obs, _) in tables.items()})
        on_all_rows = {"plateau": found_on_all_rows(fit, OBS)}
        return {name: RuledTable(conclude(obs, on_all_rows, found, []), found) for name, (obs, _) in tables.items()}

    scored = [
        Scored(law, origin.date, 0, {12: score}, {}, "")
        for law, of_law in found.items()
        for origin, score in zip(ORIGINS, of_law, strict=True)
    ]
    monkeypatch.setattr(influence, "panel_observations", lambda _: OBS)
    monkeypatch.setattr(influence, "fit_law", lambda *_: fit)
    monkeypatch.setattr(influence, "score_laws", lambda *_: scored)
    monkeypatch.setattr(influence, "apply_rule", ruled)
    result = influence_study(here(tmp_path, Sampling()))
    assert len(result.models) == len(result.prices) == TOP
    assert not {one.model for one in result.models} & set(given["without_models"].units)
    assert given["without_prices"].n == OBS.n - TOP
    assert list(result.conclusions) == ["all", "without_models", "without_prices"]
    assert result.conclusions["all"].rows == OBS.n
