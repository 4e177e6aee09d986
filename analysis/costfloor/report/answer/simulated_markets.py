"""What page one says of the worth of the answers: how often the rule answers in simulated markets, rightly and wrongly, now and later."""

from collections.abc import Mapping
from typing import Any

from costfloor.report.plain import LAWS_IN_WORDS
from costfloor.studies.operating.chapter import pooled, wrong_answers
from costfloor.studies.operating.study import SIMULATED, AnswerCounts, ErrorRates
from costfloor.studies.operating.verdicts import slowed_by
from costfloor.studies.operating.worlds import WORLDS
from costfloor.studies.simulated import ALL
from costfloor.studies.stored import Stored
from costfloor.studies.waiting.chapter import MONTHS_PER_YEAR, decided
from costfloor.studies.waiting.study import Waiting
from costfloor.typeset.phrases import listing, percentage, probability


def in_simulated_markets(stored: Mapping[str, Stored[Any]], p_slowed: float) -> str:
    """A few sentences; empty where nothing was simulated on these data.

    Parameters
    ----------
    stored
        The studies.
    p_slowed
        Probability, on the real panel and under plateau, that the rate has halved.
    """
    today: ErrorRates | None = _current(stored.get("operating"))
    if today is None:
        return ""
    questions = listing([str(question) for question in SIMULATED])
    now = listing([_share(today.answers, question) for question in SIMULATED])
    later: Waiting | None = _current(stored.get("waiting"))
    wait = ""
    if later is not None:
        shares = listing([_share(later.answers, question) for question in SIMULATED])
        wait = f", and with {later.years_more * MONTHS_PER_YEAR} more months of prices in {shares}{_in_brackets(later.answers)}"
    return (
        f"In simulated markets like this one questions {questions} are answered in {now} of cases"
        f"{_in_brackets(today.answers, _no_yes(today.answers))}{wait}."
        f"{_slowed(today, p_slowed)}"
    )


def _slowed(today: ErrorRates, p_slowed: float) -> str:
    shares = listing(
        [
            f"{hits} of {markets} with {LAWS_IN_WORDS[world.law]}"
            for world in WORLDS
            for hits, markets in [slowed_by(today.verdicts, world, p_slowed)]
        ]
    )
    return (
        f" Today a chance of {probability(p_slowed)} or more that the fall has lost half of its speed comes in "
        f"{shares}."
    )


def _in_brackets(counts: tuple[AnswerCounts, ...], more: str = "") -> str:
    wrong = wrong_answers(counts)
    return f" ({wrong}{more})" if wrong else ""


def _no_yes(counts: tuple[AnswerCounts, ...]) -> str:
    """That no answer is a yes, so that nothing shows how often one would be right; empty where some are."""
    yes = any(pooled(counts, question, ALL, truth)[0]["yes"] for question in SIMULATED for truth in (True, False))
    return "" if yes else ", none is a yes"


def _current[R](study: Stored[R] | None) -> R | None:
    return None if study is None or study.stale else study.result


def _share(counts: tuple[AnswerCounts, ...], question: int) -> str:
    hits, panels = decided(counts, question)
    return percentage(hits / panels)
