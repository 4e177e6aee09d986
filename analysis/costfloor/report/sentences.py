"""The answers in words. Every function is pure and reads right whichever way the results fall."""

import math
from collections.abc import Mapping
from datetime import date

import numpy as np

from costfloor.fit.effective import effective_draws
from costfloor.fit.quantities import FLOOR_CLAIM, floor_prior
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import THRESHOLD
from costfloor.forecast.compare import Comparison
from costfloor.forecast.paired import RESTS_ON
from costfloor.forecast.verdict import (
    CREDIBLE,
    ELPD_MARGIN,
    MIN_MEAN_AGE_YEARS,
    MIN_ORIGINS,
    SE_MARGIN,
    clear_lead,
    most_slowed,
)
from costfloor.laws import LAWS
from costfloor.sampling import quantiles as of_draws
from costfloor.sampling.probability import probability_mcse
from costfloor.typeset.montecarlo import above, below, differs, edge_mcse, median_mcse
from costfloor.typeset.phrases import (
    CLEAR,
    likelihood,
    listing,
    plural,
    probability,
    probability_span,
    yearly_change,
    yearly_span,
)
from costfloor.typeset.values import ShareInterval

MOVED = 1.25
"""Below this ratio of posterior to prior probability, either way, the data have hardly moved it."""

NARROWED = 0.1
"""A smaller relative change of the floor's standard deviation is hardly one."""

LEAST_SHARE = 0.05
"""Laws with less weight in a mixture are not named."""

SETTLED = 0.2
"""A 90 % interval of a weight narrower than this leaves no other mixture."""

LITTLE = 0.05
"""A log-rate that exceeds another by less makes little difference."""

DAYS_PER_MONTH = 30.44

HORIZON_MONTHS = 120
"""Waiting times are not worth a number beyond this."""

HEADLINES = {
    "plateau": "Plateau: the rate of decline decays with age",
    "discovery": "Continued discovery: the rate of decline does not decay",
    "inconclusive": "Inconclusive: the data do not decide between plateau and continued discovery",
}


def quantiles(fit: Fit, name: str) -> of_draws.Quantiles:
    """5, 50 and 95 % quantiles of a reported quantity."""
    return of_draws.quantiles(fit.draws(name))


def likely(p: float, fit: Fit) -> str:
    """A posterior probability of a fit in calibrated words."""
    return likelihood(p, probability_mcse(p, effective_draws(fit)))


def reason(comparison: Comparison) -> str:
    """The reason of the verdict as a sentence."""
    text = comparison.verdict_reason.rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def score_difference(comparison: Comparison) -> str:
    """Which law forecast better, and how sure that is."""
    difference, error = comparison.elpd_difference, comparison.elpd_difference_se
    origins, sampling = plural(len(comparison.origins), "forecast origin"), comparison.elpd_difference_mcse
    if difference is None or error is None or sampling is None:
        return f"The forecasts of the two laws could not be scored against each other ({origins})."
    opening = f"Forecasting {comparison.horizon_months} months ahead from {origins}, the"
    if not differs(difference, 0.0, sampling):
        return (
            f"{opening} plateau and the discovery law are level: {abs(difference):.1f} units of log predictive density lie between them "
            f"(standard error {error:.1f}, {RESTS_ON}), no more than the finite number of draws accounts for "
            f"({sampling:.1f}). {mixture_weights(comparison)}"
        )
    ahead, behind = ("plateau", "discovery") if difference > 0 else ("discovery", "plateau")
    lead, margin, margin_mcse = abs(difference), clear_lead(error), comparison.elpd_margin_mcse or 0.0
    if differs(lead, margin, margin_mcse):
        clear = "clear of chance" if lead > margin else "not clear of chance"
    else:
        clear = (
            f"about as much as is clear of chance, {margin:.1f}: the two lie closer together than a finite number of draws tells "
            f"apart (Monte Carlo error {margin_mcse:.1f})"
        )
    return (
        f"{opening} {ahead} law scores {lead:.1f} units of log predictive density above the {behind} law "
        f"(standard error {error:.1f}, {RESTS_ON}, in it {sampling:.1f} for the finite number of draws), which is {clear}. "
        f"{mixture_weights(comparison)}"
    )


