"""The log density of PyMC models that differ in their data alone, compiled once for all of them.

A model's graph holds its data as constants and knows their lengths, so a sampler compiles every panel anew, for half a minute. Two models
of one make tell what in it is data: walked side by side, their graphs differ in nothing else. Made inputs of any length, these leave one
function for all models of that make, which the disk cache of the compiler finds again in the next process.
"""

import math
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numba
import numpy as np
from nutpie.compile_pymc import CompiledPyMCModel, address_as_void_pointer, make_user_data
from pymc import Model
from pymc.pytensorf import compile as compile_function
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.gradient import grad
from pytensor.graph.basic import Constant
from pytensor.graph.replace import clone_replace
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.graph.traversal import ancestors
from pytensor.link.numba.cache import CACHED_SRC_FUNCTIONS, NUMBA_CACHE_PATH, compile_numba_function_src
from pytensor.tensor import as_tensor, concatenate, dvector, lvector, specify_shape, tensor

from costfloor.errors import UnlikeModelsError
from costfloor.sampling.sampler import CompiledModel, warning_texts
from costfloor.sampling.variables import variables_of
from costfloor.storage import sha256_bytes

Tensor = Any
"""A PyTensor variable; its own types cannot say which operations it has."""

COMPILED_HERE: Final = Path(NUMBA_CACHE_PATH)
"""The folder in which this process keeps what PyTensor compiles with Numba."""

_PACKED: Final = ("integers", "floats")
"""What is neither a parameter nor a named price is packed into one vector of each kind, lengths first."""


@dataclass(frozen=True)
class SharedDensity:
    """The compiled log density, with its gradient, of all models of one make.

    Attributes
    ----------
    graph
        Log density of the model it was made from, to walk beside that of another.
    data
        The constants of `graph` that are data, in the order in which they are packed; equal ones together.
    lengths
        The shared lengths of its dimensions, packed after them.
    named
        The names of shared data that keep a place of their own, so that nutpie can replace them.
    function, expand
        C functions that nutpie calls.
    warnings
        Every distinct warning raised by compiling, as text.
    """

    graph: Tensor = field(repr=False)
    data: tuple[tuple[Tensor, ...], ...] = field(repr=False)
    lengths: tuple[str, ...]
    named: tuple[str, ...]
    function: Any = field(repr=False)
    expand: Any = field(repr=False)
    warnings: tuple[str, ...]

    def of(self, model: Model) -> CompiledModel:
        """Return `model` with its data in place, ready to be sampled.

        Raises
        ------
        UnlikeModelsError
            If `model` differs from the one this was made from in more than its data.
        """
        start = time.perf_counter()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            point = model.initial_point()
            parameters = [model.rvs_to_values[var].name for var in model.free_RVs]
            shapes = [np.shape(point[name]) for name in parameters]
            count = sum(map(math.prod, shapes))
            graph = model.logp()
            shared = _by_name(_shared(graph))
            apart = {name: np.array(shared[name].get_value(), order="C") for name in self.named}
            values = _pack(shapes, self._values(graph, shared)) | apart
            record = make_user_data(_ranks(values), values)
            _require_layout(record, values)
            stops = np.cumsum([math.prod(shape) for shape in shapes]).tolist()
            slices = [slice(stop - math.prod(shape), stop) for stop, shape in zip(stops, shapes, strict=True)]
            compiled = CompiledPyMCModel(
                dims={},
                reparameterized_names=[],
                compiled_logp_func=self.function,
                compiled_expand_func=self.expand,
                initial_point_func=_Jitter(np.concatenate([np.ravel(point[name]) for name in parameters])),
                shared_data=values,
                shared_var_keys={shared[name]: name for name in self.named},
                user_data=record,
                n_expanded=count,
                shape_info=(parameters, slices, shapes),
                logp_func=None,
                expand_func=None,
                _n_dim=count,
                _shapes=dict(zip(parameters, shapes, strict=True)),
                _coords={"unconstrained_parameter": np.arange(count)},
            )
            seen = variables_of(model)
        seconds = time.perf_counter() - start
        return CompiledModel(compiled, seen, seconds, (*self.warnings, *warning_texts(caught)))

    def _values(self, graph: Tensor, shared: Mapping[str, Tensor]) -> list[np.ndarray]:
        """The data of another model, in the order in which they are packed."""
        place = {constant: at for at, group in enumerate(self.data) for constant in group}
        by_place: dict[int, np.ndarray] = {}
        for mine, theirs in _constants(self.graph, graph):
            if mine not in place:
                if not _equal(mine, theirs):
                    raise UnlikeModelsError(f"the constant {theirs} is {mine} in the model this density was made from")
            elif not np.array_equal(by_place.setdefault(place[mine], theirs.data), theirs.data):
                raise UnlikeModelsError(f"{theirs} is not equal to the same other datum any more")
        values = [*(by_place[at] for at in range(len(self.data))), *(shared[name].get_value() for name in self.lengths)]
        return [np.asarray(value) for value in values]


