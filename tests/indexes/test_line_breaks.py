"""Break tests on the prices behind a straight line: the statistics, the bootstrap, and size and power in a known market."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_run import run
from costfloor.errors import InputError
from costfloor.indexes.breaks import break_tests, cusum, sup_f
from costfloor.indexes.line_breaks import MINIMUM_PRICES, NULLS, line_break_tests
from costfloor.indexes.price_index import KINDS, price_index
from costfloor.indexes.trend import trend_design
from simulated_market import market
from statsmodels.stats.diagnostic import breaks_cusumolsresid

LINES = tuple(NULLS)
DAYS = pd.period_range("2021-01", periods=40, freq="M").end_time.normalize()


def one_row_a_month(seed: int) -> pd.DataFrame:
    errors = np.random.default_rng(seed).normal(0, 0.1, len(DAYS))
    return pd.DataFrame({"date": DAYS, "price": np.exp(errors - 0.1 * np.arange(len(DAYS))), "quality": 1.0})


def launches(seed: int, slow_from: int | None = None) -> pd.DataFrame:
    """Launches of four years; what was on sale before them came at dates that nobody knows."""
    rows = market(seed, months=48, per_month=8, slow_from=slow_from)
    return rows[rows["date"] > rows["date"].min()]


def rejections(kind: str, markets: int, slow_from: int | None = None) -> np.ndarray:
    """Shares rejected at 5 % by sup-F and by CUSUM, of the markets with enough prices behind the line."""
    found = []
    for seed in range(markets):
        rows = launches(seed, slow_from)
        # The two lines through all rows test the same mean line; their own estimates take time and play no part.
        behind = rows if kind in {"quantile", "stochastic"} else price_index(kind, rows).rows
        assert behind is not None
        if len(behind) >= MINIMUM_PRICES:
            found.append([test.p_value <= 0.05 for test in line_break_tests(kind, behind, replicates=199)])
    return np.mean(found, axis=0)


def test_statistics_are_those_of_an_index_by_period() -> None:
    rows = one_row_a_month(0)
    y = np.log(rows["price"].to_numpy())
    for ours, series in zip(line_break_tests("quantile", rows), (sup_f(DAYS, y), cusum(DAYS, y)), strict=True):
        np.testing.assert_allclose(ours.statistic, series.statistic, rtol=1e-10)
        assert (ours.name, ours.n, ours.break_date) == (series.name, series.n, series.break_date)


def test_cusum_is_that_of_statsmodels() -> None:
    rows = one_row_a_month(1).assign(quality=np.random.default_rng(1).normal(0, 1, len(DAYS)))
    X, y = trend_design(rows), np.log(rows["price"].to_numpy())
    expected = breaks_cusumolsresid(y - X @ np.linalg.lstsq(X, y)[0], ddof=3)[0]
    np.testing.assert_allclose(line_break_tests("stochastic", rows)[1].statistic, expected, rtol=1e-10)


def test_sup_f_by_dummies_at_ends_of_dates_only() -> None:
    rows = launches(0).sort_values("date")
    X, y, n = trend_design(rows), np.log(rows["price"].to_numpy()), len(rows)
    best, at = 0.0, pd.Timestamp(0)
    for day in rows["date"].unique()[2:-3]:
        late = (rows["date"] > day).to_numpy()
        if not 0.15 * n <= late.sum() <= 0.85 * n:
            continue
        designs = (X, np.column_stack([X, late, late * X[:, 1]]))
        rss = [float(((y - D @ np.linalg.lstsq(D, y)[0]) ** 2).sum()) for D in designs]
        f = (rss[0] - rss[1]) / 2 / (rss[1] / (n - 5))
        if f > best:
            best, at = f, day
    found = line_break_tests("quantile", rows)[0]
    np.testing.assert_allclose(found.statistic, best, rtol=1e-8)
    assert found.break_date == at


@pytest.mark.parametrize("kind", LINES)
def test_order_and_currency_do_not_matter(kind: str) -> None:
    index = price_index(kind, launches(3))
    assert index.rows is not None
    other = index.rows.sample(frac=1, random_state=0).assign(price=lambda frame: frame["price"] * 1000)
    for one, two in zip(break_tests(index), line_break_tests(kind, other), strict=True):
        np.testing.assert_allclose(two.statistic, one.statistic, rtol=1e-8)
        assert (two.p_value, two.break_date, two.null) == (one.p_value, one.break_date, one.null)


def test_prices_listed_again_do_not_make_a_break() -> None:
    # A model's price at ten hosts is one piece of news: F is up tenfold, the p-value stays where it was.
    rows = launches(5, slow_from=24)
    often = pd.concat([rows] * 10)
    once, again = line_break_tests("quantile", rows), line_break_tests("quantile", often)
    assert again[0].statistic > 8 * once[0].statistic
    assert abs(again[0].p_value - once[0].p_value) < 0.03
    assert line_break_tests("quantile", often.drop(columns="model"))[0].p_value == 0.002


def test_a_line_to_the_last_digit_has_no_break() -> None:
    rows = one_row_a_month(0).assign(price=np.exp(-0.3 * (DAYS - DAYS[0]).days.to_numpy() / 365))
    assert [test.p_value for test in line_break_tests("pareto", rows)] == [1, 1]


def test_the_words_say_what_is_tested() -> None:
    rows = launches(3)
    said = {kind: str(break_tests(price_index(kind, rows))[0]) for kind in LINES}
    assert "record lows" in said["frontier"]
    assert "not its tenth percentile" in said["quantile"]
    assert "frontier and distance together" in said["stochastic"]
    assert all("p-value is indicative" in said[kind] for kind in ("frontier", "pareto"))


def test_refusals() -> None:
    rows = one_row_a_month(0)
    with pytest.raises(InputError, match=r"11 prices are too few to look for a break.* 12 are needed"):
        line_break_tests("frontier", rows.head(11))
    with pytest.raises(InputError, match=r"prices of 5 models are too few to look for a break.* 6 are needed"):
        line_break_tests("quantile", rows.assign(model=np.arange(40) % 5))
    with pytest.raises(InputError, match="too few dates"):
        line_break_tests("quantile", rows.assign(date=DAYS[np.arange(40) // 8]))
    with pytest.raises(InputError, match="do not tell a trend apart"):
        line_break_tests("quantile", rows.assign(date=DAYS[0]))
    step = rows.assign(quality=np.where(np.arange(40) < 20, 0.0, 1.0))
    assert line_break_tests("quantile", step)[0].break_date != DAYS[19]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_breaks_on_the_command_line(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "prices.csv"
    market(0, flat=False).rename(columns={"quality": "score"}).drop(columns="until").to_csv(table, index=False)
    call = ["index", kind, "--table", table, "--score-scale", "raw"]
    found = run(capsys, *call, "--json").json["breaks"]
    assert [test["name"] for test in found] == ["sup-F", "CUSUM of OLS residuals"]
    for test in found:
        assert set(test) == {"name", "null", "statistic", "p_value", "break_date", "n"}
        assert 0 < test["p_value"] <= 1
    assert "the most likely break is after" in run(capsys, *call).out


@pytest.mark.parametrize(
    ("kind", "reason"), [("hedonic", "10 periods are too few"), ("frontier", "8 prices are too few")]
)
def test_the_command_line_says_why_there_is_no_test(
    kind: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "prices.csv"
    market(0).rename(columns={"quality": "score"}).drop(columns="until").to_csv(table, index=False)
    call = ["index", kind, "--table", table, "--score-scale", "raw", "--frequency", "quarter"]
    assert run(capsys, *call, "--json").json["breaks"] == []
    assert f"No test for a break: {reason} to look for a break" in run(capsys, *call).out


def test_size_and_power_with_all_rows() -> None:
    assert (rejections("quantile", 25) <= 0.2).all()
    assert (rejections("quantile", 5, slow_from=24) == 1).all()


def test_undominated_prices_show_a_halved_rate() -> None:
    assert (rejections("pareto", 10, slow_from=24) >= 0.6).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "low", "high"),
    # Nothing selects rows by price: the size is right. Selection makes the errors of the others depend on each other, and
    # docs/indexes.md says how often they reject without a break; a test that came to hold its size would have to say so there.
    [("stochastic", 0.0, 0.12), ("pareto", 0.07, 0.30), ("frontier", 0.2, 0.6)],
)
def test_size_as_documented(kind: str, low: float, high: float) -> None:
    shares = rejections(kind, 50)
    assert ((low <= shares) & (shares <= high)).all(), shares


@pytest.mark.parametrize("kind", LINES)
def test_rows_of_unknown_date_are_left_out(kind: str) -> None:
    rows = market(0, months=48, per_month=8)
    stock = rows["date"] == rows["date"].min()
    assert 0 < stock.sum() < len(rows)
    marked = rows.assign(left_censored=stock)
    behind = price_index(kind, marked).rows
    assert behind is not None
    assert "left_censored" in behind
    without = behind[~behind["left_censored"]].drop(columns="left_censored")
    assert line_break_tests("pareto", behind) == line_break_tests("pareto", without)
