"""A service with accelerators of its own along both channels of open models: what a unit of size costs, and what size a token needs.

It earns the price of a fixed capability, which falls by both channels. *Smaller models*: it serves tomorrow's on the same accelerators, so
that its tokens grow as the size needed falls. *Same tokens*: along the same prices its capacity is fixed in tokens, as without channels.
"""

from dataclasses import dataclass, replace
from typing import Final

from costfloor.economics.futures import Buyer, Future

SMALLER: Final[Buyer] = "smaller_models"
SAME: Final[Buyer] = "same_tokens"


@dataclass(frozen=True)
class Channels:
    """Both channels in the years ahead.

    Attributes
    ----------
    futures
        By law, with sizes; none where the channels are not known.
    note
        Why there are none, or which laws are missing: a clause; empty when all are there.
    """

    futures: tuple[Future, ...] = ()
    note: str = ""

    def by_host(self) -> dict[Buyer, tuple[Future, ...]]:
        """The futures of a service with accelerators of its own, with its tokens growing and fixed; empty without channels."""
        if not self.futures:
            return {}
        return {SMALLER: self.futures, SAME: tuple(replace(future, relative_size=None) for future in self.futures)}


UNKNOWN: Final = Channels(
    note="these prices have no channels: sizes of models are known in the project's own panel alone"
)
"""Of prices of a user's own."""

PAST: Final = Channels(note="the study of fixed and changed graph is of today's prices, not of a past day's")
"""Of a past day."""
