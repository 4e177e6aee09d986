"""The chapter on the witnesses of a fixed graph, and on what changing the graph brings beside them."""

from collections.abc import Sequence
from typing import Final

from costfloor.studies.witnesses.by_year import ANY_HOST, INCUMBENTS, YearParts
from costfloor.studies.witnesses.decomposition import PARTS
from costfloor.studies.witnesses.figure import CAPTION
from costfloor.studies.witnesses.parts import Discount
from costfloor.studies.witnesses.rates import Rate, Witness
from costfloor.studies.witnesses.result import FIXED, TITLES, Agreement, WitnessStudy, side
from costfloor.studies.witnesses.tasks import TASK, TOKEN, TOKENS
from costfloor.studies.witnesses.throughput import FormatStep
from costfloor.typeset.blocks import Block, figure, table, text
from costfloor.typeset.phrases import listing, minus, percentage, plural, yearly_change, yearly_span
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Estimate, Interval, Number, Range

FIGURE: Final = "witnesses"

HALF: Final = 0.5


def fixed_graph_witnesses(study: WitnessStudy, notice: str = "") -> list[Block]:
    """Witnesses of a fixed graph, the decomposition of prices, and the price of a task.

    Parameters
    ----------
    study
        As it was stored.
    notice
        What it is older than; empty when that is nothing.
    """
    return [
        text(
            notice,
            "Independent data speak of what the same computation costs: prices of the same weights at the same host, throughput of the "
            "same model on the same device, and accelerators by themselves. They are parts of one cost, not repeats of one number: "
            "throughput is what software brings on a device, rental and purchase what the device costs, computing per dollar what a newer "
            "device brings; a price at a host has all of them, and margins.",
        ),
        text(
            minus(beside_floor(study.witnesses)),
            minus(carried(study.witnesses)),
            minus(agree_on_rate(study.rates)),
            minus(agree_on_slowing(study)),
        ),
        figure(FIGURE, CAPTION),
        table(_witnesses(study.witnesses)),
        table(_slowing_table(study.witnesses)),
        text(minus(same_weights(study)), minus(adds_up(study))),
        table(_decomposition(study.decomposition.years)),
        text(minus(tasks_and_tokens(study)), minus(formats(study.steps))),
        text(coverage(study)),
        table(_discounts(study.discounts)),
    ]


def beside_floor(witnesses: Sequence[Witness]) -> str:
    """Which witnesses of a fixed graph lie beside 15 to 20 % a year, and on which side."""
    fixed = [witness for witness in witnesses if witness.name in FIXED]
    if not fixed:
        return "No witness of a fixed graph has data enough."
    words = {"below": "below 15 % a year", "within": "between 15 and 20 % a year", "above": "above 20 % a year"}
    told = [
        f"{listing([_named(witness) for witness in of_side])} {'lies' if len(of_side) == 1 else 'lie'} {words[where]}"
        for where in words
        if (of_side := [witness for witness in fixed if side(witness.rate) == where])
    ]
    still_open = [_named(witness) for witness in fixed if side(witness.rate) == "open"]
    rest = f"{listing(still_open)} cannot be told from a limit of that range" if still_open else ""
    return f"Over their whole time, with 90 % intervals: {'; '.join([*told, *([rest] if rest else [])])}."


def carried(witnesses: Sequence[Witness]) -> str:
    """Which witnesses of a fixed graph are carried by one cluster: without it, less than half of the rate is left; empty for none."""
    alone = [
        f"{TITLES[witness.name]}, {witness.carried_by} ({witness.without:.2f} without it)"
        for witness in witnesses
        if witness.name in FIXED and witness.without * witness.rate.value < HALF * witness.rate.value**2
    ]
    return f"A single cluster carries more than half of the rate of {'; '.join(alone)}." if alone else ""


def agree_on_rate(rates: Agreement | None) -> str:
    """Whether witnesses of a fixed graph agree on the rate."""
    if rates is None:
        return "Fewer than two of them have an error, so that nothing can be said of agreement."
    number = plural(len(rates.names), "witness").replace("witnesss", "witnesses")
    if rates.verdict == "apart":
        return f"The {number} do not agree on the rate (p = {rates.p_value:.3f} were it one); no mean stands for them."
    if rates.verdict == "doubtful":
        return f"Whether the {number} agree on the rate is doubtful (p = {rates.p_value:.2f} were it one)."
    span = yearly_span(rates.common.low, rates.common.high)
    return (
        f"The {number} do not contradict one another (p = {rates.p_value:.2f} were the rate one); were it one, it would be {span}. "
        "Wide intervals agree with much."
    )


