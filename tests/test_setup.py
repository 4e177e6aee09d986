"""The way from a bare machine to a working program: the interpreter, the pins, the verbs."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MAKEFILE = (ROOT / "Makefile").read_text()


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    matches = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines if not line.startswith("#")]
    assert all(matches), "every line is name==version"
    return {canonicalize_name(match[1]): match[2] for match in matches if match}


def find_python(path: Path, *minors: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script with nothing on PATH but the given folder and the shell's own tools."""
    shell = shutil.which("sh")
    cat = shutil.which("cat")
    assert shell is not None
    assert cat is not None
    path.mkdir(exist_ok=True)
    if not (path / "cat").exists():
        (path / "cat").symlink_to(cat)
    return subprocess.run(
        [shell, ROOT / "bin" / "find-python", *minors],
        env={"PATH": str(path), "HOME": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def interpreter(file: Path, *, works: bool = True) -> Path:
    """A stand-in: the running interpreter, or one that fails as an inactive pyenv shim does."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n' if works else "#!/bin/sh\nexit 127\n")
    file.chmod(0o755)
    return file


def test_no_python_at_all_is_one_clear_message(tmp_path: Path) -> None:
    result = find_python(tmp_path / "bin")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("No usable Python found. costfloor needs Python 3.12, 3.13 or 3.14")
    assert len(result.stderr.splitlines()) == 3


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    interpreter(tmp_path / "bin" / "python3.14", works=False)
    good = interpreter(tmp_path / "bin" / "python3")
    result = find_python(tmp_path / "bin")
    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, str(good), "")


def test_the_newest_of_pyenv_is_found_off_the_path(tmp_path: Path) -> None:
    versions = tmp_path / "pyenv root" / "versions"
    interpreter(versions / "3.9.18" / "bin" / "python")
    interpreter(versions / "3.12.1" / "bin" / "python")
    interpreter(versions / "3.14.0" / "bin" / "python", works=False)
    newest = interpreter(versions / "3.13.2" / "bin" / "python")
    result = find_python(tmp_path / "bin", PYENV_ROOT=str(tmp_path / "pyenv root"))
    assert (result.returncode, result.stdout.strip()) == (0, str(newest))


def test_the_users_choice_comes_first_and_a_bad_one_is_said(tmp_path: Path) -> None:
    on_path = interpreter(tmp_path / "bin" / "python3.13")
    chosen = interpreter(tmp_path / "chosen" / "python")
    assert find_python(tmp_path / "bin", PYTHON=str(chosen)).stdout.strip() == str(chosen)
    result = find_python(tmp_path / "bin", PYTHON="missing")
    assert result.stdout.strip() == str(on_path)
    assert "PYTHON=missing is not a working Python" in result.stderr


def test_a_version_that_was_asked_for_is_found_or_none_is(tmp_path: Path) -> None:
    here = interpreter(tmp_path / "bin" / "python3")
    running = str(sys.version_info.minor)
    assert find_python(tmp_path / "bin", "99", running).stdout.strip() == str(here)
    assert find_python(tmp_path / "bin", "99").returncode == 2


def test_the_pins_satisfy_the_project_and_are_what_runs() -> None:
    pinned = pins()
    wanted = [
        *PROJECT["dependencies"],
        *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
    ]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement
    # Not all of the path: what runs beside a test may have put a package's vendored copies on it.
    environment = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    installed = {
        canonicalize_name(distribution.name): distribution.version
        for distribution in importlib.metadata.distributions(path=environment)
    }
    other = {
        name: (version, installed[name]) for name, version in pinned.items() if installed.get(name, version) != version
    }
    assert not other, "run `make setup`"


def test_the_supported_versions_are_said_alike_everywhere() -> None:
    assert PROJECT["requires-python"] == ">=3.12,<3.15"
    assert "set -- 14 13 12\n" in (ROOT / "bin" / "find-python").read_text()
    assert "printf '%s\\n' 12 13 14 " in (ROOT / ".ci" / "run").read_text()


def test_help_is_the_default_and_lists_every_verb() -> None:
    make = shutil.which("make")
    assert make is not None
    environment = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }
    listed = subprocess.run([make, "-C", ROOT], env=environment, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    for verb in phony[1].split():
        assert re.search(rf"^make {verb} +\w", listed, re.MULTILINE), verb


@pytest.mark.parametrize(
    ("given", "asked"), [((), ""), (("FRESH=1",), "--fresh"), (("AS_OF=2025-06-30",), "--as-of 2025-06-30")]
)
def test_a_report_is_asked_for_as_the_verb_is(given: tuple[str, ...], asked: str) -> None:
    make = shutil.which("make")
    assert make is not None
    command = [make, "--dry-run", "--assume-old=.venv/.installed", "report", *given]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = (line for line in told.splitlines() if "costfloor report" in line)
    assert line.partition("costfloor report")[2].strip() == asked


def test_every_verb_that_needs_the_environment_makes_it() -> None:
    recipes = re.findall(r"^([a-z-]+):(.*?)(?: ##.*)?\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
    using = {verb: prerequisites for verb, prerequisites, recipe in recipes if "$(BIN)" in recipe}
    assert {"report", "test", "notebooks", "bench", "lint"} <= set(using)
    assert all("$(STAMP)" in prerequisites for prerequisites in using.values())


@pytest.mark.parametrize("script", [".ci/run", "bin/find-python", "bin/run-notebooks"])
def test_scripts_are_executable(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


CI_STAGES = [
    ["setup"],
    ["lint", "setup VENV=build/second-python PYTHON=/second/python"],
    ["test"],
    [".venv/.browser-installed .venv/.docs-installed", "test-fast VENV=build/second-python"],
    ["docs", "notebooks", "test-page"],
]
"""What is made one after another, and what side by side."""

MAKE = """#!/bin/sh
echo "$*" >>made
echo "says $*"
[ "$*" != "$BROKEN" ]
"""


def ci_run(folder: Path, broken: str = "") -> tuple[int, list[str], str]:
    """Exit code, what was made, and what was shown, of the whole check with a `make` that makes nothing; it breaks at one thing."""
    scripts = {
        "tools/make": MAKE,
        ".venv/bin/python": "#!/bin/sh\necho 13\n",
        "bin/find-python": '[ "$*" = "12 14" ] && echo /second/python\n',
        ".ci/run": (ROOT / ".ci" / "run").read_text(),
        "notebooks/01.ipynb": "",
    }
    for name, text in scripts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder / 'tools'}:{os.environ['PATH']}", "BROKEN": broken}
    done = subprocess.run([folder / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, (folder / "made").read_text().splitlines(), done.stdout + done.stderr


def test_ci_makes_all_of_it_in_order_and_shows_what_it_says(tmp_path: Path) -> None:
    code, made, shown = ci_run(tmp_path)
    assert code == 0
    assert all(f"says {verb}" in shown for verb in made if not verb.startswith(".venv"))
    for stage in CI_STAGES:
        assert sorted(made[: len(stage)]) == stage
        made = made[len(stage) :]
    assert not made


@pytest.mark.parametrize("broken", [verb for stage in CI_STAGES for verb in stage])
def test_ci_fails_with_any_of_its_parts_and_shows_what_that_said(broken: str, tmp_path: Path) -> None:
    code, made, shown = ci_run(tmp_path, broken)
    assert code != 0
    assert f"says {broken}" in shown
    (at,) = (number for number, stage in enumerate(CI_STAGES) if broken in stage)
    assert not [verb for stage in CI_STAGES[at + 1 :] for verb in stage if verb in made]


def test_the_hosted_check_runs_the_same_file() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert re.findall(r"run: (.*)", workflow) == [".ci/run"]


def test_the_citation_is_of_this_version() -> None:
    stated = dict(re.findall(r"^([a-z-]+): (\S.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE))
    assert (stated["version"], stated["license"]) == (PROJECT["version"], PROJECT["license"])
    assert stated["title"].startswith(f'"{PROJECT["name"]}: ')
