"""The same question asked of other measures of price and quality, and of parts of the panel: what the laws see in each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from costfloor.build import BuiltPanel
from costfloor.capability.bands import BANDS, assign_bands
from costfloor.panel import law_rows, make_panel

TASK_BENCHMARK: Final = "gpqa_diamond"
TASK_SOURCE: Final = "artificial_analysis eval_token_counts"
"""The one source that counts tokens of one task, run in one way, for most models of the panel."""

EDGE_SHIFT: Final = 3.0
"""Capability units, a quarter of the distance between bands."""


@dataclass(frozen=True)
class PanelTables:
    """Tables that variants are made of: those of a build, the models and scores that count in it, and the raw costs of benchmarks."""

    panel: pd.DataFrame = field(repr=False)
    quotes: pd.DataFrame = field(repr=False)
    disagreements: pd.DataFrame = field(repr=False)
    capability: pd.DataFrame = field(repr=False)
    models: pd.DataFrame = field(repr=False)
    performance: pd.DataFrame = field(repr=False)
    costs: pd.DataFrame = field(repr=False)


@dataclass(frozen=True)
class Variant:
    """One way to ask.

    Attributes
    ----------
    title
        In a few words.
    rows
        `tables -> price table`, as `costfloor.laws.observations.observations` takes it.
    """

    title: str
    rows: Callable[[PanelTables], pd.DataFrame]


def panel_tables(built: BuiltPanel) -> PanelTables:
    """What the variants need of a build and of the raw data behind it."""
    costs = built.store.table("benchmark_costs")
    return PanelTables(
        built.panel, built.quotes, built.disagreements, built.capability, built.models, built.scores, costs
    )


def priced_by(column: str) -> Callable[[PanelTables], pd.DataFrame]:
    """The panel with another column as the price."""
    return lambda tables: law_rows(tables.panel.assign(price_usd_per_mtok=tables.panel[column]))


def per_task(tables: PanelTables) -> pd.DataFrame:
    """USD for one run of GPQA Diamond: tokens, counted once per model in 2026, times the prices of the day.

    Of several efforts the one that uses most tokens, since capability is that of the best effort. Models without a count drop out.
    """
    costs = tables.costs
    runs = costs[(costs["source"] == TASK_SOURCE) & (costs["benchmark"] == TASK_BENCHMARK)]
    runs = runs[runs["output_tokens"].gt(0) & runs["input_tokens"].gt(0) & runs["reasoning_in_output"].eq(True)]
    longest = runs.sort_values("output_tokens").groupby("model_key")[["input_tokens", "output_tokens"]].last()
    panel = tables.panel[tables.panel["model"].isin(longest.index)]
    tokens = longest.loc[panel["model"]].set_axis(panel.index)
    cost = (
        tokens["input_tokens"] * panel["input_usd_per_mtok"] + tokens["output_tokens"] * panel["output_usd_per_mtok"]
    ) / 1e6
    return law_rows(panel.assign(price_usd_per_mtok=cost))


def with_weights(*, opened: bool) -> Callable[[PanelTables], pd.DataFrame]:
    """Rows of models with open weights, or of all others."""
    return lambda tables: law_rows(tables.panel[_open(tables.panel) == opened])


def open_at_best_host(tables: PanelTables) -> pd.DataFrame:
    """Open weights at the cheapest seller of the day: anybody may serve them, so competition leaves little markup."""
    return law_rows(tables.panel[_open(tables.panel) & tables.panel["best_host"]])


def without_suspects(tables: PanelTables) -> pd.DataFrame:
    """Without prices that two sources give differently, that the compilation flagged, or whose day nobody verified."""
    quotes, disagreements = tables.quotes, tables.disagreements
    unsure = quotes["quality_flag"].ne("ok") | quotes["date_precision"].fillna("").str.startswith("not verified")
    disputed = pd.concat([disagreements["quote_id"], disagreements["other_quote_id"]])
    suspect = pd.concat([quotes.loc[unsure, "quote_id"], disputed])
    return law_rows(tables.panel[~tables.panel["quote_id"].isin(suspect)])


def without_left_censored(tables: PanelTables) -> pd.DataFrame:
    """Without prices that stood on the first list of their source, and so may be older than their date."""
    return law_rows(tables.panel[~tables.panel["left_censored"]])


def without_hosts(tables: PanelTables) -> pd.DataFrame:
    """All rows, with no effect of who sells."""
    return law_rows(tables.panel).drop(columns="host")


def with_edges_moved(by: float) -> Callable[[PanelTables], pd.DataFrame]:
    """Bands whose edges lie higher by so many capability units; anchors stay where they are."""

    def rows(tables: PanelTables) -> pd.DataFrame:
        capability = tables.capability
        anchors = capability["model_key"].isin([band.anchor for band in BANDS])
        moved = capability.assign(capability=capability["capability"].where(anchors, capability["capability"] - by))
        # Only where the edges lie has changed, not how able a model is.
        return law_rows(_panel(tables, _banded(tables, moved).assign(capability=capability["capability"])))

    return rows


def by_epoch_index(tables: PanelTables) -> pd.DataFrame:
    """Capability by the Epoch Capabilities Index, for models that have one; its standard error is that of our own.

    GPT-3's anchor has none and keeps ours, which only sets the edge of the lowest band.
    """
    index = tables.models.set_index("model_key")["eci_score"].dropna()
    capability = tables.capability
    value = capability["model_key"].map(index)
    lowest = capability["model_key"] == BANDS[0].anchor
    measured = capability.assign(capability=value.where(~lowest, capability["capability"]))[value.notna() | lowest]
    return law_rows(_panel(tables, _banded(tables, measured)))


def on_calendar_clock(tables: PanelTables) -> pd.DataFrame:
    """All bands born with the first: a law that decays does so with the calendar, not with the age of a band."""
    frame = law_rows(tables.panel)
    return frame.assign(family_birth=frame["family_birth"].min())


def _open(panel: pd.DataFrame) -> "pd.Series[bool]":
    return panel["open_weights"].fillna(False).astype(bool)


def _banded(tables: PanelTables, capability: pd.DataFrame) -> pd.DataFrame:
    kept = tables.quotes.loc[tables.quotes["status"] == "kept", "model_key"]
    bare = capability.drop(columns=["band", "band_centre", "band_birth"])
    return assign_bands(bare, tables.models[tables.models["model_key"].isin(kept)])


def _panel(tables: PanelTables, capability: pd.DataFrame) -> pd.DataFrame:
    return make_panel(tables.quotes, tables.models, tables.performance, capability)


BASE: Final = "blended"
CALENDAR: Final = "calendar"
OPEN, CLOSED, OPEN_AT_BEST_HOST = "open", "closed", "open_at_best_host"

VARIANTS: Final = {
    BASE: Variant("blended 3:1, all rows", priced_by("price_usd_per_mtok")),
    "input": Variant("input price", priced_by("input_usd_per_mtok")),
    "output": Variant("output price", priced_by("output_usd_per_mtok")),
    "task": Variant("price of a task (GPQA Diamond)", per_task),
    OPEN: Variant("open weights", with_weights(opened=True)),
    CLOSED: Variant("closed weights", with_weights(opened=False)),
    OPEN_AT_BEST_HOST: Variant("open weights, cheapest host", open_at_best_host),
    "without_suspects": Variant("without suspect prices", without_suspects),
    "without_left_censored": Variant("without prices of first lists", without_left_censored),
    "without_hosts": Variant("no effects of hosts", without_hosts),
    "edges_higher": Variant("band edges higher", with_edges_moved(EDGE_SHIFT)),
    "edges_lower": Variant("band edges lower", with_edges_moved(-EDGE_SHIFT)),
    "epoch_index": Variant("capability by Epoch's index", by_epoch_index),
    CALENDAR: Variant("calendar clock", on_calendar_clock),
}
"""All ways to ask, by a name that can begin the name of a file."""
