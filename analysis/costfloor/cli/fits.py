"""The command that fits a law."""

from pathlib import Path
from typing import Annotated

import typer

from costfloor.cli.results import fit_blocks
from costfloor.cli.shared import Options, exit_unless, one_of, writable
from costfloor.cli.tables import Scale, Table, read_observations
from costfloor.fit.fit import fit_law
from costfloor.laws import LAWS

app = typer.Typer()


@app.command(epilog="Example: costfloor fit plateau --table prices.csv")
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
    fitted = fit_law(chosen, obs, call.settings, writable(out or call.places.fits), call.progress())
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
    call.emit({key: fitted.receipt[key] for key in keys}, *fit_blocks(fitted))
    exit_unless(fitted.passed, f"FAILED gates: {fitted.receipt['diagnostics']['worst']}")
