"""The tables behind and of Epoch AI's capability index (`eci_benchmarks.csv`, `eci_scores.csv`), zipped or one by one."""

import re
from collections.abc import Iterator, Mapping

from costfloor.sources.entries import EntryBuilder
from costfloor.sources.epoch_tables import add_facts, last_name, open_weights, rows_of, split_effort
from costfloor.sources.measurements import FactBuilder, Measurements, ScoreBuilder
from costfloor.sources.unpack import archive, is_archive

SOURCE = "epoch_eci"
ADDRESSES = ("https://epoch.ai/data/eci_scores.csv", "https://epoch.ai/data/eci_benchmarks.csv")

SCORES, BENCHMARKS = "eci_scores.csv", "eci_benchmarks.csv"
INDEX_BENCHMARK = "eci"
REBASED = "eci"
"""Version of every benchmark in `eci_benchmarks.csv`.

Its scores are shares of the way from guessing to the ceiling, no longer the published ones: the two must not be mixed.
"""

WITHOUT_SCORES = ("edi_scores.csv",)
NEEDED = {
    SCORES: ("Model", "eci", "date", "Organization", "Model accessibility"),
    BENCHMARKS: ("model_version", "benchmark", "performance", "Model", "date"),
}
SPREADSHEET_DAY = re.compile("([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def read_scores(content: bytes, name: str) -> Measurements:
    """Read the index of each model, and the rebased scores that it was made from.

    Parameters
    ----------
    content
        Bytes of a zip file of the tables, or of one of them.
    name
        Display name, for messages; a table by itself is told by it.

    Raises
    ------
    InputError
        No sound zip file, a table that is no CSV file, or hardly a readable score.
    """
    builder = ScoreBuilder(name)
    for file, place, row in _rows(builder, content):
        if file == SCORES:
            builder.add(place, row["Model"], INDEX_BENCHMARK, row["eci"], "raw")
        else:
            model, effort = split_effort(row["model_version"])
            score = row["performance"]
            builder.add(place, model, row["benchmark"], score, "fraction", variant=effort, benchmark_version=REBASED)
    return builder.build()


def read_facts(content: bytes, name: str) -> Measurements:
    """Read release, creator and whether the weights are out of each model of the index, and the model behind each version.

    A day is that of the model, not of its version: one of December may stand under its model's day of August. Days in the style of a
    spreadsheet (M/D/YYYY) are read where the column shows that the month comes first. Parameters, errors: as `read_scores`.
    """
    builder = FactBuilder(name)
    rows = list(_rows(builder, content))
    months_first = _months_first(row["date"] for _, _, row in rows)
    for file, place, row in rows:
        facts: dict[str, object] = {"release_date": _iso(row["date"]) if months_first else row["date"]}
        if file == SCORES:
            facts |= {"creator": row["Organization"], "open_weights": open_weights(row["Model accessibility"])}
        else:
            version, _ = split_effort(row["model_version"])
            builder.add(place, version, "name", row["Model"])
        add_facts(builder, place, row["Model"], facts)
    return builder.build()


def _rows(builder: EntryBuilder, content: bytes) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Table, place and cells of each row of the known tables; any other file is skipped by name."""
    tables = archive(content, builder.file) if is_archive(content) else {last_name(builder.file): content}
    for path, table in tables.items():
        file = last_name(path)
        if file not in NEEDED:
            kind = "without scores" if file in WITHOUT_SCORES else "not known"
            builder.skip(f"file {kind}: {path}")
            continue
        for place, row in rows_of(builder, path, table, NEEDED[file]):
            yield file, place, row


def _months_first(days: Iterator[str]) -> bool:
    """Some second numbers are no months, and all first ones are."""
    matches = [match for day in days if (match := SPREADSHEET_DAY.fullmatch(day))]
    return any(int(match[2]) > 12 for match in matches) and all(int(match[1]) <= 12 for match in matches)


def _iso(day: str) -> str:
    match = SPREADSHEET_DAY.fullmatch(day)
    return f"{match[3]}-{int(match[1]):02}-{int(match[2]):02}" if match else day
