"""The part on levers: what discounts, sparse models and cascades take off a bill once, beside what a year of falling prices takes."""

import math
from collections.abc import Sequence

import numpy as np

from costfloor.economics.scenario import Scenario
from costfloor.report.blocks import Block, heading, table, text
from costfloor.report.phrases import listing, percentage, plural
from costfloor.report.study import Study
from costfloor.report.tables import Table
from costfloor.studies.levers.levers import Lever

TREND = "plateau"


def levers(study: Study) -> list[Block]:
    """Levers seen in prices and models, and those that the services assume."""
    rate_now = float(np.median(study.fits[TREND].draws("rate_now")))
    return [
        heading("Levers that work once", 2),
        text(
            "A cache, a batch tier, a sparse model or a cascade lowers a bill by a step, not by a rate: whoever has taken it, or has it in "
            f"the price already, gains nothing from it the next year. {in_months(study.levers, rate_now)} "
            f"{assumed(study.economics.scenarios)} Routing between models is a cascade with more than two stages; no list prices it."
        ),
        table(_levers(study.levers, study.economics.scenarios)),
    ]


def in_months(observed: Sequence[Lever], rate_now: float) -> str:
    """How much of the market's fall each observed lever is worth, at today's rate (log-rate per year)."""
    priced = [(one, one.ratio[1]) for one in observed if one.ratio is not None]
    if not priced:
        return "No list shows enough discounts to say how large they are."
    if rate_now <= 0.0:
        return "As the price of the market does not fall at present, no lapse of time would do the same."
    worth = [f"{one.name} {months(ratio, rate_now)}" for one, ratio in priced]
    return f"In full, at its median, each is worth, at today's rate by {TREND}, so much of the market's fall: {listing(worth)}."


def months(ratio: float, rate_now: float) -> str:
    """Months that the market needs for the same step."""
    return plural(round(-12.0 * math.log(ratio) / rate_now), "month")


def assumed(scenarios: Sequence[Scenario]) -> str:
    """What the services assume of cascades."""
    with_cascade = [one for one in scenarios if one.tokens.skip_share > 0.0]
    if not with_cascade:
        return "No service here assumes a cascade."
    told = [f"{percentage(one.tokens.skip_share)} in “{one.title}”" for one in with_cascade]
    return f"Cascades are assumptions: the share of requests that never reach the model is {listing(told)}."


def bill_after_cascade(scenario: Scenario) -> float:
    """Bill for tokens with the scenario's cascade, in shares of the bill without it."""
    return 1.0 - scenario.tokens.skip_share * (1.0 - scenario.tokens.skip_cost_ratio)


def _levers(observed: Sequence[Lever], scenarios: Sequence[Scenario]) -> Table:
    body = [
        (
            one.name,
            "observed",
            str(one.observed),
            "" if one.years is None else "–".join(dict.fromkeys(str(year) for year in one.years)),
            "" if one.ratio is None else f"{one.ratio[1]:.2f}",
            "" if one.ratio is None else f"{one.ratio[0]:.2f} to {one.ratio[2]:.2f}",
        )
        for one in observed
    ]
    body += [
        (f"cascade of “{one.title}”", "assumed", "", "", f"{bill_after_cascade(one):.2f}", "")
        for one in scenarios
        if one.tokens.skip_share > 0.0
    ]
    return Table(
        "Cost with a lever in shares of cost without, where it applies in full: median and middle half over the offers (the latest of "
        "each model and host) or models that show it. Active parameters bear on arithmetic, not on memory, so that a host saves less.",
        ("Lever", "Basis", "Number", "Years", "Median", "Middle half"),
        "Llrrrr",
        tuple(body),
    )
