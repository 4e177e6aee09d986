"""From data to report: build, fit, compare, check, draw. `costfloor report`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from costfloor.built import build_key, processed_dir
from costfloor.checks import run_checks
from costfloor.data.manifest import raw_vintage
from costfloor.data.raw import load_raw
from costfloor.economics.scenario import shipped_scenarios
from costfloor.errors import IntegrityError
from costfloor.fit.fit import fit_law
from costfloor.fit.project import fits_dir, panel_observations, study_lock
from costfloor.fit.request import FitSettings
from costfloor.forecast.ledger import Entry, entry, read_ledger
from costfloor.keys import DRAWING, PACKAGES, Key, result_key
from costfloor.laws import LAWS
from costfloor.panel import build, law_rows, load_panel, load_processed
from costfloor.records import checked, read_record, write_record
from costfloor.storage import (
    data_lock,
    json_bytes,
    refuse_folder,
    sha256_bytes,
    sha256_file,
    write_atomic,
    write_together,
)
from costfloor.studies.events.event_study import event_study, innovation_months
from costfloor.studies.levers.levers import observed_levers
from costfloor.studies.registry import FOLDER, stored_studies

Progress = Callable[[str], None]

LOCK = ".report.lock"
"""Of the folder of reports: another name than that of a data folder, which may be the same folder."""

SUMMARY = "report.json"


@dataclass(frozen=True)
class ReportResult:
    """The JSON of `costfloor report`.

    Attributes
    ----------
    pdf, figures, tables
        What was written.
    fingerprint
        Hash of the data vintage, the code and the settings behind it.
    gates
        Whether each fit passed its diagnostics, by name.
    """

    pdf: str
    figures: list[str]
    tables: list[str]
    fingerprint: str
    gates: dict[str, bool]
    vintage: str
    verdict: str
    pdf_sha256: str

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return all(self.gates.values())


def make_report(
    data_dir: Path,
    reports_dir: Path,
    settings: FitSettings,
    progress: Progress,
    as_of: pd.Timestamp | None = None,
    workers: int | None = 0,
) -> ReportResult:
    """Write the report for the raw data as it is, or return the record of it when nothing has changed since.

    `workers` as in `costfloor.forecast.compare.compare`.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.panel.build`.
    LockedError
        Another report is being written into the folder, or another report or refit works on the data.
    """
    # First: where no data are, no folder is made for a lock.
    raw_vintage(data_dir)
    with data_lock(reports_dir, LOCK), study_lock(data_dir):
        return _make_report(data_dir, reports_dir, settings, progress, as_of, workers)


def _make_report(
    data_dir: Path,
    reports_dir: Path,
    settings: FitSettings,
    progress: Progress,
    as_of: pd.Timestamp | None,
    workers: int | None,
) -> ReportResult:
    day = "" if as_of is None else f"-{as_of.date()}"
    pdf, answer = reports_dir / f"report{day}.pdf", reports_dir / f"answer{day}.svg"
    folder = processed_dir(data_dir, as_of)
    receipt = folder / "report" / "receipt.json"
    for path in (pdf, answer, reports_dir / SUMMARY):
        refuse_folder(path)
    earlier = () if as_of is not None else _earlier(data_dir, reports_dir)
    key = _report_key(data_dir, reports_dir, settings, as_of, earlier)
    known = _unchanged(receipt, pdf, answer, key, progress)
    if known is not None:
        progress("nothing has changed since the last report")
        summary = reports_dir / SUMMARY
        if as_of is None and not (summary.exists() and summary.read_bytes() == json_bytes(vars(known))):
            write_atomic(summary, json_bytes(vars(known)))
        return known
    # An unchanged report should not wait for the libraries.
    from costfloor.forecast.refit import remember  # noqa: PLC0415  slow to import
    from costfloor.report.render import render  # noqa: PLC0415  as above
    from costfloor.report.stored import save_results  # noqa: PLC0415  as above

    study = run_study(data_dir, settings, progress, as_of, earlier, reports_dir, workers)
    rendered = render(study, receipt.parent, progress)
    progress("storing the results for the notebooks")
    save_results(study, folder / "results")
    result = ReportResult(
        pdf=str(pdf),
        figures=rendered.figures,
        tables=rendered.tables,
        fingerprint=key.digest,
        gates={
            "capability": study.build.passed,
            **{name: fit.passed for name, fit in study.fits.items()},
            "forecast_fits": not [failure for failure in study.comparison.failures if " as of " in failure],
        },
        vintage=study.build.vintage,
        verdict=study.comparison.verdict,
        pdf_sha256=sha256_bytes(rendered.pdf),
    )
    outputs = {pdf: rendered.pdf, answer: rendered.answer}
    if as_of is None:
        outputs[reports_dir / SUMMARY] = json_bytes(vars(result))
    write_together(outputs)
    if as_of is None:
        remember(
            data_dir,
            reports_dir,
            study.build.vintage,
            law_rows(study.panel),
            dict(study.fits),
            study.comparison,
            set(LAWS),
        )
    # Last: with the receipt in place nothing above is done again.
    write_record(receipt, {"result": vars(result), "answer_sha256": sha256_bytes(rendered.answer)})
    return result


def run_study(
    data_dir: Path,
    settings: FitSettings,
    progress: Progress,
    as_of: pd.Timestamp | None = None,
    earlier: Sequence[Entry] = (),
    reports_dir: Path | None = None,
    workers: int | None = 0,
) -> Any:
    """Compute, or read where unchanged, everything the report shows: an `costfloor.report.study.Study`.

    `earlier` holds what was concluded from the vintages before this one; the heavy studies are read from below `reports_dir`.
    """
    from costfloor.economics.study import economics  # noqa: PLC0415  as above
    from costfloor.forecast.compare import compare  # noqa: PLC0415  as above
    from costfloor.report.baselines import baselines, published_rates  # noqa: PLC0415  as above
    from costfloor.report.price_indexes import panel_indexes  # noqa: PLC0415  as above
    from costfloor.report.study import Study  # noqa: PLC0415  as above

    built = build(data_dir, as_of, progress)
    panel, obs = load_panel(data_dir, as_of), panel_observations(data_dir, as_of)
    if as_of is not None and reports_dir is not None:
        # The heavy studies are held against the data of today.
        build(data_dir, None, progress)
    studies = stored_studies(data_dir, reports_dir, settings.seed) if reports_dir else {}
    fits = {name: fit_law(law, obs, settings, fits_dir(data_dir), progress) for name, law in LAWS.items()}
    comparison = compare(fits, obs, settings, fits_dir(data_dir), progress, workers=workers)
    checks = tuple(run_checks(fits, obs, settings.seed, progress=progress))
    innovations, quotes = innovation_months(data_dir), load_processed(data_dir, "quotes", as_of)
    progress("price indexes, and their tests for breaks")
    return Study(
        build=built,
        panel=panel,
        quotes=quotes,
        obs=obs,
        fits=fits,
        comparison=comparison,
        checks=checks,
        baselines=baselines(panel),
        epoch=published_rates(),
        indexes=panel_indexes(panel),
        history=(*earlier, entry(built.vintage, str(obs.last.date()), fits, comparison)),
        calibration=studies,
        economics=economics(shipped_scenarios(), fits, obs, data_dir, settings.seed),
        innovations=innovations,
        events=event_study(panel, innovations),
        levers=observed_levers(quotes, load_raw(data_dir, "models")),
    )


def _earlier(data_dir: Path, reports_dir: Path) -> tuple[Entry, ...]:
    """What the ledger says of other vintages than today's."""
    vintage = raw_vintage(data_dir)[:16]
    return tuple(known for known in read_ledger(reports_dir) if known.vintage != vintage)


def _report_key(
    data_dir: Path, reports_dir: Path, settings: FitSettings, as_of: pd.Timestamp | None, earlier: Sequence[Entry]
) -> Key:
    studies = sorted((reports_dir / FOLDER).glob("*.json"))
    data = {
        "panel": build_key(data_dir, as_of).digest,
        "studies": {path.name: sha256_file(path) for path in studies},
        "ledger": repr(earlier),
    }
    return result_key("report", __name__, data=data, settings=asdict(settings), packages=(*PACKAGES, *DRAWING))


def _unchanged(receipt: Path, pdf: Path, answer: Path, key: Key, progress: Progress) -> ReportResult | None:
    """The record of the last report, if it is of the same results and its files are there as they were written."""
    try:
        record = read_record(receipt, remedy="The report is made anew")
    except IntegrityError as error:
        progress(f"warning: {error}")
        return None
    if record is None or not pdf.is_file() or not answer.is_file():
        return None
    try:
        # Where it lies is what the caller says, not what a file says.
        known = checked(ReportResult, {**record.get("result", {}), "pdf": str(pdf)})
    except (ValueError, TypeError):
        return None
    unchanged = sha256_file(pdf) == known.pdf_sha256 and sha256_file(answer) == record.get("answer_sha256")
    return known if unchanged and known.fingerprint in key.digests else None
