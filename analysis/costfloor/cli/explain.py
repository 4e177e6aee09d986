"""`costfloor explain`: the words of the report and of this program."""

from typing import Annotated

import typer

from costfloor.cli.shared import Options
from costfloor.glossary import GLOSSARY, look_up
from costfloor.typeset.tables import Column, tabulate

app = typer.Typer()


@app.command(epilog="Example: costfloor explain elpd")
def explain(
    context: typer.Context,
    term: Annotated[
        list[str] | None, typer.Argument(metavar="[TERM]", help="A term; without one all are listed.")
    ] = None,
) -> None:
    """Explain a term of the report or of this program in plain words; without a term list all."""
    call: Options = context.obj
    if not term:
        columns = [
            Column[tuple[str, str]]("Term", lambda entry: entry[0], "l"),
            Column("In short", lambda entry: _first_sentence(entry[1]), "L"),
        ]
        table = tabulate("", "", columns, GLOSSARY.items())
        call.emit({"terms": dict(GLOSSARY)}, table, "The whole of one: costfloor explain TERM.")
        return
    name, meaning = look_up(" ".join(term))
    call.emit({"term": name, "meaning": meaning}, f"{name}: {meaning}")


def _first_sentence(meaning: str) -> str:
    return f"{meaning.partition('. ')[0].rstrip('.')}."