def mixture_weights(comparison: Comparison) -> str:
    """Which laws the best mixture is made of, each in its place, and whether chance would have made it of others."""
    named = {name: score for name, score in comparison.laws.items() if score.weight >= LEAST_SHARE}
    shares = [
        f"{LAWS[name].title} {ShareInterval(score.weight_ci90[0], score.weight, score.weight_ci90[1])}"
        for name, score in named.items()
    ]
    settled = all(high - low < SETTLED for low, high in (score.weight_ci90 for score in named.values()))
    return (
        f"The mixture of laws that would have forecast best gives {listing(shares)}; that is {'settled' if settled else 'not settled'}: "
        "in brackets where 90 % of the shares would lie with other prices scored and other draws taken."
    )


def fixed_buyer(plateau: Fit, discovery: Fit, comparison: Comparison) -> str:
    """What the buyer of a fixed capability sees."""
    low, now, high = quantiles(plateau, "rate_now")
    other_low, other, other_high = quantiles(discovery, "rate_now")
    p = comparison.p_slowed
    return (
        f"By its own rate, which leaves innovations out, the plateau law has new models of a given capability {yearly_change(now)} now "
        f"(90 % interval {yearly_span(low, high)}), and continued discovery has them {yearly_change(other)} "
        f"({yearly_span(other_low, other_high)}), on average over the capabilities on sale, each at its own age. "
        f"If the plateau law holds, it is {likely(p, plateau)} ({probability(p)}) that this average has already dropped below half of "
        "what it was when these capabilities were first reached."
    )


def with_innovations(rates: Mapping[str, float]) -> str:
    """What the laws say became of prices over the last 12 months, innovations and all; median log-rates a year by law."""
    changes = [f"{yearly_change(rates[law])} under {LAWS[law].title}" for law in ("plateau", "discovery")]
    return (
        f"With the innovations that came, over the last 12 months new models of a given capability {listing(changes)}."
    )


def frontier_buyer(plateau: Fit, discovery: Fit) -> str:
    """What the buyer who follows the frontier sees."""
    low, rate, high = quantiles(plateau, "frontier_rate")
    other_low, other, other_high = quantiles(discovery, "frontier_rate")
    faster = np.quantile(plateau.draws("frontier_rate") - plateau.draws("rate_now"), (0.05, 0.5, 0.95)).tolist()
    mcse = median_mcse(faster, effective_draws(plateau))
    restart = (
        "so the clock restarts before the decline has slowed much, and the rate stays above that of a fixed capability"
        if above(faster[1], LITTLE, mcse)
        else "but the restarted clock makes little difference, because the decline hardly slows with age"
        if below(faster[1], LITTLE, mcse)
        else "and whether the restarted clock makes more than a little difference is within Monte Carlo error"
    )
    return (
        f"Who always moves to what is new sees the first year of each capability, {restart}. In that year prices {yearly_change(rate)} "
        f"under the plateau law ({yearly_span(low, high)}) and {yearly_change(other)} under continued discovery "
        f"({yearly_span(other_low, other_high)})."
    )


def floor_estimate(plateau: Fit) -> str:
    """Where the plateau law puts the floor, and how probable it is that there is no fall at all."""
    low, middle, high = quantiles(plateau, "rate_floor")
    shift = CLEAR * edge_mcse((low, middle, high), effective_draws(plateau))
    places = {_against_claim(low + down, high + up) for down in (-shift, shift) for up in (-shift, shift)}
    place = places.pop() if len(places) == 1 else "ends, within Monte Carlo error, at a limit of {}"
    claim = place.format("the claimed 15 to 20 % a year")
    standstill = float((plateau.draws("rate_floor") <= 0.0).mean())
    return (
        f"In the long run prices of a fixed capability {yearly_change(middle)} under the plateau law: that is the floor. Its 90 % "
        f"interval is {yearly_span(low, high)}; it {claim}. The probability that prices stop falling altogether is "
        f"{probability(standstill)}."
    )


