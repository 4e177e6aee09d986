"""What the sliders start from: the services as `costfloor economics` has them, and paths of prices in single precision."""

import base64
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from costfloor.economics.futures import Future
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import Economics, economics
from costfloor.page import services
from costfloor.page.services import MOST_DRAWS, VALUES, future_title, payload, start_tables, thinned, unit_economics
from costfloor.sampling.policy import Sampling
from store import project_store
from stored_page import made_up_results, made_up_services


def unpacked(block: dict[str, Any]) -> np.ndarray:
    """As the browser reads it: a row of draws for each year ahead."""
    content = np.frombuffer(base64.b64decode(block["prices"]), "<f4")
    return content.astype(float).reshape(-1, block["draws"])


@cache
def worked_out() -> Economics:
    """What the command gives for the same fits."""
    results = made_up_results()
    return economics(shipped_scenarios(), results.fits, results.obs, project_store(), Sampling.seed)


def test_it_starts_with_what_economics_gives() -> None:
    known = made_up_services()
    expected = {(row.scenario, row.law, row.buyer): row for row in worked_out().outlooks}
    for scenario in known.scenarios:
        margins, worth = (table.frame.set_index("future") for table in start_tables(known, scenario))
        for buyer, future in known.futures:
            row, title = expected[scenario.name, future.name, buyer], future_title(future.name, buyer)
            np.testing.assert_array_equal(margins.loc[title, ["q05", "q50", "q95"]], row.margin_path)
            numbers = (*row.npv_usd, row.p_loss, row.p_breakeven, row.p_payback)
            assert tuple(worth.loc[title, list(VALUES)]) == numbers


def test_every_future_is_there_once_with_its_prices() -> None:
    known = made_up_services()
    packed = payload(known)["futures"]
    titles = [future["future"] for future in packed]
    assert len(titles) == len(set(titles))
    assert {future_title("plateau", "frontier"), "15 % a year"} < set(titles)
    for (_, future), block in zip(known.futures, packed, strict=True):
        np.testing.assert_allclose(unpacked(block).T, future.relative_price[:, 1:], rtol=1e-7)


def test_every_input_with_a_range_can_be_set_the_weightiest_first() -> None:
    for service in payload(made_up_services())["services"]:
        weightiest = [swing for swing in worked_out().tornados[service["name"]] if swing.path in service["ranges"]]
        assert len(weightiest) == len(service["ranges"])
        assert [(f"{at['section']}.{at['key']}", at["low"], at["high"]) for at in service["inputs"]] == [
            (swing.path, swing.low, swing.high) for swing in weightiest
        ]
        assert all(at["low"] <= service[at["section"]][at["key"]] <= at["high"] for at in service["inputs"])


def test_many_draws_are_thinned_evenly_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    many = 3 * MOST_DRAWS
    future = Future("plateau", True, np.linspace(0.1, 1.0, many)[:, None] * np.ones(3))
    kept = thinned(future).relative_price
    assert kept.shape == (MOST_DRAWS, 3)
    assert (kept[0, 0], kept[-1, 0]) == (0.1, 1.0)
    assert np.diff(kept[:, 0]).max() < 1.5 * np.diff(kept[:, 0]).min()
    assert thinned(replace(future, relative_price=kept[:7])).relative_price.tolist() == kept[:7].tolist()
    known = made_up_services()
    assert f"({known.draws:,} draws of each law)" in unit_economics(known).paragraphs[0]
    monkeypatch.setattr(services, "MOST_DRAWS", 5)
    assert f"(5 of the {known.draws:,} draws of each law)" in unit_economics(known).paragraphs[0]
