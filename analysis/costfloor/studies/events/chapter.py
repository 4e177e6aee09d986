"""The part on dated innovations: whether prices fall faster after them."""

from collections.abc import Sequence

from costfloor.studies.events.event_study import WINDOW_MONTHS, EventEffect
from costfloor.studies.events.figure import CAPTION
from costfloor.typeset.blocks import Block, figure, heading, table, text
from costfloor.typeset.phrases import listing, plural
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Number, Range

SIGNIFICANT = 0.05
TITLES = {
    "changed graph": "innovations that change what is computed",
    "fixed graph": "innovations that keep what is computed",
    "all": "innovations of any kind",
}


def innovations(effects: Sequence[EventEffect], unpriced: str) -> list[Block]:
    """Dated innovations on the price paths, and whether prices react to them; `unpriced` names the bands without a line."""
    return [
        heading("Dated innovations", 2),
        text(
            f"The lowest price of each capability band falls in steps. The {WINDOW_MONTHS} months from an innovation on are held "
            "against the others, and the difference against that of the same calendar of innovations moved to every other place in time, "
            f"which keeps its clusters. {events_outcome(effects)} Most innovations are dated by their paper, and hosts take them up "
            f"at their own pace. {unpriced}".rstrip()
        ),
        figure("events", CAPTION),
        table(_effects(effects)),
    ]


def events_outcome(effects: Sequence[EventEffect]) -> str:
    """After which innovations prices fall faster or slower than chance would have it."""
    sentences, chance, dense = [], [], []
    for kind in effects:
        if kind.p_value is None or kind.effect is None:
            dense.append(TITLES[kind.kind])
        elif kind.p_value > SIGNIFICANT:
            chance.append(f"{TITLES[kind.kind]} (p = {kind.p_value:.2f})")
        else:
            sentences.append(
                f"After {TITLES[kind.kind]} the lowest prices fall {'faster' if kind.effect > 0.0 else 'slower'}, by "
                f"{abs(kind.effect):.2f} log points a month (p = {kind.p_value:.2f})."
            )
    if chance:
        sentences.append(f"What follows {listing(chance)} is not told from chance.")
    if dense:
        sentences.append(f"For {listing(dense)} too few months are left to compare.")
    return " ".join(sentences)


def _effects(effects: Sequence[EventEffect]) -> Table:
    return tabulate(
        "innovations",
        "Mean monthly fall of the bands' lowest prices in months that follow an innovation, less that in other months (log points), "
        "against the middle 90 % of shifted calendars.",
        [
            Column("Innovations", lambda kind: TITLES[kind.kind], "L"),
            Column("Number", lambda kind: kind.events),
            Column("Months that follow", lambda kind: f"{kind.exposed} of {plural(kind.months, 'month')}"),
            Column(
                "Difference",
                lambda kind: None if kind.effect is None else Number(kind.effect, "+.2f"),
                unit="log_points_per_month",
            ),
            Column(
                "Shifted",
                lambda kind: None if kind.placebo90 is None else Range(*kind.placebo90, "+.2f"),
                unit="log_points_per_month",
            ),
            Column(
                "p", lambda kind: None if kind.p_value is None else Number(kind.p_value), name="p", unit="probability"
            ),
        ],
        effects,
    )
