"""Compiled code is kept in a private folder, and where there is none, in a temporary one, with one warning."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from costfloor import compiler_cache

CODE = """
import json, os, sys
from costfloor.compiler_cache import cache_folder
import costfloor.sampling.sampler
import pymc as pm
import pytensor
from costfloor.sampling.policy import SamplerSettings
from costfloor.sampling.sampler import compile_model, sample
if len(sys.argv) > 1:
    with pm.Model() as model:
        pm.Normal("x")
    sample(compile_model(model), SamplerSettings(draws=10, tune=10, chains=1))
print(json.dumps([str(cache_folder()), str(pytensor.config.base_compiledir), os.environ["NUMBA_CACHE_DIR"], cache_folder().exists()]))
"""


def places(*arguments: str, **variables: str) -> tuple[list[str], str]:
    """Cache folder and what the compilers use, of a process with these variables, and what it wrote to stderr."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTENSOR_FLAGS", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME"}
    }
    environment = {**kept, "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    ended = subprocess.run(
        [sys.executable, "-c", CODE, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    found: list[str] = json.loads(ended.stdout)
    return found, ended.stderr


def test_it_is_below_the_caches_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "a home").mkdir()
    found, said = places(HOME=str(tmp_path / "a home"))
    own = tmp_path / "a home" / ".cache" / "costfloor"
    assert found == [str(own), str(own / "pytensor"), str(own / "numba"), True]
    assert own.stat().st_mode & 0o777 == 0o700
    assert said == ""


def test_a_place_that_the_user_chose_stays(tmp_path: Path) -> None:
    chosen = f"floatX=float64,base_compiledir={tmp_path / 'mine'}"
    found, _ = places(XDG_CACHE_HOME=str(tmp_path), PYTENSOR_FLAGS=chosen, NUMBA_CACHE_DIR=str(tmp_path / "own"))
    assert found[1:3] == [str(tmp_path / "mine"), str(tmp_path / "own")]


@pytest.mark.parametrize("home", ["a file", "open to all", "a link"])
def test_without_a_home_to_write_to_it_is_temporary_and_says_so_once(home: str, tmp_path: Path) -> None:
    """The last two are folders that somebody else may have filled."""
    own = tmp_path / home
    if home == "a file":
        own.touch()
    else:
        (own / ".cache").mkdir(parents=True)
        target = own / ".cache" / "costfloor"
        if home == "a link":
            (tmp_path / "elsewhere").mkdir(mode=0o700)
            target.symlink_to(tmp_path / "elsewhere")
        else:
            target.mkdir()
            target.chmod(0o777)
    found, said = places(*["and sample"] * (home == "a file"), HOME=str(own))
    assert not found[0].startswith(str(tmp_path))
    assert found[1].startswith(found[0])
    assert found[3]
    assert not Path(found[0]).exists(), "it goes with the process"
    assert said.count("Warning") == 1
    assert f"{own / '.cache' / 'costfloor'} cannot be used as a private folder" in said
    assert "Traceback" not in said


def test_two_runs_at_once_have_folders_of_their_own_and_later_ones_find_them_again() -> None:
    with compiler_cache.worker_caches(2) as first, compiler_cache.worker_caches(1) as second:
        assert len({*first, *second}) == 3
    with compiler_cache.worker_caches(2) as again:
        assert all(folder.is_dir() for folder in again)
    assert set(again) <= {*first, *second} or set(again) == set(first)


def test_flags_of_a_worker_keep_what_else_the_user_said() -> None:
    flags = {"PYTENSOR_FLAGS": "floatX=float64, compiledir=/x,base_compiledir=/y", "A": "1"}
    found = compiler_cache.compiling_in(Path("/a b"), flags)
    assert found == {
        "PYTENSOR_FLAGS": "floatX=float64,base_compiledir='/a b/pytensor'",
        "NUMBA_CACHE_DIR": "/a b/numba",
        "A": "1",
    }
