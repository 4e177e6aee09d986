"""The tables of the report that belong to no study, as columns over results."""

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from costfloor.checks.result import FAIL_BELOW, POWERED_LEVEL, CheckResult
from costfloor.fit.result import Fit
from costfloor.forecast.compare import LawScore
from costfloor.forecast.paired import RESTS_ON
from costfloor.indexes.frontier import FrontierTrend
from costfloor.report.bands import band_rates, observed_bands
from costfloor.report.baselines import BandTrend, long_enough
from costfloor.report.study import Study
from costfloor.sampling.policy import EBFMI_LIMIT, ESS_LIMIT, RHAT_LIMIT
from costfloor.typeset.phrases import minus
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.values import (
    Number,
    Probability,
    ProbabilityInSpan,
    Range,
    Share,
    YearlyFallInterval,
    gates,
)

STATUSES = ("kept", "duplicate", "unresolved", "quarantined", "announced")


def bands(study: Study) -> Table:
    """What is known of each band of capability, and how fast its prices fall now."""
    rows = observed_bands(study.panel, study.obs)
    fits = [study.fits[name] for name in ("plateau", "discovery")]
    return tabulate(
        "bands",
        "Rows that the laws see, by band of capability (centre in index units). Birth: mean day on which the market first reached the "
        "capability of a band's models. Fall: of new models now at that birth, percent a year, median and 90 % interval.",
        [
            Column("Band", lambda band: str(band["band"]), "l"),
            Column("Centre", lambda band: Number(band["centre"], ".0f"), unit="index_points"),
            *(_band_count(name) for name in ("rows", "models", "hosts")),
            *(_day(name) for name in ("first", "last", "birth")),
            Column("Age (years)", lambda band: Number(band["age_years"], ".1f")),
            *(_band_fall(fit, rows) for fit in fits),
        ],
        rows.reset_index().to_dict("records"),
    )


def _band_count(name: str) -> Column[dict[Hashable, Any]]:
    return Column(name.capitalize(), lambda band: int(band[name]))


def _day(name: str) -> Column[dict[Hashable, Any]]:
    return Column(name.capitalize(), lambda band: f"{band[name]:%Y-%m-%d}", unit="date")


def _band_fall(fit: Fit, bands: pd.DataFrame) -> Column[dict[Hashable, Any]]:
    rates = band_rates(fit.parameters, bands).quantile([0.05, 0.5, 0.95])
    return Column(f"Fall, {fit.law.title}", lambda band: YearlyFallInterval(*rates[band["band"]]))


def quotes(study: Study) -> Table:
    """Fate of every raw quote, by source."""
    statuses = [name for name in STATUSES if name in study.build.statuses]
    counts = pd.crosstab(study.quotes["source"], study.quotes["status"]).reindex(columns=statuses, fill_value=0)
    counts = counts.sort_values(statuses[0], ascending=False)
    counts["panel"] = study.panel["source"].value_counts().reindex(counts.index, fill_value=0)
    counts.loc["all"] = counts.sum()
    return tabulate(
        "quotes",
        "Price quotes by source and what became of them; nothing is dropped silently.",
        [
            Column("Source", str, "l"),
            *(_count(counts, name, name.capitalize()) for name in statuses),
            _count(counts, "panel", "In the panel"),
        ],
        counts.index,
    )


def _count(counts: pd.DataFrame, name: str, title: str) -> Column[Hashable]:
    return Column(title, lambda source: int(counts[name].loc[str(source)]))


def forecast_scores(study: Study) -> Table:
    """How well each law forecast."""

    def title(row: tuple[str, LawScore]) -> str:
        return study.fits[row[0]].law.title if row[0] in study.fits else row[0]

    return tabulate(
        "forecast_scores",
        f"Forecasts {study.comparison.horizon_months} months ahead: log predictive density (ELPD, higher is better) with its "
        f"standard error ({RESTS_ON}), continuous ranked probability score of log price (lower is better), share of prices inside the 90 % "
        "interval, weight in the mixture that would have forecast best, with its 90 % interval had other prices been scored and other "
        "draws been taken.",
        [
            Column("Law", title, "l"),
            Column("ELPD", lambda row: _number(row[1].elpd, ".1f"), unit="log_score"),
            Column("SE", lambda row: _number(row[1].se, ".1f"), name="elpd_se", unit="log_score"),
            Column("CRPS", lambda row: _number(row[1].crps, ".3f"), unit="log_points"),
            Column(
                "Coverage of 90 %",
                lambda row: None if row[1].coverage90 is None else Share(row[1].coverage90),
                name="coverage90",
            ),
            Column("Weight", lambda row: Number(row[1].weight), unit="share"),
            Column("90 % interval", lambda row: Range(*row[1].weight_ci90), name="weight_interval", unit="share"),
        ],
        study.comparison.laws.items(),
    )


def origins(study: Study) -> Table:
    """The dates from which the laws forecast."""
    return tabulate(
        "forecast_origins",
        "Forecast origins.",
        [
            Column("Origin", lambda origin: str(origin["date"]), "l"),
            Column("Rows seen", lambda origin: int(origin["rows_seen"])),
            Column("Rows scored", lambda origin: int(origin["rows_scored"])),
        ],
        study.comparison.origins,
    )


