"""The command that fits a law."""

from pathlib import Path
from typing import Annotated

import typer

from costfloor.cli.results import fit_blocks
from costfloor.cli.shared import Options, exit_unless, one_of, writable
from costfloor.cli.tables import Scale, Table, read_observations
from costfloor.errors import InputError
from costfloor.fit.asked import FAST_LOOK, fit_as_asked
from costfloor.fit.other_priors import FORMS, listed, read_options
from costfloor.laws import LAWS

app = typer.Typer()

PRIOR_HELP = (
    "Another prior for a parameter of the law, on its own scale, such as rate_floor=normal:0.18:0.05; may be repeated. Distributions: "
    f"{listed(FORMS)}. docs/priors.md has the parameters."
)
KEYS = (
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


@app.command(epilog="Example: costfloor fit plateau --table prices.csv")
def fit(
    context: typer.Context,
    law: Annotated[str, typer.Argument(help=f"One of {', '.join(LAWS)}.")],
    table: Table = None,
    prior: Annotated[list[str] | None, typer.Option(metavar="NAME=DISTRIBUTION:CONSTANTS", help=PRIOR_HELP)] = None,
    fast: Annotated[bool, typer.Option("--fast", help=f"A {FAST_LOOK}. Not stored; mostly misses a gate.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for draws and receipt; with --prior, its folder other_priors.")
    ] = None,
    score_scale: Scale = "fraction",
) -> None:
    """Fit a law of motion; an unchanged fit is read, not run again."""
    call: Options = context.obj
    chosen = LAWS[one_of(law, tuple(LAWS), "LAW")]
    asked = read_options(prior or [])
    if fast and out is not None:
        raise InputError(
            "a fast look is not stored", column="--out", value=str(out), remedy="Leave out --fast or --out"
        )
    obs = read_observations(call, table, score_scale)
    folder = call.places.fits if fast else writable(out or call.places.fits)
    fitted = fit_as_asked(chosen, obs, call.settings, folder, call.progress(), priors=asked, fast=fast)
    receipt = fitted.receipt
    departures = {"other_priors": receipt.get("other_priors", {}), "fast_look": receipt.get("fast_look")}
    call.emit({key: receipt[key] for key in KEYS} | departures, *fit_blocks(fitted))
    exit_unless(fitted.passed, f"FAILED gates: {receipt['diagnostics']['worst']}")
