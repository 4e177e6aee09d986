"""The chapter on technologies of known fate: whether the laws forecast them, and whether a floor is claimed of the right ones."""

from collections.abc import Sequence

from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.studies.reference_class.chapter import reference_class, span
from costfloor.typeset.phrases import listing, minus, plural
from costfloor.report.sentences import outdated
from costfloor.report.study import Study
from costfloor.report.tables import Table
from costfloor.studies.technologies.forecast import STACK
from costfloor.studies.technologies.sentences import (
    against_walk,
    calendar,
    coverage,
    gates,
    keeps,
    leader,
    other_form,
    percent,
    share_in_words,
    slowed,
    titled,
)
from costfloor.studies.technologies.stored import study_from_json
from costfloor.studies.technologies.study import AGAINST, BASE, Split, TechnologyStudy


def technologies(study: Study) -> list[Block]:
    """The laws on technologies whose later costs are known, and their reference class as another prior."""
    stored = study.calibration.get("technologies")
    opening = heading("Technologies of known fate")
    if stored is None:
        return [
            opening,
            text("The laws have not been fitted to technologies of known fate: make calibrate does it."),
            *reference_class(study.calibration.get("reference_class")),
        ]
    found = study_from_json(stored.result)
    return [
        opening,
        text(" ".join(one for one in (_introduction(found), gates(found.fits), outdated(stored)) if one)),
        heading("Does a law that may slow down forecast better?", 2),
        *(text(minus(_forecasts(split))) for split in found.splits),
        table(_scores(found.splits)),
        table(_horizons(found.splits)),
        heading("Is the claim of a floor right as often as it is made?", 2),
        text(" ".join(f"After the {share_in_words(split.share)}: {slowed(split)}" for split in found.splits)),
        table(_claims(found.splits)),
        heading("What they leave to expect", 2),
        text(minus(_expected(found, study.obs.mean_age_at_last))),
        *reference_class(study.calibration.get("reference_class")),
        table(_by_series(found)),
    ]


def _introduction(found: TechnologyStudy) -> str:
    return (
        f"The same laws were fitted to the earlier part of {found.series} series of unit costs of {found.technologies} technologies "
        f"({plural(found.points, 'point')}) and asked for the rest, which is known. Series of one good count as one technology. They are a "
        "class of survivors, and age counts from the first observation."
    )


def _forecasts(split: Split) -> str:
    return f"From the {share_in_words(split.share)} of each series: {leader(split)} {against_walk(split)} {coverage(split)}"


def _expected(found: TechnologyStudy, mean_age_years: float) -> str:
    both = found.reference, found.reference_of_plateau
    return f"{keeps(found.reference)} {other_form(*both)} {calendar(*both, mean_age_years)}"


def _scores(splits: Sequence[Split]) -> Table:
    names = list(splits[0].scores)
    body = [
        (
            titled(name),
            *(
                cell
                for split in splits
                for one in (split.scores[name],)
                for cell in (
                    minus(f"{one.lead:+.1f} ({one.lead_se:.1f})") if name != AGAINST else "0",
                    f"{one.crps:.3f}",
                    percent(one.coverage90),
                    "" if one.weight is None else f"{one.weight:.2f}",
                )
            ),
        )
        for name in names
    ]
    parts = [share_in_words(split.share).removeprefix("first ") for split in splits]
    return Table(
        f"Forecasts of the later part of each series: log score above the {titled(AGAINST)}, with its standard error over technologies; "
        "CRPS of log cost; share inside the 90 % interval; weight in the stack, which is scored under the weights that the other "
        f"technologies give. From the first {listing(parts)}.",
        (
            "Forecast",
            *(cell for part in parts for cell in (f"Lead, {part}", "CRPS", "90 %", "Weight")),
        ),
        "l" + "rrrr" * len(splits),
        tuple(body),
    )


def _horizons(splits: Sequence[Split]) -> Table:
    spans = list(dict.fromkeys((one.low, one.high) for split in splits for one in split.scores[STACK].horizons))
    rows = []
    for low, high in sorted(spans):
        cells: list[str] = []
        for split in splits:
            one = next((each for each in split.scores[STACK].horizons if (each.low, each.high) == (low, high)), None)
            cells += [str(one.observations), percent(one.coverage50), percent(one.coverage90)] if one else ["0", "", ""]
        rows.append((f"{low} and more" if high >= 100 else f"{low} to {high}", *cells))
    parts = [share_in_words(split.share).removeprefix("first ") for split in splits]
    return Table(
        "Coverage of the stack's 50 and 90 % intervals by years ahead, and the observations behind it.",
        ("Years ahead", *(cell for part in parts for cell in (f"Observations, {part}", "50 %", "90 %"))),
        "l" + "rrr" * len(splits),
        tuple(rows),
    )


def _claims(splits: Sequence[Split]) -> Table:
    body = [
        (
            titled(name),
            *(
                cell
                for split in splits
                for one in (split.claims[name],)
                for cell in (
                    percent(one.claimed),
                    f"{one.brier:.3f}",
                    minus(f"{one.gain:+.3f} ({one.gain_se:.3f})") if name != BASE else "0",
                )
            ),
        )
        for name in splits[0].claims
    ]
    happened = listing(
        [f"{percent(split.claims[BASE].happened)} after the {share_in_words(split.share)}" for split in splits]
    )
    parts = [share_in_words(split.share).removeprefix("first ") for split in splits]
    return Table(
        "The claim that the later rate is below half of the earlier one: mean probability given to it, Brier score (lower is better), gain "
        f"over the base rate with its standard error. It came true for {happened}.",
        ("Forecast", *(cell for part in parts for cell in (f"Claimed, {part}", "Brier", "Gain"))),
        "l" + "rrr" * len(splits),
        tuple(body),
    )


def _by_series(found: TechnologyStudy) -> Table:
    body = [
        (
            one.name,
            f"{one.first_year}–{one.last_year}",
            str(one.points),
            minus(f"{one.early:+.3f}"),
            minus(f"{one.late:+.3f}"),
            percent(one.slows),
            minus(f"{one.elpd_lead:+.1f}"),
            percent(one.coverage90),
            minus(span(one.kept_share)) if one.kept_share else "",
        )
        for one in found.records
    ]
    return Table(
        "Every series: log-rates a year of the first half and of the rest, the stack's probability that the rate falls below half, its log "
        f"score above the {titled(AGAINST)}, share of later observations in its 90 % intervals, and the share of the initial rate that the "
        "encompassing law sees kept in the long run, from all points of one series per technology.",
        ("Series", "Years", "Points", "Early", "Late", "To slow", "Lead", "90 %", "Share kept"),
        "Llrrrrrrr",
        tuple(body),
    )
