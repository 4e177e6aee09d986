"""Classical forecasts and checks see each segment of a market as a family; the laws see one market."""

import numpy as np
import pandas as pd
from costfloor.laws.observations import observations, subset
from costfloor.laws.segments import by_segment


def market(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(["2023-01-01", "2023-06-01", "2024-01-01", "2024-03-01", "2024-06-01"]),
            "price": [8.0, 6.0, 4.0, 3.0, 2.0],
            "quality": [1.0, 1.0, 2.0, 3.0, 3.0],
            "family": "market",
            "model": ["a", "a", "b", "c", "c"],
            "birth": pd.to_datetime(["2022-01-01", "2022-01-01", "2023-01-01", "2023-01-01", "2023-01-01"]),
            "segment": ["old", "old", "new open", "new", "new"],
        }
    )
    return frame.assign(**columns)


def test_segments_are_families_of_the_same_prices() -> None:
    obs = observations(market())
    parts = by_segment(obs)
    assert obs.families == ("market",)
    assert parts.families == obs.segments == ("new", "new open", "old")
    assert [parts.families[code] for code in parts.family] == ["old", "old", "new open", "new", "new"]
    np.testing.assert_array_equal(parts.log_price, obs.log_price)
    np.testing.assert_array_equal(parts.unit_quality, obs.unit_quality)
    np.testing.assert_allclose(parts.family_birth, [0.0, 0.0, -1.0], atol=0.01)


def test_the_laws_do_not_see_segments() -> None:
    assert observations(market(segment="one")).data_hash == observations(market()).data_hash


def test_a_past_date_knows_the_segments_of_its_rows() -> None:
    obs = observations(market())
    past = subset(obs, obs.time_years < 1.1)
    assert past.segments == ("new open", "old")
    assert by_segment(past).families == past.segments


def test_without_segments_they_are_the_families() -> None:
    table = market(family=["x", "x", "y", "y", "y"]).drop(columns="segment")
    obs = observations(table)
    parts = by_segment(obs)
    assert parts.families == obs.families == ("x", "y")
    np.testing.assert_array_equal(parts.centres, obs.centres)
    np.testing.assert_allclose(parts.family_birth, obs.family_birth)
