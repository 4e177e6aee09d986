"""A study as of a past day: the project's own prices as they were known then, under stand-in fits."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from costfloor.capability.bands import assign_bands
from costfloor.checks import run_checks
from costfloor.data.quotes import build_quotes
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import economics
from costfloor.laws import LAWS
from costfloor.laws.observations import observations
from costfloor.laws.panel import PRICE_UNIT
from costfloor.panel import law_rows, make_panel
from costfloor.report.baselines import baselines
from costfloor.report.price_indexes import panel_indexes
from costfloor.report.study import Study
from costfloor.studies.events.event_study import event_study, innovation_months
from costfloor.studies.last_forecast.result import LastForecast
from costfloor.studies.levers.levers import observed_levers
from fake_study import DATA, made_up, make_comparison, make_entry, make_fit
from store import compiled_store

STORED = DATA.parent / "notebooks" / "stored" / "panel.parquet"
"""Holds a capability for every model of the full panel, so that none need be measured here."""

SMALL = 150
"""Rows below which indexes and checks are worked out: what can be missing from them is missing there."""


@cache
def measured() -> pd.DataFrame:
    """Capability by model."""
    panel = pd.read_parquet(STORED).drop_duplicates("model")
    return panel.rename(columns={"model": "model_key"})[["model_key", "capability", "capability_sd", "n_benchmarks"]]


def past_panel(as_of: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Quotes and panel as `costfloor build --as-of` makes them."""
    models, quotes = compiled_store().table("models"), build_quotes(compiled_store(), as_of).quotes
    priced = models[models["model_key"].isin(quotes.loc[quotes["status"] == "kept", "model_key"].unique())]
    banded = assign_bands(measured(), priced)
    return quotes, make_panel(quotes, models, compiled_store().table("performance"), banded)


def past_study(as_of: pd.Timestamp, folder: Path) -> Study:
    """All that a report of this day shows; posterior and comparison are made up, and of a large panel what takes long."""
    quotes, panel = past_panel(as_of)
    obs = observations(law_rows(panel), price_unit=PRICE_UNIT)
    fits = {name: make_fit(name, obs) for name in LAWS}
    study = made_up()
    small = len(panel) < SMALL
    build = replace(
        study.build,
        vintage=f"0123456789abcdef@{as_of.date()}",
        quotes=len(panel),
        models=panel["model"].nunique(),
        families=panel["segment"].nunique(),
        hosts=panel["host"].nunique(),
        first=str(panel["date"].min().date()),
        last=str(panel["date"].max().date()),
        path=str(folder / "panel.parquet"),
        statuses={str(name): int(count) for name, count in quotes["status"].value_counts().items()},
    )
    changes: dict[str, Any] = {
        "build": build,
        "panel": panel,
        "quotes": quotes,
        "obs": obs,
        "fits": fits,
        "comparison": make_comparison(origins=()),
        "checks": tuple(run_checks(fits, obs, 1)) if small else study.checks,
        "baselines": baselines(panel),
        "indexes": panel_indexes(panel) if small else study.indexes,
        "history": (make_entry(build.vintage, last=build.last, n=obs.n),),
        "past_days": (),
        "last_forecast": LastForecast("2023-12-31", build.last, problem="Too few prices have come since to judge it."),
        "economics": economics(shipped_scenarios(), fits, obs, compiled_store(), seed=1),
        "events": event_study(panel, innovation_months(compiled_store())),
        "levers": observed_levers(quotes, compiled_store().table("models")),
    }
    return replace(study, **changes)
