"""The command line: parse, call, print. Names and keys are a contract with scripts (see README)."""

import datetime as dt
import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from analysis.errors import CostfloorError, InputError
from analysis.inference.fit import FitSettings, fit_law
from analysis.laws import LAWS
from analysis.laws.observations import PriceObservations, observations
from analysis.panel import build as build_panel
from analysis.report.assemble import fits_dir, make_report, panel_observations
from analysis.report.assemble import status as data_status
from analysis.sources.price_table import PriceTable, ScoreScale, read_price_table

app = typer.Typer(
    help="Do AI inference prices fall to a floor, or keep falling?",
    epilog="Global options may stand before or after the command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
trend = typer.Typer(help="Classical trends on any price table.", no_args_is_help=True)
app.add_typer(trend, name="trend")

Table = Annotated[Path | None, typer.Option(help="A price table, CSV or Parquet; default: the project's own panel.")]
Scale = Annotated[str, typer.Option(help="Scale of the scores: fraction, percent or raw.")]
AsOf = Annotated[str | None, typer.Option(help="Use only prices recorded on or before this day, YYYY-MM-DD.")]


@dataclass
class Options:
    """Global options of one call."""

    data: Path = Path("data")
    reports: Path = Path("reports")
    seed: int = FitSettings.seed
    json: bool = False
    quiet: bool = False

    @property
    def settings(self) -> FitSettings:
        """Sampler settings with the seed of this call."""
        return FitSettings(seed=self.seed)

    def progress(self) -> Callable[[str], None]:
        """Write progress lines with the seconds passed to stderr, unless quiet."""
        started = time.perf_counter()

        def say(line: str) -> None:
            if not self.quiet:
                print(f"[{time.perf_counter() - started:6.1f} s] {line}", file=sys.stderr, flush=True)

        return say

    def emit(self, result: Mapping[str, Any], *, text: str | None = None) -> None:
        """Print a result: one JSON object, or lines for a reader."""
        plain = _plain(result)
        print(json.dumps(plain, indent=2, allow_nan=False) if self.json else text or "\n".join(_lines(plain)))


@app.callback()
def options(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="Data folder.")] = Path("data"),
    reports: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("reports"),
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of everything random.")] = FitSettings.seed,
    as_json: Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")] = False,
) -> None:
    """Hold the global options for the command."""
    context.obj = Options(data, reports, seed, as_json, quiet)


@app.command(epilog="Example: costfloor build --as-of 2025-06-30 --json")
def build(context: typer.Context, as_of: AsOf = None) -> None:
    """Build the panel from data/raw."""
    call: Options = context.obj
    report = build_panel(call.data, _day(as_of), call.progress())
    call.emit(asdict(report))
    _exit_unless(report.passed, "the capability fit missed its gates")


@app.command(epilog="Example: costfloor status --json")
def status(context: typer.Context) -> None:
    """Say what is built and fitted, and whether it is up to date."""
    call: Options = context.obj
    found = data_status(call.data)
    call.emit(found)
    stale = found["stale"] or any(fit["stale"] for fit in found["fits"])
    _exit_unless(not stale, "something is stale or missing: run `costfloor report`")
    _exit_unless(all(fit["passed"] for fit in found["fits"]), "a fit missed its gates")


@trend.command(epilog="Example: costfloor trend frontier --table prices.csv --threshold 40 --json")
def frontier(
    context: typer.Context,
    table: Annotated[Path, typer.Option(help="A price table, CSV or Parquet.")],
    threshold: Annotated[float, typer.Option(help="Keep rows that score at least this, in the table's own scale.")],
    score_scale: Scale = "raw",
) -> None:
    """Record-low prices at or above a score: OLS of log price on date."""
    from analysis.indexes.frontier import frontier_trend  # noqa: PLC0415  statsmodels is slow to import

    prices = _table(table, score_scale, closed_scale=True)
    result = frontier_trend(prices.frame, threshold)
    context.obj.emit(asdict(result), text=str(result))


@trend.command(epilog="Example: costfloor trend hedonic --table prices.csv --frontier pareto --json")
def hedonic(
    context: typer.Context,
    table: Annotated[Path, typer.Option(help="A price table, CSV or Parquet.")],
    frontier: Annotated[str, typer.Option(help="pareto (rows no earlier row beats) or all.")] = "all",
    score_scale: Scale = "fraction",
) -> None:
    """OLS of log price on date and score."""
    from analysis.indexes.hedonic import hedonic_trend  # noqa: PLC0415  statsmodels is slow to import

    rows = _one_of(frontier, ("pareto", "all"), "--frontier")
    prices = _table(table, score_scale, closed_scale=True)
    result = hedonic_trend(prices.frame, prices.score_scale, rows)  # type: ignore[arg-type]  # checked by _one_of
    context.obj.emit(asdict(result), text=str(result))


@app.command(epilog="Example: costfloor fit plateau --table prices.csv --json")
def fit(
    context: typer.Context,
    law: Annotated[str, typer.Argument(help=f"One of {', '.join(LAWS)}.")],
    table: Table = None,
    out: Annotated[Path | None, typer.Option(help="Folder for draws and receipt.")] = None,
    score_scale: Scale = "fraction",
) -> None:
    """Fit a law of motion; an unchanged fit is read, not run again."""
    call: Options = context.obj
    chosen = LAWS[_one_of(law, tuple(LAWS), "LAW")]
    obs = _observations(call, table, score_scale)
    fitted = fit_law(chosen, obs, call.settings, _writable(out or fits_dir(call.data)), call.progress())
    keys = (
        "law",
        "n",
        "families",
        "fingerprint",
        "data_hash",
        "sampler",
        "seconds",
        "diagnostics",
        "parameters",
        "warnings",
    )
    call.emit({key: fitted.receipt[key] for key in keys})
    _exit_unless(fitted.passed, f"FAILED gates: {fitted.receipt['diagnostics']['worst']}")


