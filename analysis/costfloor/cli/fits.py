"""Commands that fit, compare and check the laws."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from costfloor.cli.shared import Options, exit_unless, one_of, writable
from costfloor.cli.tables import Scale, Table, read_observations, read_table
from costfloor.fit.continuation import appended
from costfloor.fit.fit import fit_law
from costfloor.fit.project import fits_dir
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.limits import require_enough
from costfloor.laws.observations import observations
from costfloor.panel import build as build_panel
from costfloor.panel import law_rows, load_panel

app = typer.Typer()


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
    chosen = LAWS[one_of(law, tuple(LAWS), "LAW")]
    obs = read_observations(call, table, score_scale)
    fitted = fit_law(chosen, obs, call.settings, writable(out or fits_dir(call.data)), call.progress())
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
    exit_unless(fitted.passed, f"FAILED gates: {fitted.receipt['diagnostics']['worst']}")


@app.command(epilog="Example: costfloor compare --table prices.csv --horizon 6 --json")
def compare(
    context: typer.Context,
    table: Table = None,
    horizon: Annotated[int, typer.Option(min=1, max=120, help="Months ahead.")] = 12,
    score_scale: Scale = "fraction",
) -> None:
    """Compare the laws by forecast and give a verdict."""
    from costfloor.forecast.compare import compare as compare_laws  # noqa: PLC0415  slow to import

    call: Options = context.obj
    obs, say, folder = read_observations(call, table, score_scale), call.progress(), writable(fits_dir(call.data))
    fits = {name: fit_law(law, obs, call.settings, folder, say) for name, law in LAWS.items()}
    result = compare_laws(fits, obs, call.settings, folder, say, horizon_months=horizon)
    call.emit(result.to_json())
    exit_unless(result.passed, f"FAILED gates: {'; '.join(result.failures)}")


@app.command(epilog="Example: costfloor check curvature --json")
def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A check, or all.")] = "all",
    table: Table = None,
    list_names: Annotated[bool, typer.Option("--list", help="List the checks.")] = False,
    score_scale: Scale = "fraction",
) -> None:
    """Posterior predictive checks of every law."""
    from costfloor.checks import CHECKS, run_checks, to_json  # noqa: PLC0415  slow to import

    call: Options = context.obj
    if list_names:
        call.emit({"checks": list(CHECKS)})
        return
    chosen = None if name == "all" else [one_of(name, tuple(CHECKS), "NAME")]
    obs, say, folder = read_observations(call, table, score_scale), call.progress(), writable(fits_dir(call.data))
    fits = {law: fit_law(LAWS[law], obs, call.settings, folder, say) for law in LAWS}
    results = [to_json(result) for result in run_checks(fits, obs, call.seed, chosen, say)]
    verdicts = [result["passed"] for result in results if result["passed"] is not None]
    passed = all(verdicts) if verdicts else None
    summary = " ".join(str(result["summary"]) for result in results)
    whole = results[0] if chosen else {"name": "all", "passed": passed, "summary": summary, "checks": results}
    call.emit(whole, text=summary)
    exit_unless(all(fitted.passed for fitted in fits.values()), failed_gates(fits))
    exit_unless(passed is not False, "a check failed for at least one law")


@app.command(epilog="Example: costfloor score --table new.csv --fitted old.csv --json")
def score(
    context: typer.Context,
    table: Annotated[Path, typer.Option(help="The new rows: a price table.")],
    fitted: Annotated[
        Path | None, typer.Option(help="The table that was fitted; default: the project's own panel.")
    ] = None,
    law: Annotated[str | None, typer.Option(help=f"One of {', '.join(LAWS)}; default: all.")] = None,
    score_scale: Scale = "fraction",
) -> None:
    """Say how well the current fits predicted new rows.

    Against the project's own panel, give `score` as capability (`--score-scale raw`) and the names of its families.
    """
    from costfloor.forecast.score import score_rows  # noqa: PLC0415  slow to import

    call: Options = context.obj
    names = [one_of(law, tuple(LAWS), "--law")] if law else list(LAWS)
    fresh = read_table(table, score_scale).frame
    if fitted is None:
        build_panel(call.data, None, call.progress())
        old = law_rows(load_panel(call.data))
    else:
        old = read_table(fitted, score_scale).frame
    require_enough(old, file=fitted, name="the panel")
    continued = appended(old, fresh, table)
    folder, say = writable(fits_dir(call.data)), call.progress()
    past = observations(old)
    fits = {name: fit_law(LAWS[name], past, call.settings, folder, say) for name in names}
    call.emit(asdict(score_rows(fits, continued, call.seed)))
    exit_unless(all(one.passed for one in fits.values()), failed_gates(fits))


@app.command(epilog="Example: costfloor refit --json")
def refit(context: typer.Context) -> None:
    """Take in what is new: score it, bring every law up to date, and say whether the answer moved."""
    from costfloor.forecast.refit import refit as refit_laws  # noqa: PLC0415  slow to import
    from costfloor.forecast.refit import to_json  # noqa: PLC0415  as above

    call: Options = context.obj
    writable(fits_dir(call.data))
    found = refit_laws(call.data, writable(call.reports), call.settings, call.progress())
    call.emit(to_json(found))
    exit_unless(found.passed, f"FAILED gates: {'; '.join(found.failures)}")


def failed_gates(fits: Mapping[str, Fit]) -> str:
    """Which fits missed their gates, and which gate each missed worst."""
    missed = [f"{name}: {fit.receipt['diagnostics']['worst']}" for name, fit in fits.items() if not fit.passed]
    return f"FAILED gates: {'; '.join(missed)}"
