"""Does training go on in steps while inference at a fixed graph flattens? What one model of gains says of both domains."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
import xarray as xr

from costfloor.fit.slowed import SLOWED
from costfloor.sampling.engine import sample_until_gates_hold
from costfloor.sampling.gates import Diagnostics
from costfloor.sampling.policy import CI_QUANTILES, Sampling
from costfloor.sampling.quantiles import quantiles
from costfloor.sampling.sampler import compile_model
from costfloor.studies.domains.gains import DOMAINS, SOURCES, GainSeries
from costfloor.studies.domains.model import (
    PRIORS,
    Intervals,
    arrivals,
    build_model,
    intervals,
    share_left,
)

RATIOS: Final = ("rate", "size", "progress", "rate_later", "progress_later", "half_life")
SHARES: Final = ("kept", "share_left")
PATH_POINTS: Final = 25
PRIOR_DRAWS: Final = 20_000
REPLICATES: Final = 500


@dataclass(frozen=True)
class Difference:
    """Training less inference.

    Attributes
    ----------
    quantiles
        5, 50 and 95 % of the difference; of logarithms for all but shares.
    p_positive
        Probability that it is positive.
    """

    quantiles: tuple[float, float, float]
    p_positive: float


@dataclass(frozen=True)
class SourceProgress:
    """Progress per year of one source of series.

    Attributes
    ----------
    series, intervals, gains
        Series, intervals of them, and intervals with a gain.
    years
        Years of all series together.
    measured
        Sum of gains over `years`, log points a year.
    fitted
        The same expected by the model at the series' own parameters: 5, 50, 95 %.
    replicated
        The same in new gains from the model for the same series: 5, 50, 95 %; `measured` outside them speaks against the model.
    gains_replicated
        Share of intervals with a gain in the same: 5, 50, 95 %.
    """

    series: int
    intervals: int
    gains: int
    years: float
    measured: float
    fitted: tuple[float, float, float]
    replicated: tuple[float, float, float]
    gains_replicated: tuple[float, float, float]


@dataclass(frozen=True)
class TypicalPath:
    """Expected gain of a typical series: `age` in years, and 5, 50 and 95 % of `gain` at each."""

    age: tuple[float, ...]
    gain: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Line:
    """A series of gains since its first result, as it is drawn."""

    name: str
    source: str
    age: tuple[float, ...]
    gain: tuple[float, ...]


@dataclass(frozen=True)
class DomainFit:
    """The model fitted to one set of series.

    Attributes
    ----------
    later_age
        Age at which domains are compared later on, years: the median last age of all series.
    domains
        5, 50, 95 % by quantity and domain. Of a typical series: `rate` (gains per year at age 0), `size` (mean gain, log points),
        `progress` (their product), `kept` (share of the rate that stays for good), `half_life` (of the rest, years); at the later age
        `share_left` of the rate, `rate_later`, `progress_later`.
    differences
        By the same quantities.
    p_slowed
        By domain, the probability that the share left is below `SLOWED`.
    p_claim, p_reverse
        Probability that training has not slowed and inference has, and the other way round.
    p_claim_prior
        Probability of either before the data.
    sources
        By source.
    paths
        By domain.
    lines
        The series.
    diagnostics
        Of the reported quantities.
    target_accept
        Acceptance target of the attempt whose draws these are.
    """

    later_age: float
    domains: dict[str, dict[str, tuple[float, float, float]]]
    differences: dict[str, Difference]
    p_slowed: dict[str, float]
    p_claim: float
    p_reverse: float
    p_claim_prior: float
    sources: dict[str, SourceProgress]
    paths: dict[str, TypicalPath] = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)
    diagnostics: Diagnostics
    target_accept: float

    @property
    def passed(self) -> bool:
        """Whether the draws pass every gate."""
        return self.diagnostics.passed


@dataclass(frozen=True)
class Sensitivity:
    """What is kept of a fit to series that were built in another way: their number by source, parts of `DomainFit`, and its gates."""

    later_age: float
    series: dict[str, int]
    share_left: dict[str, tuple[float, float, float]]
    progress_later: dict[str, tuple[float, float, float]]
    differences: dict[str, Difference]
    p_slowed: dict[str, float]
    p_claim: float
    p_reverse: float
    passed: bool
    worst: str


def study_series(series: Sequence[GainSeries], settings: Sampling, *, whole: bool) -> dict[str, Any]:
    """The study of some series in plain data, or what a sensitivity keeps of it, which takes half the draws."""
    fit = study_domains(series, settings if whole else replace(settings, draws=settings.draws // 2))
    return asdict(fit if whole else described(fit))


def study_domains(series: Sequence[GainSeries], settings: Sampling) -> DomainFit:
    """Fit the model to series of both domains and say what follows.

    Draws that miss a gate are reported with what they missed; nothing is raised.
    """
    data = intervals(series)
    later = float(np.median([line.age[-1] for line in series]))
    judged = sample_until_gates_hold(
        compile_model(build_model(data)),
        settings,
        lambda posterior: reported_quantities(posterior, later).assign(
            progress_of_source=_expected_progress(posterior, series, data)
        ),
    )
    posterior, reported = judged.sampled.posterior, judged.reported
    left = reported["share_left"]
    slowed = {name: np.asarray(left.sel(domain=name) < SLOWED) for name in DOMAINS}
    return DomainFit(
        later_age=later,
        domains={
            str(name): {domain: quantiles(reported[name].sel(domain=domain)) for domain in DOMAINS}
            for name in (*RATIOS, *SHARES)
        },
        differences={name: _difference(reported[f"{name}_difference"]) for name in (*RATIOS, *SHARES)},
        p_slowed={name: float(below.mean()) for name, below in slowed.items()},
        p_claim=float((~slowed["training"] & slowed["inference"]).mean()),
        p_reverse=float((slowed["training"] & ~slowed["inference"]).mean()),
        p_claim_prior=prior_of_claim(later, np.random.default_rng(settings.seed)),
        sources=_sources(posterior, reported["progress_of_source"], series, data, np.random.default_rng(settings.seed)),
        paths=_paths(posterior, series),
        lines=tuple(Line(line.name, line.source, tuple(line.age), tuple(line.gain)) for line in series),
        diagnostics=judged.diagnostics,
        target_accept=judged.attempts[-1].asked.target_accept,
    )


def reported_quantities(posterior: xr.Dataset, later_age: float) -> xr.Dataset:
    """Draws of the quantities by domain, and of their differences as `NAME_difference`."""
    left: xr.DataArray = share_left(posterior["kept"], posterior["half_life"], later_age)
    progress = posterior["rate"] * posterior["size"]
    quantities = posterior[["rate", "size", "kept", "half_life"]].assign(
        progress=progress,
        share_left=left,
        rate_later=posterior["rate"] * left,
        progress_later=progress * left,
    )
    logs: dict[str, xr.DataArray] = {name: xr.ufuncs.log(quantities[name]) for name in RATIOS}
    scaled = logs | {name: quantities[name] for name in SHARES}
    return quantities.assign(
        {
            f"{name}_difference": value.sel(domain="training", drop=True) - value.sel(domain="inference", drop=True)
            for name, value in scaled.items()
        }
    )


def prior_of_claim(later_age: float, rng: np.random.Generator) -> float:
    """Probability before any data that one named domain has slowed at an age and the other has not; the same either way round."""

    def drawn(name: str) -> np.ndarray:
        population, apart = (PRIORS[f"{name}_{part}"].draw(PRIOR_DRAWS, rng) for part in ("centre", "spread"))
        return np.asarray(population + apart * rng.standard_normal((2, PRIOR_DRAWS)))

    left = share_left(1.0 / (1.0 + np.exp(-drawn("kept"))), np.exp(drawn("half_life")), later_age)
    return float(np.mean((left[0] >= SLOWED) & (left[1] < SLOWED)))


def _expected(posterior: xr.Dataset, data: Intervals) -> tuple[np.ndarray, np.ndarray]:
    """Expected number of gains and their mean size by draw and interval, shape (D, N)."""
    flat = posterior.stack(sample=("chain", "draw")).transpose("sample", ...)
    domain = data.domain[data.series]
    kept, half_life = (flat[name].sel(domain=list(DOMAINS)).to_numpy()[:, domain] for name in ("kept", "half_life"))
    rate, size = (flat[name].to_numpy()[:, data.series] for name in ("series_rate", "series_size"))
    return np.asarray(arrivals(rate, kept, half_life, data.start, data.end)), size


def _expected_progress(posterior: xr.Dataset, series: Sequence[GainSeries], data: Intervals) -> xr.DataArray:
    """Expected gain per year by source, dimensions (chain, draw, source)."""
    number, size = _expected(posterior, data)
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    expected = {}
    for source in _present(series):
        of_source = _of_source(series, data, source)
        years = float((data.end - data.start)[of_source].sum())
        expected[source] = ((number * size)[:, of_source].sum(axis=1) / years).reshape(shape)
    return xr.DataArray(
        np.stack(list(expected.values()), axis=-1), dims=("chain", "draw", "source"), coords={"source": list(expected)}
    )


def _sources(
    posterior: xr.Dataset, fitted: xr.DataArray, series: Sequence[GainSeries], data: Intervals, rng: np.random.Generator
) -> dict[str, SourceProgress]:
    number, size = _expected(posterior, data)
    chosen = np.linspace(0, len(number) - 1, min(REPLICATES, len(number))).round().astype(int)
    count = rng.poisson(number[chosen])
    gains = np.where(count > 0, rng.gamma(np.maximum(count, 1), size[chosen]), 0.0)
    progress = {}
    for source in _present(series):
        of_source = _of_source(series, data, source)
        years = float((data.end - data.start)[of_source].sum())
        progress[source] = SourceProgress(
            series=sum(line.source == source for line in series),
            intervals=int(of_source.sum()),
            gains=int((data.gain[of_source] > 0.0).sum()),
            years=years,
            measured=float(data.gain[of_source].sum() / years),
            fitted=quantiles(fitted.sel(source=source)),
            replicated=quantiles(gains[:, of_source].sum(axis=1) / years),
            gains_replicated=quantiles((count[:, of_source] > 0).mean(axis=1)),
        )
    return progress


def _paths(posterior: xr.Dataset, series: Sequence[GainSeries]) -> dict[str, TypicalPath]:
    paths = {}
    for domain in DOMAINS:
        age = np.linspace(0.0, max(line.age[-1] for line in series if line.domain == domain), PATH_POINTS)
        rate, size, kept, half_life = (
            posterior[name].sel(domain=domain).to_numpy().reshape(-1, 1)
            for name in ("rate", "size", "kept", "half_life")
        )
        gain = size * arrivals(rate, kept, half_life, np.zeros_like(age), age)
        low, middle, high = (tuple(row) for row in np.quantile(gain, CI_QUANTILES, axis=0).tolist())
        paths[domain] = TypicalPath(tuple(age.tolist()), (low, middle, high))
    return paths


def _present(series: Sequence[GainSeries]) -> list[str]:
    return [source for source in SOURCES if any(line.source == source for line in series)]


def _of_source(series: Sequence[GainSeries], data: Intervals, source: str) -> np.ndarray:
    return np.asarray(np.array([line.source == source for line in series])[data.series])


def _difference(draws: xr.DataArray) -> Difference:
    return Difference(quantiles(draws), float((draws > 0.0).mean()))


def described(fit: DomainFit) -> Sensitivity:
    """What a sensitivity keeps of a fit."""
    return Sensitivity(
        later_age=fit.later_age,
        series={source: progress.series for source, progress in fit.sources.items()},
        share_left=fit.domains["share_left"],
        progress_later=fit.domains["progress_later"],
        differences={name: fit.differences[name] for name in ("rate", "progress_later", "share_left")},
        p_slowed=fit.p_slowed,
        p_claim=fit.p_claim,
        p_reverse=fit.p_reverse,
        passed=fit.passed,
        worst=fit.diagnostics.worst,
    )
