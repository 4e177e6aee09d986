"""What `make wheel` builds works for somebody who has no repository."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "analysis" / "costfloor"
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
}


def done(command: list[str | Path], folder: Path) -> str:
    """What a command printed, which must succeed, started in a folder."""
    ended = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the verb, with this environment, from a copy: a build leaves folders beside the sources."""
    copy = tmp_path_factory.mktemp("repository")
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, copy)
    shutil.copytree(
        PACKAGE, copy / "analysis" / "costfloor", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    make = shutil.which("make")
    assert make is not None
    # The environment is this one, and as new as it need be.
    done([make, "wheel", f"VENV={sys.prefix}", f"--old-file={sys.prefix}/.installed"], copy)
    (built,) = (copy / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, where the packages it needs are those of this one."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    done([sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel], folder)
    installed = sysconfig.get_path("purelib", vars={"base": str(folder / "env")})
    (Path(installed) / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return folder


@pytest.fixture
def table(elsewhere: Path) -> Path:
    """Forty prices that fall by the same rate, with a little noise."""
    rng = np.random.default_rng(1)
    years = np.linspace(0.0, 2.0, 40)
    score = rng.uniform(0.4, 0.6, 40)
    path = elsewhere / "prices.csv"
    pd.DataFrame(
        {
            "date": pd.Timestamp("2023-01-15") + pd.to_timedelta((years * 365).round(), unit="D"),
            "price": np.exp(2.0 + 3.0 * score - 0.9 * years + rng.normal(0.0, 0.1, 40)).round(4),
            "score": score.round(3),
        }
    ).to_csv(path, index=False)
    return path


def test_it_holds_every_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert names == {str(path.relative_to(PACKAGE.parent)) for path in files}
    assert {Path(name).suffix for name in names} >= {".py", ".typ", ".csv", ".toml"}


def test_it_is_the_wheel_that_runs(elsewhere: Path) -> None:
    where = done([elsewhere / "env" / "bin" / "python", "-c", "import costfloor; print(costfloor.__file__)"], elsewhere)
    assert Path(where.strip()).is_relative_to(elsewhere / "env")
    assert "Usage: costfloor" in done([elsewhere / "env" / "bin" / "costfloor", "--help"], elsewhere)


def test_a_law_is_fitted_to_a_table(elsewhere: Path, table: Path) -> None:
    command = [elsewhere / "env" / "bin" / "costfloor", "fit", "exponential", "--table", table, "--json"]
    assert '"passed": true' in done([*command, "--data", elsewhere / "data"], elsewhere)


def test_a_price_index_is_made_of_a_table(elsewhere: Path, table: Path) -> None:
    command = [elsewhere / "env" / "bin" / "costfloor", "index", "hedonic", "--table", table, "--json"]
    assert '"periods"' in done(command, elsewhere)
