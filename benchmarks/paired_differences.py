"""Do 90 % intervals of forecast differences cover? Simulated markets built as ours, scored from overlapping origins.

A market has as many models and rows as the panel, growing as it does: three quarters of the rows lie in the last year. Models have
effects, are quoted several times, and enter along a line in date and capability and a common path of quarterly shocks. Four forecasters
are scored from month-ends: a law (the line through entries, effects of models that were seen, a prior of the rate), the same with a rate
a fifth lower after the origin, the same with none, and one line through all rows. The truth of a difference is its mean over all
markets of a world.

`python benchmarks/paired_differences.py` prints the tables of docs/forecast-scores.md, in about five minutes on a free core.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from costfloor.forecast.paired import clustered_error, time_blocks
from costfloor.forecast.scores import MIN_INDEX_ROWS
from scipy.special import ndtr
from scipy.stats import norm

QUARTERLY = np.array([10, 20, 8, 10, 8, 8, 20, 40, 62, 78, 70, 71, 237, 371, 612])
"""Rows of the panel by quarter to December 2025; early ones are more than ours, so that every origin has models enough for a line."""

MODELS = 330
FIRST_ORIGIN = 7 * 0.25
"""Years from the start: the end of the seventh quarter."""

RATE, SLOPE = 1.2, 0.7
MODEL_SD, NOISE_SD, NOISE_DF = 0.8, 0.35, 4
FOLLOWED = 0.1
"""Share of the market's decline that a model on sale follows."""

SHOCKS = (0.0, 0.1, 0.2)
"""Standard deviations of the common shocks, log points a quarter."""

SCORES = ("CRPS", "log score", "CRPS of quarters")
LAW, RATES_KEPT = "law", {"law": 1.0, "slower law": 0.8, "no change": 0.0}


@dataclass(frozen=True)
class Design:
    """Origins (years from the start) and how far they are scored."""

    name: str
    origins: tuple[float, ...]
    months: int


DESIGNS = (
    Design("24 origins, 12 months", tuple(FIRST_ORIGIN + np.arange(-11, 13) / 12), 12),
    Design("13 origins, 12 months", tuple(FIRST_ORIGIN + np.arange(13) / 12), 12),
    Design("13 origins, 6 months", tuple(FIRST_ORIGIN + np.arange(13) / 12), 6),
    Design("13 origins, 3 months", tuple(FIRST_ORIGIN + np.arange(13) / 12), 3),
    Design("the verdict's 3 origins, 12 months", tuple(FIRST_ORIGIN + np.array([6, 9, 12]) / 12), 12),
    Design("one origin, 12 months", (FIRST_ORIGIN + 1.0,), 12),
)


@dataclass(frozen=True)
class Market:
    """Models (U,) by entry (years) and capability; rows (n,) by model, time and log price."""

    entry: np.ndarray
    capability: np.ndarray
    unit: np.ndarray
    time: np.ndarray
    log_price: np.ndarray


@dataclass(frozen=True)
class Differences:
    """Scores less those of the law, over all origins, with model and quarter of each.

    By row (CRPS), by model and origin (log score), or by quarter and origin (CRPS of the mean; each is then a model of its own).
    """

    values: dict[str, np.ndarray]
    unit: np.ndarray
    quarter: np.ndarray


def simulated_market(shock: float, rng: np.random.Generator) -> Market:
    """A market whose common path moves by normal shocks with this standard deviation a quarter."""
    end = 0.25 * len(QUARTERLY)
    entry = 0.25 * (rng.choice(len(QUARTERLY), MODELS, p=QUARTERLY / QUARTERLY.sum()) + rng.random(MODELS))
    capability = rng.normal(size=MODELS) + 0.6 * (entry - 2.0)
    rows = np.minimum(np.ceil(rng.lognormal(1.1, 1.15, MODELS)), 40).astype(int)
    unit = np.repeat(np.arange(MODELS), rows)
    first = np.diff(unit, prepend=-1) > 0
    time = entry[unit] + np.where(first, 0.0, rng.exponential(0.4, len(unit)))
    unit, time = unit[time < end], time[time < end]
    path = np.cumsum(rng.normal(0.0, shock, len(QUARTERLY) + 1))

    def level(at: np.ndarray) -> np.ndarray:
        return np.asarray(np.interp(at / 0.25, np.arange(len(path)), path) - RATE * at)

    own = SLOPE * capability + level(entry) + MODEL_SD * rng.normal(size=MODELS)
    since = FOLLOWED * (level(time) - level(entry)[unit])
    return Market(entry, capability, unit, time, own[unit] + since + NOISE_SD * rng.standard_t(NOISE_DF, len(unit)))


