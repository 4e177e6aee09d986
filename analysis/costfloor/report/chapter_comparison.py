"""The chapter that compares the laws as a referee would: forecasts from many dates, known truths, error rates of the verdict."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist
from typing import Any

from costfloor.fit.quantities import SLOWED
from costfloor.fit.savage_dickey import PointNull, point_nulls
from costfloor.laws.encompassing import KEPT_SHARE
from costfloor.report.blocks import Block, heading, table, text
from costfloor.report.chapter_error_rates import error_rates
from costfloor.report.evidence import evidence_sentences
from costfloor.report.phrases import listing, minus, percentage, plural, probability
from costfloor.report.sentences import outdated, quantiles
from costfloor.report.simulation_calibration import calibration
from costfloor.report.study import Study
from costfloor.report.tables import Table

TITLES = {
    "average_of_laws": "average of the laws",
    "epoch_ols": "one line by least squares (Epoch)",
    "random_walk_drift": "ARIMA(0,1,0) with drift",
    "local_linear_trend": "local linear trend",
    "farmer_lafond": "Farmer and Lafond",
}
RIVALS = ("epoch_ols", "random_walk_drift")
"""The forecasts to beat."""

DECIDING_MONTHS = (6, 12)

Row = Mapping[str, Any]


def comparison(study: Study) -> list[Block]:
    """Forecasts from many origins, the encompassing law, simulation-based calibration and error rates."""
    return [
        heading("The laws compared"),
        *_forecasts(study),
        *_nested(study),
        *calibration(study.calibration.get("sbc"), study.calibration.get("sbc_fresh")),
        *error_rates(study.calibration.get("operating")),
    ]


def _forecasts(study: Study) -> list[Block]:
    stored = study.calibration.get("forecasts")
    opening = heading("Forecasts from many dates", 2)
    if stored is None:
        return [opening, text("The forecasts from many dates have not been run: make calibrate runs them.")]
    rows, origins = stored.result["rows"], stored.result["origins"]
    titles = {name: fit.law.title for name, fit in study.fits.items()} | TITLES
    span = f"{plural(len(origins), 'month-end')} from {origins[0][0]} to {origins[-1][0]}" if origins else "no date"
    said = [
        f"Every law was fitted anew at {span} and scored on the prices that followed.",
        *(
            sentence
            for months in DECIDING_MONTHS
            for sentence in (best_against_rivals(rows, months, titles), hangs_on(rows, months, origins, titles))
        ),
        monte_carlo(rows, titles),
        missed_gates(stored.result["failures"], len(origins), titles),
        outdated(stored),
    ]
    return [opening, text(" ".join(one for one in said if one)), table(_scores(rows, titles))]


def best_against_rivals(rows: Sequence[Row], months: int, titles: Mapping[str, str]) -> str:
    """Whether the best law, or the average of all, forecasts better than what is published, by CRPS on the same prices."""
    best, ratios = _against_rivals(rows, months)
    if not ratios:
        return f"At {months} months nothing could be compared."
    gains = [
        f"{percentage(abs(1 - ratio))} {'below' if ratio < 1 else 'above'} {titles[name]}"
        for name, ratio in ratios.items()
    ]
    return (
        f"At {months} months the best of them by CRPS is {titles[best]}, {listing(gains)} from the same dates: "
        f"{_outcome(ratios, titles)}."
    )


def hangs_on(rows: Sequence[Row], months: int, origins: Sequence[tuple[str, int]], titles: Mapping[str, str]) -> str:
    """Whether leaving out a single date changes which of the published forecasts the best law beats.

    `origins` are dates with the number of prices seen.
    """
    before = _outcome(_against_rivals(rows, months)[1], titles)
    if not before or len(origins) < 2:
        return ""
    turning: dict[str, list[str]] = {}
    for date, seen in origins:
        outcome = _outcome(_against_rivals(rows, months, left_out=date)[1], titles) or "nothing could be compared"
        if outcome != before:
            turning.setdefault(outcome, []).append(f"{date} ({plural(seen, 'price')} seen)")
    if not turning:
        return "That stays so whichever date is left out."
    said = [
        f"without {'any one of ' if len(dates) > 1 else ''}{listing(dates)} {outcome}"
        for outcome, dates in turning.items()
    ]
    return f"That hangs on single dates: {'; '.join(said)}."


def _against_rivals(rows: Sequence[Row], months: int, left_out: str = "") -> tuple[str, dict[str, float]]:
    """The law, or the average of all, with the smallest CRPS, and its CRPS over that of each rival from the rival's own dates."""
    scores = {
        row["forecaster"]: {date: score for date, score in row["crps_by_origin"].items() if date != left_out}
        for row in rows
        if row["horizon_months"] == months
    }
    scores = {name: by_date for name, by_date in scores.items() if by_date}
    ours = [name for name in scores if name not in TITLES or name == "average_of_laws"]
    if not ours:
        return "", {}
    best = min(ours, key=lambda name: _mean_crps(scores[name], scores[name]))
    rivals = [name for name in RIVALS if name in scores]
    return best, {
        name: _mean_crps(scores[best], scores[name]) / _mean_crps(scores[name], scores[name]) for name in rivals
    }


