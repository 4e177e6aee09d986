"""Whether the split by parameters finds what is there: shares and plateaus in markets of known truth."""

from collections.abc import Mapping

from costfloor.studies.graphs.worlds import WORLDS
from costfloor.studies.graphs_recovery.study import NEAR, Recovery, WorldRecovery
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import extent, listing, plural
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Number, Range


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
        f"The share of the fixed graph is within {NEAR:g} of the truth in the median of every world."
        if not far
        else f"The share of the fixed graph is further than {NEAR:g} from the truth in the median where "
        f"{listing(list(dict.fromkeys(far)))}."
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
    """Whether the limits of `Recovery.passed` are kept, and whether a plateau that is there is mostly left open."""
    kept = "All limits set beforehand are kept" if study.passed else "FAILED: not all limits set beforehand are kept"
    limits = (
        f"{kept}: shares within {NEAR:g}, intervals that hold the truth in four of five markets, a plateau found in four of five where it "
        "is and in at most one of twenty elsewhere."
    )
    there = [count for row in study.worlds if row.law == "plateau" for count, slows in _counts(row) if slows]
    if there and max(there) < study.markets / 2:
        return f"{limits} Under the law that has one, a plateau that is there is more often left open than found."
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
