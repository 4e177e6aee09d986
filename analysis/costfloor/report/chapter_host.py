"""What the channels mean for a service with accelerators of its own, and what its old verdict hung on."""

import math
from collections.abc import Mapping
from typing import Final

from costfloor.economics.channels import SAME, SMALLER
from costfloor.economics.outlook import Outlook
from costfloor.economics.scenario import Scenario
from costfloor.economics.study import Economics
from costfloor.typeset.montecarlo import above, majority, median_year, share_mcse
from costfloor.typeset.phrases import extent, listing, minus, probability
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Interval, MillionsInterval, Probability

LITTLE: Final = 0.01
"""What fixed tokens add to the probability of a loss is told from here on."""


def host(scenario: Scenario, economics: Economics, titles: Mapping[str, str]) -> str:
    """Whether a host loses with smaller models on its accelerators, and with its tokens fixed along the same prices."""
    grown, still = (by_law(scenario, economics, buyer) for buyer in (SMALLER, SAME))
    if not grown:
        return f"{scenario.title}: its accelerators serve as many tokens as today, because {economics.channels_note}."
    assumed = (
        f"{scenario.title}, along both channels of open models, by the laws of “Fixed graph, changed graph”: its price falls with the "
        "price of a unit of size and with the size needed, and the same accelerators serve as many more tokens of tomorrow's smaller "
        "models. Assumed is that a token costs in proportion to its price-weighted size, that no accelerator is added, and that "
        f"software alone adds {100 * scenario.value('capacity.software_gain_per_year'):.0f} % of tokens a year."
    )
    chances = [f"{probability(row.p_loss)} under {titles[law]}" for law, row in grown.items()]
    before = extent([row.p_loss for row in still.values()], probability)
    added = max((added_by_fixed_tokens(still[law], row) for law, row in grown.items()), default=0.0)
    points = f" Fixed tokens add up to {100 * added:.0f} points to the probability of a loss." if added else ""
    note = f" This is {economics.channels_note}." if economics.channels_note else ""
    return minus(
        f"{assumed} The launch loses money with probability {listing(chances)}; with its tokens fixed, along the same prices, "
        f"with {before}. {hung(grown, still, titles)}{points}{note}"
    )


def hung(grown: Mapping[str, Outlook], still: Mapping[str, Outlook], titles: Mapping[str, str]) -> str:
    """Whether it hangs on fixed tokens that a loss is more likely than not, and under which laws the draws do not tell.

    Parameters
    ----------
    grown, still
        By law, with smaller models on the accelerators and with tokens fixed.
    titles
        Of the laws.
    """
    turned, kept, unsure, verdicts = [], [], [], set()
    for law, row in grown.items():
        verdict, before = (majority(outlook.p_loss, outlook.draws) for outlook in (row, still[law]))
        if not verdict or not before:
            unsure.append(titles[law])
        elif verdict != before:
            turned.append(titles[law])
        else:
            kept.append(titles[law])
            verdicts.add(verdict)
    sentences = []
    if turned:
        others = "" if unsure else ", and under no other law"
        where = f" under {listing(turned)}{others}" if kept or unsure else ", under every law"
        sentences.append(f"What was said of it with fixed tokens hung on these being fixed{where}.")
    elif kept:
        where = f" under {listing(kept)}" if unsure else ""
        verb = EITHER[verdicts.pop()] if len(verdicts) == 1 else "loses under some laws and not under others"
        sentences.append(
            f"It {verb}, with fixed tokens or without{where}: that hangs on the prices, not on tokens being fixed."
        )
    if unsure:
        sentences.append(
            f"Whether it hangs on fixed tokens under {listing(unsure)} is too close to call: with them or without, a loss is about as "
            "likely as not, by the Monte Carlo error of its probability."
        )
    return " ".join(sentences)


def added_by_fixed_tokens(still: Outlook, grown: Outlook) -> float:
    """What fixed tokens add to the probability of a loss; zero where that is little, or not told by the draws."""
    added = still.p_loss - grown.p_loss
    mcse = math.hypot(*(share_mcse(row.p_loss, row.draws) for row in (still, grown)))
    return added if above(added, LITTLE, mcse) else 0.0


def host_table(scenario: Scenario, economics: Economics, titles: Mapping[str, str]) -> Table:
    """A host by law, with smaller models and with its tokens fixed."""
    rows = [(law, buyer, row) for buyer in (SMALLER, SAME) for law, row in by_law(scenario, economics, buyer).items()]
    return tabulate(
        f"host_{scenario.name}",
        f"{scenario.title} along both channels of open models: first year without a loss (accelerators written off) and years to pay-back, "
        "medians within the horizon (about even: half of the draws get there, by their Monte Carlo error), the probability of a loss, and "
        "net present value in million USD.",
        [
            Column("Capacity", lambda row: CAPACITY[row[1]], "l"),
            Column("Law", lambda row: titles[row[0]], "l"),
            Column("Price after a year", lambda row: Interval(*row[2].price_path[1])),
            Column(
                "Without loss",
                lambda row: str(median_year(row[2].breakeven_year, row[2].p_breakeven, row[2].draws)),
            ),
            Column(
                "Paid back",
                lambda row: median_year(row[2].payback_years, row[2].p_payback, row[2].draws),
                unit="years",
            ),
            Column("Loss", lambda row: Probability(row[2].p_loss)),
            Column("Value", lambda row: MillionsInterval(*row[2].npv_usd)),
        ],
        rows,
    )


CAPACITY: Final = {SMALLER: "smaller models", SAME: "tokens fixed"}
EITHER: Final = {1: "loses", -1: "earns"}
"""What is said of a service by whether a loss is more likely than not."""


def by_law(scenario: Scenario, economics: Economics, buyer: str) -> dict[str, Outlook]:
    """Outlooks of a service along the prices of somebody, by law."""
    return {row.law: row for row in economics.outlooks if (row.scenario, row.buyer) == (scenario.name, buyer)}
