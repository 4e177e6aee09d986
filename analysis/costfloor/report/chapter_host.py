"""What the channels mean for a service with accelerators of its own, and what its old verdict hung on."""

from collections.abc import Mapping
from typing import Final

from costfloor.economics.channels import SAME, SMALLER
from costfloor.economics.outlook import Outlook
from costfloor.economics.scenario import Scenario
from costfloor.economics.study import Economics
from costfloor.typeset.phrases import extent, listing, minus, probability
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Interval, MillionsInterval, Probability

MORE_LIKELY: Final = 0.5
"""Probability of a loss from which on a launch is said to lose."""


def host(scenario: Scenario, economics: Economics, titles: Mapping[str, str]) -> str:
    """Whether a host loses with smaller models on its accelerators, and with its tokens fixed along the same prices."""
    grown, still = (by_law(scenario, economics, buyer) for buyer in (SMALLER, SAME))
    if not grown:
        return f"{scenario.title}: its accelerators serve as many tokens as today, because {economics.channels_note}."
    assumed = (
        f"{scenario.title}, along both channels of open models: its price falls with the price of a unit of size and with the size needed, "
        "and the same accelerators serve as many more tokens of tomorrow's smaller models. Assumed is that a token costs in "
        f"proportion to its price-weighted size, that no accelerator is added, and that software alone adds "
        f"{100 * scenario.value('capacity.software_gain_per_year'):.0f} % of tokens a year."
    )
    chances = [f"{probability(row.p_loss)} under {titles[law]}" for law, row in grown.items()]
    before = extent([row.p_loss for row in still.values()], probability)
    turned = [titles[law] for law, row in grown.items() if loses(row) != loses(still[law])]
    if len(turned) == len(grown):
        hung = "What was said of it with fixed tokens hung on these being fixed, under every law"
    elif turned:
        hung = f"What was said of it with fixed tokens hung on these being fixed under {listing(turned)}, and under no other law"
    else:
        hung = f"It {_verb(list(grown.values()))}, with fixed tokens or without: that hangs on the prices, not on tokens being fixed"
    added = max(still[law].p_loss - row.p_loss for law, row in grown.items())
    points = f" Fixed tokens add up to {100 * added:.0f} points to the probability of a loss." if added >= 0.01 else ""
    note = f" This is {economics.channels_note}." if economics.channels_note else ""
    return minus(
        f"{assumed} The launch loses money with probability {listing(chances)}; with its tokens fixed, along the same prices, "
        f"with {before}. {hung}.{points}{note}"
    )


def host_table(scenario: Scenario, economics: Economics, titles: Mapping[str, str]) -> Table:
    """A host by law, with smaller models and with its tokens fixed."""
    rows = [(law, buyer, row) for buyer in (SMALLER, SAME) for law, row in by_law(scenario, economics, buyer).items()]
    return tabulate(
        f"host_{scenario.name}",
        f"{scenario.title} along both channels of open models: first year without a loss (accelerators written off) and years to pay-back, "
        "medians within the horizon, the probability of a loss, and net present value in million USD.",
        [
            Column("Capacity", lambda row: CAPACITY[row[1]], "l"),
            Column("Law", lambda row: titles[row[0]], "l"),
            Column("Price after a year", lambda row: Interval(*row[2].price_path[1])),
            Column(
                "Without loss", lambda row: "never" if row[2].breakeven_year is None else str(row[2].breakeven_year)
            ),
            Column(
                "Paid back", lambda row: "never" if row[2].payback_years is None else row[2].payback_years, unit="years"
            ),
            Column("Loss", lambda row: Probability(row[2].p_loss)),
            Column("Value", lambda row: MillionsInterval(*row[2].npv_usd)),
        ],
        rows,
    )


CAPACITY: Final = {SMALLER: "smaller models", SAME: "tokens fixed"}


def by_law(scenario: Scenario, economics: Economics, buyer: str) -> dict[str, Outlook]:
    """Outlooks of a service along the prices of somebody, by law."""
    return {row.law: row for row in economics.outlooks if (row.scenario, row.buyer) == (scenario.name, buyer)}


def loses(row: Outlook) -> bool:
    """Whether a loss is more likely than not."""
    return row.p_loss > MORE_LIKELY


def _verb(rows: list[Outlook]) -> str:
    verdicts = {loses(row) for row in rows}
    return "loses under some laws and not under others" if len(verdicts) > 1 else "loses" if verdicts.pop() else "earns"
