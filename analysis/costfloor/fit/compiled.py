"""A law's model of a panel, sampled: compiled once per law for all panels of one make."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from costfloor.fit.quantities import reported_quantities
from costfloor.laws.base import Law
from costfloor.laws.few_families import POOLED_FROM, fitted_law
from costfloor.laws.model import CENTRED_FROM, build_model, price_data
from costfloor.laws.observations import PriceObservations, observations
from costfloor.sampling.alike import compile_alike
from costfloor.sampling.engine import Judged, sample_until_gates_hold
from costfloor.sampling.policy import Sampling
from costfloor.sampling.sampler import CompiledModel


@dataclass(frozen=True)
class Make:
    """What of a panel decides which operations a law's model has.

    Attributes
    ----------
    families, hosts
        The smallest number that is modelled in the same way.
    models_repeat
        Whether units have effects of their own.
    births_differ
        Whether the models of a family have different births.
    ahead_of_market
        Whether a model entered before the birth of its capability.
    open_weights_differ
        Whether a family has models with open weights and models without.
    """

    families: int
    hosts: int
    models_repeat: bool
    births_differ: bool
    ahead_of_market: bool
    open_weights_differ: bool


def sample_prices(
    law: Law,
    obs: PriceObservations,
    settings: Sampling,
    progress: Callable[[str], None],
    compiled: CompiledModel | None,
) -> Judged:
    """Sample the model of `law`, compiled now or before, until the gates of the reported quantities hold."""
    if compiled is None:
        progress(f"compiling for {obs.n} rows")
        compiled = compile_law(law, obs)
    fitted = fitted_law(law, obs)
    return sample_until_gates_hold(
        compiled,
        settings,
        lambda posterior: reported_quantities(posterior, fitted, obs),
        data=price_data(obs.log_price),
        progress=progress,
    )


def compile_law(law: Law, obs: PriceObservations) -> CompiledModel:
    """Return the model of `law` as `obs` lets it be fitted, ready to be sampled."""
    start = time.perf_counter()
    law, make = fitted_law(law, obs), make_of(obs)
    compiled = compile_alike(
        build_model(law, obs),
        json.dumps([law.name, law.grid_years, asdict(make), *(prior.describe() for prior in law.priors)]),
        lambda: (build_model(law, example(make, 0)), build_model(law, example(make, 1))),
        named=price_data(obs.log_price),
    )
    return replace(compiled, seconds=time.perf_counter() - start)


def make_of(obs: PriceObservations) -> Make:
    """Return the make of a panel."""

    def alike(members: int, smallest: tuple[int, ...]) -> int:
        return max((least for least in smallest if least <= members), default=members)

    families = alike(len(obs.families), (1, 2, POOLED_FROM, CENTRED_FROM))
    hosts = alike(len(obs.hosts), (0, 1, 2, CENTRED_FROM))
    differ = obs.births_differ, obs.ahead_of_market, obs.open_weights_differ
    return Make(families, hosts, obs.models_repeat, *differ)


def example(make: Make, more: int) -> PriceObservations:
    """Return a small panel of a make; with another `more`, 0 or 1, all of its arrays have other lengths and its numbers other values."""
    families, hosts = (members if members < 2 else members + more for members in (make.families, make.hosts))
    rng = np.random.default_rng(more)
    models = 3 * max(families, hosts) + 4 + more
    rows = models * (2 if make.models_repeat else 1) + 3 + more

    def codes(members: int, count: int) -> np.ndarray:
        """At random, so that no two arrays are equal by the way they were made, and each member at least once."""
        return rng.permutation(np.r_[np.arange(members), rng.integers(members, size=count - members)])

    def dates(days: np.ndarray) -> pd.DatetimeIndex:
        return pd.Timestamp("2020-01-01") + pd.to_timedelta(days, unit="D")

    model = codes(models, rows) if make.models_repeat else np.arange(rows)
    family = codes(families, 1 + int(model.max()))[model]
    births = rng.uniform(-400.0, 0.0, size=rows) + (500.0 if make.ahead_of_market else 0.0)
    births = births[model if make.births_differ else family]
    # Fewer than rows: where every price has a day of its own, arrays by row and by day are equal.
    days = rng.choice(400 * (2 + more), size=rows - 3, replace=False)
    columns: dict[str, Any] = {
        "date": dates(days[codes(len(days), rows)]),
        "birth": dates(births),
        "family": [f"family {code}" for code in family],
        "model": [f"model {code}" for code in model],
        "price": rng.lognormal(size=rows),
        "quality": rng.normal(size=rows)[model],
        "quality_sd": rng.uniform(0.1, 0.5, size=rows)[model],
    }
    if make.open_weights_differ:
        columns["open_weights"] = codes(2, rows)[model] == 1
    if hosts:
        columns["host"] = [f"host {code}" for code in codes(hosts, rows)]
    return observations(pd.DataFrame(columns))
