"""`costfloor economics`: the keys of the contract on stored fits, and scenario files that are refused."""

from pathlib import Path
from types import SimpleNamespace

import costfloor.cli.economics as command
import pytest
from cli_run import contents, run
from come_along import stored_results
from costfloor.economics.futures import ASYMPTOTES
from costfloor.laws import LAWS
from costfloor.studies.graphs.result import GraphStudy
from costfloor.studies.stored import Stored, read_study
from store import project_store

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "economics" / "example.toml"


def reported_study(*_: object) -> Stored[GraphStudy] | None:
    """The study of graphs that comes with the project, compared with nothing."""
    return read_study(ROOT / "reports" / "calibration", "graphs", GraphStudy, None)


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fits that come with the project in place of new ones."""
    results = stored_results()
    monkeypatch.setattr(command, "built_panel", lambda _: SimpleNamespace(store=project_store()))
    monkeypatch.setattr(command, "panel_observations", lambda _: results.obs)
    monkeypatch.setattr(command, "stored_study", reported_study)
    monkeypatch.setattr(command, "fit_laws", lambda *_: results.fits)


@pytest.mark.usefixtures("fitted")
def test_a_service_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    done = run(capsys, "--data", str(ROOT / "data"), "economics", "--scenario", str(EXAMPLE), "--json")
    assert done.code == 0
    found = done.json
    assert set(found["inputs"]) == {"example"}
    assert len(found["scenarios"]) == 2 * len(LAWS) + len(ASYMPTOTES)
    one = found["scenarios"]["example/plateau/fixed_capability"]
    assert {"law", "price_path", "margin_path", "breakeven_year"} <= set(one)
    assert one["law"] == "plateau"
    assert (
        len(one["price_path"]) == len(one["margin_path"]) == found["inputs"]["example"]["decision"]["horizon_years"] + 1
    )
    assert all(low <= middle <= high for low, middle, high in one["margin_path"])


@pytest.mark.usefixtures("fitted")
def test_the_services_that_come_along_are_listed_for_a_reader(capsys: pytest.CaptureFixture[str]) -> None:
    done = run(capsys, "--data", str(ROOT / "data"), "economics")
    assert done.code == 0
    assert all(name in done.out for name in ("api_wrapper", "growing_agent", "inference_host", "ranking_pipeline"))
    assert "about launching" in done.out or "on launching" in done.out


@pytest.mark.usefixtures("fitted")
def test_a_host_serves_smaller_models_beside_its_old_account(capsys: pytest.CaptureFixture[str]) -> None:
    done = run(capsys, "--data", str(ROOT / "data"), "economics", "--scenario", "inference_host", "--json")
    grown, still = (
        done.json["scenarios"][f"inference_host/plateau/{buyer}"] for buyer in ("smaller_models", "same_tokens")
    )
    assert grown["price_path"] == still["price_path"]
    assert grown["npv_usd"][1] > still["npv_usd"][1]
    assert done.json["channels_note"] == ""
    wrapper = run(capsys, "--data", str(ROOT / "data"), "economics", "--scenario", "api_wrapper", "--json")
    assert not [name for name in wrapper.json["scenarios"] if name.endswith(("smaller_models", "same_tokens"))]


@pytest.mark.usefixtures("fitted")
def test_without_the_study_a_host_goes_on_with_tokens_fixed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "stored_study", lambda *_: None)
    done = run(capsys, "--data", str(ROOT / "data"), "economics", "--scenario", "inference_host")
    assert done.code == 0
    assert "smaller ones on the same accelerators" not in done.out
    assert (
        "Accelerators serve as many tokens as today: the study of fixed and changed graph has not been run"
        in " ".join(done.out.split())
    )


@pytest.mark.usefixtures("fitted")
def test_a_service_of_the_package_is_named_and_another_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    done = run(capsys, "--data", str(ROOT / "data"), "economics", "--scenario", "growing_agent")
    assert done.out.startswith("growing_agent: ")
    assert "api_wrapper" not in done.out
    refused = run(capsys, "economics", "--scenario", "growing")
    assert (refused.code, refused.out) == (2, "")
    assert "or one of api_wrapper, growing_agent" in refused.err


def test_a_bad_scenario_is_refused_before_anything_is_computed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(EXAMPLE.read_text("utf-8").replace("price_elasticity = -1.0", "price_elasticity = 1.0"))
    before = contents(tmp_path)
    done = run(capsys, "--data", str(tmp_path / "data"), "economics", "--scenario", str(bad))
    assert done.code == 2
    assert "demand.price_elasticity" in done.err
    assert "Allowed: -5 to 0" in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert contents(tmp_path) == before
