"""Gains of efficiency at a fixed task on fixed hardware: training (NanoGPT speedrun, MLPerf) and inference (MLPerf).

A series is the best performance so far of one task on one kind of accelerator, by month (speedrun) or by round (MLPerf). Hardware does not
change within a series, so that its gains are those of software and of the recipe. `docs/training-and-inference.md` has the rules and what
they leave out.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from scipy.special import comb

from costfloor.data.store import Store

TABLES: Final = ("context_training_records", "context_mlperf_training", "context_mlperf_inference")

DOMAINS: Final = ("training", "inference")
SPEEDRUN, TRAINING, INFERENCE = "NanoGPT speedrun", "MLPerf training", "MLPerf inference"
SOURCES: Final = {SPEEDRUN: "training", TRAINING: "training", INFERENCE: "inference"}
"""Domain by source of series."""

FIRST_TUNED_RECORD: Final = 2
"""Record 1 of each track is a baseline that nobody had tuned."""

BULK_PORT: Final = ("track_2", 18)
"""A record that brings dozens of changes of the other track at once."""

MIN_ROUNDS: Final = 3
NOT_SOLD: Final = ("preview", "research", "rdi")
YEAR_DAYS: Final = 365.25


@dataclass(frozen=True)
class Rules:
    """How rows become series; the defaults are those of the report, the rest are its sensitivities.

    Attributes
    ----------
    threshold
        A gain counts once the best is by this much (log points) above the last counted best; what is smaller waits.
    bulk_port
        Whether the bulk port at the end of the speedrun's second track counts.
    speedrun
        Whether the speedrun counts.
    repeats_flat
        Whether a result that its submitter repeats to the digit in a later round says that there was no gain; otherwise it says nothing.
    submitters
        What a round says: `matched`, the expected best of as many submitters as the series' smallest round had; `one`, the best of the one
        submitter with the most rounds; `all`, the best of all, which grows with their number.
    shift_months
        Dates of inference rounds move by this, in turn back and forth.
    one_per_benchmark
        Whether only the longest series of a benchmark counts.
    new_accelerators
        Whether only accelerators count that came after the first round of their table, so that the series saw them when they were new.
    """

    threshold: float = 0.005
    speedrun: bool = True
    bulk_port: bool = True
    repeats_flat: bool = False
    submitters: Literal["matched", "one", "all"] = "matched"
    shift_months: float = 0.0
    one_per_benchmark: bool = False
    new_accelerators: bool = False


@dataclass(frozen=True)
class GainSeries:
    """Best so far of one task on one kind of hardware.

    Attributes
    ----------
    name, source, task, accelerator
        What it is, a key of `SOURCES`, the task, and the hardware.
    start
        Date of the first observation.
    age : (N,)
        Years since the first observation, the first 0.
    gain : (N,)
        Counted gain since the first observation, log points, the first 0; does not fall.
    rows
        Rows of the table behind it.
    """

    name: str
    source: str
    task: str
    accelerator: str
    start: pd.Timestamp
    age: tuple[float, ...]
    gain: tuple[float, ...]
    rows: int

    @property
    def domain(self) -> str:
        """Training or inference."""
        return SOURCES[self.source]


def gain_series(store: Store, rules: Rules = Rules()) -> tuple[GainSeries, ...]:
    """All series of the project, training first.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.data.store.Store.table`.
    """
    records, training, inference = (store.table(table) for table in TABLES)
    return (
        *(speedrun_series(records, rules) if rules.speedrun else ()),
        *training_series(training, rules),
        *inference_series(inference, rules),
    )


def speedrun_series(records: pd.DataFrame, rules: Rules) -> list[GainSeries]:
    """The tracks of the speedrun on a monthly grid, zeros included, to the end of the table's last month.

    A new timing of an old record changes the clock, not the record: it is neither gain nor loss. An undated record gains with the next
    dated one of its track, and is left out where there is none.
    """
    end = records["date"].max() + pd.offsets.MonthEnd(0)
    series = []
    for track, rows in records.groupby("track", sort=True):
        tuned = rows[rows["record_number"] >= FIRST_TUNED_RECORD].sort_values("record_number", kind="stable")
        log_minutes = np.log(tuned["minutes"].to_numpy(float))
        step = -np.diff(log_minutes, prepend=log_minutes[0])
        step[~tuned["is_record"].to_numpy(bool)] = 0.0
        if not rules.bulk_port and track == BULK_PORT[0]:
            step[tuned["record_number"].to_numpy() == BULK_PORT[1]] = 0.0
        best = (
            pd.Series(np.cumsum(step), index=tuned["date"].bfill().to_numpy()).loc[lambda s: s.index.notna()].cummax()
        )
        grid = pd.date_range(best.index[0], end, freq="ME")
        at_month_end = [0.0, *(float(best[best.index <= day].iloc[-1]) for day in grid)]
        name = f"speedrun {str(track).replace('_', ' ')}"
        what = (name, SPEEDRUN, str(track), str(tuned["hardware"].iloc[-1]))
        series.append(_series(what, [best.index[0], *grid], at_month_end, len(tuned), rules))
    return series


def training_series(rows: pd.DataFrame, rules: Rules) -> list[GainSeries]:
    """MLPerf training: one number of accelerators per benchmark and kind of accelerator, the one with the most rounds."""
    sold = rows[~rows["availability"].str.lower().isin(NOT_SOLD) & rows["accelerator_class"].notna()]
    table = pd.DataFrame(
        {
            "date": sold["round_date"],
            "task": sold["benchmark_canonical"],
            "accelerator": sold["accelerator_class"],
            "variant": sold["n_accelerators"].map("{:g} accelerators".format),
            "order": sold["n_accelerators"],
            "submitter": sold["submitter"],
            "performance": -np.log(sold["minutes"]),
        }
    )
    return _of_rounds(table, TRAINING, rules)


def inference_series(rows: pd.DataFrame, rules: Rules) -> list[GainSeries]:
    """MLPerf inference, Offline: the strictest accuracy target and one unit per benchmark and kind of accelerator.

    Devices that were partitioned or virtual are left out. Where a benchmark changed its unit, rounds before and after belong to different
    series; the one with the most rounds stays.
    """
    target = rows["benchmark"].str.extract(r"-(99(?:\.9)?)$")[0].astype(float).fillna(100.0)
    task = rows["benchmark"].str.replace(r"-99(?:\.9)?$", "", regex=True)
    strictest = target == target.groupby(task).transform("max")
    shared = (rows["accelerator_class"] + rows["system"] + rows["accelerator"]).str.contains("MIG|Virtualized")
    sold = ~rows["availability"].str.lower().isin(NOT_SOLD)
    kept = (rows["scenario"] == "Offline") & sold & strictest & ~shared
    table = pd.DataFrame(
        {
            "date": _shifted(rows["round_date"], rules.shift_months),
            "task": task,
            "accelerator": _by_memory(rows),
            "variant": rows["unit"],
            "order": 0,
            "submitter": rows["submitter"],
            "performance": np.log(rows["result_per_accelerator"]),
        }
    )
    return _of_rounds(table[kept], INFERENCE, rules)


def counted(best: Sequence[float], threshold: float) -> list[float]:
    """The best so far, moving only when it is at least `threshold` above where it last moved to."""
    kept = [best[0]]
    for value in best[1:]:
        kept.append(value if value - kept[-1] >= threshold else kept[-1])
    return kept


def best_of(values: np.ndarray, number: int) -> float:
    """Expected largest of `number` of the values, drawn without replacement.

    The i-th smallest of n is the largest of m drawn with probability C(i-1, m-1) / C(n, m).
    """
    ways = comb(np.arange(len(values)), number - 1)
    return float(np.sort(values) @ ways / ways.sum())


def _of_rounds(table: pd.DataFrame, source: str, rules: Rules) -> list[GainSeries]:
    table = table.sort_values(["date", "submitter"], kind="stable")
    if rules.new_accelerators:
        old = table.loc[table["date"] == table["date"].min(), "accelerator"].unique()
        table = table[~table["accelerator"].isin(old)]
    if not rules.repeats_flat:
        table = table.drop_duplicates(["task", "accelerator", "variant", "submitter", "performance"])
    owner = table["submitter"] if rules.submitters == "one" else "all submitters"
    table = table.assign(owner=owner)
    scopes: list[Hashable] = ["task"] if rules.one_per_benchmark else ["task", "accelerator"]
    return [
        longest
        for _, rows in table.groupby(scopes, sort=True)
        if (longest := _longest(rows, source, rules)) is not None
    ]


def _longest(rows: pd.DataFrame, source: str, rules: Rules) -> GainSeries | None:
    """The series with the most rounds, then rows; None when it has too few."""
    candidates = rows.groupby(["accelerator", "variant", "owner"]).agg(
        rounds=("date", "nunique"), rows=("date", "size"), order=("order", "first")
    )
    ranked = candidates.sort_values(["rounds", "rows", "order"], ascending=[False, False, True], kind="stable")
    if ranked.empty or ranked["rounds"].iloc[0] < MIN_ROUNDS:
        return None
    accelerator, variant, owner = ranked.index[0]
    comparable = rows[(rows["accelerator"] == accelerator) & (rows["variant"] == variant) & (rows["owner"] == owner)]
    of_submitters = comparable.groupby(["date", "submitter"])["performance"].max()
    number = int(of_submitters.groupby("date").size().min()) if rules.submitters == "matched" else None
    best = of_submitters.groupby("date").agg(lambda values: best_of(values.to_numpy(), number or len(values))).cummax()
    task = str(rows["task"].iloc[0])
    name = ", ".join((task, str(accelerator), str(variant), *([str(owner)] if rules.submitters == "one" else [])))
    what = (name, source, task, str(accelerator))
    return _series(what, list(best.index), (best - best.iloc[0]).tolist(), len(comparable), rules)


def _series(
    what: tuple[str, str, str, str], dates: Sequence[pd.Timestamp], best: Sequence[float], rows: int, rules: Rules
) -> GainSeries:
    start = pd.Timestamp(dates[0])
    age = tuple((pd.Timestamp(day) - start).days / YEAR_DAYS for day in dates)
    return GainSeries(*what, start, age, tuple(counted(best, rules.threshold)), rows)


def _by_memory(rows: pd.DataFrame) -> pd.Series:
    """Kind of accelerator, split where one name stands for several sizes of memory."""
    first = r"(\d+)\s?GB"
    memory = rows["accelerator"].str.extract(first)[0].fillna(rows["system"].str.extract(first)[0])
    several = memory.groupby(rows["accelerator_class"]).transform("nunique") > 1
    return rows["accelerator_class"].where(~several, rows["accelerator_class"] + " " + memory.fillna("?") + " GB")


def _shifted(dates: pd.Series, months: float) -> pd.Series:
    """Dates moved by some months, those of every other round the other way."""
    place = dates.rank(method="dense") % 2
    return dates + pd.to_timedelta(np.round((1.0 - 2.0 * place) * months * YEAR_DAYS / 12.0), unit="D")
