"""Studies are compared by what the panel is made from, which no other draws of quality change."""

import pandas as pd
from costfloor.panel import panel_source


def panel(**changes: object) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-01-31", "2024-06-30"]),
            "price_usd_per_mtok": [0.1 + 0.2, 4.0],
            "host": "host",
            "host_kind": "first_party",
            "n_benchmarks": 5,
            "capability": [120.0, 131.0],
            "capability_sd": [1.0, 2.0],
            "segment": ["early", "late"],
            "birth": pd.to_datetime(["2023-11-02", "2024-05-30"]),
            "clock_release": pd.to_datetime(["2024-01-10", "2024-06-20"]),
            "release_date": pd.to_datetime(["2024-01-10", "2024-06-20"]),
            "open_weights": True,
            "model": ["a/one", "b/two"],
        }
    )
    return rows.assign(**changes).astype({"open_weights": "boolean"})


def scores(score: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame({"model_key": ["a/one"], "benchmark": ["gpqa"], "score": [score]})


def test_other_draws_of_quality_are_the_same_source() -> None:
    drawn_anew = panel(
        capability=[120.02, 130.97],
        capability_sd=[1.01, 1.98],
        segment=["late", "late"],
        birth=pd.to_datetime(["2023-11-01", "2024-05-30"]),
    )
    # The last bit of a blended price may come out either way.
    drawn_anew.loc[0, "price_usd_per_mtok"] = 0.3
    assert panel_source(drawn_anew, scores()) == panel_source(panel(), scores())


def test_prices_scores_and_releases_make_another_source() -> None:
    known = panel_source(panel(), scores())
    assert panel_source(panel(price_usd_per_mtok=[0.3, 4.01]), scores()) != known
    assert panel_source(panel().iloc[:1], scores()) != known
    assert panel_source(panel(), scores(0.6)) != known
    released = pd.to_datetime(["2024-01-09", "2024-06-20"])
    assert panel_source(panel(clock_release=released), scores()) != known
    # Also of a model that the laws do not see: it may have been the first at a capability.
    unseen = panel(n_benchmarks=[2, 5])
    assert panel_source(unseen.assign(clock_release=released), scores()) != panel_source(unseen, scores())
