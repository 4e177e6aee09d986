"""Commands about models: which id names which, what nobody has decided yet, and decisions."""

import re
import sys
from collections import Counter
from typing import Annotated, Any

import typer

from costfloor.build import cleaned_quotes
from costfloor.cli.model_questions import contains_text, question_blocks, question_lines, told, unresolved_blocks
from costfloor.cli.screen import visible
from costfloor.cli.shared import Everything, Options, Who, Why
from costfloor.cli.tables import day
from costfloor.data.candidates import unresolved_ids
from costfloor.data.known_models import known_models
from costfloor.data.model_decisions import decide_model, unknown_model
from costfloor.data.model_review import Question, questions
from costfloor.data.schemas import MODEL_KEY
from costfloor.data.setup_tables import setup_tables
from costfloor.errors import InputError

app = typer.Typer()
models = typer.Typer(help="Which model an id names, and decisions on it.", no_args_is_help=True)
app.add_typer(models, name="models")

Key = Annotated[str, typer.Argument(metavar="KEY", help="Key of a model, creator/name.")]
Spelling = Annotated[
    str, typer.Argument(metavar="SPELLING", help="Id or name as sources spell it; in models.dev host/id.")
]
Contains = Annotated[str, typer.Option(help="Only ids and names that contain this text.")]
Source = Annotated[str | None, typer.Option(help="Only for this source; default: all.")]


@models.command(epilog="Example: costfloor models unresolved --contains llama")
def unresolved(context: typer.Context, contains: Contains = "", everything: Everything = False) -> None:
    """List ids with prices and no model, with the nearest models."""
    call: Options = context.obj
    store = call.store()
    ids = unresolved_ids(cleaned_quotes(store), known_models(store, None).models)
    ids = [row for row in ids if contains.casefold() in row["model_id"].casefold()]
    call.emit({"n": len(ids), "ids": ids}, *unresolved_blocks(ids, contains, everything=everything))


@models.command(epilog="Example: costfloor models review --accept 3 --who Ada --why 'the same name on its page'")
def review(
    context: typer.Context,
    accept: Annotated[
        int | None, typer.Option(metavar="N", help="Question N: it is the first of its candidates.")
    ] = None,
    reject: Annotated[int | None, typer.Option(metavar="N", help="Question N: it is none of its candidates.")] = None,
    who: Annotated[str, typer.Option(help="Who decides; on a terminal the questions are then asked one by one.")] = "",
    why: Annotated[str, typer.Option(help="The reason.")] = "",
    contains: Contains = "",
    everything: Everything = False,
) -> None:
    """List what needs a person, with the nearest models and the evidence; answer one by its number, or all on a terminal."""
    call: Options = context.obj
    store = call.store()
    asked = questions(known_models(store, None), cleaned_quotes(store))
    if accept is not None or reject is not None:
        if accept is not None and reject is not None:
            raise InputError("cannot both be", column="--accept, --reject", remedy="Answer one question at a time")
        number, option = (accept, "--accept") if accept is not None else (reject, "--reject")
        assert number is not None
        if not 1 <= number <= len(asked):
            remedy = "See `costfloor models review`"
            raise InputError("is no question", column=option, value=str(number), remedy=remedy)
        question = asked[number - 1]
        if accept is not None and not question.candidates:
            remedy = "Add its creator to creators.csv, or the model with `costfloor models add`"
            raise InputError("has no candidate to accept", column=option, value=question.spelling, remedy=remedy)
        decision = _answer(call, question, question.candidates[0] if accept is not None else None, who, why)
        call.emit({"number": number, **decision}, told(decision))
        return
    if who and not call.json and sys.stdin.isatty() and sys.stdout.isatty():
        _ask(call, asked, who)
        return
    # The numbers are those of all questions: they are what an answer names.
    chosen = [entry for entry in enumerate(asked, start=1) if contains_text(entry[1], contains)]
    listed = [question.as_json(number) for number, question in chosen]
    call.emit({"n": len(listed), "questions": listed}, *question_blocks(chosen, everything=everything))


@models.command(
    epilog="Example: costfloor models add acme/foo-1 --name 'Foo 1' --creator Acme --release-date 2026-03-01 --who Ada --why x"
)
def add(
    context: typer.Context,
    key: Key,
    name: Annotated[str, typer.Option(help="Display name.")],
    creator: Annotated[str, typer.Option(help="Who made it.")],
    release_date: Annotated[str, typer.Option(help="Day of its release, YYYY-MM-DD.")],
    who: Who,
    why: Why,
    open_weights: Annotated[
        bool | None, typer.Option("--open-weights/--closed", help="Whether its weights can be downloaded.")
    ] = None,
    params_total_b: Annotated[float | None, typer.Option(min=0, help="Its parameters, billions.")] = None,
    params_active_b: Annotated[float | None, typer.Option(min=0, help="Those used per token, billions.")] = None,
) -> None:
    """Say that there is such a model."""
    call: Options = context.obj
    store = call.store()
    if key in set(known_models(store, None).models["model_key"]):
        raise InputError(
            "is there already", column="KEY", value=key, remedy="Name spellings of it with `costfloor models alias`"
        )
    if not re.fullmatch(MODEL_KEY, key):
        raise InputError("is no key", column="KEY", value=key, remedy="Write creator/name, such as acme/foo-1")
    weights = None if open_weights is None else "open" if open_weights else "closed"
    decision = {
        "model_key": key,
        "name": name,
        "creator": creator,
        "release_date": day(release_date, "--release-date"),
        "weights": weights,
        "params_total_b": params_total_b,
        "params_active_b": params_active_b,
    }
    decide_model(store, "add", who, why, **decision)
    call.emit(
        {"action": "add", **decision, "release_date": release_date, "who": who, "why": why},
        f"{key}: added. `costfloor build` takes that in.",
    )


