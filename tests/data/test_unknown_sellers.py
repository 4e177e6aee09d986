"""What is said of a seller that nobody has looked at."""

import pandas as pd
from costfloor.data.unknown_sellers import unknown_sellers


def quotes(*rows: tuple[str, str, str, float], day: str = "2026-07-02") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["host", "host_kind", "model_key", "price_usd_per_mtok"])
    return frame.assign(
        provider=frame["host"],
        source="models_dev",
        status="kept",
        recorded_on=pd.to_datetime(day),
        valid_to=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]"),
    ).astype({"recorded_on": "datetime64[us]"})


def market(copied: int, models: int) -> pd.DataFrame:
    """A router, a host, and a new seller that repeats `copied` of the router's prices."""
    rows = []
    for number in range(models):
        key, price = f"acme/{number}", 1.0 + number
        rows += [("router", "aggregator", key, price), ("forge", "inference_host", key, 1.5 * price)]
        rows.append(("newcomer", "unknown", key, price * (1.015 if number < copied else 3.0)))
    return quotes(*rows)


def test_a_seller_is_shown_with_whom_its_prices_repeat() -> None:
    (seller,) = unknown_sellers(market(8, 10))
    assert (seller["spelling"], seller["rows"], seller["models"]) == ("newcomer", 10, 10)
    assert (seller["first"], seller["last"], seller["sources"]) == ("2026-07-02", "2026-07-02", ["models_dev"])
    assert seller["alike"] == [
        {"host": "router", "kind": "aggregator", "common": 10, "equal": 8},
        {"host": "forge", "kind": "inference_host", "common": 10, "equal": 0},
    ]
    assert seller["likely_relay_of"] == "router"


def test_few_common_models_or_few_equal_prices_make_no_relay() -> None:
    assert unknown_sellers(market(6, 10))[0]["likely_relay_of"] is None
    assert unknown_sellers(market(4, 4))[0]["likely_relay_of"] is None
    assert unknown_sellers(market(7, 10))[0]["likely_relay_of"] == "router"


def test_only_prices_that_held_on_a_shared_day_are_compared() -> None:
    rows = market(10, 10)
    gone = rows["host"].eq("router")
    rows["valid_to"] = rows["valid_to"].mask(gone, pd.Timestamp("2026-07-01"))
    rows["recorded_on"] = rows["recorded_on"].mask(gone, pd.Timestamp("2026-01-01"))
    (seller,) = unknown_sellers(rows)
    assert [other["host"] for other in seller["alike"]] == ["forge"]


def test_the_largest_comes_first_and_known_sellers_do_not_come() -> None:
    rows = pd.concat([market(0, 3), quotes(("small", "unknown", "acme/0", 9.0))], ignore_index=True)
    assert [seller["spelling"] for seller in unknown_sellers(rows)] == ["newcomer", "small"]
    assert unknown_sellers(rows[rows["host_kind"].ne("unknown")]) == []
