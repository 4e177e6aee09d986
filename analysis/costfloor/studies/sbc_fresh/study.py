"""Simulation-based calibration once more, on truths that no earlier run has seen, for what lies outside its band in the last run.

A quantity is run again because of its first 200 simulations, and the 1,000 contain these: what was chosen for being far out is still far
out. Here the whole thousand is new.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from costfloor.laws import LAWS
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.sbc.study import MORE_SIMULATIONS, SIMULATIONS, Calibration, Row, calibrate

SEED_SHIFT: Final = 1_000_000
"""Seeds count simulations on from the run's own: further than any run goes."""


@dataclass(frozen=True)
class FreshCalibration:
    """The quantities (law, name) that were outside in the last run, and their laws on new truths; None where nothing was outside."""

    chosen: tuple[tuple[str, str], ...]
    fresh: Calibration | None

    @property
    def passed(self) -> bool:
        """Whether every quantity that was run again is inside its bands."""
        return self.fresh is None or self.fresh.passed


def outside(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """Law and quantity of the rows that did not pass."""
    return tuple((row.law, row.quantity) for row in rows if not row.passed)


def run(context: Context) -> FreshCalibration:
    """Compute the study: see `costfloor.studies.registry`."""
    first = calibrate(list(LAWS), SIMULATIONS, context)
    laws = sorted({law for law, _ in outside(first.rows)})
    last = calibrate(laws, MORE_SIMULATIONS, context).rows if laws else ()
    chosen = outside(last)
    context.progress(
        f"outside after {MORE_SIMULATIONS}: {', '.join(f'{what} of {law}' for law, what in chosen) or 'none'}"
    )
    anew = replace(context, settings=replace(context.settings, seed=context.settings.seed + SEED_SHIFT))
    again = sorted({law for law, _ in chosen})
    return FreshCalibration(chosen, calibrate(again, MORE_SIMULATIONS, anew) if again else None)


STUDY: Final = HeavyStudy(FreshCalibration, run)
