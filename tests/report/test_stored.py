"""A stored study reads as it was written, says when it was thinned, and refuses what was changed or does not belong together."""

import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from costfloor.checks.result import to_json
from costfloor.errors import IntegrityError, MissingResultError
from costfloor.fit import archive
from costfloor.fit.result import Fit
from costfloor.report.figures import channels, checks, floor
from costfloor.report.stored import open_results, save_results
from costfloor.report.study import Study
from costfloor.typeset.style import svg
from fake_study import make_study


def energies(fit: Fit) -> xr.Dataset:
    """What a sampler says of every draw."""
    return xr.Dataset({"energy": fit.reported["noise_scale"] ** 2})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The fake study with fits that a receipt names."""
    study = make_study(tmp_path_factory.mktemp("whole"))
    return replace(
        study,
        fits={
            name: replace(fit, receipt={**fit.receipt, "fingerprint": f"full {name}"}, sample_stats=energies(fit))
            for name, fit in study.fits.items()
        },
    )


@pytest.fixture(scope="module")
def stored_once(whole: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "results"
    save_results(whole, folder)
    return folder


@pytest.fixture
def saved(stored_once: Path, tmp_path: Path) -> Path:
    """The study as it is stored, to do with as one likes."""
    return Path(shutil.copytree(stored_once, tmp_path / "results"))


def test_what_was_saved_is_opened(whole: Study, saved: Path) -> None:
    found = open_results(saved)
    pd.testing.assert_frame_equal(found.panel, whole.panel)
    np.testing.assert_equal(asdict(found.obs), asdict(whole.obs))
    assert list(found.fits) == list(whole.fits)
    for name, fit in whole.fits.items():
        assert found.fits[name].posterior.identical(fit.posterior)
        assert found.fits[name].reported.identical(fit.reported)
        assert found.fits[name].sample_stats.equals(fit.sample_stats)
        assert "thinned_from" not in found.fits[name].receipt
    assert found.comparison == whole.comparison
    assert [to_json(check) for check in found.checks] == [to_json(check) for check in whole.checks]
    assert found.build == replace(whole.build, path="panel.parquet")


def test_a_panel_of_an_earlier_version_is_refused(whole: Study, tmp_path: Path) -> None:
    save_results(replace(whole, panel=whole.panel.drop(columns="birth")), tmp_path)
    with pytest.raises(
        IntegrityError, match=r"panel\.parquet is of another version: it has no 'birth'. Run bin/store-results"
    ):
        open_results(tmp_path)


def test_checks_come_back_as_tables(whole: Study, saved: Path) -> None:
    for found, written in zip(open_results(saved).checks, whole.checks, strict=True):
        assert found.passed is written.passed
        pd.testing.assert_frame_equal(found.table, written.table, check_like=True)


def test_a_thinned_copy_says_so_and_keeps_the_diagnostics_of_the_full_fit(whole: Study, tmp_path: Path) -> None:
    save_results(whole, tmp_path, draws_per_chain=10)
    found = open_results(tmp_path).fits["plateau"]
    full = whole.fits["plateau"]
    assert found.receipt["thinned_from"] == {"fingerprint": "full plateau", "chains": 2, "draws_per_chain": 60}
    assert found.receipt["kept"] == {"chains": 2, "draws_per_chain": 10, "dtype": "float32"}
    assert found.receipt["fingerprint"] != full.receipt["fingerprint"]
    assert found.receipt["diagnostics"] == full.receipt["diagnostics"]
    assert "diagnostics" in found.receipt["of_the_full_fit"]
    # First and last draws stay, so that the copy spans the chains.
    ends = full.posterior["rate_floor"].isel(draw=[0, -1])
    np.testing.assert_allclose(found.posterior["rate_floor"].isel(draw=[0, -1]), ends, rtol=1e-6)
    assert found.parameters.size == 20
    assert not found.sample_stats
    assert found.parameters["rate_floor"].dtype == np.float64


def test_the_figures_of_the_report_draw_stored_results(whole: Study, saved: Path) -> None:
    found = open_results(saved)
    for figure in (floor, channels, checks):
        assert svg(figure.draw, found) == svg(figure.draw, whole)


@pytest.mark.parametrize("name", ["panel.parquet", "results.json", "plateau.json", "plateau.nc"])
def test_a_changed_or_missing_file_is_refused(saved: Path, name: str) -> None:
    path = saved / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match=rf"{name} is not what manifest\.json says"):
        open_results(saved)
    path.unlink()
    with pytest.raises(IntegrityError, match="bin/store-results"):
        open_results(saved)


def test_fits_to_other_prices_are_refused(whole: Study, tmp_path: Path) -> None:
    dearer = whole.panel.assign(price_usd_per_mtok=2.0 * whole.panel["price_usd_per_mtok"])
    save_results(replace(whole, panel=dearer), tmp_path)
    with pytest.raises(IntegrityError, match=r"exponential fit .* not to the panel beside it"):
        open_results(tmp_path)


def test_without_results_it_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingResultError, match="costfloor report"):
        open_results(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        MissingResultError, match=r"data/processed/results or notebooks/stored of .* or a folder above it"
    ):
        open_results()


def test_a_full_run_goes_before_the_thinned_copy(
    whole: Study, stored_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notebooks" / "mine").mkdir(parents=True)
    # From below the project's own folder, as a notebook is.
    monkeypatch.chdir(tmp_path / "notebooks" / "mine")
    save_results(whole, tmp_path / "notebooks" / "stored", draws_per_chain=5)
    assert open_results().fits["plateau"].parameters.size == 10
    shutil.copytree(stored_once, tmp_path / "data" / "processed" / "results")
    assert open_results().fits["plateau"].parameters.size == 120


def test_a_save_cut_short_leaves_nothing_to_trust(
    whole: Study, stored_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(stored_once, tmp_path / "new")
    saved = archive.write

    def killed_at_plateau(folder: Path, name: str, receipt: dict[str, Any], draws: xr.DataTree) -> dict[str, Any]:
        if name == "plateau":
            raise KeyboardInterrupt
        return saved(folder, name, receipt, draws)

    monkeypatch.setattr(archive, "write", killed_at_plateau)
    with pytest.raises(KeyboardInterrupt):
        save_results(whole, tmp_path / "new", draws_per_chain=5)
    with pytest.raises(IntegrityError, match="manifest"):
        open_results(tmp_path / "new")
    with pytest.raises(KeyboardInterrupt):
        save_results(make_study(tmp_path), tmp_path / "empty")
    with pytest.raises(MissingResultError):
        open_results(tmp_path / "empty")
