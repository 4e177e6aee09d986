"""The same model sold later against a new model of the same capability, in words."""

import numpy as np

from costfloor.fit.result import Fit
from costfloor.report.price_indexes import ShownIndex
from costfloor.report.sentences import likely, quantiles
from costfloor.typeset.montecarlo import above, below, edge_mcse
from costfloor.typeset.phrases import percentage, probability, yearly_change, yearly_span


def channels(fit: Fit) -> str:
    """How a law parts the decline between models on sale and new ones."""
    low, same, high = quantiles(fit, "same_model_rate")
    share_low, share, share_high = quantiles(fit, "pass_through")
    _, new, _ = quantiles(fit, "rate_now")
    beaten = float(np.mean(fit.draws("rate_now") > fit.draws("same_model_rate")))
    return (
        f"Once a model is on sale, its own prices {yearly_change(same)} under the {fit.law.title} law ({yearly_span(low, high)}): the "
        f"graph is fixed and only serving, hardware and competition work on them. They follow {percentage(share)} "
        f"({percentage(share_low)} to {percentage(share_high)}) of the market's decline. "
        f"New models of the same capability {yearly_change(new)}: the graph changes too. "
        f"It is {likely(beaten, fit)} ({probability(beaten)}) that the changed graph is the faster channel under "
        f"the {fit.law.title} law."
    )


def beside_the_matched_index(fit: Fit, matched: ShownIndex) -> str:
    """Whether prices of models that stay on sale, followed directly, fell as the law has them; empty without such an index."""
    if matched.quarterly is None:
        return ""
    low, same, high = quantiles(fit, "same_model_rate")
    index_low, index_high = matched.quarterly.annual_rate_ci90
    mcse = edge_mcse((low, same, high))
    place = (
        "more slowly than the law has it: it overstates how far sellers follow the market with what they sell already"
        if above(low, index_high, mcse)
        else "faster than the law has it"
        if below(high, index_low, mcse)
        else "which shares a part with that"
    )
    return f"Followed directly, models that stay on sale had {yearly_span(index_low, index_high)} (matched models, by quarter), {place}."
