"""How forecasters are called in a line of a table, and stand beside another one: nothing is said that lies below its error."""

from collections.abc import Sequence
from typing import Final

from costfloor.forecast import baselines
from costfloor.laws import LAWS
from costfloor.typeset.phrases import CLEAR, listing

IN_TABLE: Final = {
    **{name: law.title for name, law in LAWS.items()},
    **baselines.TITLES,
    "epoch_ols": "least squares (Epoch)",
    "open_ols": "least squares, open",
    "random_walk_drift": "ARIMA(0,1,0)",
}
"""Titles of laws and rivals, shorter than in a sentence, so that a line of a table is one."""

PLACES: Final = ("worse than", "not to be told from", "better than")
ORDER: Final = ("better than", "worse than", "not to be told from")


def sign(value: float, error: float | None) -> int:
    """Whether a difference is clearly above or below zero; 0 while it is neither, or nothing is known of its error."""
    return 0 if error is None or abs(value) <= CLEAR * error else 1 if value > 0 else -1


def standing(ahead: Sequence[tuple[str, float, float | None]]) -> str:
    """Whom one forecaster is better than, worse than and level with: titles of others, how far it is ahead of each, the error of that."""
    places: dict[str, list[str]] = {words: [] for words in ORDER}
    for title, value, error in ahead:
        places[PLACES[1 + sign(value, error)]].append(title)
    return listing([f"{words} {listing(titles)}" for words, titles in places.items() if titles])
