"""What page one says of the worth of the answers: how often the rule answers in simulated markets, rightly and wrongly, now and later."""

from collections.abc import Mapping
from typing import Any

from costfloor.report.plain import LAWS_IN_WORDS
from costfloor.studies.operating.chapter import pooled
from costfloor.studies.operating.study import SIMULATED, AnswerCounts, ErrorRates
from costfloor.studies.operating.verdicts import led_by
from costfloor.studies.operating.worlds import WORLDS
from costfloor.studies.simulated import ALL
from costfloor.studies.stored import Stored
from costfloor.studies.waiting.chapter import MONTHS_PER_YEAR, decided
from costfloor.studies.waiting.study import Waiting
from costfloor.typeset.phrases import listing, percentage, plural


def in_simulated_markets(stored: Mapping[str, Stored[Any]], lead: float | None) -> str:
    """A few sentences; empty where nothing was simulated on these data.

    Parameters
    ----------
    stored
        The studies.
    lead
        Of plateau over discovery in log score on the real panel; None without past origins.
    """
    today: ErrorRates | None = _current(stored.get("operating"))
    if today is None:
        return ""
    questions = listing([str(question) for question in SIMULATED])
    now = listing([_share(today.answers, question) for question in SIMULATED])
    answers, wrong = _answers(today.answers)
    given = (
        f"{wrong} of {plural(answers, 'answer')} {'was' if wrong == 1 else 'were'} wrong"
        if answers
        else "none was answered"
    )
    later: Waiting | None = _current(stored.get("waiting"))
    wait = ""
    if later is not None:
        shares = listing([_share(later.answers, question) for question in SIMULATED])
        wait = f" With {later.years_more * MONTHS_PER_YEAR} more months of prices it is {shares}."
    return (
        f"In simulated markets with as many prices as this one, where the truth is known, questions {questions} are answered in {now} of "
        f"cases, and {given}.{wait}{_led(today, lead)}"
    )


def _led(today: ErrorRates, lead: float | None) -> str:
    if lead is None:
        return ""
    shares = listing(
        [
            f"{hits} of {plural(markets, 'simulated market')} with {LAWS_IN_WORDS[world.law]}"
            for world in WORLDS
            for hits, markets in [led_by(today.verdicts, world, lead)]
        ]
    )
    return f" Forecasts with a floor are ahead by as much as now, or more, in {shares}."


def _current[R](study: Stored[R] | None) -> R | None:
    return None if study is None or study.stale else study.result


def _share(counts: tuple[AnswerCounts, ...], question: int) -> str:
    hits, panels = decided(counts, question)
    return percentage(hits / panels)


def _answers(counts: tuple[AnswerCounts, ...]) -> tuple[int, int]:
    """Answers of the rule to all questions, and those of them that are wrong."""
    answers = wrong = 0
    for question in SIMULATED:
        for truth, false in ((True, "no"), (False, "yes")):
            by_answer, _ = pooled(counts, question, ALL, truth)
            answers, wrong = answers + sum(by_answer.values()), wrong + by_answer[false]
    return answers, wrong
