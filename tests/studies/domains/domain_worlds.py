"""Made-up series of gains from known parameters, and the stored study of each of three worlds.

Run as a program it fits the worlds anew and writes `domain_worlds.json`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from costfloor.records import typed
from costfloor.sampling.policy import Sampling
from costfloor.studies.domains.gains import DOMAINS, INFERENCE, TRAINING, GainSeries
from costfloor.studies.domains.model import PARAMETERS, TERMS, Intervals, arrivals, intervals
from costfloor.studies.domains.result import DomainFit, described, study_series
from costfloor.studies.domains.study import DomainStudy
from scipy.special import gammaln, logsumexp

STORED = Path(__file__).with_name("domain_worlds.json")
SETTINGS = Sampling(draws=2000, tune=1000, target_accepts=(0.98, 0.995), seed=5)

Pair = tuple[float, float]
"""Of training and of inference."""

WORLDS: Mapping[str, tuple[int, int, Pair]] = {
    "training_goes_on": (40, 8, (0.98, 0.01)),
    "inference_goes_on": (40, 8, (0.01, 0.98)),
    "undecided": (4, 8, (0.6, 0.3)),
}
"""Series per domain, intervals of a quarter of a year, shares kept."""


def truth(
    rate: Pair = (8.0, 8.0), kept: Pair = (0.5, 0.5), half_life: Pair = (0.5, 0.5), spread: float = 0.3
) -> xr.Dataset:
    """Parameters of a world; gains are of 5 % on average."""
    values = {"rate": rate, "size": (0.05, 0.05), "kept": kept, "half_life": half_life}
    return xr.Dataset(
        {name: ("domain", list(pair)) for name, pair in values.items()}
        | {"series_rate_spread": spread, "series_size_spread": spread},
        coords={"domain": list(DOMAINS)},
    )


def empty(series: int, steps: int) -> list[GainSeries]:
    """Series without gains, the same number in either domain."""
    age = tuple(0.25 * step for step in range(steps + 1))
    return [
        GainSeries(f"{source} {number}", source, f"task {number}", "H100", pd.Timestamp("2022-01-01"), age, (0.0,) * (steps + 1), 9)
        for source in (TRAINING, INFERENCE)
        for number in range(series)
    ]  # fmt: skip


def filled(series: list[GainSeries], gain: np.ndarray) -> list[GainSeries]:
    """The same series with gains by interval."""
    data: Intervals = intervals(series)
    sums = [np.cumsum(gain[data.series == place]) for place in range(len(series))]
    return [
        GainSeries(
            one.name, one.source, one.task, one.accelerator, one.start, one.age, (0.0, *total.tolist()), one.rows
        )
        for one, total in zip(series, sums, strict=True)
    ]


def simulate(data: Intervals, truth: xr.Dataset, rng: np.random.Generator) -> np.ndarray:
    """Gains of the intervals of a design, whose own gains are not used, from the parameters of `truth`."""
    of = {name: truth[name].sel(domain=list(DOMAINS)).to_numpy()[data.domain] for name in PARAMETERS}
    count = len(data.names)
    rate, size = (
        of[name] * np.exp(float(truth[f"series_{name}_spread"]) * rng.standard_normal(count))
        for name in ("rate", "size")
    )
    s = data.series
    number = rng.poisson(arrivals(rate[s], of["kept"][s], of["half_life"][s], data.start, data.end))
    # A sum of n exponentials has a gamma distribution; of none, zero.
    return np.asarray(np.where(number > 0, rng.gamma(np.maximum(number, 1), size[s]), 0.0))


def log_density(gain: np.ndarray, expected: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Log density (N,) of gains (log points) of expected number and mean size; where there is none, its log probability."""
    k = np.arange(1, TERMS + 1)
    there = np.where(gain > 0.0, gain, 1.0)
    terms = k * np.log(expected * there / size)[:, None] - gammaln(k + 1) - gammaln(k)
    some = logsumexp(terms, axis=1) - np.log(there) - there / size
    return np.asarray(-expected + np.where(gain > 0.0, some, 0.0))


def world(name: str) -> dict[str, Any]:
    """Draw and study a world, as the heavy study would store it."""
    count, steps, kept = WORLDS[name]
    design = empty(count, steps)
    gain = simulate(intervals(design), truth(kept=kept), np.random.default_rng(11))
    series = filled(design, gain)
    base = typed(DomainFit, study_series(series, SETTINGS, whole=True))
    return asdict(DomainStudy(base, {"base": described(base)}, ()))


def rounded(value: Any) -> Any:
    """Numbers to four digits, so that the file stays small."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, Mapping):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value


def stored_worlds() -> dict[str, dict[str, Any]]:
    """The studies of all worlds as they were stored."""
    found: dict[str, dict[str, Any]] = json.loads(STORED.read_text("utf-8"))
    return found


if __name__ == "__main__":
    STORED.write_text(
        json.dumps({name: rounded(world(name)) for name in WORLDS}, separators=(",", ":")) + "\n", "utf-8"
    )
