"""How well each law forecast from each past date: what the sums of a comparison are made of."""

import json
from dataclasses import replace
from pathlib import Path

import costfloor.forecast.compare as compared
import numpy as np
import pandas as pd
import pytest
from come_along import stored_results
from costfloor.cli.results import comparison_blocks
from costfloor.cli.screen import on_screen
from costfloor.errors import MissingResultError
from costfloor.fit.quantities import HEADLINE_RATES
from costfloor.fit.request import priors_of
from costfloor.fit.sensitivity import PriorSensitivity
from costfloor.forecast.compare import Comparison, compare
from costfloor.forecast.lfo import Scored
from costfloor.forecast.origins import masks
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.policy import Sampling
from fake_study import make_questions
from made_up import made_up_fit, made_up_panel, made_up_score

MONTHS = 12


@pytest.fixture
def comparison(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Comparison:
    """Of made-up scores: another one for every law, date and model."""
    obs = made_up_panel()
    rng = np.random.default_rng(2)

    def scored(
        names: list[str], obs: PriceObservations, origins: list[pd.Timestamp], horizons: tuple[int, ...], *_: object
    ) -> list[Scored]:
        forecasts = []
        for origin in origins:
            seen, ahead = masks(obs, origin, horizons[0])
            units = len(np.unique(obs.unit[ahead]))
            rates = dict.fromkeys(HEADLINE_RATES, dict.fromkeys(("q05", "q50", "q95"), 0.5))
            for name in names:
                score = made_up_score(obs, ahead, rng.normal(size=units))
                score = replace(score, crps=rng.gamma(2.0, size=len(score.crps)))
                forecasts.append(Scored(name, origin, int(seen.sum()), {horizons[0]: score}, {"parameters": rates}, ""))
        return forecasts

    monkeypatch.setattr(compared, "score_laws", scored)
    monkeypatch.setattr(compared, "prior_sensitivity", lambda *_: PriorSensitivity("rate_floor", 0.02, 0.2))
    monkeypatch.setattr(compared, "_questions", lambda *_: make_questions())
    fits = {law: made_up_fit(obs, {}, law=law) for law in LAWS}
    receipt = {**fits["plateau"].receipt, "priors": priors_of(LAWS["plateau"])}
    fits["plateau"] = replace(fits["plateau"], receipt=receipt)
    return compare(fits, obs, Sampling(), tmp_path, print, horizon_months=MONTHS)


def test_dates_add_up_to_the_comparison(comparison: Comparison) -> None:
    table = comparison.by_origin()
    assert list(table.columns) == [
        "origin", "law", "horizon_months", "rows_seen", "rows_scored", "elpd", "crps", "coverage90",
    ]  # fmt: skip
    assert len(table) == 3 * len(LAWS)
    assert set(table["horizon_months"]) == {MONTHS}
    in_all = comparison.to_frame().set_index("law")
    by_law = table.groupby("law")
    np.testing.assert_allclose(by_law["elpd"].sum()[in_all.index], in_all["elpd"], rtol=0, atol=1e-9)
    for name in ("crps", "coverage90"):
        weighted = table.assign(sum=table[name] * table["rows_scored"]).groupby("law")[["sum", "rows_scored"]].sum()
        np.testing.assert_allclose((weighted["sum"] / weighted["rows_scored"])[in_all.index], in_all[name])
    wide = table.pivot_table(index="origin", columns="law", values="elpd")
    lead = (wide["plateau"] - wide["discovery"]).sum()
    assert comparison.elpd_difference == pytest.approx(lead, abs=1e-9)
    assert [origin["rows_seen"] for origin in comparison.origins] == table["rows_seen"].unique().tolist()


def test_scores_by_date_go_through_a_file_and_take_little_room(comparison: Comparison) -> None:
    text = json.dumps(comparison.to_json())
    back = Comparison.from_json(json.loads(text))
    pd.testing.assert_frame_equal(back.by_origin(), comparison.by_origin())
    scores = json.dumps([origin["scores"] for origin in comparison.origins])
    assert len(scores) < 3 * len(LAWS) * 150


def test_a_comparison_of_before_says_what_to_do() -> None:
    content = json.loads(json.dumps(stored_results().comparison.to_json()))
    for origin in content["origins"]:
        origin.pop("scores", None)
    before = Comparison.from_json(content)
    assert len(before.to_frame()) == len(LAWS)
    with pytest.raises(MissingResultError, match="Compare again"):
        before.by_origin()


def test_no_past_date_is_an_empty_table(comparison: Comparison) -> None:
    young = replace(comparison, origins=())
    assert young.by_origin().empty
    assert "No past date could be scored." in on_screen(comparison_blocks(young, by_origin=True))


def test_the_command_line_shows_the_lead_from_each_date(comparison: Comparison) -> None:
    shown = on_screen(comparison_blocks(comparison, by_origin=True)).split("\n")
    place = shown.index("Log score from each past date")
    assert shown[place + 1].split() == ["Law", *(origin["date"] for origin in comparison.origins)]
    assert [line.split()[0] for line in shown[place + 2 : place + 2 + len(LAWS)]] == list(LAWS)
    lead = shown[place + 2 + len(LAWS)]
    assert lead.startswith("plateau less discovery")
    assert sum(map(float, lead.split()[3:])) == pytest.approx(comparison.elpd_difference, abs=0.16)
    assert shown[-1] == on_screen(comparison_blocks(comparison)).split("\n")[-1]
    assert "Log score from each past date" not in on_screen(comparison_blocks(comparison))
