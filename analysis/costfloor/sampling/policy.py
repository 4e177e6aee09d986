"""How a posterior is sampled, and the limits of the gates that its draws must pass. Loads no sampler."""

from dataclasses import dataclass
from typing import Final

# Set here once: ArviZ changed its defaults (0.94 HDI, then 0.89 equal-tailed) between minor releases.
CI_PROB: Final = 0.90
CI_QUANTILES: Final = (0.05, 0.50, 0.95)

RHAT_LIMIT: Final = 1.01
ESS_LIMIT: Final = 400.0
EBFMI_LIMIT: Final = 0.3


@dataclass(frozen=True)
class Sampling:
    """How long and how carefully to sample, and how to go on where a gate is missed.

    As it stands by default every fit of a report is sampled, whichever way it is asked for. Why so many, and why so careful at once:
    docs/decisions.md.

    Parameters
    ----------
    draws, tune
        Kept and discarded iterations of a chain in the first attempt.
    chains
        Independent chains.
    target_accepts
        Mean acceptance probabilities, rising: after divergences the next one is tried, with smaller steps.
    seed
        Of the first attempt; every other has one that follows from it (`costfloor.sampling.engine.attempt_seed`).
    kept
        Of each chain at most so many draws, evenly spaced, are stored; the gates are judged by all.
    longer
        Whether longer chains follow where another gate is missed or there is no next target (`costfloor.sampling.engine`).
    """

    draws: int = 1500
    tune: int = 700
    chains: int = 4
    target_accepts: tuple[float, ...] = (0.975, 0.99, 0.995)
    seed: int = 20251231
    kept: int = 1000
    longer: bool = True


@dataclass(frozen=True)
class SamplerSettings:
    """What the sampler is asked to do, once.

    Parameters
    ----------
    draws, tune
        Kept and discarded iterations per chain.
    chains
        Independent chains, spread over the available cores (at most four).
    target_accept
        Mean acceptance probability the step size is tuned to; raise it when transitions diverge.
    max_treedepth
        A trajectory has at most ``2**max_treedepth`` gradient evaluations.
    seed
        The same seed repeats a run only while the compile cache is unchanged: compare within Monte Carlo error.
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    target_accept: float = 0.9
    max_treedepth: int = 10
    seed: int = 1
