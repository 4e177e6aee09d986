"""From rows to series: years without gaps in the logic, duplicates averaged, bad rows refused with their place."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.studies.technologies.series import (
    MAX_POINTS,
    MIN_POINTS,
    SAME_TECHNOLOGY,
    cost_series,
    load_costs,
    split_at,
)
from store import project_store

DATA = Path(__file__).parents[3] / "data"


def rows(name: str, years: range, unit: str = "USD") -> pd.DataFrame:
    cost = 100.0 * np.exp(-0.05 * (np.array(years) - years[0]))
    return pd.DataFrame({"technology": name, "year": list(years), "unit_cost": cost, "unit": unit})


def test_a_series_starts_at_zero() -> None:
    (one,) = cost_series(rows("a", range(1960, 1970))).series
    assert (one.first_year, one.n) == (1960, 10)
    assert one.age_years.tolist() == list(range(10))
    assert one.log_cost == pytest.approx(-0.05 * np.arange(10))


def test_order_of_rows_does_not_matter() -> None:
    table = pd.concat([rows("b", range(1960, 1970)), rows("a", range(1950, 1980))])
    shuffled = table.sample(frac=1.0, random_state=1)
    assert cost_series(shuffled).data_hash == cost_series(table).data_hash


def test_costs_of_one_year_are_averaged() -> None:
    table = rows("a", range(1960, 1970))
    second = table.iloc[[3]].assign(unit_cost=lambda frame: frame["unit_cost"] * np.exp(0.4))
    costs = cost_series(pd.concat([table, second]))
    (one,) = costs.series
    assert one.log_cost[3] == pytest.approx(-0.15 + 0.2)
    assert costs.notes == ("a: 1 further costs of the same year averaged",)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_a_cost_without_a_logarithm_is_refused(value: float) -> None:
    table = rows("a", range(1960, 1970))
    table.loc[4, "unit_cost"] = value
    with pytest.raises(InputError, match=r"row 5, column 'unit_cost'.*not a number above zero"):
        cost_series(table)


def test_two_units_are_refused() -> None:
    with pytest.raises(InputError, match="'a' has costs in more than one unit"):
        cost_series(pd.concat([rows("a", range(1960, 1970)), rows("a", range(1970, 1980), "EUR")]))


def test_short_series_are_left_out_and_said_so() -> None:
    table = pd.concat([rows("a", range(1960, 1970)), rows("b", range(1960, 1960 + MIN_POINTS - 1))])
    costs = cost_series(table)
    assert costs.names == ["a"]
    assert costs.notes == (f"b: left out, {MIN_POINTS - 1} years are fewer than {MIN_POINTS}",)
    with pytest.raises(InputError, match="no technology has costs"):
        cost_series(rows("b", range(1960, 1962)))


@pytest.mark.parametrize("years", [MAX_POINTS, MAX_POINTS + 1, 79, 317])
def test_long_series_are_thinned_evenly(years: int) -> None:
    (one,) = cost_series(rows("a", range(1650, 1650 + years))).series
    assert one.n <= MAX_POINTS
    assert len(np.unique(np.diff(one.age_years))) == 1
    assert one.age_years[0] == 0.0


def test_two_series_of_one_good_count_once() -> None:
    costs = cost_series(
        pd.concat(
            [
                rows("Aluminum", range(1956, 1973)),
                rows("Milk", range(1960, 1970)),
                rows("Primary Aluminum", range(1929, 1969)),
            ]
        )
    )
    assert costs.weights.tolist() == [0.5, 1.0, 0.5]
    assert costs.one_per_technology().names == ["Milk", "Primary Aluminum"]


@pytest.mark.parametrize(("count", "share", "seen"), [(8, 1 / 2, 4), (9, 1 / 2, 5), (9, 2 / 3, 6), (8, 2 / 3, 6)])
def test_parts(count: int, share: float, seen: int) -> None:
    assert split_at(count, share) == seen
    costs = cost_series(rows("a", range(1960, 1960 + count)))
    assert costs.first_part(share).series[0].n == seen


def test_the_projects_table() -> None:
    costs = load_costs(project_store())
    assert set(SAME_TECHNOLOGY) <= set(costs.names)
    assert float(costs.weights.sum()) == len(costs.one_per_technology().series)
    assert all(one.n >= MIN_POINTS for one in costs.series)
    assert costs.first_part(0.5).data_hash != costs.data_hash
