"""The blocks that a report is made of: plain data that the template knows how to set."""

from dataclasses import asdict
from typing import Any

from costfloor.report.tables import Table

Block = dict[str, Any]

CAPTIONS = {
    "answer": "The answer in one figure. Left: rate at which new models of a given capability become cheaper, against the age of the "
    "capability band (median, 50 and 90 % bands). Right: what each buyer sees. A rate of 0.69 halves the price in a year.",
    "prices": "Prices that the laws see, by capability band and weights. Lines: lowest price so far of anything at or above the centre of "
    "the band.",
    "paths": "Fitted paths and 24-month forecasts of plateau and continued discovery, by family: median, 50 and 90 % bands for a new "
    "model at the centre of the band. Points: models at their entry, on an average host and put at the centre of the band.",
    "checks": "Observed statistics (dashed) in the 90 % predictive intervals of each law. A cross marks a law that fails.",
    "floor": "The floor of the plateau law, before and after the prices were seen.",
    "ranks": "Simulation-based calibration, by law: the distribution of the ranks of the truth among posterior draws, less the uniform "
    "one; a line per quantity. Shaded: the 95 % simultaneous band. In colour: quantities that leave it. Every histogram is in notebook 05.",
    "forest": "Yearly price declines by this study and by published estimates, with 90 % intervals; 1 is no change, and an arrow "
    "says that an interval goes on.",
    "indexes": "Left: price indexes of the whole panel by month. Right: rates of the quarterly indexes, by weights and by family "
    "(price spells in brackets); an arrow says that an interval goes on.",
    "moved": "How the answer moved: rates under plateau and continued discovery, median and 90 % interval, against the last day of the "
    "prices behind them. Hollow: the same laws fitted to the prices up to an earlier date, as in the forecasts of the past.",
    "events": "Lowest price so far of anything at or above the centre of each capability band, and dated innovations in serving.",
    "channel_rates": "Decline of price at fixed capability by channel. Left: the model, median and 90 % interval, and the plain sum of "
    "changes of models on sale by model-year. Right: falls of the bands' lowest prices so far, made by the model that held the record "
    "(fixed graph) or by another one.",
    "domains": "Gains at a fixed task on fixed hardware, by source: every series (grey), and the fitted path of a typical series of its "
    "domain (median, 90 % band). The speedrun has an axis of its own.",
    "economics": "Gross margin of the services, median and 90 % band: for a fixed capability under two laws, for who follows the "
    "frontier, and at fixed yearly falls from today on. The axis ends at a loss of half the revenue.",
    "channels": "The two channels of progress, with 90 % intervals. Laws without decay have one rate for new models at all ages.",
}
"""Caption of every figure, by the name of its module."""


def heading(words: str, level: int = 1) -> Block:
    """A heading; level 1 opens a part."""
    return {"kind": "heading", "level": level, "text": words}


def text(words: str) -> Block:
    """A paragraph."""
    return {"kind": "text", "text": words}


def note(title: str, lines: list[str], *, alarm: bool = False) -> Block:
    """A note in a box, in the colour of an alarm or not."""
    return {"kind": "note", "title": title, "lines": lines, "alarm": alarm}


def columns(*sides: list[Block]) -> Block:
    """Blocks side by side."""
    return {"kind": "columns", "columns": list(sides)}


def figure(name: str, *, floats: bool = True) -> Block:
    """A figure with its caption; floats to the top or bottom of a page unless told to stay."""
    return {"kind": "figure", "file": f"{name}.svg", "caption": CAPTIONS[name], "alt": CAPTIONS[name], "floats": floats}


def table(content: Table) -> Block:
    """A table of text; without rows, a sentence that says so."""
    if not content.rows:
        return text(f"Nothing to show here yet: {content.caption[0].lower()}{content.caption[1:]}")
    return {"kind": "table", **asdict(content)}
