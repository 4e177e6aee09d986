"""The six questions: what each law says to them, before and after the prices."""

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from costfloor.laws import LAWS
from costfloor.page.charts import chosen, colour, compiled, data, law_series, shape
from costfloor.page.figure import Choice, DataTable, Figure
from costfloor.typeset.phrases import probability_span
from costfloor.typeset.style import GREY

if TYPE_CHECKING:
    from costfloor.forecast.questions import Answered, Questions
    from costfloor.report.results import Results

PROBABILITIES = "questions_by_law"
YEARS_AHEAD = "at_most_20"


def six_questions(results: "Results") -> Figure:
    """Every question with its answer, the probabilities behind it by law, and question 6 by years ahead."""
    questions = results.comparison.questions
    series = law_series(_laws(questions), shown=_laws(questions))
    asked = {str(answered.id): answered.question for answered in questions.answers if answered.probability_by_law}
    first = next(iter(asked), "")
    return Figure(
        name="questions",
        title="The six questions",
        paragraphs=(
            "They were written before the prices that answer them were read. No law speaks for all: an answer is yes or no when every law "
            "that has a say gives it. The chart has the probability of yes under each law given the prices (filled), and before any price "
            "was seen (hollow); the marks on the axis are the thresholds where they are of the probability.",
        ),
        answers=tuple(
            (f"{answered.id}. {answered.question}", _answer(answered, questions)) for answered in questions.answers
        ),
        describes="Probability of yes to the chosen question under each law, given the prices and before them.",
        charts={"": compiled(_chart(series, questions), series, height=40 + 30 * len(series), question=int(first or 0))}
        if asked
        else {},
        tables=(_by_law(questions), _at_most_20(questions)),
        series=series,
        controls=(Choice("question", "Question", {key: f"{key}. {words}" for key, words in asked.items()}, first),)
        if asked
        else (),
    )


def _answer(answered: "Answered", questions: "Questions") -> str:
    span = questions.spans()[answered.id]
    return (
        answered.answer
        if span is None
        else f"{answered.answer} ({probability_span(*span)} over the laws that have a say)"
    )


def _chart(series: Any, questions: "Questions") -> Any:
    rows = alt.Chart(data(PROBABILITIES)).transform_filter("datum.question == question").transform_filter(chosen("law"))
    y = alt.Y("law:N", title=None, sort=[entry.value for entry in series])
    tooltip = [
        alt.Tooltip("law:N", title="Law"),
        alt.Tooltip("probability:Q", title="Given the prices", format=".3f"),
        alt.Tooltip("prior:Q", title="Before the prices", format=".3f"),
        alt.Tooltip("answer:N", title="Says"),
    ]
    axis = alt.X("probability:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title="probability of yes", format="%"))
    after = rows.mark_point(filled=True, size=110, opacity=1).encode(
        x=axis, y=y, color=colour("law", series), shape=shape("law", series), tooltip=tooltip
    )
    before = rows.mark_point(filled=False, size=110, strokeWidth=1.5).encode(
        x="prior:Q", y=y, color=colour("law", series), shape=shape("law", series), tooltip=tooltip
    )
    ends = [
        {"question": answered.id, "at": end}
        for answered in questions.answers
        if answered.threshold is not None and answered.threshold.of == "probability"
        for end in (answered.threshold.yes, answered.threshold.no)
    ]
    thresholds = (
        alt.Chart(alt.InlineData(values=ends or [{"question": 0, "at": 0.0}]))
        .transform_filter("datum.question == question")
        .mark_rule(color=GREY, strokeDash=[4, 3])
        .encode(x="at:Q")
    )
    return thresholds + before + after


def _laws(questions: "Questions") -> tuple[str, ...]:
    """The laws that were asked, in the order of the package."""
    return tuple(law for law in LAWS if law in questions.p_at_most_20)


def _by_law(questions: "Questions") -> DataTable:
    frame = questions.to_frame()
    # Stored results have lost the order of the laws.
    order = frame["law"].map(list(LAWS).index)
    frame = frame.assign(order=order).sort_values(["question", "order"]).drop(columns="order").reset_index(drop=True)
    titles = {name: law.title for name, law in LAWS.items()}
    return DataTable(
        PROBABILITIES,
        "What each law says to each question that was asked: probability of yes given the prices, its Monte Carlo "
        "error, the same before the "
        "prices, and posterior odds over prior odds where the threshold is of them.",
        frame.assign(law=frame["law"].map(titles), set_aside=frame["set_aside"].map({True: "yes", False: "no"})),
        {
            "question": "Question", "law": "Law", "answer": "Says", "probability": "Probability", "mcse": "Monte Carlo error",
            "prior": "Prior", "odds_ratio": "Odds ratio", "set_aside": "Set aside",
        },
    )  # fmt: skip


def _at_most_20(questions: "Questions") -> DataTable:
    rows = [
        {"law": LAWS[law].title, "years_ahead": int(years), "probability": p, "set_aside": "yes" if law in questions.set_aside else "no"}
        for law in _laws(questions)
        for years, p in sorted(questions.p_at_most_20[law].items(), key=lambda ahead: int(ahead[0]))
    ]  # fmt: skip
    return DataTable(
        YEARS_AHEAD,
        "Question 6: probability that the price at fixed capability falls by at most 20 % a year (or rises), so many "
        "years after the last date.",
        pd.DataFrame(rows, columns=["law", "years_ahead", "probability", "set_aside"]),
        {"law": "Law", "years_ahead": "Years ahead", "probability": "Probability", "set_aside": "Set aside"},
    )
