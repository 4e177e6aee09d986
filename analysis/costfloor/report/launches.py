"""What the laws say of launching a service today, where the draws tell."""

from dataclasses import dataclass

from costfloor.economics.decision import Waiting
from costfloor.typeset.montecarlo import differs


@dataclass(frozen=True)
class Launches:
    """The laws by what they say of a launch today.

    Attributes
    ----------
    pays, fails
        Those under which its expected value is above zero, and those under which it is not.
    unsure
        Those under which it is within its Monte Carlo error of zero.
    """

    pays: tuple[str, ...]
    fails: tuple[str, ...]
    unsure: tuple[str, ...]

    @property
    def parted(self) -> bool | None:
        """Whether the laws part over the launch; None where those that are unsure decide it."""
        if self.pays and self.fails:
            return True
        return None if self.unsure else False


def launches(wait: Waiting) -> Launches:
    """Sort the laws by what they say."""
    sides: dict[int, list[str]] = {1: [], -1: [], 0: []}
    for law, value in wait.value_now.items():
        open_ = wait.now_mcse[law] > 0.0 and not differs(value, 0.0, wait.now_mcse[law])
        sides[0 if open_ else 1 if value > 0.0 else -1].append(law)
    return Launches(*(tuple(laws) for laws in sides.values()))
