"""The chapter on technologies of known fate: whether the laws forecast them, and whether a floor is claimed of the right ones."""

from collections.abc import Callable, Sequence

from costfloor.studies.technologies.claims import Calibration
from costfloor.studies.technologies.forecast import STACK
from costfloor.studies.technologies.scores import ForecasterScore
from costfloor.studies.technologies.sentences import (
    against_walk,
    calendar,
    coverage,
    gates,
    keeps,
    leader,
    other_form,
    share_in_words,
    slowed,
    titled,
)
from costfloor.studies.technologies.study import AGAINST, BASE, Split, TechnologyRecord, TechnologyStudy
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.phrases import listing, minus, percentage, plural
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.units import slug
from costfloor.typeset.values import Estimate, Interval, Number, Share


def technologies(
    study: TechnologyStudy, notice: str, mean_age_years: float, reference_class: Sequence[Block]
) -> list[Block]:
    """The laws on technologies whose later costs are known.

    Parameters
    ----------
    study, notice
        As in `costfloor.studies.catalogue.part`.
    mean_age_years
        Of the bands of capability.
    reference_class
        The part on their reference class as another prior, which stands before the last table.
    """
    splits = study.ordered_splits
    return [
        text(_introduction(study), gates(study.fits), notice),
        heading("Does a law that may slow down forecast better?", 2),
        *(text(minus(_forecasts(split))) for split in splits),
        table(_scores(splits)),
        table(_horizons(splits)),
        heading("Is the claim of a floor right as often as it is made?", 2),
        text(" ".join(f"After the {share_in_words(split.share)}: {slowed(split)}" for split in splits)),
        table(_claims(splits)),
        heading("What they leave to expect", 2),
        text(minus(_expected(study, mean_age_years))),
        *reference_class,
        table(_by_series(study.records)),
    ]


def _introduction(study: TechnologyStudy) -> str:
    return (
        f"The same laws were fitted to the earlier part of {study.series} series of unit costs of {study.technologies} technologies "
        f"({plural(study.points, 'point')}) and asked for the rest, which is known. Series of one good count as one technology. They are a "
        "class of survivors, and age counts from the first observation."
    )


def _forecasts(split: Split) -> str:
    return f"From the {share_in_words(split.share)} of each series: {leader(split)} {against_walk(split)} {coverage(split)}"


def _expected(study: TechnologyStudy, mean_age_years: float) -> str:
    both = study.reference, study.reference_of_plateau
    return f"{keeps(study.reference)} {other_form(*both)} {calendar(*both, mean_age_years)}"


def _part(split: Split) -> str:
    return share_in_words(split.share).removeprefix("first ")


def _scores(splits: Sequence[Split]) -> Table:
    return tabulate(
        "technologies_forecasts",
        f"Forecasts of the later part of each series: log score above the {titled(AGAINST)}, with its standard error over technologies; "
        "CRPS of log cost; share inside the 90 % interval; weight in the stack, which is scored under the weights that the other "
        f"technologies give. From the first {listing([_part(split) for split in splits])}.",
        [Column("Forecast", titled, "l"), *(column for split in splits for column in _of_split(split))],
        splits[0].scores,
    )


def _of_split(split: Split) -> list[Column[str]]:
    def of(value: Callable[[ForecasterScore], Cell]) -> Callable[[str], Cell]:
        return lambda name: value(split.scores[name])

    def lead(name: str) -> Cell:
        return "0" if name == AGAINST else Estimate(split.scores[name].lead, split.scores[name].lead_se)

    part = slug(_part(split))
    return [
        Column(f"Lead, {_part(split)}", lead, unit="log_score"),
        Column("CRPS", of(lambda score: Number(score.crps, ".3f")), name=f"crps_{part}", unit="log_points"),
        Column("90 %", of(lambda score: Share(score.coverage90)), name=f"coverage90_{part}"),
        Column(
            "Weight",
            of(lambda score: None if score.weight is None else Number(score.weight)),
            name=f"weight_{part}",
            unit="share",
        ),
    ]


def _horizons(splits: Sequence[Split]) -> Table:
    spans = {(horizon.low, horizon.high) for split in splits for horizon in split.scores[STACK].horizons}
    return tabulate(
        "technologies_coverage",
        "Coverage of the stack's 50 and 90 % intervals by years ahead, and the observations behind it.",
        [
            Column(
                "Years ahead", lambda span: f"{span[0]} and more" if span[1] >= 100 else f"{span[0]} to {span[1]}", "l"
            ),
            *(column for split in splits for column in _coverage(split)),
        ],
        sorted(spans),
    )


def _coverage(split: Split) -> list[Column[tuple[int, int]]]:
    part = slug(_part(split))
    by_span = {(horizon.low, horizon.high): horizon for horizon in split.scores[STACK].horizons}
    return [
        Column(
            f"Observations, {_part(split)}", lambda span: str(by_span[span].observations) if span in by_span else "0"
        ),
        Column(
            "50 %", lambda span: Share(by_span[span].coverage50) if span in by_span else None, name=f"coverage50_{part}"
        ),
        Column(
            "90 %", lambda span: Share(by_span[span].coverage90) if span in by_span else None, name=f"coverage90_{part}"
        ),
    ]


def _claims(splits: Sequence[Split]) -> Table:
    happened = listing(
        [f"{percentage(split.claims[BASE].happened)} after the {share_in_words(split.share)}" for split in splits]
    )
    return tabulate(
        "technologies_claims",
        "The claim that the later rate is below half of the earlier one: mean probability given to it, Brier score (lower is better), gain "
        f"over the base rate with its standard error. It came true for {happened}.",
        [Column("Forecast", titled, "l"), *(column for split in splits for column in _claim(split))],
        splits[0].claims,
    )


def _claim(split: Split) -> list[Column[str]]:
    def of(value: Callable[[Calibration], Cell]) -> Callable[[str], Cell]:
        return lambda name: value(split.claims[name])

    def gain(name: str) -> Cell:
        return "0" if name == BASE else Estimate(split.claims[name].gain, split.claims[name].gain_se, "+.3f")

    part = slug(_part(split))
    return [
        Column(f"Claimed, {_part(split)}", of(lambda claim: Share(claim.claimed))),
        Column("Brier", of(lambda claim: Number(claim.brier, ".3f")), name=f"brier_{part}"),
        Column("Gain", gain, name=f"gain_{part}"),
    ]


def _by_series(records: Sequence[TechnologyRecord]) -> Table:
    return tabulate(
        "technologies_series",
        "Every series: log-rates a year of the first half and of the rest, the stack's probability that the rate falls below half, its log "
        f"score above the {titled(AGAINST)}, share of later observations in its 90 % intervals, and the share of the initial rate that the "
        "encompassing law sees kept in the long run, from all points of one series per technology.",
        [
            Column("Series", lambda series: series.name, "L"),
            Column("Years", lambda series: f"{series.first_year}–{series.last_year}", "l"),
            Column("Points", lambda series: series.points),
            Column("Early", lambda series: Number(series.early, "+.3f"), unit="log_rate_per_year"),
            Column("Late", lambda series: Number(series.late, "+.3f"), unit="log_rate_per_year"),
            Column("To slow", lambda series: Share(series.slows)),
            Column("Lead", lambda series: Number(series.elpd_lead, "+.1f"), unit="log_score"),
            Column("90 %", lambda series: Share(series.coverage90), name="coverage90"),
            Column(
                "Share kept",
                lambda series: None if series.kept_share is None else Interval(*series.kept_share),
                name="kept",
                unit="share",
            ),
        ],
        records,
    )