def _mean_crps(by_date: Mapping[str, tuple[int, float]], dates: Iterable[str]) -> float:
    """Mean over all prices scored from these dates."""
    parts = [by_date[date] for date in dates]
    return sum(prices * crps for prices, crps in parts) / sum(prices for prices, _ in parts)


def _outcome(ratios: Mapping[str, float], titles: Mapping[str, str]) -> str:
    """Which of the published forecasts the best law beats; empty where there is nothing to compare."""
    missed = [titles[name] for name, ratio in ratios.items() if ratio >= 1]
    if missed:
        return "it beats neither" if len(missed) > 1 else f"it does not beat {missed[0]}"
    return "it beats both" if len(ratios) > 1 else "".join(f"it beats {titles[name]}" for name in ratios)


def monte_carlo(rows: Sequence[Row], titles: Mapping[str, str]) -> str:
    """Where more draws would move a difference in log score as far as other prices would."""
    sampled = [row for row in rows if row["elpd_difference_se"] and row["elpd_difference_mcse"] is not None]
    noisy = [row for row in sampled if 2.0 * row["elpd_difference_mcse"] ** 2 > row["elpd_difference_se"] ** 2]
    others = [row["elpd_difference_mcse"] for row in sampled if row not in noisy]
    most = f"Monte Carlo error is at most {max(others):.0f}" if others else ""
    if not noisy:
        return f"Of the standard errors of log scores the {most}." if others else ""
    named = listing([f"{titles[row['forecaster']]} at {row['horizon_months']} months" for row in noisy])
    rest = f"; elsewhere {most}" if others else ""
    return f"More than half of the variance of the difference in log score is Monte Carlo error for {named}{rest}."


def missed_gates(failures: Sequence[Sequence[str]], origins: int, titles: Mapping[str, str]) -> str:
    """Which refits missed a gate, and which classical forecasts could not be made."""
    if not failures:
        return "All refits passed their gates."
    counts: dict[str, int] = {}
    for name, _, _ in failures:
        counts[name] = counts.get(name, 0) + 1
    laws = [f"{titles[name]} at {count}" for name, count in counts.items() if name not in TITLES]
    classical = [f"{titles[name]} at {count}" for name, count in counts.items() if name in TITLES]
    said = [
        f"Of {plural(origins, 'date')} a gate was missed by {listing(laws)}."
        if laws
        else "All refits passed their gates."
    ]
    if classical:
        said.append(f"For want of rows no forecast came from {listing(classical)}.")
    return " ".join(said)


def _scores(rows: Sequence[Row], titles: Mapping[str, str]) -> Table:
    horizons = sorted({row["horizon_months"] for row in rows})
    by_key = {(row["forecaster"], row["horizon_months"]): row for row in rows}
    names = list(dict.fromkeys(row["forecaster"] for row in rows))
    body = [
        (titles[name], *(cell for months in horizons for cell in _cells(by_key.get((name, months))))) for name in names
    ]
    return Table(
        "Leave-future-out: log predictive density less that of continued discovery from the same dates, with its standard error over "
        "blocks (family by quarter); CRPS of log price (of the average a bound from above); share of prices inside the 90 % interval. By "
        "months ahead.",
        (
            "Forecast",
            *(cell for months in horizons for cell in (f"ELPD, {months}", f"CRPS, {months}", f"90 %, {months}")),
        ),
        "l" + "rrr" * len(horizons),
        tuple(body),
    )


def _cells(row: Row | None) -> tuple[str, str, str]:
    if row is None:
        return "", "", ""
    gap, error = row["elpd_difference"], row["elpd_difference_se"]
    said = "0" if not gap and not error else f"{gap:+.0f} ({error:.0f})" if error is not None else f"{gap:+.0f}"
    return minus(said), f"{row['crps']:.3f}", f"{100 * row['coverage90']:.0f} %"


def _nested(study: Study) -> list[Block]:
    if "encompassing" not in study.fits:
        return []
    fit = study.fits["encompassing"]
    low, middle, high = quantiles(fit, "kept_share")
    factors = " ".join(_factor(one) for one in point_nulls(fit))
    kept = minus(f"{middle:.2f} (90 % interval {low:.2f} to {high:.2f})")
    less = float((fit.quantity("kept_share") < SLOWED).mean())
    before = NormalDist(*KEPT_SHARE.constants).cdf(0.5)
    return [
        heading("One law that holds both", 2),
        text(
            "The encompassing law leaves open what share of its initial rate the decline keeps in the long run: 1 is no decay, 0 no floor. "
            f"The prices say {kept}; the probability that less than half is kept is {probability(less)}, and was "
            f"{probability(before)} before. "
            f"{factors} These ratios of densities move with the width of the prior, which forecasts do not; they decide nothing here."
        ),
        text(evidence_sentences(study.calibration.get("evidence"))),
    ]


def _factor(one: PointNull) -> str:
    favoured = "for" if one.bayes_factor > 1 else "against"
    size = max(one.bayes_factor, 1 / one.bayes_factor) if one.bayes_factor > 0 else float("inf")
    return (
        f"By Savage and Dickey the odds are {size:.1f} to 1 {favoured} {one.null} (relative Monte Carlo error "
        f"{percentage(one.relative_mcse)})."
    )