def crps_of_normal(observed: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Gneiting and Raftery (2007), equation 21 with its sign turned."""
    z = (observed - mean) / sd
    return np.asarray(sd * (z * (2 * ndtr(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi)))


Scores = tuple[np.ndarray, np.ndarray, np.ndarray]
"""CRPS by row, log score by model in the order of codes, CRPS of the mean by quarter with rows enough."""


def scores(market: Market, origin: float, months: int) -> tuple[np.ndarray, dict[str, Scores]]:
    """Mask of the scored rows, and the scores of each forecaster."""
    seen = market.time <= origin
    scored = (market.time > origin) & (market.time <= origin + months / 12)
    entry, capability = market.entry - origin, market.capability
    known, place, count = np.unique(market.unit[seen], return_inverse=True, return_counts=True)
    means = np.bincount(place, market.log_price[seen]) / count
    spread = ((market.log_price[seen] - means[place]) ** 2).sum() / max(seen.sum() - len(known), 1)
    noise = float(np.clip(spread, 0.05, 1.0))

    design = np.column_stack([np.ones(MODELS), entry, capability])
    prior, prior_mean = np.diag([0.05, 1.0, 1.0]), np.array([0.0, -RATE, 0.6])
    least = np.linalg.lstsq(design[known], means)[0]
    variance = max(((means - design[known] @ least) ** 2).sum() / max(len(known) - 3, 1), 0.1)
    covariance = np.linalg.inv(design[known].T @ design[known] / variance + prior)
    line = design @ (coefficients := covariance @ (design[known].T @ means / variance + prior @ prior_mean))
    between = max(variance - noise * np.mean(1 / count), 0.05)
    share = np.zeros(MODELS)
    share[known] = between / (between + noise / count)
    effect = np.zeros(MODELS)
    effect[known] = share[known] * (means - line[known])
    doubt = np.einsum("ij,jk,ik->i", design, covariance, design) + 0.16 * np.maximum(entry, 0.0)
    of_unit = between * (1 - share) + np.where(share > 0, 0.0, doubt)

    unit, time, observed = market.unit[scored], market.time[scored], market.log_price[scored]
    result = {}
    for name, kept in RATES_KEPT.items():
        mean = (line + effect - (1 - kept) * coefficients[1] * np.maximum(entry, 0.0))[unit]
        shared = of_unit[unit] + np.where(share[unit] > 0, 0.04 * (time - origin), 0.0)
        crps = crps_of_normal(observed, mean, np.sqrt(shared + noise))
        index = index_scores(market, scored, mean, noise, float(shared.mean()), 0.04 * months / 12)
        result[name] = crps, joint_log_score(observed - mean, shared, noise, unit), index

    rows = np.column_stack([np.ones(len(market.time)), market.time - origin, capability[market.unit]])
    least = np.linalg.lstsq(rows[seen], market.log_price[seen])[0]
    variance = ((market.log_price[seen] - rows[seen] @ least) ** 2).sum() / max(seen.sum() - 3, 1)
    inverse = np.linalg.pinv(rows[seen].T @ rows[seen])
    sd = np.sqrt(variance * (1 + np.einsum("ij,jk,ik->i", rows[scored], inverse, rows[scored])))
    mean = rows[scored] @ least
    density = np.bincount(np.unique(unit, return_inverse=True)[1], norm.logpdf(observed, mean, sd))
    index = index_scores(market, scored, mean, variance, 0.0, float(np.mean(sd**2) - variance))
    result["line"] = crps_of_normal(observed, mean, sd), density, index
    return scored, result


def index_quarters(market: Market, scored: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quarter of each scored row, and the quarters with rows enough."""
    quarter = np.floor(market.time[scored] / 0.25).astype(int)
    codes, count = np.unique(quarter, return_counts=True)
    return quarter, codes[count >= MIN_INDEX_ROWS]


def index_scores(
    market: Market, scored: np.ndarray, mean: np.ndarray, noise: float, of_unit: float, common: float
) -> np.ndarray:
    """CRPS of the mean log price of each quarter, from variances of a row, of a model, and of what all rows share."""
    quarter, codes = index_quarters(market, scored)
    found = []
    for code in codes:
        within = quarter == code
        rows = np.unique(market.unit[scored][within], return_counts=True)[1]
        variance = noise / rows.sum() + of_unit * (rows**2).sum() / rows.sum() ** 2 + common
        error = (market.log_price[scored] - mean)[within].mean()
        found.append(crps_of_normal(error, np.zeros(()), np.sqrt(np.asarray(variance))))
    return np.array(found)


def joint_log_score(error: np.ndarray, shared: np.ndarray, noise: float, unit: np.ndarray) -> np.ndarray:
    """Log density of the rows of each model: normal noise and an effect that they share, of the mean of their variances."""
    place, count = np.unique(unit, return_inverse=True, return_counts=True)[1:]
    sums, squares = np.bincount(place, error), np.bincount(place, error**2)
    effect = np.bincount(place, shared) / count
    total = noise + count * effect
    determinant = (count - 1) * np.log(noise) + np.log(total)
    return np.asarray(
        -0.5 * (count * np.log(2 * np.pi) + determinant + squares / noise - effect * sums**2 / (noise * total))
    )


def differences(market: Market, design: Design) -> list[Differences]:
    """All scores of all forecasters less those of the law, from all origins: CRPS, log score, CRPS of quarters."""
    rows: list[tuple[np.ndarray, np.ndarray]] = []
    units: list[tuple[np.ndarray, np.ndarray]] = []
    index: list[tuple[np.ndarray, np.ndarray]] = []
    results = []
    for origin in design.origins:
        scored, result = scores(market, origin, design.months)
        unit, quarter = market.unit[scored], np.floor(market.time[scored] / 0.25).astype(int)
        codes, place = np.unique(unit, return_inverse=True)
        first = np.full(len(codes), quarter.max())
        np.minimum.at(first, place, quarter)
        rows.append((unit, quarter))
        units.append((codes, first))
        quarters = index_quarters(market, scored)[1]
        index.append((1000 * len(index) + quarters, quarters))
        results.append(result)
    found = []
    for score, keys in enumerate((rows, units, index)):
        whole = {name: np.concatenate([result[name][score] for result in results]) for name in results[0]}
        values = {name: value - whole[LAW] for name, value in whole.items() if name != LAW}
        unit, quarter = (np.concatenate(parts) for parts in zip(*keys, strict=True))
        found.append(Differences(values, unit, quarter))
    return found


Estimator = Callable[[np.ndarray, np.ndarray, np.ndarray, int], float]
"""From values, models, quarters and months ahead to a standard error of the mean."""


def by_quarter(values: np.ndarray, _: np.ndarray, quarter: np.ndarray, __: int) -> float:
    """Quarters as independent clusters, as the verdict had them."""
    return float(np.sqrt(_variance(values, quarter)))


def two_way(values: np.ndarray, unit: np.ndarray, quarter: np.ndarray, _: int) -> float:
    """Cameron, Gelbach and Miller (2011) over models and quarters; the larger single way where that is more."""
    both = unit * 1000 + quarter
    one, other = _variance(values, unit), _variance(values, quarter)
    return float(np.sqrt(max(one + other - _variance(values, both), one, other)))


def with_lags(values: np.ndarray, unit: np.ndarray, quarter: np.ndarray, _: int) -> float:
    """Sums by quarter with Bartlett lags of a year and the critical value of Kiefer and Vogelsang (2005), or by model if that is more."""
    sums = np.bincount(quarter - quarter.min(), values - values.mean())
    size, lags = len(sums), min(4, len(sums) - 1)
    variance = (sums**2).sum() + 2 * sum(
        (1 - lag / (lags + 1)) * (sums[lag:] * sums[:-lag]).sum() for lag in range(1, lags + 1)
    )
    b = (lags + 1) / size
    critical = np.array([1.6449, 2.1859, 0.3142, -0.3427]) @ b ** np.arange(4)
    over_time = np.sqrt(max(variance * size / (size - 1), 0.0)) / len(values) * critical / norm.ppf(0.95)
    return float(max(over_time, np.sqrt(_variance(values, unit))))


def in_use(values: np.ndarray, unit: np.ndarray, quarter: np.ndarray, months: int) -> float:
    """What the package uses: models or blocks of two thirds of the horizon, whichever error is larger."""
    return clustered_error(values, (unit, time_blocks(quarter, months))) or np.nan


ESTIMATORS: dict[str, Estimator] = {
    "quarters": by_quarter, "models and quarters": two_way, "a year's lags": with_lags, "models or blocks": in_use,
}  # fmt: skip


def _variance(values: np.ndarray, codes: np.ndarray) -> float:
    cluster = np.unique(codes, return_inverse=True)[1]
    sums = np.bincount(cluster, values - values.mean())
    return float((sums**2).sum() * len(sums) / (len(sums) - 1) / len(values) ** 2)


@dataclass(frozen=True)
class Coverage:
    """Of one difference in one world: share of markets whose nominal 90 % interval holds the truth, and the median half width over the one
    that a known standard deviation would give."""

    design: str
    score: str
    against: str
    held: dict[str, float]
    width: dict[str, float]


def coverages(shock: float, designs: Sequence[Design], markets: int, seed: int) -> list[Coverage]:
    """Coverage of every difference over simulated markets."""
    means: dict[tuple[str, str, str], list[float]] = {}
    errors: dict[tuple[str, str, str], list[list[float]]] = {}
    for number in range(markets):
        market = simulated_market(shock, np.random.default_rng((seed, number)))
        for design in designs:
            for score, found in zip(SCORES, differences(market, design), strict=True):
                for name, values in found.values.items():
                    key = design.name, score, name
                    means.setdefault(key, []).append(float(values.mean()))
                    errors.setdefault(key, []).append(
                        [estimate(values, found.unit, found.quarter, design.months) for estimate in ESTIMATORS.values()]
                    )
    result = []
    for key, of_markets in means.items():
        off = np.array(of_markets) - np.mean(of_markets)
        half = norm.ppf(0.95) * np.array(errors[key])
        held = (np.abs(off)[:, None] <= half).mean(axis=0)
        width = np.median(half, axis=0) / (norm.ppf(0.95) * off.std())
        result.append(Coverage(*key, *(dict(zip(ESTIMATORS, row.tolist(), strict=True)) for row in (held, width))))
    return result


def cell(coverages_of_cell: Sequence[Coverage], estimator: str) -> str:
    """Mean, least and greatest coverage in percent, and mean relative half width."""
    held = 100 * np.array([coverage.held[estimator] for coverage in coverages_of_cell])
    width = np.mean([coverage.width[estimator] for coverage in coverages_of_cell])
    return f"{held.mean():.0f} ({held.min():.0f} to {held.max():.0f}), {width:.1f}"


def main() -> None:
    """Print coverage by design and score over all sizes of shocks, and by size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markets", type=int, default=200)
    markets = parser.parse_args().markets
    by_shock = {shock: coverages(shock, DESIGNS, markets, seed=1) for shock in SHOCKS}
    every = [coverage for of_shock in by_shock.values() for coverage in of_shock]
    rule = "---|" * len(ESTIMATORS)
    print(f"{markets} markets for each of {len(SHOCKS)} sizes of shocks.\n")
    print(f"| scored | score | {' | '.join(ESTIMATORS)} |\n|---|---|{rule}")
    for design, score in product([design.name for design in DESIGNS], SCORES):
        these = [coverage for coverage in every if (coverage.design, coverage.score) == (design, score)]
        print(f"| {design} | {score} | {' | '.join(cell(these, name) for name in ESTIMATORS)} |")
    print(f"\n| shocks | {' | '.join(ESTIMATORS)} |\n|---|{rule}")
    for shock, of_shock in by_shock.items():
        print(f"| {shock:g} | {' | '.join(cell(of_shock, name) for name in ESTIMATORS)} |")


if __name__ == "__main__":
    main()
