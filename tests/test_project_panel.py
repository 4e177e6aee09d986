"""The panel of the project's whole raw store, with its real capability."""

import shutil
from pathlib import Path

import pytest
from costfloor.build import build
from costfloor.capability.bands import BANDS
from store import opened

PROJECT_DATA = Path(__file__).parents[1] / "data"


@pytest.mark.slow
def test_the_projects_own_panel(tmp_path: Path) -> None:
    """The whole raw store, capability read from the project's build where there is one."""
    shutil.copytree(PROJECT_DATA / "raw", tmp_path / "raw")
    fits = PROJECT_DATA / "processed" / "fits"
    for path in fits.glob("capability-*"):
        (tmp_path / "processed" / "fits").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / "processed" / "fits")
    built = build(opened(tmp_path))
    report, panel = built.report, built.panel
    assert report.passed
    assert len(panel) >= 1000
    assert panel["model"].nunique() >= 300
    assert report.launch_priced_models >= 250
    assert {str(name).split()[0] for name in panel["segment"]} == {band.name for band in BANDS}
    seen = built.law_rows
    assert len(seen) >= 900
    # From the smallest open models to o1-pro, at 150 and 600 dollars for input and output.
    assert seen["price"].between(0.005, 300.0).all()
