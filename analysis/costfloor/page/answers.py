"""The six questions by vintage: what each line of the ledger has of their answers."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from costfloor.forecast.questions import QUESTIONS
from costfloor.laws import LAWS
from costfloor.page.charts import chosen, colour, compiled, dash, data, law_series, shape
from costfloor.page.figure import Choice, DataTable, Figure, Series
from costfloor.page.vintages import LINE_COLUMNS, line_cells, line_name, lines_by_day
from costfloor.typeset.phrases import plural, probability_span

if TYPE_CHECKING:
    from costfloor.forecast.ledger import Entry, RecordedAnswer
    from costfloor.report.results import Results

ANSWERS, PROBABILITIES = "answers_by_vintage", "answer_probabilities_by_vintage"
AT_LEAST: Final = 2
"""Lines with answers that make a chart of how these moved."""


def by_vintage(results: "Results") -> Figure:
    """The answers by vintage and past day as a table, and once two lines have them the probability of yes by law."""
    entries = lines_by_day(results)
    title = "The six answers by vintage"
    if not entries:
        return Figure("answers", title, ("The ledger has no line yet: costfloor report or costfloor refit adds one.",))
    answers, probabilities = answers_by_vintage(entries), answer_probabilities(entries)
    series = law_series(LAWS)
    asked = _options(probabilities.frame)
    first = next(iter(asked), "")
    moved = sum(bool(entry.answers) for entry in entries) >= AT_LEAST
    lines = [line_name(number, entry) for number, entry in enumerate(entries, 1)]
    return Figure(
        name="answers",
        title=title,
        paragraphs=(
            f"What each line of the ledger answers to the questions above, by the last day of its prices. {_how_many(entries)} A "
            "question that a vintage could not be asked is not recorded, either: 3 and 4 need the study of sizes to be of the same prices.",
        ),
        describes="Probability of yes to the chosen question by line of the ledger and law, by the last day of the prices.",
        charts={"": compiled(_chart(series, lines), series, asked=first)} if moved else {},
        tables=(answers, probabilities),
        series=series if moved else (),
        controls=(Choice("asked", "Question", asked, first),) if moved else (),
    )


def _how_many(entries: Sequence["Entry"]) -> str:
    """Which lines have answers, in words."""
    kept = sum(bool(entry.answers) for entry in entries)
    if kept == len(entries):
        return "Every line has them."
    if kept < AT_LEAST:
        return f"Lines of before answers were kept have none; {kept or 'no'} line has any so far, and two make a chart."
    return f"Lines of before answers were kept have none; the chart is of the {kept} that have them."


def _options(frame: pd.DataFrame) -> dict[str, str]:
    """What was asked, and its words, in the order of the questions."""
    words = {question.id: question.words for question in QUESTIONS}
    first = frame.drop_duplicates("asked").sort_values("question", kind="stable")
    return {asked: f"{asked}. {words[number]}" for asked, number in zip(first["asked"], first["question"], strict=True)}


def answers_by_vintage(entries: Iterable["Entry"]) -> DataTable:
    """A row per line with the six answers in words."""
    rows = [
        {
            **line_cells(number, entry),
            **{f"question_{question.id}": _in_words(entry.answers.get(str(question.id))) for question in QUESTIONS},
        }
        for number, entry in enumerate(entries, 1)
    ]  # fmt: skip
    columns = {
        **LINE_COLUMNS,
        **{f"question_{question.id}": f"Question {question.id}" for question in QUESTIONS},
    }  # fmt: skip
    caption = (
        "The answers to the six questions by line of the ledger, with the lowest and the highest probability of yes over "
        "the laws that had a say."
    )
    return DataTable(ANSWERS, caption, pd.DataFrame(rows, columns=list(columns)), columns)


def answer_probabilities(entries: Iterable["Entry"]) -> DataTable:
    """A row per line, question and law with the probability of yes; question 6 has a row per year ahead."""
    rows = [
        {
            **line_cells(number, entry), "question": question.id, "asked": asked, "law": LAWS[law].title, "probability": by_law[law],
            "answer": recorded.answer, "has_say": "no" if law in recorded.set_aside else "yes",
        }
        for number, entry in enumerate(entries, 1)
        for question in QUESTIONS
        if (recorded := entry.answers.get(str(question.id))) is not None
        for asked, by_law in _asked(question.id, recorded).items()
        for law in LAWS
        if law in by_law
    ]  # fmt: skip
    columns = {
        **LINE_COLUMNS, "question": "Question",
        "asked": "Asked", "law": "Law", "probability": "Probability", "answer": "Answer of the line", "has_say": "Has a say",
    }  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(columns)).astype({"question": int, "probability": float})
    caption = "Probability of yes by line of the ledger, question and law, as far as lines have it."
    return DataTable(PROBABILITIES, caption, frame, columns)


def _asked(number: int, recorded: "RecordedAnswer") -> dict[str, dict[str, float]]:
    """Probability by law of what was asked; question 6 asks it of several years."""
    if not recorded.by_years:
        return {str(number): recorded.probability}
    years = sorted({year for by_year in recorded.by_years.values() for year in by_year}, key=int)
    return {
        f"{number}, in {plural(int(year), 'year')}": {
            law: by_year[year] for law, by_year in recorded.by_years.items() if year in by_year
        }
        for year in years
    }


def _in_words(recorded: "RecordedAnswer | None") -> str:
    if recorded is None:
        return "not recorded"
    heard = [p for law, p in recorded.probability.items() if law not in recorded.set_aside]
    return f"{recorded.answer} ({probability_span(min(heard), max(heard))})" if heard else recorded.answer


def _chart(series: tuple[Series, ...], lines: list[str]) -> Any:
    rows = alt.Chart(data(PROBABILITIES)).transform_filter(chosen("law")).transform_filter("datum.asked == asked")
    place = {
        "x": alt.X("line:N", sort=lines, axis=alt.Axis(title="line of the ledger: last day of its prices", labelAngle=-35)),
        "y": alt.Y("probability:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title="probability of yes", format="%")),
        "color": colour("law", series),
        "tooltip": [
            alt.Tooltip("law:N", title="Law"), alt.Tooltip("last_price:N", title="Last price"), alt.Tooltip("vintage:N", title="Vintage"),
            alt.Tooltip("probability:Q", title="Probability", format=".3f"), alt.Tooltip("answer:N", title="Answer of the line"),
        ],
    }  # fmt: skip
    points = rows.mark_point(filled=True, size=60, opacity=1).encode(shape=shape("law", series), **place)
    # By name the tenth line comes before the second.
    in_order = rows.transform_calculate(number="toNumber(split(datum.line, ':')[0])")
    return in_order.mark_line().encode(strokeDash=dash("law", series), order="number:Q", **place) + points
