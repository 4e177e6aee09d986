"""A list that names the models of its last one anew: a few are gone and new, all of them are asked about, and none is guessed."""

import json
from pathlib import Path

import pytest
from cli_run import Run, contents, run
from costfloor.data.quotes import build_quotes
from store import opened, small_store

NAMES = ("gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini")
RENAMED = "openai-one-and-only-4o"
"""No model has it, and no spelling of one."""


def listed(names: tuple[str, ...], price: float = 2.0) -> str:
    models = {name: {"id": name, "name": name, "cost": {"input": price, "output": 4 * price}} for name in names}
    return json.dumps({"groq": {"id": "groq", "name": "groq", "models": models}})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_store(tmp_path / "data")


def bring(capsys: pytest.CaptureFixture[str], data: Path, day: str, names: tuple[str, ...], *options: str) -> Run:
    path = data.parent / f"{day}.json"
    path.write_text(listed(names), encoding="utf-8")
    return run(
        capsys, "ingest", "models-dev", path, "--observed-on", day, *options, "--data", data, "--json", "--quiet"
    )


def test_all_renamed_at_once_is_refused_and_nothing_written(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bring(capsys, data, "2026-01-03", NAMES).code == 0
    before = contents(data / "raw")
    refused = bring(capsys, data, "2026-01-10", tuple(f"{name}-by-another-name" for name in NAMES))
    assert (refused.code, refused.out) == (2, "")
    (line,) = refused.err.splitlines()
    assert "--complete" in line
    assert "--partial" in line
    assert contents(data / "raw") == before


def test_one_renamed_is_gone_under_the_old_name_and_nobody_under_the_new(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(capsys, data, "2026-01-03", NAMES).code == 0
    taken = bring(capsys, data, "2026-01-10", (RENAMED, *NAMES[1:])).json
    assert (taken["rows_new"], taken["rows_gone"], taken["models_unresolved"]) == (1, 1, 1)
    quotes = build_quotes(opened(data)).quotes
    of_list = quotes[quotes["source"].eq("models_dev")].set_index("model_id")
    assert str(of_list.loc[NAMES[0], "valid_to"])[:10] == "2026-01-10"
    assert of_list.loc[RENAMED, "status"] == "unresolved"
    assert of_list.loc[list(NAMES[1:]), "valid_to"].isna().all()
