"""When a rate has slowed down: the one definition for laws, technologies, channels and domains."""

from typing import Any

SLOWED = 0.5
"""A rate below this share of the initial one has slowed down."""


def has_slowed(rate: Any, initial_rate: Any) -> Any:
    """Whether a rate has slowed down: where it lies below `SLOWED` of the initial one, draw by draw."""
    return rate < SLOWED * initial_rate
