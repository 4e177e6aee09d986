"""Priors of the joint model of price and size, but for those of the channels' laws."""

from dataclasses import replace
from typing import Final

from costfloor.laws.priors import INNOVATION_SD, OBSERVATION_PRIORS
from costfloor.sampling.priors import Prior

_SHARED: Final = ("host_spread", "model_spread", "noise_scale", "noise_tail")
"""As in the model that all laws share."""

_OF_PRICE: Final = (
    Prior("price_level", "normal", (0.0, 2.0), "mean log price around the data's, so that any unit serves"),
    Prior("active_exponent", "normal", (0.4, 0.4), "a token costs in proportion to active parameters, hardly by them, or between"),
    Prior("total_exponent", "normal", (0.4, 0.4), "a token costs in proportion to the memory that is held, hardly by it, or between"),
    Prior("premium", "normal", (0.0, 0.3), "ten points of capability make a model of the same size a third dearer or cheaper, or nothing"),
    Prior("late_hosts", "normal", (0.0, 0.5), "hosts whose prices are a year later are cheaper or dearer by up to a factor of 2.7"),
)  # fmt: skip

_OF_SIZE: Final = (
    Prior("size_level", "normal", (0.0, 2.0), "mean log active parameters around the data's"),
    Prior("size_slope", "normal", (1.0, 1.0), "ten points of capability multiply active parameters by 1 to 20"),
    Prior("size_spread", "lognormal", (1.0, 0.5), "models of equal capability and date differ in size by a factor of 1.6 to 9"),
    Prior("sparsity_level", "normal", (0.0, 1.0), "mean log of total over active parameters around the data's"),
    Prior("sparsity_slope", "normal", (0.0, 0.7), "what ten points of capability add to it: a factor of 4 either way"),
    Prior("sparsity_drift", "normal", (0.3, 0.7), "what a year adds to it: mixtures of experts spread, or do not"),
    replace(INNOVATION_SD, name="sparsity_innovation_sd"),
    Prior("sparsity_by_size", "normal", (0.0, 0.5), "models that activate less than others of their day hold more besides, or do not"),
    Prior("sparsity_spread", "lognormal", (0.7, 0.5), "models of equal capability and date differ in it by a factor of 1.4 to 5"),
    Prior("capability_level", "normal", (0.0, 2.0), "mean capability of open models around the data's, tens of points"),
    Prior("capability_drift", "normal", (1.0, 1.0), "open models of a year later are up to 30 points more able"),
    Prior("capability_spread", "lognormal", (0.8, 0.5), "models of one day lie 4 to 18 points apart"),
)  # fmt: skip

_PASS_THROUGH: Final = Prior(
    "pass_through",
    "lognormal",
    (0.5, 0.8),
    "a model on sale follows in part or in full, never against the market: with a negative share a rising path passes for a falling one",
)
"""Of the model that all laws share, but positive."""

_DIRECT: Final = Prior(
    "direct_slope", "normal", (0.5, 0.7), "what ten points of capability add to log price, sizes left aside"
)

PRIORS: Final = {
    prior.name: prior
    for prior in (*(OBSERVATION_PRIORS[name] for name in _SHARED), _PASS_THROUGH, *_OF_PRICE, *_OF_SIZE)
}
"""Of the joint model, by name."""

DIRECT_PRIORS: Final = (*(PRIORS[name] for name in (*_SHARED, "pass_through", "price_level", "late_hosts")), _DIRECT)
"""Of the model without sizes."""
