"""The chapter on training against inference: whether one goes on in steps while the other flattens, and what hardware does by itself."""

from collections.abc import Mapping
from typing import Final

from costfloor.forecast.verdict import CREDIBLE
from costfloor.sampling.policy import ESS_LIMIT
from costfloor.sampling.probability import probability_mcse
from costfloor.studies.catalogue import failed_gates
from costfloor.studies.domains.figure import CAPTION
from costfloor.studies.domains.gains import DOMAINS, SOURCES
from costfloor.studies.domains.hardware_part import hardware
from costfloor.studies.domains.result import SHARES, DomainFit, Sensitivity, SourceProgress
from costfloor.studies.domains.study import BASE, DomainStudy
from costfloor.typeset.blocks import Block, figure, table, text
from costfloor.typeset.montecarlo import above, below, beside
from costfloor.typeset.phrases import extent, listing, minus, plural, probability
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Interval, Number, Probability, ShareInterval, TimesInterval, gates

QUANTITIES: Final = {
    "rate": "Gains a year, at first",
    "size": "Mean gain, log points",
    "progress": "Progress a year, at first",
    "kept": "Share of the rate kept for good",
    "half_life": "Half-life of the rest, years",
    "share_left": "Share of the rate left, later",
    "rate_later": "Gains a year, later",
    "progress_later": "Progress a year, later",
}
VARIANTS: Final = {
    "base": "As above",
    "without_speedrun": "Without the speedrun",
    "without_bulk_port": "Without the bulk port of track 2",
    "threshold_0.2": "Gains count from 0.2 %",
    "threshold_1": "Gains count from 1 %",
    "one_submitter": "One submitter per series",
    "best_of_all": "Best of all submitters",
    "repeats_flat": "Repeated results are no gain",
    "rounds_shifted": "Inference rounds a month off",
    "new_accelerators": "Accelerators seen from new",
    "one_per_benchmark": "One series per benchmark",
}


def training_and_inference(study: DomainStudy, notice: str) -> list[Block]:
    """Gains at a fixed task in both domains, and trends of hardware beside them."""
    base, variants = study.base, study.variants
    return [
        text(introduction(base), failures(study), notice),
        text(minus(answer(base))),
        figure("domains", CAPTION),
        table(_by_domain(base)),
        text(minus(f"{reproduced(base.sources)} {other_ways(variants)}")),
        table(_sources(base.sources)),
        table(_variants(variants)),
        text(LIMITS),
        *hardware(study.hardware),
    ]


LIMITS: Final = (
    "Benchmarks are tuned by those who compete in them, and their models are mostly older than those sold today; age counts from the first "
    "result in the data, not from the first in the world."
)


def introduction(base: DomainFit) -> str:
    """What was compared."""
    counts = listing([f"{source.series} of {name}" for name, source in _ordered(base.sources)])
    return (
        f"A series is the best performance so far at one task on one kind of hardware: {counts}. One model describes both domains: gains "
        "arrive at a rate that may fall with the age of the series to a share that it keeps, and each is of random size."
    )


def answer(base: DomainFit) -> str:
    """Whether training goes on while inference flattens, in this order: shares left, the claim, its opposite, progress."""
    left, age = base.domains["share_left"], base.later_age
    shares = listing([f"{ShareInterval(*left[name])} in {name}" for name in DOMAINS])
    slowed = listing([f"{probability(base.p_slowed[name])} in {name}" for name in DOMAINS])
    later = base.domains["progress_later"]
    more = base.differences["progress_later"].p_positive
    return (
        f"At an age of {age:.1f} years the share of the initial rate of gains that is left is {shares} (median, 90 % interval); the "
        f"probability that it is below half is {slowed}. "
        f"{_verdict(base)} A typical series then gains {Interval(*later['training'])} log points a year in training and "
        f"{Interval(*later['inference'])} in inference; {_leader(more, base.diagnostics.ess_bulk_min)}"
    )


def _verdict(base: DomainFit) -> str:
    claim, reverse = base.p_claim, base.p_reverse
    words = (
        f"That training has not slowed to half and inference has, the claim that training goes on in steps while inference flattens, has a "
        f"probability of {probability(claim)}, that of the opposite is {probability(reverse)}; before the data both had "
        f"{probability(base.p_claim_prior)}. "
    )
    side = _side(claim, reverse, base.diagnostics.ess_bulk_min)
    if side == "claim":
        return words + "The data support the claim."
    if side == "opposite":
        return words + "The data support the opposite: inference goes on and training flattens."
    if side == "against":
        return words + f"The data speak against the claim{_why_not(base)}."
    return words + "The data leave the claim open."


def _why_not(base: DomainFit) -> str:
    """Which part of the claim fails, where one does clearly."""
    failing, draws = [], base.diagnostics.ess_bulk_min
    if _clearly(base.p_slowed["training"], draws):
        failing.append("training has slowed too")
    if _clearly(1.0 - base.p_slowed["inference"], draws):
        failing.append("inference has not slowed")
    return f": {listing(failing)}" if failing else ""


def _clearly(p: float, draws: float) -> bool:
    """Whether a probability is high enough to claim what it is of, by more than its Monte Carlo error."""
    return above(p, CREDIBLE, probability_mcse(p, draws))


