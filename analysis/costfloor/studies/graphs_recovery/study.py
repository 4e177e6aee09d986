"""Markets of the panel's own models, dates and hosts in worlds of known truth, and what the joint model says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from costfloor.keys import fingerprint, result_key
from costfloor.runs.jobs import Job
from costfloor.sampling.policy import Sampling
from costfloor.sampling.quantiles import quantiles
from costfloor.sampling.sampler import CompiledModel, compile_model
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.graphs.answers import fixed_share, slowed_by_channel
from costfloor.studies.graphs.draws import rates
from costfloor.studies.graphs.fit import fit_graphs
from costfloor.studies.graphs.model import build_model
from costfloor.studies.graphs.sizes import SizedPrices, sized_prices
from costfloor.studies.graphs.worlds import WORLDS, market, twice

MARKETS: Final = 20
PER_JOB: Final = 5
TIMES: Final = (1, 2)
"""At the panel's own size, and at twice it."""

FITTED: Final = ("exponential", "plateau")
"""A law that cannot flatten but by its innovations, and one that can."""

SHORT: Final = Sampling(draws=400, tune=400, chains=2, target_accepts=(0.9,), kept=400, longer=False)
"""Hundreds of fits: short ones of the same posterior, with more Monte Carlo error."""

FOUND: Final = 0.90
"""Probability of a rate below half of the one before from which on a plateau counts as found, as in question 4."""

NEAR: Final = 0.1
"""How close to the truth the median of a share is to come."""


@dataclass(frozen=True)
class WorldRecovery:
    """What one law found in one world, at one size.

    Attributes
    ----------
    world, times, law
        What holds, how many times the panel's size, and what was fitted.
    share
        Share of the fixed graph in the whole fall that is true.
    medians
        Posterior medians of it, one a market.
    covered
        Markets whose 90 % interval holds it.
    fixed_slows, changed_slows
        Whether either channel slows to less than half in this world.
    found_fixed, found_changed
        Markets in which it is found to, with a probability of `FOUND`.
    rhat_worst
        Largest R-hat over all markets.
    """

    world: str
    times: int
    law: str
    share: float
    medians: tuple[float, ...]
    covered: int
    fixed_slows: bool
    changed_slows: bool
    found_fixed: int
    found_changed: int
    rhat_worst: float

    @property
    def near(self) -> bool:
        """Whether the median over markets is within `NEAR` of the truth."""
        return abs(float(np.median(self.medians)) - self.share) <= NEAR


@dataclass(frozen=True)
class Recovery:
    """What was found in all worlds; `markets` is the number in each."""

    markets: int
    worlds: tuple[WorldRecovery, ...]

    @property
    def passed(self) -> bool:
        """Whether shares are near in the median and covered in four of five markets, and a plateau is found where it is and nowhere else.

        Four in five markets of a world must find the plateau that is there, under the law that has one, and at most one in twenty a plateau
        that is not there, under either law.
        """
        return all(
            row.near
            and row.covered >= 0.8 * self.markets
            and _rightly(row.found_fixed, row.fixed_slows, row.law, self.markets)
            and _rightly(row.found_changed, row.changed_slows, row.law, self.markets)
            for row in self.worlds
        )


def recovery(
    design: SizedPrices,
    markets: int,
    context: Context,
    times: Sequence[int] = TIMES,
    worlds: Sequence[str] = tuple(WORLDS),
) -> Recovery:
    """Simulate markets and fit them; finished jobs are kept and read again.

    Parameters
    ----------
    design
        Whose models, dates and hosts the markets have.
    markets
        In each world.
    context
        How the jobs run.
    times, worlds
        Sizes in times that of the design, and names of worlds.
    """
    cases = [(world, size, law) for law in FITTED for size in times for world in worlds]
    jobs = {
        case: [_job(*case, start, min(PER_JOB, markets - start), design) for start in range(0, markets, PER_JOB)]
        for case in cases
    }
    key = result_key("graphs_recovery", __name__, data=fingerprint([design.models, str(design.last), design.n]))
    results = context.run("graphs_recovery", fit_markets, [job for of_case in jobs.values() for job in of_case], key)
    return Recovery(
        markets,
        tuple(
            _world(case, design, [row for job in of_case for row in results[job.key]["rows"]])
            for case, of_case in jobs.items()
        ),
    )


def fit_markets(world: str, times: int, law: str, start: int, count: int, design: SizedPrices) -> dict[str, Any]:
    """What a law says in markets of a world, from number `start` on: one row each."""
    sized = design if times == 1 else twice(design)
    rows = []
    for number in range(start, start + count):
        drawn = market(WORLDS[world], sized, np.random.default_rng([number, times]))
        fit = fit_graphs(law, drawn, replace(SHORT, seed=number + 1), lambda _: None, _compiled(law, sized))
        slowed, whole = slowed_by_channel(fit.draws, sized.last_years), rates(fit.draws, (0.0, sized.last_years))
        shares = fixed_share(whole)
        rows.append(
            {
                "share": quantiles(np.where(np.isnan(shares), 0.0, shares)),
                "slowed": {name: chance.value for name, chance in slowed.items()},
                "rhat": fit.diagnostics.rhat_max,
            }
        )
    return {"rows": rows}


_COMPILED: dict[tuple[str, int], CompiledModel] = {}


def _compiled(law: str, design: SizedPrices) -> CompiledModel:
    if (law, design.n) not in _COMPILED:
        _COMPILED[law, design.n] = compile_model(build_model(law, design))
    return _COMPILED[law, design.n]


def _job(world: str, times: int, law: str, start: int, count: int, design: SizedPrices) -> Job:
    arguments = {"world": world, "times": times, "law": law, "start": start, "count": count, "design": design}
    return Job(f"{law}-{times}-{world}-{start:03d}-{count}", arguments)


def _world(case: tuple[str, int, str], design: SizedPrices, rows: list[Mapping[str, Any]]) -> WorldRecovery:
    world, times, law = case
    share = WORLDS[world].share(design.last_years)
    fixed_slows, changed_slows = WORLDS[world].slows(design.last_years)
    return WorldRecovery(
        world=world,
        times=times,
        law=law,
        share=share,
        medians=tuple(row["share"][1] for row in rows),
        covered=sum(row["share"][0] <= share <= row["share"][2] for row in rows),
        fixed_slows=fixed_slows,
        changed_slows=changed_slows,
        found_fixed=sum(row["slowed"]["fixed"] >= FOUND for row in rows),
        found_changed=sum(row["slowed"]["changed"] >= FOUND for row in rows),
        rhat_worst=max(row["rhat"] for row in rows),
    )


def _rightly(count: int, there: bool, law: str, markets: int) -> bool:
    """Whether a plateau is found in as many markets as it should be."""
    if not there:
        return count <= 0.05 * markets
    return law != "plateau" or count >= 0.8 * markets


def run(context: Context) -> Recovery:
    """Compute the study: see `costfloor.studies.registry`."""
    return recovery(sized_prices(context.built.law_rows, context.built.models), MARKETS, context)


STUDY: Final = HeavyStudy(Recovery, run)
