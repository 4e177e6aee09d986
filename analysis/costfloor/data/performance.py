"""All benchmark scores in one long table, as they were known on a day.

The raw table `performance` is the oldest source; lists of scores that came in since add to it. When a score was known:

* a score of a list: on the day the list was observed;
* a row of the raw table: on the day it was measured, at the end of the month where only that is known;
* a row there without such a day: on the day of the file it came from (`FILE_DAYS`), before which nobody here can have had it;
* no row of the raw table before its model was released: some sources date a score by the first model of its name.

Of the same model, publisher, benchmark and effort the newest list that was known counts. A list that no longer has a score does not take
it back.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from costfloor.data.schemas import PERFORMANCE
from costfloor.data.score_names import effort, publisher
from costfloor.errors import InputError
from costfloor.sources.measurements import SCORE_COLUMNS

FILE_DAYS: Final = {
    "arc_prize_via_gundlach": pd.Timestamp(2026, 1, 22),
    "artificial_analysis_via_gundlach": pd.Timestamp(2025, 10, 25),
    "epoch_efficiency": pd.Timestamp(2025, 3, 12),
    "epoch_hub": pd.Timestamp(2026, 1, 22),
    "epoch_hub_external": pd.Timestamp(2026, 1, 22),
    "epoch_stitching": pd.Timestamp(2025, 11, 17),
    "epoch_stitching_external": pd.Timestamp(2025, 11, 17),
    "epoch_via_gundlach": pd.Timestamp(2026, 1, 22),
    "hal_via_gundlach": pd.Timestamp(2026, 1, 22),
}
"""Day of the file, by source of the raw table. All rows of the hub are in its archive of that day, value by value. Gundlach's columns of
ARC Prize, Epoch and HAL name models of late December 2025, and lay in the repository beside that archive; those of Artificial Analysis end
with the models of October 2025. The efficiency study appeared on 12 March 2025."""

OWN_TABLE: Final = "scores_table"
"""Source of tables of one's own: they name benchmarks as this project does."""

UNKNOWN, ASIDE, ESTIMATED, UNRESOLVED, OTHER_SCALE = (
    "unknown benchmark",
    "no score to use",
    "estimated, not measured",
    "no known model",
    "on another scale than the benchmark",
)
"""Why a score of a list is left out."""

LEFT_OUT_COLUMNS: Final = ("source", "spelling", "version", "reason", "scores")

_KEY: Final = ["model_key", "source", "benchmark", "variant"]
_COLUMNS: Final = [*PERFORMANCE.columns, "known_on", "listed_on", "from_list"]


