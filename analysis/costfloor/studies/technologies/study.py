"""The whole study of technologies of known fate: fits, forecasts, calibration and the reference class, with a receipt."""

from dataclasses import dataclass, replace
from typing import Final

from costfloor.data.store import Store
from costfloor.sampling.policy import Sampling
from costfloor.sampling.quantiles import quantiles_by_column
from costfloor.storage import write_json
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.technologies.claims import Calibration, base_rate, calibration, outcomes, score_claims
from costfloor.studies.technologies.classical import CLASSICAL, forecast_classical
from costfloor.studies.technologies.fit import Progress, TechnologyFit, fit_technologies
from costfloor.studies.technologies.forecast import STACK, SeriesForecast, forecast_series, rates, stack
from costfloor.studies.technologies.laws import TECHNOLOGY_LAWS
from costfloor.studies.technologies.reference import ReferenceClass, reference_class
from costfloor.studies.technologies.scores import ForecasterScore, forecast_table, score
from costfloor.studies.technologies.series import Costs, load_costs

SETTINGS: Final = Sampling(draws=3000, tune=1000, target_accepts=(0.98, 0.99, 0.995))
SHARES: Final = (1 / 2, 2 / 3)
AGAINST: Final = "random_walk"
BASE: Final = "base rate"
ORDER: Final = (*TECHNOLOGY_LAWS, STACK, *CLASSICAL, BASE)
"""Of the forecasters."""


@dataclass(frozen=True)
class FitRecord:
    """How a fit went; `share` of the points it saw, `worst` what failed or came nearest to it."""

    law: str
    share: float
    passed: bool
    worst: str
    attempts: int
    seconds: float


@dataclass(frozen=True)
class Split:
    """Results of one split of all series.

    Attributes
    ----------
    share
        Of the points of a series that the forecasters saw.
    observations
        Number of observations forecast.
    scores
        By forecaster: the laws, their stack, the classical forecasts.
    claims
        Calibration of the claim that the rate falls below half, by forecaster and for the base rate.
    falling
        Number of technologies that were falling, of which the claim is judged.
    """

    share: float
    observations: int
    scores: dict[str, ForecasterScore]
    claims: dict[str, Calibration]
    falling: float


@dataclass(frozen=True)
class TechnologyRecord:
    """One series at the first split, and what the encompassing law says of all of it.

    Attributes
    ----------
    name, technology, first_year, last_year, points
        What it is.
    early, late
        Log-rates per year of both parts.
    slows
        Probability that the stack gave to a later rate below half of the earlier one.
    elpd_lead
        Log score of the stack less that of the law random_walk.
    coverage90
        Share of its later observations inside the stack's 90 % intervals.
    kept_share
        5, 50 and 95 % of the encompassing law's, from all its points; None for a series that stands behind a longer one.
    """

    name: str
    technology: str
    first_year: int
    last_year: int
    points: int
    early: float
    late: float
    slows: float
    elpd_lead: float
    coverage90: float
    kept_share: tuple[float, float, float] | None


@dataclass(frozen=True)
class TechnologyStudy:
    """The study as plain data.

    Attributes
    ----------
    notes
        What was averaged, thinned or left out.
    series, technologies, points
        Their numbers.
    fits
        How each fit went.
    splits
        Forecasts and claims, by share seen.
    records
        By series.
    reference, reference_of_plateau
        The reference class by the encompassing law and by plateau, whose rate can only slow down. Where they differ, the form of the law
        decides and not the data.
    """

    notes: tuple[str, ...]
    series: int
    technologies: int
    points: int
    fits: tuple[FitRecord, ...]
    splits: tuple[Split, ...]
    records: tuple[TechnologyRecord, ...]
    reference: ReferenceClass
    reference_of_plateau: ReferenceClass

    @property
    def passed(self) -> bool:
        """Whether every fit passed its gates."""
        return all(fit.passed for fit in self.fits)

    @property
    def ordered_splits(self) -> tuple[Split, ...]:
        """The splits with the forecasters in their order: files have their keys in that of the alphabet."""
        return tuple(
            replace(
                split,
                scores={name: split.scores[name] for name in ORDER if name in split.scores},
                claims={name: split.claims[name] for name in ORDER if name in split.claims},
            )
            for split in self.splits
        )


