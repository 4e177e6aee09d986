"""Simulated panels of the real one's design, each fitted by short chains: what the studies that count right and wrong answers share."""

from dataclasses import replace
from typing import Final

import numpy as np

from costfloor.fit.compiled import compile_law
from costfloor.fit.fit import sample_law
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.policy import Sampling
from costfloor.sampling.sampler import CompiledModel

SHORT: Final = Sampling(draws=300, tune=300, chains=2, target_accepts=(0.9,), kept=300, longer=False)
"""Hundreds of fits: short ones of the same posterior, with more Monte Carlo error in every tail probability and answer."""

ALL: Final = "all laws"
"""An answer that every law gives: the rule of docs/questions.md where no law is set aside."""

ANSWERS: Final = ("yes", "no", "not decided")


def with_prices(obs: PriceObservations, log_price: np.ndarray, seed: int) -> list[PriceObservations]:
    """The design of `obs` with other log prices (k, n); fits are held against the table they are made to, by its hash."""
    return [
        replace(obs, log_price=drawn, data_hash=f"{obs.data_hash}-{seed}-{number}")
        for number, drawn in enumerate(log_price)
    ]


_COMPILED: dict[tuple[str, str], CompiledModel] = {}


def short_fit(law: str, obs: PriceObservations, design: str, seed: int) -> Fit:
    """Fit a law by short chains; its model is compiled once for all tables of a `design`, which is any name of it."""
    if (law, design) not in _COMPILED:
        _COMPILED[law, design] = compile_law(LAWS[law], obs)
    return sample_law(LAWS[law], obs, replace(SHORT, seed=seed), lambda _: None, _COMPILED[law, design])[0]