def shared_density(model: Model, other: Model, named: Iterable[str]) -> SharedDensity:
    """Compile the log density of all models that differ as these two do.

    Parameters
    ----------
    model, other
        Two models of one make, no datum of which is equal.
    named
        Names of their shared data that `sample` can replace.

    Raises
    ------
    UnlikeModelsError
        If their graphs have not the same operations.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        graph = model.logp()
        groups: dict[tuple[Any, ...], list[Tensor]] = {}
        for mine, theirs in _constants(graph, other.logp()):
            if not _equal(mine, theirs):
                groups.setdefault((mine.type, mine.data.tobytes(), theirs.data.tobytes()), []).append(mine)
        data = tuple(tuple(group) for group in groups.values())
        shared = _by_name(_shared(graph))
        keep = list(named)
        lengths = [name for name in shared if name not in keep]
        values = [model.rvs_to_values[var] for var in model.free_RVs]

        parameters = [_loose(value) for value in values]
        packed = [*(_loose(group[0]) for group in data), *(_loose(shared[name]) for name in lengths)]
        apart = {shared[name]: _loose(shared[name]) for name in keep}
        inputs = {constant: tensor for group, tensor in zip(data, packed, strict=False) for constant in group}
        inputs |= {shared[name]: tensor for name, tensor in zip(lengths, packed[len(data) :], strict=True)}
        replaced = {**inputs, **apart, **dict(zip(values, parameters, strict=True))}
        # Simplified before the gradient is taken, as by nutpie.
        logp: Tensor = clone_replace([graph], replaced, rebuild_strict=False)[0]
        logp = rewrite_graph(logp, include=["canonicalize", "stabilize"])
        slopes: Tensor = grad(logp, parameters)
        gradient = concatenate([slope.ravel() for slope in slopes])

        point, integers, floats = dvector("point"), lvector("integers"), dvector("floats")
        unpacked = _unpack(point, integers, floats, parameters, packed)
        outputs = clone_replace([logp, gradient], dict(zip([*parameters, *packed], unpacked, strict=True)))
        with model:
            jitted = compile_function([point, integers, floats, *apart.values()], outputs, mode="NUMBA").vm.jit_fn
        ranks = dict.fromkeys(_PACKED, 1) | {name: shared[name].ndim for name in keep}
        function, expand = _c_functions(jitted, ranks)
    return SharedDensity(graph, data, tuple(lengths), tuple(keep), function, expand, warning_texts(caught))


@dataclass(frozen=True)
class _Jitter:
    """A chain's start: the centre of the prior, each coordinate moved by at most one, as PyMC and nutpie do."""

    center: np.ndarray

    def __call__(self, seed: Any) -> np.ndarray:
        return np.asarray(self.center + np.random.default_rng(seed).uniform(-1.0, 1.0, len(self.center)))


@dataclass(frozen=True)
class _Rank:
    """All that nutpie asks of a shared variable: how many dimensions it has."""

    name: str
    ndim: int


def _ranks(values: Mapping[str, np.ndarray]) -> dict[_Rank, str]:
    return {_Rank(name, value.ndim): name for name, value in values.items()}


def _require_layout(record: np.ndarray, values: Mapping[str, np.ndarray]) -> None:
    """Refuse a record that is laid out otherwise than `_c_functions` reads it: read so, it would end the process."""
    arrays = values.values()
    words = [*(array.ctypes.data for array in arrays), *(array.size for array in arrays)]
    words += [length for array in arrays for length in array.shape]
    if record.nbytes != 8 * len(words) or np.frombuffer(record.tobytes(), np.uint64).tolist() != words:
        raise TypeError("nutpie lays out the addresses of data in another way")