@models.command(epilog="Example: costfloor models alias acme/foo-1 foo-one --who Ada --why 'its own page'")
def alias(context: typer.Context, key: Key, spelling: Spelling, who: Who, why: Why, source: Source = None) -> None:
    """Say that a spelling names a model."""
    _decide(context.obj, "alias", who, why, model_key=key, spelling=spelling, source=source)


@models.command(epilog="Example: costfloor models merge acme/foo-1-preview acme/foo-1 --who Ada --why 'one model'")
def merge(
    context: typer.Context,
    key: Key,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Key of the model that it is.")],
    who: Who,
    why: Why,
) -> None:
    """Say that a model is another one; the second key stays."""
    _decide(context.obj, "merge", who, why, model_key=key, into=into)


@models.command(
    epilog="Example: costfloor models split acme/foo-1 foo-1-turbo --into acme/foo-1-turbo --who Ada --why x"
)
def split(
    context: typer.Context,
    key: Key,
    spelling: Spelling,
    who: Who,
    why: Why,
    into: Annotated[str | None, typer.Option(help="The model that it names; default: none.")] = None,
    source: Source = None,
) -> None:
    """Take a spelling off a model, and give it to another or to none."""
    _decide(context.obj, "split", who, why, model_key=key, spelling=spelling, into=into, source=source)


@app.command(name="setup-tables", epilog="Example: costfloor setup-tables")
def setup(context: typer.Context) -> None:
    """Create the tables that people write, with their header, where they are missing."""
    call: Options = context.obj
    made = setup_tables(call.store())
    call.emit({"created": made}, *(made or ["All are there."]))


def _decide(call: Options, action: str, who: str, why: str, **values: str | None) -> None:
    store = call.store()
    known = known_models(store, None)
    keys = set(known.models["model_key"])
    for column in ("model_key", "into"):
        key = values.get(column)
        if key is not None and key not in keys:
            raise unknown_model(key, keys, "INTO" if column == "into" else "KEY")
    if action == "merge" and values["model_key"] in set(store.table("models")["model_key"]):
        remedy = "The models of the raw tables stay: join the other one into it"
        raise InputError("cannot be joined into another", column="KEY", value=values["model_key"], remedy=remedy)
    decide_model(store, action, who, why, **values)
    decision = {"action": action, **values, "who": who, "why": why}
    call.emit(decision, told(decision))


def _answer(call: Options, question: Question, accepted: str | None, who: str, why: str) -> dict[str, Any]:
    """Write down that a question's spelling names a model; None: that it is not the nearest one."""
    nearest = question.candidates[0] if question.candidates else None
    # An id that has a price and no model is none of all models, not just not the nearest.
    key = accepted or (nearest if question.name else None)
    values = {"model_key": key, "spelling": question.spelling, "source": question.source}
    action = "reject" if accepted is None else "accept"
    decide_model(call.store(), action, who, why, **values)
    return {"action": action, **values, "who": who, "why": why}


def _ask(call: Options, asked: list[Question], who: str) -> None:
    """Go through the questions on a terminal, one key each."""
    answers = Counter[str]()
    for number, question in enumerate(asked, start=1):
        print(visible(f"\n{question_lines(number, question)}"))
        key = _key(question)
        if key == "q":
            break
        if key == "s":
            continue
        accepted = None if key == "r" else question.candidates[int(key) - 1]
        decision = _answer(call, question, accepted, who, f"by eye: {question.reason}")
        answers[decision["action"]] += 1
        print(visible(f"   {told(decision)}"))
    left = len(asked) - answers.total()
    rebuild = "; `costfloor build` takes that in" if answers else ""
    print(f"{answers['accept']} accepted, {answers['reject']} rejected, {left:,} left{rebuild}")


def _key(question: Question) -> str:
    """The key that somebody presses: the number of a candidate, or r, s or q. Others are no answer."""
    numbers = [str(number) for number, _ in enumerate(question.candidates, start=1)]
    which = f"{'-'.join(dict.fromkeys((numbers[0], numbers[-1])))} accept, " if numbers else ""
    print(f"   {which}r reject, s skip, q quit: ", end="", flush=True)
    while True:
        try:
            pressed = typer.getchar().lower()
        except EOFError:
            pressed = "q"
        key = {"a": "1", "\r": "s", "\n": "s"}.get(pressed, pressed)
        if key in (*numbers, "r", "s", "q"):
            print(key)
            return key
