r"""The laws of motion of a channel: mean curves as everywhere in `costfloor.laws`, priors of their own, innovations alike.

Time counts from the channel's first date, so that a plateau is one in calendar time, not in the age of a capability. The priors are the
same for both channels, so that they cannot say in which of the two a plateau is, and no rate of a constant law is kept from being zero or
negative: all of the fall may be in the other channel.

Innovations are a Gaussian random walk of the path by quarters with a scale of its own in each channel, under every law but discovery.
There they are the gains of `costfloor.laws.innovations`, whose size is tied to the rate: that tie is what the law says, and without it
discovery would be the constant rate. A random walk of the rate instead would answer for the last year with the trend of the years before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from costfloor.laws import LAWS
from costfloor.laws.base import Law, Parameters
from costfloor.laws.baumol import STAGNANT_GROWTH, STAGNANT_LOGIT
from costfloor.laws.innovations import GAINS, GAUSSIAN, Innovations
from costfloor.laws.plateau import FLOOR, HALF_LIFE
from costfloor.sampling.priors import Prior

FIXED: Final = "fixed"
CHANGED: Final = "changed"
CHANNELS: Final = {FIXED: "fixed graph", CHANGED: "changed graph"}
"""Price of a unit of size at a host, and size needed at a fixed capability."""

DIRECT: Final = "direct"
"""Price at a fixed capability without a look at sizes, which falls by what both channels add up to."""

DIRECT_LAW: Final = "exponential"

RATE: Final = Prior("rate", "normal", (0.6, 0.6), "no fall at all to a factor of 5 a year, and a rise is not excluded")
DIRECT_RATE: Final = Prior("rate", "normal", (1.2, 0.85), "the sum of two such rates")
EXCESS: Final = Prior(
    "rate_excess", "lognormal", (0.5, 1.0), "what fades is from 0.1 to 2.6 a year; small values mean no decay"
)
PROGRESSIVE_RATE: Final = Prior(
    "progressive_rate", "lognormal", (0.8, 0.8), "the part that progresses cheapens by factors of 1.2 to 20 a year"
)
GAIN_RATE: Final = Prior("rate", "lognormal", (0.6, 0.9), "gains add up to factors of 1.1 to 14 a year")
NO_GROWTH: Final = Prior(
    "stagnant_growth", "constant", (0.0,), "parameters that no progress saves do not grow by themselves"
)


@dataclass(frozen=True)
class ChannelLaw:
    """A law of motion of one channel.

    Attributes
    ----------
    law
        Where `decline` and `rate` come from, by years since the channel's first date.
    priors
        Of the parameters by the names under which the law takes them.
    innovations
        On top of the decline.
    """

    law: Law
    priors: Mapping[str, Prior]
    innovations: Innovations

    def named(self, channel: str) -> dict[str, Prior]:
        """All priors of a channel, innovations included, by the law's names; each bears the channel in its own name."""
        every = {**self.priors, **{prior.name: prior for prior in self.innovations.priors}}
        return {name: replace(prior, name=f"{channel}_{name}") for name, prior in every.items()}

    def parameters(self, channel: str, values: Callable[[str], Any]) -> Parameters:
        """Parameters of a channel by the law's names, each taken by its name in a posterior; constants are their own values."""
        return {
            name: prior.constants[0] if prior.distribution == "constant" else values(prior.name)
            for name, prior in self.named(channel).items()
        }

    def of_innovations(self, parameters: Parameters) -> Parameters:
        """What the innovations take: the law's parameters, and the rate that gains add up to."""
        return {**parameters, "innovation_rate": parameters.get("rate", 0.0)}


def channel_law(name: str, channel: str) -> ChannelLaw:
    """A law for a channel, by the law's name."""
    growth = STAGNANT_GROWTH if channel == FIXED else NO_GROWTH
    rate = DIRECT_RATE if channel == DIRECT else RATE
    priors, innovations = {
        "exponential": ((rate,), GAUSSIAN),
        "plateau": ((FLOOR, EXCESS, HALF_LIFE), GAUSSIAN),
        "baumol": ((PROGRESSIVE_RATE, STAGNANT_LOGIT, growth), GAUSSIAN),
        "discovery": ((GAIN_RATE,), GAINS),
    }[name]
    return ChannelLaw(LAWS[name], {prior.name: prior for prior in priors}, innovations)


GRAPH_LAWS: Final = ("exponential", "plateau", "baumol", "discovery")
"""Laws that are fitted, each in both channels at once."""
