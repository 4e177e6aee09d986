"""Names of models that need a person, for a reader."""

from typing import Any

from costfloor.cli.screen import Block, shown_rows
from costfloor.data.model_review import Question
from costfloor.typeset.phrases import plural
from costfloor.typeset.tables import Column

WHOLE = 3
"""So few questions are shown whole."""


def contains_text(question: Question, text: str) -> bool:
    """Whether the id or the stated name of a question contains a text, capitals or not."""
    return text.casefold() in f"{question.spelling} {question.name}".casefold()


def unresolved_blocks(ids: list[dict[str, Any]], contains: str, *, everything: bool) -> list[Block]:
    """Ids without a model, those with most prices first."""
    if not ids:
        return [f"No such id contains '{contains}'." if contains else "Every id with a price has a model."]
    columns = [
        Column[dict[str, Any]]("Prices", lambda row: int(row["quotes"])),
        Column("Id", lambda row: row["model_id"], "l"),
        Column("Seller", lambda row: row["provider"] or row["source"], "l"),
        Column("Last seen", lambda row: row["last"], "l"),
        Column("Nearest model", lambda row: row["candidates"][0] if row["candidates"] else "none", "l"),
    ]
    caption = f"{plural(len(ids), 'id')} with {plural(sum(row['quotes'] for row in ids), 'price')} and no model"
    return [
        *shown_rows(caption, columns, ids, everything=everything, rest="--all, or --contains TEXT"),
        "To say which model one is: costfloor models alias KEY ID --who YOU --why REASON, or one after another with "
        "`costfloor models review --who YOU`.",
    ]


def question_blocks(asked: list[tuple[int, Question]], *, everything: bool) -> list[Block]:
    """What needs a person, what most entries ask first; a few are shown whole."""
    if not asked:
        return ["Nothing needs a person."]
    if len(asked) <= WHOLE:
        return [question_lines(number, question) for number, question in asked]
    columns = [
        Column[tuple[int, Question]]("No.", lambda row: row[0]),
        Column("Entries", lambda row: row[1].entries),
        Column("Id or name", lambda row: row[1].spelling, "l"),
        Column("Nearest model", lambda row: row[1].candidates[0] if row[1].candidates else "none", "l"),
    ]
    if everything:
        columns.append(Column("Not clear because", lambda row: row[1].reason, "L"))
    most = sorted(asked, key=lambda row: -row[1].entries)
    return [
        *shown_rows(
            f"{plural(len(asked), 'name')} to decide on",
            columns,
            most,
            everything=everything,
            rest="--all, or --contains TEXT",
        ),
        "One after another, by one key each: costfloor models review --who YOU. A single one: --accept NO or --reject NO.",
    ]


def question_lines(number: int, question: Question) -> str:
    """A question whole: what is asked, the nearest models, and where it can be seen."""
    stated = ", ".join(filter(None, (question.name, question.creator, question.release_date)))
    at = f" in {question.source}" if question.source else ""
    near = ", ".join(f"({place}) {key}" for place, key in enumerate(question.candidates, start=1))
    entries = "1 entry" if question.entries == 1 else f"{question.entries} entries"
    return (
        f"{number}. {question.spelling}{at}{f' ({stated})' if stated else ''}: {question.reason}; {entries}\n"
        f"   nearest: {near or 'none: `costfloor models add`'}\n   {question.evidence}"
    )


def told(decision: dict[str, Any]) -> str:
    """A decision as a sentence."""
    verb = {"alias": "names", "accept": "names", "merge": "is", "split": "is taken off", "reject": "does not name"}[
        decision["action"]
    ]
    if decision["action"] == "merge":
        return f"{decision['model_key']} {verb} {decision['into']}"
    into = f", and names {decision['into']}" if decision.get("into") else ""
    return f"{decision['spelling']} {verb} {decision['model_key'] or 'any model'}{into}"
