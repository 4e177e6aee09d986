"""Variants of the panel: what each changes and what it leaves, and the study over all of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import costfloor.capability.measured
import numpy as np
import pandas as pd
import pytest
from costfloor.build import build
from costfloor.forecast.origins import masks
from costfloor.laws.observations import observations
from costfloor.panel import law_rows
from costfloor.sampling.policy import Sampling
from costfloor.studies.measures import study as measures
from costfloor.studies.measures.study import measures_study, variant_observations, variant_origins
from costfloor.studies.measures.variants import BASE, CALENDAR, VARIANTS, PanelTables, panel_tables, with_births_moved
from costfloor.studies.rule import Conclusion, RuledTable
from made_up import here, made_up_panel, made_up_score
from store import opened, small_store, stored
from test_panel import stand_in_capability


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelTables]:
    """The curated quotes, built with stand-in capability."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        folder = small_store(tmp_path_factory.mktemp("data"))
        build(opened(folder))
        yield panel_tables(stored(folder))


@pytest.fixture(scope="module")
def frames(tables: PanelTables) -> dict[str, pd.DataFrame]:
    return {name: variant.rows(tables) for name, variant in VARIANTS.items()}


def test_the_base_is_what_the_laws_see(tables: PanelTables, frames: dict[str, pd.DataFrame]) -> None:
    pd.testing.assert_frame_equal(frames[BASE], law_rows(tables.panel))


def test_the_blend_is_three_parts_input_and_one_part_output(frames: dict[str, pd.DataFrame]) -> None:
    blend = (3 * frames["input"]["price"] + frames["output"]["price"]) / 4
    assert blend.to_numpy() == pytest.approx(frames[BASE]["price"].to_numpy())


def test_open_and_closed_make_up_the_whole_and_the_best_hosts_are_among_the_open(
    frames: dict[str, pd.DataFrame],
) -> None:
    opened, closed, best = (frames[name] for name in ("open", "closed", "open_at_best_host"))
    assert len(opened)
    assert len(closed)
    assert len(opened) + len(closed) == len(frames[BASE])
    assert not set(opened["model"]) & set(closed["model"])
    assert 0 < len(best) < len(opened)
    assert set(best["model"]) <= set(opened["model"])


def test_the_price_of_a_task_is_tokens_times_prices(tables: PanelTables, frames: dict[str, pd.DataFrame]) -> None:
    task = frames["task"]
    assert 0 < len(task) < len(frames[BASE])
    row = task.iloc[0]
    counted = tables.costs[
        (tables.costs["model_key"] == row["model"])
        & (tables.costs["benchmark"] == "gpqa_diamond")
        & tables.costs["source"].str.startswith("artificial_analysis eval")
    ].sort_values("output_tokens")
    tokens = counted[["input_tokens", "output_tokens"]].iloc[-1]
    same = tables.panel[(tables.panel["model"] == row["model"]) & (tables.panel["date"] == row["date"])]
    costs = (same["input_usd_per_mtok"] * tokens.iloc[0] + same["output_usd_per_mtok"] * tokens.iloc[1]) / 1e6
    assert np.isclose(costs, row["price"]).any()


def test_suspects_and_first_lists_leave_prices_out(tables: PanelTables, frames: dict[str, pd.DataFrame]) -> None:
    count = len(frames[BASE])
    assert len(frames["without_suspects"]) <= count
    seen = tables.panel[tables.panel["quote_id"].notna()]
    assert len(frames["without_left_censored"]) == len(law_rows(seen[~seen["left_censored"]]))
    disputed = tables.panel["quote_id"].iloc[:3]
    doubted = tables.quotes.assign(
        quality_flag=tables.quotes["quality_flag"].mask(tables.quotes["quote_id"].isin(disputed), "suspect")
    )
    fewer = VARIANTS["without_suspects"].rows(replace(tables, quotes=doubted))
    assert len(fewer) < len(frames["without_suspects"])


