"""The event study: placebo calendars rarely look like effects, and an effect that is there is found."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.studies.events.event_study import (
    event_effect,
    exposure,
    innovation_months,
    monthly_drops,
)
from store import project_store

DATA = Path(__file__).parents[3] / "data"
CALENDAR = pd.period_range("2022-01", periods=48, freq="M")


def clustered(rng: np.random.Generator) -> list[pd.Period]:
    """Seven innovations, most of them in clusters."""
    starts = rng.choice(len(CALENDAR) - 2, 4, replace=False)
    return [CALENDAR[place] for start in starts for place in (start, start + 1)][:7]


def test_placebo_dates_are_effects_in_at_most_one_of_twenty() -> None:
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(200):
        # Drops are lumpy and come in runs, as real ones do.
        lumps = rng.gamma(0.4, 0.3, len(CALENDAR))
        drops = pd.Series(lumps + 0.5 * np.roll(lumps, 1) + 0.002 * np.arange(len(CALENDAR)), index=CALENDAR)
        p_value = event_effect("placebo", drops, clustered(rng)).p_value
        assert p_value is not None
        found += p_value <= 0.05
    assert found <= 10


def test_an_effect_is_found_with_its_size() -> None:
    rng = np.random.default_rng(8)
    events = clustered(rng)
    drops = pd.Series(0.1 + 0.3 * exposure(CALENDAR, events) + rng.normal(0.0, 0.05, len(CALENDAR)), index=CALENDAR)
    found = event_effect("real", drops, events)
    assert found.p_value is not None
    assert found.p_value <= 0.05
    assert found.effect == pytest.approx(0.3, abs=0.06)
    assert found.placebo90 is not None
    assert found.placebo90[1] < found.effect
    opposite = event_effect("slower", -drops, events)
    assert opposite.effect == pytest.approx(-found.effect)
    assert opposite.p_value == found.p_value


def test_exposed_months_follow_an_event() -> None:
    calendar = pd.period_range("2024-01", periods=6, freq="M")
    events = [pd.Period("2024-02", "M"), pd.Period("2023-11", "M")]
    assert exposure(calendar, events).tolist() == [True, True, True, True, False, False]
    assert exposure(calendar, []).tolist() == [False] * 6


def test_where_every_month_is_exposed_nothing_is_compared() -> None:
    drops = pd.Series(np.ones(len(CALENDAR)), index=CALENDAR)
    found = event_effect("dense", drops, list(CALENDAR))
    assert (found.exposed, found.months) == (48, 48)
    assert found.effect is None
    assert found.placebo90 is None
    assert found.p_value is None


def test_drops_are_those_of_the_lowest_price_of_a_band() -> None:
    panel = pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-01-10", "2024-02-10", "2024-02-20", "2024-04-10", "2024-01-05"]),
            "price_usd_per_mtok": [8.0, 4.0, 6.0, 1.0, 2.0],
            "capability": [10.0, 11.0, 10.0, 12.0, 20.0],
            "band": ["a", "a", "a", "a", "b"],
            "band_centre": [10.0, 10.0, 10.0, 10.0, 20.0],
        }
    )
    drops = monthly_drops(panel)
    assert drops.index.astype(str).tolist() == ["2024-02", "2024-03", "2024-04"]
    # What is in b is able enough for a, whose lowest price is therefore b's from the start.
    assert drops.tolist() == pytest.approx([0.0, 0.0, np.log(2.0) / 2.0])
    alone = monthly_drops(panel[panel["band"] == "a"])
    assert alone.empty


def test_innovations_of_the_project_by_kind() -> None:
    table = pd.read_csv(DATA / "raw" / "context_serving_innovations.csv")
    months = innovation_months(project_store())
    assert set(months) == {"changed graph", "fixed graph", "all"}
    assert len(months["all"]) == len(months["changed graph"]) + len(months["fixed graph"]) == len(table)
    assert pd.Period("2024-04", "M") in months["fixed graph"]
