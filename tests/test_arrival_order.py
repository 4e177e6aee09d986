"""What is built depends on which files have come, not on the order in which they did; a past day sees the files of by then alone."""

import random
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from costfloor.capability.bands import BANDS, assign_bands
from costfloor.data.known_models import known_models
from costfloor.data.known_scores import performance_by
from costfloor.data.quotes import build_quotes
from costfloor.data.store import Store
from costfloor.errors import InputError
from costfloor.ingest import Arrival, take_in
from costfloor.panel import make_panel
from costfloor.sources.formats import FORMATS
from costfloor.storage import sha256_bytes
from made_up_arrivals import DAYS, MONTH_ENDS, NEW, OWN, made_up_arrivals
from store import opened, small_store

BATCH = 18
"""Files that come in together."""

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def arrivals() -> list[Arrival]:
    read = made_up_arrivals()
    assert {arrival.vintage.format for arrival in read} == set(FORMATS)
    return read


@pytest.fixture(scope="module")
def in_order(arrivals: list[Arrival], tmp_path_factory: pytest.TempPathFactory) -> Store:
    return after(arrivals, tmp_path_factory.mktemp("in-order"))


def after(arrivals: Sequence[Arrival], folder: Path) -> Store:
    """A store into which files have come, some at a time."""
    store = opened(small_store(folder))
    for start in range(0, len(arrivals), BATCH):
        before = set(known_models(store, None).models["model_key"])
        taken = take_in(store, arrivals[start : start + BATCH], refuse)
        store = opened(folder)
        assert set(taken.models_new["model_key"]) == set(known_models(store, None).models["model_key"]) - before
    return store


def refuse(_: Arrival, error: InputError) -> None:
    raise error


def tables(store: Store, as_of: pd.Timestamp | None = None) -> Tables:
    """Quotes, models, spellings, scores and the panel; capability is the mean score, so that the panel depends on every score."""
    known, quotes = known_models(store, as_of), build_quotes(store, as_of).quotes
    scores = performance_by(store, known, as_of).at(as_of).rows
    by_model = scores[scores["score"].le(1)].groupby("model_key")
    capability = pd.DataFrame(
        {
            "capability": 100 + 40 * by_model["score"].mean(),
            "capability_sd": 1.5,
            "n_benchmarks": by_model["benchmark"].nunique(),
        }
    ).reset_index()
    anchors = {band.anchor: 100.0 + 12.0 * position for position, band in enumerate(BANDS)}
    capability["capability"] = capability["model_key"].map(anchors).fillna(capability["capability"])
    capability = capability[capability["model_key"].isin(known.models["model_key"])].reset_index(drop=True)
    priced = known.models[known.models["model_key"].isin(quotes.loc[quotes["status"].eq("kept"), "model_key"])]
    panel = make_panel(quotes, known.models, scores, assign_bands(capability, priced))
    return {"quotes": quotes, "models": known.models, "aliases": known.aliases, "scores": scores, "panel": panel}


def hashes(found: Tables) -> dict[str, str]:
    return {name: sha256_bytes(table.to_csv(index=False).encode()) for name, table in found.items()}


def test_the_files_say_what_they_are_meant_to(in_order: Store) -> None:
    now, january = tables(in_order), tables(in_order, pd.Timestamp(MONTH_ENDS[0]))
    for found, moved, weights in ((january, "2026-01-20", [True, True]), (now, "2026-01-20", [False, False])):
        models = found["models"].set_index("model_key").loc[[NEW, OWN]]
        assert models["open_weights"].tolist() == weights
        assert models.loc[NEW, "release_date"] == pd.Timestamp(moved)
    assert now["panel"]["model"].isin([NEW, OWN]).sum() > january["panel"]["model"].isin([NEW, OWN]).sum() > 0
    assert now["scores"].loc[now["scores"]["model_key"].eq(OWN), "score"].max() == 0.7
    both = [found["scores"][found["scores"]["model_key"].eq(NEW)].set_index("benchmark") for found in (january, now)]
    assert [rows.loc["gpqa_diamond", "score"] for rows in both] == [0.5, 0.55]


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_any_order_gives_the_same_tables(order: str, arrivals: list[Arrival], in_order: Store, tmp_path: Path) -> None:
    other = list(reversed(arrivals))
    if order == "shuffled":
        random.Random(19).shuffle(other)
    store = after(other, tmp_path / "data")
    assert store.raw_vintage == in_order.raw_vintage
    assert hashes(tables(store)) == hashes(tables(in_order))


@pytest.mark.parametrize("day", MONTH_ENDS)
def test_a_past_day_is_what_was_built_then(day: str, arrivals: list[Arrival], in_order: Store, tmp_path: Path) -> None:
    by_then = [arrival for arrival in arrivals if arrival.vintage.observed_on <= day]
    assert (len(by_then) == len(arrivals)) == (day > DAYS[-1])
    store = opened(small_store(tmp_path)).with_readings({arrival.vintage: arrival.reading for arrival in by_then})
    seen = hashes(tables(in_order, pd.Timestamp(day)))
    assert seen == hashes(tables(store, pd.Timestamp(day)))
    # Scores and models of the raw tables that are younger than the day are in the store of that day as well; no price is.
    assert seen["quotes"] == hashes({"quotes": build_quotes(store).quotes})["quotes"]
