"""`costfloor economics`: what the laws mean for a service."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from costfloor.cli.screen import Block
from costfloor.cli.shared import Options, exit_unless, writable
from costfloor.cli.tables import built_panel
from costfloor.economics.decision import Swing, Waiting
from costfloor.economics.outlook import Outlook
from costfloor.economics.scenario import Scenario
from costfloor.economics.scenario_file import read_scenario, shipped_scenarios
from costfloor.economics.study import Economics
from costfloor.economics.study import economics as work_out
from costfloor.errors import InputError
from costfloor.fit.several import fit_laws
from costfloor.laws.panel import panel_observations
from costfloor.report.launches import launches
from costfloor.sampling.policy import Sampling
from costfloor.sampling.quantiles import Quantiles
from costfloor.studies.graphs.futures import channels
from costfloor.studies.registry import stored_study
from costfloor.typeset.montecarlo import differs, median_year
from costfloor.typeset.phrases import listing, percentage, plural
from costfloor.typeset.tables import Column, tabulate

app = typer.Typer()

BUYERS: Final = {
    "fixed_capability": "fixed capability",
    "frontier": "frontier",
    "smaller_models": "open models, smaller ones on the same accelerators",
    "same_tokens": "open models, tokens of the accelerators as today",
}

MILLION: Final = 1e6

MARGIN_YEAR: Final = 5
"""The year ahead whose margin is shown; the last one of a shorter horizon."""

LOWEST_MARGIN: Final = -9.99
"""Below this a margin says no more than that the service would not be sold."""


@app.command(epilog="Example: costfloor economics --scenario my_service.toml")
def economics(
    context: typer.Context,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="A service: a TOML file (docs/economics.md), or the name of one that comes with the package; default: all of these."
        ),
    ] = None,
) -> None:
    """Margin, break-even and pay-back of a service under every law and under fixed rates of decline."""
    call: Options = context.obj
    scenarios = _scenarios(scenario)
    built, folder = built_panel(call), writable(call.places.fits)
    obs = panel_observations(built)
    fits = fit_laws(obs, call.settings, folder, call.progress())
    split = channels(stored_study("graphs", built, Sampling.seed), call.seed)
    result = work_out(scenarios, fits, obs, built.store, call.seed, split)
    call.emit(result.to_json(), *(block for service in scenarios for block in _service(service, result)))
    failed = [name for name, fit in fits.items() if not fit.passed]
    exit_unless(not failed, f"FAILED gates: {', '.join(failed)}")


def _scenarios(name: str | None) -> tuple[Scenario, ...]:
    shipped = {service.name: service for service in shipped_scenarios()}
    if name is None:
        return tuple(shipped.values())
    if name in shipped:
        return (shipped[name],)
    if name.isidentifier() and not Path(name).exists():
        remedy = f"Name a TOML file, or one of {', '.join(shipped)}"
        raise InputError(
            "is neither a file nor a service of the package", column="--scenario", value=name, remedy=remedy
        )
    return (read_scenario(Path(name)),)


def _service(service: Scenario, result: Economics) -> list[Block]:
    """One service: a row per buyer and future, what to do, and what matters most."""
    years = service.decision.horizon_years
    shown = min(MARGIN_YEAR, years)
    rows: list[Outlook | str] = []
    for buyer, words in BUYERS.items():
        of_buyer = [row for row in result.outlooks if (row.scenario, row.buyer) == (service.name, buyer)]
        rows += [words, *of_buyer] if of_buyer else []
    table = tabulate(
        "",
        f"{service.name}: {service.title}",
        [
            Column("Prices fall as by", lambda row: row if isinstance(row, str) else f"  {row.law}", "l"),
            _of_outlook("Margin, %", lambda row: _interval(row.margin_path[shown], _percent)),
            _of_outlook("Year without loss", lambda row: _median(row.breakeven_year, row.p_breakeven, row.draws)),
            _of_outlook("Paid back", lambda row: _median(row.payback_years, row.p_payback, row.draws, " y")),
            _of_outlook("Value, million USD", lambda row: _interval(row.npv_usd, _millions)),
        ],
        rows,
    )
    explained = (
        f"Margin: gross, in {shown} years. Year without loss: the first after launch, accelerators written off; losses of other years are "
        "not made up by it. Paid back: years until profits have paid for launch and capacity. In brackets the share of draws that get "
        f"there within {plural(years, 'year')}; never: fewer than half; about even: half, by their Monte Carlo error. Value: net "
        "present, median and 90 % interval."
    )
    split = f"Accelerators serve as many tokens as today: {result.channels_note}."
    return [
        table,
        explained,
        *([split] if service.capacity and result.channels_note else []),
        _launch(result.waiting[service.name], service),
        _widest(result.tornados[service.name]),
    ]


def _of_outlook(title: str, words: Callable[[Outlook], str]) -> Column[Outlook | str]:
    """A column that is empty in the rows that name a buyer."""
    return Column(title, lambda row: None if isinstance(row, str) else words(row))


def _median(years: int | None, share: float, draws: float | None, unit: str = "") -> str:
    """A median year with the share of draws that get there."""
    median = median_year(years, share, draws)
    return f"{median}{unit if isinstance(median, int) else ''} ({percentage(share)})"


def _launch(wait: Waiting, service: Scenario) -> str:
    """What the laws say about a launch today, and what it is worth to know which of them holds."""
    by_law = launches(wait)
    if by_law.parted is False:
        decision = f"All laws say the same about launching today: it {'pays' if by_law.pays else 'does not pay'}."
    else:
        opening = (
            "The laws disagree on launching today"
            if by_law.parted
            else "Whether the laws agree on launching today is open"
        )
        clauses = {
            "it pays": by_law.pays,
            "it does not": by_law.fails,
            "its expected value is within its Monte Carlo error of zero": by_law.unsure,
        }
        decision = (
            f"{opening}: {'; '.join(f'{words} under {listing(laws)}' for words, laws in clauses.items() if laws)}."
        )
    waits, worth = plural(service.decision.wait_years, "year"), wait.value_of_waiting
    if worth and not differs(worth, 0.0, wait.waiting_mcse):
        learns = "wins or costs less than its Monte Carlo error"
    else:
        learns = f"wins {_millions(worth)}" if worth > 0.0 else f"costs {_millions(-worth)} more than it teaches"
    return f"{decision} To know the law today is worth {_millions(wait.value_of_knowing)} million USD; to wait {waits} for it {learns}."


def _widest(swings: tuple[Swing, ...]) -> str:
    """The input that moves the expected value most, with those that do as much by Monte Carlo error."""
    swing = max(swings, key=lambda swing: swing.width)
    level = [
        other.path
        for other in swings
        if other is not swing and not differs(other.width, swing.width, math.hypot(other.mcse, swing.mcse))
    ]
    as_much = f"; about as much: {listing(level)}" if level else ""
    return (
        f"What moves the expected value most: {swing.path}, from {swing.low} ({_millions(swing.value_at_low)} million USD) to {swing.high} "
        f"({_millions(swing.value_at_high)}){as_much}."
    )


def _interval(ends: Quantiles, words: Callable[[float], str]) -> str:
    """A median with its 90 % interval; what is certain has none."""
    low, middle, high = (words(value) for value in ends)
    return middle if low == high else f"{middle} ({low} to {high})"


def _percent(margin: float) -> str:
    return f"below {100 * LOWEST_MARGIN:.0f}" if margin < LOWEST_MARGIN else f"{100 * margin:.0f}"


def _millions(usd: float) -> str:
    return f"{usd / MILLION:,.2f}".replace("-0.00", "0.00")
