"""Page one: the six questions with their answers, the rate by year, what changed, what would change it, and what is not to be relied on."""

from collections.abc import Mapping
from typing import Final

from costfloor.forecast.compare import Comparison
from costfloor.forecast.ledger import Entry
from costfloor.forecast.questions import Answered, Questions
from costfloor.forecast.verdict import CREDIBLE, ELPD_MARGIN, MIN_ORIGINS, clear_lead, most_slowed
from costfloor.report import scale
from costfloor.report.answer.simulated_markets import in_simulated_markets
from costfloor.report.answer.sources_page import sources_in_short
from costfloor.report.decline import last_12_months
from costfloor.report.drawings import shown
from costfloor.report.moves import computed_otherwise, data_before
from costfloor.report.plain import LAWS_IN_WORDS, QUESTIONS_IN_WORDS, fall, fall_span
from costfloor.report.study import Study
from costfloor.studies.catalogue import STUDIES
from costfloor.studies.graphs.claims import heard
from costfloor.typeset.blocks import Block, columns, heading, note, table, text
from costfloor.typeset.montecarlo import above, below
from costfloor.typeset.phrases import listing, percentage, plural, probability
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.values import ProbabilitySpan

VERDICTS: Final[Mapping[str, str]] = {
    "inconclusive": "Not decided: the data do not yet say whether the fall of prices slows to a floor or goes on",
    "plateau": "The fall of prices slows to a floor",
    "discovery": "The fall of prices goes on: the data show no floor",
}
LATEST: Final = "10"
"""Of the last question the years ahead that are named."""

OWN_PRIOR: Final = (
    "The floor repeats what was assumed of it before any price was seen; the prices say little on it, and nothing below that rests on a "
    "floor is a finding."
)


def first_page(study: Study) -> list[Block]:
    """What a reader of one page takes home."""
    comparison = study.comparison
    failed = [
        *failures(study),
        *(
            ["FAILED: the measure of ability drifts faster than prices fall: no rate is to be read off these prices."]
            if scale.failures(study)
            else []
        ),
    ]
    dominated = comparison.prior_sensitivity.prior_dominated
    return [
        *([note("Some results below are not to be relied on", failed, alarm=True)] if failed else []),
        note(VERDICTS[comparison.verdict], [in_short(study)]),
        *([note("The plateau is your prior", [OWN_PRIOR], alarm=True)] if dominated else []),
        heading("Six questions, fixed beforehand"),
        table(six_answers(comparison.questions)),
        shown("rates_by_year", floats=False),
        *where_from(study),
        columns(
            [heading("What changed", 2), text(what_changed(study.history))],
            [heading("What would change it", 2), text(what_would_change(comparison))],
        ),
        text(in_simulated_markets(study.calibration, comparison.p_slowed), side_results(study)),
    ]


def in_short(study: Study) -> str:
    """How fast prices fall, under how many descriptions, and the chance of the claimed floor."""
    middle = last_12_months(study.fits, study.obs).values()
    aside = study.comparison.questions.set_aside
    uncounted = (
        f" {listing([f'“{LAWS_IN_WORDS[law]}”' for law in aside])} is not counted below." if len(aside) == 1 else ""
    )
    uncounted = f" {plural(len(aside), 'description')} are not counted below." if len(aside) > 1 else uncounted
    return (
        f"Over the 12 months to {study.obs.last:%d %B %Y} models of the same ability became {fall_span(min(middle), max(middle))}, by "
        f"the middle estimates of {plural(len(middle), 'description')} of how prices move, each with a doubt of its own (figure). Under "
        f"“{LAWS_IN_WORDS['plateau']}” a fall that stays at 15 to 20 % a year has a chance of "
        f"{probability(study.comparison.p_floor_15_20_plateau)} ({probability(study.comparison.p_floor_15_20_prior)} before any price was "
        f"seen); one of at most 20 % is question 6.{uncounted}"
    )


