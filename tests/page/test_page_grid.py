"""The grid behind the sliders: at its points it is what `costfloor economics` gives."""

import base64
from typing import Any

import numpy as np
from costfloor.economics.futures import fixed_path
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import economics
from costfloor.page.grid import POINTS, VALUES, Axis, axis, service_grid
from costfloor.page.services import future_title, payload
from costfloor.sampling.policy import Sampling
from store import project_store
from stored_page import made_up_grids, made_up_results


def unpacked(block: dict[str, Any]) -> np.ndarray:
    """As the browser reads it."""
    content = np.frombuffer(base64.b64decode(block["data"]), "<f4")
    return content.astype(float).reshape(block["shape"])


def test_sliders_equal_economics_at_points_of_the_grid() -> None:
    services, results = made_up_grids(), made_up_results()
    packed = payload(services)
    for service, plain in zip(services, packed, strict=True):
        shape = tuple(len(along.points) for along in service.axes)
        start = tuple(along.start for along in service.axes)
        # The service as it comes, and a point away from it on every axis.
        for at in (start, tuple((place + 2) % size for place, size in zip(start, shape, strict=True))):
            scenario = service.scenario
            for along, place in zip(service.axes, at, strict=True):
                scenario = scenario.with_value(along.path, along.points[place])
            worked_out = {
                (outlook.law, outlook.buyer): outlook
                for outlook in economics(
                    (scenario,), results.fits, results.obs, project_store(), Sampling.seed
                ).outlooks
            }
            for grid, future in zip(service.futures, plain["futures"], strict=True):
                expected = worked_out[grid.future, grid.buyer]
                margin, value = (unpacked(future[name]) for name in ("margin", "value"))
                place = tuple(min(index, size - 1) for index, size in zip(at, margin.shape, strict=False))
                np.testing.assert_allclose(margin[place], expected.margin_path, rtol=1e-6, atol=1e-6)
                place = tuple(min(index, size - 1) for index, size in zip(at, value.shape, strict=False))
                numbers = (*expected.npv_usd, expected.p_loss, expected.p_breakeven, expected.p_payback)
                np.testing.assert_allclose(value[place], numbers, rtol=1e-6, atol=1e-6)


def test_every_service_and_future_is_there_once() -> None:
    services = made_up_grids()
    assert [service.scenario.name for service in services] == ["growing_agent", "inference_host"]
    for plain in payload(services):
        titles = [future["future"] for future in plain["futures"]]
        assert len(titles) == len(set(titles))
        assert future_title("plateau", "frontier") in titles
        assert "15 % a year" in titles


def test_a_services_own_value_is_a_point() -> None:
    along = axis("demand.growth_per_year", 0.0, 0.4, 0.1)
    assert len(along.points) == POINTS
    assert along.points[along.start] == 0.1
    assert list(along.points) == sorted(set(along.points))
    assert axis("demand.growth_per_year", 0.2, 0.2, 0.2).points == (0.2,)


def test_what_does_not_depend_on_an_input_is_stored_once_and_the_error_is_that_of_the_middle() -> None:
    scenario = next(iter(shipped_scenarios()))
    path = fixed_path(0.15, scenario.decision.horizon_years)
    axes = (Axis("demand.growth_per_year", (0.0, 0.2), 0), Axis("demand.pass_through", (0.0, 0.5, 1.0), 1))
    grid = service_grid(scenario, {"fixed_capability": (path,)}, axes, 2026)
    (future,) = grid.futures
    # Growth of demand moves no margin; of a request the customers' part of a fall of price does.
    assert future.margin.shape[:2] == (1, 3)
    assert future.value.shape == (2, 3, len(VALUES))
    assert grid.value_error > 0.0
    assert 0.0 <= grid.margin_error < 0.05
