"""A panel, a fit and scores that are made up instead of sampled."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from costfloor.build import BuiltPanel
from costfloor.data.store import Store
from costfloor.fit.quantities import contract_parameters, reported_quantities
from costfloor.fit.result import Fit
from costfloor.forecast.scores import OriginScore, score_draws
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.priors import OBSERVATION_PRIORS
from costfloor.places import Places
from costfloor.studies.context import Context
from plain_draws import central, law_values

CHAINS = 4


def made_up_panel(rows: int = 180) -> PriceObservations:
    """Two families over four years, models priced once or twice at two hosts."""
    rng = np.random.default_rng(3)
    model = np.repeat(np.arange(rows), [1, 2] * (rows // 2))[:rows]
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2021-01-01") + pd.to_timedelta(np.linspace(0, 4 * 365, rows).round(), unit="D"),
            "price": np.exp(rng.normal(size=rows)),
            "quality": np.sin(model),
            "family": [f"band {code % 2}" for code in model],
            "model": [f"model {code:03d}" for code in model],
            "host": [f"host {code % 2}" for code in range(rows)],
        }
    )
    return observations(frame)


def made_up_fit(obs: PriceObservations, values: Mapping[str, Any], draws: int = 100, law: str = "plateau") -> Fit:
    """A fit that passed its gates; `values` are draws (draws, ...) or constants, everything else is constant and plain."""
    families, units = len(obs.families), len(obs.unit_family)
    left_out = {"noise_tail"} if obs.open_weights_differ else {"noise_tail", "open_effect"}
    plain: dict[str, Any] = {
        **{name: central(prior) for name, prior in OBSERVATION_PRIORS.items() if name not in left_out},
        "noise_tail": 1e6,
        "family_start": np.zeros(families),
        "family_elasticity": np.zeros(families),
        "unit_level": np.zeros(units),
        "host_effect": np.zeros(len(obs.hosts)),
        **law_values(LAWS[law], obs, {}),
    }
    # Families are alike: each has the population's value where that is given.
    alike = {
        f"family_{name}": np.repeat(
            parameter.of_family(np.asarray(values[name], float)[:, None], 0.0), families, axis=1
        )
        for name, parameter in LAWS[law].family_parameters.items()
        if np.ndim(values.get(name, 0.0))
    }
    data = {}
    for name, value in (plain | alike | dict(values)).items():
        full = np.asarray(value, float)
        if np.shape(full) == np.shape(plain[name]):
            full = np.broadcast_to(full, (CHAINS * draws, *full.shape))
        axes = ["family"] if full.shape[1:2] == (families,) else [f"{name}_0"] if full.ndim > 1 else []
        axes += [f"{name}_{axis}" for axis in range(1, full.ndim - 1)]
        data[name] = (("chain", "draw", *axes), full.reshape(CHAINS, draws, *full.shape[1:]))
    posterior = xr.Dataset(data, coords={"family": list(obs.families)})
    reported = reported_quantities(posterior, LAWS[law], obs)
    receipt = {"diagnostics": {"passed": True, "worst": ""}, "parameters": contract_parameters(reported)}
    return Fit(LAWS[law], receipt, posterior, reported)


def made_up_score(obs: PriceObservations, scored: np.ndarray, unit_elpd: float | np.ndarray) -> OriginScore:
    """A score of all units of the rows `scored`."""
    rows = np.flatnonzero(scored)
    units = np.unique(obs.unit[rows])
    elpd = np.broadcast_to(np.asarray(unit_elpd, float), units.shape).copy()
    return score_draws(obs, scored, np.random.default_rng(0).normal(size=(50, len(rows))), elpd, elpd_mcse=0.0)


def here(folder: Any, settings: Any) -> Context:
    """Jobs run in this process."""
    store = Store(Places(folder, folder / "reports"), {}, (), {}, {})
    return Context(BuiltPanel(store, None, None, {}), settings, lambda _: None, workers=0)
