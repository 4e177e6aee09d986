"""What a model says of its draws: every free variable and deterministic, worked out from the unconstrained parameters afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from pymc import Model
from pytensor.compile.maker import function
from pytensor.compile.mode import Mode
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.replace import vectorize_graph
from pytensor.graph.traversal import ancestors
from pytensor.tensor import tensor


@dataclass(frozen=True)
class ModelVariables:
    """All free variables and deterministics of a model as one function of its unconstrained parameters and its shared data."""

    function: Callable[..., list[np.ndarray]]
    parameters: tuple[str, ...]
    data: Mapping[str, np.ndarray]
    names: tuple[str, ...]
    dims: Mapping[str, tuple[str, ...]]
    coords: Mapping[str, Any]

    def at(self, tree: xr.DataTree, data: Mapping[str, np.ndarray]) -> xr.Dataset:
        """The variables at nutpie's draws, dimensions ``(chain, draw, ...)``; `data` replaces values of the model's own."""
        by_name: dict[str, xr.DataArray] = {}
        # A parameter without bounds is in the first group alone.
        for group in ("posterior", "unconstrained_posterior"):
            if group in tree:
                by_name |= {str(name): array for name, array in tree[group].to_dataset().data_vars.items()}
        draws = [by_name[name].to_numpy() for name in self.parameters]
        shared = [data.get(name, value) for name, value in self.data.items()]
        # Chain by chain: what a variable is made of can be a hundred times larger than the variable.
        chains = [self.function(*(array[chain] for array in draws), *shared) for chain in range(len(draws[0]))]
        arrays = {name: np.stack(parts) for name, parts in zip(self.names, zip(*chains, strict=True), strict=True)}
        dims = {
            name: self.dims.get(name) or tuple(f"{name}_dim_{axis}" for axis in range(array.ndim - 2))
            for name, array in arrays.items()
        }
        used = {dim for of_array in dims.values() for dim in of_array}
        return xr.Dataset(
            {name: (("chain", "draw", *dims[name]), array) for name, array in arrays.items()},
            coords={"chain": tree["posterior"]["chain"], "draw": tree["posterior"]["draw"]}
            | {dim: list(labels) for dim, labels in self.coords.items() if dim in used and labels is not None},
        )


def variables_of(model: Model) -> ModelVariables:
    """Vectorised over draws and interpreted: array operations on all draws of a chain leave a compiler nothing to gain."""
    names = {var.name for var in (*model.free_RVs, *model.deterministics)}
    wanted = [var for var in model.unobserved_value_vars if var.name in names]
    shared = [var for var in ancestors(wanted) if isinstance(var, SharedVariable)]
    draws = {var: tensor(var.name, dtype=var.dtype, shape=(None, *var.type.shape)) for var in model.value_vars}
    data = {var: var.type(var.name) for var in shared}
    replaced: dict[Any, Any] = {**draws, **data}
    return ModelVariables(
        function=function(
            list(replaced.values()),
            vectorize_graph(wanted, replace=replaced),
            mode=Mode(linker="py", optimizer="fast_compile"),
            on_unused_input="ignore",
        ),
        parameters=tuple(var.name for var in draws),
        data={str(var.name): var.get_value() for var in shared},
        names=tuple(var.name for var in wanted),
        dims={name: dims for name, dims in model.named_vars_to_dims.items() if name in names},
        coords=model.coords,
    )
