"""`docs/technologies.md` from a study: every sentence about results is worked out from them."""

from pathlib import Path

from analysis.laws.encompassing import INITIAL_RATE
from analysis.laws.plateau import HALF_LIFE
from analysis.laws.priors import Prior
from analysis.sampling import CI_PROB
from analysis.storage import sha256_bytes, write_atomic
from analysis.technologies.claims import FALLING, Calibration
from analysis.technologies.forecast import STACK
from analysis.technologies.laws import TECHNOLOGY_LAWS
from analysis.technologies.reference import half_life_prior
from analysis.technologies.series import MIN_POINTS, SAME_TECHNOLOGY
from analysis.technologies.study import AGAINST, BASE, Split, TechnologyStudy

NOMINAL = (0.85, 0.95)
"""Range of coverage of 90 % intervals that is called as stated."""

CLEAR = 2.0
"""Standard errors from which a lead is called clear."""


def write_document(study: TechnologyStudy, path: Path) -> None:
    """Write the document of a study."""
    write_atomic(path, document(study).encode())


def document(study: TechnologyStudy) -> str:
    """The document as Markdown."""
    parts = [
        _introduction(study),
        _fits(study),
        *(_split(split) for split in study.splits),
        _claims(study),
        _reference(study),
        _records(study),
        _doubts(study),
        _receipt(study),
    ]
    return "\n\n".join(parts) + "\n"


def share_in_words(share: float) -> str:
    """A split in words: `first half`, `first two thirds`."""
    return {0.5: "first half", 2 / 3: "first two thirds", 1.0: "whole"}[share]


def coverage_sentence(split: Split) -> str:
    """What the 90 % intervals of the stack cover, and where they miss."""
    stack = split.scores[STACK]
    low, high = NOMINAL
    figure = f"The stack's 90 % intervals hold {stack.coverage90:.0%} of the later observations"
    if low <= stack.coverage90 <= high:
        return f"{figure}, within {low:.0%} to {high:.0%}."
    furthest = max(stack.horizons, key=lambda one: abs(one.coverage90 - 0.9))
    tails = f"{stack.pit[0]:.0%} of them lie in the lowest tenth of their predictive distribution and {stack.pit[-1]:.0%} in the highest"
    if stack.coverage90 < low:
        side = "lower" if stack.pit[0] > stack.pit[-1] else "higher"
        return (
            f"{figure}, fewer than {low:.0%}: it is too sure, most so {furthest.low} to {furthest.high} years ahead "
            f"({furthest.coverage90:.0%}); {tails}, so costs came out {side} than forecast more often than the other way."
        )
    return f"{figure}, more than {high:.0%}: it is less sure than it could be; {tails}."


def leader_sentence(split: Split) -> str:
    """Which forecaster has the best log score, and whether its lead over the walk is clear."""
    name, best = max(split.scores.items(), key=lambda item: item[1].elpd)
    if name == AGAINST:
        return f"No forecaster has a better log score than the law {AGAINST}."
    clear = best.lead > CLEAR * best.lead_se
    verdict = "clear of chance" if clear else "not clear of chance"
    return (
        f"The best log score is that of {name}, {best.lead:.1f} (SE {best.lead_se:.1f}) above {AGAINST}: {verdict}. {best.mover} moves it "
        f"most, by {best.moved:+.1f}; without it the lead is {best.lead - best.moved:+.1f}."
    )


def plateau_sentence(split: Split) -> str:
    """Whether letting rates decay forecasts better than letting them go on."""
    words = []
    for name in ("plateau", "encompassing", "baumol", "discovery"):
        one = split.scores[name]
        sure = abs(one.lead) > CLEAR * one.lead_se
        how = ("better" if one.lead > 0 else "worse") if sure else "neither better nor worse beyond chance"
        words.append(f"{name} {how} ({one.lead:+.1f}, SE {one.lead_se:.1f})")
    return f"Against a constant rate with innovations ({AGAINST}): {'; '.join(words)}."


