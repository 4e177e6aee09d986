"""The same question asked of other measures of price and quality, and of parts of the panel: what the laws see in each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

import pandas as pd

from costfloor.build import BuiltPanel
from costfloor.capability.clock import birth_sd, market_clock
from costfloor.panel import entered, law_rows, make_panel

TASK_BENCHMARK: Final = "gpqa_diamond"
TASK_SOURCE: Final = "artificial_analysis eval_token_counts"
"""The one source that counts tokens of one task, run in one way, for most models of the panel."""


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
    clocked_by
        `tables -> panel` whose clock gives the births, so that a past date has those of its own day; None where the variant sets births
        of its own, which are the same at every date.
    """

    title: str
    rows: Callable[[PanelTables], pd.DataFrame]
    clocked_by: Callable[[PanelTables], pd.DataFrame] | None = attrgetter("panel")


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


def with_births_moved(by: float) -> Callable[[PanelTables], pd.DataFrame]:
    """Every birth later by so many of its standard deviations."""

    def rows(tables: PanelTables) -> pd.DataFrame:
        sd = birth_sd(market_clock(tables.panel), entered(tables.panel))
        frame = law_rows(tables.panel)
        return frame.assign(birth=frame["birth"] + pd.to_timedelta((by * frame["model"].map(sd)).round(), unit="D"))

    return rows


def epoch_panel(tables: PanelTables) -> pd.DataFrame:
    """Capability and clock by the Epoch Capabilities Index, for models that have one; its standard error is that of our own."""
    index = tables.models.set_index("model_key")["eci_score"].dropna()
    measured = tables.capability.assign(capability=tables.capability["model_key"].map(index)).dropna(
        subset="capability"
    )
    return make_panel(tables.quotes, tables.models, tables.performance, measured)


def by_epoch_index(tables: PanelTables) -> pd.DataFrame:
    """The rows of `epoch_panel` that the laws see."""
    return law_rows(epoch_panel(tables))


def on_calendar_clock(tables: PanelTables) -> pd.DataFrame:
    """All capabilities born with the first: a law that decays does so with the calendar, not with the age of a capability."""
    frame = law_rows(tables.panel)
    return frame.assign(birth=frame["birth"].min())


def _open(panel: pd.DataFrame) -> "pd.Series[bool]":
    return panel["open_weights"].fillna(False).astype(bool)


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
    "born_earlier": Variant("births earlier", with_births_moved(-1.0), clocked_by=None),
    "born_later": Variant("births later", with_births_moved(1.0), clocked_by=None),
    "epoch_index": Variant("capability by Epoch's index", by_epoch_index, clocked_by=epoch_panel),
    CALENDAR: Variant("calendar clock", on_calendar_clock, clocked_by=None),
}
"""All ways to ask, by a name that can begin the name of a file."""
