"""The part on other measures and parts of the panel: whether the verdict and the rates depend on what is measured."""

from collections.abc import Sequence
from typing import Final

from costfloor.forecast.paired import RESTS_ON
from costfloor.forecast.verdict import CREDIBLE, MIN_ORIGINS, clear_lead
from costfloor.sampling.probability import probability_mcse
from costfloor.studies.conclusions import lead, leader, level_leads, level_with_margin, rate, verdict
from costfloor.studies.measures.study import Clocks, Measures, Variant
from costfloor.studies.measures.variants import BASE, OPEN_AT_BEST_HOST
from costfloor.studies.rule import Conclusion
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.montecarlo import above, below, beside, differs, median_mcse
from costfloor.typeset.phrases import CLEAR, listing, minus, plural
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Probability

PLATEAU: Final = "plateau on all rows"
"""How the failure of the fit begins that gives the probability of slowing."""


def measures(study: Measures, notice: str) -> list[Block]:
    """What the rule says by other measures, and how far the rates move."""
    by_name = {variant.name: variant for variant in study.variants}
    base, others = by_name[BASE], [variant for variant in study.variants if variant.name != BASE]
    sentences = (verdicts(base, others), floors(base, others), notice)
    return [
        text(*sentences),
        text(f"{markup(base, by_name[OPEN_AT_BEST_HOST])} {clocks(study.clocks)}"),
        table(_said(study.variants)),
        table(_rates(study.variants)),
    ]


def verdicts(base: Variant, others: Sequence[Variant]) -> str:
    """In which variants the rule says something else, in which the lead has the other sign, and which have too few dates."""
    other = [f"{variant.verdict} for {variant.title}" for variant in others if variant.verdict != base.verdict]
    sentences = [
        f"The rule was applied to {plural(len(others), 'variant')} of the panel. On all blended prices it says {base.verdict}, and it "
        + (f"says {listing(other)}." if other else "says the same in every variant."),
        leads(base, others),
    ]
    few = [variant.title for variant in others if variant.origins < MIN_ORIGINS]
    if few:
        sentences.append(f"For want of past dates with enough prices the rule withholds a winner for {listing(few)}.")
    sentences.append(level_leads({variant.title: variant for variant in (base, *others)}))
    sentences.append(gates([base, *others]))
    return " ".join(sentence for sentence in sentences if sentence)


def leads(base: Variant, others: Sequence[Variant]) -> str:
    """Whether another law leads elsewhere, leads within their error being none; empty where nothing was scored."""
    scored = [variant for variant in others if variant.elpd_difference is not None]
    if base.elpd_difference is None or not scored:
        return ""
    first = leader(base)
    if not first:
        clear = [f"{variant.title} ({leader(variant)})" for variant in scored if leader(variant)]
        return "Within its error the lead is level on all blended prices" + (
            f"; a law leads for {listing(clear)}." if clear else ", and so it is wherever it could be scored."
        )
    turned = [variant.title for variant in scored if leader(variant) not in ("", first)]
    level = [variant.title for variant in scored if not leader(variant)]
    if not turned and not level:
        return "The lead has the same sign wherever it could be scored."
    changes = [f"changes sign for {listing(turned)}"] if turned else []
    changes += [f"is level within its error for {listing(level)}"] if level else []
    return f"The lead {listing(changes)}."


def gates(every: Sequence[Variant]) -> str:
    """Where fits missed gates, and whether the rule, which then says inconclusive, could have said anything else."""
    failed = [variant for variant in every if not variant.passed]
    if not failed:
        return "All fits passed their gates."
    counted = [f"{variant.title} ({len(variant.failures)})" for variant in failed]
    withheld = [
        variant.title
        for variant in failed
        if not _undecided(variant.p_slowed) or any(why.startswith(PLATEAU) for why in variant.failures)
    ]
    return f"Fits missed gates for {listing(counted)}, and there the rule says inconclusive; " + (
        f"with gates passed it might say more for {listing(withheld)}."
        if withheld
        else f"it would without that too, as the probability of slowing is neither below {1 - CREDIBLE:.2f} nor above {CREDIBLE:.2f}."
    )


def _undecided(p_slowed: float) -> bool:
    """Whether a probability is clearly between what the rule calls slowed and not slowed."""
    error = probability_mcse(p_slowed)
    return below(p_slowed, CREDIBLE, error) and above(p_slowed, 1.0 - CREDIBLE, error)


