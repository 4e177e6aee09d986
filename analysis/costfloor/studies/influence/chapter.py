"""The part on influence: which single models and prices the verdict rests on."""

from collections.abc import Mapping, Sequence
from typing import Final

from costfloor.forecast.reweight import KHAT_LIMIT
from costfloor.studies.conclusions import against, lead, leader, level_leads, rate, verdict
from costfloor.studies.influence.study import Influence, InfluentialModel, InfluentialPrice
from costfloor.studies.rule import Conclusion
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import minus, probability
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Number, Probability, Significant

TITLES: Final = {
    "all": "All prices",
    "without_models": "Without the ten models",
    "without_prices": "Without the ten prices",
}
RIVAL: Final = {"plateau": "discovery", "discovery": "plateau"}


def influence(study: Influence, notice: str) -> list[Block]:
    """Which models and prices decide, and what is said without them."""
    leads = level_leads({TITLES[name].lower(): conclusion for name, conclusion in study.conclusions.items()})
    sentences = [without_models(study), without_prices(study), leads, notice]
    return [
        text(*sentences),
        table(_without(study.conclusions)),
        table(_models(study.models)),
        table(_prices(study.prices)),
    ]


def without_models(study: Influence) -> str:
    """What is left of the lead without the models that contribute most to it."""
    before, after = study.conclusions["all"], study.conclusions["without_models"]
    if before.elpd_difference is None:
        return "No past date could be scored, so that no law leads."
    favoured = "plateau" if before.elpd_difference >= 0 else "discovery"
    share = sum(model.contribution for model in study.models)
    words = minus(
        f"The lead of plateau over discovery in log score is {lead(before)}. The {len(study.models)} models that speak most for "
        f"{favoured} contribute {share:+.1f} to it. Without them, with all fits made anew, it is {lead(after) or 'unknown'}"
    )
    stays = f"the verdict {against(before, after)}."
    first, then = leader(before), leader(after)
    if not first:
        return f"{words}. Both laws are level within the error of that lead to begin with; {stays}"
    if then == first:
        return f"{words}: {first} still leads, and {stays}"
    if then or after.elpd_difference is None:
        return f"{words}: {first} no longer leads {RIVAL[first]}, and {stays}"
    return f"{words}: the two are level within its error, and {stays}"


def without_prices(study: Influence) -> str:
    """What plateau says without the prices that move it most."""
    before, after = study.conclusions["all"], study.conclusions["without_prices"]
    floors = [rate(conclusion, "plateau", "rate_floor") for conclusion in (before, after)]
    unsure = sum(price.khat > KHAT_LIMIT for price in study.prices)
    doubt = (
        f" Of the weights that ranked them {unsure} cannot be trusted (Pareto k above {KHAT_LIMIT}); the fits made anew do not rest on "
        "them."
        if unsure
        else ""
    )
    by_weights = 100.0 * sum(price.p_slowed_shift for price in study.prices)
    return (
        f"Without the {len(study.prices)} prices that move plateau most, the probability that the rate has halved goes from "
        f"{probability(before.p_slowed)} to {probability(after.p_slowed)} and the floor from {floors[0]} to {floors[1]}; the "
        f"verdict {against(before, after)}. One by one and by weights they would move that probability by {minus(f'{by_weights:+.0f}')} "
        f"points in sum, the fits made anew move it by {minus(f'{100.0 * (after.p_slowed - before.p_slowed):+.0f}')}: single shifts rank "
        f"prices, and do not add up.{doubt}"
    )


def _without(conclusions: Mapping[str, Conclusion]) -> Table:
    return tabulate(
        "without_the_influential",
        "The verdict without what supports it most. Lead: log score of plateau less that of discovery, with its standard error. Slowed: "
        "probability that the rate is below half of its start. Log-rates a year under plateau, median and 90 % interval.",
        [
            Column("Fitted to", lambda name: TITLES[name], "L"),
            Column("Prices", lambda name: conclusions[name].rows),
            Column("Verdict", lambda name: verdict(conclusions[name]), "l"),
            Column("Lead", lambda name: lead(conclusions[name]), unit="log_score"),
            Column("Slowed", lambda name: Probability(conclusions[name].p_slowed)),
            Column("Rate now", lambda name: rate(conclusions[name], "plateau", "rate_now"), unit="log_rate_per_year"),
            Column("Floor", lambda name: rate(conclusions[name], "plateau", "rate_floor"), unit="log_rate_per_year"),
        ],
        TITLES,
    )


def _models(models: Sequence[InfluentialModel]) -> Table:
    return tabulate(
        "influential_models",
        "Models that contribute most to the present lead: their first scored price (USD per million tokens), how many of their prices "
        "were scored, and their log score under plateau less that under discovery, over all past dates.",
        [
            Column("Model", lambda model: model.model, "L"),
            Column("Host", lambda model: model.host, "l"),
            Column("Date", lambda model: model.date, "l"),
            Column("Price", lambda model: Significant(model.price), unit="usd_per_mtok"),
            Column("Scored", lambda model: model.rows),
            Column("Contribution", lambda model: Number(model.contribution, "+.1f"), unit="log_score"),
        ],
        models,
    )


def _prices(prices: Sequence[InfluentialPrice]) -> Table:
    return tabulate(
        "influential_prices",
        "Prices (USD per million tokens) that move plateau most when one is left out: change of the probability of slowing in percentage "
        f"points and of the mean floor (log-rate a year), by importance weights; they can be trusted below a Pareto k of {KHAT_LIMIT}.",
        [
            Column("Model", lambda price: price.model, "L"),
            Column("Host", lambda price: price.host, "l"),
            Column("Date", lambda price: price.date, "l"),
            Column("Price", lambda price: Significant(price.price), unit="usd_per_mtok"),
            Column(
                "Slowed",
                lambda price: Number(100.0 * price.p_slowed_shift, "+.1f"),
                name="slowed_change",
                unit="percentage_points",
            ),
            Column(
                "Floor",
                lambda price: Number(price.rate_floor_shift, "+.3f"),
                name="floor_change",
                unit="log_rate_per_year",
            ),
            Column("Pareto k", lambda price: Number(price.khat)),
        ],
        prices,
    )
