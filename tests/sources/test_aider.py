"""The leaderboard of Aider becomes one score per run; of YAML only lists, mappings and text are read."""

import json
import time

import pytest
from archive_checks import check, read_or_refuse, scores
from costfloor.errors import InputError
from costfloor.sources.aider import read_scores
from costfloor.sources.yaml_input import read_yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_checks import IDS, JSON

LEADERBOARD = b"""\
- dirname: 2025-08-23-15-47-21--gpt-5-high
  test_cases: 225
  model: gpt-5 (high)
  edit_format: diff
  commit_hash: 6451e59
  pass_rate_1: 52.0
  pass_rate_2: 88.0
  reasoning_effort: high
  date: 2025-08-23
  total_cost: 29.0829

- model: gemini-2.5-flash (no think)
  pass_rate_2: 44.0
  thinking_tokens: 0 # <-- no thinking
  date: 2025-05-26
  laptop: yes

- model: both
  pass_rate_2: "0.4"
  thinking_tokens: 32000
  reasoning_effort: low
  date: 2025-05-24

- model: not finished
  pass_rate_2:
"""


def test_a_leaderboard() -> None:
    measured = read_scores(LEADERBOARD, "aider.yml")
    check(measured)
    assert scores(measured) == [
        ("gpt-5 (high)", "high", "aider_polyglot", 88.0, "percent"),
        ("gemini-2.5-flash (no think)", "0 thinking tokens", "aider_polyglot", 44.0, "percent"),
        ("both", "low, 32000 thinking tokens", "aider_polyglot", 0.4, "percent"),
    ]
    assert measured.rows["measured_on"].tolist() == ["2025-08-23", "2025-05-26", "2025-05-24"]
    assert measured.rows["place"].tolist() == ["/0", "/1", "/2"]
    assert measured.skipped == {"no score stated": 1}
    assert measured.unknown_fields == {"laptop": 1}


def test_entries_that_are_wrong() -> None:
    entries = [
        {"model": "good", "pass_rate_2": 50},
        {"model": "better", "pass_rate_2": 60.5, "date": "2025-01"},
        {"model": "best", "pass_rate_2": 70},
        {"model": "above", "pass_rate_2": 101},
        {"model": ["a"], "pass_rate_2": 5},
        {"model": "effort", "pass_rate_2": 5, "reasoning_effort": ["high"]},
    ]
    measured = read_scores(json.dumps(entries).encode(), "x")
    check(measured)
    assert measured.rejected[["place", "reason"]].to_numpy().tolist() == [
        ["/3", "score is not between 0 and 100"],
        ["/4", "model id is a list, not text"],
        ["/5", "variant is a list, not text"],
    ]


def test_fractions_are_no_percentages() -> None:
    entries = [{"model": f"m{number}", "pass_rate_2": number / 10} for number in range(6)]
    with pytest.raises(InputError, match=r"most scores are unreadable \(6 of 6\).*are they fractions\?"):
        read_scores(json.dumps(entries).encode(), "x")


REFUSED = {
    "anchor": (b"- &a {model: x}\n- *a\n", "holds an anchor or an alias (line 1)"),
    "alias": (b"- model: x\n- *a\n", "holds an anchor or an alias (line 2)"),
    "merge": (b"- &a {model: x}\n- <<: *a\n", "holds an anchor or an alias"),
    "billion-laughs": (
        b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 120)),
        "holds an anchor or an alias (line 1)",
    ),
    "tag": (b"- !!python/object/apply:os.system [ls]\n", "holds a tag (line 1)"),
    "tag-of-yaml": (b"- model: !!binary aGk=\n", "holds a tag (line 1)"),
    "deep-brackets": (b"[" * 100_000, "nested too deep"),
    "deep-dashes": (b"- " * 5000 + b"x", "nested too deep"),
    "deep-names": (b"? " * 5000 + b"x", "nested too deep"),
    "twice": (b"- model: a\n  model: b\n", "holds 'model' twice in one mapping (line 2)"),
    "name-of-list": (b"- ? [a]\n  : b\n", "holds a name that is no text"),
    "two-documents": (b"- a\n---\n- b\n", "holds more than one document"),
    "empty": (b"", "is empty"),
    "comment": (b"# nothing\n", "is empty"),
    "broken": (b"- model: [a\n", "not valid YAML ("),
    "colons": (b"a: b: c", "not valid YAML ("),
    "nul": (b"- a\x00", "not valid YAML ("),
    "not-utf-8": (b"- model: \xff", "not UTF-8 text (line 1)"),
    "utf-16": ("- model: x".encode("utf-16"), "not UTF-8 text (line 1)"),
    "too-large": (b"#" * (1024 * 1024 + 1), "too large"),
    "mapping": (b"model: x\n", "is an object, not a list"),
    "text": (b"hello", "is text, not a list"),
    "html": (b"<html><body>\n<p>Not found</p>\n</body></html>", "is text, not a list"),
    "no-entries": (b"[]", "holds no scores"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    content, message = REFUSED[case]
    begun = time.process_time()
    with pytest.raises(InputError) as caught:
        read_scores(content, "aider.yml")
    assert time.process_time() - begun < 2
    assert str(caught.value).startswith("aider.yml")
    assert message in str(caught.value)


def test_values_stay_as_written() -> None:
    content = b"{a: 2025-02-25, b: 6e51, c: no, d: ~, e: '~', f: }"
    assert read_yaml(content, "x") == {"a": "2025-02-25", "b": "6e51", "c": "no", "d": None, "e": "~", "f": None}


RUNS = st.lists(st.tuples(IDS, st.floats(0, 100, allow_subnormal=False)), min_size=1, max_size=4)


@settings(max_examples=30)
@given(runs=RUNS)
def test_round_trip(runs: list[tuple[str, float]]) -> None:
    # JSON is YAML, but for the pairs of escapes that stand for one character.
    entries = [{"model": model, "pass_rate_2": score, "date": "2025-01-02"} for model, score in runs]
    measured = read_scores(json.dumps(entries, ensure_ascii=False).encode(), "x")
    check(measured)
    assert scores(measured) == [(model, "", "aider_polyglot", score, "percent") for model, score in runs]


@given(content=st.binary(max_size=200) | st.text("-:[]{}&*!?|>\"'# \nab\t,", max_size=60).map(str.encode))
def test_random_bytes(content: bytes) -> None:
    read_or_refuse(read_scores, content)


@settings(max_examples=30)
@given(value=JSON)
def test_random_json(value: object) -> None:
    good = {"model": "good", "pass_rate_2": 50}
    for document in (value, [value, good], [{"model": "a", "pass_rate_2": value, "date": value}, good]):
        read_or_refuse(read_scores, json.dumps(document).encode())
