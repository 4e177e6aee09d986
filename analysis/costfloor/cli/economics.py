"""`costfloor economics`: what the laws mean for a service."""

from pathlib import Path
from typing import Annotated, Any

import typer

from costfloor.cli.shared import Options, exit_unless, writable
from costfloor.cli.tables import built_panel
from costfloor.economics.scenario_file import read_scenario, shipped_scenarios
from costfloor.economics.study import economics as work_out
from costfloor.fit.fit import fit_law
from costfloor.laws import LAWS
from costfloor.laws.panel import panel_observations

app = typer.Typer()


@app.command(epilog="Example: costfloor economics --scenario my_service.toml --json")
def economics(
    context: typer.Context,
    scenario: Annotated[
        Path | None,
        typer.Option(help="A service, TOML (docs/economics.md); default: those that come with the package."),
    ] = None,
) -> None:
    """Margin, break-even and pay-back of a service under every law and under fixed rates of decline."""
    call: Options = context.obj
    scenarios = shipped_scenarios() if scenario is None else (read_scenario(scenario),)
    built, folder = built_panel(call), writable(call.places.fits)
    obs = panel_observations(built)
    fits = {name: fit_law(law, obs, call.settings, folder, call.progress()) for name, law in LAWS.items()}
    result = work_out(scenarios, fits, obs, built.store, call.seed).to_json()
    call.emit(result, text="\n".join(_lines(result)))
    failed = [name for name, fit in fits.items() if not fit.passed]
    exit_unless(not failed, f"FAILED gates: {', '.join(failed)}")


def _lines(result: dict[str, Any]) -> list[str]:
    rows = [f"{'service / future / buyer':58} {'margin in 5 years':>20} {'breaks even':>12} {'NPV, kUSD':>24}"]
    for name, outlook in result["scenarios"].items():
        low, middle, high = outlook["margin_path"][min(5, len(outlook["margin_path"]) - 1)]
        even = "never" if outlook["breakeven_year"] is None else outlook["breakeven_year"]
        worth = " ".join(f"{value / 1e3:,.0f}" for value in outlook["npv_usd"])
        rows.append(f"{name:58} {middle:7.2f} ({low:.2f}..{high:.2f}) {even:>10} {worth:>24}")
    for name, wait in result["waiting"].items():
        choice = (
            "the laws disagree on launching" if wait["changes_decision"] else "all laws say the same about launching"
        )
        rows.append(
            f"{name}: {choice}; to know the law today is worth {wait['value_of_knowing']:,.0f} USD, "
            f"to wait until it is known {wait['value_of_waiting']:,.0f} USD"
        )
    return rows
