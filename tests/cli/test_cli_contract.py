"""The keys, exit codes and help that scripts rely on."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import costfloor.cli
import costfloor.cli.calibration
import costfloor.cli.report
import costfloor.studies.registry
import numpy as np
import pytest
from cli_run import Run, contents, run, write_table
from costfloor.checks import CHECKS
from costfloor.cli import globals_first
from costfloor.cli.commands import COMMANDS as LISTED
from costfloor.cli.commands import loaded
from costfloor.cli.shared import Options
from costfloor.laws import LAWS
from costfloor.laws.simulate import TableDesign, simulate_table
from costfloor.report.result import ReportResult
from costfloor.sampling.policy import Sampling
from costfloor.storage import data_lock
from costfloor.studies.evidence.study import OFF, EvidenceStudy, LawEvidence
from costfloor.studies.registry import STUDIES
from costfloor.studies.stored import Standing
from shared_folder import shared_folder

COMMANDS = [
    "build",
    "status",
    "ingest",
    "refresh",
    "sources",
    "vintages list",
    "vintages withdraw",
    "vintages restore",
    "quarantine list",
    "quarantine accept",
    "quarantine reject",
    "models unresolved",
    "models review",
    "models add",
    "models alias",
    "models merge",
    "models split",
    "setup-tables",
    "hosts review",
    "hosts set",
    "trend frontier",
    "trend hedonic",
    "index",
    "fit",
    "compare",
    "check",
    "score",
    "refit",
    "report",
    "page",
    "calibrate",
    "economics",
    "explain",
]
BEHIND = ("__init__", "commands", "model_questions", "overview", "results", "screen", "shared", "tables")
"""Modules of the command line that hold no command."""

EVERY_LAW = {"rate_now", "rate_long_run", "frontier_rate", "score_elasticity", "noise_scale"}
PARAMETERS = {
    "exponential": EVERY_LAW,
    "random_walk": EVERY_LAW | {"innovation_sd"},
    "plateau": EVERY_LAW | {"rate_initial", "rate_floor", "half_life_years"},
    "baumol": EVERY_LAW | {"progressive_rate", "stagnant_share", "stagnant_growth"},
    "discovery": EVERY_LAW | {"discoveries_per_year", "mean_log_gain"},
    "encompassing": EVERY_LAW | {"rate_initial", "kept_share", "rate_floor", "half_life_years"},
}
DIAGNOSTICS = {"rhat_max", "ess_bulk_min", "ess_tail_min", "divergences", "ebfmi_min", "passed"}
REPORT = ReportResult(
    pdf="reports/report.pdf",
    figures=["answer"],
    tables=["Rates"],
    fingerprint="f",
    gates={"capability": True, "plateau": False},
    vintage="v",
    verdict="inconclusive",
    pdf_sha256="s",
    questions=[{"id": 1, "answer": "not decided", "probability": [0.1, 0.9]}],
)


def finite(value: Any) -> bool:
    """Whether a number is one that JSON can hold."""
    return isinstance(value, int | float) and math.isfinite(value)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, *command.split(), "--help")
    assert result.code == 0
    assert f"Example: costfloor {command}" in result.out


def test_every_command_is_tested_here_and_listed_with_the_first_line_of_its_help() -> None:
    def names(command: Any, prefix: str) -> set[str]:
        inner = getattr(command, "commands", {})
        return {name for part in inner for name in names(inner[part], f"{prefix} {part}")} or {prefix}

    known = {name: loaded(name) for name in LISTED}
    assert {full for name, command in known.items() for full in names(command, name)} == set(COMMANDS)
    assert {name: line for name, (_, line) in LISTED.items()} == {
        name: (command.help or "").partition("\n")[0] for name, command in known.items()
    }
    modules = {path.stem for path in Path(costfloor.cli.__file__).parent.glob("*.py")}
    assert {module for module, _ in LISTED.values()} == modules - set(BEHIND)


@pytest.mark.parametrize(
    ("given", "moved"),
    [
        (["fit", "plateau", "--json"], ["--json", "fit", "plateau"]),
        (["build", "--data", "d", "--seed=3"], ["--data", "d", "--seed=3", "build"]),
        (["check", "--", "--json"], ["check", "--", "--json"]),
        (["status", "--data"], ["--data", "status"]),
    ],
)
def test_global_options_may_stand_anywhere(given: list[str], moved: list[str]) -> None:
    assert globals_first(given) == moved


def test_trends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write_table(tmp_path)
    frontier = run(capsys, "trend", "frontier", "--table", table, "--threshold", "0.4", "--json").json
    assert set(frontier) >= {"n", "start", "end", "factor_per_year", "ci90", "r_squared"}
    hedonic = run(capsys, "trend", "hedonic", "--table", table, "--json").json
    assert set(hedonic) >= {"n", "factor_per_year", "ci90", "r_squared", "score_coefficient"}
    for trend in (frontier, hedonic):
        low, high = trend["ci90"]
        assert low < trend["factor_per_year"] < high


def test_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, design = tmp_path / "prices.csv", TableDesign(rows=300, families=2, years=3.0, noise_scale=0.2)
    frame = simulate_table(LAWS["exponential"], {"rate": 0.8}, design, seed=4)
    frame.drop_duplicates(["date", "family"]).to_csv(table, index=False)
    found = run(capsys, "index", "hedonic", "--table", table, "--frequency", "quarter", "--json").json
    assert set(found) >= {"kind", "base", "periods", "annual_rate"}
    assert found["periods"][0]["value"] == 1.0
    assert found["annual_rate"] == pytest.approx(0.8, abs=0.2)
    for period in found["periods"]:
        assert set(period) >= {"period", "value", "ci90", "n"}
    wrong = run(capsys, "index", "horoscope", "--table", table)
    assert wrong.code == 2
    assert "Choose from matched, geks" in wrong.err
    missing = run(capsys, "index", "hedonic", "--table", table, "--weights", "open")
    assert missing.code == 2
    assert "open_weights" in missing.err


def test_a_trend_for_a_reader_is_no_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "trend", "hedonic", "--table", write_table(tmp_path)).out
    assert not said.startswith("{")
    assert "a year" in said


def test_status_of_an_empty_folder_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, "status", "--data", tmp_path, "--json")
    assert result.code == 1
    assert set(result.json) >= {"vintage", "panel", "fits", "quarantined", "unresolved"}
    assert "costfloor report" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_build_waits_for_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "raw").symlink_to(Path(__file__).parents[2] / "data" / "raw")
    with data_lock(data):
        before = contents(data / "raw" / "quotes.csv")
        result = run(capsys, "build", "--data", data)
    assert (result.code, result.out) == (3, "")
    assert result.err.splitlines()[-1].startswith("error: ")
    assert contents(data / "raw" / "quotes.csv") == before
    assert not list(data.rglob("*.parquet"))


def test_a_report_whose_fit_missed_a_gate_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costfloor.cli.report, "make_report", lambda *_, **__: REPORT)
    result = run(capsys, "report", "--reports", tmp_path, "--json")
    assert result.code == 1
    assert set(result.json) >= {"pdf", "figures", "tables", "fingerprint", "gates"}
    assert "FAILED gates: plateau" in result.err


@pytest.mark.parametrize(("off", "code"), [(OFF + 0.01, 1), (OFF - 0.01, 0)])
def test_a_study_that_missed_a_gate_exits_with_1(
    off: float,
    code: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = EvidenceStudy(60, ("band 1",), 2000, {"plateau": LawEvidence(8, (-90.0, -90.2), off, "noise_scale")})
    monkeypatch.setattr(costfloor.cli.calibration, "built_panel", lambda *_: SimpleNamespace(store=None, report=None))
    monkeypatch.setattr(costfloor.cli.calibration, "standings", lambda *_: {})
    monkeypatch.setattr(costfloor.cli.calibration, "run_study", lambda *_: result)
    monkeypatch.setattr(costfloor.cli.calibration, "stored_studies", lambda *_: {})
    done = run(capsys, "calibrate", "evidence", "--reports", tmp_path, "--json")
    assert done.code == code
    assert set(done.json["studies"]) == {"evidence"}
    assert ("FAILED gates or checks in: evidence" in done.err) == bool(code)


@pytest.mark.parametrize("name", ["all", "evidence", "sbc"])
def test_only_what_is_stale_or_missing_is_run_and_how_long_is_said_first(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stands = {study: Standing(seconds=60.0) for study in STUDIES if study != "graphs"}
    stands["sbc"] = Standing(stale=("code",), seconds=7200.0)
    passed = SimpleNamespace(result=SimpleNamespace(passed=True))
    ran: list[str] = []

    def run_study(study: str, *_: object) -> SimpleNamespace:
        ran.append(study)
        return passed.result

    monkeypatch.setattr(costfloor.cli.calibration, "built_panel", lambda *_: SimpleNamespace(store=None, report=None))
    monkeypatch.setattr(costfloor.cli.calibration, "standings", lambda *_: stands)
    monkeypatch.setattr(costfloor.cli.calibration, "stored_studies", lambda *_: dict.fromkeys(stands, passed))
    monkeypatch.setattr(costfloor.cli.calibration, "run_study", run_study)
    done = run(capsys, "calibrate", name, "--reports", tmp_path, "--json")
    assert done.code == 0
    assert done.json["run"] == ran
    first = done.err.splitlines()[0].partition("] ")[2]
    if name == "all":
        assert ran == ["sbc", "graphs"]
        assert first == (
            "to run: sbc (code changed, took 2.0 h), graphs (was not run yet); in all about 2.0 h and 1 of unknown length; "
            f"{len(STUDIES) - 2} current"
        )
    elif name == "sbc":
        assert (ran, first) == (["sbc"], "to run: sbc (code changed, took 2.0 h); in all about 2.0 h")
    else:
        assert (ran, first) == ([], "nothing to run: evidence is current")


def test_checks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check", "--list", "--json").json == {"checks": list(CHECKS)}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred prices over twenty months: one month's end can be scored six months ahead."""
    design = TableDesign(rows=110, families=2, years=1.65, noise_scale=0.3)
    truth = {"rate_floor": 0.2, "rate_excess": 1.5, "half_life_years": 1.0}
    path = tmp_path_factory.mktemp("table") / "prices.csv"
    simulate_table(LAWS["plateau"], truth, design, seed=4).drop_duplicates(["date", "family"]).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all processes: a fit that one of them has made is read by the others."""
    with shared_folder(tmp_path_factory, "fits-of-the-command-line") as folder:
        return folder


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sample too little to be sure of passing, so that the tests are about keys and exit codes."""
    settings = Sampling(draws=150, tune=300, chains=2, target_accepts=(0.9,), longer=False)
    monkeypatch.setattr(Options, "settings", settings)


