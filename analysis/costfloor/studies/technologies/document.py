"""`docs/technologies.md` from a study: every sentence about results is worked out from them."""

from pathlib import Path

from costfloor.laws.base import Law
from costfloor.laws.encompassing import ENCOMPASSING, INITIAL_RATE
from costfloor.laws.plateau import PLATEAU
from costfloor.sampling.policy import CI_PROB, Sampling
from costfloor.sampling.priors import Prior
from costfloor.storage import write_atomic
from costfloor.studies.technologies.alternative import reference_priors
from costfloor.studies.technologies.claims import FALLING, Calibration
from costfloor.studies.technologies.forecast import STACK
from costfloor.studies.technologies.laws import TECHNOLOGY_LAWS
from costfloor.studies.technologies.reference import ReferenceClass
from costfloor.studies.technologies.sentences import (
    against_walk,
    coverage,
    gates,
    keeps,
    leader,
    other_form,
    share_in_words,
    slowed,
    titled,
    told_apart,
)
from costfloor.studies.technologies.series import MIN_POINTS, SAME_TECHNOLOGY
from costfloor.studies.technologies.study import AGAINST, Split, TechnologyStudy


def write_document(study: TechnologyStudy, path: Path) -> None:
    """Write the document of a study."""
    write_atomic(path, document(study).encode())


def document(study: TechnologyStudy) -> str:
    """The document as Markdown."""
    parts = [
        _introduction(study),
        _fits(study),
        *(_split(split) for split in study.ordered_splits),
        _claims(study),
        _reference(study),
        _records(study),
        _doubts(study),
    ]
    return "\n\n".join(parts) + "\n"


def _introduction(study: TechnologyStudy) -> str:
    double = sorted(set(SAME_TECHNOLOGY.values()))
    notes = "\n".join(f"* {note}" for note in study.notes) or "* nothing"
    return f"""# Technologies of known fate

Written by `analysis/costfloor/studies/technologies/document.py` from a stored study; do not edit. The laws of
motion of [laws.md](laws.md) on the unit costs of other technologies, whose later years are known:
which law forecasts them, does a law that says "this will slow down" say it of the
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
    rows = "\n".join(
        f"| {titled(fit.law)} | {share_in_words(fit.share)} | {'pass' if fit.passed else 'FAILED'} | {fit.attempts} | {fit.seconds:.0f} |"
        for fit in study.fits
    )
    return f"""## Fits

{gates(study.fits)}

| law | part | gates | attempts | seconds |
|---|---|---|---|---|
{rows}"""


def _split(split: Split) -> str:
    rows = "\n".join(
        f"| {titled(name)} | {scores.elpd:.1f} | {scores.lead:+.1f} ± {scores.lead_se:.1f} | {scores.crps:.3f} | {scores.coverage50:.0%} "
        f"| {scores.coverage90:.0%} | {'' if scores.weight is None else f'{scores.weight:.2f}'} |"
        for name, scores in split.scores.items()
    )
    horizons = "\n".join(
        f"| {ahead.low} to {ahead.high} | {ahead.observations} | {ahead.crps:.3f} | {ahead.coverage50:.0%} | {ahead.coverage90:.0%} |"
        for ahead in split.scores[STACK].horizons
    )
    pit = ", ".join(f"{value:.2f}" for value in split.scores[STACK].pit)
    return f"""## Forecasts from the {share_in_words(split.share)}

{leader(split)} {against_walk(split)} {coverage(split)}

| forecaster | log score | over {titled(AGAINST)} | CRPS | 50 % cover | 90 % cover | stack weight |
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
    for split in study.ordered_splits:
        rows = "\n".join(
            f"| {titled(name)} | {claim.brier:.3f} | {claim.gain:+.3f} ± {claim.gain_se:.3f} | {claim.claimed:.2f} "
            f"| {_reliability(claim)} |"
            for name, claim in split.claims.items()
        )
        blocks.append(
            f"""### At the end of the {share_in_words(split.share)}

{slowed(split)}

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


def _reliability(claim: Calibration) -> str:
    return "; ".join(f"{b.claimed:.2f} → {b.happened:.2f} ({b.technologies:g})" for b in claim.bins)


def _reference(study: TechnologyStudy) -> str:
    reference = study.reference
    replaced = "\n".join(
        _replaced(law, derived) for law, derived in ((ENCOMPASSING, reference), (PLATEAU, study.reference_of_plateau))
    )
    translation = (
        f"Of time only the scale-free part is carried over: how far log cost falls in one half-life at the initial rate, divided by that "
        f"rate, whose prior is {_written(INITIAL_RATE)} for prices of inference. The two doubts add up, so the half-life is vaguer than "
        f"among technologies. If technologies aged by the calendar instead, however fast they fall, it would be "
        f"{_written(reference.half_life_years)} years. Rate and half-life of a technology are independent in its prior, and "
        f"{told_apart(reference)} Plateau's floor and excess are the kept and the lost share of the initial rate, taken as independent. "
        "Offered as a sensitivity, never the default."
    )
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
            ("half_life_years", "half-life, years", reference.half_life_years),
        )
    )
    return f"""## What it leaves to expect of a new technology

From the encompassing law on all points of one series per technology: the predictive distribution for a technology that falls by more than
{FALLING:.0%} a year at first. Median and {CI_PROB:.0%} interval:

| quantity | before the data | after | as a prior |
|---|---|---|---|
{rows}

{keeps(reference)} Log initial rate and log half-life
correlate by {reference.correlation:+.2f} among new technologies, doubt about the population included.

{other_form(reference, study.reference_of_plateau)}

### As priors of the laws of inference prices

{translation}

| law | parameter | its own prior | by the reference class |
|---|---|---|---|
{replaced}"""


def _replaced(law: Law, reference: ReferenceClass) -> str:
    by_name = {prior.name: prior for prior in law.priors}
    return "\n".join(
        f"| {law.title} | {replacing.name} | {_written(by_name[replacing.name])} | {_written(replacing)} |"
        for replacing in reference_priors(law, reference, Sampling.seed)
    )


def _records(study: TechnologyStudy) -> str:
    rows = "\n".join(
        f"| {row.name} | {row.first_year}-{row.last_year} | {row.points} | {row.early:+.3f} | {row.late:+.3f} | {row.slows:.2f} "
        f"| {row.elpd_lead:+.1f} | {row.coverage90:.0%} | {_interval(row.kept_share) if row.kept_share else 'see its technology'} |"
        for row in study.records
    )
    return f"""## By series

Rates per year (positive: cost falls) of the first half and the rest, the stack's probability that the rate falls below half, its log score
over the {titled(AGAINST)}, the share of later observations in its 90 % intervals, and the kept share from all points.

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


def _written(prior: Prior) -> str:
    return f"{prior.distribution}({', '.join(f'{value:.3g}' for value in prior.constants)})"


def _interval(row: tuple[float, float, float]) -> str:
    return f"{row[1]:.2f} ({row[0]:.2f} to {row[2]:.2f})"
