"""The scale of capability: two models of known place fix the units of every fit, whatever was known on its day."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from costfloor.capability.scores import ScoreMatrix
from costfloor.errors import ScaleError

# The two models that fix the Epoch Capabilities Index's units, so that numbers read alike.
REFERENCES: Final = {"anthropic/claude-3-5-sonnet-20240620": 130.0, "openai/gpt-5": 150.0}

# In the second one's place before it had scores, the first of these that has: their capability on that scale, by all scores to January
# 2026. Only the units know the future.
STAND_INS: Final = {"openai/o1": 141.28, "anthropic/claude-3-haiku-20240307": 116.52}

# With fewer scores a model's place is mostly that of the prior, and no place to hang a scale on.
MIN_REFERENCE_SCORES: Final = 3


@dataclass(frozen=True)
class IndexUnits:
    """The linear map from latent abilities to index units.

    Attributes
    ----------
    origin
        Ability of the first reference, whose index is `at_origin`.
    at_origin
        In index units.
    scale
        Index units per unit of ability.
    """

    origin: float
    at_origin: float
    scale: float

    def capability(self, ability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Abilities in index units."""
        return self.at_origin + self.scale * (ability - self.origin)


def references(scores: ScoreMatrix) -> dict[str, float]:
    """The two models that fix the units of a fit to these scores, with their capability: `REFERENCES`, or a stand-in for the second.

    Raises
    ------
    ScaleError
        One of them has fewer than `MIN_REFERENCE_SCORES` scores, and no other stands in for it.
    """
    counts = dict(zip(scores.models, scores.n_benchmarks, strict=True))
    first, *others = (REFERENCES | STAND_INS).items()
    second = next((pair for pair in others if counts.get(pair[0], 0) >= MIN_REFERENCE_SCORES), others[0])
    for key, _ in (first, second):
        if counts.get(key, 0) < MIN_REFERENCE_SCORES:
            problem = f"{key}, a reference of the scale, has fewer than {MIN_REFERENCE_SCORES} scores"
            raise ScaleError(problem, remedy="Add scores")
    return dict((first, second))
