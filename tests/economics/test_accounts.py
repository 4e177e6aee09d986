"""Accounts: identities, the example in the docs, and what closes a service."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from costfloor.economics.accounts import (
    accounts,
    break_even_year,
    net_present_value_usd,
    payback_year,
    spent_at_start_usd,
    token_usd_per_request,
    viable_relative_price,
)
from costfloor.economics.futures import fixed_path
from costfloor.economics.scenario import Capacity, Costs, Scenario, Staff
from costfloor.economics.scenario_file import read_scenario, shipped_scenarios
from hypothesis import given, settings
from hypothesis import strategies as st

EXAMPLE = read_scenario(Path(__file__).with_name("example.toml"))
DOC = (Path(__file__).parents[2] / "docs" / "economics.md").read_text("utf-8")
HOST = "## A host by hand"
every_service = pytest.mark.parametrize("scenario", shipped_scenarios(), ids=lambda one: one.name)


def rows_by_year(text: str) -> list[list[float]]:
    """Tables whose rows begin with a year."""
    return [[float(cell) for cell in row.split("|")[1:-1]] for row in text.splitlines() if re.match(r"\| \d \|", row)]


def test_the_example_of_the_docs_is_right_to_the_cent() -> None:
    books = accounts(EXAMPLE, fixed_path(0.2, 3).relative_price)
    rows = rows_by_year(DOC.split(HOST)[0])
    assert len(rows) == 4
    tokens = books.requests * books.token_usd_per_request
    other = books.requests * books.other_usd_per_request
    for year, row in enumerate(rows):
        found = [year, books.requests, books.revenue_usd, tokens, other, books.fixed_usd[None, :], books.profit_usd]
        assert row == [year, *(pytest.approx(part[0, year], abs=0.005) for part in found[1:])]
    (value,) = net_present_value_usd(EXAMPLE, books.profit_usd)
    assert f"the value is {value:.2f} USD" in DOC
    (paid,) = payback_year(EXAMPLE, books.profit_usd)
    assert f"paid back in year {paid:.0f}" in DOC


@settings(max_examples=50, deadline=None)
@given(
    path=st.lists(st.floats(1e-4, 3.0), min_size=2, max_size=12),
    pass_through=st.floats(0.0, 1.0),
    elasticity=st.floats(-3.0, 0.0),
    growth=st.floats(-0.5, 1.0),
)
def test_margin_and_cost_make_up_revenue(
    path: list[float], pass_through: float, elasticity: float, growth: float
) -> None:
    demand = replace(EXAMPLE.demand, pass_through=pass_through, price_elasticity=elasticity, growth_per_year=growth)
    books = accounts(replace(EXAMPLE, demand=demand), np.array([path]))
    revenue, cost = books.revenue_usd, books.variable_usd
    np.testing.assert_allclose(books.gross_margin * revenue + cost, revenue, rtol=1e-9)
    np.testing.assert_allclose(books.profit_usd + cost + books.fixed_usd, revenue, rtol=1e-9)
    assert (books.revenue_per_request_usd > 0.0).all()


@every_service
def test_without_growth_or_decline_every_year_is_today(scenario: Scenario) -> None:
    still = scenario
    for path in (
        "demand.growth_per_year",
        "tokens.growth_per_year",
        "costs.other_growth_per_year",
        "costs.fixed_growth_per_year",
        "staff.growth_per_year",
    ):
        still = still.with_value(path, 0.0)
    profit = accounts(still, fixed_path(0.0, 10).relative_price).profit_usd[0]
    np.testing.assert_allclose(profit, profit[0], rtol=1e-9)
    today = accounts(scenario, fixed_path(0.3, 10).relative_price).profit_usd[0, 0]
    assert profit[0] == pytest.approx(today, rel=1e-9)


def test_levers_lower_the_cost_of_tokens_as_computed_by_hand() -> None:
    tokens = replace(EXAMPLE.tokens, cached_share=0.8, cached_price_ratio=0.25)
    assert token_usd_per_request(tokens) == pytest.approx(0.005 * (0.8 * 0.25 + 0.2) + 0.005)
    tokens = replace(EXAMPLE.tokens, skip_share=0.8, skip_cost_ratio=0.05)
    assert token_usd_per_request(tokens) == pytest.approx(0.01 * (0.2 + 0.04))
    tokens = replace(EXAMPLE.tokens, batch_share=0.5, batch_price_ratio=0.5)
    assert token_usd_per_request(tokens) == pytest.approx(0.0075)


def test_a_host_pays_no_tokens_serves_what_it_can_and_earns_the_market_price() -> None:
    capacity = Capacity(usd=1000.0, requests_per_year=800_000.0, utilisation=0.5)
    demand = replace(EXAMPLE.demand, revenue_per_request_usd=0.01, pass_through=1.0)
    host = replace(EXAMPLE, capacity=capacity, demand=demand)
    books = accounts(host, fixed_path(0.5, 3).relative_price)
    assert books.requests == pytest.approx(np.full((1, 4), 400_000.0))
    assert books.revenue_per_request_usd[0] == pytest.approx([0.01, 0.005, 0.0025, 0.00125])
    assert not books.token_usd_per_request.any()
    assert spent_at_start_usd(host) == 16_000.0
    assert viable_relative_price(host) is None


def test_a_service_closes_when_the_rest_is_worth_nothing() -> None:
    flat = replace(EXAMPLE, decision=replace(EXAMPLE.decision, launch_usd=0.0, discount_per_year=0.0))
    profits = np.array([[0.0, 5.0, -3.0, -4.0], [0.0, 5.0, -3.0, 4.0], [0.0, -1.0, -1.0, -1.0]])
    assert net_present_value_usd(flat, profits).tolist() == [5.0, 6.0, 0.0]
    assert net_present_value_usd(flat, profits, start=1).tolist() == [0.0, 1.0, 0.0]


def test_first_years_and_never() -> None:
    profits = np.array([[-1.0, -1.0, 2.0, 20_000.0], [9.0, -2.0, -3.0, -4.0]])
    assert break_even_year(EXAMPLE, profits)[0] == 2.0
    # Today is no year of a service that is launched at its end.
    assert np.isnan(break_even_year(EXAMPLE, profits)[1])
    assert payback_year(EXAMPLE, profits)[0] == 3.0
    assert np.isnan(payback_year(EXAMPLE, profits)[1])


@pytest.mark.parametrize(
    ("yearly_profit", "even", "paid"), [(250.0, False, False), (350.0, True, False), (6_000.0, True, True)]
)
def test_a_host_breaks_even_when_profit_covers_what_its_accelerators_lose(
    yearly_profit: float, even: bool, paid: bool
) -> None:
    """Three years wear 1,000 USD of accelerators; the launch of 15,000 USD comes on top for pay-back."""
    host = replace(EXAMPLE, capacity=Capacity(usd=1000.0, requests_per_year=1.0, utilisation=1.0))
    profit = np.full((1, 4), yearly_profit)
    assert np.isfinite(break_even_year(host, profit)[0]) == even
    assert np.isfinite(payback_year(host, profit)[0]) == paid


def test_smaller_models_fill_the_same_accelerators() -> None:
    """The example of docs/economics.md, to the cent."""
    capacity = Capacity(30_000.0, 500_000.0, 1.0, accelerators=10.0, running_usd_per_accelerator=100.0)
    host = replace(
        EXAMPLE,
        capacity=capacity,
        costs=Costs(0.0, 0.0, 0.0, 0.0),
        demand=replace(EXAMPLE.demand, revenue_per_request_usd=0.01, pass_through=1.0, growth_per_year=1.0),
        staff=Staff(fixed_usd_per_year=500.0, usd_per_accelerator=20.0, usd_per_request=0.001),
    )
    years = np.arange(3.0)
    price, size = 0.4 ** years[None, :], 0.5 ** years[None, :]
    grown, still = accounts(host, price, size), accounts(host, price)
    rows = rows_by_year(DOC.split(HOST)[1])
    assert len(rows) == 3
    for year, row in enumerate(rows):
        parts = (part for books in (grown, still) for part in (books.requests, books.revenue_usd, books.profit_usd))
        assert row == [year, *(pytest.approx(part[0, year], abs=0.005) for part in parts)]
    # At full use revenue falls with the price of a unit of size alone: 20 % a year.
    np.testing.assert_allclose(grown.revenue_usd[0], 5000.0 * 0.8**years)


def test_software_serves_more_tokens_of_the_same_model() -> None:
    capacity = Capacity(usd=0.0, requests_per_year=1000.0, utilisation=1.0, software_gain_per_year=0.2)
    books = accounts(replace(EXAMPLE, capacity=capacity), fixed_path(0.2, 2).relative_price)
    assert books.requests[0] == pytest.approx([1000.0, 1200.0, 1440.0])


def test_at_the_viable_price_profit_is_zero() -> None:
    ratio = viable_relative_price(EXAMPLE)
    assert ratio is not None
    cheaper = replace(
        EXAMPLE.tokens,
        input_usd_per_mtok=ratio * EXAMPLE.tokens.input_usd_per_mtok,
        output_usd_per_mtok=ratio * EXAMPLE.tokens.output_usd_per_mtok,
    )
    profit = accounts(replace(EXAMPLE, tokens=cheaper), fixed_path(0.2, 3).relative_price).profit_usd
    assert profit[0, 0] == pytest.approx(0.0, abs=1e-9)
