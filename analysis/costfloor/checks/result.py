"""What a check returns, and the comparison of an observed statistic with its predictive distribution."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from costfloor.sampling.probability import probability_mcse

FAIL_BELOW = 0.01
"""A law fails a check when data as extreme as those observed have less than this probability under it."""

POWERED_LEVEL = 0.05
"""The same for the checks of new models' first prices: how often they fail a law that holds and one that does not has been simulated."""


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one check of all fitted laws.

    Attributes
    ----------
    name
        Name in the registry.
    passed
        False when a law fails, True when all laws that could be judged pass, None when none could be or the check only informs.
    summary
        What was compared and how it came out, in sentences computed from `table`.
    table
        One row per law with columns `law` and `passed` (None where nothing is decided); the rest depends on the check.
    """

    name: str
    passed: bool | None
    summary: str
    table: pd.DataFrame = field(repr=False, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """One row per law, the name of the check in front; None in `passed` is a law that could not be judged."""
        return self.table.assign(check=self.name)[["check", *self.table.columns]]


@dataclass(frozen=True, repr=False)
class Checks:
    """Outcomes of checks, in the order in which they were run.

    Attributes
    ----------
    results
        One per check.
    """

    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool | None:
        """Whether all that could be judged passed: `overall`."""
        return overall(check.passed for check in self.results)

    def to_frame(self) -> pd.DataFrame:
        """One row per check and law: `check, law, passed`, then the observed statistic and its predictive distribution."""
        return pd.concat([check.to_frame() for check in self.results], ignore_index=True)

    def __iter__(self) -> Iterator[CheckResult]:
        return iter(self.results)

    def __repr__(self) -> str:
        words = {True: "passed", False: "FAILED", None: "not judged"}
        return "\n".join(f"{check.name}: {words[check.passed]}. {check.summary}" for check in self.results)


def overall(passed: Iterable[bool | None]) -> bool | None:
    """Combine the laws: False when any fails, None when none could be judged, True otherwise."""
    judged = [verdict for verdict in passed if verdict is not None]
    return all(judged) if judged else None


def tail_probability(observed: float, predicted: np.ndarray) -> float:
    """Return twice the smaller tail of `predicted` (S,) beyond `observed`, at most 1; ties count half."""
    below = float(np.mean(predicted < observed) + 0.5 * np.mean(predicted == observed))
    return min(1.0, 2.0 * min(below, 1.0 - below))


def at_the_edge(tail: float, level: float, draws: int) -> bool:
    """Whether a two-sided tail probability from so many replicates is within two Monte Carlo errors of a level."""
    mcse = 2.0 * probability_mcse(tail / 2.0, draws)  # of twice the smaller tail
    return abs(tail - level) <= 2.0 * mcse


def predictive_check(
    name: str,
    statistic: str,
    unit: str,
    observed: float,
    predicted: Mapping[str, np.ndarray],
    *,
    needs: str,
    level: float = FAIL_BELOW,
) -> CheckResult:
    """Compare an observed statistic with its distribution over replicated data sets of each law.

    A law fails when its two-sided tail probability is below `level`; within two Monte Carlo errors of it nothing is decided. A law is not
    judged when the statistic is undefined for the observed data or for most of its replicates; undefined replicates are otherwise left out.

    Parameters
    ----------
    name
        Name of the check.
    statistic, unit
        What is compared, as the subject of a sentence, and its unit (empty for none).
    observed
        The statistic of the observed data, NaN where undefined.
    predicted
        By law, the statistic of each replicate, shape (S,).
    needs
        What the statistic needs in order to be defined, to follow "needs".
    level
        Tail probability below which a law fails.
    """
    rows = [{"law": law, **_judge(observed, draws, level)} for law, draws in predicted.items()]
    table = pd.DataFrame(rows).astype({"passed": object})
    if not np.isfinite(observed):
        summary = f"{statistic} is undefined for these data: it needs {needs}."
    else:
        laws = "; ".join(_sentence(row, len(predicted[str(row["law"])]), needs) for row in rows)
        summary = f"{statistic} is {_quantity(observed, unit)}. 90 % predictive intervals: {laws}."
    return CheckResult(name, overall(row["passed"] for row in rows), summary, table)


def to_json(result: CheckResult) -> dict[str, Any]:
    """Return a result as plain data for JSON; what is undefined is None."""
    records = [
        {str(column): _plain(value) for column, value in record.items()}
        for record in result.table.to_dict(orient="records")
    ]
    return {"name": result.name, "passed": result.passed, "summary": result.summary, "table": records}


def _judge(observed: float, draws: np.ndarray, level: float) -> dict[str, Any]:
    defined = draws[np.isfinite(draws)]
    if not np.isfinite(observed) or 2 * len(defined) <= len(draws):
        undefined = dict.fromkeys(("q05", "q50", "q95", "tail_probability"), np.nan)
        return {"observed": observed, **undefined, "level": level, "passed": None}
    low, median, high = np.quantile(defined, (0.05, 0.5, 0.95))
    tail = tail_probability(observed, defined)
    return {
        "observed": observed,
        "q05": float(low),
        "q50": float(median),
        "q95": float(high),
        "tail_probability": tail,
        "level": level,
        "passed": None if at_the_edge(tail, level, len(defined)) else tail >= level,
    }


def _sentence(row: Mapping[str, Any], size: int, needs: str) -> str:
    if not np.isfinite(row["tail_probability"]):
        return f"{row['law']}, undefined for most replicates (needs {needs})"
    where = "inside" if row["q05"] <= row["observed"] <= row["q95"] else "outside"
    verdict = {True: "passes", False: "fails", None: "within Monte Carlo error of the level"}[row["passed"]]
    tail = row["tail_probability"]
    probability = f"{tail:.3f}" if tail > 0 else f"below {2 / size:.2g}"
    return (
        f"{row['law']}, {row['q05']:.3g} to {row['q95']:.3g} "
        f"(observed {where}, tail probability {probability}: {verdict})"
    )


def _quantity(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}".rstrip()


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