def _introduction(study: TechnologyStudy) -> str:
    double = sorted(set(SAME_TECHNOLOGY.values()))
    notes = "\n".join(f"* {note}" for note in study.notes) or "* nothing"
    return f"""# Technologies of known fate

Written by `analysis/technologies/document.py` from a stored study; do not edit. The laws of motion of [laws.md](laws.md) on the unit costs
of other technologies, whose later years are known: which law forecasts them, does a law that says "this will slow down" say it of the
right ones, and what does that leave to expect of a new technology?

* **Data.** `data/raw/context_technology_costs.csv`: {study.series} series of {study.technologies} technologies, {study.points} points.
  Series that measure one good ({", ".join(double)}) count as one technology
  in every average. Most sources do not say whether costs are in money or in real terms. Age counts from a series' first observation, not
  from the birth of the technology. Series of fewer than {MIN_POINTS} years are left out.
* **Model.** Log cost = level - G(age) - W(age) + noise, W a Gaussian random walk of the technology alone, every parameter partially
  pooled over technologies. The laws differ in G; exponential has no W, and discovery's W has the variance that its rate implies. Rates may
  be negative, except discovery's, whose costs rise by innovations. Level and W are integrated out exactly.
* **Forecasts.** Each law is fitted once to the first half of every series and once to the first two thirds; the rest is forecast in closed
  form given each draw. A fit sees the early part of every series, whatever the calendar year.

Averaged, thinned or left out:

{notes}"""


def _fits(study: TechnologyStudy) -> str:
    failed = [one for one in study.fits if not one.passed]
    verdict = "All fits pass their gates."
    if failed:
        names = "; ".join(f"{one.law} on the {share_in_words(one.share)} ({one.worst})" for one in failed)
        verdict = f"FAILED gates, so the rows of these fits are not to be relied on: {names}."
    rows = "\n".join(
        f"| {one.law} | {share_in_words(one.share)} | {'pass' if one.passed else 'FAILED'} | {one.attempts} | {one.seconds:.0f} |"
        for one in study.fits
    )
    return f"""## Fits

{verdict}

| law | part | gates | attempts | seconds |
|---|---|---|---|---|
{rows}"""


def _split(split: Split) -> str:
    rows = "\n".join(
        f"| {name} | {one.elpd:.1f} | {one.lead:+.1f} ± {one.lead_se:.1f} | {one.crps:.3f} | {one.coverage50:.0%} | {one.coverage90:.0%} "
        f"| {'' if one.weight is None else f'{one.weight:.2f}'} |"
        for name, one in split.scores.items()
    )
    horizons = "\n".join(
        f"| {one.low} to {one.high} | {one.observations} | {one.crps:.3f} | {one.coverage50:.0%} | {one.coverage90:.0%} |"
        for one in split.scores[STACK].horizons
    )
    pit = ", ".join(f"{value:.2f}" for value in split.scores[STACK].pit)
    return f"""## Forecasts from the {share_in_words(split.share)}

{leader_sentence(split)} {plateau_sentence(split)} {coverage_sentence(split)}

| forecaster | log score | over {AGAINST} | CRPS | 50 % cover | 90 % cover | stack weight |
|---|---|---|---|---|---|---|
{rows}

{split.observations} observations. The log score is joint per technology and summed; CRPS (log points) and coverage are means over
technologies of means over their observations. A series is forecast by the stack under the weights that the other technologies give; the
last column has the weights from all. ± is a standard error over technologies.

The stack by years ahead:

| years ahead | observations | CRPS | 50 % cover | 90 % cover |
|---|---|---|---|---|
{horizons}

Shares of its predictive probabilities in tenths, from costs lower than forecast to higher: {pit}."""


def _claims(study: TechnologyStudy) -> str:
    blocks = []
    for split in study.splits:
        base = split.claims[BASE]
        skilled = [name for name, one in split.claims.items() if one.gain > CLEAR * one.gain_se]
        verdict = (
            f"Better than the base rate beyond chance: {', '.join(skilled)}."
            if skilled
            else "No forecaster is better than the base rate beyond chance: none has shown that it can tell which will slow down."
        )
        rows = "\n".join(
            f"| {name} | {one.brier:.3f} | {one.gain:+.3f} ± {one.gain_se:.3f} | {one.claimed:.2f} | {_reliability(one)} |"
            for name, one in split.claims.items()
        )
        blocks.append(
            f"""### At the end of the {share_in_words(split.share)}

Of {split.falling:g} technologies that were falling, {base.happened:.0%} fell by less than half as fast afterwards. {verdict}

| forecaster | Brier | over the base rate | mean claim | claimed → happened (technologies) |
|---|---|---|---|---|
{rows}"""
        )
    text = "\n\n".join(blocks)
    return f"""## The claim that it slows down

What each forecaster said, at the split, of the least-squares rate of the later part: the probability that it is below half of the earlier
part's. Judged on technologies that fell by more than {FALLING:.0%} a year before; noise and innovations count, since they do in what
happened. The base rate gives each series the share that slowed among the others, which is lower for one that did, so that its
reliability says nothing.

{text}"""


