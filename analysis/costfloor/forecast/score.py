"""Was the old forecast right? New rows scored under fits that had not seen them. `costfloor score`."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from costfloor.fit.continuation import Continuation
from costfloor.fit.result import Fit
from costfloor.forecast.origins import predict
from costfloor.forecast.scores import covered, crps


@dataclass(frozen=True)
class Score:
    """How well new rows were predicted.

    Attributes
    ----------
    elpd
        Log predictive density, joint within each model and summed over models.
    crps
        Mean continuous ranked probability score of log price, log points.
    coverage50, coverage90
        Shares of the rows inside their 50 and 90 % predictive intervals.
    """

    elpd: float
    crps: float
    coverage50: float
    coverage90: float


@dataclass(frozen=True)
class ScoreReport:
    """The JSON of `costfloor score`: the equal mixture of the laws, and each law by itself."""

    n: int
    elpd: float
    crps: float
    coverage50: float
    coverage90: float
    by_law: dict[str, Score]

    def to_frame(self) -> pd.DataFrame:
        """One row per law and one of their equal mixture: `law, elpd, crps, coverage50, coverage90`."""
        mixture = Score(self.elpd, self.crps, self.coverage50, self.coverage90)
        return pd.DataFrame(
            [{"law": name, **vars(score)} for name, score in {"mixture": mixture, **self.by_law}.items()]
        )


def score_rows(fits: Mapping[str, Fit], continued: Continuation, seed: int) -> ScoreReport:
    """Score the new rows of a continuation under fits to its old rows.

    Parameters
    ----------
    fits
        Fits by law.
    continued
        At least one new row.
    seed
        Seed of the predictive draws.
    """
    obs, fresh = continued.obs, ~continued.seen
    observed = obs.log_price[fresh]
    predicted = {name: predict(fit, obs, continued.seen, fresh, seed) for name, fit in fits.items()}
    by_law = {name: _score(simulated, density, observed) for name, (simulated, density) in predicted.items()}
    pooled = np.concatenate([simulated for simulated, _ in predicted.values()])
    # Laws may have different numbers of draws; each counts the same.
    density = np.concatenate(
        [logp - np.log(len(logp) / len(pooled) * len(predicted)) for _, logp in predicted.values()]
    )
    return ScoreReport(n=int(fresh.sum()), by_law=by_law, **vars(_score(pooled, density, observed)))


def _score(simulated: np.ndarray, log_density: np.ndarray, observed: np.ndarray) -> Score:
    return Score(
        elpd=float((logsumexp(log_density, axis=0) - np.log(len(log_density))).sum()),
        crps=float(crps(simulated, observed).mean()),
        coverage50=float(covered(simulated, observed, 0.5).mean()),
        coverage90=float(covered(simulated, observed, 0.9).mean()),
    )
