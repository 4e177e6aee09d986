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
            "quality_centre": [119.0, 130.0],
            "family": ["early", "late"],
            "model": ["a/one", "b/two"],
        }
    )


def scores(score: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame({"model_key": ["a/one"], "benchmark": ["gpqa"], "score": [score]})


def test_other_draws_of_quality_are_the_same_source() -> None:
    drawn_anew = rows().assign(quality=[120.02, 130.97], quality_sd=[1.01, 1.98], quality_centre=[119.03, 129.99])
    # The last bit of a blended price may come out either way.
    drawn_anew.loc[0, "price"] = 0.3
    assert panel_source(drawn_anew, scores()) == panel_source(rows(), scores())


def test_prices_bands_and_scores_make_another_source() -> None:
    known = panel_source(rows(), scores())
    assert panel_source(rows().assign(price=[0.3, 4.01]), scores()) != known
    assert panel_source(rows().assign(family=["early", "early"]), scores()) != known
    assert panel_source(rows().iloc[:1], scores()) != known
    assert panel_source(rows(), scores(0.6)) != known
