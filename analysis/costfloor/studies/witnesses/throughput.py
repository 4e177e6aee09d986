"""Throughput per accelerator at a fixed model and a fixed configuration, over time: what software alone brings.

MLPerf Inference by round (the best system of each submitter), InferenceX by day. A cell changes in its software alone: the same model,
accelerator, number of them, load and number format, and in InferenceX the same framework, parallelism, lengths and concurrency. Where the
format changes, from FP8 to FP4, the result is of another cell; what the change brings is a step of its own.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from costfloor.data.store import Store
from costfloor.studies.witnesses.rates import Rate, Witness, fit_within, witness

TABLES: Final = ("context_mlperf_inference", "context_inferencex")

MLPERF: Final = "mlperf"
INFERENCEX: Final = "inferencex"

NOT_SOLD: Final = ("preview", "research", "rdi")
SHARED: Final = "MIG|Virtualized"
MIXED: Final = "mixed"
NOT_STATED: Final = "not stated"
UNLIKE: Final = np.log(10.0)
"""So far (log points) a result of an accelerator may be from the median of its task in the same unit; tokens for queries are hundreds."""

ITEM: Final = ["task", "scenario", "unit", "accelerator", "n_accelerators", "submitter"]

CONFIGURATION: Final = [
    "hardware", "framework", "model", "precision", "spec_method", "disagg", "input_tokens", "output_tokens", "concurrency", "num_gpus",
    "is_multinode", "prefill_tp", "prefill_ep", "prefill_dp_attention", "prefill_num_workers", "decode_tp", "decode_ep",
    "decode_dp_attention", "decode_num_workers", "num_prefill_gpu", "num_decode_gpu",
]  # fmt: skip
"""What is fixed in InferenceX."""


@dataclass(frozen=True)
class FormatStep:
    """What FP4 brings over FP8 with all else the same, once.

    Attributes
    ----------
    source
        A key of the witnesses.
    gain
        Log ratio of throughput, with its error by accelerator; not a rate. None where too few accelerators have both.
    pairs, accelerators
        Results that differ in the format alone, and accelerators behind them.
    """

    source: str
    gain: Rate | None
    pairs: int
    accelerators: int


def mlperf_results(rows: pd.DataFrame) -> pd.DataFrame:
    """Comparable results of MLPerf inference: `date, gain, cell, cluster`, and `format, stated, accelerator, item`.

    Results that cannot be in the unit they state are out, and what `_sold` leaves out. A result that its submitter repeats to the digit in
    a later round counts once, in the first. Where all stated formats of a task on an accelerator are one, earlier results that do not
    state it are taken to have it.
    """
    table = _sold(rows)
    table = table[in_stated_unit(table)]
    table = table.assign(stated=table["format"].notna())
    by_place = table.dropna(subset=["format"]).groupby(["base", "accelerator"])["format"]
    only = by_place.first()[by_place.nunique() == 1]
    place = pd.MultiIndex.from_frame(table[["base", "accelerator"]])
    table["format"] = table["format"].fillna(pd.Series(only.reindex(place).to_numpy(), table.index)).fillna(NOT_STATED)
    best = table.sort_values("gain", kind="stable").drop_duplicates([*ITEM, "format", "date"], keep="last")
    best = best.sort_values(["date", *ITEM], kind="stable").drop_duplicates([*ITEM, "format", "gain"], keep="first")
    item = best[ITEM].astype(str).agg(", ".join, axis=1)
    cluster = best["accelerator"] + " x " + best["base"]
    return best.assign(item=item, cell=item + ", " + best["format"], cluster=cluster).reset_index(drop=True)


def in_stated_unit(table: pd.DataFrame) -> "pd.Series[bool]":
    """Whether a result can be in the unit that it states, beside all others of its task and accelerator that state the same."""
    usual = table.groupby(["base", "unit", "accelerator"])["gain"].transform("median")
    near: pd.Series[bool] = (table["gain"] - usual).abs() < UNLIKE
    return near


def inferencex_results(rows: pd.DataFrame) -> pd.DataFrame:
    """Runs of InferenceX in the same columns as `mlperf_results`; the cluster is the accelerator, as the model is one."""
    kept = rows[rows["tokens_per_s_per_gpu"].gt(0.0)]
    others = [name for name in CONFIGURATION if name != "precision"]
    item = kept[others].astype(str).agg(", ".join, axis=1)
    return pd.DataFrame(
        {
            "date": kept["date"],
            "gain": np.log(kept["tokens_per_s_per_gpu"]),
            "item": item,
            "cell": item + ", " + kept["precision"],
            "cluster": kept["hardware"],
            "accelerator": kept["hardware"],
            "format": kept["precision"],
        }
    ).reset_index(drop=True)


def throughput(store: Store) -> tuple[tuple[Witness, ...], tuple[FormatStep, ...], dict[str, int]]:
    """Witnesses of both sources, steps from FP8 to FP4, and how many results of MLPerf there are by what they state.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.data.store.Store.table`.
    """
    rows = store.table(TABLES[0])
    mlperf = mlperf_results(rows)
    inferencex = inferencex_results(store.table(TABLES[1]))
    told = (witness(MLPERF, repeated(mlperf)), witness(INFERENCEX, repeated(inferencex)))
    steps = (format_step(MLPERF, mlperf), format_step(INFERENCEX, inferencex))
    stated = {
        "results": len(mlperf),
        "stated": int(mlperf["stated"].sum()),
        "unlike": int((~in_stated_unit(_sold(rows))).sum()),
        "taken": int((~mlperf["stated"] & (mlperf["format"] != NOT_STATED)).sum()),
    }
    return tuple(heard for heard in told if heard is not None), steps, stated


def repeated(results: pd.DataFrame) -> pd.DataFrame:
    """Results of cells that are there on more than one date: others say nothing of time."""
    return results[results.groupby("cell")["date"].transform("nunique") > 1].reset_index(drop=True)


def format_step(source: str, results: pd.DataFrame) -> FormatStep:
    """FP4 against FP8 on the same day, with all else the same."""
    table = results[results["format"].isin(["fp4", "fp8"])].pivot_table(
        index=["item", "date", "accelerator"], columns="format", values="gain", aggfunc="max"
    )
    both = table.reindex(columns=["fp4", "fp8"]).dropna().reset_index()
    gain, codes = (both["fp4"] - both["fp8"]).to_numpy(float), np.unique(both["accelerator"], return_inverse=True)[1]
    devices = int(codes.max()) + 1 if len(codes) else 0
    if devices < 2:
        return FormatStep(source, None, len(both), devices)
    # A difference within a pair, as a coefficient within the cell of the pair.
    column = np.tile([[0.0], [1.0]], (len(both), 1))
    values = np.column_stack([np.zeros(len(both)), gain]).ravel()
    fit = fit_within(column, values, np.repeat(np.arange(len(both)), 2), np.repeat(codes, 2))
    return FormatStep(source, fit.rate(np.ones(1)), len(both), devices)


def number_format(stated: object) -> str | None:
    """One name for a number format: `fp4` for all formats of four bits with an exponent; None where none is stated."""
    if not isinstance(stated, str):
        return None
    name = stated.lower()
    return "fp4" if name == "mxfp4" else name


def _sold(rows: pd.DataFrame) -> pd.DataFrame:
    """Results of whole devices of one kind that were on sale, in the columns that make a cell.

    A result that stands under both accuracy targets of a task counts once, under the stricter.
    """
    names = rows["accelerator_class"] + rows["system"] + rows["accelerator"]
    sold = ~rows["availability"].str.lower().isin(NOT_SOLD) & ~names.str.contains(SHARED)
    kept = rows[sold & (rows["accelerator_class"] != MIXED) & rows["result_per_accelerator"].gt(0.0)].reset_index(
        drop=True
    )
    table = pd.DataFrame(
        {
            "date": kept["round_date"],
            "base": kept["benchmark"].str.replace(r"-99(?:\.9)?$", "", regex=True),
            "task": kept["benchmark"],
            "scenario": kept["scenario"],
            "unit": kept["unit"],
            "accelerator": _by_memory(kept),
            "n_accelerators": kept["n_accelerators"],
            "submitter": kept["submitter"],
            "result": kept["result"],
            "gain": np.log(kept["result_per_accelerator"]),
            "format": kept["weight_data_types"].map(number_format),
        }
    )
    # "-99.9" sorts after "-99": the stricter target is the last of equal results.
    table = table.sort_values(["date", "task"], kind="stable")
    return table.drop_duplicates(["date", "base", *ITEM[1:], "format", "result"], keep="last")


def _by_memory(rows: pd.DataFrame) -> "pd.Series[str]":
    """Kind of accelerator, split where one name stands for several sizes of memory."""
    size = r"(\d+)\s?GB"
    memory = rows["accelerator"].str.extract(size)[0].fillna(rows["system"].str.extract(size)[0])
    several = memory.groupby(rows["accelerator_class"]).transform("nunique") > 1
    return rows["accelerator_class"].where(~several, rows["accelerator_class"] + " " + memory.fillna("?") + " GB")
