"""A law's model of a panel, ready to be sampled: compiled once per law for all panels of one make."""

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from costfloor.errors import UnlikeModelsError
from costfloor.laws.base import Law
from costfloor.laws.few_families import POOLED_FROM, fitted_law
from costfloor.laws.observations import PriceObservations, observations

if TYPE_CHECKING:
    from costfloor.sampling.density import SharedDensity
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
    """

    families: int
    hosts: int
    models_repeat: bool


_DENSITIES: "dict[tuple[str, Make], SharedDensity]" = {}
"""Those of this process, by a law with its priors."""


def compile_law(law: Law, obs: PriceObservations) -> "CompiledModel":
    """Return the model of `law` as `obs` lets it be fitted, with a density compiled now, earlier, or found in the cache on disk."""
    from costfloor.laws.model import build_model, price_data  # noqa: PLC0415  as above
    from costfloor.sampling.density import shared_density  # noqa: PLC0415  slow to import
    from costfloor.sampling.sampler import compile_model  # noqa: PLC0415  as above

    start = time.perf_counter()
    law, make = fitted_law(law, obs), make_of(obs)
    key = json.dumps([law.name, law.grid_years, *(prior.describe() for prior in law.priors)]), make
    model = build_model(law, obs)
    try:
        if key not in _DENSITIES:
            one, other = (build_model(law, example(make, more)) for more in (0, 1))
            _DENSITIES[key] = shared_density(one, other, named=price_data(obs.log_price))
        compiled = _DENSITIES[key].of(model)
    except UnlikeModelsError:
        # A panel whose only unit or host makes a length of one part of the graph.
        compiled = compile_model(model)
    return replace(compiled, seconds=time.perf_counter() - start)


def make_of(obs: PriceObservations) -> Make:
    """Return the make of a panel."""
    from costfloor.laws.model import CENTRED_FROM  # noqa: PLC0415  slow to import

    def alike(members: int, smallest: tuple[int, ...]) -> int:
        return max((least for least in smallest if least <= members), default=members)

    families = alike(len(obs.families), (1, 2, POOLED_FROM, CENTRED_FROM))
    return Make(families, alike(len(obs.hosts), (0, 1, 2, CENTRED_FROM)), obs.models_repeat)


def example(make: Make, more: int) -> PriceObservations:
    """Return a small panel of a make; with another `more`, 0 or 1, all of its arrays have other lengths and its numbers other values."""
    families, hosts = (members if members < 2 else members + more for members in (make.families, make.hosts))
    rng = np.random.default_rng(more)
    models = 3 * max(families, hosts) + 4 + more
    rows = models * (2 if make.models_repeat else 1) + 3 + more

    def codes(members: int, count: int) -> np.ndarray:
        """At random, so that no two arrays are equal by the way they were made, and each member at least once."""
        return rng.permutation(np.r_[np.arange(members), rng.integers(members, size=count - members)])

    model = codes(models, rows) if make.models_repeat else np.arange(rows)
    family = codes(families, 1 + int(model.max()))[model]
    # Fewer than rows: where every price has a day of its own, arrays by row and by day are equal.
    days = rng.choice(400 * (2 + more), size=rows - 3, replace=False)
    columns: dict[str, Any] = {
        "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(days[codes(len(days), rows)], unit="D"),
        "family": [f"family {code}" for code in family],
        "model": [f"model {code}" for code in model],
        "price": rng.lognormal(size=rows),
        "quality": rng.normal(size=rows)[model],
        "quality_sd": rng.uniform(0.1, 0.5, size=rows)[model],
    }
    if hosts:
        columns["host"] = [f"host {code}" for code in codes(hosts, rows)]
    return observations(pd.DataFrame(columns))