@dataclass(frozen=True, eq=False)
class Performance:
    """Scores of models on benchmarks, from all sources, and those of them that were known on a day.

    Attributes
    ----------
    every
        The columns of the raw table, ``known_on`` (the day from which the score counts), ``listed_on`` (day of the list, or of the file,
        that it stands in) and ``from_list`` (it came in by a list, not with the raw table); sorted.
    benchmarks
        The raw table of that name.
    left_out
        ``source, spelling, version, reason, scores``: how many scores of the lists are not in `every`, and why; of a score that nobody can
        name nothing is dropped in silence.
    as_of
        The last day whose knowledge counts; None for all there is.
    """

    every: pd.DataFrame
    benchmarks: pd.DataFrame
    left_out: pd.DataFrame
    as_of: pd.Timestamp | None = None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The scores that count on the day, in the columns of `every`."""
        known = self.every if self.as_of is None else self.every[self.every["known_on"] <= self.as_of]
        # Rows of the raw table do not replace each other: they were compiled to stand side by side.
        origin = known.groupby([*_KEY, "from_list"], dropna=False)["listed_on"].transform("max")
        listed = known["listed_on"].where(known["from_list"], origin)
        # On the same day a list is worth more than what was once copied from it.
        rank = listed.astype("int64") * 2 + known["from_list"]
        newest = rank.groupby([known[name] for name in _KEY], dropna=False).transform("max")
        return known[rank == newest].reset_index(drop=True)

    @property
    def unknown(self) -> pd.DataFrame:
        """Spellings of benchmarks that `benchmark_spellings` does not have, the most frequent first."""
        unknown = self.left_out[self.left_out["reason"] == UNKNOWN]
        return unknown.sort_values(["scores", "source", "spelling"], ascending=[False, True, True], ignore_index=True)

    def at(self, as_of: pd.Timestamp | None) -> "Performance":
        """The same scores as of another day."""
        return replace(self, as_of=as_of)


def known_performance(
    raw: pd.DataFrame,
    scores: pd.DataFrame,
    benchmarks: pd.DataFrame,
    spellings: pd.DataFrame,
    models: pd.DataFrame,
    *,
    as_of: pd.Timestamp | None = None,
) -> Performance:
    """Put the raw table and the scores of lists together.

    Parameters
    ----------
    raw, benchmarks, spellings
        The raw tables `performance`, `benchmarks` and `benchmark_spellings`.
    scores
        ``source, observed_on, model_key`` (missing while nobody knows the model) and `costfloor.sources.measurements.SCORE_COLUMNS`: the
        scores of all lists, as they came. Its order does not matter.
    models
        ``model_key, release_date``.
    as_of
        Count what was known by this day; None for all.

    Raises
    ------
    InputError
        A row of the raw table has no day, and its source no file whose day is known.
    """
    table, left_out = _listed(scores, benchmarks, spellings)
    compiled = _compiled(raw, models)
    every = pd.concat([compiled, table], ignore_index=True) if len(table) else compiled
    # Sorted in full: the same table for any order of the lists and of their rows.
    every = every.sort_values([*_KEY, "listed_on", "from_list", "score", "source_ref", "known_on"], ignore_index=True)
    return Performance(every, benchmarks, left_out, as_of)


def no_scores() -> pd.DataFrame:
    """The table of a store into which no list of scores came."""
    columns = dict.fromkeys(("source", "model_key", *SCORE_COLUMNS), "str") | {"observed_on": "datetime64[us]"}
    columns |= {"score": "float64", "stderr": "float64", "self_reported": "bool", "estimated": "bool"}
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in columns.items()})


def _compiled(raw: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """The raw table with the days from which its rows count."""
    measured = raw["measured_on"].map(_last_days(raw["measured_on"])).astype("datetime64[us]")
    of_file = raw["source"].map(FILE_DAYS).astype("datetime64[us]")
    known = measured.fillna(of_file)
    if known.isna().any():
        position = int(known.isna().to_numpy().argmax())
        raise InputError(
            "a score has no day, and the day of its source's file is not known",
            row=position + 1,
            column="measured_on",
            value=raw["source"].iloc[position],
            remedy="Give the day it was measured, or that of the file in FILE_DAYS of analysis/costfloor/data/performance.py",
        )
    released = raw["model_key"].map(models.set_index("model_key")["release_date"]).astype("datetime64[us]")
    return raw.assign(
        known_on=known.where(~(known < released), released), listed_on=of_file.fillna(known), from_list=False
    )[_COLUMNS]


def _last_days(texts: "pd.Series[str]") -> dict[str, pd.Timestamp]:
    """Last day of each day, month or year, and of ranges of years such as 2024/2025."""
    return {text: pd.Period(text.split("/")[-1]).end_time.normalize() for text in texts.dropna().unique()}


def _listed(
    scores: pd.DataFrame, benchmarks: pd.DataFrame, spellings: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The scores of lists in the names and on the scales of this project, and a count of those that are left out."""
    named = _benchmark_of(scores, benchmarks, spellings)
    scale = named["named"].map(benchmarks.set_index("benchmark")["scale"])
    fits = (scale == "fraction") == named["scale"].isin(["fraction", "percent"])
    reasons = {
        UNKNOWN: ~named["spelled"],
        ASIDE: named["named"].isna(),
        ESTIMATED: named["estimated"],
        UNRESOLVED: named["model_key"].isna(),
        OTHER_SCALE: ~fits,
    }
    reason = pd.Series(np.select(list(reasons.values()), list(reasons), ""), index=named.index)
    out = named[reason != ""].assign(reason=reason)
    labels = {"benchmark": "spelling", "benchmark_version": "version"}
    counted = out.rename(columns=labels).groupby(["source", "spelling", "version", "reason"]).size()
    left_out = counted.rename("scores").reset_index()[list(LEFT_OUT_COLUMNS)]

    used = named[reason == ""]
    per_unit = np.where(used["scale"] == "percent", 100.0, 1.0)
    day = used["observed_on"].astype("datetime64[us]")
    variant = used["variant"].map({text: effort(text) for text in used["variant"].unique()})
    publishers = [
        publisher(source, spelling, self_reported=bool(reported))
        for source, spelling, reported in zip(used["source"], used["benchmark"], used["self_reported"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "model_key": used["model_key"],
            "variant": variant.where(variant != ""),
            "benchmark": used["named"],
            "score": used["score"] / per_unit,
            "stderr": used["stderr"] / per_unit,
            "measured_on": used["measured_on"].where(used["measured_on"] != ""),
            "source": pd.Series(publishers, index=used.index, dtype="str"),
            "source_ref": used["source"] + "@" + day.dt.strftime("%Y-%m-%d") + ": " + used["place"],
            "known_on": day,
            "listed_on": day,
            "from_list": True,
        }
    )
    best = table["benchmark"].isin(benchmarks.loc[benchmarks["repeats"] == "best", "benchmark"])
    by_score = table[best].sort_values(["score", "source_ref"])
    return pd.concat([table[~best], by_score.drop_duplicates([*_KEY, "listed_on"], keep="last")]), left_out


def _benchmark_of(scores: pd.DataFrame, benchmarks: pd.DataFrame, spellings: pd.DataFrame) -> pd.DataFrame:
    """The scores with the benchmark that is meant in ``named``, missing when none, and ``spelled``: the spelling is known."""
    keys = ["source", "benchmark", "benchmark_version"]
    entries = spellings.rename(columns={"benchmark": "named", "spelling": "benchmark", "version": "benchmark_version"})
    names = benchmarks["benchmark"]
    unaltered = pd.DataFrame({"source": OWN_TABLE, "benchmark": names, "benchmark_version": None, "named": names})
    entries = pd.concat([entries, unaltered.reindex(columns=entries.columns).astype(entries.dtypes.to_dict())])
    entries = entries.assign(benchmark_version=entries["benchmark_version"].fillna(""))
    rows = scores.assign(row=np.arange(len(scores)))
    matched = rows.merge(entries[[*keys, "named", "valid_from", "valid_to"]], on=keys)
    day = matched["observed_on"]
    holds = ~(day < matched["valid_from"]) & ~(day >= matched["valid_to"])
    matched = matched.loc[holds, ["row", "named"]]
    return rows.merge(matched.assign(spelled=True), on="row", how="left").assign(
        spelled=lambda table: table["spelled"].notna()
    )
