"""The report as a list of blocks: the order of its parts, and the text between figures and tables."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from costfloor.panel import MIN_USABLE_BENCHMARKS, law_rows
from costfloor.report import scale, sentences, tables
from costfloor.report.baselines import PUBLISHED_SOURCE
from costfloor.report.chapter_comparison import comparison
from costfloor.report.chapter_economics import unit_economics
from costfloor.report.chapter_indexes import price_indexes
from costfloor.report.chapter_new_data import new_data
from costfloor.report.chapter_questions import in_a_sentence, six_questions
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
from costfloor.report.drawings import shown
from costfloor.report.limits import limits, unpriced
from costfloor.report.study import Study
from costfloor.studies.last_forecast.chapter import last_forecast
from costfloor.typeset.blocks import Block, columns, heading, note, table, text
from costfloor.typeset.phrases import minus, plural

TITLE = "Do AI inference prices reach a floor, or keep falling?"


def document(study: Study) -> dict[str, Any]:
    """Everything the template sets, as plain data for JSON."""
    build, own_version = study.build, version("costfloor")
    return {
        "title": TITLE,
        "subtitle": f"costfloor {own_version}  ·  data vintage {build.vintage}  ·  prices from {build.first} to {build.last}",
        "footer": f"costfloor {own_version} · vintage {build.vintage}",
        "keywords": f"vintage {build.vintage}",
        "blocks": [block for chapter in CHAPTERS.values() for block in chapter(study)],
    }


def _answer(study: Study) -> list[Block]:
    comparison, questions = study.comparison, study.comparison.questions
    plateau, discovery = study.fits["plateau"], study.fits["discovery"]
    failed = [*sentences.failures(dict(study.fits), comparison, study.build.passed), *scale.failures(study)]
    influence = sentences.prior_influence(comparison)
    dominated = comparison.prior_sensitivity.prior_dominated
    change = [
        heading("What would change the verdict", 2),
        text(minus(sentences.what_would_change(comparison, study.obs.mean_age_at_last))),
    ]
    prior = [heading("Prior or data?", 2), text(f"{influence} {sentences.narrowing(plateau)}")]
    return [
        *([note("Some results below are not to be relied on", failed, alarm=True)] if failed else []),
        note(
            sentences.HEADLINES[comparison.verdict],
            [sentences.reason(comparison), *([sentences.score_difference(comparison)] if comparison.passed else [])],
        ),
        *([note("The plateau is your prior", [influence], alarm=True)] if dominated else []),
        shown("answer", floats=False),
        heading("Six questions, fixed beforehand", 2),
        {"kind": "list", "items": [in_a_sentence(answered, questions) for answered in questions.answers]},
        text(checks_outcome(study.checks)),
        columns(
            [heading("A fixed capability", 2), text(sentences.fixed_buyer(plateau, discovery, comparison))],
            [heading("Following the frontier", 2), text(sentences.frontier_buyer(plateau, discovery))],
        ),
        columns(
            [
                heading("The floor", 2),
                text(f"{sentences.floor_estimate(plateau)} {sentences.claim_probability(comparison)}"),
            ],
            change if dominated else [*change, *prior],
        ),
    ]


def _figures_behind(study: Study) -> list[Block]:
    return [
        {"kind": "pagebreak"},
        heading("The figures behind the answer"),
        table(tables.answers(study)),
        table(tables.probabilities(study)),
        heading("Limits"),
        {"kind": "list", "items": limits(study)},
    ]


def _data(study: Study) -> list[Block]:
    build = study.build
    capability = build.capability
    seen = plural(len(set(study.obs.units)) or study.obs.n, "model")
    bare = unpriced(study.panel, law_rows(study.panel)["quality"])
    return [
        heading("Data and provenance"),
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
    ]


def _laws(study: Study) -> list[Block]:
    plateau = study.fits["plateau"]
    readings = [f"{fit.law.title}: {fit.law.reading}." for fit in study.fits.values()]
    return [
        heading("The laws and their forecasts"),
        text(
            "All laws share one observation model; they differ only in how fast new models of the same capability become cheaper. "
            "All but the constant rate and the random walk have the same innovations, so that none is handicapped."
        ),
        {"kind": "list", "items": [reading[0].upper() + reading[1:] for reading in readings]},
        shown("paths"),
        heading("Forecasts of the past", 2),
        text(sentences.score_difference(study.comparison)),
        table(tables.forecast_scores(study)),
        table(tables.origins(study)),
        heading("The floor and its prior", 2),
        text(
            f"{sentences.floor_estimate(plateau)} {sentences.narrowing(plateau)} {sentences.prior_influence(study.comparison)}"
        ),
        shown("floor", floats=False),
        heading("Same model or new model", 2),
        *([text(sentences.channels(plateau))] if "same_model_rate" in plateau.reported else []),
        shown("channels", floats=False),
    ]


def _last_forecast(study: Study) -> list[Block]:
    return last_forecast(study.last_forecast, shown("last_forecast"))


def _checks(study: Study) -> list[Block]:
    others = [_without_warnings(check.summary) for check in study.checks if "q05" not in check.table.columns]
    return [
        heading("Do the laws fit?"),
        text(checks_outcome(study.checks)),
        shown("checks", floats=False),
        table(tables.checks(study)),
        *([{"kind": "list", "items": others}] if others else []),
        *worth_of_checks(study),
        *held_out_months(study),
    ]


def _trends(study: Study) -> list[Block]:
    return [
        heading("Classical trends and published rates"),
        text(
            "Least-squares trends answer a narrower question: how fast the lowest or the quality-adjusted price fell on average over "
            f"its whole period, with no law of slowdown. Published rates: {PUBLISHED_SOURCE}."
        ),
        table(tables.trends(study)),
        shown("forest"),
    ]


def _method(study: Study) -> list[Block]:
    return [
        heading("Diagnostics"),
        table(tables.diagnostics(study)),
        heading("Priors"),
        table(tables.priors(study)),
    ]


def _without_warnings(summary: str) -> str:
    words, warned, _ = minus(summary).partition(" Warnings: ")
    return f"{words} The importance sampling behind it warned; the check prints what." if warned else words


CHAPTERS: dict[str, Callable[[Study], list[Block]]] = {
    "answer": _answer,
    "questions": six_questions,
    "figures_behind": _figures_behind,
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
}
"""The parts of the report, in their order."""
