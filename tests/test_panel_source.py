"""Studies are compared by what the panel is made from, which no other draws of quality change."""

import pandas as pd
from costfloor.panel import panel_source


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-01-31", "2024-06-30"]),
            "price": [0.1 + 0.2, 4.0],
            "quality": [120.0, 131.0],
            "quality_sd": [1.0, 2.0],
            "birth": pd.to_datetime(["2023-11-02", "2024-05-30"]),
            "model": ["a/one", "b/two"],
        }
    )


def scores(score: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame({"model_key": ["a/one"], "benchmark": ["gpqa"], "score": [score]})


def releases(day: str = "2024-01-10") -> pd.DataFrame:
    return pd.DataFrame({"model_key": ["a/one"], "clock_release": pd.to_datetime([day])})


def test_other_draws_of_quality_are_the_same_source() -> None:
    drawn_anew = rows().assign(
        quality=[120.02, 130.97], quality_sd=[1.01, 1.98], birth=pd.to_datetime(["2023-11-01", "2024-05-30"])
    )
    # The last bit of a blended price may come out either way.
    drawn_anew.loc[0, "price"] = 0.3
    assert panel_source(drawn_anew, scores(), releases()) == panel_source(rows(), scores(), releases())


def test_prices_scores_and_releases_make_another_source() -> None:
    known = panel_source(rows(), scores(), releases())
    assert panel_source(rows().assign(price=[0.3, 4.01]), scores(), releases()) != known
    assert panel_source(rows().iloc[:1], scores(), releases()) != known
    assert panel_source(rows(), scores(0.6), releases()) != known
    assert panel_source(rows(), scores(), releases("2024-01-09")) != known
