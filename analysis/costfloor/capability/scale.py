"""The scale of capability: models of known place fix the units of every fit, by those that had scores on its day."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from costfloor.capability.scores import ScoreMatrix
from costfloor.errors import ScaleError

REFERENCES: Final = {
    "anthropic/claude-3-5-sonnet-20240620": 130.0,
    "openai/gpt-5": 150.0,
    "anthropic/claude-3-haiku-20240307": 116.52,
    "meta/llama-3.1-405b-instruct": 127.49,
    "meta/llama-3.1-8b-instruct": 114.10,
    "openai/gpt-4o-2024-05-13": 127.39,
    "openai/gpt-4o-mini": 122.55,
    "openai/o1": 141.28,
}
"""The first two fix the units of the Epoch Capabilities Index, so that numbers read alike; the others are where all scores to January 2026
put them then. In a past view only these numbers know the future. Two alone leave the scale to chance where they have few scores: by o1 and
Claude 3.5 Sonnet alone it was out by half in January 2025."""

# With fewer scores a model's place is mostly that of the prior, and no place to hang a scale on.
MIN_REFERENCE_SCORES: Final = 3

MIN_SPAN: Final = 10.0
"""References of a scale lie at least so many index units apart."""


@dataclass(frozen=True)
class IndexUnits:
    """The linear map from latent abilities to index units.

    Attributes
    ----------
    origin
        Mean ability of the references, whose index is `at_origin`.
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
    """The `REFERENCES` that fix the units of a fit to these scores, with their capability.

    Raises
    ------
    ScaleError
        Those with at least `MIN_REFERENCE_SCORES` scores do not span `MIN_SPAN`.
    """
    enough = scores.n_benchmarks >= MIN_REFERENCE_SCORES
    measured = {key for key, many in zip(scores.models, enough, strict=True) if many}
    known = {key: place for key, place in REFERENCES.items() if key in measured}
    if not known or max(known.values()) - min(known.values()) < MIN_SPAN:
        problem = (
            f"no two references of the scale, {MIN_SPAN:.0f} points apart, have {MIN_REFERENCE_SCORES} scores each"
        )
        raise ScaleError(problem, remedy="Add scores")
    return known


def units_through(abilities: NDArray[np.float64], places: NDArray[np.float64]) -> IndexUnits:
    """The line through references of these abilities at these places, by least squares in the abilities: places have no error."""
    ability, place = float(abilities.mean()), float(places.mean())
    slope = ((abilities - ability) @ (places - place)) / ((places - place) ** 2).sum()
    return IndexUnits(ability, place, float(1 / slope))