def technology_study(store: Store, progress: Progress) -> TechnologyStudy:
    """Fit all laws to the earlier parts of all series, score them on the later parts, and work out the reference class.

    Fits and every single score (`scores.json`) are stored in `Places.technologies`; fits that are there are read.

    Parameters
    ----------
    store
        The raw data.
    progress
        Called with a line before each long step.
    """
    costs = load_costs(store)
    directory = store.places.technologies
    fits: list[FitRecord] = []

    def fitted(name: str, seen: Costs, share: float) -> TechnologyFit:
        progress(f"{name} on the first {share:.0%} of {len(seen.series)} series")
        fit = fit_technologies(TECHNOLOGY_LAWS[name], seen, SETTINGS, directory, progress)
        diagnostics = fit.receipt["diagnostics"]
        seconds = fit.receipt["seconds"]["total"]
        fits.append(FitRecord(name, share, fit.passed, diagnostics["worst"], len(fit.receipt["attempts"]), seconds))
        return fit

    splits, tables, stacks, walks = [], {}, [], []
    for share in SHARES:
        seen = costs.first_part(share)
        by_name: dict[str, tuple[SeriesForecast, ...]] = {}
        for name in TECHNOLOGY_LAWS:
            fit = fitted(name, seen, share)
            by_name[name] = tuple(forecast_series(fit, series, share, SETTINGS.seed) for series in costs.series)
        mixed, weight = stack(by_name, costs.series, costs.weights, share)
        by_name[STACK] = mixed
        for name in CLASSICAL:
            by_name[name] = tuple(forecast_classical(name, series, share, SETTINGS.seed) for series in costs.series)
        splits.append(_split(costs, share, by_name, weight))
        tables[f"{share:.3f}"] = forecast_table(by_name)
        stacks.append(mixed)
        walks.append(by_name[AGAINST])
    single = costs.one_per_technology()
    whole, slowing = (fitted(name, single, 1.0) for name in ("encompassing", "plateau"))
    study = TechnologyStudy(
        notes=costs.notes,
        series=len(costs.series),
        technologies=len(single.series),
        points=sum(series.n for series in costs.series),
        fits=tuple(fits),
        splits=tuple(splits),
        records=_records(costs, stacks[0], walks[0], whole),
        reference=reference_class(whole, SETTINGS.seed),
        reference_of_plateau=reference_class(slowing, SETTINGS.seed),
    )
    write_json(directory / "scores.json", tables)
    return study


def run(context: Context) -> TechnologyStudy:
    """Compute the study: see `costfloor.studies.registry`."""
    return technology_study(context.built.store, context.progress)


STUDY: Final = HeavyStudy(TechnologyStudy, run)


def _split(
    costs: Costs, share: float, by_name: dict[str, tuple[SeriesForecast, ...]], weight: dict[str, float]
) -> Split:
    happened = outcomes(costs.series, costs.weights, share)
    claims = {name: calibration(forecasts, happened) for name, forecasts in by_name.items()}
    return Split(
        share=share,
        observations=sum(len(forecast.pit) for forecast in by_name[STACK]),
        scores={
            name: score(forecasts, by_name[AGAINST], costs.series, costs.weights, weight.get(name))
            for name, forecasts in by_name.items()
        },
        claims=claims | {BASE: score_claims(base_rate(happened), happened)},
        falling=happened.technologies,
    )


def _records(
    costs: Costs, stacked: tuple[SeriesForecast, ...], walked: tuple[SeriesForecast, ...], whole: TechnologyFit
) -> tuple[TechnologyRecord, ...]:
    shares = quantiles_by_column(whole.draws("family_kept_share"))
    kept = dict(zip(whole.posterior["technology"].to_numpy().tolist(), shares, strict=True))
    records = []
    for series, mixed, walk in zip(costs.series, stacked, walked, strict=True):
        early, late = rates(series, SHARES[0])
        records.append(
            TechnologyRecord(
                name=series.name,
                technology=series.technology,
                first_year=series.first_year,
                last_year=series.first_year + int(series.age_years[-1]),
                points=series.n,
                early=early,
                late=late,
                slows=mixed.slows,
                elpd_lead=mixed.elpd - walk.elpd,
                coverage90=float(mixed.covered(0.9).mean()),
                kept_share=kept.get(series.name),
            )
        )
    return tuple(records)
