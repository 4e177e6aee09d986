"""The report as a list of blocks: the order of its parts, and the text between figures and tables."""

from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from analysis.inference.quantities import frontier_stay_years
from analysis.panel import MIN_USABLE_BENCHMARKS
from analysis.report import sentences, tables
from analysis.report.baselines import PUBLISHED_SOURCE
from analysis.report.limits import limits
from analysis.report.phrases import minus, plural
from analysis.report.study import Study
from analysis.report.tables import Table

Block = dict[str, Any]

TITLE = "Do AI inference prices reach a floor, or keep falling?"

CAPTIONS = {
    "answer": "The answer in one figure. Left: rate at which new models of a given capability become cheaper, against the age of the "
    "capability band (median, 50 and 90 % bands). Right: what each buyer sees. A rate of 0.69 halves the price in a year.",
    "prices": "Prices that the laws see, by capability band and weights. Lines: lowest price so far of anything at or above the centre of "
    "the band.",
    "paths": "Fitted paths and 24-month forecasts of both laws, by family: median, 50 and 90 % bands for a new model at the centre of the "
    "band. Points: models at their entry, on an average host and put at the centre of the band.",
    "checks": "Observed statistics (dashed) in the 90 % predictive intervals of each law. A cross marks a law that fails.",
    "floor": "The floor of the plateau law, before and after the prices were seen.",
    "forest": "Yearly price declines by this study and by published estimates, with 90 % intervals; 1 is no change, and an arrow "
    "says that an interval goes on.",
    "channels": "The two channels of progress, with 90 % intervals. Laws without decay have one rate for new models at all ages.",
}
"""Caption of every figure, by the name of its module."""


def document(study: Study) -> dict[str, Any]:
    """Everything the template sets, as plain data for JSON."""
    build, own_version = study.build, version("costfloor")
    return {
        "title": TITLE,
        "subtitle": f"costfloor {own_version}  ·  data vintage {build.vintage}  ·  prices from {build.first} to {build.last}",
        "footer": f"costfloor {own_version} · vintage {build.vintage}",
        "keywords": f"vintage {build.vintage}",
        "blocks": [block for part in PARTS for block in part(study)],
    }


def _answer(study: Study) -> list[Block]:
    comparison = study.comparison
    plateau, discovery = study.fits["plateau"], study.fits["discovery"]
    failed = sentences.failures(dict(study.fits), comparison, study.build.passed)
    stay = frontier_stay_years(study.obs.births)
    influence = sentences.prior_influence(comparison)
    dominated = comparison.prior_sensitivity.prior_dominated
    change = [
        _heading("What would change the verdict", 2),
        _text(sentences.what_would_change(comparison, study.obs.mean_age_at_last)),
    ]
    prior = [_heading("Prior or data?", 2), _text(f"{influence} {sentences.narrowing(plateau)}")]
    return [
        *([_note("Some results below are not to be relied on", failed, alarm=True)] if failed else []),
        _note(
            sentences.HEADLINES[comparison.verdict],
            [sentences.reason(comparison), *([sentences.score_difference(comparison)] if comparison.passed else [])],
        ),
        *([_note("The plateau is your prior", [influence], alarm=True)] if dominated else []),
        _figure("answer", floats=False),
        _columns(
            [_heading("A fixed capability", 2), _text(sentences.fixed_buyer(plateau, discovery, comparison))],
            [_heading("Following the frontier", 2), _text(sentences.frontier_buyer(plateau, discovery, stay))],
        ),
        _columns(
            [
                _heading("The floor", 2),
                _text(f"{sentences.floor_estimate(plateau)} {sentences.claim_probability(comparison)}"),
            ],
            change if dominated else [*change, *prior],
        ),
    ]


def _figures_behind(study: Study) -> list[Block]:
    return [
        {"kind": "pagebreak"},
        _heading("The figures behind the answer"),
        _table(tables.answers(study)),
        _table(tables.probabilities(study)),
        _heading("Limits"),
        {"kind": "list", "items": limits(study)},
    ]


