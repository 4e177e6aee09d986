"""The price of a task beside the price of a token: tokens of a benchmark run times price, at a fixed score.

    log cost of a run = log price of a token (3:1 blend) + log tokens, weighted by what they cost

holds exactly for each run, so that the three rates, each of a regression on the same rows and controls, add up. A model counts from its
release, at its first price.
"""

from typing import Final

import numpy as np
import pandas as pd

from costfloor.build import BuiltPanel
from costfloor.data.hosts import OWN_PRICE_KINDS
from costfloor.studies.witnesses.rates import Floats, Witness, witness

TABLES: Final = ("benchmark_costs", "benchmarks")

TOKEN: Final = "token"
TOKENS: Final = "tokens"
TASK: Final = "task"

SETTLED_DAYS: Final = (-5, 180)
"""A first price counts that stands within these days of the release."""

CLIP: Final = 0.005
"""Scores are clipped this far from 0 and 1 before their logit."""

MIN_MODELS: Final = 10
"""A benchmark counts with so many models."""

KEYS: Final = ["model_key", "variant", "benchmark"]


def tasks(built: BuiltPanel) -> tuple[Witness, ...]:
    """Rates of the price of a token, of tokens for a task, and of the price of a task, over releases at a fixed score.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.data.store.Store.table`.
    """
    costs, benchmarks = (built.store.table(name) for name in TABLES)
    fractions = benchmarks.loc[benchmarks["capability"] & benchmarks["scale"].eq("fraction"), "benchmark"]
    scored = token_counts(costs[costs["benchmark"].isin(fractions)]).merge(scores(built.scores), on=KEYS)
    runs = scored.merge(first_prices(built.quotes, built.models), on="model_key")
    runs = runs[runs.groupby("cell")["model_key"].transform("nunique") >= MIN_MODELS].reset_index(drop=True)
    if runs.empty:
        return ()
    cost = np.log((runs["input_tokens"] * runs["input"] + runs["output_tokens"] * runs["output"]) / 1e6)
    price = np.log((3.0 * runs["input"] + runs["output"]) / 4.0)
    held = by_benchmark(runs)
    told = []
    for name, spent in ((TOKEN, price), (TOKENS, cost - price), (TASK, cost)):
        rows = pd.DataFrame(
            {"date": runs["release_date"], "gain": -spent, "cell": runs["cell"], "cluster": runs["model_key"]}
        )
        told.append(witness(name, rows, held))
    return tuple(heard for heard in told if heard is not None)


def token_counts(costs: pd.DataFrame) -> pd.DataFrame:
    """Tokens of runs: `model_key, variant, benchmark, cell, input_tokens, output_tokens`.

    Thinking counts as output, whether a source has it there or apart. Runs with input from a cache are left out: what is not said is what
    it cost.
    """
    counted = costs[
        costs["input_tokens"].gt(0.0) & costs["output_tokens"].gt(0.0) & ~costs["cache_read_tokens"].gt(0.0)
    ]
    apart = counted["reasoning_tokens"].where(counted["reasoning_in_output"].eq(False), 0.0).fillna(0.0)
    return pd.DataFrame(
        {
            "model_key": counted["model_key"],
            "variant": counted["variant"].fillna(""),
            "benchmark": counted["benchmark"],
            "cell": counted["benchmark"] + ", " + counted["source"],
            "input_tokens": counted["input_tokens"],
            "output_tokens": counted["output_tokens"] + apart,
        }
    ).reset_index(drop=True)


def scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean score of a model in a variant on a benchmark, as a logit: `model_key, variant, benchmark, logit`."""
    plain = rows.assign(variant=rows["variant"].fillna("")).groupby(KEYS, as_index=False)["score"].mean()
    share = plain["score"].clip(CLIP, 1.0 - CLIP)
    logit: pd.DataFrame = plain.assign(logit=np.log(share / (1.0 - share)))[[*KEYS, "logit"]]
    return logit


def first_prices(quotes: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """First prices, geometric mean over the hosts of the first day: `model_key, release_date, input, output` (USD per million tokens)."""
    offered = quotes[quotes["status"].eq("kept") & quotes["host_kind"].isin(OWN_PRICE_KINDS)]
    offered = offered[offered["input_usd_per_mtok"].gt(0.0) & offered["output_usd_per_mtok"].gt(0.0)]
    offered = offered.merge(models[["model_key", "release_date"]].dropna(), on="model_key")
    wait = (offered["date"] - offered["release_date"]).dt.days
    offered = offered[wait.between(*SETTLED_DAYS)]
    first = offered[offered["date"].eq(offered.groupby("model_key")["date"].transform("min"))]
    logs = first.assign(input=np.log(first["input_usd_per_mtok"]), output=np.log(first["output_usd_per_mtok"]))
    means = logs.groupby("model_key")[["input", "output"]].mean().map(np.exp)
    return means.join(first.groupby("model_key")["release_date"].first()).reset_index()


def by_benchmark(runs: pd.DataFrame) -> Floats:
    """The score with a slope of its own in each benchmark, shape (N, benchmarks)."""
    member = pd.get_dummies(runs["benchmark"]).to_numpy(float)
    return np.asarray(member * runs["logit"].to_numpy(float)[:, None])