def six_answers(questions: Questions) -> Table:
    """The questions in plain words, their answers, and how sure each is."""
    spans = questions.spans()
    return tabulate(
        "six_answers",
        "Questions and limits were fixed before prices of 2026 were read, details of computing added after (docs/questions.md). Yes or no: "
        "where every description of how prices move gives it. Chance: of yes, lowest and highest over them; before: before any price.",
        [
            Column("", lambda answered: answered.id, name="question_id"),
            Column("Question", lambda answered: QUESTIONS_IN_WORDS[answered.id], "L"),
            Column("Answer", _answer, "l"),
            Column("Chance", lambda answered: _span(_said(answered, questions, spans[answered.id])), name="chance"),
            Column("Before", lambda answered: _span(_before(answered, questions)), name="before"),
            Column("Why", lambda answered: why(answered, questions), "L"),
        ],
        questions.answers,
    )


def why(answered: Answered, questions: Questions) -> str:
    """What the descriptions say to a question, counted."""
    if answered.answer == "not yet asked":
        return "The account of price and size together has not been run on these data."
    if answered.threshold is None:
        late = _late(questions)
        return f"In {LATEST} years; it hangs on the description alone." if late else "No description counts."
    heard = {law: answer for law, answer in answered.answer_by_law.items() if law not in questions.set_aside}
    if not heard:
        return "No description counts."
    assumed = [law for law in heard if answered.odds_ratio_by_law.get(law, 0.0) is None]
    learned = [answer for law, answer in heard.items() if law not in assumed]
    clauses = [
        f"{learned.count(answer)} {words[learned.count(answer) == 1]}"
        for answer, words in (
            ("yes", ("say yes", "says yes")),
            ("no", ("say no", "says no")),
            ("not decided", ("leave it open", "leaves it open")),
        )
        if answer in learned
    ]
    clauses += (
        [f"{len(assumed)} cannot slow by what {'it assumes' if len(assumed) == 1 else 'they assume'}"]
        if assumed
        else []
    )
    return f"Of {plural(len(heard), 'description')} {listing(clauses)}."


def where_from(study: Study) -> list[Block]:
    """What either source of the fall did; nothing where they were not told apart on these data."""
    stored = study.calibration.get("graphs")
    laws = heard(stored.result) if stored is not None and not stored.stale else ()
    return [text(sources_in_short(laws))] if laws else []


def what_changed(history: tuple[Entry, ...]) -> str:
    """What the last data changed, in amounts by which prices fall."""
    if len(history) < 2:
        return "These are the first data whose results were kept: there is nothing to compare with."
    now = history[-1]
    before = data_before(history)
    verdict = (
        "the answer to floor or no floor stays what it was"
        if now.verdict == before.verdict
        else f"the answer was “{VERDICTS[before.verdict].lower()}”"
    )
    then, today = (fall(entry.quantities["plateau"]["rate_now"][1]) for entry in (before, now))
    other = "" if before.rates_of == now.rates_of else " Part of that is another way to take the mean over models."
    first = computed_otherwise(history)
    if first is not None:
        other += (
            f" Not all of that is new prices: when these were first used, with other models, it was "
            f"{fall(first.quantities['plateau']['rate_now'][1])}, and the chance that it has halved {probability(first.p_slowed)}, not "
            f"{probability(now.p_slowed)}."
        )
    return (
        f"Since the data to {before.last} the prices used went from {before.n:,} to {now.n:,}, and {verdict}. If the fall slows to a "
        f"floor, its own pace (chance left out) is {today} a year, where it was {then}.{other}"
    )


