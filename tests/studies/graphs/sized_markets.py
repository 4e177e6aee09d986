"""A small made-up market of open models with sizes, for tests."""

import numpy as np
import pandas as pd
from costfloor.studies.graphs.sizes import Coverage, SizedPrices

LAST_YEARS = 2.75


def small_market(models: int = 60, prices: int = 300, hosts: int = 10, seed: int = 3) -> SizedPrices:
    """Models released over 2.75 years, each with a price at once and some later ones; sizes and prices are of no account."""
    rng = np.random.default_rng(seed)
    release = np.r_[0.0, np.sort(rng.uniform(0.0, LAST_YEARS - 0.1, models - 1))]
    model = np.r_[np.arange(models), rng.integers(models, size=prices - models)]
    time = np.where(np.arange(prices) < models, release[model], rng.uniform(release[model], LAST_YEARS))
    time[-1] = LAST_YEARS
    return SizedPrices(
        log_price=rng.normal(size=prices),
        time_years=time,
        model=model,
        host=np.r_[np.arange(hosts), rng.integers(hosts, size=prices - hosts)],
        log_active=rng.normal(3.0, 1.0, models),
        log_total=rng.normal(5.0, 0.5, models),
        capability=rng.normal(12.0, 1.0, models),
        capability_sd=np.full(models, 0.15),
        release_years=release,
        stated_in_name=np.zeros(models, bool),
        models=tuple(f"maker/model-{code:03d}" for code in range(models)),
        hosts=tuple(f"host {code}" for code in range(hosts)),
        start=pd.Timestamp("2023-07-18"),
        last=pd.Timestamp("2023-07-18") + pd.Timedelta(days=round(365.25 * LAST_YEARS)),
        coverage=Coverage(models + 5, prices + 9, models, prices, 0, ()),
    )