@app.command(epilog="Example: costfloor compare --table prices.csv --horizon 6 --json")
def compare(
    context: typer.Context,
    table: Table = None,
    horizon: Annotated[int, typer.Option(min=1, max=120, help="Months ahead.")] = 12,
    score_scale: Scale = "fraction",
) -> None:
    """Compare the laws by forecast and give a verdict."""
    from analysis.inference.compare import compare as compare_laws  # noqa: PLC0415  slow to import

    call: Options = context.obj
    obs, say, folder = _observations(call, table, score_scale), call.progress(), _writable(fits_dir(call.data))
    fits = {name: fit_law(law, obs, call.settings, folder, say) for name, law in LAWS.items()}
    result = compare_laws(fits, obs, call.settings, folder, say, horizon_months=horizon)
    call.emit(result.to_json())
    _exit_unless(result.passed, f"FAILED gates: {'; '.join(result.failures)}")


@app.command(epilog="Example: costfloor check curvature --json")
def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A check, or all.")] = "all",
    table: Table = None,
    list_names: Annotated[bool, typer.Option("--list", help="List the checks.")] = False,
    score_scale: Scale = "fraction",
) -> None:
    """Posterior predictive checks of every law."""
    from analysis.checks import CHECKS, run_checks, to_json  # noqa: PLC0415  slow to import

    call: Options = context.obj
    if list_names:
        call.emit({"checks": list(CHECKS)})
        return
    chosen = None if name == "all" else [_one_of(name, tuple(CHECKS), "NAME")]
    obs, say, folder = _observations(call, table, score_scale), call.progress(), _writable(fits_dir(call.data))
    fits = {law: fit_law(LAWS[law], obs, call.settings, folder, say) for law in LAWS}
    results = [to_json(result) for result in run_checks(fits, obs, call.seed, chosen, say)]
    verdicts = [result["passed"] for result in results if result["passed"] is not None]
    passed = all(verdicts) if verdicts else None
    summary = " ".join(str(result["summary"]) for result in results)
    whole = results[0] if chosen else {"name": "all", "passed": passed, "summary": summary, "checks": results}
    call.emit(whole, text=summary)
    _exit_unless(all(fitted.passed for fitted in fits.values()), "a fit missed its gates")
    _exit_unless(passed is not False, "a check failed for at least one law")


@app.command(epilog="Example: costfloor report --as-of 2025-06-30")
def report(context: typer.Context, as_of: AsOf = None) -> None:
    """Build, fit, compare and write reports/report.pdf."""
    call: Options = context.obj
    result = make_report(call.data, _writable(call.reports), call.settings, call.progress(), _day(as_of))
    call.emit(vars(result), text=f"{result.pdf}: {result.verdict} (data vintage {result.vintage})")
    failed = [name for name, passed in result.gates.items() if not passed]
    _exit_unless(result.passed, f"FAILED gates: {', '.join(failed)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with its code: 0 done, 1 a gate failed, 2 wrong input, 3 data in use."""
    try:
        app(args=globals_first(list(sys.argv[1:] if arguments is None else arguments)), prog_name="costfloor")
    except CostfloorError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def globals_first(arguments: list[str]) -> list[str]:
    """Move global options in front of the command, so that they may stand anywhere."""
    front, rest = [], []
    remaining = iter(arguments)
    for argument in remaining:
        name = argument.split("=", 1)[0]
        if argument == "--":
            rest += [argument, *remaining]
        elif name in {"--json", "--quiet"}:
            front.append(argument)
        elif name in {"--data", "--reports", "--seed"}:
            front += (
                [argument] if "=" in argument else [argument, *([value] if (value := next(remaining, None)) else [])]
            )
        else:
            rest.append(argument)
    return front + rest


def _observations(call: Options, table: Path | None, score_scale: str) -> PriceObservations:
    if table is not None:
        return observations(_table(table, score_scale).frame)
    build_panel(call.data, None, call.progress())
    return panel_observations(call.data)


def _table(path: Path, score_scale: str, *, closed_scale: bool = False) -> PriceTable:
    scale: ScoreScale = _one_of(score_scale, ("fraction", "percent", "raw"), "--score-scale")  # type: ignore[assignment]
    return read_price_table(path, scale, closed_scale=closed_scale)


def _one_of(value: str, choices: tuple[str, ...], column: str) -> str:
    if value not in choices:
        raise InputError("is not known", column=column, value=value, remedy=f"Choose from {', '.join(choices)}")
    return value


def _writable(folder: Path) -> Path:
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise InputError("is not a folder that can be written to", file=folder, remedy="Name another folder")
    return folder


def _day(text: str | None) -> pd.Timestamp | None:
    if text is None:
        return None
    try:
        return pd.Timestamp(dt.date.fromisoformat(text))
    except ValueError as error:
        raise InputError("is not a date", column="--as-of", value=text, remedy="Write it as 2025-06-30") from error


def _exit_unless(passed: bool, message: str) -> None:
    if not passed:
        print(message, file=sys.stderr)
        raise typer.Exit(1)


def _plain(value: Any) -> Any:
    """JSON-able copy: dates as text, numbers that are not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date | Path):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _lines(value: Mapping[str, Any], indent: str = "") -> list[str]:
    lines = []
    for key, item in value.items():
        if isinstance(item, Mapping):
            lines += [f"{indent}{key}:", *_lines(item, indent + "  ")]
        else:
            lines.append(f"{indent}{key}: {f'{item:.4g}' if isinstance(item, float) else item}")
    return lines
