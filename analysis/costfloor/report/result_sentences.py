"""What a fit, a comparison or an index says, in sentences: on the command line, and to whoever asks `costfloor.describe`."""

from collections.abc import Mapping
from typing import Any

from costfloor.fit.asked import departures
from costfloor.fit.quantities import HEADLINE_RATES
from costfloor.fit.result import Fit
from costfloor.forecast.compare import Comparison
from costfloor.indexes.price_index import PriceIndex
from costfloor.report.sentences import HEADLINES, reason
from costfloor.sampling.policy import EBFMI_LIMIT, ESS_LIMIT, RHAT_LIMIT
from costfloor.typeset.phrases import plural, yearly_change, yearly_span
from costfloor.wording import duration


def fit_sentence(fit: Fit) -> str:
    """What prices do under the law, and whether that can be relied on."""
    parameters = fit.receipt["parameters"]
    now, later = (_clause(parameters[name]) for name in HEADLINE_RATES)
    sentence = f"Under this law prices at equal quality now {now}"
    if later != now:
        sentence += f", and in the long run {later}"
    sentence += "." if fit.passed else "; but its gates FAILED, so that this cannot be relied on."
    departed = departures(fit)
    return f"{sentence} Note: {'; '.join(departed)}." if departed else sentence


def gates_sentence(receipt: Mapping[str, Any]) -> str:
    """Whether the gates of convergence hold, with the numbers and their limits."""
    gates = receipt["diagnostics"]
    least = min(gates["ess_bulk_min"] or 0.0, gates["ess_tail_min"] or 0.0)
    return (
        f"Gates {'passed' if gates['passed'] else 'FAILED'}: R-hat {_digits(gates['rhat_max'], '.4f')} (limit {RHAT_LIMIT}), effective "
        f"sample sizes from {least:,.0f} (limit {ESS_LIMIT:.0f}), {plural(gates['divergences'], 'divergence')} (limit 0), E-BFMI "
        f"{_digits(gates['ebfmi_min'], '.2f')} (limit {EBFMI_LIMIT}). Sampled in {duration(receipt['seconds']['total'])}."
    )


def verdict_sentence(comparison: Comparison) -> str:
    """The verdict and its reason."""
    return f"{HEADLINES[comparison.verdict]}. {reason(comparison)}"


def index_sentence(estimate: PriceIndex) -> str:
    """What the index says a year."""
    low, high = estimate.annual_rate_ci90
    return (
        f"From {estimate.base} to {estimate.periods[-1].period} prices {yearly_change(estimate.annual_rate)}: log-rate "
        f"{estimate.annual_rate:.3g} a year (90 % interval {low:.3g} to {high:.3g})."
    )


def a_year(rate: float) -> str:
    """What prices do, under a heading that says "a year"."""
    return yearly_change(rate).removeprefix("become ").removesuffix(" a year")


def _clause(rate: Mapping[str, float]) -> str:
    return f"{yearly_change(rate['q50'])} (90 % interval {yearly_span(rate['q05'], rate['q95'])})"


def _digits(value: float | None, form: str) -> str:
    return "unknown" if value is None else format(value, form)
