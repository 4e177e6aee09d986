"""Everything that a report shows: computed, or read where unchanged, and drawn and written."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from costfloor.build import build
from costfloor.checks import run_checks
from costfloor.data.store import Store
from costfloor.economics.channels import PAST
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import economics
from costfloor.fit.several import fit_laws
from costfloor.forecast.compare import compare
from costfloor.forecast.ledger import Entry, past_days, vintages
from costfloor.forecast.refit import entry, remember
from costfloor.laws import LAWS
from costfloor.laws.panel import panel_observations
from costfloor.panel import law_rows
from costfloor.report.baselines import baselines, published_rates
from costfloor.report.price_indexes import panel_indexes
from costfloor.report.render import render
from costfloor.report.result import ReportFiles, ReportResult
from costfloor.report.scale import failures
from costfloor.report.stored import save_results
from costfloor.report.study import Study
from costfloor.sampling.policy import Sampling
from costfloor.storage import sha256_bytes, write_together
from costfloor.studies.events.event_study import event_study, innovation_months
from costfloor.studies.graphs.futures import channels
from costfloor.studies.graphs.questions import with_sizes
from costfloor.studies.last_forecast.study import last_forecast
from costfloor.studies.levers.levers import observed_levers
from costfloor.studies.registry import stored_studies

Progress = Callable[[str], None]


def new_report(
    store: Store,
    files: ReportFiles,
    fingerprint: str,
    settings: Sampling,
    progress: Progress,
    as_of: pd.Timestamp | None,
    earlier: Sequence[Entry],
    workers: int | None,
    *,
    hindsight: bool = False,
) -> ReportResult:
    """Compute, draw and write a report, all but the record of it."""
    study = run_study(store, settings, progress, as_of, earlier, hindsight=hindsight, workers=workers)
    rendered = render(study, files.project, progress)
    progress("storing the results for the notebooks")
    save_results(study, files.results)
    result = ReportResult(
        pdf=str(files.pdf),
        figures=rendered.figures,
        tables=rendered.tables,
        fingerprint=fingerprint,
        gates={
            "capability": study.build.passed,
            "scale_drift": not failures(study),
            **{name: fit.passed for name, fit in study.fits.items()},
            "forecast_fits": all(failure.origin is None for failure in study.comparison.failures),
            "last_forecast": study.last_forecast is None or study.last_forecast.passed,
        },
        vintage=study.build.vintage,
        verdict=study.comparison.verdict,
        pdf_sha256=sha256_bytes(rendered.pdf),
        questions=study.comparison.questions.in_short(),
        capability_from=study.build.capability_from,
    )
    outputs = {files.pdf: rendered.pdf, files.technical: rendered.technical, files.answer: rendered.answer}
    if files.tables:
        outputs |= {files.tables / name: content for name, content in rendered.numbers.items()}
    write_together(outputs)
    # A table without rows is a sentence, and has no file.
    for path in files.numbers:
        if path.name not in rendered.numbers:
            path.unlink()
    if as_of is None:
        remember(
            store.places, study.build.vintage, law_rows(study.panel), dict(study.fits), study.comparison, set(LAWS)
        )
    return result


def run_study(
    store: Store,
    settings: Sampling,
    progress: Progress,
    as_of: pd.Timestamp | None = None,
    earlier: Sequence[Entry] = (),
    *,
    hindsight: bool = False,
    workers: int | None = 0,
) -> Study:
    """Compute, or read where unchanged, everything the report shows.

    `earlier` holds the lines of the ledger but that of this vintage.
    """
    built = build(store, as_of, progress, hindsight=hindsight)
    # The heavy studies are held against the data of today.
    today = build(store, None, progress) if as_of is not None else built
    studies = stored_studies(today, settings.seed)
    obs, raw, folder = panel_observations(built), built.store, store.places.fits
    fits = fit_laws(obs, settings, folder, progress, workers=workers)
    comparison = compare(fits, obs, settings, folder, progress, workers=workers)
    sizes = studies.get("graphs")
    if sizes is not None and not sizes.stale and as_of is None:
        comparison = replace(comparison, questions=with_sizes(comparison.questions, sizes.result))
    checks = tuple(run_checks(fits, obs, settings.seed, progress=progress))
    days = past_days(earlier)
    forecast = last_forecast(built, days, settings, progress)
    innovations = innovation_months(raw)
    report = built.report
    now = entry(report.vintage, str(obs.last.date()), fits, comparison, report.as_of, report.hindsight)
    progress("price indexes, and their tests for breaks")
    return Study(
        build=report,
        panel=built.panel,
        quotes=built.quotes,
        obs=obs,
        fits=fits,
        comparison=comparison,
        checks=checks,
        baselines=baselines(built.panel),
        epoch=published_rates(),
        indexes=panel_indexes(built.panel),
        history=(*vintages(earlier), now),
        past_days=days,
        last_forecast=forecast,
        calibration=studies,
        economics=economics(
            shipped_scenarios(),
            fits,
            obs,
            raw,
            settings.seed,
            channels(sizes, settings.seed) if as_of is None else PAST,
        ),
        innovations=innovations,
        events=event_study(built.panel, innovations),
        levers=observed_levers(built.quotes, built.models),
    )
