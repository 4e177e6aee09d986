"""The polyglot leaderboard of Aider (`polyglot_leaderboard.yml`): share of 225 programming tasks solved with two tries, in percent."""

from collections.abc import Mapping

from costfloor.sources.json_input import as_list, pointer
from costfloor.sources.measured_values import scale_problem
from costfloor.sources.measurements import Measurements, ScoreBuilder
from costfloor.sources.yaml_input import read_yaml

SOURCE = "aider"
BENCHMARK = "aider_polyglot"
ADDRESS = "https://raw.githubusercontent.com/Aider-AI/aider/main/aider/website/_data/polyglot_leaderboard.yml"
LICENCE = "Apache-2.0"

SCORE = "pass_rate_2"
FIELDS = {
    *("dirname", "test_cases", "model", "edit_format", "commit_hash", "pass_rate_1", SCORE, "pass_num_1", "pass_num_2"),
    *("percent_cases_well_formed", "error_outputs", "num_malformed_responses", "num_with_malformed_responses"),
    *("user_asks", "lazy_comments", "syntax_errors", "indentation_errors", "exhausted_context_windows"),
    *("test_timeouts", "total_tests", "command", "date", "versions", "seconds_per_case", "total_cost"),
    *("prompt_tokens", "completion_tokens", "reasoning_effort", "thinking_tokens", "editor_model"),
    *("editor_edit_format", "editor-model", "editor-edit-format"),
}


def read_scores(content: bytes, name: str) -> Measurements:
    """Read the leaderboard: one score per run, dated by the run.

    Parameters
    ----------
    content
        Bytes of the file.
    name
        Display name, for messages.

    Raises
    ------
    InputError
        Not YAML, not in this format, or with hardly a readable score.
    """
    builder = ScoreBuilder(name)
    entries = as_list(read_yaml(content, name), "", name)
    problem = scale_problem([entry.get(SCORE) for entry in entries if isinstance(entry, dict)], "percent")
    for position, entry in enumerate(entries):
        _read_run(builder, pointer("", position), entry, problem)
    return builder.build()


def _read_run(builder: ScoreBuilder, place: str, entry: object, problem: str | None) -> None:
    if not isinstance(entry, dict):
        builder.reject(place, "", None, "entry is not a mapping", entry)
        return
    builder.count_unknown(entry.keys() - FIELDS)
    if problem:
        builder.reject(place, "", entry.get("model"), problem, entry.get(SCORE))
        return
    builder.add(
        place,
        entry.get("model"),
        BENCHMARK,
        entry.get(SCORE),
        "percent",
        variant=_variant(entry),
        measured_on=entry.get("date"),
    )


def _variant(entry: Mapping[str, object]) -> object:
    """The reasoning effort, the allowance of thinking tokens, or both; what is no text is handed on, to be rejected."""
    effort, tokens = entry.get("reasoning_effort"), entry.get("thinking_tokens")
    allowance = f"{tokens} thinking tokens" if isinstance(tokens, str) else tokens
    if isinstance(effort, str) and isinstance(allowance, str):
        return f"{effort}, {allowance}"
    return effort if allowance is None else allowance
