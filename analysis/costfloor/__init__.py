"""costfloor: whether the fall of AI inference cost is structural or transient.

``import costfloor as cf`` gives the names of `__all__`; each is loaded when it is first used, and PyMC when something is fitted.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costfloor.api import plot
    from costfloor.api.describe import describe
    from costfloor.api.fitting import check, compare, fit, score
    from costfloor.api.markets import index, trend
    from costfloor.api.prices import load_panel, observe, read_prices
    from costfloor.api.priors import priors
    from costfloor.api.services import economics
    from costfloor.errors import CostfloorError
    from costfloor.laws import LAWS
    from costfloor.report.stored import open_results
    from costfloor.sampling.policy import Sampling

__all__ = [
    "LAWS",
    "CostfloorError",
    "Sampling",
    "check",
    "compare",
    "describe",
    "economics",
    "fit",
    "index",
    "load_panel",
    "observe",
    "open_results",
    "plot",
    "priors",
    "read_prices",
    "score",
    "trend",
]

_HOMES = {
    "CostfloorError": "errors:CostfloorError",
    "LAWS": "laws:LAWS",
    "Sampling": "sampling.policy:Sampling",
    "check": "api.fitting:check",
    "compare": "api.fitting:compare",
    "describe": "api.describe:describe",
    "economics": "api.services:economics",
    "fit": "api.fitting:fit",
    "index": "api.markets:index",
    "load_panel": "api.prices:load_panel",
    "observe": "api.prices:observe",
    "open_results": "report.stored:open_results",
    "plot": "api:plot",
    "priors": "api.priors:priors",
    "read_prices": "api.prices:read_prices",
    "score": "api.fitting:score",
    "trend": "api.markets:trend",
}
"""Module and name of every public name, as in the imports above, which type checkers and readers follow."""


class _Package(ModuleType):
    """Keeps public names to what they are: an import of `costfloor.fit.result` would put the folder `fit` in place of the function."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _HOMES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    home = import_module(f"{__name__}.{module}")
    value = import_module(f"{home.__name__}.{attribute}") if attribute == "plot" else getattr(home, attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)


sys.modules[__name__].__class__ = _Package
