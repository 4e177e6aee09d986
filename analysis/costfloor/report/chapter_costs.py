"""What a token costs by input, when inputs without progress are half of it, and which of that hangs on which kind of staff."""

from collections.abc import Sequence
from math import inf
from typing import Final

from costfloor.economics.cost_outlook import CONCLUSION_YEAR, CostOutlook, CostReading, StaffSwing
from costfloor.economics.study import Economics
from costfloor.typeset.montecarlo import majority, median_year
from costfloor.typeset.phrases import listing, minus, percent_change, percentage, plural, probability
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import ShareInterval, YearlyFallInterval

LAWS_SHOWN = ("plateau", "discovery")
CLAIMED = ("15 % a year", "20 % a year")
COST_YEARS_SHOWN = (0, CONCLUSION_YEAR)
RATE_YEARS_SHOWN = (1, CONCLUSION_YEAR)

KINDS: Final = {
    "staff_fixed": "fixed staff",
    "staff_per_accelerator": "staff per accelerator",
    "staff_per_token": "staff per token",
}

ASKED: Final = {
    "stagnant_share": f"whether stagnant inputs are half of cost in year {CONCLUSION_YEAR}",
    "half_years": "the year in which they first are",
    "yearly_rate": f"whether cost then falls by less than 15 %, by 15 to 20 % or by more in year {CONCLUSION_YEAR}",
}
"""What is concluded of a cost, by the attribute of `CostReading` that says it."""


def stagnation(economics: Economics, titles: dict[str, str]) -> str:
    """When inputs without progress are half of cost, and whether cost then falls by 15 to 20 % a year."""
    sentences = [
        "Cost is split into accelerators, which follow the price path, energy and facility, which follow performance per watt and their "
        "own prices, and staff, of which a part is fixed, a part goes with accelerators and a part with tokens; today's shares are "
        "ranges (docs/economics.md).",
        channels(economics, titles),
    ]
    today = economics.costs[0].stagnant_share[0] if economics.costs else (0.0, 0.0, 0.0)
    low, middle, high = (percentage(value) for value in today)
    sentences.append(f"Energy, facility and staff are {middle} of cost today ({low} to {high}).")
    for cost in (cost for cost in economics.costs if cost.future in (*LAWS_SHOWN, *CLAIMED)):
        name = titles.get(cost.future, f"a steady {cost.future}")
        likely = majority(cost.p_half, cost.draws)
        half = (
            f"are half of it after {plural(cost.half_years, 'year')}"
            if cost.half_years is not None and likely
            else f"are half of it within {len(cost.reach)} years with probability {probability(cost.p_half)}"
            f"{'' if likely else ', about even'}"
        )
        slower, within, faster = (probability(value) for value in cost.reach[CONCLUSION_YEAR - 1])
        sentences.append(
            f"Under {name} they {half}; in year {CONCLUSION_YEAR} cost falls by less than 15 % with probability {slower}, by 15 to 20 % "
            f"with probability {within}, and by more with probability {faster}."
        )
    sentences.append(
        "A part of cost that does not fall sets the rate in the end, however small it is: a long-run fall of 15 to 20 % would need every "
        "input to fall that fast."
    )
    return minus(" ".join(sentence for sentence in sentences if sentence))


def channels(economics: Economics, titles: dict[str, str]) -> str:
    """What of the fall of the accelerators' part is of either channel, or why that is not known."""
    split = [cost for cost in economics.costs if cost.size_rate and cost.future in LAWS_SHOWN]
    if not split:
        why = f": {economics.channels_note}" if economics.channels_note else ""
        return f"The channels of the price path are not told apart here{why}."
    parts = [
        f"{cost.unit_rate[CONCLUSION_YEAR - 1][1]:.2f} and {cost.size_rate[CONCLUSION_YEAR - 1][1]:.2f} under {titles[cost.future]}"
        for cost in split
    ]
    return (
        "The price path is that of open models: the price of a unit of size (software and hardware at a fixed graph) times the size "
        f"needed, of which in year {CONCLUSION_YEAR} the first and the second fall by {listing(parts)} (log points, medians)."
    )


def staff(economics: Economics, titles: dict[str, str]) -> str:
    """Which conclusion is another at both ends of the range of which kind of staff, by future, and of which the draws do not tell."""
    costs = [cost for cost in economics.costs if cost.future in (*LAWS_SHOWN, *CLAIMED)]
    if not costs:
        return ""
    ranges = listing(
        [f"{KINDS[swing.kind]} {percentage(swing.low)} to {percentage(swing.high)}" for swing in costs[0].staff]
    )
    sentences = [_hangs(costs, conclusion, titles) for conclusion in ASKED]
    return minus(f"Three inputs of staff, as shares of cost today: {ranges}. {' '.join(sentences)}")


