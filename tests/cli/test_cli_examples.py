"""The example in the help of every command runs, and what it shows a reader is no data structure.

What takes minutes or needs the project's data is stood in for: the results that come with the project, a small store.
"""

import datetime as dt
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import costfloor.capability.measured
import costfloor.cli.calibration
import costfloor.cli.comparison
import costfloor.cli.data
import costfloor.cli.economics
import costfloor.cli.fits
import costfloor.cli.page
import costfloor.cli.report
import numpy as np
import pytest
from cli_run import Run, run
from come_along import stored_results
from costfloor.build import build, cleaned_quotes
from costfloor.cli.commands import COMMANDS as LISTED
from costfloor.cli.commands import loaded
from costfloor.forecast.refit import LawUpdate, RefitReport
from costfloor.forecast.score import Score, ScoreReport
from costfloor.ingest import ingest
from costfloor.laws import LAWS
from costfloor.laws.simulate import TableDesign, simulate_table
from costfloor.page.make import PageResult
from costfloor.studies.registry import STUDIES
from costfloor.studies.stored import Standing
from store import bare_store, catalogue, opened, project_store, small_store
from test_cli_contract import COMMANDS, REPORT
from test_panel import stand_in_capability
from test_status import BUILT

ROOT = Path(__file__).parents[2]
IDS = ("foo-1", "foo-1-turbo", "foo-1-preview")
SCORE = ScoreReport(4, -3.0, 0.2, 0.5, 1.0, {law: Score(-3.0, 0.2, 0.5, 1.0) for law in LAWS})
REFITTED = RefitReport(
    "v", "w", 4, {law: LawUpdate("sampled", None, 2.0, {"rate_now": 0.1, "rate_long_run": -0.2}) for law in LAWS},
    "inconclusive", "plateau", SCORE, passed=True, failures=(),
)  # fmt: skip
READ = ("trend frontier", "trend hedonic", "index", "explain", "setup-tables", "status")
COMPUTED = ("fit", "compare", "check", "score", "refit", "build", "economics", "report", "page", "calibrate")
DECIDED = (
    *("ingest", "models unresolved", "models add", "models alias", "models split", "models merge", "models review"),
    *("hosts review", "hosts set", "quarantine list", "quarantine accept", "quarantine reject"),
    *("vintages list", "vintages withdraw", "vintages restore", "sources", "refresh"),
)
MAY_WARN = {"status": 1, "refresh": 1}
"""Where something waits for a person, or is missing, 1 is right."""


def example(command: str) -> list[str]:
    """The arguments of the example in a command's help."""
    first, *rest = command.split()
    of_command: Any = loaded(first)
    for name in rest:
        of_command = of_command.commands[name]
    told = re.fullmatch(r"Example: costfloor (.*)", of_command.epilog)
    assert told is not None
    return shlex.split(told.group(1))


def shown(result: Run, command: str) -> str:
    """What a reader sees of a command that was done."""
    assert result.code in {0, MAY_WARN.get(command, 0)}, result.err
    assert result.out.strip()
    assert "\x1b" not in result.out
    if "--json" not in example(command):
        assert not re.search(r"[\[{]\s*['\"]|None|nan\b", result.out)
    return result.out


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the files that the examples name."""
    design = TableDesign(rows=120, families=2, years=3.0, noise_scale=0.2)
    rows = simulate_table(LAWS["exponential"], {"rate": 0.8}, design, seed=4).drop_duplicates(["date", "family"])
    number = np.arange(len(rows))
    rows = rows.assign(context=8000 * 4 ** (number % 3), region=np.where(number % 5 < 2, "eu", "us"))
    rows.to_csv(tmp_path / "prices.csv", index=False)
    rows[:80].to_csv(tmp_path / "old.csv", index=False)
    rows[80:].to_csv(tmp_path / "new.csv", index=False)
    shutil.copy(ROOT / "tests" / "economics" / "example.toml", tmp_path / "my_service.toml")
    (tmp_path / "data").mkdir()
    bare_store(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results that are there in place of new ones."""
    results = stored_results()
    built = SimpleNamespace(store=project_store(), report=None)
    checks = {check.name: check for check in results.checks}
    for module, function, value in (
        (costfloor.cli.fits, "fit_as_asked", lambda law, *_, **__: results.fits[law.name]),
        (costfloor.cli.comparison, "fit_laws", lambda *_, **__: results.fits),
        (costfloor.cli.comparison, "compare_laws", lambda *_, **__: results.comparison),
        (costfloor.cli.comparison, "run_checks", lambda *_: [checks[name] for name in _[3] or checks]),
        (costfloor.cli.comparison, "score_rows", lambda *_: SCORE),
        (costfloor.cli.comparison, "refit_laws", lambda *_: REFITTED),
        (costfloor.cli.data, "build_panel", lambda *_, **__: SimpleNamespace(report=_built())),
        (costfloor.cli.economics, "built_panel", lambda _: built),
        (costfloor.cli.economics, "panel_observations", lambda _: results.obs),
        (costfloor.cli.economics, "fit_laws", lambda *_, **__: results.fits),
        (costfloor.cli.economics, "stored_study", lambda *_: None),
        (costfloor.cli.report, "make_report", lambda *_, **__: _report()),
        (costfloor.cli.page, "open_results", lambda _: results),
        (costfloor.cli.page, "make_page", lambda *_: PageResult("reports/explorer.html", 1_100_000, "v", passed=True)),
        (costfloor.cli.calibration, "built_panel", lambda _: built),
        (costfloor.cli.calibration, "standings", lambda *_: dict.fromkeys(STUDIES, Standing(seconds=60.0))),
        (costfloor.cli.calibration, "stored_studies", lambda *_: dict.fromkeys(STUDIES, _passed())),
    ):
        monkeypatch.setattr(module, function, value)


