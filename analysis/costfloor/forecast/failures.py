"""Fits behind a conclusion that missed a gate, as data that say it in words when they are printed."""

from collections.abc import Iterable
from dataclasses import dataclass

from costfloor.forecast.lfo import Scored


@dataclass(frozen=True)
class Failure:
    """A fit that missed a gate.

    Attributes
    ----------
    law
        Its law.
    origin
        ISO date of the past origin that it was fitted at; None for a fit to all rows.
    reason
        The gates that it missed.
    """

    law: str
    origin: str | None
    reason: str

    def __str__(self) -> str:
        return f"{self.law} {'on all rows' if self.origin is None else f'as of {self.origin}'}: {self.reason}"


def failures_at_origins(scored: Iterable[Scored]) -> list[Failure]:
    """The fits at past origins that missed a gate."""
    return [
        Failure(forecast.name, str(forecast.origin.date()), forecast.failure) for forecast in scored if forecast.failure
    ]