def _hangs(costs: Sequence[CostOutlook], conclusion: str, titles: dict[str, str]) -> str:
    by_ends: dict[str, list[str]] = {}
    by_unsure: dict[str, list[str]] = {}
    for cost in costs:
        future = titles.get(cost.future, f"a steady {cost.future}")
        hanging = {swing: hangs_on(swing, conclusion, cost.draws) for swing in cost.staff}
        ends = [_ends(swing, conclusion) for swing, hangs in hanging.items() if hangs]
        unsure = [KINDS[swing.kind] for swing, hangs in hanging.items() if hangs is None]
        if ends:
            by_ends.setdefault(listing(ends), []).append(future)
        if unsure:
            by_unsure.setdefault(listing(unsure), []).append(future)
    told = "; ".join(f"under {listing(futures)} on {ends}" for ends, futures in by_ends.items())
    left = "; ".join(f"{kinds} under {listing(futures)}" for kinds, futures in by_unsure.items())
    asked, hangs = ASKED[conclusion], told or f"{'clearly ' if left else ''}on none of them"
    return f"{asked[:1].upper()}{asked[1:]} hangs {hangs}{f' (too close to call: {left})' if left else ''}."


def hangs_on(swing: StaffSwing, conclusion: str, draws: float) -> bool | None:
    """Whether a conclusion is another at both ends of the range of an input; None where Monte Carlo error leaves that open."""
    low, high = (_readings(reading, conclusion, draws) for reading in (swing.at_low, swing.at_high))
    if low[1] < high[0] or high[1] < low[0]:
        return True
    return False if low == high and low[0] == low[1] else None


def _readings(reading: CostReading, conclusion: str, draws: float) -> tuple[float, float]:
    """The lowest and the highest that a conclusion can be, by the Monte Carlo error of the shares of draws behind it."""
    if conclusion == "stagnant_share":
        half = majority(reading.p_stagnant, draws)
        return half > 0, half >= 0
    if conclusion == "yearly_rate":
        slower, _, faster = (majority(share, draws) for share in reading.reach)
        lowest = 0 if slower >= 0 else 1 if faster <= 0 else 2
        return lowest, 2 if faster >= 0 else 1 if slower <= 0 else 0
    reached = [majority(share, draws) for share in reading.p_half]
    first, last = (next((year for year, side in enumerate(reached) if side >= least), inf) for least in (0, 1))
    return first, last


def _ends(swing: StaffSwing, conclusion: str) -> str:
    low, high = (_reading(reading, conclusion) for reading in (swing.at_low, swing.at_high))
    return f"{KINDS[swing.kind]} ({low} to {high})"


def _reading(reading: CostReading, conclusion: str) -> str:
    """One conclusion at one end, as a figure."""
    if conclusion == "stagnant_share":
        return percentage(reading.stagnant_share)
    if conclusion == "yearly_rate":
        return f"{percent_change(reading.yearly_rate):.0f} %"
    return "not in the years that are followed" if reading.half_years is None else plural(reading.half_years, "year")


def token_costs(economics: Economics, titles: dict[str, str]) -> Table:
    """Stagnant share and fall of cost by future."""
    return tabulate(
        "cost_of_a_token",
        "Share of energy, facility and staff in the cost of a token, years until it is half (median; about even: half of the draws get "
        "there, by their Monte Carlo error), and percent by which cost falls in a year (negative: rises): median and 90 % interval.",
        [
            Column("Future", lambda cost: titles.get(cost.future, cost.future), "L"),
            *(_stagnant(year) for year in COST_YEARS_SHOWN),
            Column(
                "Half after",
                lambda cost: median_year(cost.half_years, cost.p_half, cost.draws),
                name="half_after",
                unit="years",
            ),
            *(_cost_fall(year) for year in RATE_YEARS_SHOWN),
        ],
        economics.costs,
    )


def _stagnant(year: int) -> Column[CostOutlook]:
    title = "Share today" if year == 0 else f"in {year} years"
    return Column(title, lambda cost: ShareInterval(*cost.stagnant_share[year]), name=f"stagnant_in_year_{year}")


def _cost_fall(year: int) -> Column[CostOutlook]:
    return Column(f"Fall in year {year}", lambda cost: YearlyFallInterval(*cost.yearly_rate[year - 1]))
