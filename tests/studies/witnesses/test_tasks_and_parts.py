"""The price of a task is that of its tokens; first prices, thinking and scores are read as the documentation says."""

import numpy as np
import pandas as pd
import pytest
from costfloor.studies.witnesses.parts import discounts
from costfloor.studies.witnesses.tasks import by_benchmark, first_prices, scores, token_counts


def test_thinking_counts_once_and_cached_input_is_left_out() -> None:
    costs = pd.DataFrame(
        {
            "model_key": ["a/within", "a/apart", "a/unknown", "a/cached", "a/none"],
            "variant": [None, "high", None, None, None],
            "benchmark": "b",
            "source": "s",
            "input_tokens": [100.0, 100.0, 100.0, 100.0, np.nan],
            "output_tokens": [50.0, 50.0, 50.0, 50.0, 50.0],
            "reasoning_tokens": [20.0, 20.0, np.nan, 0.0, 0.0],
            "reasoning_in_output": pd.array([True, False, None, True, True], dtype="boolean"),
            "cache_read_tokens": [np.nan, np.nan, 0.0, 10.0, np.nan],
        }
    )
    found = token_counts(costs).set_index("model_key")
    assert found["output_tokens"].to_dict() == {"a/within": 50.0, "a/apart": 70.0, "a/unknown": 50.0}
    assert found["variant"].tolist() == ["", "high", ""]
    assert found["cell"].unique().tolist() == ["b, s"]


def test_a_first_price_is_the_mean_of_its_day_near_the_release() -> None:
    quotes = pd.DataFrame(
        {
            "model_key": ["a/m", "a/m", "a/m", "a/late", "a/relay"],
            "date": pd.to_datetime(["2024-01-02", "2024-01-02", "2024-03-01", "2024-12-01", "2024-01-02"]),
            "status": "kept",
            "host_kind": ["first_party", "inference_host", "inference_host", "cloud", "aggregator"],
            "input_usd_per_mtok": [1.0, 4.0, 0.1, 1.0, 1.0],
            "output_usd_per_mtok": [2.0, 8.0, 0.1, 1.0, 1.0],
        }
    )
    models = pd.DataFrame({"model_key": ["a/m", "a/late", "a/relay"], "release_date": pd.Timestamp("2024-01-01")})
    found = first_prices(quotes, models)
    assert found["model_key"].tolist() == ["a/m"]
    assert found[["input", "output"]].to_numpy().tolist() == [[pytest.approx(2.0), pytest.approx(4.0)]]


def test_scores_are_means_as_logits_with_a_slope_per_benchmark() -> None:
    rows = pd.DataFrame(
        {"model_key": "a/m", "variant": [None, None, "high"], "benchmark": ["b", "b", "c"], "score": [0.4, 0.6, 1.0]}
    )
    found = scores(rows)
    assert found["logit"].tolist() == pytest.approx([0.0, np.log(0.995 / 0.005)])
    assert by_benchmark(found).tolist() == [pytest.approx([0.0, 0.0]), pytest.approx([0.0, np.log(199.0)])]


def test_discounts_go_by_the_year_in_which_the_offer_began() -> None:
    quotes = pd.DataFrame(
        {
            "status": "kept",
            "host": [f"h{at}" for at in range(11)],
            "host_kind": "cloud",
            "model_key": "a/m",
            "date": pd.to_datetime(["2024-06-01"] * 5 + ["2025-06-01"] * 5 + ["2026-01-01"]),
            "input_usd_per_mtok": 1.0,
            "output_usd_per_mtok": 1.0,
            "cache_read_usd_per_mtok": [0.5] * 5 + [0.1] * 6,
            "batch_input_usd_per_mtok": np.nan,
            "batch_output_usd_per_mtok": np.nan,
        }
    )
    found = discounts(quotes)
    assert [(one.year, one.lever.ratio) for one in found] == [(2024, (0.5, 0.5, 0.5)), (2025, (0.1, 0.1, 0.1))]
