"""Sample a model until the gates hold: the one way from a compiled model to draws that may be reported.

Few divergences are the usual reason to sample again, and smaller steps mend them; longer chains would double their price and mend
nothing. Where another gate is missed, or no smaller steps are left to take, chains grow longer.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import xarray as xr

from costfloor.sampling.gates import Diagnostics, diagnose_quantities
from costfloor.sampling.policy import SamplerSettings, Sampling
from costfloor.sampling.sampler import CompiledModel, Sampled, sample
from costfloor.wording import ordinal

MOST_DRAWS: Final = 16_000
"""Of a chain, however often a gate was missed. A posterior with two modes, between which a chain passes a dozen times in a thousand
draws, needs nearly as many; draws that evade a gate for longer tell of a fault in the model."""

MOST_TUNE_TIMES: Final = 4
"""A longer warm-up than this many times the first finds no better steps."""


@dataclass(frozen=True)
class Attempt:
    """One run of the sampler, and how its draws fared.

    Attributes
    ----------
    asked
        What the sampler was asked for.
    diagnostics
        Of the reported quantities.
    seconds
        Wall time of sampling.
    """

    asked: SamplerSettings
    diagnostics: Diagnostics
    seconds: float

    def receipt(self) -> dict[str, Any]:
        """The attempt as a receipt keeps it."""
        return {
            "target_accept": self.asked.target_accept,
            "draws": self.asked.draws,
            "tune": self.asked.tune,
            "seed": self.asked.seed,
            "seconds_sample": round(self.seconds, 2),
            **asdict(self.diagnostics),
        }


@dataclass(frozen=True)
class Judged:
    """Draws of the last attempt, with all attempts.

    Attributes
    ----------
    sampled
        Every draw of the model's variables.
    reported
        Draws of the quantities that were judged, the same leading dimensions ``(chain, draw)``.
    attempts
        In order; the last is the one of these draws, whether it passed or not.
    kept
        The draws to be stored: at most `Sampling.kept` of a chain, evenly spaced.
    seconds_total
        Wall time, compilation included, seconds.
    """

    sampled: Sampled = field(repr=False)
    reported: xr.Dataset = field(repr=False)
    attempts: tuple[Attempt, ...]
    kept: slice
    seconds_total: float

    @property
    def diagnostics(self) -> Diagnostics:
        """Of these draws."""
        return self.attempts[-1].diagnostics

    def receipt(self) -> dict[str, Any]:
        """How the draws were made and how they fared, as plain data."""
        return {
            "sampler": self.sampled.sampler,
            "seconds": {
                "compile": round(self.sampled.seconds_compile, 2),
                "sample": round(sum(attempt.seconds for attempt in self.attempts), 2),
                "total": round(self.seconds_total, 2),
            },
            "diagnostics": asdict(self.diagnostics),
            "attempts": [attempt.receipt() for attempt in self.attempts],
            "warnings": list(self.sampled.warnings),
        }


def sample_until_gates_hold(
    compiled: CompiledModel,
    sampling: Sampling,
    report: Callable[[xr.Dataset], xr.Dataset],
    *,
    data: Mapping[str, np.ndarray] | None = None,
    adaptation: str = "draw_diag",
    progress: Callable[[str], None] | None = None,
) -> Judged:
    """Sample a model, with smaller steps or longer chains while a gate is missed and `next_attempt` has another way.

    Parameters
    ----------
    compiled, data, adaptation
        As in `costfloor.sampling.sampler.sample`.
    sampling
        The policy.
    report
        The reported quantities from the posterior: every element of them is judged.
    progress
        Called with a line before each long step.

    Returns
    -------
    Judged
        The last attempt, whether it passed or not: a caller decides what a missed gate means.
    """
    start = time.perf_counter()
    attempts: list[Attempt] = []
    while (asked := next_attempt(sampling, attempts)) is not None:
        if progress:
            progress(attempt_line(asked, attempts))
        sampled = sample(compiled, asked, data=data, adaptation=adaptation, progress=progress)
        reported = report(sampled.posterior)
        attempts.append(Attempt(asked, diagnose_quantities(reported, sampled.sample_stats), sampled.seconds_sample))
    return Judged(
        sampled,
        reported,
        tuple(attempts),
        kept=slice(None, None, -(-attempts[-1].asked.draws // sampling.kept)),
        seconds_total=sampled.seconds_compile + time.perf_counter() - start,
    )


def next_attempt(sampling: Sampling, attempts: Sequence[Attempt]) -> SamplerSettings | None:
    """What the sampler is asked for next; None when the last attempt passed or no other is left.

    After divergences the next acceptance target is tried with chains of the same length. Then, and after a miss of another gate, chains
    are two, eight, thirty-two times as long, at most `MOST_DRAWS`, with the next target after divergences. There is at most one attempt
    more than targets.
    """
    draws, tune, targets = sampling.draws, sampling.tune, list(sampling.target_accepts)
    target_accept = targets[0]
    if attempts:
        last = attempts[-1]
        if last.diagnostics.passed or len(attempts) > len(targets):
            return None
        target_accept = last.asked.target_accept
        longer = sum(attempt.asked.draws > draws for attempt in attempts)
        smaller = targets[targets.index(target_accept) + 1 :] if last.diagnostics.divergences else []
        if smaller:
            target_accept = smaller[0]
        if longer or not smaller:
            if not sampling.longer:
                return None
            times = 2 * 4**longer
            draws, tune = min(times * draws, max(draws, MOST_DRAWS)), min(times, MOST_TUNE_TIMES) * tune
    return SamplerSettings(
        draws, tune, sampling.chains, target_accept, seed=attempt_seed(sampling.seed, len(attempts) + 1)
    )


def attempt_line(asked: SamplerSettings, attempts: Sequence[Attempt]) -> str:
    """What an attempt after some others is for, in one line."""
    what = f"{asked.chains} x {asked.draws} draws, acceptance target {asked.target_accept}"
    if not attempts:
        return f"sampling {what}"
    last = attempts[-1]
    ways = (
        ("smaller steps", asked.target_accept > last.asked.target_accept),
        ("longer chains", asked.draws > last.asked.draws),
    )
    how = " and ".join(way for way, taken in ways if taken)
    number = len(attempts) + 1
    return f"{ordinal(number)} attempt: {last.diagnostics.worst} in the {ordinal(number - 1)}, {how} now ({what})"


def attempt_seed(seed: int, attempt: int) -> int:
    """Seed of an attempt, numbered from 1: the same in every run, the seed itself for the first, another for each that follows."""
    return seed if attempt == 1 else int(np.random.SeedSequence([seed, attempt]).generate_state(1)[0])
