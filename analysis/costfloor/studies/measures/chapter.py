"""The chapter on what the answer rests on: past dates, single models and prices, and what is measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from costfloor.forecast.reweight import KHAT_LIMIT
from costfloor.forecast.verdict import CREDIBLE, ELPD_MARGIN, MIN_ORIGINS, SE_MARGIN
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.studies.hindcast.chapter import hindcast
from costfloor.studies.conclusions import Concluded, against, lead, span, verdict
from costfloor.typeset.phrases import listing, minus, plural, probability, significant
from costfloor.report.sentences import outdated
from costfloor.report.study import Study
from costfloor.report.tables import Table
from costfloor.studies.measures.variants import BASE, OPEN_AT_BEST_HOST
from costfloor.studies.stored import Stored

WITHOUT = {"all": "All prices", "without_models": "Without the ten models", "without_prices": "Without the ten prices"}

PLATEAU = "plateau on all rows"
"""How the failure of the fit begins that gives the probability of slowing."""


def robustness(study: Study) -> list[Block]:
    """What would have been said earlier, which models and prices decide, and what other measures say."""
    return [
        heading("How much rests on what"),
        *hindcast(study.calibration.get("hindcast"), study.comparison.verdict),
        *_influence(study.calibration.get("influence")),
        *_measures(study.calibration.get("measures")),
    ]


def _influence(stored: Stored | None) -> list[Block]:
    opening = heading("Which models and prices decide", 2)
    if stored is None:
        return [
            opening,
            text("The influence of single models and prices has not been worked out: make calibrate does it."),
        ]
    result = stored.result
    said = [without_models(result), without_prices(result), outdated(stored)]
    return [
        opening,
        text(" ".join(one for one in said if one)),
        table(_without(result["conclusions"])),
        table(_models(result["models"])),
        table(_prices(result["prices"])),
    ]


def without_models(result: Mapping[str, Any]) -> str:
    """What is left of the lead without the models that contribute most to it."""
    before, after = (result["conclusions"][name] for name in ("all", "without_models"))
    if before["elpd_difference"] is None:
        return "No past date could be scored, so that no law leads."
    leader, other = ("plateau", "discovery") if before["elpd_difference"] >= 0 else ("discovery", "plateau")
    share = sum(one["contribution"] for one in result["models"])
    gone = after["elpd_difference"] is None or after["elpd_difference"] * before["elpd_difference"] <= 0
    return minus(
        f"The lead of plateau over discovery in log score is {lead(before)}. The {len(result['models'])} models that speak most for "
        f"{leader} contribute {share:+.1f} to it. Without them, with all fits made anew, it is {lead(after) or 'unknown'}: {leader} "
        f"{f'no longer leads {other}' if gone else 'still leads'}, and the verdict {against(before['verdict'], after['verdict'])}."
    )


def without_prices(result: Mapping[str, Any]) -> str:
    """What plateau says without the prices that move it most."""
    before, after = (result["conclusions"][name] for name in ("all", "without_prices"))
    floors = [span(one["rates"]["plateau"]["rate_floor"]) for one in (before, after)]
    unsure = sum(one["khat"] > KHAT_LIMIT for one in result["prices"])
    doubt = (
        f" Of the weights that ranked them {unsure} cannot be trusted (Pareto k above {KHAT_LIMIT}); the fits made anew do not rest on "
        "them."
        if unsure
        else ""
    )
    return (
        f"Without the {len(result['prices'])} prices that move plateau most, the probability that the rate has halved goes from "
        f"{probability(before['p_slowed'])} to {probability(after['p_slowed'])} and the floor from {floors[0]} to {floors[1]}; the "
        f"verdict {against(before['verdict'], after['verdict'])}.{doubt}"
    )


def _without(conclusions: Mapping[str, Concluded]) -> Table:
    body = [
        (
            title,
            f"{conclusions[name]['rows']:,}",
            verdict(conclusions[name]),
            lead(conclusions[name]),
            probability(conclusions[name]["p_slowed"]),
            span(conclusions[name]["rates"]["plateau"]["rate_now"]),
            span(conclusions[name]["rates"]["plateau"]["rate_floor"]),
        )
        for name, title in WITHOUT.items()
    ]
    return Table(
        "The verdict without what supports it most. Lead: log score of plateau less that of discovery, with its standard error. Slowed: "
        "probability that the rate is below half of its start. Log-rates a year under plateau, median and 90 % interval.",
        ("Fitted to", "Prices", "Verdict", "Lead", "Slowed", "Rate now", "Floor"),
        "Lrlrrrr",
        tuple(body),
    )


def _models(models: Sequence[Mapping[str, Any]]) -> Table:
    body = [
        (one["model"], one["host"], one["date"], significant(one["price"]), str(one["rows"]), minus(f"{one['contribution']:+.1f}"))
        for one in models
    ]  # fmt: skip
    return Table(
        "Models that contribute most to the present lead: their first scored price (USD per million tokens), how many of their prices "
        "were scored, and their log score under plateau less that under discovery, over all past dates.",
        ("Model", "Host", "Date", "Price", "Scored", "Contribution"),
        "Lllrrr",
        tuple(body),
    )


def _prices(prices: Sequence[Mapping[str, Any]]) -> Table:
    body = [
        (
            one["model"],
            one["host"],
            one["date"],
            significant(one["price"]),
            minus(f"{100 * one['p_slowed_shift']:+.1f}"),
            minus(f"{one['rate_floor_shift']:+.3f}"),
            minus(f"{one['khat']:.2f}"),
        )
        for one in prices
    ]
    return Table(
        "Prices (USD per million tokens) that move plateau most when one is left out: change of the probability of slowing in percentage "
        f"points and of the mean floor (log-rate a year), by importance weights; they can be trusted below a Pareto k of {KHAT_LIMIT}.",
        ("Model", "Host", "Date", "Price", "Slowed", "Floor", "Pareto k"),
        "Lllrrrr",
        tuple(body),
    )


def _measures(stored: Stored | None) -> list[Block]:
    opening = heading("Other measures, other prices", 2)
    if stored is None:
        return [opening, text("The verdict by other measures has not been worked out: make calibrate does it.")]
    variants = {one["name"]: one for one in stored.result["variants"]}
    base = variants[BASE]
    others = [one for name, one in variants.items() if name != BASE]
    every = list(variants.values())
    return [
        opening,
        text(" ".join(one for one in (verdicts(base, others), floors(base, others), outdated(stored)) if one)),
        text(f"{markup(base, variants[OPEN_AT_BEST_HOST])} {clocks(stored.result['clocks'])}"),
        table(_said(every)),
        table(_rates(every)),
    ]


def verdicts(base: Concluded, others: Sequence[Concluded]) -> str:
    """In which variants the rule says something else, in which the lead has the other sign, and which have too few dates."""
    other = [f"{one['verdict']} for {one['title']}" for one in others if one["verdict"] != base["verdict"]]
    said = [
        f"The rule was applied to {plural(len(others), 'variant')} of the panel. On all blended prices it says {base['verdict']}, and it "
        + (f"says {listing(other)}." if other else "says the same in every variant.")
    ]
    scored = [one for one in others if one["elpd_difference"] is not None]
    if base["elpd_difference"] is not None and scored:
        turned = [one["title"] for one in scored if one["elpd_difference"] * base["elpd_difference"] < 0]
        said.append(
            f"The lead changes sign for {listing(turned)}." if turned else "The lead has the same sign wherever it could be scored."
        )  # fmt: skip
    few = [one["title"] for one in others if one["origins"] < MIN_ORIGINS]
    if few:
        said.append(f"For want of past dates with enough prices the rule withholds a winner for {listing(few)}.")
    said.append(gates([base, *others]))
    return " ".join(said)


def gates(every: Sequence[Concluded]) -> str:
    """Where fits missed gates, and whether the rule, which then says inconclusive, could have said anything else."""
    failed = [one for one in every if one["failures"]]
    if not failed:
        return "All fits passed their gates."
    counted = [f"{one['title']} ({len(one['failures'])})" for one in failed]
    withheld = [
        one["title"]
        for one in failed
        if not 1 - CREDIBLE < one["p_slowed"] < CREDIBLE or any(why.startswith(PLATEAU) for why in one["failures"])
    ]
    return f"Fits missed gates for {listing(counted)}, and there the rule says inconclusive; " + (
        f"with gates passed it might say more for {listing(withheld)}."
        if withheld
        else f"it would without that too, as the probability of slowing is neither below {1 - CREDIBLE:.2f} nor above {CREDIBLE:.2f}."
    )


def floors(base: Concluded, others: Sequence[Concluded]) -> str:
    """How far the floor moves between variants, against its own doubt."""
    low, middle, high = base["rates"]["plateau"]["rate_floor"]
    medians = {one["title"]: one["rates"]["plateau"]["rate_floor"][1] for one in others}
    least, most = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    outside = [title for title, value in medians.items() if not low <= value <= high]
    return minus(
        f"Medians of the floor run from {medians[least]:.2f} ({least}) to {medians[most]:.2f} ({most}), against {middle:.2f} (90 % "
        f"interval {low:.2f} to {high:.2f}) on all blended prices; "
        + (f"outside this interval: {listing(outside)}." if outside else "all lie inside this interval.")
    )


def markup(base: Concluded, competitive: Concluded) -> str:
    """What markups may do to the rates: open weights at their cheapest host against all prices."""
    parts = []
    for name, words in (("rate_now", "rate of today"), ("rate_floor", "floor")):
        there, here = (one["rates"]["plateau"][name] for one in (competitive, base))
        parts.append(f"the {words} is {span(there)} against {span(here)} ({there[1] - here[1]:+.2f})")
    return minus(
        "Anybody may serve open weights, so that their cheapest host has little room for a markup, which no law models. There "
        f"{listing(parts)}: as far as these models are like the others, markups do no more to the rates than that."
    )


def clocks(found: Mapping[str, Any]) -> str:
    """Whether age and calendar time can be told apart by the forecasts of plateau."""
    gap, error = found["elpd_difference"], found["elpd_difference_se"]
    if gap is None or error is None:
        return "Age and calendar time could not be compared: no past date was scored."
    better, worse = ("the age of a band", "the calendar") if gap >= 0 else ("the calendar", "the age of a band")
    apart = abs(gap) > max(ELPD_MARGIN, SE_MARGIN * error)
    return (
        f"On the same prices plateau forecasts better by {abs(gap):.1f} (standard error {error:.1f}) when its rate decays with {better} "
        f"than with {worse}: "
        f"the two clocks {'can' if apart else 'cannot'} be told apart."
    )


def _said(variants: Sequence[Concluded]) -> Table:
    body = [
        (
            one["title"],
            f"{one['rows']:,}",
            str(one["families"]),
            str(one["origins"]),
            verdict(one),
            lead(one),
            probability(one["p_slowed"]),
        )
        for one in variants
    ]
    return Table(
        "The verdict by variant of the panel. Dates: past dates with enough prices to score forecasts. Lead: log score of plateau less "
        "that of discovery over them, with its standard error. Slowed: probability under plateau that the rate is below half of its start.",
        ("Variant", "Prices", "Families", "Dates", "Verdict", "Lead", "Slowed"),
        "Lrrrlrr",
        tuple(body),
    )


def _rates(variants: Sequence[Concluded]) -> Table:
    places = (
        ("plateau", "rate_now"), ("plateau", "rate_floor"), ("discovery", "rate_now"), ("encompassing", "kept_share"),
    )  # fmt: skip
    return Table(
        "Log-rates a year by variant: plateau's of today and its floor, discovery's; and the share of the initial rate that the "
        "encompassing law keeps. Median and 90 % interval.",
        ("Variant", "Plateau, now", "Floor", "Discovery", "Share kept"),
        "Lrrrr",
        tuple((one["title"], *(span(one["rates"][law][name]) for law, name in places)) for one in variants),
    )
