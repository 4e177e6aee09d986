"""The part on error rates: how often the verdict rule is right in worlds in which the answer is known, and after how much more data."""

from collections.abc import Sequence
from typing import Final

from scipy.stats import beta

from costfloor.laws import LAWS
from costfloor.studies.operating.study import ErrorRates, WorldResult
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import percentage
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Estimate

VERDICTS: Final = ("plateau", "discovery", "inconclusive")
WANTED: Final = 0.9
"""Probability of the right verdict that is asked for."""

TAIL: Final = 0.05


def error_rates(study: ErrorRates, notice: str) -> list[Block]:
    """What the rule says in worlds in which the answer is known."""
    worlds = study.worlds
    sentences = (
        "Panels of the real one's size, dates and gaps were drawn from worlds in which the answer is known.",
        false_plateaus(worlds),
        false_discoveries(worlds),
        floors_covered(worlds),
        notice,
    )
    return [text(*sentences), table(_worlds(worlds)), table(_waiting(worlds))]


def false_plateaus(worlds: Sequence[WorldResult]) -> str:
    """How often the rule says plateau where rates are constant, in the world where it does so most often, with an upper limit."""
    constant = [world for world in worlds if world.world.law != "plateau"]
    if not constant:
        return "None of these worlds is without decay, so that false claims of a plateau cannot be counted."
    return f"Without decay the rule says plateau in {_most_often(constant, 'plateau')}."


def false_discoveries(worlds: Sequence[WorldResult]) -> str:
    """The same for discovery where there is a floor; empty where no world has one."""
    floors = [world for world in worlds if world.world.law == "plateau"]
    return f"With a floor it says discovery in {_most_often(floors, 'discovery')}." if floors else ""


def _most_often(worlds: Sequence[WorldResult], verdict: str) -> str:
    most = max(worlds, key=lambda world: world.shares[verdict])
    count = len(most.panels)
    hits = most.shares[verdict] * count
    limit = percentage(_limit(hits, count, 1 - TAIL))
    return f"{hits:.0f} of {count} panels where it does so most often (at most {limit}, with a probability of {percentage(1 - TAIL)})"


def floors_covered(worlds: Sequence[WorldResult]) -> str:
    """How often the interval of the floor holds the true one, over worlds that have one; empty when none has."""
    shares = [world.floor_coverage90 for world in worlds if world.floor_coverage90 is not None]
    if not shares:
        return ""
    low, high = percentage(min(shares)), percentage(max(shares))
    span = low if low == high else f"{low} to {high}"
    return f"The 90 % interval of the floor holds the true one in {span} of panels from worlds that have a floor."


def years_until_right(lengths: Sequence[tuple[float, float]]) -> str:
    """Years of further data until the right verdict has probability 0.9: linear between simulated lengths.

    Parameters
    ----------
    lengths
        Years beyond the real panel, and the share of right verdicts there; sorted by years.
    """
    reached = next((index for index, (_, share) in enumerate(lengths) if share >= WANTED), None)
    if reached is None:
        return f"more than {lengths[-1][0]:g}"
    years, share = lengths[reached]
    if reached == 0:
        return "none" if years == 0 else f"at most {years:g}"
    before, lower = lengths[reached - 1]
    return f"{before + (WANTED - lower) / (share - lower) * (years - before):.1f}"


def _worlds(worlds: Sequence[WorldResult]) -> Table:
    return tabulate(
        "error_rates",
        "What the verdict rule says in worlds in which the answer is known, and how often the 90 % interval of the floor holds the true "
        "one; with the standard error of each share.",
        [
            Column("World", lambda world: world.world.name, "l"),
            Column("Panels", lambda world: len(world.panels)),
            *(_said(verdict) for verdict in VERDICTS),
            Column("Floor held", lambda world: _share(world, world.floor_coverage90), unit="percent"),
        ],
        worlds,
    )


def _said(verdict: str) -> Column[WorldResult]:
    return Column(verdict.capitalize(), lambda world: _share(world, world.shares[verdict]), unit="percent")


def _share(world: WorldResult, share: float | None) -> Estimate | None:
    if share is None:
        return None
    return Estimate(100.0 * share, 100.0 * (share * (1.0 - share) / len(world.panels)) ** 0.5, ".0f", " %")


def _waiting(worlds: Sequence[WorldResult]) -> Table:
    truths: dict[str, list[WorldResult]] = {}
    for world in sorted(worlds, key=lambda world: world.world.years_more):
        truths.setdefault(_truth(world), []).append(world)
    return tabulate(
        "years_until_right",
        "Years of data like the last one's until the rule is right with probability 0.9, by what is true: linear between simulated "
        "lengths. The range is the 90 % interval of the shares.",
        [
            Column("Truth", lambda group: _truth(group[0]), "l"),
            Column("Right verdict", lambda group: _right(group[0]), "l"),
            Column(
                "Share right, by years more",
                lambda group: ", ".join(f"{percentage(share)} at {years:g}" for years, share in _shares(group)),
                "l",
            ),
            Column("Years", lambda group: years_until_right(_shares(group))),
            # Jeffreys' interval: the share of a few dozen panels may be 0 or 1, and its standard error is not.
            Column("Range", lambda group: _between(_shares(group, 1 - TAIL), _shares(group, TAIL))),
        ],
        truths.values(),
    )


def _right(world: WorldResult) -> str:
    return "plateau" if world.world.law == "plateau" else "discovery"


def _shares(worlds: Sequence[WorldResult], quantile: float | None = None) -> list[tuple[float, float]]:
    """Years more and the share of right verdicts, or a quantile of what it may be, by world."""
    shares: list[tuple[float, float]] = []
    for world in worlds:
        share, count = world.shares[_right(world)], len(world.panels)
        shares.append((world.world.years_more, share if quantile is None else _limit(share * count, count, quantile)))
    return shares


def _limit(hits: float, count: int, quantile: float) -> float:
    """A quantile of a share by Jeffreys' prior."""
    return float(beta.ppf(quantile, hits + 0.5, count - hits + 0.5))


def _truth(world: WorldResult) -> str:
    floor = world.world.truth.get("rate_floor")
    return f"floor of {floor:g} a year" if floor is not None else f"no floor, {LAWS[world.world.law].title}"


def _between(fast: Sequence[tuple[float, float]], slow: Sequence[tuple[float, float]]) -> str:
    low, high = years_until_right(fast), years_until_right(slow)
    return low if low == high else f"{low} to {high}"