def side_results(study: Study) -> str:
    """Which further computations are out of date or were not run, and how many other ways to read the data could not be computed."""
    stored = study.calibration
    sentences = []
    measures = stored.get("measures")
    if measures is not None and not measures.stale:
        variants = measures.result.variants
        failed = sum(not variant.passed for variant in variants)
        sentences.append(
            f"Of {plural(len(variants), 'way')} to read the data {failed} could not be computed "
            "reliably, and count for nothing."
            if failed
            else f"All {len(variants)} ways to read the data could be computed."
        )
    missing, old = [name for name in STUDIES if name not in stored], [name for name in stored if stored[name].stale]
    if missing or old:
        parts = [
            f"{len(old)} {'is' if len(old) == 1 else 'are'} out of date" if old else "",
            f"{len(missing)} {'was' if len(missing) == 1 else 'were'} not run" if missing else "",
        ]
        sentences.append(
            f"Of {len(STUDIES)} further computations {listing(list(filter(None, parts)))}, as the technical report marks."
        )
    return " ".join(sentences)


def what_would_change(comparison: Comparison) -> str:
    """What evidence would decide between a floor and none, or overturn the answer."""
    difference, error = comparison.elpd_difference, comparison.elpd_difference_se
    if not comparison.passed:
        return "First the computations that did not settle must be mended: until then no forecast counts as evidence."
    if difference is None or error is None or len(comparison.origins) < MIN_ORIGINS:
        return f"More history: forecasts can be judged from too few past dates, {MIN_ORIGINS} at least are asked for."
    margin, slowed = clear_lead(error), comparison.p_slowed
    most = most_slowed(difference, error)
    now = f"(now {probability(slowed)})"
    if comparison.verdict == "plateau":
        return (
            "The answer would fall if new prices took away the clear lead that forecasts with a floor have over those of a fall kept up by "
            f"discoveries, or if the chance that the fall has lost half of its speed sank below {probability(CREDIBLE)} {now}."
        )
    if comparison.verdict == "discovery":
        return (
            "The answer would fall if forecasts with a floor came to be better than those of a fall kept up by discoveries, or if the "
            f"chance that the fall has lost half of its speed rose above {probability(most)} {now}."
        )
    return (
        "For a floor: forecasts with one must beat those of a fall kept up by discoveries by a clear margin "
        f"({_lead(difference, margin, comparison.elpd_margin_mcse or 0.0)}), "
        f"and the chance that the fall has lost half of its speed must reach {probability(CREDIBLE)} {now}. For no floor: forecasts "
        f"without one must be about as good ({_behind(difference)}), and that chance must be at most {probability(most)}."
    )


def failures(study: Study) -> list[str]:
    """What could not be computed reliably, one sentence each; empty when all could."""
    lines = [
        f"FAILED: “{LAWS_IN_WORDS[name]}” could not be computed reliably; what it says below does not count."
        for name, fit in study.fits.items()
        if not fit.passed
    ]
    if not study.build.passed:
        lines.append(
            "FAILED: the measure of how able each model is could not be computed reliably; everything rests on it."
        )
    if not study.comparison.passed:
        lines.append("FAILED: forecasts made anew at past dates; which description forecasts better is not known.")
    return lines


def _lead(difference: float, margin: float, mcse: float) -> str:
    if difference <= 0.0:
        return "now they are behind"
    if above(difference, margin, mcse):
        return "now they do"
    if below(difference, margin, mcse):
        return f"now they have {percentage(difference / margin)} of it"
    return "now they stand about there, as closely as it can be computed"


def _behind(difference: float) -> str:
    return "now they are not" if difference >= ELPD_MARGIN else "now they are"


def _answer(answered: Answered) -> str:
    return {"not decided": "undecided", "a table": "see chance"}.get(answered.answer, answered.answer)


def _late(questions: Questions) -> list[float]:
    return [years[LATEST] for law, years in questions.p_at_most_20.items() if law not in questions.set_aside]


def _said(answered: Answered, questions: Questions, span: tuple[float, float] | None) -> tuple[float, float] | None:
    late = _late(questions)
    return (min(late), max(late)) if answered.threshold is None and late else span


def _before(answered: Answered, questions: Questions) -> tuple[float, float] | None:
    heard = [p for law, p in answered.prior.items() if law not in questions.set_aside]
    return (min(heard), max(heard)) if heard else None


def _span(span: tuple[float, float] | None) -> Cell:
    return None if span is None else ProbabilitySpan(*span)
