"""The decomposition adds up for any two lists, gives each part what is its own, and is the one of the documentation."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.studies.witnesses.by_year import decompose
from costfloor.studies.witnesses.decomposition import PARTS, changes, price_list, step, total
from costfloor.studies.witnesses.on_sale import MIN_MODELS, month_ends, on_sale
from hypothesis import assume, given
from hypothesis import strategies as st

PAGE = Path(__file__).parents[3] / "docs" / "witnesses.md"

Prices = dict[tuple[str, str], float]
LISTS = st.dictionaries(st.tuples(st.sampled_from("abcde"), st.sampled_from("WXYZ")), st.floats(1e-4, 1e4), min_size=1)


def parts(before: Prices, after: Prices) -> dict[str, float]:
    compared = step(price_list(before), price_list(after))
    return dict(zip(PARTS, changes(compared, np.ones((1, len(compared.models))))[0].tolist(), strict=True))


@given(LISTS, LISTS, st.integers(0, 2**32 - 1))
def test_parts_add_up_for_any_two_lists_under_any_weights(before: Prices, after: Prices, seed: int) -> None:
    assume({model for model, _ in before} & {model for model, _ in after})
    compared = step(price_list(before), price_list(after))
    weights = np.vstack(
        [np.ones(len(compared.models)), np.random.default_rng(seed).exponential(size=len(compared.models))]
    )
    found = changes(compared, weights)
    assert found.shape == (2, len(PARTS))
    np.testing.assert_allclose(found.sum(axis=1), total(compared, weights), atol=1e-9)

    def mean(prices: Prices) -> float:
        return float(price_list(prices).groupby("model")["log_price"].mean().mean())

    assert found[0].sum() == pytest.approx(mean(after) - mean(before), abs=1e-9)


@given(LISTS, st.floats(0.1, 10.0))
def test_what_every_incumbent_does_is_of_incumbents_alone(before: Prices, factor: float) -> None:
    found = parts(before, {place: factor * price for place, price in before.items()})
    assert found.pop("incumbents") == pytest.approx(np.log(factor), abs=1e-9)
    assert list(found.values()) == pytest.approx([0.0] * 4, abs=1e-9)


def test_each_part_has_what_is_its_own() -> None:
    base = {("a", "X"): 1.0, ("b", "X"): 1.0}
    assert parts(base, base | {("a", "Y"): np.exp(-1.0)})["entrants"] == pytest.approx(-0.25)
    assert parts(base | {("a", "Y"): np.exp(1.0)}, base)["leavers"] == pytest.approx(-0.25)
    assert parts(base, base | {("c", "X"): np.exp(-3.0)})["new"] == pytest.approx(-1.0)
    assert parts(base | {("c", "X"): np.exp(3.0)}, base)["retired"] == pytest.approx(-1.0)


def test_a_model_whose_hosts_have_all_changed_has_no_incumbents() -> None:
    found = parts({("a", "X"): 1.0, ("a", "Y"): np.exp(1.0)}, {("a", "Z"): np.exp(-1.0)})
    assert found == pytest.approx({"incumbents": 0.0, "entrants": -1.5, "leavers": 0.0, "new": 0.0, "retired": 0.0})


def test_lists_that_cannot_be_compared_are_refused() -> None:
    once = price_list({("a", "X"): 1.0})
    with pytest.raises(InputError, match="no model in common"):
        step(once, price_list({("b", "X"): 1.0}))
    with pytest.raises(InputError, match="a at X"):
        step(pd.concat([once, once]), once)


def test_the_example_of_the_documentation_is_what_the_program_gives() -> None:
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| (big|small) \| (\w) \| ([\d.]*) ?\| ([\d.]*) ?\|$", page, re.MULTILINE)
    assert len(rows) == 4
    before, after = ({(row[0], row[1]): float(row[at]) for row in rows if row[at]} for at in (2, 3))
    told = dict(re.findall(rf"^\| ({'|'.join(PARTS)}|sum) \| (-?[\d.]+) \|$", page, re.MULTILINE))
    found = parts(before, after)
    assert {name: float(value) for name, value in told.items()} == pytest.approx(
        found | {"sum": sum(found.values())}, abs=5.1e-4
    )


def spells(models: int, halving_host: bool) -> pd.DataFrame:
    """Models sold by one host throughout; a second one takes them up a year later at half the price, or the first halves its own."""
    first, turn, end = (pd.Timestamp(day) for day in ("2024-01-01", "2025-01-10", "2026-01-02"))
    rows = []
    for number in range(models):
        level, name = 0.1 * number, f"m{number}"
        rows.append((name, "X", first, turn if halving_host else end, level))
        rows.append((name, "X" if halving_host else "Y", turn, end, level - np.log(2.0)))
    return pd.DataFrame(rows, columns=["model", "host", "date", "until", "log_price"])


def test_the_year_tells_a_price_cut_from_a_cheaper_host() -> None:
    for halving_host, part, fall in ((True, "incumbents", np.log(2.0)), (False, "entrants", np.log(2.0) / 2.0)):
        table = spells(MIN_MODELS, halving_host)
        days = month_ends(table, pd.Timestamp("2026-01-02"))
        assert (days[0], days[-1]) == (pd.Timestamp("2024-01-31"), pd.Timestamp("2026-01-01"))
        found, (incumbents, any_host) = decompose(table, days)
        assert found.largest_error < 1e-12
        of_2025 = next(year for year in found.years if year.year == 2025)
        assert of_2025.parts[part].value * of_2025.years == pytest.approx(fall)
        assert of_2025.parts[part].se == pytest.approx(0.0, abs=1e-12)
        assert of_2025.total.value == pytest.approx(of_2025.parts[part].value)
        assert (incumbents.rate.value > 0.01) == halving_host
        assert any_host.rate.value > 0.1
        assert incumbents.change is not None


def test_what_is_on_sale_holds_from_its_day_to_the_day_before_its_end() -> None:
    table = spells(1, halving_host=True)
    assert on_sale(table, pd.Timestamp("2025-01-09"))["log_price"].tolist() == [0.0]
    assert on_sale(table, pd.Timestamp("2025-01-10"))["log_price"].tolist() == [-np.log(2.0)]
    assert on_sale(table, pd.Timestamp("2026-01-02")).empty
    assert month_ends(table, pd.Timestamp("2026-01-02")) == []


def test_errors_are_those_of_a_mean_over_models() -> None:
    table, rng = spells(40, halving_host=True), np.random.default_rng(3)
    cuts = rng.standard_normal(40)
    later = table["log_price"] < 0.1 * table["model"].str[1:].astype(float) - 0.5
    table.loc[later, "log_price"] += cuts
    found, (incumbents, _) = decompose(table, month_ends(table, pd.Timestamp("2026-01-02")))
    of_2025 = next(year for year in found.years if year.year == 2025)
    assert of_2025.parts["incumbents"].value * of_2025.years == pytest.approx(np.log(2.0) - cuts.mean())
    assert of_2025.parts["incumbents"].se * of_2025.years == pytest.approx(cuts.std(ddof=1) / np.sqrt(40))
    assert incumbents.carried_by == f"m{np.abs(cuts - cuts.mean()).argmax()}"
