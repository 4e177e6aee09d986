"""What the commands on tables share: their arguments, and how they are read."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, get_args

import pandas as pd
import typer

from costfloor.api.prices import observe
from costfloor.build import BuiltPanel, build
from costfloor.cli.shared import Options, one_of
from costfloor.errors import InputError
from costfloor.laws.observations import PriceObservations
from costfloor.laws.panel import panel_observations
from costfloor.sources.price_table import PriceTable, ScoreScale, read_price_table

Table = Annotated[Path | None, typer.Option(help="A price table, CSV or Parquet; default: the project's own panel.")]
Scale = Annotated[str, typer.Option(help="Scale of the scores: fraction, percent or raw.")]
AsOf = Annotated[
    str | None, typer.Option(help="Use only what was known by this day, YYYY-MM-DD: prices, scores and facts.")
]
Hindsight = Annotated[
    bool,
    typer.Option("--hindsight", help="With --as-of: the prices known by the day, but all scores and facts of today."),
]


def built_panel(call: Options, as_of: pd.Timestamp | None = None) -> BuiltPanel:
    """The project's panel, built first when it is stale."""
    return build(call.store(), as_of, call.progress())


def read_observations(call: Options, table: Path | None, score_scale: str) -> PriceObservations:
    """Observations of a user's table, or of the project's panel, built first when it is stale."""
    if table is not None:
        return observe(table, score_scale=score_scale_of(score_scale), progress=call.progress())
    return panel_observations(built_panel(call))


def read_table(path: Path, score_scale: str, covariates: Sequence[str] = ()) -> PriceTable:
    """A user's price table."""
    return read_price_table(path, score_scale_of(score_scale), covariates=covariates)


def score_scale_of(name: str) -> ScoreScale:
    """A scale of scores by its name."""
    scales: tuple[ScoreScale, ...] = get_args(ScoreScale)
    return one_of(name, scales, "--score-scale")


def day(text: str | None, option: str = "--as-of") -> pd.Timestamp | None:
    """A day given as text, or None."""
    if text is None:
        return None
    try:
        if not text.isascii():
            raise ValueError(text)  # `strptime` reads the digits of every script
        parsed = dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError as error:
        raise InputError("is not a date", column=option, value=text, remedy="Write it as 2025-06-30") from error
    if parsed > dt.datetime.now(dt.UTC).date():
        raise InputError("is in the future", column=option, value=text, remedy="Name a day that has been")
    return pd.Timestamp(parsed)