def _leader(more: float, draws: float) -> str:
    for ahead, p in (("training", more), ("inference", 1.0 - more)):
        if _clearly(p, draws):
            return f"{ahead} gains more with a probability of {probability(p)}."
    return f"which gains more is open (training, with a probability of {probability(more)})."


def _side(claim: float, reverse: float, draws: float) -> str:
    """Which way the probabilities of the claim and of its opposite point."""
    if _clearly(claim, draws):
        return "claim"
    if _clearly(reverse, draws):
        return "opposite"
    return "against" if below(claim, 1.0 - CREDIBLE, probability_mcse(claim, draws)) else "open"


def failures(study: DomainStudy) -> str:
    """Which fits missed a gate; empty when none did."""
    failed = [] if study.base.passed else [f"the fit behind the answer ({study.base.diagnostics.worst})"]
    failed += [
        f"{VARIANTS.get(name, name).lower()} ({variant.worst})"
        for name, variant in study.variants.items()
        if name != BASE and not variant.passed
    ]
    return failed_gates(failed)


def reproduced(sources: Mapping[str, SourceProgress]) -> str:
    """Whether gains drawn from the model are like those seen, by source."""
    missed = []
    for name, source in _ordered(sources):
        if beside(source.measured, source.replicated):
            missed.append(f"the progress of {name}")
        if beside(source.gains / source.intervals, source.gains_replicated):
            missed.append(f"the share of intervals with a gain in {name}")
    if missed:
        return f"New gains drawn from the model do not reproduce {listing(missed)}."
    return "New gains drawn from the model reproduce the progress of every source and the share of its intervals with a gain."


def other_ways(variants: Mapping[str, Sensitivity]) -> str:
    """What becomes of the claim when series are built in other ways; empty without any."""
    others = {name: variant for name, variant in variants.items() if name != BASE}
    if not others:
        return ""
    sides = {name: _side(variant.p_claim, variant.p_reverse, ESS_LIMIT) for name, variant in variants.items()}
    differ = [VARIANTS.get(name, name).lower() for name in others if sides[name] != sides[BASE]]
    claims = extent([variant.p_claim for variant in others.values()], probability)
    spread = f"In {plural(len(others), 'other way')} to build the series the claim has {claims}"
    return f"{spread}; {'none says otherwise' if not differ else f'{listing(differ)} would say otherwise'}."


def _ordered(sources: Mapping[str, SourceProgress]) -> list[tuple[str, SourceProgress]]:
    """Sources in their own order, which JSON does not keep."""
    return [(name, sources[name]) for name in SOURCES if name in sources]


def _by_domain(base: DomainFit) -> Table:
    def against(name: str) -> Interval:
        row = base.differences[name].quantiles
        return Interval(*row) if name in SHARES else TimesInterval(*row)

    return tabulate(
        "training_against_inference",
        f"A typical series of either domain, at first and at an age of {base.later_age:.1f} years: median and 90 % interval; training "
        "over inference (for shares: less inference), and the probability that training has more. Progress in log points; a share kept "
        "near 1 is no decay.",
        [
            Column("", lambda name: QUANTITIES[name], "L", name="quantity"),
            *(_of_domain(base, domain) for domain in DOMAINS),
            Column("Training against inference", against, name="training_over_inference"),
            Column("More", lambda name: Probability(base.differences[name].p_positive)),
        ],
        QUANTITIES,
    )


def _of_domain(base: DomainFit, domain: str) -> Column[str]:
    return Column(domain.capitalize(), lambda name: Interval(*base.domains[name][domain]))


def _sources(sources: Mapping[str, SourceProgress]) -> Table:
    return tabulate(
        "gains_by_source",
        "Progress by source over the ages seen, log points a year: measured, expected by the model, and in new gains drawn from it (median "
        "and 90 % interval).",
        [
            Column("Source", lambda row: row[0], "l"),
            Column("Series", lambda row: row[1].series),
            Column("Intervals with a gain", lambda row: f"{row[1].gains} of {row[1].intervals}"),
            Column("Years", lambda row: Number(row[1].years, ".0f")),
            Column("Measured", lambda row: Number(row[1].measured), unit="log_rate_per_year"),
            Column("Expected", lambda row: Interval(*row[1].fitted), unit="log_rate_per_year"),
            Column("Drawn anew", lambda row: Interval(*row[1].replicated), unit="log_rate_per_year"),
        ],
        _ordered(sources),
    )


def _variants(variants: Mapping[str, Sensitivity]) -> Table:
    return tabulate(
        "other_series",
        "The same with series built in other ways: number of series of the speedrun, MLPerf training and inference; share of the rate "
        "left; later progress of training over that of inference; probability that training has not slowed to half and inference has.",
        [
            Column("Series", lambda row: VARIANTS.get(row[0], row[0]), "L"),
            Column("Number", lambda row: " / ".join(str(row[1].series.get(source, 0)) for source in SOURCES)),
            *(_left(domain) for domain in DOMAINS),
            Column("Progress", lambda row: TimesInterval(*row[1].differences["progress_later"].quantiles)),
            Column("Claim", lambda row: Probability(row[1].p_claim)),
            Column("Gates", lambda row: gates(row[1].passed), "l"),
        ],
        variants.items(),
    )


def _left(domain: str) -> Column[tuple[str, Sensitivity]]:
    return Column(domain.capitalize(), lambda row: ShareInterval(*row[1].share_left[domain]))
