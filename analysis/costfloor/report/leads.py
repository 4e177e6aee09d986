"""The lead of the plateau law in log score, which stands in several tables: one paragraph that sets them side by side."""

from dataclasses import dataclass

from costfloor.report.study import Study
from costfloor.studies.measures.variants import BASE
from costfloor.studies.rule import Conclusion
from costfloor.studies.stored import Stored
from costfloor.typeset.montecarlo import above, differs
from costfloor.typeset.phrases import CLEAR, listing, plural


@dataclass(frozen=True)
class _Lead:
    """A lead as it is printed: where, on what, how large, with its standard error, and whether that place is out of date.

    `mcse` is the Monte Carlo error of the lead beside twice its standard error, as far as it is known; zero where it is not.
    """

    place: str
    basis: str
    value: float
    error: float | None
    mcse: float = 0.0
    stale: bool = False

    @property
    def side(self) -> int:
        """1 or -1 where the lead is clear of twice its error, else 0."""
        if self.error is None or not above(abs(self.value), CLEAR * self.error, self.mcse):
            return 0
        return 1 if self.value > 0 else -1

    @property
    def level(self) -> bool:
        """Whether it is level with twice its error."""
        return (
            self.error is not None and self.mcse > 0.0 and not differs(abs(self.value), CLEAR * self.error, self.mcse)
        )

    def __str__(self) -> str:
        error = "" if self.error is None else f" ({self.error:.1f})"
        return f"{self.value:+.1f}{error} in {self.place}, {self.basis}{' (out of date)' if self.stale else ''}"


def leads(study: Study) -> str:
    """Every lead of plateau over discovery with what it is a sum over, whether their signs agree, and which one counts."""
    printed = _leads(study)
    if not printed:
        return "Nowhere could the forecasts of plateau and discovery be scored against each other."
    sides = {lead.side for lead in printed}
    agree = (
        "none is clear of twice its error"
        if sides == {0}
        else "those that are clear of twice their error have different signs"
        if {1, -1} <= sides
        else f"those that are clear of twice their error favour {'plateau' if 1 in sides else 'discovery'}"
    )
    level = [lead.place for lead in printed if lead.level]
    if level:
        agree += f", and level with it, by Monte Carlo error, {'is that' if len(level) == 1 else 'are those'} in {listing(level)}"
    stale = (
        " What is out of date was computed from other rows or by other code, and may not be held against the rest."
        if any(lead.stale for lead in printed)
        else ""
    )
    return (
        f"Log score of plateau less that of discovery, with its standard error: {listing([str(lead) for lead in printed])}. Each is a "
        "sum over "
        f"the prices that were scored, so that more prices and more past dates make it larger either way; {agree}. Only the first "
        "enters the "
        f"verdict.{stale}"
    )


def _leads(study: Study) -> list[_Lead]:
    comparison, stored = study.comparison, study.calibration
    printed = []
    if comparison.elpd_difference is not None:
        scored = sum(int(origin["rows_scored"]) for origin in comparison.origins)
        printed.append(
            _Lead(
                "the verdict",
                f"over {plural(len(comparison.origins), 'past date')} and {scored:,} scored prices",
                comparison.elpd_difference,
                comparison.elpd_difference_se,
                comparison.elpd_margin_mcse or 0.0,
            )
        )
    if "influence" in stored:
        printed += _of(
            "“Which models and prices decide”", stored["influence"].result.conclusions["all"], stored["influence"]
        )
    if "measures" in stored:
        variants = {variant.name: variant for variant in stored["measures"].result.variants}
        printed += _of("“Other measures”, all rows", variants[BASE], stored["measures"])
    if "hindcast" in stored and (dates := stored["hindcast"].result.half_years):
        printed += _of(f"“What would have been said”, as of {dates[-1].date}", dates[-1].conclusion, stored["hindcast"])
    return [*printed, *_last_forecast(study)]


def _of(place: str, conclusion: Conclusion, stored: Stored[object]) -> list[_Lead]:
    if conclusion.elpd_difference is None:
        return []
    basis = f"over {plural(conclusion.origins, 'past date')} of a panel of {conclusion.rows:,} prices"
    return [
        _Lead(
            place,
            basis,
            conclusion.elpd_difference,
            conclusion.elpd_difference_se,
            conclusion.elpd_difference_mcse or 0.0,
            bool(stored.stale),
        )
    ]


def _last_forecast(study: Study) -> list[_Lead]:
    last = study.last_forecast
    if last is None:
        return []
    scores = {score.name: score for score in last.forecasters}
    if not {"plateau", "discovery"} <= set(scores):
        return []
    value = scores["plateau"].elpd - scores["discovery"].elpd
    return [_Lead("the last forecast", f"from {last.day} alone and {last.rows:,} prices", value, None)]