def agree_on_slowing(study: WitnessStudy) -> str:
    """Whether witnesses of a fixed graph have slowed from one half of their time to the other."""
    changes = [
        (witness, witness.change) for witness in study.witnesses if witness.name in FIXED and witness.change is not None
    ]
    if not changes:
        return "None tells whether it slows."
    slower = [TITLES[witness.name] for witness, change in changes if change.high < 0.0]
    faster = [TITLES[witness.name] for witness, change in changes if change.low > 0.0]
    level = [TITLES[witness.name] for witness, change in changes if change.low <= 0.0 <= change.high]
    told = [
        *([f"{listing(slower)} slowed"] if slower else []),
        *([f"{listing(faster)} sped up"] if faster else []),
        *([f"of {listing(level)} neither can be told"] if level else []),
    ]
    sentence = f"From the first half of its time to the second, {'; '.join(told)}."
    if slower and faster:
        return f"{sentence} They do not agree on slowing."
    if study.changes is not None and study.changes.verdict == "apart":
        return f"{sentence} Their changes differ by more than their errors (p = {study.changes.p_value:.3f})."
    return sentence


def same_weights(study: WitnessStudy) -> str:
    """What the same weights cost at the same host, and at any host, by year."""
    years = study.decomposition.years
    if not years:
        return "Too few open models are on sale for a decomposition."
    falls = [
        f"{_with_error(year.parts['incumbents'])} at incumbents and {_with_error(year.parts['entrants'])} by entering hosts in {year.year}"
        for year in years
    ]
    any_host, incumbents = study.get(ANY_HOST), study.get(INCUMBENTS)
    whole = (
        f" Over the whole time prices of the same weights {_in_words(incumbents.rate)} at the same host; at any host they "
        f"{_in_words(any_host.rate)}."
        if any_host is not None and incumbents is not None
        else ""
    )
    return (
        "Of the fall of the mean log price of open models on sale, in log points a year (negative for a rise; standard errors by model), "
        f"there are {'; '.join(falls)}.{whole}"
    )


def adds_up(study: WitnessStudy) -> str:
    """Whether the parts of the decomposition add up."""
    error = study.decomposition.largest_error
    return (
        f"Parts add up to the change of the mean within {error:.0e} log points."
        if study.passed
        else f"FAILED: the parts miss the change of the mean by up to {error:.0e} log points."
    )


def tasks_and_tokens(study: WitnessStudy) -> str:
    """How fast a task becomes cheaper beside a token, and whether that slows."""
    task, token, tokens = (study.get(name) for name in (TASK, TOKEN, TOKENS))
    if task is None or token is None or tokens is None:
        return "Too few runs have token counts and prices to compare a task with a token."
    more = "more" if tokens.rate.high < 0.0 else "fewer" if tokens.rate.low > 0.0 else ""
    counted = (
        f"as newer models take {more} tokens for it ({_interval(tokens.rate)} log points a year)"
        if more
        else f"and whether newer models take more or fewer tokens for it cannot be told ({_interval(tokens.rate)} log points a year)"
    )
    return (
        f"At a fixed score of a benchmark the price of a token falls by {_spelled(token.rate)} log points a year over releases, and that "
        f"of a task by {_spelled(task.rate)}, {counted}. {_slowing(task, 'the price of a task')} {_slowing(token, 'the price of a token')}"
    )


def formats(steps: Sequence[FormatStep]) -> str:
    """What a coarser number format brought, once."""
    told = [
        f"{_spelled(step.gain)} log points in {TITLES[step.source]} "
        f"({plural(step.pairs, 'pair')} of results, {step.accelerators} accelerators)"
        for step in steps
        if step.gain is not None
    ]
    if not told:
        return "No results differ in the number format alone."
    return f"FP4 in place of FP8, which is arguably another graph and in no rate above, brought once {listing(told)}."


def coverage(study: WitnessStudy) -> str:
    """On how much of what there is the sizes and the formats rest."""
    known, stated = study.coverage, study.formats
    return (
        f"Total parameters are known of {known.total} of {known.models} open models with a measured capability, active ones too of "
        f"{known.active}. Of {stated['results']:,} results of MLPerf {stated['stated']:,} state the format of their weights, and "
        f"{stated['taken']:,} are taken to have the only one that others state for their task and accelerator; "
        f"{stated['unlike']:,} more are out, because they cannot be in the unit they state."
    )