def _against_claim(low: float, high: float) -> str:
    """Where an interval of floors lies against the claimed one."""
    claim_low, claim_high = FLOOR_CLAIM
    if claim_low <= low and high <= claim_high:
        return "lies wholly inside {}"
    if high < claim_low:
        return "lies below {}"
    if low > claim_high:
        return "lies above {}"
    return "contains {}" if low <= claim_low and high >= claim_high else "covers {} in part"


def claim_probability(comparison: Comparison) -> str:
    """The probability of the claimed floor beside its prior value."""
    after, before = comparison.p_floor_15_20, comparison.p_floor_15_20_prior
    alone = comparison.p_floor_15_20_plateau
    mcse = probability_mcse(alone)
    moved = (
        "have raised it"
        if above(alone, before * MOVED, mcse)
        else "have lowered it"
        if below(alone, before / MOVED, mcse)
        else "have hardly moved it"
    )
    return (
        f"The probability that prices fall by 15 to 20 % a year in the long run is {probability(alone)} under the plateau law. Before any "
        f"price was seen the plateau law's prior gave {probability(before)}: of this probability one may say that the data {moved}. In the "
        f"mixture of laws that would have forecast best it is {probability(after)} (90 % interval "
        f"{probability_span(*comparison.p_floor_15_20_ci90)}, from the doubt of the weights, which are no probabilities of laws)."
    )


def prior_influence(comparison: Comparison) -> str:
    """Whether the floor is the data's or the prior's."""
    sensitivity = comparison.prior_sensitivity
    figures = (
        f"power-scaling sensitivity of the floor is {sensitivity.prior:.2f} to the prior and {sensitivity.likelihood:.2f} "
        "to the likelihood"
    )
    if sensitivity.prior_dominated:
        return f"The plateau is your prior: {figures}, so that the floor repeats what was assumed and the prices say little on it."
    if sensitivity.prior > THRESHOLD:
        return (
            f"The floor is the prior's as well as the prices': {figures}. Both above {THRESHOLD} is the mark of a prior and prices that "
            "pull apart (Kallioinen et al. 2024); below it to the likelihood, the plateau would be your prior."
        )
    return f"The prior does not rule the floor: {figures} (it would with more than {THRESHOLD} to the prior and less to the likelihood)."


def narrowing(plateau: Fit) -> str:
    """How much narrower the prices made the floor than its prior."""
    before = floor_prior(plateau.receipt)[1]
    after = float(plateau.draws("rate_floor").std())
    ratio = after / before
    mcse = ratio / math.sqrt(2.0 * effective_draws(plateau))
    effect = (
        f"narrowed it by {100 * (1 - ratio):.0f} %"
        if below(ratio, 1.0 - NARROWED, mcse)
        else f"widened it by {100 * (ratio - 1):.0f} %"
        if above(ratio, 1.0 + NARROWED, mcse)
        else "hardly changed its width"
    )
    return (
        f"How wide the belief in a floor is, is another matter: its standard deviation was {before:.2f} a year before the prices and is "
        f"{after:.2f} after; they {effect}."
    )


def what_would_change(comparison: Comparison, mean_age_years: float) -> str:
    """What evidence would change the verdict."""
    difference, error = comparison.elpd_difference, comparison.elpd_difference_se
    if not comparison.passed:
        return "First the failed fits must be mended: until then no forecast score counts as evidence for either law."
    if difference is None or error is None or len(comparison.origins) < MIN_ORIGINS:
        return f"The verdict needs more history: {MIN_ORIGINS} past dates with enough prices before and after them."
    margin, most = clear_lead(error), most_slowed(difference, error)
    if comparison.verdict == "plateau":
        return (
            f"The verdict would lapse if new prices brought the lead in forecast score from {difference:.1f} below {margin:.1f}, the "
            f"probability that the rate has halved from {probability(comparison.p_slowed)} below {probability(CREDIBLE)}, or the floor "
            "under the sway of its prior."
        )
    if comparison.verdict == "discovery":
        return (
            f"The verdict would lapse if the plateau law came to forecast better by {ELPD_MARGIN:.0f} or more (now {difference:+.1f}), or "
            f"the probability that the rate has halved rose from {probability(comparison.p_slowed)} above {probability(most)}."
        )
    return f"{_plateau_needs(comparison, difference, margin)} {_discovery_needs(comparison, difference, most, mean_age_years)}"


