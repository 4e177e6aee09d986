"""What `costfloor status` tells a reader: what is there, the answers, what is out of date, and what to type next."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from costfloor.cli.screen import Block
from costfloor.typeset.phrases import listing, plural, probability_span
from costfloor.typeset.tables import Column, tabulate

IN_SHORT: Final = {
    1: "20 % or less in the last 12 months?",
    2: "Halving in the next 12 months?",
    3: "20 % or less per active parameter?",
    4: "Size needed: its fall slowed by half?",
    5: "Slowed by a quarter since it opened?",
    6: "20 % a year or less, 10 years on?",
}
"""The six questions of docs/questions.md in a few words; all of them are of prices at fixed capability."""

SHORT_HASH: Final = 12
"""Letters of a vintage that tell it from others."""


def overview(state: Mapping[str, Any], report: str, costly: str = "costfloor report") -> list[Block]:
    """The JSON of `costfloor status` in about a dozen lines.

    Parameters
    ----------
    state
        From `costfloor.status.status`.
    report
        Path of the pages that the answers are of.
    costly
        The command that brings fits and panel up to date.
    """
    lines = [
        ("Data", _data(state["panel"], state["vintage"])),
        ("Report", f"{report}: {_in_words(**state['report'])}"),
        ("Page", _in_words(**state["page"])),
        *_standing(state).items(),
        ("Waiting", _waiting(state)),
        ("Next", next_step(state, costly)),
    ]
    answers = tabulate(
        "",
        "",
        [
            Column("", lambda answer: answer["id"]),
            Column("Fall of price at fixed capability", lambda answer: IN_SHORT[answer["id"]], "l"),
            Column("Answer", _answer, "l"),
            Column(
                "Yes, by law", lambda answer: probability_span(*span) if (span := answer["probability"]) else None, "l"
            ),
        ],
        state["questions"],
    )
    standing = tabulate(
        "",
        "",
        [Column("", lambda line: line[0], "l"), Column("", lambda line: line[1], "l")],
        [line for line in lines if line[1]],
    )
    return [answers, standing] if state["questions"] else [standing]


def next_step(state: Mapping[str, Any], costly: str = "costfloor report") -> str:
    """The command to type now, and what it does."""
    if state["panel"] is None and state["report"]["state"] == "current":
        return "open the report; `costfloor build` makes the panel, in a minute or two"
    if state["panel"] is None or state["stale"] or state["unfitted"] or any(fit["stale"] for fit in state["fits"]):
        return f"`{costly}` builds, fits and compares"
    if state["report"]["state"] != "current":
        return "`costfloor report` writes the report anew"
    if state["page"]["state"] == "stale":
        return "`costfloor page` writes the explorer page anew"
    if any(study["state"] != "current" for study in state["studies"]):
        return "`costfloor calibrate` runs what is out of date or missing, and says first how long it takes"
    review = "`costfloor models review` lists the names that need a person; " if state["unresolved"] else ""
    return f"{review}`costfloor refresh` takes in new prices"


def _data(panel: Mapping[str, Any] | None, vintage: str | None) -> str:
    if panel is None:
        return "nothing is built"
    held = f"{panel['quotes']:,} prices of {panel['models']:,} models at {panel['hosts']:,} sellers"
    return f"{held}, {panel['first']} to {panel['last']} (vintage {str(vintage)[:SHORT_HASH]})"


def _answer(answer: Mapping[str, Any]) -> str:
    return "by law alone" if answer["answer"] == "a table" else str(answer["answer"])


def _standing(state: Mapping[str, Any]) -> dict[str, str]:
    """What is current, stale, missing or failed: how much of it, and of the last three which and why."""
    fits = [(fit["law"], "stale" if fit["stale"] else "current", fit["because"]) for fit in state["fits"]]
    fits += [(law, "missing", "") for law in state["unfitted"]]
    studies = [(study["name"], study["state"], study["because"]) for study in state["studies"]]
    current = [
        f"{sum(state == 'current' for _, state, _ in things)} of {len(things)} {name}"
        for name, things in (("fits", fits), ("studies", studies))
    ]
    built = [] if state["panel"] is None else [("the panel", "stale" if state["stale"] else "current", "")]
    failed = [fit["law"] for fit in state["fits"] if not fit["passed"]]
    return {
        "Current": listing([*(name for name, standing, _ in built if standing == "current"), *current]),
        "Stale": _named([*built, *fits, *studies], "stale"),
        "Missing": _named([*fits, *studies], "missing"),
        "FAILED": f"the gates of {listing(failed)}" if failed else "",
    }


def _named(things: Sequence[tuple[str, str, str]], wanted: str) -> str:
    """Those in a state, with the same reason together; why a thing is missing needs no reason."""
    by_reason: dict[str, list[str]] = {}
    for name, standing, because in things:
        if standing == wanted:
            by_reason.setdefault("" if wanted == "missing" else because, []).append(name)
    return "; ".join(f"{', '.join(names)}{f' ({reason})' if reason else ''}" for reason, names in by_reason.items())


def _waiting(state: Mapping[str, Any]) -> str:
    """What waits for a person."""
    parts = {
        "of ids without a model": state["unresolved"] or 0,
        "held back": state["quarantined"] or 0,
    }
    return listing([f"{plural(count, 'price')} {what}" for what, count in parts.items() if count])


def _in_words(state: str, because: str) -> str:
    return f"{state}: {because}" if because else state
