"""Tables as rows of text, ready for the template."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from costfloor.fit.result import Fit
from costfloor.panel import law_rows
from costfloor.report.phrases import minus, percent_change, probability, probability_span, significant
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.sampling.sampler import EBFMI_LIMIT, ESS_LIMIT, RHAT_LIMIT

Row = tuple[str, ...]

OUTCOMES = {True: "passed", False: "FAILED", None: "not judged"}


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes
    ----------
    caption
        What it shows, with units.
    columns
        Headings.
    align
        `l`, `r`, or `L` for each column: left, right, or left and as wide as the others leave room.
    rows
        Cells.
    """

    caption: str
    columns: Row
    align: str
    rows: tuple[Row, ...]


def answers(study: Study) -> Table:
    """The figures behind the answer, by law."""
    views = {
        "rate_now": "Fixed capability, now",
        "rate_long_run": "Fixed capability, long run",
        "frontier_rate": "Follows the frontier",
        "same_model_rate": "The same model, sold later",
    }
    fits = [study.fits[name] for name in ("plateau", "discovery")]
    rows = [
        (label, *(cell for fit in fits for cell in _percents(fit, name)))
        for name, label in views.items()
        if all(name in fit.reported for fit in fits)
    ]
    return Table(
        "Fall of price in percent a year (negative: a rise), median and 90 % interval, by buyer and law. At fixed capability: "
        "the mean over the panel's bands.",
        ("Buyer", *(cell for fit in fits for cell in (fit.law.title, "90 % interval"))),
        "l" + "rr" * len(fits),
        tuple(rows),
    )


def families(study: Study) -> Table:
    """What each family rests on."""
    rows = law_rows(study.panel)
    ages = dict(zip(study.obs.families, study.obs.ages_at_last, strict=True))
    body = [
        (
            str(name),
            f"{len(group):,}",
            f"{group['model'].nunique()}",
            f"{group['host'].nunique()}",
            f"{group['family_birth'].min():%Y-%m-%d}",
            f"{ages[str(name)]:.1f}",
            f"{group['date'].min():%Y-%m-%d}",
            f"{group['date'].max():%Y-%m-%d}",
        )
        for name, group in sorted(rows.groupby("family"), key=lambda item: (item[1]["family_birth"].min(), item[0]))
    ]
    return Table(
        "Rows that the laws see, by family: a band of capability, split by open and closed weights where both have enough rows.",
        ("Family", "Rows", "Models", "Hosts", "Band opened", "Age (years)", "First", "Last"),
        "lrrrrrrr",
        tuple(body),
    )


