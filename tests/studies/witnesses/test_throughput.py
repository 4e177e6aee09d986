"""Throughput compares like with like: the traps of the tables, each on a made-up table, and rates on one where they are known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from costfloor.studies.witnesses.accelerators import computing_per_dollar, purchase_prices, rental_prices
from costfloor.studies.witnesses.rates import witness
from costfloor.studies.witnesses.throughput import (
    CONFIGURATION,
    NOT_STATED,
    format_step,
    inferencex_results,
    mlperf_results,
    number_format,
    repeated,
)
from store import project_store


def result(**changed: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "round_date": pd.Timestamp("2025-09-09"),
        "benchmark": "llama2-70b-99.9",
        "scenario": "Offline",
        "submitter": "S",
        "system": "server",
        "accelerator": "NVIDIA H100",
        "accelerator_class": "H100",
        "n_accelerators": 8,
        "result": 800.0,
        "unit": "Tokens/s",
        "availability": "available",
        "weight_data_types": "fp8",
    }
    row |= changed
    return row | {"result_per_accelerator": row["result"] / row["n_accelerators"]}


def results(*rows: dict[str, Any]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    return mlperf_results(table.assign(weight_data_types=table["weight_data_types"].astype("str")))


LATER = {"round_date": pd.Timestamp("2026-04-01")}


def test_one_number_under_two_targets_counts_once_under_the_stricter() -> None:
    found = results(result(benchmark="llama2-70b-99"), result(), result(benchmark="llama2-70b-99", submitter="T"))
    assert sorted(zip(found["task"], found["submitter"], strict=True)) == [
        ("llama2-70b-99", "T"),
        ("llama2-70b-99.9", "S"),
    ]


def test_a_result_handed_in_again_counts_once_and_the_best_system_counts() -> None:
    found = results(result(), result(system="slower", result=400.0), result(**LATER), result(**LATER, submitter="T"))
    assert found[["submitter", "date"]].to_numpy().tolist() == [
        ["S", pd.Timestamp("2025-09-09")],
        ["T", pd.Timestamp("2026-04-01")],
    ]
    assert found["gain"].tolist() == pytest.approx([np.log(100.0)] * 2)


def test_what_was_not_sold_or_is_shared_or_mixed_is_out() -> None:
    out: list[dict[str, Any]] = [
        {"availability": "preview"},
        {"system": "8x MIG"},
        {"accelerator_class": "mixed"},
        {"result": 0.0},
    ]
    assert len(results(result(), *(result(**row, submitter=f"S{at}") for at, row in enumerate(out)))) == 1


def test_units_formats_and_sizes_of_memory_are_cells_of_their_own() -> None:
    different: list[dict[str, Any]] = [{}, {"unit": "Samples/s"}, {"weight_data_types": "fp4"}, {"n_accelerators": 4}]
    assert results(*(result(**row) for row in different))["cell"].nunique() == 4
    sizes = results(
        result(accelerator="B 180GB", accelerator_class="B"), result(accelerator="B 192GB", accelerator_class="B")
    )
    assert sizes["accelerator"].tolist() == ["B 180 GB", "B 192 GB"]


def test_a_result_that_cannot_be_in_its_unit_is_out() -> None:
    queries = result(scenario="Server", result=3.0, submitter="T")
    assert sorted(results(result(), result(submitter="U"), result(scenario="Server"), queries)["submitter"]) == [
        "S",
        "S",
        "U",
    ]


def test_a_format_is_taken_from_later_rounds_only_where_it_is_the_only_one() -> None:
    early = {"round_date": pd.Timestamp("2024-08-28"), "weight_data_types": np.nan, "result": 700.0}
    one = results(result(**early), result())
    assert (one["format"].tolist(), one["stated"].tolist()) == (["fp8", "fp8"], [False, True])
    two = results(result(**early), result(), result(weight_data_types="MXFP4", result=1600.0))
    assert sorted(two["format"]) == ["fp4", "fp8", NOT_STATED]
    assert len(repeated(two)) == 0


def test_formats_have_one_name() -> None:
    assert [number_format(stated) for stated in ("MXFP4", "fp8", "INT8", None, np.nan)] == [
        "fp4",
        "fp8",
        "int8",
        None,
        None,
    ]


def run(**changed: Any) -> dict[str, Any]:
    fixed: dict[str, Any] = dict.fromkeys(CONFIGURATION, 1)
    fixed |= {
        "hardware": "x",
        "framework": "f",
        "precision": "fp8",
        "date": pd.Timestamp("2026-01-01"),
        "tokens_per_s_per_gpu": 100.0,
    }
    return fixed | changed


def test_runs_differ_by_everything_that_is_configured() -> None:
    rows = [run(), *(run(**{name: 2 if name != "precision" else "fp4"}) for name in CONFIGURATION)]
    assert inferencex_results(pd.DataFrame(rows).astype({"hardware": str, "framework": str}))["cell"].nunique() == len(
        rows
    )


def test_the_rate_of_software_is_found_and_a_change_of_format_is_in_none() -> None:
    days = pd.date_range("2026-01-01", periods=6, freq="30D")
    rows = []
    for device in "abcdef":
        for day in days:
            software = np.exp(0.4 * (day - days[0]).days / 365.25)
            rows.append(run(hardware=device, date=day, tokens_per_s_per_gpu=100.0 * software))
        # From the third run on the devices compute in FP4, at 1.5 times the speed.
        rows += [
            run(
                hardware=device,
                date=row["date"],
                precision="fp4",
                tokens_per_s_per_gpu=1.5 * row["tokens_per_s_per_gpu"],
            )
            for row in rows[-4:]
        ]
    table = inferencex_results(pd.DataFrame(rows))
    found = witness("inferencex", repeated(table))
    assert found is not None
    assert found.rate.value == pytest.approx(0.4, abs=0.005)
    step = format_step("inferencex", table)
    assert step.gain is not None
    assert step.gain.value == pytest.approx(np.log(1.5))
    assert (step.pairs, step.accelerators) == (24, 6)
    assert format_step("inferencex", table[table["accelerator"] == "a"]).gain is None
    assert format_step("inferencex", table[table["format"] == "fp8"]).pairs == 0


def test_devices_are_followed_one_by_one() -> None:
    rental = pd.DataFrame(
        {
            "date": ["2023", "2024-01", "2025-01", "2025-01-15"],
            "gpu": "g",
            "series": ["s", "s", "s", "other"],
            "value": [9.0, 2.0, 1.0, 5.0],
        }
    )
    found = rental_prices(rental)
    assert found["gain"].tolist() == pytest.approx([-np.log(2.0), 0.0])
    assert found["cell"].unique().tolist() == ["g, s"]
    bought = purchase_prices(
        pd.DataFrame({"year": [2023, 2024, 2024], "gpu": ["g", "g", "h"], "geomean": [2.0, 1.0, 7.0]})
    )
    assert bought["gain"].tolist() == pytest.approx([-np.log(2.0), 0.0])


def test_devices_without_matrix_units_or_of_another_trade_are_left_out() -> None:
    hardware = pd.DataFrame(
        {
            "name": ["new", "no units", "old", "no price"],
            "release_date": pd.to_datetime(["2020-01-01", "2020-01-01", "2012-01-01", "2020-01-01"]),
            "flops_per_usd": [1e10, 1e10, 1e9, np.nan],
            "fp16_bf16_tensor_flops": [2e14, 1e14, 2e14, 2e14],
            "fp32_flops": [1e14, 1e14, 1e14, 1e14],
        }
    )
    assert computing_per_dollar(hardware)["cluster"].tolist() == ["new"]


def test_no_unit_of_the_project_is_mislabelled() -> None:
    """A label that says queries where tokens were counted would be a step of hundreds within a cell."""
    store = project_store()
    for table in (
        mlperf_results(store.table("context_mlperf_inference")),
        inferencex_results(store.table("context_inferencex")),
    ):
        ordered = table.sort_values(["cell", "date"], kind="stable")
        steps = ordered.groupby("cell")["gain"].diff().abs()
        assert steps.max() < np.log(10.0)