def _passed() -> SimpleNamespace:
    return SimpleNamespace(result=SimpleNamespace(passed=True))


def _built() -> Any:
    capability = {"diagnostics": {"passed": True}}
    return type(BUILT)(**{**vars(BUILT), "capability": capability, "as_of": "2025-06-30"})


def _report() -> Any:
    return type(REPORT)(**{**vars(REPORT), "gates": {"plateau": True}})


def test_every_command_has_an_example_that_runs_here() -> None:
    assert sorted((*READ, *COMPUTED, *DECIDED)) == sorted(COMMANDS)
    assert {command.split()[0] for command in COMMANDS} == set(LISTED)


@pytest.mark.parametrize("command", READ)
def test_an_example_that_reads(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown(run(capsys, *example(command), "--quiet"), command)


@pytest.mark.usefixtures("folder", "computed")
@pytest.mark.parametrize("command", COMPUTED)
def test_an_example_that_computes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown(run(capsys, *example(command), "--quiet"), command)


@pytest.fixture(scope="module")
def quick_capability() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        yield


@pytest.mark.usefixtures("quick_capability")
def test_the_examples_that_decide_run_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    data = small_store(tmp_path / "data")
    prices = [f"acme,acme/{name},1,4,2025-12-01\n" for name in (*IDS, "foo-one", "unheard-of-2")]
    prices += ["novita-ai,acme/foo-1,1,4,2025-12-01\n"]
    (tmp_path / "own.csv").write_text(
        "".join(["provider,model_id,input_usd_per_mtok,output_usd_per_mtok,date\n", *prices]), "utf-8"
    )
    ingest(opened(data), "table", "own.csv", dt.date(2025, 12, 2), lambda _: None)
    (tmp_path / "api.json").write_text(json.dumps(catalogue(2)), "utf-8")
    arrivals = tmp_path / "arrivals" / "2026-01-31"
    arrivals.mkdir(parents=True)
    (arrivals / "models-dev.json").write_text(json.dumps(catalogue(5)), "utf-8")
    for name in IDS[1:]:
        _, _, _, *rest = example("models add")
        assert run(capsys, "models", "add", f"acme/{name}", *rest, "--quiet").code == 0
    build(opened(data))
    quotes = cleaned_quotes(opened(data))
    held = str(quotes[quotes["status"].eq("quarantined")]["quote_id"].iloc[0])
    kept = str(quotes[quotes["status"].eq("kept")]["quote_id"].iloc[0])
    for command in DECIDED:
        arguments = example(command)
        if command in {"vintages withdraw", "vintages restore"}:
            lists = run(capsys, "vintages", "list", "--json").json["vintages"]
            arguments[2] = next(row["vintage"] for row in lists if row["source"] == "models_dev")
        elif command in {"quarantine accept", "quarantine reject"}:
            arguments[2] = held if command.endswith("accept") else kept
        shown(run(capsys, *arguments, "--quiet"), command)