def quotes(study: Study) -> Table:
    """Fate of every raw quote, by source."""
    statuses = [
        name for name in ("kept", "duplicate", "unresolved", "quarantined", "announced") if name in study.build.statuses
    ]
    counts = pd.crosstab(study.quotes["source"], study.quotes["status"]).reindex(columns=statuses, fill_value=0)
    counts = counts.sort_values(statuses[0], ascending=False)
    in_panel = study.panel["source"].value_counts()
    body = [
        (str(source), *(f"{count:,}" for count in row), f"{in_panel.get(source, 0):,}")
        for source, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    total = ("all", *(f"{count:,}" for count in counts.sum()), f"{len(study.panel):,}")
    return Table(
        "Price quotes by source and what became of them; nothing is dropped silently.",
        ("Source", *(name.capitalize() for name in statuses), "In the panel"),
        "l" + "r" * (len(statuses) + 1),
        (*body, total),
    )


def forecast_scores(study: Study) -> Table:
    """How well each law forecast."""
    body = [
        (
            study.fits[name].law.title if name in study.fits else name,
            _number(score.elpd, ".1f"),
            _number(score.se, ".1f"),
            _number(score.crps, ".3f"),
            "" if score.coverage90 is None else f"{100 * score.coverage90:.0f} %",
            f"{score.weight:.2f}",
            f"{score.weight_ci90[0]:.2f} to {score.weight_ci90[1]:.2f}",
        )
        for name, score in study.comparison.laws.items()
    ]
    return Table(
        f"Forecasts {study.comparison.horizon_months} months ahead: log predictive density (ELPD, higher is better) with its "
        "standard error, continuous ranked probability score of log price (lower is better), share of prices inside the 90 % interval, "
        "weight in the mixture that would have forecast best, with its 90 % interval had other prices been scored and other draws been "
        "taken.",
        ("Law", "ELPD", "SE", "CRPS", "Coverage of 90 %", "Weight", "90 % interval"),
        "lrrrrrr",
        tuple(body),
    )


def origins(study: Study) -> Table:
    """The dates from which the laws forecast."""
    body = [
        (origin["date"], f"{origin['rows_seen']:,}", f"{origin['rows_scored']:,}")
        for origin in study.comparison.origins
    ]
    return Table("Forecast origins.", ("Origin", "Rows seen", "Rows scored"), "lrr", tuple(body))


def checks(study: Study) -> Table:
    """Predictive checks, one line each: what was observed, and the tail probability under each law."""
    judged = [check for check in study.checks if "q05" in check.table.columns]
    body = []
    for check in judged:
        by_law = {str(row["law"]): row for row in check.table.to_dict("records")}
        cells = (_predicted(by_law[name]) if name in by_law else "" for name in study.fits)
        observed = minus(check.summary.partition(". 90 % predictive")[0])
        body.append((observed, *cells, OUTCOMES[check.passed]))
    return Table(
        "Posterior predictive checks: a statistic of the data, and its two-sided tail probability under each law; a law fails below "
        "0.01. The predictive intervals are in the figure.",
        ("Observed", *(name.replace("_", " ") for name in study.fits), "Outcome"),
        "L" + "r" * len(study.fits) + "l",
        tuple(body),
    )


def diagnostics(study: Study) -> Table:
    """Gates of every fit."""
    capability = study.build.capability
    lines = [(fit.law.title, fit.receipt) for fit in study.fits.values()]
    lines.append(("capability model", {**capability, "attempts": [None]}))
    body = []
    for title, receipt in lines:
        gates = receipt["diagnostics"]
        seconds = receipt["seconds"]
        body.append(
            (
                title,
                OUTCOMES[bool(gates["passed"])],
                _diagnostic(gates["rhat_max"], ".4f"),
                _diagnostic(gates["ess_bulk_min"], ",.0f"),
                _diagnostic(gates["ess_tail_min"], ",.0f"),
                f"{gates['divergences']}",
                _diagnostic(gates["ebfmi_min"], ".2f"),
                f"{seconds.get('total', seconds['compile'] + seconds['sample']):.0f}",
                f"{len(receipt['attempts'])}",
            )
        )
    return Table(
        f"Convergence. Gates: R-hat below {RHAT_LIMIT}, bulk and tail effective sample sizes above {ESS_LIMIT:.0f}, no divergences, "
        f"E-BFMI above {EBFMI_LIMIT}. Seconds are those of the run that made the stored fit.",
        ("Fit", "Gates", "R-hat", "Bulk ESS", "Tail ESS", "Divergences", "E-BFMI", "Seconds", "Attempts"),
        "llrrrrrrr",
        tuple(body),
    )


def _diagnostic(value: float | None, digits: str) -> str:
    """A number; a quantity that never moved has none."""
    return "none" if value is None else f"{value:{digits}}"


def priors(study: Study) -> Table:
    """Every prior with its reason, those that laws share once."""
    merged: dict[str, dict[str, Any]] = {}
    for fit in study.fits.values():
        merged |= fit.receipt["priors"]
    body = [(name, _distribution(prior), prior["reason"]) for name, prior in merged.items()]
    return Table(
        "Priors: normal (mean, sd), lognormal (median, sd of the log), lognormal_above (lower bound, then the same), halfnormal (sd), "
        "gamma (shape, rate). Rates are log-rates per year.",
        ("Parameter", "Prior", "Reason"),
        "lll",
        tuple(body),
    )


def trends(study: Study) -> Table:
    """Record lows by band: the classical estimate, or why there is none."""
    body = []
    for band in study.baselines.frontier:
        if band.trend is None:
            body.append((band.band, f"{band.centre:.0f}", "", "", "", band.reason.split(".")[0]))
            continue
        trend = band.trend
        low, high = trend.ci90
        span = f"{trend.start} to {trend.end}"
        body.append(
            (band.band, f"{band.centre:.0f}", f"{trend.n}", significant(trend.factor_per_year),
             f"{significant(low)} to {significant(high)}", span)
        )  # fmt: skip
    return Table(
        "Record-low prices at or above the centre of each band (capability in index units), least squares of log price on date.",
        ("Band", "Centre", "Records", "Times cheaper a year", "90 % interval", "Period, or why there is no trend"),
        "lrrrrl",
        tuple(body),
    )


def probabilities(study: Study) -> Table:
    """Probabilities that the answer rests on."""
    comparison = study.comparison
    return Table(
        "Probabilities.",
        ("Statement", "Probability"),
        "lr",
        (
            ("Long-run fall of 15 to 20 % a year, prior", probability(comparison.p_floor_15_20_prior)),
            ("The same given the prices, plateau law alone", probability(comparison.p_floor_15_20_plateau)),
            (
                "The same given the prices, all laws by their weights (90 % interval for the doubt of the weights)",
                f"{probability(comparison.p_floor_15_20)} ({probability_span(*comparison.p_floor_15_20_ci90)})",
            ),
            ("Rate now below half of its initial value, plateau law", probability(comparison.p_slowed)),
        ),
    )


def _percents(fit: Fit, name: str) -> tuple[str, str]:
    low, middle, high = (percent_change(rate) for rate in quantiles(fit, name))
    return minus(f"{middle:.0f}"), minus(f"{low:.0f} to {high:.0f}")


def _predicted(row: dict[Hashable, Any]) -> str:
    if row["passed"] is None:
        return OUTCOMES[None]
    return _number(row["tail_probability"], ".2g")


def _distribution(prior: dict[str, Any]) -> str:
    return f"{prior['distribution']}({', '.join(f'{value:g}' for value in prior['constants'])})"


def _number(value: float | None, form: str = ".3g") -> str:
    return "" if value is None else minus(format(value, form))
