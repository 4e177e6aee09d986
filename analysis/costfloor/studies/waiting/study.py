"""How often the rule answers the questions after more months of prices like the last ones: the same worlds, on a longer design."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.laws.panel import panel_observations
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.operating.study import AnswerCounts, answers_of, count_answers, fits_of_worlds, simulated_rows
from costfloor.studies.operating.worlds import extended
from costfloor.studies.simulated import short_fit, with_prices

YEARS_MORE: Final = 2
PANELS: Final = 10
"""In each world: longer panels take three times as long."""


@dataclass(frozen=True)
class Waiting:
    """What the rule says on a longer record.

    Attributes
    ----------
    years_more
        How much longer it is.
    panels, rows
        Simulated in each world, and prices in each of them.
    answers
        By world, question, law and truth.
    """

    years_more: int
    panels: int
    rows: int
    answers: tuple[AnswerCounts, ...]

    @property
    def passed(self) -> bool:
        """Whether something was simulated: short fits are not judged by gates, as docs/decisions.md says."""
        return self.panels > 0


def answers_job(obs: PriceObservations, log_price: np.ndarray, seed: int) -> dict[str, Any]:
    """Answers for panels of log prices (k, n) of one design."""
    rows = []
    for number, table in enumerate(with_prices(obs, log_price, seed)):
        fits = {law: short_fit(law, table, obs.data_hash, seed + number) for law in LAWS}
        rows.append({"answers": answers_of(fits, table, seed + number)})
    return {"rows": rows}


def run(context: Context) -> Waiting:
    """Compute the study: see `costfloor.studies.registry`."""
    obs = panel_observations(context.built)
    longer = extended(obs, YEARS_MORE)
    rows = simulated_rows("waiting", fits_of_worlds(obs, context), longer, PANELS, answers_job, context)
    return Waiting(YEARS_MORE, PANELS, longer.n, count_answers(rows))


STUDY: Final = HeavyStudy(Waiting, run)