def checks(study: Study) -> Table:
    """Predictive checks, one line each: what was observed, and the tail probability under each law."""
    return tabulate(
        "checks",
        "Posterior predictive checks: a statistic of the data, and its two-sided tail probability under each law; a law fails below "
        f"{FAIL_BELOW:g}, by the checks of new models' first prices below {POWERED_LEVEL:g}; within two Monte Carlo errors of "
        "that nothing is decided, and the outcome counts only what is. The predictive intervals are in the figure.",
        [
            Column("Observed", lambda check: minus(check.summary.partition(". 90 % predictive")[0]), "L"),
            *(_tail(name) for name in study.fits),
            Column("Outcome", lambda check: gates(check.passed), "l"),
        ],
        [check for check in study.checks if "q05" in check.table.columns],
    )


def _tail(law: str) -> Column[CheckResult]:
    def cell(check: CheckResult) -> Cell:
        rows = check.table[check.table["law"] == law].to_dict("records")
        if not rows:
            return None
        tail = float(rows[0]["tail_probability"])
        return gates(None) if math.isnan(tail) else Number(tail, ".2g")

    return Column(law.replace("_", " "), cell, unit="probability")


def diagnostics(study: Study) -> Table:
    """Gates of every fit."""
    receipts: list[tuple[str, Mapping[str, Any]]] = [(fit.law.title, fit.receipt) for fit in study.fits.values()]
    receipts.append(("capability model", {**study.build.capability, "attempts": [None]}))

    def gate(title: str, name: str, form: str) -> Column[tuple[str, Mapping[str, Any]]]:
        # A quantity that never moved has none.
        return Column(title, lambda row: _number(row[1]["diagnostics"][name], form) or "none")

    return tabulate(
        "diagnostics",
        f"Convergence. Gates: R-hat below {RHAT_LIMIT}, bulk and tail effective sample sizes above {ESS_LIMIT:.0f}, no divergences, "
        f"E-BFMI above {EBFMI_LIMIT}. Seconds are those of the run that made the stored fit.",
        [
            Column("Fit", lambda row: row[0], "l"),
            Column("Gates", lambda row: gates(bool(row[1]["diagnostics"]["passed"])), "l"),
            gate("R-hat", "rhat_max", ".4f"),
            gate("Bulk ESS", "ess_bulk_min", ",.0f"),
            gate("Tail ESS", "ess_tail_min", ",.0f"),
            Column("Divergences", lambda row: int(row[1]["diagnostics"]["divergences"])),
            gate("E-BFMI", "ebfmi_min", ".2f"),
            Column("Seconds", lambda row: Number(_seconds(row[1]["seconds"]), ".0f")),
            Column("Attempts", lambda row: len(row[1]["attempts"])),
        ],
        receipts,
    )


def _seconds(seconds: Mapping[str, float]) -> float:
    return seconds.get("total", seconds["compile"] + seconds["sample"])


def priors(study: Study) -> Table:
    """Every prior with its reason, those that laws share once."""
    merged: dict[str, dict[str, Any]] = {}
    for fit in study.fits.values():
        # A stored receipt has them by name, one of a moment ago as the law lists them.
        merged |= dict(sorted(fit.receipt["priors"].items()))
    return tabulate(
        "priors",
        "Priors: normal (mean, sd), lognormal (median, sd of the log), lognormal_above (lower bound, then the same), halfnormal (sd), "
        "gamma (shape, rate). Rates are log-rates per year.",
        [
            Column("Parameter", lambda name: name, "l"),
            Column("Prior", lambda name: _distribution(merged[name]), "l"),
            Column("Reason", lambda name: str(merged[name]["reason"]), "l"),
        ],
        merged,
    )


def _distribution(prior: Mapping[str, Any]) -> str:
    return f"{prior['distribution']}({', '.join(f'{value:g}' for value in prior['constants'])})"


def trends(study: Study) -> Table:
    """Record lows by band: the classical estimate, or why there is none."""

    def of(value: Callable[[FrontierTrend], Cell]) -> Callable[[BandTrend], Cell]:
        return lambda band: None if band.trend is None else value(band.trend)

    return tabulate(
        "record_lows",
        "Record-low prices at or above the centre of each band (capability in index units), through which least squares lays a line of log "
        "price on date; the figure has its slope, where there are enough of them over enough time.",
        [
            Column("Band", lambda band: band.band, "l"),
            Column("Centre", lambda band: Number(band.centre, ".0f"), unit="index_points"),
            Column("Records", of(lambda trend: trend.n)),
            Column(
                "Period, or why there is no trend",
                _period_or_reason,
                "l",
            ),
        ],
        study.baselines.frontier,
    )


def _period_or_reason(band: BandTrend) -> str:
    if band.trend is None:
        return band.reason.split(".")[0]
    return f"{band.trend.start} to {band.trend.end}{'' if long_enough(band.trend) else ': not drawn'}"


def probabilities(study: Study) -> Table:
    """Probabilities that the answer rests on."""
    comparison = study.comparison
    statements: dict[str, Cell] = {
        "Long-run fall of 15 to 20 % a year, prior": Probability(comparison.p_floor_15_20_prior),
        "The same given the prices, plateau law alone": Probability(comparison.p_floor_15_20_plateau),
        "The same given the prices, mixture of laws that would have forecast best (90 % interval for its weights)": ProbabilityInSpan(
            *comparison.p_floor_15_20_ci90, value=comparison.p_floor_15_20
        ),
        "Rate now below half of its initial value, plateau law": Probability(comparison.p_slowed),
    }
    return tabulate(
        "probabilities",
        "Probabilities.",
        [Column("Statement", lambda row: row[0], "l"), Column("Probability", lambda row: row[1])],
        statements.items(),
    )


def _number(value: float | None, form: str) -> Number | None:
    return None if value is None else Number(value, form)