def test_without_hosts_there_are_none(frames: dict[str, pd.DataFrame]) -> None:
    assert "host" not in frames["without_hosts"]
    assert len(frames["without_hosts"]) == len(frames[BASE])


def test_births_are_moved_by_their_standard_deviation_and_nothing_else(
    tables: PanelTables, frames: dict[str, pd.DataFrame]
) -> None:
    base, earlier, later = (frames[name] for name in (BASE, "born_earlier", "born_later"))
    pd.testing.assert_frame_equal(with_births_moved(0.0)(tables), base)
    assert (earlier["birth"] <= base["birth"]).all()
    assert (earlier["birth"] < base["birth"]).sum() > len(base) / 2
    pd.testing.assert_series_equal(later["birth"] - base["birth"], base["birth"] - earlier["birth"])
    others = base.columns.drop("birth")
    for frame in (earlier, later):
        pd.testing.assert_frame_equal(frame[others], base[others])


def test_epochs_index_is_the_quality_and_sets_the_clock(tables: PanelTables, frames: dict[str, pd.DataFrame]) -> None:
    index = tables.models.set_index("model_key")["eci_score"]
    frame = frames["epoch_index"]
    assert frame["quality"].to_numpy() == pytest.approx(index[frame["model"]].to_numpy())
    for _, of_day in frame.drop_duplicates("model").groupby("entry"):
        assert of_day.sort_values("quality")["birth"].is_monotonic_increasing


def test_on_the_calendar_all_capabilities_have_one_birth(frames: dict[str, pd.DataFrame]) -> None:
    assert frames[CALENDAR]["birth"].unique().tolist() == [frames[BASE]["birth"].min()]
    others = frames[BASE].columns.drop("birth")
    pd.testing.assert_frame_equal(frames[CALENDAR][others], frames[BASE][others])


def test_rates_of_today_are_those_of_one_day(tables: PanelTables) -> None:
    every = variant_observations(tables)
    assert list(every) == list(VARIANTS)
    assert len({obs.last for obs in every.values()}) == 1


def test_an_origin_needs_rows_before_and_after() -> None:
    obs = made_up_panel()
    dates = [pd.Timestamp(day) for day in ("2021-06-30", "2023-06-30", "2024-12-31")]
    assert variant_origins(obs, dates) == [dates[1]]


@pytest.mark.parametrize("better", ["age", "calendar"])
def test_the_clocks_are_compared_on_the_same_prices(
    tables: PanelTables, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, better: str
) -> None:
    obs = made_up_panel()
    scored = masks(obs, pd.Timestamp("2023-06-30"), 12)[1]
    score = {name: [made_up_score(obs, scored, 0.1 if name == better else 0.0)] for name in ("age", "calendar")}
    one = Conclusion(obs.n, 2, 1, "inconclusive", "few", 1.0, 2.0, 0.5, {}, ())

    def ruled(study: str, given: Any, laws: Any, settings: Sampling, context: Any) -> dict[str, RuledTable]:
        assert settings.draws == measures.MODERATE.draws
        return {name: RuledTable(one, {"plateau": score["calendar" if name == CALENDAR else "age"]}) for name in given}

    monkeypatch.setattr(measures, "panel_tables", lambda _: tables)
    monkeypatch.setattr(measures, "apply_rule", ruled)
    result = measures_study(here(tmp_path, Sampling()))
    assert [variant.name for variant in result.variants] == list(VARIANTS)
    assert result.clocks.elpd_difference is not None
    assert (result.clocks.elpd_difference > 0) == (better == "age")


def test_births_follow_the_clock_unless_the_variant_sets_them(tables: PanelTables) -> None:
    arranged = variant_observations(tables)
    assert {name for name, obs in arranged.items() if obs.clock is None} == {"born_earlier", "born_later", CALENDAR}
    for name, obs in arranged.items():
        given = observations(VARIANTS[name].rows(tables))
        np.testing.assert_array_equal(obs.unit_birth, given.unit_birth)
