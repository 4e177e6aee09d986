"""Commands that compare, check, score and bring up to date what was fitted."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from costfloor.checks import CHECKS, run_checks, to_json
from costfloor.cli.results import check_blocks, comparison_blocks, one_check, refit_blocks, score_blocks
from costfloor.cli.shared import Options, counting, exit_unless, one_of, writable
from costfloor.cli.tables import Scale, Table, built_panel, day, read_observations, read_table
from costfloor.fit.continuation import appended
from costfloor.fit.result import Fit
from costfloor.fit.several import fit_laws
from costfloor.forecast.compare import compare as compare_laws
from costfloor.forecast.past_answer import past_answer
from costfloor.forecast.refit import refit as refit_laws
from costfloor.forecast.score import score_rows
from costfloor.laws import LAWS
from costfloor.laws.limits import require_enough
from costfloor.laws.observations import observations
from costfloor.panel import market_rows
from costfloor.studies.power.study import Power
from costfloor.studies.stored import read_study

app = typer.Typer()


@app.command(epilog="Example: costfloor compare --table prices.csv --horizon 6")
def compare(
    context: typer.Context,
    table: Table = None,
    horizon: Annotated[
        int, typer.Option(min=1, max=120, help="Months ahead. Up to 7 no law is set aside by its forecasts.")
    ] = 12,
    by_origin: Annotated[
        bool, typer.Option("--by-origin", help="Show the log scores from each past date, too.")
    ] = False,
    score_scale: Scale = "fraction",
) -> None:
    """Compare the laws by forecast and give a verdict."""
    call: Options = context.obj
    obs, say, folder = read_observations(call, table, score_scale), call.progress(), writable(call.places.fits)
    fits = fit_laws(obs, call.settings, folder, say)
    result = compare_laws(fits, obs, call.settings, folder, say, horizon_months=horizon)
    call.emit(result.to_json(), *comparison_blocks(result, by_origin=by_origin))
    exit_unless(result.passed, f"FAILED gates: {'; '.join(map(str, result.failures))}")


@app.command(epilog="Example: costfloor check curvature --table prices.csv")
def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A check, or all.")] = "all",
    table: Table = None,
    list_names: Annotated[bool, typer.Option("--list", help="List the checks.")] = False,
    score_scale: Scale = "fraction",
) -> None:
    """Posterior predictive checks of every law."""
    call: Options = context.obj
    if list_names:
        call.emit({"checks": list(CHECKS)}, *CHECKS)
        return
    chosen = None if name == "all" else [one_of(name, tuple(CHECKS), "NAME")]
    obs, say, folder = read_observations(call, table, score_scale), call.progress(), writable(call.places.fits)
    fits = fit_laws(obs, call.settings, folder, say)
    outcomes = run_checks(fits, obs, call.seed, chosen, counting(say, len(chosen or CHECKS)))
    results = [to_json(result) for result in outcomes]
    verdicts = [result["passed"] for result in results if result["passed"] is not None]
    passed = all(verdicts) if verdicts else None
    summary = " ".join(str(result["summary"]) for result in results)
    whole = results[0] if chosen else {"name": "all", "passed": passed, "summary": summary, "checks": results}
    # Power is simulated at the design of the project's panel.
    power = None if table else read_study(call.places.studies, "power", Power, None)
    blocks = one_check(outcomes[0]) if chosen else check_blocks(outcomes, None if power is None else power.result)
    call.emit(whole, *blocks)
    exit_unless(all(fitted.passed for fitted in fits.values()), failed_gates(fits))
    exit_unless(passed is not False, "a check failed for at least one law")


@app.command(epilog="Example: costfloor score --table new.csv --fitted old.csv")
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

    Against the project's own panel, give `score` as capability (`--score-scale raw`).
    """
    call: Options = context.obj
    names = [one_of(law, tuple(LAWS), "--law")] if law else list(LAWS)
    fresh = read_table(table, score_scale).frame
    if fitted is None:
        built = built_panel(call)
        old, fresh = built.law_rows, market_rows(fresh, built.panel)
    else:
        old = read_table(fitted, score_scale).frame
    require_enough(old, file=fitted, name="the panel")
    continued = appended(old, fresh, table)
    folder, say = writable(call.places.fits), call.progress()
    fits = fit_laws(observations(old), call.settings, folder, say, names=names)
    scored = score_rows(fits, continued, call.seed)
    call.emit(asdict(scored), *score_blocks(scored))
    exit_unless(all(fit.passed for fit in fits.values()), failed_gates(fits))


@app.command(epilog="Example: costfloor refit")
def refit(
    context: typer.Context,
    as_of: Annotated[
        str | None,
        typer.Option(help="Add to the ledger what was to be concluded on this past day, YYYY-MM-DD, and nothing else."),
    ] = None,
) -> None:
    """Take in what is new: score it, bring every law up to date, and say whether the answer moved."""
    call: Options = context.obj
    when = day(as_of)
    writable(call.places.fits)
    writable(call.places.reports)
    store, say = call.store(), call.progress()
    refitted = refit_laws(store, call.settings, say) if when is None else past_answer(store, when, call.settings, say)
    call.emit(asdict(refitted), *refit_blocks(refitted, as_of))
    exit_unless(refitted.passed, f"FAILED gates: {'; '.join(refitted.failures)}")


def failed_gates(fits: Mapping[str, Fit]) -> str:
    """Which fits missed their gates, and which gate each missed worst."""
    missed = [f"{name}: {fit.receipt['diagnostics']['worst']}" for name, fit in fits.items() if not fit.passed]
    return f"FAILED gates: {'; '.join(missed)}"
