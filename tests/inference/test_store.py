"""The fit store: what was written is read, what was changed is refused, what was not finished does not exist."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from analysis.errors import IntegrityError
from analysis.inference import store

NAME = "plateau-0123456789abcdef"


def draws(seed: int = 0) -> xr.DataTree:
    rng = np.random.default_rng(seed)
    dims = ("chain", "draw", "family")
    posterior = xr.Dataset({"rate": (dims, rng.normal(size=(2, 10, 3)))}, coords={"family": ["a", "b", "ü c"]})
    stats = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((2, 10), bool))})
    return xr.DataTree.from_dict({"posterior": posterior, "sample_stats": stats})


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    receipt = store.save(tmp_path / "fits", NAME, {"law": "plateau", "n": 5}, draws())
    found = store.load(tmp_path / "fits", NAME)
    assert found is not None
    assert found[0] == receipt == {"law": "plateau", "n": 5, "draws_sha256": receipt["draws_sha256"]}
    assert found[1]["posterior"].to_dataset().identical(draws()["posterior"].to_dataset())
    assert found[1]["sample_stats"]["diverging"].dtype == bool


def test_numbers_that_json_cannot_say_are_none(tmp_path: Path) -> None:
    diagnostics = {"rhat_max": float("nan"), "ess_bulk_min": 7.0, "passed": False}
    receipt = store.save(tmp_path, NAME, {"diagnostics": diagnostics, "attempts": [{"ebfmi": float("inf")}]}, draws())
    assert receipt["diagnostics"] == {"rhat_max": None, "ess_bulk_min": 7.0, "passed": False}
    assert receipt["attempts"] == [{"ebfmi": None}]
    found = store.load(tmp_path, NAME)
    assert found is not None
    assert found[0] == receipt


def test_nothing_stored_is_none(tmp_path: Path) -> None:
    assert store.load(tmp_path, NAME) is None
    assert store.load(tmp_path / "missing", NAME) is None


@pytest.mark.parametrize("position", [0, 100, -1])
def test_a_changed_byte_is_refused(tmp_path: Path, position: int) -> None:
    store.save(tmp_path, NAME, {}, draws())
    path = tmp_path / f"{NAME}.nc"
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match=f"{NAME}.nc does not match its receipt"):
        store.load(tmp_path, NAME)


def test_missing_or_foreign_draws_are_refused(tmp_path: Path) -> None:
    store.save(tmp_path, NAME, {}, draws())
    store.save(tmp_path, "other", {}, draws(1))
    (tmp_path / "other.nc").replace(tmp_path / f"{NAME}.nc")
    for name in (NAME, "other"):
        with pytest.raises(IntegrityError, match="delete both"):
            store.load(tmp_path, name)


@pytest.mark.parametrize("step", ["write_atomic", "write_json"])
def test_a_killed_save_leaves_no_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, step, killed)
        with pytest.raises(KeyboardInterrupt):
            store.save(tmp_path, NAME, {"n": 1}, draws())
    assert store.load(tmp_path, NAME) is None
    store.save(tmp_path, NAME, {"n": 2}, draws())
    found = store.load(tmp_path, NAME)
    assert found is not None
    assert found[0]["n"] == 2


def test_the_fingerprint_depends_on_content_not_on_order() -> None:
    one = store.fingerprint({"law": "plateau", "settings": {"draws": 1000, "seed": 1}})
    assert one == store.fingerprint({"settings": {"seed": 1, "draws": 1000}, "law": "plateau"})
    assert one != store.fingerprint({"settings": {"seed": 2, "draws": 1000}, "law": "plateau"})
    assert len(one) == 64
    with pytest.raises(ValueError, match="nan"):
        store.fingerprint({"x": float("nan")})