def _data(study: Study) -> list[Block]:
    build = study.build
    capability = build.capability
    seen = plural(len(set(study.obs.units)) or study.obs.n, "model")
    return [
        _heading("Data and provenance"),
        _text(
            f"The panel has {plural(build.quotes, 'price')} of {plural(build.models, 'model')} at {plural(build.hosts, 'host')} from "
            f"{build.first} to {build.last}; the laws see {study.obs.n:,} of them, those of {seen} with at least "
            f"{plural(MIN_USABLE_BENCHMARKS, 'benchmark score')}, sold by their makers, by clouds or by inference hosts. "
            "Aggregators and monthly lowest "
            f"prices stay out. Vintage {build.vintage} is the hash of all raw tables."
        ),
        _text(
            f"Capability is one latent number per model, from {capability['scores']:,} scores of {capability['models']:,} models on "
            f"{capability['benchmarks']} benchmarks. Its rank correlation with the Epoch Capabilities Index is "
            f"{capability['eci_rank_correlation']:.3f} over {plural(capability['eci_models'], 'model')} that have both."
        ),
        _table(tables.quotes(study)),
        _table(tables.families(study)),
        _figure("prices"),
    ]


def _laws(study: Study) -> list[Block]:
    plateau = study.fits["plateau"]
    readings = [f"{fit.law.title}: {fit.law.reading}." for fit in study.fits.values()]
    return [
        _heading("The laws and their forecasts"),
        _text(
            "All laws share one observation model; they differ only in how fast new models of the same capability become cheaper. "
            "Plateau and continued discovery have the same market-wide innovations, so that neither is handicapped."
        ),
        {"kind": "list", "items": [reading[0].upper() + reading[1:] for reading in readings]},
        _figure("paths"),
        _heading("Forecasts of the past", 2),
        _text(sentences.score_difference(study.comparison)),
        _table(tables.forecast_scores(study)),
        _table(tables.origins(study)),
        _heading("The floor and its prior", 2),
        _text(
            f"{sentences.floor_estimate(plateau)} {sentences.narrowing(plateau)} {sentences.prior_influence(study.comparison)}"
        ),
        _figure("floor", floats=False),
        _heading("Same model or new model", 2),
        *([_text(sentences.channels(plateau))] if "same_model_rate" in plateau.reported else []),
        _figure("channels", floats=False),
    ]


def _checks(study: Study) -> list[Block]:
    outcome = sentences.checks_outcome([(check.name.replace("_", " "), check.passed) for check in study.checks])
    others = [_without_warnings(check.summary) for check in study.checks if "q05" not in check.table.columns]
    return [
        _heading("Do the laws fit?"),
        _text(outcome),
        _figure("checks", floats=False),
        _table(tables.checks(study)),
        *([{"kind": "list", "items": others}] if others else []),
    ]


def _trends(study: Study) -> list[Block]:
    return [
        _heading("Classical trends and published rates"),
        _text(
            "Least-squares trends answer a narrower question: how fast the lowest or the quality-adjusted price fell on average over "
            f"its whole period, with no law of slowdown. Published rates: {PUBLISHED_SOURCE}."
        ),
        _table(tables.trends(study)),
        _figure("forest"),
    ]


def _method(study: Study) -> list[Block]:
    return [
        _heading("Diagnostics"),
        _table(tables.diagnostics(study)),
        _heading("Priors"),
        _table(tables.priors(study)),
    ]


def _without_warnings(summary: str) -> str:
    said, found, _ = minus(summary).partition(" Warnings: ")
    return f"{said} The importance sampling behind it warned; the check prints what." if found else said


PARTS = (_answer, _figures_behind, _data, _laws, _checks, _trends, _method)


def _heading(text: str, level: int = 1) -> Block:
    return {"kind": "heading", "level": level, "text": text}


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _note(title: str, lines: list[str], *, alarm: bool = False) -> Block:
    return {"kind": "note", "title": title, "lines": lines, "alarm": alarm}


def _columns(*columns: list[Block]) -> Block:
    return {"kind": "columns", "columns": list(columns)}


def _figure(name: str, *, floats: bool = True) -> Block:
    return {"kind": "figure", "file": f"{name}.svg", "caption": CAPTIONS[name], "alt": CAPTIONS[name], "floats": floats}


def _table(table: Table) -> Block:
    return {"kind": "table", **asdict(table)}