def _constants(graph: Tensor, other: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of constants in the same place of two graphs of the same operations."""
    met: dict[Tensor, Tensor] = {}
    stack = [(graph, other)]
    while stack:
        mine, theirs = stack.pop()
        if mine in met:
            if met[mine] is not theirs:
                raise UnlikeModelsError(f"{mine} is used twice in one model and not in the other")
            continue
        met[mine] = theirs
        if isinstance(mine, Constant) and isinstance(theirs, Constant):
            if mine.type.ndim != theirs.type.ndim:
                raise UnlikeModelsError(f"{theirs} has not as many dimensions as {mine}")
            yield mine, theirs
        elif mine.owner is not None and theirs.owner is not None and mine.owner.op == theirs.owner.op:
            # PyTensor drops a factor that is one everywhere, and folds a column that is the same in every row.
            if len(mine.owner.inputs) != len(theirs.owner.inputs):
                raise UnlikeModelsError(f"{mine} has not as many inputs in one model as in the other")
            stack.extend(zip(mine.owner.inputs, theirs.owner.inputs, strict=True))
        elif mine.owner is not None or theirs.owner is not None or mine.name != theirs.name:
            raise UnlikeModelsError(f"{mine} in one model is {theirs} in the other")


def _equal(mine: Tensor, theirs: Tensor) -> bool:
    return bool(mine.dtype == theirs.dtype and np.array_equal(mine.data, theirs.data))


def _shared(graph: Tensor) -> list[Tensor]:
    return [var for var in ancestors([graph]) if isinstance(var, SharedVariable)]


def _by_name(variables: Iterable[Tensor]) -> dict[str, Tensor]:
    return {str(var.name): var for var in variables}


def _loose(variable: Tensor) -> Tensor:
    """A fresh input of the same rank and any length; whole numbers are as wide as any length can be."""
    dtype = "int64" if np.dtype(variable.dtype).kind == "i" else variable.dtype
    # A length of one lets the graph broadcast, and it would not without.
    return tensor(variable.name, dtype=dtype, shape=tuple(1 if length == 1 else None for length in variable.type.shape))


def _pack(shapes: Sequence[tuple[int, ...]], values: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """The lengths of parameters and values, then the values: one vector of integers and one of floats."""
    lengths = [length for shape in (*shapes, *(value.shape for value in values)) for length in shape]
    whole = [value.ravel() for value in values if value.dtype.kind == "i"]
    real = [value.ravel() for value in values if value.dtype.kind != "i"]
    return {
        "integers": np.concatenate([np.array(lengths, np.int64), *(part.astype(np.int64) for part in whole)]),
        "floats": np.concatenate([np.zeros(0), *real]),
    }


def _unpack(
    point: Tensor, integers: Tensor, floats: Tensor, parameters: Sequence[Tensor], values: Sequence[Tensor]
) -> list[Tensor]:
    """The tensors that lie in the three vectors, as `_pack` put them there."""
    every = [*parameters, *values]
    lengths = iter(range(sum(variable.ndim for variable in every)))
    zero = as_tensor(np.int64(0))
    starts = {point: zero, integers: as_tensor(np.int64(sum(variable.ndim for variable in every))), floats: zero}
    unpacked = []
    for at, like in enumerate(every):
        vector = point if at < len(parameters) else integers if like.dtype == "int64" else floats
        shape = [integers[next(lengths)] for _ in range(like.ndim)]
        start = starts[vector]
        starts[vector] = start + math.prod(shape)
        if not shape:
            unpacked.append(vector[start])
            continue
        part = vector[start : starts[vector]]
        part = part.reshape(tuple(shape)) if like.ndim > 1 else part
        unpacked.append(specify_shape(part, like.type.shape) if 1 in like.type.shape else part)
    return unpacked


def _c_functions(jitted: Any, ranks: Mapping[str, int]) -> tuple[Any, Any]:
    """The functions that nutpie calls: density and gradient, and the parameters as they are. Its own have one number of parameters.

    They are functions of text, as PyTensor's: only those does its cache on disk take.
    """
    names = {"carray": numba.carray, "address": address_as_void_pointer, "density": jitted, "np": np}
    # A function read from the cache belongs to a module, which must be there.
    names["__name__"] = __name__
    key = CACHED_SRC_FUNCTIONS.get(jitted.py_func)

    def compiled(name: str, text: str, *signature: Any) -> Any:
        cache_key = f"{name}_{key}_{sha256_bytes(f'{__name__}\n{text}'.encode())[:16]}" if key else None
        function = compile_numba_function_src(text, name, dict(names), cache_key=cache_key)
        return numba.cfunc(numba.types.int64(*signature), cache=key is not None)(function)

    # The record that nutpie makes of arrays: their addresses, then their sizes, then their shapes.
    arrays = []
    for at, (name, rank) in enumerate(ranks.items()):
        shape = f"(table[{len(ranks) + at}],)" if rank else "()"
        arrays.append(f"carray(address(table[{at}]), {shape}, np.{'int64' if name == 'integers' else 'float64'})")
    evaluate = _EVALUATE.format(words=2 * len(ranks), arrays=", ".join(arrays))
    size, vector, record = numba.types.uint64, numba.types.CPointer(numba.types.double), numba.types.voidptr
    return (
        compiled("evaluate", evaluate, size, vector, vector, vector, record),
        compiled("expand", _EXPAND, size, size, vector, vector, record),
    )


_EVALUATE: Final = """
def evaluate(count, point_at, gradient_at, logp_at, user_data):
    table = carray(user_data, ({words},), np.int64)
    try:
        logp, gradient = density(carray(point_at, (count,)), {arrays})
    except Exception:
        return 1
    for i in range(count):
        if not np.isfinite(gradient[i]):
            return 3
        gradient_at[i] = gradient[i]
    if not np.isfinite(logp.item()):
        return 4
    logp_at[0] = logp.item()
    return 0
"""
"""The status says what was wrong, in nutpie's numbers."""

_EXPAND: Final = """
def expand(count, expanded, point_at, out_at, user_data):
    for i in range(count):
        out_at[i] = point_at[i]
    return 0
"""
