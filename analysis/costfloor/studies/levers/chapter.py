"""The part on levers: what discounts, sparse models and cascades take off a bill once, beside what a year of falling prices takes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from costfloor.economics.scenario import Scenario
from costfloor.studies.levers.levers import Lever
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.phrases import listing, percentage, plural
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Number, Range

TREND: Final = "plateau"
"""The law whose rate a lever is held against."""


def levers(observed: Sequence[Lever], scenarios: Sequence[Scenario], rate_now: float) -> list[Block]:
    """Levers seen in prices and models, and those that the services assume; `rate_now` is the median of today's log-rate by `TREND`."""
    return [
        heading("Levers that work once", 2),
        text(
            "A cache, a batch tier, a sparse model or a cascade lowers a bill by a step, not by a rate: whoever has taken it, or has it in "
            f"the price already, gains nothing from it the next year. {in_months(observed, rate_now)} "
            f"{assumed(scenarios)} Routing between models is a cascade with more than two stages; no list prices it."
        ),
        table(_levers(observed, scenarios)),
    ]


def in_months(observed: Sequence[Lever], rate_now: float) -> str:
    """How much of the market's fall each observed lever is worth, at today's rate (log-rate per year)."""
    priced = [(lever, lever.ratio[1]) for lever in observed if lever.ratio is not None]
    if not priced:
        return "No list shows enough discounts to say how large they are."
    if rate_now <= 0.0:
        return "As the price of the market does not fall at present, no lapse of time would do the same."
    worth = [f"{lever.name} {months(ratio, rate_now)}" for lever, ratio in priced]
    return f"In full, at its median, each is worth, at today's rate by {TREND}, so much of the market's fall: {listing(worth)}."


def months(ratio: float, rate_now: float) -> str:
    """Months that the market needs for the same step."""
    return plural(round(-12.0 * math.log(ratio) / rate_now), "month")


def assumed(scenarios: Sequence[Scenario]) -> str:
    """What the services assume of cascades."""
    with_cascade = [scenario for scenario in scenarios if scenario.tokens.skip_share > 0.0]
    if not with_cascade:
        return "No service here assumes a cascade."
    told = [f"{percentage(scenario.tokens.skip_share)} in “{scenario.title}”" for scenario in with_cascade]
    return f"Cascades are assumptions: the share of requests that never reach the model is {listing(told)}."


def bill_after_cascade(scenario: Scenario) -> float:
    """Bill for tokens with the scenario's cascade, in shares of the bill without it."""
    return 1.0 - scenario.tokens.skip_share * (1.0 - scenario.tokens.skip_cost_ratio)


@dataclass(frozen=True)
class _Row:
    """A lever, observed or assumed: offers or models that show it, their years, and 25, 50 and 75 % of cost with it over cost without."""

    name: str
    basis: str
    observed: int | None
    years: tuple[int, int] | None
    median: float | None
    middle_half: tuple[float, float] | None


def _levers(observed: Sequence[Lever], scenarios: Sequence[Scenario]) -> Table:
    rows = [
        _Row(
            lever.name,
            "observed",
            lever.observed,
            lever.years,
            None if lever.ratio is None else lever.ratio[1],
            None if lever.ratio is None else (lever.ratio[0], lever.ratio[2]),
        )
        for lever in observed
    ]
    rows += [
        _Row(f"cascade of “{scenario.title}”", "assumed", None, None, bill_after_cascade(scenario), None)
        for scenario in scenarios
        if scenario.tokens.skip_share > 0.0
    ]
    return tabulate(
        "levers",
        "Cost with a lever in shares of cost without, where it applies in full: median and middle half over the offers (the latest of "
        "each model and host) or models that show it. Active parameters bear on arithmetic, not on memory, so that a host saves less.",
        [
            Column("Lever", lambda row: row.name, "L"),
            Column("Basis", lambda row: row.basis, "l"),
            Column("Number", lambda row: row.observed),
            Column("Years", lambda row: None if row.years is None else "–".join(dict.fromkeys(map(str, row.years)))),
            Column("Median", lambda row: None if row.median is None else Number(row.median), unit="share"),
            Column(
                "Middle half",
                lambda row: None if row.middle_half is None else Range(*row.middle_half),
                name="quartile",
                unit="share",
            ),
        ],
        rows,
    )
