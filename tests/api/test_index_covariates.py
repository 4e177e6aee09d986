"""`cf.index` and `cf.trend` at given covariates: from a file, a data frame, a table that was read, and the panel."""

from pathlib import Path

import costfloor as cf
import numpy as np
import pandas as pd
import pytest

PANEL_CHOICES = ("creator", "host_kind", "open_weights", "reasoning")


def prices() -> pd.DataFrame:
    """Two prices a month of things whose context and tier move the price."""
    rng = np.random.default_rng(0)
    n = 48
    date = pd.Timestamp("2023-01-05") + pd.to_timedelta(15 * np.arange(n), "D")
    score = rng.uniform(0.3, 0.8, n).round(3)
    context = rng.choice([8.0, 32.0, 128.0], n)
    tier = rng.choice(["basic", "pro"], n)
    log_price = 1 - 0.6 * np.arange(n) * 15 / 365 + 2 * score + 0.01 * context + rng.normal(0, 0.1, n)
    return pd.DataFrame(
        {"date": date, "price": np.exp(log_price), "score": score, "context": context, "tier": tier, "note": "x"}
    )


def panel() -> pd.DataFrame:
    """A panel as `load_panel` gives it, with traits that were never stated."""
    table = prices()
    number = np.arange(len(table))
    return pd.DataFrame(
        {
            "date": table["date"], "valid_to": pd.NaT, "left_censored": False, "price_usd_per_mtok": table["price"],
            "model": [f"model {at}" for at in number], "host": np.where(number % 2, "a", "b"), "n_benchmarks": 6,
            "host_kind": np.where(number % 2, "first_party", "inference_host"), "creator": np.where(number % 5, "x", "y"),
            "capability": 100 + 50 * table["score"], "capability_sd": 1.0, "band": "all", "band_centre": 120.0,
            "birth": table["date"].iloc[0], "clock_release": table["date"].iloc[0], "segment": "all open",
            "open_weights": pd.array(number % 3 == 0, dtype="boolean"), "release_date": table["date"],
            "reasoning": pd.array([None, True, False, False] * 12, dtype="boolean"),
        }
    )  # fmt: skip


def test_a_file_a_frame_and_a_read_table_say_the_same(tmp_path: Path) -> None:
    table, path = prices(), tmp_path / "prices.csv"
    table.to_csv(path, index=False)
    names = ["context", "tier"]
    read = cf.read_prices(path, covariates=names)
    assert list(read) == ["date", "price", "score", "quality", "family", *names]
    shuffled = read.set_axis(range(100, 148)).sample(frac=1, random_state=1)
    indexes = [
        cf.index("hedonic", data, frequency="quarter", covariates=names) for data in (path, table, read, shuffled)
    ]
    for given in (table.columns[3:5], iter(names)):
        indexes.append(cf.index("hedonic", table, frequency="quarter", covariates=given))  # type: ignore[arg-type]
    trends = [cf.trend("hedonic", data, covariates=names) for data in (path, table)]
    for estimates in (indexes, trends):
        worth = [estimate.covariates_frame() for estimate in estimates]
        for other in worth[1:]:
            pd.testing.assert_frame_equal(other, worth[0], rtol=1e-9)
    assert len({round(index.annual_rate, 9) for index in indexes}) == 1
    assert trends[0].rate_ci90[0] < 0.6 < trends[0].rate_ci90[1]
    (context, tier) = trends[0].covariates
    assert context.ci90[0] < 0.01 < context.ci90[1]
    assert (tier.name, tier.level, tier.base) == ("tier", "pro", "basic")


def test_an_index_with_the_name_of_a_column_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    prices().to_csv(path, index=False)
    read = cf.read_prices(path, covariates=["tier"])
    for rows in (read, panel()):
        plain, named = (
            cf.index("hedonic", table, frequency="quarter", covariates=["tier"] if "tier" in rows else ["creator"])
            for table in (rows, rows.set_index("date", drop=False))
        )
        assert named == plain
    assert cf.observe(read.set_index("date", drop=False)).data_hash == cf.observe(read).data_hash


def test_a_column_that_was_not_kept_says_how_to_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    prices().to_csv(path, index=False)
    read = cf.read_prices(path)
    for estimate in (cf.index, cf.trend):
        with pytest.raises(
            cf.CostfloorError, match=r"column 'tier': missing.*name it in the covariates of read_prices"
        ):
            estimate("hedonic", read, covariates=["tier"])
    # A column that was added since is checked like one of a file.
    with pytest.raises(cf.CostfloorError, match="the table, row 2, column 'tier', value '': empty"):
        cf.index("hedonic", read.assign(tier=["a", None, *["b"] * 46]), covariates=["tier"])
    added = read.assign(tier=prices()["tier"])
    rates = [
        cf.index("hedonic", data, frequency="quarter", covariates=["tier"]).annual_rate for data in (added, prices())
    ]
    np.testing.assert_allclose(*rates, rtol=1e-9)
    assert added["tier"].tolist() == prices()["tier"].tolist()


def test_the_panel_has_choices_of_its_own() -> None:
    rows = panel()
    index = cf.index("hedonic", rows, frequency="quarter", covariates=PANEL_CHOICES)
    frame = index.covariates_frame()
    assert frame["covariate"].tolist() == ["creator", "host_kind", "open_weights", "reasoning", "reasoning"]
    assert frame["level"].tolist() == ["y", "inference_host", "", "unstated", "yes"]
    # The traits are in the regression in any case: naming them changes what is shown, not the index.
    plain, named = (
        cf.index("hedonic", rows, frequency="quarter", covariates=names) for names in ((), PANEL_CHOICES[2:])
    )
    np.testing.assert_allclose(named.annual_rate, plain.annual_rate, rtol=1e-9)
    trend = cf.trend("hedonic", rows, covariates=["reasoning"])
    assert [effect.level for effect in trend.covariates] == ["unstated", "yes"]
    for estimate in (cf.index, cf.trend):
        with pytest.raises(
            cf.CostfloorError, match=r"'capability_sd': is no covariate of the panel\. Choose from creator"
        ):
            estimate("hedonic", rows, covariates=["capability_sd"])
        with pytest.raises(cf.CostfloorError, match="is no list of names"):
            estimate("hedonic", rows, covariates="reasoning")


def test_only_hedonic_regressions_take_them() -> None:
    with pytest.raises(cf.CostfloorError, match="value 'matched': takes no covariates"):
        cf.index("matched", "no such file.csv", covariates=["tier"])
    with pytest.raises(cf.CostfloorError, match="value 'frontier': takes no covariates"):
        cf.trend("frontier", "no such file.csv", covariates=["tier"])
