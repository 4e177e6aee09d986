"""Several laws at once: what is stored is read, what is missing is fitted side by side, and is the fit that one law alone would get."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from costfloor.errors import FanoutError
from costfloor.fit import archive, several
from costfloor.fit import fit as one_law
from costfloor.fit.fit import fit_law, stored_fit
from costfloor.fit.receipts import fit_name
from costfloor.fit.request import fit_key
from costfloor.fit.several import fit_laws
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.runs.jobs import Job
from costfloor.sampling.policy import Sampling

FEW = Sampling(draws=20, tune=20, chains=2, target_accepts=(0.9,), longer=False)


def silent(_: str) -> None:
    """Discard a line."""


def store_stand_in(name: str, obs: PriceObservations, settings: Sampling, directory: Path) -> dict[str, Any]:
    """In place of `store_fit`: a fit of one variable that nothing has sampled."""
    fingerprint = fit_key(LAWS[name], obs, settings).digest
    draws = xr.Dataset({"noise_scale": (("chain", "draw"), np.full((2, 3), 0.3))})
    groups = {"posterior": draws, "reported": draws, "sample_stats": draws}
    receipt = {"law": name, "fingerprint": fingerprint, "data_hash": obs.data_hash}
    archive.save(directory, receipt, xr.DataTree.from_dict(groups))
    return {"fingerprint": fingerprint}


@pytest.fixture
def handed_out(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The laws of each fan-out, whose jobs are done here by `store_stand_in`."""
    calls: list[list[str]] = []

    def here(_: object, jobs: Sequence[Job], *__: object, **___: object) -> None:
        calls.append([job.key for job in jobs])
        for job in jobs:
            store_stand_in(**job.arguments)

    monkeypatch.setattr(several, "run_jobs", here)
    return calls


@pytest.fixture
def no_fit_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process reads fits and makes none."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("sampled in this process")

    monkeypatch.setattr(one_law, "sample_law", refuse)


@pytest.mark.usefixtures("no_fit_here")
def test_what_is_missing_is_fitted_side_by_side_and_longest_first(
    small_obs: PriceObservations, tmp_path: Path, handed_out: list[list[str]]
) -> None:
    store_stand_in("plateau", small_obs, FEW, tmp_path)
    fits = fit_laws(small_obs, FEW, tmp_path, silent, workers=2)
    assert list(fits) == list(LAWS)
    assert all(fit.law.name == name for name, fit in fits.items())
    assert handed_out == [[name for name in reversed(LAWS) if name != "plateau"]]
    again = fit_laws(small_obs, FEW, tmp_path, silent, workers=2)
    assert len(handed_out) == 1
    assert [fit.receipt for fit in again.values()] == [fit.receipt for fit in fits.values()]


@pytest.mark.usefixtures("no_fit_here")
def test_stored_fits_are_read_in_the_order_asked_for_and_nothing_is_left_behind(
    small_obs: PriceObservations, tmp_path: Path, handed_out: list[list[str]]
) -> None:
    names = ["plateau", "exponential"]
    fit_laws(small_obs, FEW, tmp_path, silent, names=names, workers=None)
    assert handed_out == [["exponential", "plateau"]]
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".nc"}
    assert list(fit_laws(small_obs, FEW, tmp_path, silent, names=names)) == names


def test_a_single_missing_law_and_no_workers_start_no_process(
    small_obs: PriceObservations, tmp_path: Path, handed_out: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    here: list[str] = []

    def fitted(law: Any, *_: object) -> str:
        here.append(law.name)
        return str(law.name)

    monkeypatch.setattr(several, "fit_law", fitted)
    assert fit_laws(small_obs, FEW, tmp_path, silent, names=["baumol"], workers=2) == {"baumol": "baumol"}
    assert list(fit_laws(small_obs, FEW, tmp_path, silent)) == list(LAWS)
    assert here == ["baumol", *LAWS]
    assert handed_out == []


@pytest.mark.slow
def test_side_by_side_they_are_the_fits_of_one_law_alone(small_obs: PriceObservations, tmp_path: Path) -> None:
    lines: list[str] = []
    names = ["exponential", "random_walk"]
    beside = fit_laws(small_obs, FEW, tmp_path / "beside", lines.append, names=names, workers=2)
    assert lines[0].startswith("fitting random_walk, exponential to 60 rows")
    assert "fits: 2 of 2 done" in lines
    for name in names:
        alone = fit_law(LAWS[name], small_obs, FEW, tmp_path / "alone", silent)
        same = ("law", "n", "fingerprint", "data_hash", "priors", "key")
        assert {part: beside[name].receipt[part] for part in same} == {part: alone.receipt[part] for part in same}
        assert beside[name].posterior.sizes == alone.posterior.sizes


@pytest.mark.slow
def test_a_law_that_cannot_be_fitted_is_named_and_the_other_is_stored(
    small_obs: PriceObservations, tmp_path: Path
) -> None:
    """The folder has its draws as a folder, so that the worker cannot write them."""
    digest = fit_key(LAWS["random_walk"], small_obs, FEW).digest
    (tmp_path / f"{fit_name('random_walk', digest)}.nc").mkdir()
    with pytest.raises(FanoutError, match="1 of 2 jobs failed: random_walk"):
        fit_laws(small_obs, FEW, tmp_path, silent, names=["exponential", "random_walk"], workers=2)
    assert stored_fit(LAWS["exponential"], small_obs, FEW, tmp_path) is not None
