"""The part on error rates: how often the verdict rule is right in worlds in which the answer is known, and after how much more data."""

from collections.abc import Mapping, Sequence
from typing import Any

from scipy.stats import beta

from costfloor.laws import LAWS
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.phrases import percentage
from costfloor.report.sentences import outdated
from costfloor.report.tables import Table
from costfloor.studies.stored import Stored

VERDICTS = ("plateau", "discovery", "inconclusive")
WANTED = 0.9
"""Probability of the right verdict that is asked for."""

TAIL = 0.05

World = Mapping[str, Any]
"""A world as the study `operating` stores it."""


def error_rates(stored: Stored | None) -> list[Block]:
    """What the rule says in worlds in which the answer is known."""
    opening = heading("How often the verdict is wrong", 2)
    if stored is None:
        return [opening, text("The error rates of the verdict have not been worked out: make calibrate does it.")]
    worlds = stored.result["worlds"]
    said = (
        "Panels of the real one's size, dates and gaps were drawn from worlds in which the answer is known. "
        f"{false_plateaus(worlds)} {false_discoveries(worlds)}"
    ).strip()
    return [
        opening,
        text(" ".join(one for one in (said, floors_covered(worlds), outdated(stored)) if one)),
        table(_worlds(worlds)),
        table(_waiting(worlds)),
    ]


def false_plateaus(worlds: Sequence[World]) -> str:
    """How often the rule says plateau where rates are constant, in the world where it does so most often, with an upper limit."""
    constant = [one for one in worlds if one["world"]["law"] != "plateau"]
    if not constant:
        return "None of these worlds is without decay, so that false claims of a plateau cannot be counted."
    return f"Without decay the rule says plateau in {_most_often(constant, 'plateau')}."


def false_discoveries(worlds: Sequence[World]) -> str:
    """The same for discovery where there is a floor; empty where no world has one."""
    floors = [one for one in worlds if one["world"]["law"] == "plateau"]
    return f"With a floor it says discovery in {_most_often(floors, 'discovery')}." if floors else ""


def _most_often(worlds: Sequence[World], verdict: str) -> str:
    most = max(worlds, key=lambda one: float(one["shares"][verdict]))
    count = len(most["panels"])
    hits = most["shares"][verdict] * count
    limit = percentage(float(beta.ppf(1 - TAIL, hits + 0.5, count - hits + 0.5)))
    return f"{hits:.0f} of {count} panels where it does so most often (at most {limit}, with a probability of {percentage(1 - TAIL)})"


def floors_covered(worlds: Sequence[World]) -> str:
    """How often the interval of the floor holds the true one, over worlds that have one; empty when none has."""
    shares = [one["floor_coverage90"] for one in worlds if one["floor_coverage90"] is not None]
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


def _worlds(worlds: Sequence[World]) -> Table:
    body = [
        (
            one["world"]["name"],
            str(len(one["panels"])),
            *(_share(one["shares"][verdict], len(one["panels"])) for verdict in VERDICTS),
            "" if one["floor_coverage90"] is None else _share(one["floor_coverage90"], len(one["panels"])),
        )
        for one in worlds
    ]
    return Table(
        "What the verdict rule says in worlds in which the answer is known, and how often the 90 % interval of the floor holds the true "
        "one; with the standard error of each share.",
        ("World", "Panels", "Plateau", "Discovery", "Inconclusive", "Floor held"),
        "lrrrrr",
        tuple(body),
    )


def _waiting(worlds: Sequence[World]) -> Table:
    truths: dict[str, list[World]] = {}
    for one in sorted(worlds, key=lambda one: one["world"]["years_more"]):
        truths.setdefault(_truth(one), []).append(one)
    body = []
    for truth, group in truths.items():
        right = "plateau" if group[0]["world"]["law"] == "plateau" else "discovery"
        likely, slow, fast = [], [], []
        for one in group:
            years, share, count = one["world"]["years_more"], one["shares"][right], len(one["panels"])
            hits = share * count
            likely.append((years, share))
            # Jeffreys' interval: the share of a few dozen panels may be 0 or 1, and its standard error is not.
            slow.append((years, float(beta.ppf(TAIL, hits + 0.5, count - hits + 0.5))))
            fast.append((years, float(beta.ppf(1 - TAIL, hits + 0.5, count - hits + 0.5))))
        shares = ", ".join(f"{percentage(share)} at {years:g}" for years, share in likely)
        body.append((truth, right, shares, years_until_right(likely), _between(fast, slow)))
    return Table(
        "Years of data like the last one's until the rule is right with probability 0.9, by what is true: linear between simulated "
        "lengths. The range is the 90 % interval of the shares.",
        ("Truth", "Right verdict", "Share right, by years more", "Years", "Range"),
        "lllrr",
        tuple(body),
    )


def _truth(one: World) -> str:
    world = one["world"]
    floor = world["truth"].get("rate_floor")
    return f"floor of {floor:g} a year" if floor is not None else f"no floor, {LAWS[world['law']].title}"


def _between(fast: Sequence[tuple[float, float]], slow: Sequence[tuple[float, float]]) -> str:
    low, high = years_until_right(fast), years_until_right(slow)
    return low if low == high else f"{low} to {high}"


def _share(share: float, count: int) -> str:
    error = (share * (1 - share) / count) ** 0.5
    return f"{100 * share:.0f} % ({100 * error:.0f})"
