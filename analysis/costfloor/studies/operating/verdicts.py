"""What is said of how often the verdict is right, and of where the real panel's evidence lies among that of worlds that are known."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from costfloor.laws import LAWS
from costfloor.studies.operating.study import ErrorRates, SimulatedVerdict
from costfloor.studies.operating.worlds import WORLDS, World
from costfloor.studies.shares import highest_share, share_of_panels
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import listing, minus, percentage, plural, probability
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.values import Interval

SURE: Final = 0.95
"""Probability with which a share is below the highest that is named."""

VERDICTS: Final = ("plateau", "discovery", "inconclusive")

FALSE_VERDICT: Final[Mapping[str, str]] = {"plateau": "discovery", "discovery": "plateau"}
"""By the law that holds, the verdict that is false."""

QUANTILES: Final = (0.05, 0.50, 0.95)


def verdict_rates(study: ErrorRates, notice: str, lead: float | None, p_slowed: float) -> list[Block]:
    """What the verdict rule says in worlds in which the law that holds is known.

    Parameters
    ----------
    study
        The simulations.
    notice
        What they are older than; empty when that is nothing.
    lead, p_slowed
        Of the real panel: log score of plateau less that of discovery, None without past origins, and the probability that the rate has
        halved.
    """
    sentences = (
        f"{plural(study.panels, 'panel')} of the real one's design were drawn from each of two laws as they are fitted, at today's rates, "
        "and the rule applied to each with short fits.",
        *(false_verdicts(study.verdicts, world) for world in WORLDS),
        real_among_simulated(study.verdicts, lead, p_slowed),
        notice,
    )
    return [text(*sentences), table(_verdicts(study.verdicts))]


def false_verdicts(verdicts: Sequence[SimulatedVerdict], world: World) -> str:
    """How often the verdict is false in a world, with an upper limit, and how often there is none."""
    counts, panels = _counts(verdicts, world), len(_of_world(verdicts, world))
    false = counts[FALSE_VERDICT[world.law]]
    limit = f"at most {percentage(highest_share(false, panels, SURE))}, with a probability of {percentage(SURE)}"
    return (
        f"Where {LAWS[world.law].title} holds it says {FALSE_VERDICT[world.law]} in {false} of {plural(panels, 'panel')} ({limit}), "
        f"{world.law} in {counts[world.law]}, and inconclusive in {counts['inconclusive']}."
    )


def real_among_simulated(verdicts: Sequence[SimulatedVerdict], lead: float | None, p_slowed: float) -> str:
    """In how many panels of each world the evidence for plateau is as strong as the real panel's, with upper limits of the shares."""
    halved = listing(
        [f"{_of(slowed_by(verdicts, world, p_slowed))} where {LAWS[world.law].title} holds" for world in WORLDS]
    )
    slowed = (
        f"A probability of a halved rate of {probability(p_slowed)} or more, as on the real panel, comes in {halved}."
    )
    if lead is None:
        return slowed
    led = listing([f"{_of(led_by(verdicts, world, lead))} where {LAWS[world.law].title} holds" for world in WORLDS])
    return f"A lead of plateau of {minus(f'{lead:+.1f}')} or more, as on the real panel, comes in {led}. {slowed}"


def led_by(verdicts: Sequence[SimulatedVerdict], world: World, lead: float) -> tuple[int, int]:
    """Panels of a world in which plateau leads by at least so much in log score, and all of them."""
    of_world = _of_world(verdicts, world)
    return sum(panel.lead is not None and panel.lead >= lead for panel in of_world), len(of_world)


def slowed_by(verdicts: Sequence[SimulatedVerdict], world: World, p_slowed: float) -> tuple[int, int]:
    """The same of the probability under plateau that the rate has halved."""
    of_world = _of_world(verdicts, world)
    return sum(panel.p_slowed >= p_slowed for panel in of_world), len(of_world)


def _of(hits_and_panels: tuple[int, int]) -> str:
    hits, panels = hits_and_panels
    return f"{hits} of {panels} (at most {percentage(highest_share(hits, panels, SURE))})"


def _of_world(verdicts: Sequence[SimulatedVerdict], world: World) -> list[SimulatedVerdict]:
    return [panel for panel in verdicts if panel.world == world.name]


def _counts(verdicts: Sequence[SimulatedVerdict], world: World) -> dict[str, int]:
    of_world = [panel.verdict for panel in _of_world(verdicts, world)]
    return {verdict: of_world.count(verdict) for verdict in VERDICTS}


def _verdicts(verdicts: Sequence[SimulatedVerdict]) -> Table:
    def verdict_column(verdict: str) -> Column[World]:
        return Column(
            verdict.capitalize(),
            lambda world: share_of_panels(_counts(verdicts, world)[verdict], len(_of_world(verdicts, world))),
            unit="percent",
        )

    def lead(world: World) -> Cell:
        leads = [panel.lead for panel in _of_world(verdicts, world) if panel.lead is not None]
        return Interval(*np.quantile(leads, QUANTILES).tolist()) if leads else None

    def slowed(world: World) -> Cell:
        return Interval(*np.quantile([panel.p_slowed for panel in _of_world(verdicts, world)], QUANTILES).tolist())

    return tabulate(
        "error_rates",
        "What the verdict rule says where the law that holds is known, in percent of panels with the standard error; and what it rests on: "
        "the lead of plateau over discovery in log score, and the probability under plateau that the rate has halved (median over panels, "
        "and nine of ten).",
        [
            Column("World", lambda world: world.name, "l"),
            Column("Panels", lambda world: len(_of_world(verdicts, world))),
            *(verdict_column(verdict) for verdict in VERDICTS),
            Column("Lead", lead, unit="log_score"),
            Column("Slowed", slowed, unit="probability"),
        ],
        WORLDS,
    )
