"""The chapters of the technical report that belong to no study, and the order of all."""

from collections.abc import Callable, Mapping
from typing import Final

from costfloor.glossary import GLOSSARY
from costfloor.panel import MIN_USABLE_BENCHMARKS, law_rows
from costfloor.report import scale, sentences, tables
from costfloor.report.baselines import MIN_RECORDS, PUBLISHED_SOURCE
from costfloor.report.chapter_comparison import comparison
from costfloor.report.chapter_economics import unit_economics
from costfloor.report.chapter_indexes import price_indexes
from costfloor.report.chapter_new_data import new_data
from costfloor.report.chapter_questions import six_questions
from costfloor.report.chapters import (
    held_out_months,
    levers_of_cost,
    mechanisms,
    robustness,
    technologies_of_known_fate,
    training_against_inference,
    worth_of_checks,
)
from costfloor.report.check_sentences import checks_outcome
from costfloor.report.decline import last_12_months
from costfloor.report.drawings import shown
from costfloor.report.leads import leads
from costfloor.report.limits import limits, unpriced
from costfloor.report.same_model import beside_the_matched_index, channels
from costfloor.report.study import Study
from costfloor.studies.last_forecast.chapter import last_forecast
from costfloor.typeset.blocks import Block, heading, items, note, table, terms, text
from costfloor.typeset.phrases import minus, plural


def verdict(study: Study) -> list[Block]:
    """The decision between plateau and discovery, what both say to either buyer, and what the floor rests on."""
    comparison = study.comparison
    plateau, discovery = study.fits["plateau"], study.fits["discovery"]
    failed = [*sentences.failures(dict(study.fits), comparison, study.build.passed), *scale.failures(study)]
    influence = sentences.prior_influence(comparison)
    return [
        heading("The verdict", name="verdict"),
        *([note("Some results below are not to be relied on", failed, alarm=True)] if failed else []),
        note(sentences.HEADLINES[comparison.verdict], [sentences.reason(comparison)]),
        *(
            [note("The plateau is your prior", [influence], alarm=True)]
            if comparison.prior_sensitivity.prior_dominated
            else []
        ),
        text(
            sentences.fixed_buyer(plateau, discovery, comparison),
            sentences.with_innovations(last_12_months(study.fits, study.obs)),
            see=("figure-answer",),
        ),
        text(sentences.frontier_buyer(plateau, discovery)),
        shown("answer"),
        heading("The floor and its prior", 2),
        text(sentences.floor_estimate(plateau), sentences.claim_probability(comparison)),
        text(sentences.narrowing(plateau), influence, see=("figure-floor",)),
        shown("floor"),
        table(tables.probabilities(study)),
        heading("What would change the verdict", 2),
        text(minus(sentences.what_would_change(comparison, study.obs.mean_age_at_last))),
        heading("The lead of plateau, wherever it is printed", 2),
        text(minus(leads(study)), see=("table-forecast_scores", "section-robustness", "table-last_forecast")),
    ]


def _data(study: Study) -> list[Block]:
    build = study.build
    capability = build.capability
    seen = plural(len(set(study.obs.units)) or study.obs.n, "model")
    bare = unpriced(study.panel, law_rows(study.panel)["quality"])
    return [
        heading("Data and provenance", name="data"),
        text(
            f"The panel has {plural(build.quotes, 'price')} of {plural(build.models, 'model')} at {plural(build.hosts, 'host')} from "
            f"{build.first} to {build.last}; the laws see {study.obs.n:,} of them, those of {seen} with at least "
            f"{plural(MIN_USABLE_BENCHMARKS, 'benchmark score')}, sold by their makers, by clouds or by inference hosts. "
            "Aggregators, sellers that nobody has looked at and monthly lowest "
            f"prices stay out. Vintage {build.vintage} is the hash of all raw tables."
        ),
        text(
            f"Capability is one latent number per model, from {capability['scores']:,} scores of {capability['models']:,} models on "
            f"{capability['benchmarks']} benchmarks. Its rank correlation with the Epoch Capabilities Index is "
            f"{capability['eci_rank_correlation']:.3f} over {plural(capability['eci_models'], 'model')} that have both. "
            f"This view has {build.capability_from}."
        ),
        table(tables.quotes(study)),
        table(tables.bands(study)),
        *([text(bare)] if bare else []),
        shown("prices"),
        heading("Limits", 2, name="limits"),
        items(limits(study)),
    ]


