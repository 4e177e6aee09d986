"""Sizes of open models: from the table, from a name where the table has none, and never silently another number."""

import numpy as np
import pandas as pd
import pytest
from costfloor.studies.graphs.names import size_in_name
from costfloor.studies.graphs.sizes import sized_prices, with_sizes


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("meta/llama-3.1-70b-instruct", (70.0, 70.0)),
        ("qwen/qwen3-235b-a22b", (235.0, 22.0)),
        ("Qwen3 30B A3B", (30.0, 3.0)),
        ("qwen/qwen2.5-coder-1.5b", (1.5, 1.5)),
        ("google/gemma_2_9b_it", (9.0, 9.0)),
        ("mistral/mixtral-8x7b-v0.1", None),
        ("maker/small-moe-7b", None),
        ("maker/moe-7b-a1b", (7.0, 1.0)),
        ("deepseek/deepseek-v3", None),
        ("maker/draft-1b-for-70b", None),
        ("maker/model-7b-a9b", None),
        ("maker/3bit", None),
        ("7b-maker/large", None),
        ("", None),
    ],
)
def test_a_size_is_taken_from_a_name_or_left(name: str, size: tuple[float, float] | None) -> None:
    assert size_in_name(name) == size


def models() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("maker/known", 100.0, 10.0),
            ("maker/named-70b", np.nan, np.nan),
            ("maker/rounded-7b", 7.2, np.nan),
            ("maker/off-70b", 7.0, np.nan),
            ("maker/other-60b", 30.0, 30.0),
            ("maker/nothing", np.nan, np.nan),
        ],
        columns=["model_key", "params_total_b", "params_active_b"],
    )


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": pd.to_datetime(
                ["2024-01-10", "2024-03-01", "2024-05-01", "2025-01-01", "2025-02-01", "2025-03-01", "2024-01-01"]
            ),
            "model": [*models()["model_key"], "maker/closed"],
            "host": ["b", "a", "a", "b", "b", "a", "a"],
            "price": 2.0,
            "quality": [110.0, 120.0, 130.0, 140.0, 150.0, 160.0, 170.0],
            "quality_sd": 1.5,
            "open_weights": [True] * 6 + [False],
            "entry": pd.to_datetime(
                ["2024-01-01", None, "2024-06-01", "2025-01-01", "2025-01-01", "2025-01-01", "2023-01-01"]
            ),
        }
    )


def test_a_name_fills_what_the_table_lacks_and_never_overrides_it() -> None:
    sized = with_sizes(models()).set_index("model_key")
    assert sized.loc["maker/known", ["total", "active", "stated_in_name"]].tolist() == [100.0, 10.0, False]
    assert sized.loc["maker/named-70b", ["total", "active", "stated_in_name"]].tolist() == [70.0, 70.0, True]
    # No more than all parameters are active.
    assert sized.loc["maker/rounded-7b", ["total", "active", "stated_in_name"]].tolist() == [7.2, 7.0, True]
    # The table says a tenth of what the name does: then the name is no source for the rest.
    assert np.isnan(sized.loc["maker/off-70b", "active"])
    assert sized.loc["maker/other-60b", ["total", "active"]].tolist() == [30.0, 30.0]


def test_rows_are_arranged_and_what_is_left_out_is_counted() -> None:
    prices = sized_prices(rows(), models())
    assert prices.models == ("maker/known", "maker/named-70b", "maker/other-60b", "maker/rounded-7b")
    assert prices.hosts == ("a", "b")
    assert (prices.start, prices.last) == (pd.Timestamp("2024-01-01"), pd.Timestamp("2025-02-01"))
    # In the order of dates; a release after the first price is no release before it, and an unknown one is the first price.
    assert prices.model.tolist() == [0, 1, 3, 2]
    assert prices.release_years == pytest.approx(np.array([0.0, 60.0, 366.0, 121.0]) / 365.25)
    assert prices.log_sparsity == pytest.approx([np.log(10.0), 0.0, 0.0, np.log(7.2 / 7.0)])
    assert prices.capability == pytest.approx([11.0, 12.0, 15.0, 13.0])
    coverage = prices.coverage
    assert (coverage.open_models, coverage.open_prices, coverage.models, coverage.prices) == (6, 6, 4, 4)
    assert coverage.models_by_name == 2
    assert [(one.model, one.in_table, one.in_name) for one in coverage.disagreements] == [
        ("maker/other-60b", 30.0, 60.0)
    ]


def test_a_past_date_knows_no_later_price() -> None:
    past = sized_prices(rows(), models(), pd.Timestamp("2024-04-01"))
    assert past.models == ("maker/known", "maker/named-70b")
    assert past.last == pd.Timestamp("2024-03-01")


def test_without_any_size_there_is_nothing_to_split() -> None:
    with pytest.raises(ValueError, match="size is known"):
        sized_prices(rows()[5:], models())