def said_of_gates(result: Run, passed: bool) -> None:
    """Exit 0 and nothing said when all gates held, else exit 1 with the reason."""
    assert result.code == (0 if passed else 1)
    assert ("gate" in result.err) is not passed


@pytest.mark.slow
@pytest.mark.usefixtures("short")
# The other way round than for the small fits, so that two processes do not wait for each other to compile the same law.
@pytest.mark.parametrize("law", [*reversed(LAWS)])
def test_fit(law: str, table: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, "fit", law, "--table", table, "--data", data, "--json", "--quiet")
    found = result.json
    assert {"law", "n", "families", "fingerprint", "data_hash", "sampler", "seconds"} <= set(found)
    assert set(found["seconds"]) == {"compile", "sample", "total"}
    assert set(found["diagnostics"]) >= DIAGNOSTICS
    assert set(found["parameters"]) >= PARAMETERS[law]
    for summary in found["parameters"].values():
        assert set(summary) == {"mean", "sd", "q05", "q50", "q95"}
        assert all(finite(value) for value in summary.values())
    said_of_gates(result, found["diagnostics"]["passed"])
    again = run(capsys, "fit", law, "--table", table, "--data", data, "--json")
    assert again.json == found
    assert "sampling" not in again.err


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_compare(table: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, "compare", "--table", table, "--data", data, "--horizon", "6", "--json", "--quiet")
    found = result.json
    assert found["horizon_months"] == 6
    assert len(found["origins"]) == 1
    assert {"verdict_reason", "p_floor_15_20", "prior_sensitivity"} <= set(found)
    keys = {"id", "question", "answer", "threshold", "probability_by_law", "prior", "power"}
    assert [keys <= set(question) for question in found["questions"]] == [True] * 6
    for question in found["questions"]:
        assert set(question["probability_by_law"]) == (set(LAWS) if question["id"] in {1, 2, 5} else set())
    assert {law: list(years) for law, years in found["p_at_most_20"].items()} == {
        law: ["1", "3", "5", "10"] for law in LAWS
    }
    assert found["verdict"] == "inconclusive"
    assert set(found["laws"]) == set(LAWS)
    for score in found["laws"].values():
        assert set(score) == {"elpd", "se", "crps", "coverage90", "weight", "weight_ci90"}
    np.testing.assert_allclose(sum(score["weight"] for score in found["laws"].values()), 1.0)
    for law, score in found["laws"].items():
        from_each = [origin["scores"][law] for origin in found["origins"]]
        assert abs(sum(of_origin["elpd"] for of_origin in from_each) - score["elpd"]) < 1e-9
    said_of_gates(result, found["passed"])
    shown = run(capsys, "compare", "--table", table, "--data", data, "--horizon", "6", "--by-origin", "--quiet").out
    assert "plateau less discovery" in shown
    for question in found["questions"]:
        assert f"{question['id']}:  {question['question']} " in shown
    assert "Not yet asked." in shown
    assert shown.rstrip().splitlines()[-1].startswith("Inconclusive: ")


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_check(table: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "check", "all", "--table", table, "--data", data, "--json", "--quiet").json
    assert {"name", "passed", "summary"} <= set(found)
    assert [check["name"] for check in found["checks"]] == list(CHECKS)
    one = run(capsys, "check", "curvature", "--table", table, "--data", data, "--json", "--quiet").json
    assert one == next(check for check in found["checks"] if check["name"] == "curvature")
    assert one["passed"] in {True, False, None}
