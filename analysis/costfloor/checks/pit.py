"""Probability integral transform: is each price as far out in its leave-one-out predictive distribution as it should be."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from arviz_stats.ecdf_utils import get_pointwise_confidence_band, simulate_confidence_bands
from scipy.stats import t as student_t

from costfloor.checks.loo import fitted_log_price, psis_loo
from costfloor.checks.replicates import Replicates, thinned
from costfloor.checks.result import CheckResult, overall
from costfloor.fit.posterior import merge_chains
from costfloor.fit.result import Fit
from costfloor.laws.observations import PriceObservations

MIN_ROWS = 20
BAND_PROBABILITY = 0.95
BAND_SIMULATIONS = 1000
AT = np.arange(1, 100) / 100
"""Probabilities at which the distribution of the transforms is compared with the uniform."""


@dataclass(frozen=True)
class PitCurve:
    """Empirical distribution of a law's transforms less the uniform, with a band that holds all of it at once.

    Attributes
    ----------
    at : (99,)
        Probabilities.
    difference : (99,)
        Share of rows with a transform at most `at`, minus `at`.
    lower, upper : (99,)
        The simultaneous 95 % band.
    warnings
        Warnings of the importance sampling.
    """

    at: np.ndarray = field(repr=False)
    difference: np.ndarray = field(repr=False)
    lower: np.ndarray = field(repr=False)
    upper: np.ndarray = field(repr=False)
    warnings: tuple[str, ...]

    @property
    def outside(self) -> np.ndarray:
        """Where the curve leaves the band, shape (99,)."""
        return (self.difference < self.lower) | (self.difference > self.upper)


def loo_pit(fit: Fit, obs: PriceObservations) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the probability of a price at or below each observed one, predicted without it, shape (n,), and warnings.

    Averages the Student-t distribution function over draws with PSIS-LOO weights, so that no simulation noise enters. It follows the
    fitted market path: the question is the shape of the noise.
    """
    posterior = thinned(fit.posterior)
    draws = merge_chains(posterior, fit.law)
    loo, warned = psis_loo(posterior, fit.law, obs)
    log_weights = loo.log_weights.transpose("chain", "draw", "row").to_numpy().reshape(draws.size, obs.n)
    weights = np.exp(log_weights - log_weights.max(axis=0))
    expected = fitted_log_price(posterior, fit.law, obs)
    below = student_t.cdf(obs.log_price, draws.noise_df[:, None], expected, draws["noise_scale"][:, None])
    return (weights * below).sum(axis=0) / weights.sum(axis=0), warned


def uniform_band(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the simultaneous 95 % band of the empirical distribution of n uniforms at `AT`, less the uniform.

    Simulation method of Sailynoja, Buerkner and Vehtari (2022), Statistics and Computing 32(2): binomial intervals with the one
    pointwise probability at which 95 % of simulated samples stay inside throughout. Transforms that share a posterior are not quite
    independent, so the band is approximate.
    """
    # A seed of its own: the band depends on n alone.
    rng = np.random.default_rng(0)
    pointwise = simulate_confidence_bands(n, 1, AT, BAND_PROBABILITY, BAND_SIMULATIONS, rng)
    lower, upper = get_pointwise_confidence_band(pointwise, n, AT)
    return lower - AT, upper - AT


def pit_curve(pit: np.ndarray, band: tuple[np.ndarray, np.ndarray], warned: tuple[str, ...]) -> PitCurve:
    """Compare transforms (n,) with the uniform."""
    ecdf = np.searchsorted(np.sort(pit), AT, side="right") / len(pit)
    return PitCurve(AT, ecdf - AT, *band, warned)


def curves(replicates: Replicates) -> dict[str, PitCurve]:
    """Return the curve of each law, for the check and for plotting."""
    obs = replicates.obs
    band = uniform_band(obs.n)
    computed = {name: loo_pit(fit, obs) for name, fit in replicates.fits.items()}
    return {name: pit_curve(pit, band, warned) for name, (pit, warned) in computed.items()}


def check(replicates: Replicates) -> CheckResult:
    """Judge the calibration of leave-one-out predictions; a law fails when its curve leaves the simultaneous 95 % band.

    Table: `max_deviation` (largest distance from the uniform) and `share_outside` (share of 99 points outside the band). Not judged
    with fewer than 20 rows.
    """
    obs = replicates.obs
    if obs.n < MIN_ROWS:
        undefined: dict[str, Any] = {"max_deviation": np.nan, "share_outside": np.nan, "passed": None}
        table = pd.DataFrame([{"law": name, **undefined} for name in replicates.fits]).astype({"passed": object})
        return CheckResult("pit", None, f"LOO-PIT needs at least {MIN_ROWS} rows; there are {obs.n}.", table)
    by_law = curves(replicates)
    rows = [{"law": name, **_row(curve)} for name, curve in by_law.items()]
    noted = [f"{name}: {text}" for name, curve in by_law.items() for text in curve.warnings]
    summary = (
        "Largest distance of the LOO-PIT distribution from the uniform (0 to 1), against a simultaneous "
        f"{100 * BAND_PROBABILITY:.0f} % band: {'; '.join(_sentence(row) for row in rows)}."
    )
    if noted:
        summary += f" Warnings: {' | '.join(noted)}"
    table = pd.DataFrame(rows).astype({"passed": object})
    return CheckResult("pit", overall(row["passed"] for row in rows), summary, table)


def _row(curve: PitCurve) -> dict[str, Any]:
    share = float(curve.outside.mean())
    return {"max_deviation": float(np.abs(curve.difference).max()), "share_outside": share, "passed": share == 0}


def _sentence(row: dict[str, Any]) -> str:
    where = (
        "inside the band: passes"
        if row["passed"]
        else f"outside the band at {100 * row['share_outside']:.0f} % of points: fails"
    )
    return f"{row['law']}, {row['max_deviation']:.3f} ({where})"