def _laws(study: Study) -> list[Block]:
    plateau = study.fits["plateau"]
    readings = [f"{fit.law.title}: {fit.law.reading}." for fit in study.fits.values()]
    return [
        heading("The laws and their forecasts", name="laws"),
        text(
            "All laws share one observation model; they differ only in how fast new models of the same capability become cheaper. "
            "All but the constant rate and the random walk have the same innovations, so that none is handicapped."
        ),
        items([reading[0].upper() + reading[1:] for reading in readings]),
        shown("paths"),
        heading("Forecasts of the past", 2, name="past"),
        text(sentences.score_difference(study.comparison)),
        table(tables.forecast_scores(study)),
        table(tables.origins(study)),
        heading("Same model or new model", 2),
        *(
            [text(channels(plateau), beside_the_matched_index(plateau, study.indexes.matched))]
            if "same_model_rate" in plateau.reported
            else []
        ),
        shown("channels"),
        heading("By year, and ahead", 2),
        text(
            "The rates of the first part are those of each law at fixed capability, means over the models with a price in a year; ahead, "
            "over the models on sale. tables/figure_rates_by_year.csv and tables/forecast.csv have them."
        ),
    ]


def _last_forecast(study: Study) -> list[Block]:
    return last_forecast(study.last_forecast, shown("last_forecast"))


def _checks(study: Study) -> list[Block]:
    others = [_without_warnings(check.summary) for check in study.checks if "q05" not in check.table.columns]
    return [
        heading("Do the laws fit?", name="checks"),
        text(checks_outcome(study.checks)),
        shown("checks"),
        table(tables.checks(study)),
        *([items(others)] if others else []),
        *worth_of_checks(study),
        *held_out_months(study),
    ]


def _trends(study: Study) -> list[Block]:
    return [
        heading("Classical trends and published rates"),
        text(
            "Least-squares trends answer a narrower question: how fast the lowest or the quality-adjusted price fell on average over "
            f"its whole period, with no law of slowdown. Trends of fewer than {MIN_RECORDS} record lows, or of less than a year, are not "
            f"drawn: such a line says next to nothing. Published rates: {PUBLISHED_SOURCE}."
        ),
        table(tables.trends(study)),
        shown("forest"),
    ]


def _method(study: Study) -> list[Block]:
    return [
        heading("Diagnostics and priors", name="method"),
        table(tables.diagnostics(study)),
        table(tables.priors(study)),
    ]


def _glossary(study: Study) -> list[Block]:
    return [heading("Glossary", name="glossary"), terms(GLOSSARY)]


def _without_warnings(summary: str) -> str:
    words, warned, _ = minus(summary).partition(" Warnings: ")
    return f"{words} The importance sampling behind it warned; the check prints what." if warned else words


CHAPTERS: Final[Mapping[str, Callable[[Study], list[Block]]]] = {
    "verdict": verdict,
    "questions": six_questions,
    "data": _data,
    "laws": _laws,
    "last_forecast": _last_forecast,
    "comparison": comparison,
    "robustness": robustness,
    "technologies": technologies_of_known_fate,
    "mechanisms": mechanisms,
    "training_and_inference": training_against_inference,
    "levers": levers_of_cost,
    "economics": unit_economics,
    "checks": _checks,
    "trends": _trends,
    "indexes": price_indexes,
    "new_data": new_data,
    "method": _method,
    "glossary": _glossary,
}
"""The chapters of the technical report, in their order."""
