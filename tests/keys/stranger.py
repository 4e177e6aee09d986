"""A stranger changes a formula: which results are named stale? Also the hashes of a small package that are known.

Run by any Python that the project supports, without any package: `python tests/keys/stranger.py` prints JSON.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "analysis"))

from costfloor.keys.closure import code_hash, import_closure  # noqa: E402  from this clone

PACKAGE: Final = ROOT / "analysis" / "costfloor"
SMALL: Final = ROOT / "tests" / "fixtures" / "rested"

STUDIES: Final = (
    "forecasts", "recent_forecasts", "sbc", "operating", "waiting", "technologies", "reference_class",
    "hindcast", "influence", "measures", "heldout", "power", "evidence", "graphs", "graphs_recovery", "domains", "witnesses",
)  # fmt: skip
RESULTS: Final = {
    "fit": "costfloor.fit.fit",
    "panel": "costfloor.build",
    "capability": "costfloor.capability.model",
    "technology fit": "costfloor.studies.technologies.fit",
    "report": "costfloor.report.compute",
    **{name: f"costfloor.studies.{name}.study" for name in STUDIES},
}
"""Every result and the module that computes it."""

CHANGES: Final = {
    "sampling/policy.py": ("RHAT_LIMIT: Final = 1.01", "RHAT_LIMIT: Final = 1.02"),
    "sampling/density.py": ("np.cumsum([math.prod(shape)", "np.cumsum([2 * math.prod(shape)"),
    "fit/quantities.py": ("np.mean((long_run_rate >= low)", "np.mean((long_run_rate > low)"),
    "laws/plateau.py": ("exp(-LN2 * age", "exp(-2 * LN2 * age"),
    "data/rules.py": ("(3 * quotes[", "(4 * quotes["),
    "capability/model.py": ("_LOGISTIC_INFORMATION: Final = 1 / 3", "_LOGISTIC_INFORMATION: Final = 1 / 4"),
    "forecast/verdict.py": ("difference > margin,", "difference >= margin,"),
    "studies/sbc/ranks.py": ("np.arange(1, draws + 1) / (draws + 1)", "np.arange(1, draws + 1) / draws"),
    "studies/technologies/model.py": ("np.log(2.0 * np.pi)", "np.log(3.0 * np.pi)"),
    "studies/domains/gains.py": ("-np.log(sold", "np.log(sold"),
    "economics/cost_inputs.toml": ("low = ", "low = 1"),
}
"""By file, a text in it and what stands there afterwards, in the first place."""


def copied(folder: Path, name: str, package: Path = PACKAGE) -> Path:
    """A copy of the package in a folder of its own."""
    return Path(shutil.copytree(package, folder / name / package.name, ignore=shutil.ignore_patterns("__pycache__")))


def hashes(root: Path) -> dict[str, str]:
    """Hash of the code of every result."""
    return {result: code_hash(module, root=root) for result, module in RESULTS.items()}


def stale(root: Path, before: Mapping[str, str]) -> list[str]:
    """The results whose code is another than before."""
    return [result for result, digest in hashes(root).items() if digest != before[result]]


def changed(folder: Path, file: str) -> Path:
    """A copy of the package in which a formula is another."""
    root = copied(folder, file.replace("/", "-"))
    old, new = CHANGES[file]
    text = (root / file).read_text("utf-8")
    if old not in text:
        raise ValueError(f"{file} no longer has {old!r}: name another formula of it")
    (root / file).write_text(text.replace(old, new, 1), "utf-8")
    return root


def main() -> None:
    """Print the hashes, and what is stale after each change."""
    before = hashes(PACKAGE)
    with tempfile.TemporaryDirectory() as name:
        found = {file: stale(changed(Path(name), file), before) for file in CHANGES}
    small = {module: code_hash(module, root=SMALL) for module in sorted(import_closure(["rested.formulas"], SMALL))}
    print(json.dumps({"hashes": before, "stale": found, "small": small}))


if __name__ == "__main__":
    main()
