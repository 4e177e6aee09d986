"""The joint model: its density in a closed form, what it finds in markets of known truth, and how the study counts."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from costfloor.runs.jobs import run_jobs
from costfloor.studies.graphs.model import _Believed
from costfloor.studies.graphs.worlds import WORLDS
from costfloor.studies.graphs_recovery import study as recovered
from costfloor.studies.graphs_recovery.chapter import graphs_recovery, introduction, judgement, plateaus
from costfloor.studies.graphs_recovery.study import Recovery, WorldRecovery, recovery
from scipy.stats import multivariate_normal
from sized_markets import LAST_YEARS, small_market


def test_taking_in_one_value_after_another_is_the_joint_normal() -> None:
    """Capability integrated out step by step gives the density and the posterior of the joint normal of all that is seen."""
    offsets, slopes, variances = np.array([0.0, 0.4, -0.2]), np.array([1.0, 0.9, -0.3]), np.array([0.02, 1.0, 0.8])
    values, mean, variance = np.array([0.7, -0.5, 1.1]), 0.3, 0.6
    believed = _Believed(np.array([mean]), variance, 0.0)
    for value, offset, slope, own in zip(values, offsets, slopes, variances, strict=True):
        believed = believed.seeing(np.array([value]), offset, slope, own)
    covariance = variance * np.outer(slopes, slopes) + np.diag(variances)
    joint = multivariate_normal(offsets + slopes * mean, covariance)
    assert float(believed.log_density.eval()) == pytest.approx(joint.logpdf(values))
    gain = variance * slopes @ np.linalg.inv(covariance)
    assert believed.mean == pytest.approx(mean + gain @ (values - offsets - slopes * mean))
    assert believed.variance == pytest.approx(variance - gain @ slopes * variance)


def row(**changes: Any) -> WorldRecovery:
    found = WorldRecovery("fixed_plateau", 1, "plateau", 0.5, (0.45, 0.5, 0.62), 18, True, False, 17, 1, 1.01)
    return replace(found, **changes)


@pytest.mark.parametrize(
    ("changes", "passed"),
    [
        ({}, True),
        ({"medians": (0.7, 0.7, 0.7)}, False),
        ({"covered": 15}, False),
        ({"found_fixed": 15}, False),
        ({"found_fixed": 15, "law": "exponential"}, True),
        ({"found_changed": 2}, False),
        ({"found_changed": 2, "law": "exponential"}, False),
        ({"fixed_slows": False, "found_fixed": 0}, True),
    ],
)
def test_what_counts_as_recovered(changes: dict[str, Any], passed: bool) -> None:
    assert Recovery(20, (row(**changes),)).passed == passed


@pytest.mark.slow
def test_shares_are_found_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovered, "FITTED", ("exponential",))
    progress: list[str] = []

    def run(_: str, function: Any, jobs: Any, key: Any) -> Any:
        return run_jobs(function, jobs, tmp_path, key=key, workers=0, progress=progress.append)

    design = small_market(models=120, prices=600, hosts=12)
    found = recovery(design, 1, SimpleNamespace(run=run), times=(1,), worlds=("all_fixed", "all_changed"))  # type: ignore[arg-type]
    assert [(one.world, one.share) for one in found.worlds] == [
        (name, pytest.approx(WORLDS[name].share(LAST_YEARS))) for name in ("all_fixed", "all_changed")
    ]
    for one in found.worlds:
        assert one.medians[0] == pytest.approx(one.share, abs=0.2)
        assert (one.found_fixed, one.found_changed) == (0, 0)
        assert one.rhat_worst < 1.05
    assert "2 of 2 done" in progress[-1]


def test_what_is_said_of_recovery_turns_with_it() -> None:
    good = Recovery(20, (row(), row(world="half_each", fixed_slows=False, found_fixed=0)))
    (words, table) = graphs_recovery(good, "", {"plateau": "plateau"})
    assert "within 0.1 of the truth in the median of every world" in words["text"]
    assert (
        "Under plateau a plateau is found in 17 of 20 markets where it is, and in at most 1 where there is none."
        in words["text"]
    )
    assert len(table["rows"]) == 2
    far = Recovery(20, (row(medians=(0.7, 0.7, 0.8)),))
    assert "further than 0.1 from the truth in the median where the fixed graph alone flattens" in introduction(far)
    none = Recovery(20, (row(fixed_slows=False, found_fixed=0),))
    assert "is found nowhere, as there is none, and in at most 1" in plateaus(none, "plateau", {"plateau": "plateau"})
    right = Recovery(20, (row(found_changed=0),))
    assert plateaus(right, "plateau", {"plateau": "plateau"}).endswith("where it is, and in none where there is none.")


@pytest.mark.parametrize(
    ("changes", "words", "left_open"),
    [
        ({}, "All limits set beforehand are kept: ", False),
        ({"found_fixed": 9, "found_changed": 0}, "FAILED: not all limits set beforehand are kept: ", True),
        ({"found_fixed": 10, "found_changed": 0}, "FAILED: not all limits set beforehand are kept: ", False),
        ({"fixed_slows": False, "found_fixed": 0}, "All limits set beforehand are kept: ", False),
    ],
)
def test_limits_that_are_not_kept_are_said_to_be(changes: dict[str, int], words: str, left_open: bool) -> None:
    judged = judgement(Recovery(20, (row(**changes),)))
    assert judged.startswith(words)
    assert judged.endswith("more often left open than found.") == left_open
