"""Covariates in the hedonic regressions: agreement with statsmodels, a market of known truth, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from costfloor.errors import InputError
from costfloor.indexes import covariates as covariates_module
from costfloor.indexes.covariates import CovariateEffect, covariate_columns, labelled
from costfloor.indexes.hedonic import hedonic_trend, undominated
from costfloor.indexes.periods import in_force, new_prices, period_matrix
from costfloor.indexes.price_index import KINDS, PriceIndex, price_index
from costfloor.indexes.spells import from_table
from costfloor.indexes.time_dummy import fit_time_dummy
from simulated_market import RATE, market

INDEXES = Path(__file__).parents[2] / "docs" / "indexes.md"
NAMES = ["context", "tier", "batch"]


def described(seed: int = 0) -> pd.DataFrame:
    """The simulated market, each model with a context, a tier and whether its price is for batches, which move prices."""
    rows = market(seed, months=12, per_month=6)
    number = pd.Series(pd.factorize(rows["model"])[0], index=rows.index)
    rng = np.random.default_rng(seed)
    context = rng.choice([8.0, 32.0, 128.0], len(rows))[number]
    tier = np.array(["basic", "pro", "ultra"])[rng.integers(0, 3, len(rows))][number]
    batch = rng.integers(0, 2, len(rows)).astype(bool)[number]
    worth = 0.004 * context + 0.5 * (tier == "pro") - 0.5 * batch
    return rows.assign(price=rows["price"] * np.exp(worth), context=context, tier=tier, batch=batch)


def composed(seed: int = 0, n: int = 240) -> pd.DataFrame:
    """Prices that stay what they are for a given size, of models that become smaller: half as large every year."""
    rng = np.random.default_rng(seed)
    days = np.sort(rng.integers(0, 1095, n))
    years = days / 365
    log_size = 4 - np.log(2) * years + rng.normal(0, 0.6, n)
    quality = rng.normal(0, 1, n)
    log_price = 1 + 0.9 * log_size + 0.5 * quality + rng.normal(0, 0.2, n)
    return pd.DataFrame(
        {
            "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(days, "D"),
            "price": np.exp(log_price),
            "score": quality,
            "quality": quality,
            "log_size": log_size,
            "model": [f"model {number}" for number in range(n)],
        }
    )


def by_key(effects: tuple[CovariateEffect, ...]) -> dict[str, list[float]]:
    """Effect and interval under the names of the formula interface."""
    return {row.name if row.level is None else f"{row.name}[T.{row.level}]": [row.effect, *row.ci90] for row in effects}


def of_formula(fit, key: str) -> list[float]:
    """Coefficient and 90 % interval."""
    (name,) = (name for name in fit.params.index if name.removeprefix("C(").replace(")", "") == key)
    return [fit.params[name], *fit.conf_int(0.1).loc[name]]


def numbers(index: PriceIndex) -> np.ndarray:
    return np.array([[row.value, *row.ci90] for row in index.periods])


@pytest.mark.parametrize("sample", ["new", "in_force"])
def test_the_hedonic_index_is_the_regression_of_the_formula_interface(sample) -> None:
    rows = described()
    index = price_index("hedonic", rows, "quarter", sample=sample, covariates=NAMES)

    matrix = period_matrix(rows, "quarter")
    data = (new_prices if sample == "new" else in_force)(matrix)
    data = data.assign(y=np.log(data["price"]), batch=data["batch"].astype(float))
    ols = smf.ols("y ~ C(period) + quality + context + C(tier) + batch", data)
    fit = ols.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(data["model"])[0]}, use_t=True)

    periods = [name for name in fit.params.index if "period" in name]
    expected = np.exp(np.column_stack([fit.params[periods], fit.conf_int(0.1).loc[periods]]))
    np.testing.assert_allclose(numbers(index)[1:], expected, rtol=1e-8)
    effects = by_key(index.covariates)
    assert list(effects) == ["context", "tier[T.pro]", "tier[T.ultra]", "batch"]
    for key, effect in effects.items():
        np.testing.assert_allclose(effect, of_formula(fit, key), rtol=1e-8, atol=1e-10)
    of_rows = fit_time_dummy(data, covariates=NAMES)
    assert of_rows is not None
    hc1 = ols.fit(cov_type="HC1").cov_params().loc[periods, periods]
    np.testing.assert_allclose(of_rows.covariance_hc1[1:, 1:], hc1, rtol=1e-7)


def test_the_hedonic_trend_is_the_regression_of_the_formula_interface() -> None:
    rows = described().drop(columns="model")
    rows = rows.assign(score=rows["quality"])
    trend = hedonic_trend(rows, "raw", "all", NAMES)
    years = (rows["date"] - rows["date"].min()).dt.days / 365
    data = rows.assign(y=np.log(rows["price"]), years=years, batch=rows["batch"].astype(float))
    fit = smf.ols("y ~ years + quality + context + C(tier) + batch", data).fit()
    rate, low, high = of_formula(fit, "years")
    np.testing.assert_allclose([trend.rate, *trend.rate_ci90], [-rate, -high, -low], rtol=1e-8)
    np.testing.assert_allclose(
        [trend.r_squared, trend.score_coefficient], [fit.rsquared, fit.params["quality"]], rtol=1e-8
    )
    for key, effect in by_key(trend.covariates).items():
        np.testing.assert_allclose(effect, of_formula(fit, key), rtol=1e-8, atol=1e-10)


def test_which_prices_are_undominated_does_not_depend_on_covariates() -> None:
    rows = described().assign(score=lambda table: table["quality"])
    held = hedonic_trend(rows, "raw", "pareto", ["context"])
    by_hand = hedonic_trend(rows[undominated(rows)], "raw", "all", ["context"])
    assert held == by_hand
    assert held.n < len(rows)


def test_the_adjacent_index_is_its_links() -> None:
    rows = described(1)
    index = price_index("adjacent", rows, "quarter", sample="in_force", covariates=NAMES)
    data = in_force(period_matrix(rows, "quarter"))
    data = data.assign(y=np.log(data["price"]), batch=data["batch"].astype(float))
    formula = "y ~ C(period) + quality + context + C(tier) + batch"
    links = [smf.ols(formula, data[data["period"].isin([at - 1, at])]).fit() for at in range(1, 4)]
    steps = [link.params.filter(like="period").iloc[0] for link in links]
    np.testing.assert_allclose(np.log(numbers(index)[1:, 0]), np.cumsum(steps), rtol=1e-8)
    for key, (effect, low, high) in by_key(index.covariates).items():
        np.testing.assert_allclose(effect, np.mean([of_formula(link, key)[0] for link in links]), rtol=1e-8)
        assert low < effect < high

    # Of one link, the interval is clustered by model with the correction for few clusters alone.
    pair = rows[rows["date"] < rows["date"].min() + pd.DateOffset(months=6)].assign(until=pd.NaT)
    single = price_index("adjacent", pair, "quarter", covariates=["context"])
    data = new_prices(period_matrix(pair, "quarter"))
    groups = pd.factorize(data["model"])[0]
    link = smf.ols("np.log(price) ~ C(period) + quality + context", data)
    fit = link.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    effect, low, high = of_formula(fit, "context")
    half = (high - low) / 2 * np.sqrt((len(data) - len(fit.params)) / (len(data) - 1))
    np.testing.assert_allclose(by_key(single.covariates)["context"], [effect, effect - half, effect + half], rtol=1e-8)


def test_a_fall_of_composition_is_gone_at_given_size() -> None:
    rows = composed()
    plain, held = hedonic_trend(rows, "raw", "all"), hedonic_trend(rows, "raw", "all", ["log_size"])
    page = " ".join(INDEXES.read_text(encoding="utf-8").split())
    rates = [f"{trend.rate:.2f} ({trend.rate_ci90[0]:.2f} to {trend.rate_ci90[1]:.2f})" for trend in (plain, held)]
    assert f"the hedonic trend says {rates[0]}, and {rates[1]} with size held constant" in page
    assert "at constant quality and covariates (90 %" in str(held)
    assert plain.rate_ci90[0] > 0.4
    assert held.rate_ci90[0] < 0 < held.rate_ci90[1]
    assert abs(held.rate) < 0.05
    (size,) = held.covariates
    assert size.ci90[0] < 0.9 < size.ci90[1]
    for kind in ("hedonic", "adjacent"):
        indexes = [price_index(kind, from_table(rows), "quarter", covariates=names) for names in ((), ["log_size"])]
        assert indexes[0].annual_rate > 0.4
        assert abs(indexes[1].annual_rate) < 0.1
        assert abs(indexes[1].covariates[0].effect - 0.9) < 0.05


def test_the_truth_of_the_market_is_found_at_given_covariates() -> None:
    index = price_index("hedonic", described(3), sample="in_force", covariates=NAMES)
    assert index.annual_rate_ci90[0] < RATE < index.annual_rate_ci90[1]
    worth = {"context": 0.004, "tier[T.pro]": 0.5, "tier[T.ultra]": 0.0, "batch": -0.5}
    effects = by_key(index.covariates)
    assert {key for key, (_, low, high) in effects.items() if low <= worth[key] <= high} == set(worth)


@pytest.mark.parametrize("kind", ["hedonic", "adjacent", "trend"])
def test_neither_order_nor_units_matter(kind: str) -> None:
    rows = from_table(composed().assign(tier=lambda table: np.where(table.index % 3 == 0, "pro", "basic")))

    def estimate(table: pd.DataFrame, names: list[str]) -> tuple[np.ndarray, dict[str, list[float]]]:
        if kind == "trend":
            trend = hedonic_trend(table, "raw", "all", names)
            return np.array([trend.rate, *trend.rate_ci90]), by_key(trend.covariates)
        index = price_index(kind, table, "quarter", covariates=names)
        return numbers(index), by_key(index.covariates)

    values, effects = estimate(rows, ["log_size", "tier"])
    changed = rows.sample(frac=1, random_state=0).assign(log_size=1e6 * rows["log_size"])
    others, swapped = estimate(changed, ["tier", "log_size"])
    np.testing.assert_allclose(others, values, rtol=1e-9)
    assert list(swapped) == ["tier[T.pro]", "log_size"]
    np.testing.assert_allclose(swapped["tier[T.pro]"], effects["tier[T.pro]"], rtol=1e-8)
    np.testing.assert_allclose(1e6 * np.array(swapped["log_size"]), effects["log_size"], rtol=1e-8)


def test_true_and_false_are_nought_and_one_and_unstated_is_a_level() -> None:
    rows = described().assign(open_weights=lambda table: table["batch"])
    stated = price_index("hedonic", rows, "quarter", covariates=["open_weights"])
    as_text = rows.assign(batch=rows["batch"].map({True: "yes", False: "no"})).drop(columns="open_weights")
    in_words = price_index("hedonic", as_text, "quarter", covariates=["batch"])
    np.testing.assert_allclose(numbers(stated), numbers(in_words), rtol=1e-9)
    np.testing.assert_allclose(
        by_key(stated.covariates)["open_weights"], by_key(in_words.covariates)["batch[T.yes]"], rtol=1e-9
    )
    unstated = rows["batch"].astype("boolean").where(rows["context"] < 100)
    columns = covariate_columns(rows.assign(batch=unstated), ["batch"])
    assert [(column.level, column.base) for column in columns] == [("unstated", "no"), ("yes", "no")]


def test_covariates_stay_where_other_controls_are_given_up() -> None:
    # What a host is follows from its name: with host effects its worth is unknown, so these go.
    rows = described().assign(host=lambda table: table["tier"] + " " + (table.index % 2).astype(str))
    assert "Controls stop" not in price_index("hedonic", rows, "quarter").note
    held = price_index("hedonic", rows, "quarter", covariates=["tier"])
    assert "Controls stop at traits" in held.note
    assert list(by_key(held.covariates)) == ["tier[T.pro]", "tier[T.ultra]"]


def test_a_link_without_the_base_level_says_nothing_of_the_others() -> None:
    rows = described(2)
    late = rows["date"] >= rows["date"].min() + pd.DateOffset(months=6)
    rows["tier"] = rows["tier"].where(~late | (rows["tier"] != "basic"), "pro")
    index = price_index("adjacent", rows, "quarter", covariates=["tier"])
    assert len(index.periods) == 4
    first = rows[rows["date"] < rows["date"].min() + pd.DateOffset(months=9)]
    before = price_index("adjacent", first.assign(until=pd.NaT), "quarter", covariates=["tier"])
    np.testing.assert_allclose(
        [effect[0] for effect in by_key(index.covariates).values()],
        [effect[0] for effect in by_key(before.covariates).values()],
        rtol=1e-9,
    )
    split = rows.assign(tier=np.where(late, "new", "old"))
    assert "No link shows what these are worth: tier old." in price_index("adjacent", split, covariates=["tier"]).note


def test_a_link_in_which_all_is_stated_counts_like_the_others() -> None:
    rows = described(1)
    number = pd.Series(pd.factorize(rows["model"])[0], index=rows.index)
    early = rows["date"] < rows["date"].min() + pd.DateOffset(months=6)
    reasoning = (number % 3 == 0).astype("boolean").mask((number % 4 == 0) & early)
    links = [
        price_index("adjacent", rows.assign(reasoning=column), "quarter", covariates=["reasoning"])
        for column in (reasoning, labelled(reasoning))
    ]
    assert [effect.level for effect in links[0].covariates] == ["unstated", "yes"]
    assert links[0] == links[1]


def test_what_one_model_tells_has_an_interval_that_is_said_to_be_too_narrow() -> None:
    rows = described(1)
    number = pd.Series(pd.factorize(rows["model"])[0], index=rows.index)
    region = pd.Series(np.array(["eu", "uk", "us"])[number % 3], index=rows.index)
    cases = {
        "region west": {"region": region.mask(number == 20, "west")},
        "region eu, region uk, region us": {"region": region.mask(number == 20, "asia")},
        "batch": {"batch": number == 20},
        "context": {"context": 8.0 + 24.0 * (number == 20)},
        "region new, region old": {
            "region": region.mask(number == 20, "asia").replace({"eu": "old", "uk": "new", "us": "new"})
        },
    }
    says = "ne model alone tells what these are worth, and their intervals are too narrow: "
    for named, columns in cases.items():
        for kind, start in (("hedonic", "O"), ("adjacent", "In some links o")):
            index = price_index(kind, rows.assign(**columns), "quarter", sample="in_force", covariates=list(columns))
            assert f"{start}{says}{named}. " in index.note
    many = region.mask(number > number.max() - 7, "only " + number.astype(str))
    for kind in ("hedonic", "adjacent"):
        plain, noted = (
            price_index(kind, rows.assign(region=column), "quarter", sample="in_force", covariates=["region"]).note
            for column in (region, many)
        )
        assert "too narrow" not in plain
        listed = ", ".join(f"region only {at}" for at in range(119, 124))
        assert f": {listed} and 2 more. " in noted


def quarter_of(rows: pd.DataFrame) -> pd.Series:
    return "in " + rows["date"].dt.to_period("Q").astype(str)


CONFOUNDED: dict[str, tuple[Callable[[pd.DataFrame], object], str]] = {
    "constant": (lambda rows: 7.0, r"column 'given', value 7\.0: is the same in all \d+ prices"),
    "constant text": (lambda rows: "all", "column 'given', value 'all': is the same in all"),
    "quality": (lambda rows: 3 - 2 * rows["quality"], "column 'given': cannot be told apart from (quality|the scores)"),
    "another": (lambda rows: rows["tier"].str.upper(), "column 'tier': cannot be told apart from 'given'"),
}


@pytest.mark.parametrize("case", CONFOUNDED)
@pytest.mark.parametrize("kind", ["hedonic", "adjacent", "trend"])
def test_what_cannot_be_told_apart_is_refused(kind: str, case: str) -> None:
    column, says = CONFOUNDED[case]
    rows = described().assign(given=column, score=lambda table: table["quality"])
    with pytest.raises(InputError, match=says):
        if kind == "trend":
            hedonic_trend(rows, "raw", "all", ["tier", "given"])
        else:
            price_index(kind, rows, "quarter", covariates=["tier", "given"])


def test_a_covariate_that_is_the_time_is_refused() -> None:
    rows = described()
    rows = rows.assign(quarter=quarter_of(rows), score=rows["quality"], day=(rows["date"] - rows["date"].min()).dt.days)
    for kind in ("hedonic", "adjacent"):
        with pytest.raises(InputError, match="column 'quarter': cannot be told apart from the periods"):
            price_index(kind, rows, "quarter", covariates=["tier", "quarter"])
    with pytest.raises(InputError, match="column 'day': cannot be told apart from the dates"):
        hedonic_trend(rows, "raw", "all", ["tier", "day"])


def test_more_levels_than_prices_are_refused() -> None:
    rows = described().assign(
        score=lambda table: table["quality"], label=lambda table: "row " + table.index.astype(str)
    )
    for kind in ("hedonic", "adjacent"):
        with pytest.raises(InputError, match=r"prices are too few for \d+ coefficients"):
            price_index(kind, rows, "quarter", covariates=["label"])
    with pytest.raises(InputError, match="are too few for a hedonic trend"):
        hedonic_trend(rows, "raw", "all", ["label"])


def test_no_rows_have_no_columns() -> None:
    rows = described().assign(score=lambda table: table["quality"]).head(0)
    assert covariate_columns(rows, NAMES) == ()
    with pytest.raises(InputError, match="0 prices are too few"):
        hedonic_trend(rows, "raw", "all", NAMES)


def test_more_numbers_than_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covariates_module, "MAXIMUM_NUMBERS", 100)
    with pytest.raises(InputError, match="column 'tier': has 3 levels in 100 prices, more than"):
        covariate_columns(described().head(100), ["tier"])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"hedonic", "adjacent"}])
def test_indexes_without_such_a_regression_take_none(kind: str) -> None:
    with pytest.raises(InputError, match=f"value '{kind}': takes no covariates. Use hedonic or adjacent"):
        price_index(kind, described(), covariates=["tier"])


def test_effects_become_frames() -> None:
    rows = described().assign(score=lambda table: table["quality"])
    for estimate in (
        price_index("hedonic", rows, "quarter", covariates=NAMES),
        hedonic_trend(rows, "raw", "all", NAMES),
    ):
        frame = estimate.covariates_frame()
        assert list(frame) == ["covariate", "level", "base", "effect", "low", "high"]
        assert frame["covariate"].tolist() == ["context", "tier", "tier", "batch"]
        assert frame["level"].tolist() == ["", "pro", "ultra", ""]
        assert frame["base"].tolist() == ["", "basic", "basic", ""]
        assert (frame["low"] < frame["effect"]).all()
    assert "covariates" not in hedonic_trend(rows, "raw", "all", NAMES).to_frame()
    assert price_index("matched", rows).covariates_frame().empty
