"""Whether the split by parameters finds what is there: shares and plateaus in markets of known truth."""

from collections.abc import Mapping

from costfloor.studies.graphs.worlds import WORLDS
from costfloor.studies.graphs_recovery.study import Recovery, WorldRecovery
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import extent, listing, plural
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Number, Range

OFTEN, SELDOM = 0.8, 0.05
"""Shares of markets in which a plateau is to be found where it is, and may be elsewhere, as in `Recovery.passed`."""


def graphs_recovery(study: Recovery, notice: str, laws: Mapping[str, str]) -> list[Block]:
    """What was found in each world; `laws` are the titles of the laws by name."""
    return [
        text(introduction(study), *(plateaus(study, law, laws) for law in _fitted(study)), judgement(study), notice),
        table(_worlds(study, laws)),
    ]


def introduction(study: Recovery) -> str:
    """How many markets, and whether shares are where they are."""
    far = [_words(row) for row in study.worlds if not row.near]
    shares = (
        "The share of the fixed graph is within 0.1 of the truth in the median of every world."
        if not far
        else f"The share of the fixed graph is further than 0.1 from the truth in the median where {listing(list(dict.fromkeys(far)))}."
    )
    return f"{plural(study.markets, 'market')} of the panel's models, dates and hosts were drawn from each of several worlds. {shares}"


def plateaus(study: Recovery, law: str, laws: Mapping[str, str]) -> str:
    """How often a law finds a plateau where it is, and where there is none."""
    rows = [row for row in study.worlds if row.law == law]
    right = [count for row in rows for count, there in _counts(row) if there]
    wrong = [count for row in rows for count, there in _counts(row) if not there]
    where_it_is = (
        f"in {extent(right, str)} of {study.markets} markets where it is" if right else "nowhere, as there is none"
    )
    most = max(wrong, default=0)
    elsewhere = f", and in {f'at most {most}' if most else 'none'} where there is none" if wrong else ""
    return f"Under {laws[law]} a plateau is found {where_it_is}{elsewhere}."


def judgement(study: Recovery) -> str:
    """Whether the limits are kept, and what an answer is worth under the law that has a plateau."""
    kept = "All limits set beforehand are kept" if study.passed else "FAILED: not all limits set beforehand are kept"
    limits = (
        f"{kept}: shares within 0.1, intervals that hold the truth in four of five markets, a plateau found in four of five where it is "
        "and in at most one of twenty elsewhere."
    )
    answers = [answer for row in study.worlds if row.law == "plateau" for answer in _counts(row)]
    missed = any(count < OFTEN * study.markets for count, there in answers if there)
    false = any(count > SELDOM * study.markets for count, there in answers if not there)
    if missed and not false:
        return f"{limits} So a channel of which it is left open may well have slowed, and one that is found to have slowed hardly has not."
    return limits


def _counts(row: WorldRecovery) -> tuple[tuple[int, bool], tuple[int, bool]]:
    return (row.found_fixed, row.fixed_slows), (row.found_changed, row.changed_slows)


def _fitted(study: Recovery) -> list[str]:
    return list(dict.fromkeys(row.law for row in study.worlds))


def _words(row: WorldRecovery) -> str:
    return WORLDS[row.world].words


def _worlds(study: Recovery, laws: Mapping[str, str]) -> Table:
    return tabulate(
        "graph_recovery",
        f"Of {plural(study.markets, 'market')} in each world, of the panel's models, dates and hosts, or twice as many models and prices: "
        "true share of the fixed graph, smallest and largest posterior median, markets whose 90 % interval holds the truth, and markets in "
        "which either channel is found to have slowed to less than half with a probability of 0.9.",
        [
            Column("World", _words, "l"),
            Column("Size", lambda row: row.times),
            Column("Law", lambda row: laws[row.law], "l"),
            Column("True share", lambda row: Number(row.share)),
            Column("Medians", lambda row: Range(min(row.medians), max(row.medians))),
            Column("Held", lambda row: row.covered),
            Column("Fixed slows", lambda row: row.found_fixed),
            Column("Changed slows", lambda row: row.found_changed),
        ],
        study.worlds,
    )
