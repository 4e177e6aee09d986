"""Price of a parameter and parameters needed, on the panel: every law in both channels, and what the result is held against."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from costfloor.sampling.policy import Sampling
from costfloor.sampling.quantiles import quantiles
from costfloor.studies.context import Context, HeavyStudy, Progress
from costfloor.studies.graphs.ahead import Ahead, by_capability, by_sizes, predicted, scored
from costfloor.studies.graphs.answers import asked, fixed_share, quantiles_of, slowed_by_channel, windows
from costfloor.studies.graphs.channel_laws import DIRECT, DIRECT_LAW, GRAPH_LAWS
from costfloor.studies.graphs.draws import GraphDraws, rates
from costfloor.studies.graphs.first_look import first_look
from costfloor.studies.graphs.fit import GraphFit, fit_direct, fit_graphs
from costfloor.studies.graphs.kept import kept_draws
from costfloor.studies.graphs.model import steps_of
from costfloor.studies.graphs.result import Direct, GraphStudy, LawResult, WindowRates
from costfloor.studies.graphs.sizes import SizedPrices, sized_prices, years_since

FIRST_LOOK_TO: Final = pd.Timestamp("2025-12-31")
"""To which the panel went when the question was first looked at."""

ORIGINS_MONTHS: Final = (12, 6)
"""How long before the last price forecasts are made."""

CREDIBLE: Final = 0.95
"""Probability of a fall from which on a share in it is given."""

SHORTEST_YEARS: Final = 0.2
"""A calendar year of which the record has less than this is not shown by itself."""

FORECAST_SEED: Final = 7

DRAWS: Final = 1500
TUNE: Final = 700
TARGETS: Final = (0.99, 0.995)
"""Nine fits: shorter chains than those of other studies, and smaller steps at once, as two transitions in 6,000 diverged at 0.95."""


def graph_study(rows: pd.DataFrame, models: pd.DataFrame, settings: Sampling, progress: Progress) -> GraphStudy:
    """Fit and hold against each other.

    Parameters
    ----------
    rows, models
        As in `costfloor.studies.graphs.sizes.sized_prices`.
    settings
        How all fits are sampled.
    progress
        Called with a line before each long step.
    """
    prices = sized_prices(rows, models)
    until = sorted({min(FIRST_LOOK_TO, prices.last), prices.last})
    results = []
    for law in GRAPH_LAWS:
        progress(f"{law} in both channels: {prices.n} prices of {len(prices.models)} models")
        results.append(law_result(fit_graphs(law, prices, settings, progress), prices, settings.seed))
    progress("price without sizes")
    direct = fit_direct(prices, settings, progress)
    return GraphStudy(
        start=str(prices.start.date()),
        last=str(prices.last.date()),
        coverage=prices.coverage,
        looks=tuple(first_look(sized_prices(rows, models, date)) for date in until),
        laws=tuple(results),
        direct=_direct(direct, prices),
        ahead=tuple(forecast_after(rows, models, months, settings, progress, prices) for months in ORIGINS_MONTHS),
    )


def law_result(fit: GraphFit, prices: SizedPrices, seed: int) -> LawResult:
    """What a fit says; `seed` is that of the prior draws."""
    draws, of_record = fit.draws, windows(prices.last_years)
    whole = (0.0, prices.last_years)
    whole_rates = rates(draws, whole)
    share = None
    if float(np.mean(whole_rates.total > 0.0)) >= CREDIBLE:
        share = quantiles(fixed_share(whole_rates)[whole_rates.total > 0.0])
    return LawResult(
        law=draws.law,
        diagnostics=fit.diagnostics,
        seconds_compile=round(fit.seconds_compile, 1),
        seconds_sample=round(fit.seconds_sample, 1),
        questions={
            str(number): answer for number, answer in asked(draws, prices.last_years, steps_of(prices), seed).items()
        },
        slowed=slowed_by_channel(draws, prices.last_years),
        last=_window(draws, "last 12 months", of_record.last),
        before=_window(draws, "before", of_record.before),
        whole=_window(draws, "whole record", whole),
        by_year=tuple(_window(draws, name, ends) for name, ends in calendar_years(prices).items()),
        fixed_share=share,
        active_exponent=quantiles(draws["active_exponent"]),
        total_exponent=quantiles(draws["total_exponent"]),
        pass_through=quantiles(draws["pass_through"]),
        premium=quantiles(draws["premium"]),
        kept=kept_draws(draws.law, draws.values),
    )


def calendar_years(prices: SizedPrices) -> dict[str, tuple[float, float]]:
    """From and to of each calendar year of the record, years since its start; parts of a year as far as they go."""
    spans = {}
    for year in range(prices.start.year, prices.last.year + 1):
        low = max(0.0, years_since(prices.start, pd.Timestamp(year, 1, 1)))
        high = min(prices.last_years, years_since(prices.start, pd.Timestamp(year + 1, 1, 1)))
        if high - low >= SHORTEST_YEARS:
            spans[str(year)] = (low, high)
    return spans


def forecast_after(
    rows: pd.DataFrame, models: pd.DataFrame, months: int, settings: Sampling, progress: Progress, every: SizedPrices
) -> Ahead:
    """Forecast the prices after a past date with sizes and without, and score both; the law is a random walk with drift in each channel."""
    origin = every.last - pd.DateOffset(months=months)
    progress(f"forecasts from {origin.date()}, with sizes and without")
    fitted = sized_prices(rows, models, origin)
    shift = years_since(every.start, fitted.start)
    # One start of time, so that a path goes on where it stood.
    fitted = replace(
        fitted, start=every.start, time_years=fitted.time_years + shift, release_years=fitted.release_years + shift
    )
    after = every.time_years > fitted.last_years
    fits = fit_graphs(DIRECT_LAW, fitted, settings, progress), fit_direct(fitted, settings, progress)
    drawn = tuple(
        predicted(_thinned(fit.draws), fitted, every, after, effect, np.random.default_rng(FORECAST_SEED))
        for fit, effect in zip(fits, (by_sizes, by_capability), strict=True)
    )
    return scored(
        str(origin.date()),
        months,
        every,
        fitted,
        after,
        (drawn[0], drawn[1]),
        passed=all(fit.diagnostics.passed for fit in fits),
    )


def _thinned(draws: GraphDraws, size: int = 2000) -> GraphDraws:
    """Evenly spaced draws, as one chain."""
    every = max(1, len(draws["noise_scale"]) // size)
    return GraphDraws(draws.law, {name: value[::every] for name, value in draws.values.items()})


def _window(draws: GraphDraws, period: str, ends: tuple[float, float]) -> WindowRates:
    return WindowRates(period, ends[1] - ends[0], **quantiles_of(rates(draws, ends)))


def _direct(fit: GraphFit, prices: SizedPrices) -> Direct:
    of_record = windows(prices.last_years)

    def rate(ends: tuple[float, float]) -> tuple[float, float, float]:
        return quantiles(np.diff(fit.draws.fallen(DIRECT, np.array(ends)))[:, 0] / (ends[1] - ends[0]))

    return Direct(fit.diagnostics, rate(of_record.last), rate(of_record.before), rate((0.0, prices.last_years)))


def run(context: Context) -> GraphStudy:
    """Compute the study: see `costfloor.studies.registry`."""
    built, settings = context.built, replace(context.settings, draws=DRAWS, tune=TUNE, target_accepts=TARGETS)
    return graph_study(built.law_rows, built.models, settings, context.progress)


STUDY: Final = HeavyStudy(GraphStudy, run)
