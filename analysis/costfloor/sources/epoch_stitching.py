"""The older layout of Epoch AI's scores (`benchmark-stitching`, 2025): runs of its own in one table, others' scores in one table each."""

import datetime as dt
import re

from costfloor.sources.epoch_tables import (
    ScoreColumns,
    add_facts,
    last_name,
    read_score_table,
    rows_of,
    split_effort,
)
from costfloor.sources.measurements import FactBuilder, Measurements, ScoreBuilder
from costfloor.sources.unpack import archive

SOURCE = "epoch_stitching"
ADDRESS = "https://github.com/epoch-research/benchmark-stitching"

RUNS, MODELS = "benchmarks_runs.csv", "model_versions.csv"
PREFIX = "external_benchmark_"
TABLES = {
    "aider_polyglot": ScoreColumns("Percent correct", "percent"),
    "anli": ScoreColumns("Score"),
    "arc_agi": ScoreColumns("Score"),
    "arc_ai2": ScoreColumns("Challenge score"),
    "balrog": ScoreColumns("Average progress", stderr="Average Standard error"),
    "bbh": ScoreColumns("Average"),
    "boolq": ScoreColumns("Score"),
    "cadeval": ScoreColumns("Overall pass (%)"),
    "csqa2": ScoreColumns("Score"),
    "cybench": ScoreColumns("Unguided % Solved"),
    "deepresearch": ScoreColumns("Average score"),
    "factorio_learning_environment": ScoreColumns("Production score", "raw"),
    "fictionlivebench": ScoreColumns("120k token score"),
    "geobench": ScoreColumns("ACW Avg Score", "raw"),
    "gsm8k": ScoreColumns("EM"),
    "gso_bench": ScoreColumns("Score OPT@1"),
    "hellaswag": ScoreColumns("Overall accuracy"),
    "lambada": ScoreColumns("Score"),
    "lech_mazur_writing": ScoreColumns("Mean score", "raw"),
    "livebench": ScoreColumns("Global average", "percent", version="LiveBench Version"),
    "mcbench": ScoreColumns("ELO", "raw"),
    "metr": ScoreColumns("Time horizon", "raw"),
    "mmlu": ScoreColumns("EM"),
    "openbookqa": ScoreColumns("Accuracy"),
    "os_world": ScoreColumns("Score", "percent"),
    "osuniverse": ScoreColumns("Weighted Score"),
    "piqa": ScoreColumns("Score"),
    "scienceqa": ScoreColumns("Score"),
    "simple_bench": ScoreColumns("Score (AVG@5)"),
    "superglue": ScoreColumns("Score"),
    "terminal_bench": ScoreColumns("Accuracy mean", stderr="Accuracy SE"),
    "the_agent_company": ScoreColumns("% Score"),
    "triviaqa": ScoreColumns("EM"),
    "videomme": ScoreColumns("Overall (no subtitles)"),
    "vpct": ScoreColumns("Correct"),
    "webdevarena": ScoreColumns("Arena Score", "raw"),
    # The table of July 2025 is of the benchmark's first version, with the score in another column: it is rejected.
    "weirdml": ScoreColumns("Accuracy"),
    "winogrande": ScoreColumns("Accuracy"),
}
"""By the name of the file without `external_benchmark_` and `.csv`. Most cells are percentages with their sign."""

WITHOUT_SCORES = (MODELS, "distilled_models.csv", "all_ai_models.csv")

BEST = "Best score (across scorers)"
SCORER = re.compile(r"[\w ]+:([0-9.]+)±([0-9.]+)")
STARTED = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4}) [0-9]{1,2}:[0-9]{2}[ap]m")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ADDRESS_OF_WEIGHTS = re.compile(r"https?://huggingface\.co/([^/\s]+/([^/\s?#]+))/?")


def read_scores(content: bytes, name: str) -> Measurements:
    """Read the scores of the runs and of all known tables; a table that is not known is skipped by name.

    A benchmark is called by the task's name in the runs, else by its file's without `.csv`.

    Parameters
    ----------
    content
        Bytes of the zip file.
    name
        Display name, for messages.

    Raises
    ------
    InputError
        No sound zip file, a table in it that is no CSV file, or hardly a readable score.
    """
    builder = ScoreBuilder(name)
    for path, table in archive(content, name).items():
        file = last_name(path)
        stem = file.removesuffix(".csv")
        columns = TABLES.get(stem.removeprefix(PREFIX)) if file.startswith(PREFIX) else None
        if file == RUNS:
            _read_runs(builder, path, table)
        elif columns:
            read_score_table(builder, path, table, stem, columns)
        else:
            kind = "without scores" if file in WITHOUT_SCORES else "not known"
            builder.skip(f"file {kind}: {path}")
    return builder.build()


def read_facts(content: bytes, name: str) -> Measurements:
    """Read release, name and address of the weights of each model, from `model_versions.csv`.

    Parameters, errors: as `read_scores`.
    """
    builder = FactBuilder(name)
    for path, table in archive(content, name).items():
        if last_name(path) != MODELS:
            builder.skip(f"file without facts: {path}")
            continue
        for place, row in rows_of(builder, path, table, ("id", "Version release date")):
            model, _ = split_effort(row["id"])
            if not model:
                builder.skip("no model version stated")
                continue
            facts = {"name": row.get("Model"), "release_date": row["Version release date"]}
            facts["huggingface_id"] = _huggingface_id(model, row.get("Link", ""))
            add_facts(builder, place, model, facts)
    return builder.build()


def _read_runs(builder: ScoreBuilder, path: str, content: bytes) -> None:
    for place, row in rows_of(builder, path, content, ("task", "model", BEST, "Scores", "started_at", "Status")):
        if row["Status"] != "Success":
            builder.skip("run not finished")
            continue
        model, effort = split_effort(row["model"])
        builder.add(
            place,
            model,
            row["task"],
            row[BEST],
            "fraction",
            variant=effort,
            benchmark_version=row.get("task version"),
            stderr=_stderr(row["Scores"]),
            measured_on=_day(row["started_at"]),
        )


def _stderr(scores: str) -> str | None:
    """The standard error of the best of several scorers, of a cell such as `choice:0.85±0.02`; of equal ones the larger error."""
    shown = [(float(score), float(error), error) for score, error in SCORER.findall(scores) if _is_number(score, error)]
    return max(shown)[2] if shown else None


def _is_number(*texts: str) -> bool:
    return all(text.count(".") < 2 and text != "." for text in texts)


def _day(started: str) -> str:
    """The day of `17 November 2025 4:28pm` as ISO text; other text is handed on, to be rejected."""
    match = STARTED.fullmatch(started)
    if match is None or match.group(2) not in MONTHS:
        return started
    try:
        return str(dt.date(int(match.group(3)), MONTHS.index(match.group(2)) + 1, int(match.group(1))))
    except ValueError:
        return started


def _huggingface_id(model: str, link: str) -> str | None:
    """The repository that a link names, when it bears the model's name: some links lead to a sister of the model."""
    match = ADDRESS_OF_WEIGHTS.fullmatch(link)
    return match.group(1) if match and _bare(match.group(2)) == _bare(model) else None


def _bare(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())