def floors(base: Variant, others: Sequence[Variant]) -> str:
    """How far the floor moves between variants, against its own doubt."""
    floor = rate(base, "plateau", "rate_floor")
    rows = {variant.title: variant.rates["plateau"]["rate_floor"] for variant in others}
    least, most = (extreme(rows, key=lambda title: rows[title][1]) for extreme in (min, max))
    outside = [title for title, row in rows.items() if _outside(row, base.rates["plateau"]["rate_floor"])]
    return minus(
        f"Medians of the floor run from {rows[least][1]:.2f} ({_level_with(least, rows)}) to {rows[most][1]:.2f} "
        f"({_level_with(most, rows)}), against {floor.middle:.2f} (90 % interval {floor.low:.2f} to {floor.high:.2f}) on all blended "
        "prices; " + (f"outside this interval: {listing(outside)}." if outside else "all lie inside this interval.")
    )


def _outside(row: tuple[float, float, float], interval: tuple[float, float, float]) -> bool:
    """Whether a median lies outside an interval by more than the Monte Carlo error of either."""
    shift = CLEAR * median_mcse(row)
    return beside(row[1] - shift, interval) > 0 or beside(row[1] + shift, interval) < 0


def _level_with(title: str, rows: dict[str, tuple[float, float, float]]) -> str:
    """The title, with all whose median is level with its own."""
    middle, error = rows[title][1], median_mcse(rows[title])
    level = [
        other for other, row in rows.items() if not differs(row[1], middle, (error**2 + median_mcse(row) ** 2) ** 0.5)
    ]
    return (
        title
        if level == [title]
        else f"{title}; level with it: {listing([other for other in level if other != title])}"
    )


def markup(base: Conclusion, competitive: Conclusion) -> str:
    """What markups may do to the rates: open weights at their cheapest host against all prices."""
    parts = []
    for name, words in (("rate_now", "rate of today"), ("rate_floor", "floor")):
        there, here = (rate(conclusion, "plateau", name) for conclusion in (competitive, base))
        parts.append(f"the {words} is {there} against {here} ({there.middle - here.middle:+.2f})")
    return minus(
        "Anybody may serve open weights, so that their cheapest host has little room for a markup, which no law models. There "
        f"{listing(parts)}: as far as these models are like the others, markups do no more to the rates than that."
    )


def clocks(comparison: Clocks) -> str:
    """Whether age and calendar time can be told apart by the forecasts of plateau."""
    gap, error, mcse = comparison.elpd_difference, comparison.elpd_difference_se, comparison.elpd_difference_mcse
    if gap is None or error is None:
        return "Age and calendar time could not be compared: no past date was scored."
    if not differs(gap, 0.0, error if mcse is None else mcse):
        return (
            f"On the same prices plateau's forecasts are level ({gap:+.1f}, standard error {error:.1f}, {RESTS_ON}) whether its rate "
            "decays with the age of a capability or with the calendar: the two clocks cannot be told apart."
        )
    better, worse = (
        ("the age of a capability", "the calendar") if gap > 0 else ("the calendar", "the age of a capability")
    )
    margin = clear_lead(error)
    apart = (
        f"that is about level with a lead that is clear, {margin:.1f}, by its Monte Carlo error, and whether the two clocks can be told "
        "apart is left open"
        if level_with_margin(gap, error, mcse)
        else f"the two clocks {'can' if abs(gap) > margin else 'cannot'} be told apart"
    )
    return (
        f"On the same prices plateau forecasts better by {abs(gap):.1f} (standard error {error:.1f}, {RESTS_ON}) when its "
        f"rate decays with {better} than with {worse}: {apart}."
    )


def _said(variants: Sequence[Variant]) -> Table:
    return tabulate(
        "variants_verdicts",
        "The verdict by variant of the panel. Dates: past dates with enough prices to score forecasts. Lead: log score of plateau less "
        "that of discovery over them, with its standard error. Slowed: probability under plateau that the rate is below half of its start.",
        [
            Column("Variant", lambda variant: variant.title, "L"),
            Column("Prices", lambda variant: variant.rows),
            Column("Families", lambda variant: variant.families),
            Column("Dates", lambda variant: variant.origins),
            Column("Verdict", verdict, "l"),
            Column("Lead", lead, unit="log_score"),
            Column("Slowed", lambda variant: Probability(variant.p_slowed)),
        ],
        variants,
    )


def _rates(variants: Sequence[Variant]) -> Table:
    return tabulate(
        "variants_rates",
        "Log-rates a year by variant: plateau's of today and its floor, discovery's; and the share of the initial rate that the "
        "encompassing law keeps. Median and 90 % interval.",
        [
            Column("Variant", lambda variant: variant.title, "L"),
            Column("Plateau, now", lambda variant: rate(variant, "plateau", "rate_now"), unit="log_rate_per_year"),
            Column("Floor", lambda variant: rate(variant, "plateau", "rate_floor"), unit="log_rate_per_year"),
            Column("Discovery", lambda variant: rate(variant, "discovery", "rate_now"), unit="log_rate_per_year"),
            Column(
                "Share kept", lambda variant: rate(variant, "encompassing", "kept_share"), name="kept", unit="share"
            ),
        ],
        variants,
    )