def _slowing(witness: Witness, words: str) -> str:
    sentence = words[0].upper() + words[1:]
    if witness.change is None:
        return f"Whether the fall of {words} slows is not told."
    if witness.change.high < 0.0:
        return f"{sentence} falls more slowly in the second half of the time."
    if witness.change.low > 0.0:
        return f"{sentence} falls faster in the second half of the time."
    return f"Whether {words} falls more slowly in the second half cannot be told."


def _named(witness: Witness) -> str:
    return f"{TITLES[witness.name]} ({_interval(witness.rate)})"


def _in_words(rate: Rate) -> str:
    return f"{yearly_change(rate.value)} ({yearly_span(rate.low, rate.high)})"


def _interval(rate: Rate) -> str:
    return f"{rate.value:.2f}, {rate.low:.2f} to {rate.high:.2f}"


def _spelled(rate: Rate) -> str:
    return f"{rate.value:.2f} ({rate.low:.2f} to {rate.high:.2f})"


def _with_error(rate: Rate) -> str:
    return f"{rate.value:.2f} ({rate.se:.2f})"


def _witnesses(witnesses: Sequence[Witness]) -> Table:
    return tabulate(
        "witnesses",
        "What each witness of the figure rests on: its time, how much there is of it, and its rate over the whole time, log points a year, "
        "without the cluster that carries it most.",
        [
            Column("Witness", lambda witness: TITLES[witness.name], "L"),
            Column("Time", lambda witness: f"{witness.first[:7]} to {witness.last[:7]}", "l"),
            Column("Rows", lambda witness: witness.observations),
            Column("Clusters", lambda witness: witness.clusters),
            Column("Rate without", lambda witness: Number(witness.without, "z.2f"), unit="log_rate_per_year"),
            Column("Cluster", lambda witness: witness.carried_by, "L", name="without"),
        ],
        witnesses,
    )


def _slowing_table(witnesses: Sequence[Witness]) -> Table:
    return tabulate(
        "witnesses_slowing",
        "The rate by halves of the time of each witness, log points a year with 90 % intervals; the change is the second half less the "
        "first, below zero when it slows.",
        [
            Column("Witness", lambda witness: TITLES[witness.name], "L"),
            Column("Middle", lambda witness: witness.half, "l"),
            Column("First half", lambda witness: _cell(witness.before)),
            Column("Second half", lambda witness: _cell(witness.after)),
            Column("Change", lambda witness: _cell(witness.change)),
        ],
        witnesses,
    )


def _cell(rate: Rate | None) -> Interval | None:
    return None if rate is None else Interval(rate.low, rate.value, rate.high)


def _decomposition(years: Sequence[YearParts]) -> Table:
    return tabulate(
        "price_decomposition",
        "Fall of the mean log price of open models on sale, log points a year, by part (standard error by model): incumbents, the same "
        "weights at the same host; entrants, hosts that take up weights already on sale; leavers; new and retired models. A model counts "
        "once, at the mean over its hosts.",
        [
            Column("Year", lambda year: str(year.year), "l"),
            Column("Length", lambda year: Number(year.years)),
            Column("Models", lambda year: year.models),
            Column("Places", lambda year: year.places),
            *(_part(name) for name in PARTS),
            Column("Sum", lambda year: Estimate(year.total.value, year.total.se, "z.2f")),
        ],
        years,
    )


def _part(name: str) -> Column[YearParts]:
    return Column(name.capitalize(), lambda year: Estimate(year.parts[name].value, year.parts[name].se, "z.2f"))


def _discounts(discounts: Sequence[Discount]) -> Table:
    return tabulate(
        "discounts_by_year",
        "Price with a discount in shares of the full price, offers that began in a year: median and middle half.",
        [
            Column("Discount", lambda discount: discount.lever.name, "L"),
            Column("Year", lambda discount: str(discount.year), "l"),
            Column("Offers", lambda discount: discount.lever.observed),
            Column(
                "Median", lambda discount: None if discount.lever.ratio is None else percentage(discount.lever.ratio[1])
            ),
            Column(
                "Middle half",
                lambda discount: (
                    None if discount.lever.ratio is None else Range(discount.lever.ratio[0], discount.lever.ratio[2])
                ),
            ),
        ],
        discounts,
    )
