"""What it means for the services that come with the package, in plain words and one table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from costfloor.economics.channels import SMALLER
from costfloor.economics.outlook import Outlook
from costfloor.economics.scenario import Scenario
from costfloor.economics.study import Economics
from costfloor.report.chapter_costs import CLAIMED
from costfloor.report.chapter_economics import AFTER_YEARS, viable
from costfloor.report.launches import launches
from costfloor.report.plain import LAWS_IN_WORDS
from costfloor.report.study import Study
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.montecarlo import majority
from costfloor.typeset.phrases import listing, minus, percentage, plural, probability
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.values import Probability, Share

WORST_MARGIN: Final = -1.0
"""A loss of more than the whole revenue: the figure says nothing more."""

FIXED, FRONTIER = "fixed_capability", "frontier"
FUTURES: Final = {
    "plateau": "if it slows to a floor",
    "discovery": "if discoveries go on",
}

SHORT: Final = {"plateau": "Floor", "discovery": "Discoveries"}
"""The same as headings of columns."""


@dataclass(frozen=True)
class Margin(Share):
    """A gross margin; below the loss of a whole revenue, that it is."""

    def __str__(self) -> str:
        return minus(super().__str__()) if self.value >= WORST_MARGIN else "below −100 %"


def services(study: Study) -> list[Block]:
    """Margins, launch and waiting for each service."""
    economics = study.economics
    return [
        heading(f"What it means for {plural(len(economics.scenarios), 'service')}"),
        text(
            "Their figures are round assumptions; only the paths of prices come from the data. costfloor economics --scenario FILE "
            "works out "
            "any other service."
        ),
        table(margins(economics)),
        *(text(f"{scenario.title}. {outlook_in_words(scenario, economics)}") for scenario in economics.scenarios),
        text(decision(economics)),
    ]


def margins(economics: Economics) -> Table:
    """The margin of each service by what prices do, and the chance that its launch loses money."""
    years = min(AFTER_YEARS, *(scenario.decision.horizon_years for scenario in economics.scenarios))
    return tabulate(
        "service_margins",
        f"Gross margin after {plural(years, 'year')}, middle estimate, by what the price of a token does: a fall of 15 or 20 % a year from "
        "today on; slowing to a floor, or kept up by discoveries, for a buyer who stays at one ability; and, while it slows to a "
        "floor, for one "
        f"who always takes the best models. Loss: chance that the launch loses money.{hosting(economics)}",
        [
            Column("Service", lambda scenario: scenario.title, "L"),
            *(
                Column(name.replace(" a year", ""), _margin(economics, FIXED, name, years), name=_file_name(name))
                for name in CLAIMED
            ),
            *(Column(SHORT[law], _margin(economics, None, law, years), name=f"margin_{law}") for law in FUTURES),
            Column("Best models", _margin(economics, FRONTIER, "plateau", years), name="margin_frontier_plateau"),
            *(
                Column(f"Loss: {SHORT[law].lower()}", _loss(economics, law), name=f"launch_loses_{law}")
                for law in FUTURES
            ),
        ],
        economics.scenarios,
    )


def hosting(economics: Economics) -> str:
    """What is taken of a service that serves on machines of its own; empty where there is none."""
    hosts = [scenario for scenario in economics.scenarios if scenario.capacity]
    if not hosts:
        return ""
    titles = listing([f"“{scenario.title}”" for scenario in hosts])
    if any(economics.along(scenario) == SMALLER for scenario in hosts):
        return (
            f" Of {titles}, with a floor or discoveries: prices of open models, of which tomorrow's smaller ones run on the same machines, "
            "so that they serve more; in the other columns they serve what they do today."
        )
    return f" The machines of {titles} serve what they do today in all columns."


def outlook_in_words(scenario: Scenario, economics: Economics) -> str:
    """When a service earns and when it has paid for its launch, under each description, and what price of tokens it could bear."""
    outlooks = {
        outlook.law: outlook
        for outlook in economics.outlooks
        if (outlook.scenario, outlook.buyer) == (scenario.name, economics.along(scenario))
    }
    clauses = [
        f"{words}, {_earning(outlooks[law])}, {_paid(outlooks[law])}"
        for law, words in FUTURES.items()
        if law in outlooks
    ]
    claimed = _outlook(economics, scenario, FIXED, CLAIMED[0])
    bears = "" if claimed is None else viable(claimed.viable_price_ratio)
    told = "; ".join(clauses)
    return f"{told[:1].upper()}{told[1:]}. {bears}".strip()


def decision(economics: Economics) -> str:
    """Whether the launch of any service hangs on which description is right."""
    titles = {scenario.name: f"“{scenario.title}”" for scenario in economics.scenarios}
    parted = {titles[name]: launches(wait).parted for name, wait in economics.waiting.items()}
    apart = [title for title, laws_part in parted.items() if laws_part]
    unsure = [title for title, laws_part in parted.items() if laws_part is None]
    left = f"; for {listing(unsure)} it is too close to call" if unsure else ""
    if apart:
        rest = left or ", and for no other"
        hangs = f"Whether to launch hangs on which description is right for {listing(apart)}{rest}"
    else:
        hangs = f"For none of them does the decision to launch {'clearly ' if left else ''}hang on which description is right{left}"
    return f"{hangs}: by expected value, to which a few large gains may add most. {likely_losses(economics)}"


def likely_losses(economics: Economics) -> str:
    """Which launches lose money more likely than not, and under which descriptions."""
    losing: dict[str, list[str]] = {}
    for outlook in economics.outlooks:
        scenario = next(service for service in economics.scenarios if service.name == outlook.scenario)
        counted = outlook.law in LAWS_IN_WORDS and outlook.buyer == economics.along(scenario)
        if counted and majority(outlook.p_loss, outlook.draws) > 0:
            losing.setdefault(f"“{scenario.title}”", []).append(f"“{LAWS_IN_WORDS[outlook.law]}”")
    if not losing:
        return "No launch loses money more likely than not, under any description."
    clauses = [f"that of {title} under {listing(laws)}" for title, laws in losing.items()]
    return f"More likely than not these launches lose money: {'; '.join(clauses)}."


def _earning(outlook: Outlook) -> str:
    if majority(outlook.p_breakeven, outlook.draws) and outlook.breakeven_year is not None:
        return f"its first year without a loss is {outlook.breakeven_year}"
    return f"it has a year without a loss with a chance of {_chance(outlook.p_breakeven, outlook)}"


def _paid(outlook: Outlook) -> str:
    if majority(outlook.p_payback, outlook.draws) and outlook.payback_years is not None:
        return f"and it has paid back what it cost to start after {plural(outlook.payback_years, 'year')}"
    yet = "but" if majority(outlook.p_breakeven, outlook.draws) > 0 else "and"
    return f"{yet} it pays back what it cost to start with a chance of {_chance(outlook.p_payback, outlook)}"


def _chance(share: float, outlook: Outlook) -> str:
    return f"{probability(share)}{'' if majority(share, outlook.draws) else ', about even'}"


def _margin(economics: Economics, buyer: str | None, law: str, years: int) -> Callable[[Scenario], Cell]:
    """The margin along the prices of a buyer; None for those that decide about each service."""

    def cell(scenario: Scenario) -> Cell:
        outlook = _outlook(economics, scenario, buyer or economics.along(scenario), law)
        return None if outlook is None else Margin(outlook.margin_path[years][1])

    return cell


def _loss(economics: Economics, law: str) -> Callable[[Scenario], Cell]:
    def cell(scenario: Scenario) -> Cell:
        outlook = _outlook(economics, scenario, economics.along(scenario), law)
        return None if outlook is None else Probability(outlook.p_loss)

    return cell


def _outlook(economics: Economics, scenario: Scenario, buyer: str, law: str) -> Outlook | None:
    return next(
        (
            outlook
            for outlook in economics.outlooks
            if (outlook.scenario, outlook.buyer, outlook.law) == (scenario.name, buyer, law)
        ),
        None,
    )


def _file_name(fixed: str) -> str:
    return f"margin_{percentage(float(fixed.split(maxsplit=1)[0]) / 100.0).removesuffix(' %')}_percent_a_year"
