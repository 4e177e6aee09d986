"""Which command is in which module: it is imported when it runs, so that help and quick answers wait for no library."""

from importlib import import_module
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

COMMANDS: Final = {
    "status": ("status", "Give the six answers, what is current, stale or missing, and the command to type next."),
    "explain": ("explain", "Explain a term of the report or of this program in plain words; without a term list all."),
    "report": ("report", "Build, fit, compare and write reports/report.pdf and reports/technical.pdf."),
    "page": (
        "page",
        "Write reports/explorer.html from the stored results: one file with charts, tables and sliders, for a browser.",
    ),
    "economics": (
        "economics",
        "Margin, break-even and pay-back of a service under every law and under fixed rates of decline.",
    ),
    "index": ("trends", "Price index of the project's panel or of a table, with tests for a break in its trend."),
    "trend": ("trends", "Classical trends of the project's panel or of a table."),
    "fit": ("fits", "Fit a law of motion; an unchanged fit is read, not run again."),
    "compare": ("comparison", "Compare the laws by forecast and give a verdict."),
    "check": ("comparison", "Posterior predictive checks of every law."),
    "score": ("comparison", "Say how well the current fits predicted new rows."),
    "sources": (
        "data",
        "List the formats that can be ingested, where they are published, and how old the newest vintage of each is.",
    ),
    "refresh": ("refresh", "Fetch or take files, ingest all of them, and say what changed and what needs a person."),
    "ingest": ("data", "Store a price list as a new vintage of the raw data."),
    "build": ("data", "Build the panel from data/raw."),
    "refit": (
        "comparison",
        "Take in what is new: score it, bring every law up to date, and say whether the answer moved.",
    ),
    "calibrate": ("calibration", "Run those of the heavy studies behind the report that are out of date or missing."),
    "quarantine": ("quarantine", "Quotes that are held back, and decisions on them."),
    "models": ("models", "Which model an id names, and decisions on it."),
    "hosts": ("hosts", "Sellers, and decisions on them."),
    "vintages": ("vintages", "The price lists that were taken in."),
    "setup-tables": ("models", "Create the tables that people write, with their header, where they are missing."),
}
"""Module and first line of help of every command, in the order of the list."""


class Commands(TyperGroup):
    """The commands as their lines of help, until one of them is to run."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=line) for name, (_, line) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Name, command and arguments of what is to run, the command as its module defines it."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else loaded(name), rest


def loaded(name: str) -> TyperCommand | TyperGroup:
    """A command as its module defines it."""
    module, _ = COMMANDS[name]
    command = get_group(import_module(f"costfloor.cli.{module}").app).commands[name]
    assert isinstance(command, TyperCommand | TyperGroup)
    return command
