"""The panel of the project's whole raw store, with its real capability."""

import shutil
from pathlib import Path

import costfloor.capability.measured
import pandas as pd
import pytest
from costfloor import open_results
from costfloor.build import build
from costfloor.built import build_key
from costfloor.capability.bands import BANDS
from store import opened

ROOT = Path(__file__).parents[1]
PROJECT_DATA = ROOT / "data"


@pytest.mark.slow
def test_the_projects_own_panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole raw store. Capability is sampled unless the stored results, or the project's build, are of these data and this code."""
    shutil.copytree(PROJECT_DATA / "raw", tmp_path / "raw")
    fits = PROJECT_DATA / "processed" / "fits"
    for path in fits.glob("capability-*"):
        (tmp_path / "processed" / "fits").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / "processed" / "fits")
    store, stored = opened(tmp_path), open_results(ROOT / "notebooks" / "stored")
    if stored.build.fingerprint in build_key(store).digests:
        measured = stored.panel.drop_duplicates("model").rename(columns={"model": "model_key"})
        table = measured[["model_key", "capability", "capability_sd", "n_benchmarks"]].reset_index(drop=True)
        capability = table, stored.build.capability, pd.DataFrame()
        monkeypatch.setattr(costfloor.capability.measured, "measured_capability", lambda *_, **__: capability)
    built = build(store)
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