def months_until_decisive(comparison: Comparison) -> int | None:
    """Months of further prices until the plateau law's lead in forecast score is enough, or None when it has none beyond draws.

    Linear extrapolation: the lead grows with the time scored, its standard error with the root of it. 0 when it is enough already.
    """
    difference, error = comparison.elpd_difference, comparison.elpd_difference_se
    if difference is None or error is None or not comparison.origins:
        return None
    if not above(difference, 0.0, comparison.elpd_difference_mcse or 0.0):
        return None
    dates = [date.fromisoformat(origin["date"]) for origin in comparison.origins]
    scored_months = (max(dates) - min(dates)).days / DAYS_PER_MONTH + comparison.horizon_months
    growth = max(ELPD_MARGIN / difference, (SE_MARGIN * error / difference) ** 2)
    return max(0, math.ceil((growth - 1.0) * scored_months))


def _plateau_needs(comparison: Comparison, difference: float, margin: float) -> str:
    missing, mcse = [], comparison.elpd_margin_mcse or 0.0
    short = below(difference, margin, mcse)
    if not above(difference, margin, mcse):
        level = "" if short else f", level with it within a Monte Carlo error of {mcse:.1f}"
        missing.append(f"a lead in forecast score of more than {margin:.1f} (now {difference:+.1f}{level})")
    if comparison.p_slowed < CREDIBLE:
        now = probability(comparison.p_slowed)
        missing.append(f"a probability of {probability(CREDIBLE)} that the rate has halved (now {now})")
    if comparison.prior_sensitivity.prior_dominated:
        missing.append("a floor that the prices move more than its prior does")
    needs = f"For a plateau: {listing(missing)}." if missing else "For a plateau nothing is missing."
    months = months_until_decisive(comparison)
    if not months or not short:
        return needs
    wait = f"about {months} more months" if months <= HORIZON_MONTHS else "more than ten further years"
    return f"{needs} If the lead kept growing at its pace so far, it alone would take {wait} of prices."


def _discovery_needs(comparison: Comparison, difference: float, most: float, mean_age_years: float) -> str:
    missing = []
    if difference >= ELPD_MARGIN:
        missing.append(
            f"forecasts as good as those of the plateau law, within {ELPD_MARGIN:.0f} (now {difference:.1f} behind)"
        )
    if comparison.p_slowed > most:
        now = probability(comparison.p_slowed)
        missing.append(f"a probability of at most {probability(most)} that the rate has halved (now {now})")
    if mean_age_years < MIN_MEAN_AGE_YEARS:
        missing.append(f"capabilities at least {MIN_MEAN_AGE_YEARS:g} years old on average (now {mean_age_years:.1f})")
    return f"For continued discovery: {listing(missing)}." if missing else "For continued discovery nothing is missing."


def failures(fits: dict[str, Fit], comparison: Comparison, capability_passed: bool) -> list[str]:
    """What failed its gates, one sentence each; empty when nothing did."""
    lines = [
        f"FAILED: {fit.law.title} law, {fit.receipt['diagnostics']['worst']}."
        for fit in fits.values()
        if not fit.passed
    ]
    if not capability_passed:
        lines.append(
            "FAILED: the capability model missed a convergence gate, so that capability and births may be wrong."
        )
    if not comparison.passed:
        named = listing([str(failure) for failure in comparison.failures]) or "no reason was given"
        lines.append(f"FAILED: refits behind the comparison ({named}).")
    return lines
