"""Results of one data vintage as a reader has them: what was stored, and what follows from it in a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from costfloor.build import BuiltPanel, stored_build
from costfloor.built import BuildReport
from costfloor.checks.result import CheckResult
from costfloor.data.known_models import known_models
from costfloor.data.store import Store, open_store
from costfloor.data.vintages import Vintage
from costfloor.economics.channels import PAST
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import Economics, economics
from costfloor.errors import InputError, MissingResultError
from costfloor.fit.result import Fit
from costfloor.forecast.compare import Comparison
from costfloor.forecast.ledger import Entry, past_days, read_ledger, vintages
from costfloor.forecast.verdict import Evidence
from costfloor.laws.observations import PriceObservations
from costfloor.panel import law_rows
from costfloor.places import Places
from costfloor.report.chapter import Chapter
from costfloor.report.price_indexes import PanelIndexes, panel_indexes
from costfloor.sampling.policy import Sampling
from costfloor.studies.events.event_study import EventEffect, event_study, innovation_months
from costfloor.studies.graphs.futures import channels
from costfloor.studies.last_forecast.result import LastForecast
from costfloor.studies.levers.levers import Lever, observed_levers
from costfloor.studies.registry import recorded_studies, stored_studies
from costfloor.studies.stored import Stored

if TYPE_CHECKING:
    from costfloor.report.study import Study


@dataclass(frozen=True, repr=False)
class Results:
    """Results of one data vintage, as `costfloor.open_results` returns them.

    They have every part of the report under the name that the report has for it (`costfloor.report.study.Study`), so that its figures
    (`costfloor.plot`) and chapters (`chapter`) can be drawn from them. Parts that are not stored are read or worked out when asked for.

    Attributes
    ----------
    panel
        The processed table `panel`.
    obs
        The observations that `fits` were made to, arranged anew from the panel.
    fits
        Fits by law name; `receipt["thinned_from"]` is there when not all draws are.
    comparison
        The decision between plateau and discovery.
    checks
        Posterior predictive checks of the fits.
    build
        What the build holds: vintage, counts, first and last date.
    last_forecast
        How the forecast of the last year-end did; None where it was stored before that was asked.
    places
        Where raw data and processed tables, studies and the ledger are read from.
    """

    panel: pd.DataFrame
    obs: PriceObservations
    fits: dict[str, Fit]
    comparison: Comparison
    checks: tuple[CheckResult, ...]
    build: BuildReport
    last_forecast: LastForecast | None
    places: Places

    @cached_property
    def store(self) -> Store:
        """The raw data, opened when they are first asked for."""
        return open_store(self.places)

    @cached_property
    def built(self) -> BuiltPanel:
        """The processed tables; MissingResultError where `costfloor build` has not been run."""
        return stored_build(self.store)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows of the panel that the laws see: `date, price, quality, birth, host, model` and what belongs to them."""
        return law_rows(self.panel)

    @cached_property
    def studies(self) -> Mapping[str, Stored[Any]]:
        """The heavy studies that were run, by name: `.result` in plain data, `.stale` the parts that have changed since.

        Where no panel is built they are compared with nothing, and `.stale` is empty.
        """
        try:
            return stored_studies(self.built, Sampling.seed)
        except MissingResultError:
            return recorded_studies(self.places)

    @property
    def calibration(self) -> Mapping[str, Stored[Any]]:
        """The studies, under the name that the report has for them."""
        return self.studies

    @cached_property
    def history(self) -> Sequence[Entry]:
        """What was concluded from each data vintage, oldest first."""
        return vintages(read_ledger(self.places.ledger))

    @cached_property
    def past_days(self) -> Sequence[Entry]:
        """What was to be concluded on each past day that the ledger has, earliest first."""
        return past_days(read_ledger(self.places.ledger))

    @cached_property
    def vintages(self) -> Sequence[Vintage]:
        """The price lists taken in since the compiled history."""
        return self.store.vintages

    @cached_property
    def quotes(self) -> pd.DataFrame:
        """Every raw quote with what became of it; MissingResultError where `costfloor build` has not been run."""
        return self.built.quotes

    @cached_property
    def models(self) -> pd.DataFrame:
        """The models that there are."""
        return known_models(self.store).models

    @cached_property
    def indexes(self) -> PanelIndexes:
        """Price indexes of the panel."""
        return panel_indexes(self.panel)

    @cached_property
    def economics(self) -> Economics:
        """Unit economics of the services that come with the package."""
        split = PAST if self.build.as_of else channels(self.studies.get("graphs"), Sampling.seed)
        return economics(shipped_scenarios(), self.fits, self.obs, self.store, Sampling.seed, split)

    @cached_property
    def innovations(self) -> Mapping[str, Sequence[pd.Period]]:
        """Months of dated innovations in serving, by kind."""
        return innovation_months(self.store)

    @cached_property
    def events(self) -> tuple[EventEffect, ...]:
        """What follows innovations, by kind."""
        return event_study(self.panel, self.innovations)

    @cached_property
    def levers(self) -> tuple[Lever, ...]:
        """What discounts and sparse models take off a bill; MissingResultError without quotes."""
        return observed_levers(self.quotes, self.models)

    @property
    def evidence(self) -> Evidence:
        """What the verdict rule looked at; `.verdict()` applies the rule, `dataclasses.replace` asks what would change it."""
        comparison = self.comparison
        return Evidence(
            passed=comparison.passed,
            origins=len(comparison.origins),
            elpd_difference=comparison.elpd_difference,
            elpd_difference_se=comparison.elpd_difference_se,
            p_slowed=comparison.p_slowed,
            prior_dominated=comparison.prior_sensitivity.prior_dominated,
            mean_age_years=self.obs.mean_age_at_last,
        )

    def table(self, study: str, part: str) -> pd.DataFrame:
        """One part of what a heavy study found, as a table.

        Parameters
        ----------
        study
            Name of the study, one of `studies`.
        part
            Path with dots to a list of records in its result, or to records by name (then the first column); properties, such as
            `passed`, are parts of a record like any other.

        Returns
        -------
        pandas.DataFrame
            One row per record, names of parts inside parts joined by a dot; without rows where the study was not run.
        """
        if study not in self.studies:
            return pd.DataFrame()
        records: Any = self.studies[study].result
        for name in part.split("."):
            records = records.get(name, ()) if isinstance(records, Mapping) else getattr(records, name, ())
        if isinstance(records, Mapping):
            return pd.json_normalize([{"name": name, **_parts(record)} for name, record in records.items()])
        return pd.json_normalize([_parts(record) for record in records])

    def chapter(self, name: str) -> Chapter:
        """A chapter of the report, from these results: its words and its tables.

        Parameters
        ----------
        name
            As in ``"answer"``; the message of the error lists all.

        Raises
        ------
        InputError
            The report has no such chapter.
        """
        from costfloor.report.document import CHAPTERS  # noqa: PLC0415  loads PyMC, as studies fit

        if name not in CHAPTERS:
            raise InputError("is no chapter of the report", value=name, remedy=f"Choose from {', '.join(CHAPTERS)}")
        # Every part that a chapter may ask for is here, under the same name.
        return Chapter(name, tuple(CHAPTERS[name](cast("Study", self))))

    def to_frame(self) -> pd.DataFrame:
        """One row per law: whether its fit passed, its rate today, and its forecast scores."""
        rates = {name: fit.receipt["parameters"]["rate_now"] for name, fit in self.fits.items()}
        fits = pd.DataFrame(
            {
                "law": list(self.fits),
                "passed": [fit.passed for fit in self.fits.values()],
                **{f"rate_now_{q}": [rate[q] for rate in rates.values()] for q in ("q05", "q50", "q95")},
            }
        )
        return fits.merge(self.comparison.to_frame(), on="law")

    def __repr__(self) -> str:
        thinned = any("thinned_from" in fit.receipt for fit in self.fits.values())
        return (
            f"<Results of vintage {self.build.vintage}, prices to {self.build.last}: {self.comparison.verdict}; "
            f"{len(self.fits)} fits to {self.obs.n} prices{', thinned' if thinned else ''}>"
        )


def _parts(record: Any) -> dict[str, Any]:
    """Fields and properties of a record."""
    if isinstance(record, Mapping):
        return dict(record)
    properties = [name for name, member in vars(type(record)).items() if isinstance(member, property)]
    return {**asdict(record), **{name: getattr(record, name) for name in properties}}
