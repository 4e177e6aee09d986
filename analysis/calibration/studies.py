"""The heavy studies behind the report, by name: what determines each of them, and how it is run. `costfloor calibrate`."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from analysis.calibration import operating, sbc
from analysis.calibration.forecasts import EVERY_MONTHS, MIN_ROWS, ORIGINS, forecast_study
from analysis.calibration.stored import Stored, read_study, write_study
from analysis.inference.fit import FitSettings, fit_law
from analysis.inference.project import fits_dir, panel_observations
from analysis.laws import LAWS
from analysis.storage import code_version

Progress = Callable[[str], None]

FOLDER: Final = "calibration"
"""Below the folder of reports, in git: a fresh clone shows them without hours of computing."""


@dataclass(frozen=True)
class Context:
    """Where a study reads, writes and computes."""

    data_dir: Path
    reports_dir: Path
    settings: FitSettings
    progress: Progress
    workers: int | None = None
    scheduler: str | None = None


def requests(data_dir: Path, settings: FitSettings) -> dict[str, dict[str, Any]]:
    """What determines each study today."""
    panel = panel_observations(data_dir).data_hash
    return {
        "forecasts": {
            "data": panel,
            "code": code_version("laws", "baselines", "inference/forecast.py", "calibration/forecasts.py"),
            "settings": {**asdict(settings), "origins": [ORIGINS, EVERY_MONTHS, MIN_ROWS]},
        },
        "sbc": {
            "data": sbc.design().data_hash,
            "code": code_version("laws", "calibration/sbc.py"),
            "settings": asdict(sbc.SAMPLER),
        },
        "operating": {
            "data": panel,
            "code": code_version("laws", "inference/compare.py", "inference/forecast.py", "calibration/operating.py"),
            "settings": {**asdict(operating.SHORT), "panels": operating.PANELS},
        },
    }


def run_study(name: str, context: Context) -> dict[str, Any]:
    """Run one study, write it to the folder of reports, and return its result as plain data."""
    result = _RUN[name](context)
    request = requests(context.data_dir, context.settings)[name]
    write_study(context.reports_dir / FOLDER, name, request, result)
    return result


def stored_studies(data_dir: Path, reports_dir: Path, settings: FitSettings) -> dict[str, Stored]:
    """The studies that were run, each with what has changed since."""
    wanted = requests(data_dir, settings)
    found = {name: read_study(reports_dir / FOLDER, name, request) for name, request in wanted.items()}
    return {name: one for name, one in found.items() if one is not None}


def _forecasts(context: Context) -> dict[str, Any]:
    obs = panel_observations(context.data_dir)
    folder = fits_dir(context.data_dir)
    study = forecast_study(obs, context.settings, folder, context.progress, context.workers, context.scheduler)
    return study.to_json()


def _sbc(context: Context) -> dict[str, Any]:
    folder = _work(context, "sbc")

    def run(laws: list[str], simulations: int) -> sbc.Calibration:
        return sbc.calibrate(
            laws, simulations, folder, context.settings.seed, context.progress, context.workers, context.scheduler
        )

    first = run(list(LAWS), sbc.SIMULATIONS)
    again = sorted({row.law for row in first.rows if not row.passed})
    if not again:
        return {"first": first.to_json(), "again": None}
    context.progress(f"outside their bands, run again with {sbc.MORE_SIMULATIONS}: {', '.join(again)}")
    return {"first": first.to_json(), "again": run(again, sbc.MORE_SIMULATIONS).to_json()}


def _operating(context: Context) -> dict[str, Any]:
    obs = panel_observations(context.data_dir)
    fit = fit_law(LAWS["plateau"], obs, context.settings, fits_dir(context.data_dir), context.progress)
    results = operating.operating_characteristics(
        fit, obs, operating.WORLDS, operating.PANELS, _work(context, "operating"), context.settings.seed,
        context.progress, context.workers, context.scheduler,
    )  # fmt: skip
    return {"worlds": [one.to_json() for one in results]}


def _work(context: Context, name: str) -> Path:
    return context.data_dir / "processed" / "calibration" / name


_RUN: Mapping[str, Callable[[Context], dict[str, Any]]] = {
    "forecasts": _forecasts,
    "sbc": _sbc,
    "operating": _operating,
}

STUDIES: Final = tuple(_RUN)
