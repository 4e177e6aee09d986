"""Rules applied to simulated panels: counted by what is true, and by fits of every law where they are really sampled."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.simulate import MarketDesign, simulate_market
from costfloor.sampling.policy import Sampling
from costfloor.studies.operating import study as rules
from costfloor.studies.operating.study import SIMULATED, count_answers, error_rates, rules_job, simulated_rows
from costfloor.studies.operating.worlds import WORLDS, extended
from costfloor.studies.rule import RULE_LAWS
from costfloor.studies.simulated import ALL
from made_up import here, made_up_fit, made_up_market

OBS = made_up_market()
FITS = {world.law: made_up_fit(OBS, {}, draws=20, law=world.law) for world in WORLDS}
for fit in FITS.values():
    fit.receipt["fingerprint"] = fit.law.name


def everybody_says(obs: PriceObservations, log_price: np.ndarray, seed: int) -> dict[str, Any]:
    """All laws and the rule say yes to every question, the verdict is plateau, and an interval holds all rates above zero."""
    answers = {str(question): dict.fromkeys((*LAWS, ALL), "yes") for question in SIMULATED}
    row = {
        "answers": answers,
        "rate_12m": dict.fromkeys(LAWS, (0.0, 1.0, 1e9)),
        "verdict": {"verdict": "plateau", "lead": 3.0, "p_slowed": 0.9},
    }
    assert log_price.shape[1] == obs.n
    return {"rows": [row] * len(log_price)}


def test_answers_are_counted_by_what_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "rules_job", everybody_says)
    study = error_rates(FITS, OBS, 5, here(tmp_path, Sampling()))
    for world in WORLDS:
        for question in SIMULATED:
            chosen = [c for c in study.answers if (c.world, c.question, c.law) == (world.name, question, ALL)]
            assert sum(count.panels for count in chosen) == 5
            assert all(count.answers["yes"] == count.panels for count in chosen)
    assert [(panel.world, panel.verdict) for panel in study.verdicts] == [
        (world.name, "plateau") for world in WORLDS for _ in range(5)
    ]
    assert {row.law for row in study.held} == set(LAWS)
    # A law that cannot slow never has: the truth of question 5 is that of the law that holds.
    of_discovery = [count for count in study.answers if count.world == "discovery holds" and count.question == 5]
    assert {count.truth for count in of_discovery} == {False}


def test_panels_are_the_same_when_they_are_drawn_again_and_longer_ones_are_others(tmp_path: Path) -> None:
    drawn: list[np.ndarray] = []

    def kept(obs: PriceObservations, log_price: np.ndarray, seed: int) -> dict[str, Any]:
        drawn.append(log_price)
        return everybody_says(obs, log_price, seed)

    for folder in ("first", "second"):
        rows = simulated_rows("operating", FITS, OBS, 3, kept, here(tmp_path / folder, Sampling()))
        assert {name: len(of_world) for name, of_world in rows.items()} == {world.name: 3 for world in WORLDS}
    half = len(drawn) // 2
    assert all(np.array_equal(*pair) for pair in zip(drawn[:half], drawn[half:], strict=True))
    longer = extended(OBS, 2)
    rows = simulated_rows("waiting", FITS, longer, 2, kept, here(tmp_path / "longer", Sampling()))
    assert drawn[-1].shape == (2, longer.n)
    assert len(count_answers(rows)) % (len(LAWS) + 1) == 0


@pytest.mark.slow
def test_laws_are_fitted_to_a_panel_and_both_rules_are_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    laws = {name: LAWS[name] for name in ("exponential", *RULE_LAWS)}
    monkeypatch.setattr(rules, "LAWS", laws)
    design = MarketDesign(models=25, rows=100, hosts=3)
    obs = observations(simulate_market(LAWS["exponential"], {"rate": 1.0}, design, seed=4))
    (row,) = rules_job(obs, obs.log_price[None], seed=1)["rows"]
    assert set(row["answers"]) == {str(question) for question in SIMULATED}
    assert all(set(by_law) == {*laws, ALL} for by_law in row["answers"].values())
    assert row["answers"]["5"]["exponential"] == "no"
    assert row["verdict"]["verdict"] in {"plateau", "discovery", "inconclusive"}
    assert 0.0 <= row["verdict"]["p_slowed"] <= 1.0
    assert all(low < high for low, _, high in row["rate_12m"].values())
