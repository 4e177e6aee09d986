"""The chapter on where the decline comes from: whether prices fall faster after dated innovations, and which channel they fall by."""

from collections.abc import Sequence

from costfloor.typeset.blocks import Block, figure, heading, table, text
from costfloor.studies.channels.chapter import channels
from costfloor.report.limits import unpriced
from costfloor.typeset.phrases import listing, minus, plural
from costfloor.report.study import Study
from costfloor.report.tables import Table
from costfloor.studies.events.event_study import WINDOW_MONTHS, EventEffect

SIGNIFICANT = 0.05
TITLES = {
    "changed graph": "innovations that change what is computed",
    "fixed graph": "innovations that keep what is computed",
    "all": "innovations of any kind",
}


def mechanisms(study: Study) -> list[Block]:
    """Dated innovations on the price paths, whether prices react to them, and the decline by channel."""
    return [
        heading("Where the decline comes from"),
        heading("Dated innovations", 2),
        text(
            f"The lowest price of each capability band falls in steps. The {WINDOW_MONTHS} months from an innovation on are held "
            "against the others, and the difference against that of the same calendar of innovations moved to every other place in time, "
            f"which keeps its clusters. {events_outcome(study.events)} Most innovations are dated by their paper, and hosts take them up "
            f"at their own pace. {unpriced(study.panel, study.panel['capability'])}".rstrip()
        ),
        figure("events"),
        table(_effects(study.events)),
        *channels(study),
    ]


def events_outcome(effects: Sequence[EventEffect]) -> str:
    """After which innovations prices fall faster or slower than chance would have it."""
    said = []
    judged = [one for one in effects if one.p_value is not None and one.effect is not None]
    clear = [one for one in judged if one.p_value is not None and one.p_value <= SIGNIFICANT]
    for one in clear:
        assert one.effect is not None
        way = "faster" if one.effect > 0.0 else "slower"
        said.append(
            f"After {TITLES[one.kind]} the lowest prices fall {way}, by {abs(one.effect):.2f} log points a month (p = {one.p_value:.2f})."
        )
    chance = [one for one in judged if one not in clear]
    if chance:
        which = listing([f"{TITLES[one.kind]} (p = {one.p_value:.2f})" for one in chance])
        said.append(f"What follows {which} is not told from chance.")
    dense = [one for one in effects if one.p_value is None]
    if dense:
        said.append(f"For {listing([TITLES[one.kind] for one in dense])} too few months are left to compare.")
    return " ".join(said)


def _effects(effects: Sequence[EventEffect]) -> Table:
    body = [
        (
            TITLES[one.kind],
            str(one.events),
            f"{one.exposed} of {plural(one.months, 'month')}",
            "" if one.effect is None else minus(f"{one.effect:+.2f}"),
            "" if one.placebo90 is None else minus(f"{one.placebo90[0]:+.2f} to {one.placebo90[1]:+.2f}"),
            "" if one.p_value is None else f"{one.p_value:.2f}",
        )
        for one in effects
    ]
    return Table(
        "Mean monthly fall of the bands' lowest prices in months that follow an innovation, less that in other months (log points), "
        "against the middle 90 % of shifted calendars.",
        ("Innovations", "Number", "Months that follow", "Difference", "Shifted", "p"),
        "Lrrrrr",
        tuple(body),
    )