def _reliability(one: Calibration) -> str:
    return "; ".join(f"{b.claimed:.2f} → {b.happened:.2f} ({b.technologies:g})" for b in one.bins)


def _reference(study: TechnologyStudy) -> str:
    reference = study.reference
    half_life = half_life_prior(reference, INITIAL_RATE)
    rows = "\n".join(
        f"| {label} | {_interval(reference.prior_quantiles[name])} | {_interval(reference.quantiles[name])} | "
        f"{_written(prior)} |"
        for name, label, prior in (
            ("kept_share", "share of the initial rate kept in the long run", reference.kept_share),
            (
                "log_decline_per_half_life",
                "initial rate times half-life, log points",
                reference.log_decline_per_half_life,
            ),
        )
    )
    moved = abs(reference.probability_slows - reference.prior_probability_slows)
    learned = "hardly moved" if moved < 0.1 else "moved"
    other = study.kept_share_of_plateau
    opinion = (
        "The encompassing law's median lies inside that interval."
        if other[0] <= reference.quantiles["kept_share"][1] <= other[2]
        else "The encompassing law's median lies outside: what is kept depends on the form of the law more than on the data."
    )
    return f"""## What it leaves to expect of a new technology

From the encompassing law on all points of one series per technology: the predictive distribution for a technology that falls by more than
{FALLING:.0%} a year at first. Median and {CI_PROB:.0%} interval:

| quantity | before the data | after | as a prior |
|---|---|---|---|
{rows}

That less than half of the initial rate is kept has probability {reference.probability_slows:.2f};
before the data it had {reference.prior_probability_slows:.2f}, and they have {learned} it. Log initial rate and log half-life
correlate by {reference.correlation:+.2f} among new technologies, doubt about the population included.

The plateau law on the same points, whose rate can only slow down, keeps {_interval(other)} of the initial rate. {opinion}

For prices of inference, whose initial rate has the prior {_written(INITIAL_RATE)}, the second line means a half-life of
{_written(half_life)} years; the law's own prior is {_written(HALF_LIFE)}."""


def _records(study: TechnologyStudy) -> str:
    rows = "\n".join(
        f"| {one.name} | {one.first_year}-{one.last_year} | {one.points} | {one.early:+.3f} | {one.late:+.3f} | {one.slows:.2f} "
        f"| {one.elpd_lead:+.1f} | {one.coverage90:.0%} | {_interval(one.kept_share) if one.kept_share else 'see its technology'} |"
        for one in study.records
    )
    return f"""## By series

Rates per year (positive: cost falls) of the first half and the rest, the stack's probability that the rate falls below half, its log score
over {AGAINST}, the share of later observations in its 90 % intervals, and the kept share from all points.

| series | years | points | early | late | said to slow | log score | 90 % cover | kept share |
|---|---|---|---|---|---|---|---|---|
{rows}"""


def _doubts(study: TechnologyStudy) -> str:
    laws = len(TECHNOLOGY_LAWS)
    return f"""## What this cannot say

* The series were collected because they had fallen, or because somebody kept them: a reference class of survivors. They end where
  sources end, many in 1972, and two thirds are chemicals, metals and appliances.
* Technologies share decades. Energy prices and inflation moved several at once, and the laws take innovations of technologies as
  independent, so standard errors over technologies are too small.
* Age counts from the first observation: a series that begins late in the life of a technology has its early rate behind it.
* With {study.technologies} technologies and {laws} laws, small differences between log scores are differences between a few series."""


def _receipt(study: TechnologyStudy) -> str:
    request = study.request
    digest = sha256_bytes(str(sorted(request["settings"].items())).encode())
    return (
        f"Data {request['data'][:16]}, code {request['code'][:16]}, settings {digest[:16]}: "
        "`analysis.technologies.study.is_current` tells whether a stored study is that of the present ones."
    )


def _written(prior: Prior) -> str:
    return f"{prior.distribution}({', '.join(f'{value:.3g}' for value in prior.constants)})"


def _interval(row: tuple[float, float, float]) -> str:
    return f"{row[1]:.2f} ({row[0]:.2f} to {row[2]:.2f})"
