"""Settlement and the cheapest host, against the rules written out row by row."""

from datetime import datetime
from typing import Any

import pandas as pd
from costfloor.data.overlap import STALE_DAYS, STATED, Spell, same_price, settle
from costfloor.data.quotes import best_host
from costfloor.data.settlement import plain, settle_all
from costfloor.data.vintages import SOURCES
from hypothesis import given, settings
from hypothesis import strategies as st

DAY_ZERO = pd.Timestamp("2025-01-01")
CONTINUOUS = ("llm_prices", "models_dev", "genai_prices", "litellm")
PRICES = (0.5, 1.0, 1.004, 1.008, 2.0)

offers = st.lists(
    st.fixed_dictionaries(
        {
            "model_key": st.sampled_from(["m/x", "m/y"]),
            "host": st.sampled_from(["a", "b"]),
            "source": st.sampled_from(SOURCES),
            "provider": st.sampled_from(["a", None]),
            "event": st.sampled_from(["launch", "first", "change"]),
            "start": st.integers(0, 4) | st.sampled_from([200, 400]),
            "late": st.sampled_from([0, 0, 0, 2]),
            "length": st.none() | st.integers(0, 4) | st.just(200),
            "price_usd_per_mtok": st.sampled_from(PRICES),
        }
    ),
    max_size=14,
)
one_source = offers.map(lambda rows: [row | {"source": "table", "provider": "a"} for row in rows])


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = ["model_key", "host", "source", "provider", "event", "start", "late", "length", "price_usd_per_mtok"]
    table = pd.DataFrame(rows, columns=columns)
    texts = table.astype(dict.fromkeys(columns[:5], "str")).astype({"price_usd_per_mtok": "float64"})
    start, late, length = (pd.to_timedelta(table[name].astype("float64"), "D") for name in ("start", "late", "length"))
    return texts.assign(
        quote_id=pd.Series([f"q{number:02d}" for number in range(len(table))], dtype="str"),
        model_id="id of " + texts["model_key"],
        date=(DAY_ZERO + start).astype("datetime64[us]"),
        recorded_on=(DAY_ZERO + start + late).astype("datetime64[us]"),
        valid_to=(DAY_ZERO + start + length).astype("datetime64[us]"),
        status="kept",
        host_kind="inference_host",
    )


def reasons_by_hand(spells: list[Spell]) -> dict[str, str]:
    """The rules of `settle`, with a search through everything that was kept before."""
    reasons, kept = {}, []
    for spell in sorted(spells, key=lambda s: (SOURCES.index(s.source), s.date, s.quote_id)):
        day = spell.date if spell.event == "launch" else spell.seen
        holding = [s for s in kept if s.date <= day and (s.end is None or s.end > day)]
        current = max(holding, key=lambda s: (s.date, -SOURCES.index(s.source)), default=None)
        if current is None or (not same_price(spell.price, current.price) and is_news(spell, current)):
            kept.append(spell)
        else:
            alike = same_price(spell.price, current.price)
            reasons[spell.quote_id] = f"{'same price as' if alike else 'overruled by'} {current.quote_id}"
    last = None
    for spell in sorted(kept, key=lambda s: (s.date, s.quote_id)):
        if last is not None and same_price(spell.price, last.price) and spell.event != "launch":
            reasons[spell.quote_id] = f"price unchanged since {last.quote_id}"
        else:
            last = spell
    return reasons


def is_news(spell: Spell, current: Spell) -> bool:
    own = spell.series == current.series or (spell.source == current.source and spell.source in STATED)
    if own or (current.source in CONTINUOUS and current.source != spell.source):
        return own
    followed = spell.previous is not None and same_price(spell.previous, current.price)
    late = (spell.date - current.date).days > STALE_DAYS and spell.event == "change"
    return followed or (late and current.source not in CONTINUOUS)


def spells_by_hand(quotes: pd.DataFrame) -> dict[tuple[str, str], list[Spell]]:
    places: dict[tuple[str, str], list[Spell]] = {}
    before: dict[str, float] = {}
    for row in quotes.sort_values("recorded_on").to_dict("records"):
        provider = "" if pd.isna(row["provider"]) else row["provider"]
        series, price = f"{row['source']}|{provider}|{row['model_id']}", row["price_usd_per_mtok"]
        end: datetime | None = None if pd.isna(row["valid_to"]) else row["valid_to"]
        spell = Spell(
            row["quote_id"],
            row["source"],
            series,
            row["event"],
            row["date"],
            row["recorded_on"],
            end,
            price,
            before.get(series),
        )
        before[series] = price
        places.setdefault((row["model_key"], row["host"]), []).append(spell)
    return places


@settings(deadline=None, max_examples=200)
@given(offers | one_source)
def test_settling_a_table_follows_the_rules_at_every_place(rows: list[dict[str, Any]]) -> None:
    quotes = frame(rows)
    found, _ = settle_all(quotes)
    expected: dict[str, str] = {}
    for spells in spells_by_hand(quotes).values():
        expected |= reasons_by_hand(spells)
        assert settle(spells).reasons == reasons_by_hand(spells)
    said = found.notna()
    assert dict(zip(quotes.loc[said, "quote_id"], found[said], strict=True)) == expected


@settings(deadline=None, max_examples=200)
@given(one_source)
def test_nothing_is_settled_at_plain_places(rows: list[dict[str, Any]]) -> None:
    quotes = frame(rows)
    series = quotes["source"] + "|" + quotes["provider"] + "|" + quotes["model_id"]
    places = quotes[plain(quotes.assign(series=series))]
    assert all(reasons_by_hand(spells) == {} for spells in spells_by_hand(places).values())


def test_a_price_that_moves_day_by_day_is_plain() -> None:
    row = {"model_key": "m/x", "host": "a", "source": "table", "provider": "a", "event": "change", "late": 0}
    rows = [
        row | {"start": day, "length": None, "price_usd_per_mtok": 1.0 + day % 2, "host": host}
        for day in range(4)
        for host in ("a", "b")
    ]
    quotes = frame(rows).assign(series="table|a|id")
    assert plain(quotes).all()
    ended = quotes["valid_to"].mask(quotes["date"].eq(DAY_ZERO) & quotes["host"].eq("a"), DAY_ZERO)
    assert plain(quotes.assign(valid_to=ended)).tolist() == quotes["host"].eq("b").tolist()
    late = quotes["recorded_on"].mask(quotes["host"].eq("a"), DAY_ZERO + pd.Timedelta(days=9))
    assert plain(quotes.assign(recorded_on=late)).tolist() == quotes["host"].eq("b").tolist()


@settings(deadline=None, max_examples=200)
@given(offers)
def test_the_best_host_has_the_lowest_offer_that_stands(rows: list[dict[str, Any]]) -> None:
    quotes = frame(rows)
    expected = pd.Series(False, index=quotes.index)
    for _, one in quotes.sort_values(["date", "quote_id"]).groupby("model_key"):
        standing: dict[str, tuple[float, pd.Timestamp]] = {}
        for label, row in one.iterrows():
            price, end = row["price_usd_per_mtok"], row["valid_to"]
            standing[row["host"]] = (price, pd.Timestamp.max if pd.isna(end) else end)
            expected[label] = all(price <= other for other, until in standing.values() if until > row["date"])
    assert best_host(quotes).tolist() == expected.tolist()
