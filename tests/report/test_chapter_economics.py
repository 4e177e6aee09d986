"""The chapter on money says what the futures say, whichever way they fall."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from costfloor.economics.channels import Channels
from costfloor.economics.cost_outlook import cost_outlooks
from costfloor.economics.decision import tornado, waiting
from costfloor.economics.futures import ASYMPTOTES, Future, fixed_path
from costfloor.economics.outlook import outlooks
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import Economics, economics
from costfloor.report.answer.services_page import hosting, outlook_in_words
from costfloor.report.chapter_costs import staff, stagnation
from costfloor.report.chapter_economics import knowing, service, unit_economics, viable
from costfloor.report.chapter_host import host
from costfloor.report.figures.economics import frame
from costfloor.report.study import Study
from price_worlds import prices, stored_fits
from store import project_store

DATA = Path(__file__).parents[2] / "data"
YEARS = 10
SERVICES = {one.name: one for one in shipped_scenarios()}


def world(plateau: float, discovery: float) -> Economics:
    """Economics where tokens cheapen by these fractions a year under the two laws, and by half as much at the frontier."""
    laws = [
        Future(name, True, fixed_path(fall, YEARS).relative_price)
        for name, fall in (("plateau", plateau), ("discovery", discovery))
    ]
    frontier = [Future(one.name, True, one.relative_price**0.5) for one in laws]
    fixed = [fixed_path(rate, YEARS) for rate in ASYMPTOTES]
    services = tuple(SERVICES.values())
    return Economics(
        scenarios=services,
        outlooks=outlooks(services, {"fixed_capability": [*laws, *fixed], "frontier": frontier}, 2025),
        tornados={one.name: tornado(one, laws) for one in services},
        waiting={one.name: waiting(one, laws) for one in services},
        costs=cost_outlooks(project_store(), [*laws, *fixed], seed=1),
    )


def split_world(
    unit_rate: float, size_rate: float, laws: Sequence[str] = ("plateau", "discovery"), note: str = ""
) -> Economics:
    """Economics of fits as stored, along channels that fall by these log-rates under every law."""
    years = np.arange(31.0)[None, :]
    split = [Future(law, True, np.exp(-(unit_rate + size_rate) * years), np.exp(-size_rate * years)) for law in laws]
    return economics(
        tuple(SERVICES.values()),
        stored_fits("goes_on"),
        prices("goes_on"),
        project_store(),
        1,
        Channels(tuple(split), note),
    )


TITLES = {"plateau": "plateau", "discovery": "continued discovery"}


def texts(blocks: Sequence[dict[str, Any]]) -> str:
    return " ".join(block["text"] for block in blocks if block["kind"] == "text")


def test_margins_are_those_of_the_law_that_holds() -> None:
    slow, fast = world(0.0, 0.5), world(0.5, 0.0)
    agent = SERVICES["growing_agent"]
    assert "below -100 % (" not in service(agent, slow, TITLES)
    first, second = service(agent, slow, TITLES), service(agent, fast, TITLES)
    assert first != second
    # Without a fall the tokens of an agent outgrow its revenue: it loses under whichever law brings none.
    assert "probability above 99 % under plateau and below 1 % under continued discovery" in first
    assert "probability below 1 % under plateau and above 99 % under continued discovery" in second


def test_a_host_fears_what_a_buyer_hopes_for() -> None:
    slow, fast = world(0.0, 0.0), world(0.6, 0.6)
    host, wrapper = SERVICES["inference_host"], SERVICES["api_wrapper"]
    assert "loses money with probability below 1 %" in service(host, slow, TITLES)
    assert "loses money with probability above 99 %" in service(host, fast, TITLES)
    assert "loses money with probability above 99 %" in service(wrapper, slow, TITLES)
    assert "loses money with probability below 1 %" in service(wrapper, fast, TITLES)


def test_the_chapter_turns_with_the_world_that_was_fitted() -> None:
    """Both laws were fitted to tables of two opposite worlds: in one prices go on falling, in the other they have stopped."""
    goes_on, stopped = (
        economics(tuple(SERVICES.values()), stored_fits(name), prices(name), project_store(), seed=1)
        for name in ("goes_on", "has_stopped")
    )
    for name in ("api_wrapper", "growing_agent"):
        assert "probability below 1 % under plateau" in service(SERVICES[name], goes_on, TITLES)
        assert "probability below 1 % under plateau" not in service(SERVICES[name], stopped, TITLES)
    # What ruins who buys tokens keeps who sells them.
    assert "probability above 99 % under plateau" in service(SERVICES["inference_host"], goes_on, TITLES)
    loss = {(one.scenario, one.buyer, one.law): one.p_loss for one in stopped.outlooks}
    assert (
        loss["inference_host", "fixed_capability", "plateau"]
        < 0.5
        < loss["growing_agent", "fixed_capability", "plateau"]
    )
    assert "would change no decision" in knowing(goes_on)
    assert "The laws disagree on whether to launch" in knowing(stopped)
    assert "Under plateau they are half of it after 2 years" in stagnation(goes_on, TITLES)
    assert "Under plateau they are half of it within 15 years with probability" in stagnation(stopped, TITLES)


HOST = SERVICES["inference_host"]


def test_what_a_host_hung_on_is_worked_out() -> None:
    # Of a price that falls by smaller models alone a host of these loses nothing; with its tokens fixed it loses.
    sizes = split_world(0.0, 0.3)
    assert "loses money with probability below 1 % under plateau and below 1 % under continued discovery" in host(
        HOST, sizes, TITLES
    )
    assert "with its tokens fixed, along the same prices, with above 99 %" in host(HOST, sizes, TITLES)
    assert "hung on these being fixed, under every law" in host(HOST, sizes, TITLES)
    assert "Fixed tokens add up to 100 points to the probability of a loss." in host(HOST, sizes, TITLES)
    # Of one that falls at a fixed graph it loses either way.
    units = split_world(0.9, 0.0)
    assert "It loses, with fixed tokens or without" in host(HOST, units, TITLES)
    assert "Fixed tokens add" not in host(HOST, units, TITLES)
    assert "It earns, with fixed tokens or without" in host(HOST, split_world(0.0, 0.0), TITLES)
    assert sizes.waiting["inference_host"].now > 0.0 > units.waiting["inference_host"].now


def test_without_channels_a_host_is_as_before_and_the_report_says_why() -> None:
    missing = split_world(0.0, 0.9, laws=(), note="the study has not been run")
    assert "as many tokens as today, because the study has not been run" in host(HOST, missing, TITLES)
    assert "not told apart here: the study has not been run" in stagnation(missing, TITLES)
    assert "serve what they do today in all columns" in hosting(missing)
    buyers = {outlook.buyer for outlook in missing.outlooks}
    assert buyers == {"fixed_capability", "frontier"}
    aside = split_world(0.0, 0.9, laws=("plateau",), note="without continued discovery, whose fit missed a gate")
    assert "This is without continued discovery, whose fit missed a gate." in host(HOST, aside, TITLES)


def test_a_service_that_always_loses_has_no_year_without_a_loss() -> None:
    """With accelerators written off; it has one, and no pay-back, where one year alone goes well; and both where prices hold."""

    def words(unit_rate: float) -> str:
        return outlook_in_words(HOST, split_world(unit_rate, 0.0))

    lost, once, paid = words(1.0), words(0.25), words(0.0)
    assert (
        "it has a year without a loss with a chance of below 1 %, and it pays back what it cost to start with a chance of below 1 %"
        in lost
    )
    assert "its first year without a loss is" in once
    assert "but it pays back what it cost to start with a chance of below 1 %" in once
    assert "and it has paid back what it cost to start after" in paid


def test_the_figure_of_a_host_is_of_smaller_models() -> None:
    def margin(size_rate: float) -> float:
        split = split_world(-size_rate, size_rate)
        rows = frame(SimpleNamespace(economics=split)).set_index(["service", "buyer", "future", "year"])  # type: ignore[arg-type]
        (year,) = {outlook.years[3] for outlook in split.outlooks}
        return float(rows.loc[(HOST.name, "smaller_models", "plateau", year), "margin_share_q50"])

    # At an unchanged price twice the tokens spread what the accelerators cost to run.
    assert margin(0.7) > margin(0.0)


def test_the_fall_of_a_cost_is_said_by_channel() -> None:
    said = stagnation(split_world(0.2, 0.7), TITLES)
    assert "0.20 and 0.70 under plateau and 0.20 and 0.70 under continued discovery" in said
    assert "\u22120.10 and 0.90 under plateau" in stagnation(split_world(-0.1, 0.9), TITLES)


def test_conclusions_hang_on_the_staff_that_changes_them() -> None:
    middling = staff(split_world(0.1, 0.25), TITLES)
    assert (
        "Whether stagnant inputs are half of cost in year 5 hangs under plateau and continued discovery on" in middling
    )
    assert "staff per token (" in middling
    still = staff(split_world(0.0, 0.0), TITLES)
    assert "Whether stagnant inputs are half of cost in year 5 hangs under" not in still
    assert "hangs on none of them" in still


def test_knowing_is_worth_something_when_the_laws_disagree() -> None:
    assert "knowing it would change no decision" in knowing(world(0.3, 0.3))
    apart = knowing(world(0.0, 0.6))
    assert "The laws disagree on whether to launch" in apart
    assert "change no decision" not in apart
    assert "the law itself moves value most" in apart
    assert "In none of them does the law move value most" in knowing(world(0.3, 0.3))


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (None, ""),
        (-0.1, "no price of tokens"),
        (2.0, "2.0 times as dear"),
        (0.4, "when tokens cost 40 % of what they do today"),
    ],
)
def test_the_viable_price_reads_right(ratio: float | None, said: str) -> None:
    assert said in viable(ratio)


def test_the_chapter_has_every_service_and_future(study: Study) -> None:
    blocks = unit_economics(replace(study, economics=world(0.2, 0.6)))
    said = texts(blocks)
    assert all(one.title in said for one in SERVICES.values())
    values, swings, costs = (block for block in blocks if block["kind"] == "table")
    assert [row[0] for row in values["rows"]][:2] == ["plateau", "continued discovery"]
    assert {"15 % a year", "20 % a year"} <= {row[0] for row in values["rows"]}
    assert sum(row[1] == "law" for row in swings["rows"]) == len(SERVICES)
    assert len(costs["rows"]) == 2 + len(ASYMPTOTES)


def test_stagnant_inputs_take_over_sooner_the_faster_the_rest_falls() -> None:
    slow = stagnation(world(0.05, 0.8), TITLES)
    assert "Under plateau they are half of it within 10 years with probability" in slow
    assert "Under continued discovery they are half of it after 2 years;" in slow
    turned = stagnation(world(0.8, 0.05), TITLES)
    assert "Under plateau they are half of it after 2 years;" in turned
