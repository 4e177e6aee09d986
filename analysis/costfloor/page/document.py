"""The page as text: sections of HTML, the data as JSON, and style and scripts inlined.

Names of models, sellers and services are text from outside. In HTML they are escaped; in the data every `<` is; the script writes text
nodes only. A policy in the page lets no script run but its own, and nothing be loaded.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any, Final

from costfloor.page.figure import Choice, DataTable, Figure, Search, Series
from costfloor.silence import LONG
from costfloor.typeset.style import (
    BLACK,
    BLUE,
    CLAIM_COLOUR,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
)

SCRIPTS: Final = ("accounts.js", "page.js")
"""Run as a single one, in this order."""

DARK: Final = {
    BLACK: "#f0f0f0",
    GREY: "#b0b0b0",
    BLUE: "#5aa9e6",
    VERMILLION: "#ff8a45",
    GREEN: "#3fcf9f",
    ORANGE: "#ffc04d",
    SKY: "#a8dcf7",
    PURPLE: "#eab0d2",
    CLAIM_COLOUR: "#6f6a12",
}
"""Colours of the dark page for those of the light one."""

SHAPES: Final = {
    "circle": "<circle cx='18' cy='8' r='4.5'/>",
    "square": "<path d='M14 4h8v8h-8z'/>",
    "diamond": "<path d='M18 2.5 23 8l-5 5.5L13 8z'/>",
    "cross": "<path d='M16.4 3h3.2v3.4H23v3.2h-3.4V13h-3.2V9.6H13V6.4h3.4z'/>",
    "triangle-up": "<path d='M18 3.5 23 12.5H13z'/>",
    "triangle-down": "<path d='M18 12.5 13 3.5h10z'/>",
    "triangle-left": "<path d='M13 8l9-5v10z'/>",
    "triangle-right": "<path d='M23 8l-9 5V3z'/>",
}
"""Shapes of points as the legend draws them, in a box of 36 by 16."""


def html_page(
    title: str,
    record: str,
    last_price: str,
    lead: Sequence[str],
    figures: Sequence[Figure],
    unit_economics: Mapping[str, Any],
    notes: Sequence[str],
    library: str,
) -> str:
    """The whole page.

    Parameters
    ----------
    title, lead
        Heading, and what stands before the first section.
    record
        As `costfloor.report.page_record.page_record` gives it.
    last_price
        Day of the last price, ISO: long after it the page says that it is old.
    figures
        The sections.
    unit_economics
        As `costfloor.page.services.payload` gives it; the sliders stand in the section `services`.
    notes
        What the page rests on, at its end.
    library
        As `costfloor.page.charts.library` gives it.
    """
    script = "\n".join(map(_asset, SCRIPTS))
    content = {"figures": [_content(figure) for figure in figures], "unit_economics": unit_economics}
    services = [service["title"] for service in unit_economics["services"]]
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'; "
        # The library is unpacked and run, and makes functions of the expressions of charts: all of it comes from this page.
        f"script-src 'unsafe-eval' 'sha256-{_digest(script)}'"
    )
    sections = "\n".join(_section(figure, services) for figure in figures)
    links = "".join(f'<li><a href="#{figure.name}">{escape(figure.title)}</a></li>' for figure in figures)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{record}
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>
{_asset("page.css")}
{_dark()}
</style>
</head>
<body>
<a class="skip" href="#main">To the figures</a>
<header>
<h1>{escape(title)}</h1>
<p id="age" class="age" role="status" data-last="{last_price}" data-long="{LONG.days}" hidden></p>
{_paragraphs(lead)}
<nav aria-label="Figures"><ul>{links}</ul></nav>
<noscript><p>The figures are drawn by a script in this file. Without it there are the words alone.</p></noscript>
</header>
<main id="main">
{sections}
</main>
<footer>
<h2>What this rests on</h2>
{_paragraphs(notes)}
</footer>
<div id="tip" role="presentation" hidden></div>
<script type="text/plain" id="library">{library}</script>
<script type="application/json" id="data">{_json(content)}</script>
<script>{script}</script>
</body>
</html>
"""


def _section(figure: Figure, services: Sequence[str]) -> str:
    parts = [f'<section id="{figure.name}" aria-labelledby="{figure.name}-title">']
    parts.append(f'<h2 id="{figure.name}-title">{escape(figure.title)}</h2>')
    parts.append(_paragraphs(figure.paragraphs))
    if figure.answers:
        answers = "".join(
            f"<div><dt>{escape(asked)}</dt><dd>{escape(answer)}</dd></div>" for asked, answer in figure.answers
        )
        parts.append(f'<dl class="answers">{answers}</dl>')
    if figure.charts:
        parts += [_controls(figure, services), _charts(figure)]
    # Where nothing is drawn the first table is what there is to see.
    parts += [_table(figure, table, opened=not figure.charts and at == 0) for at, table in enumerate(figure.tables)]
    return "\n".join([*parts, "</section>"])


def _controls(figure: Figure, services: Sequence[str]) -> str:
    """Lists and fields, the sliders of the services, the variants of the chart, and the legend."""
    parts = []
    if figure.name == "services":
        options = "".join(f'<option value="{at}">{escape(title)}</option>' for at, title in enumerate(services))
        parts.append(f'<label>Service <select id="service">{options}</select></label>')
    parts += [_control(figure, control) for control in figure.controls]
    if len(figure.charts) > 1:
        parts.append(_variants(figure))
    sliders = (
        '<fieldset id="sliders" class="sliders"><legend>Assumptions</legend></fieldset>'
        if figure.name == "services"
        else ""
    )
    return f'<div class="controls">{"".join(parts)}</div>{sliders}{_legend(figure.series)}'


def _control(figure: Figure, control: Choice | Search) -> str:
    name = f'data-parameter="{escape(control.parameter)}" id="{figure.name}-{escape(control.parameter)}"'
    if isinstance(control, Search):
        return (
            f'<label>{escape(control.label)} <input type="search" {name} autocomplete="off" spellcheck="false"></label>'
        )
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == control.value else ""}>{escape(label)}</option>'
        for value, label in control.options.items()
    )
    return f"<label>{escape(control.label)} <select {name}>{options}</select></label>"


def _variants(figure: Figure) -> str:
    buttons = "".join(
        f'<label><input type="radio" name="{figure.name}-variant" value="{escape(variant)}"{" checked" if at == 0 else ""}> '
        f"{escape(variant)}</label>"
        for at, variant in enumerate(figure.charts)
    )
    return f'<fieldset class="variants"><legend>Shown as</legend>{buttons}</fieldset>'


def _legend(series: Sequence[Series]) -> str:
    if not series:
        return ""
    entries = "".join(
        f'<label><input type="checkbox" data-series value="{escape(entry.value)}"{" checked" if entry.shown else ""}> '
        f"{_swatch(entry)}{escape(entry.label)}</label>"
        for entry in series
    )
    return f'<fieldset class="legend"><legend>Shown</legend>{entries}</fieldset>'


def _swatch(entry: Series) -> str:
    dash = f" stroke-dasharray='{' '.join(map(str, entry.dash))}'" if entry.dash else ""
    point = "" if entry.shape is None else f"<g fill='{entry.colour}'>{SHAPES[entry.shape]}</g>"
    return (
        "<svg width='36' height='16' aria-hidden='true' focusable='false'>"
        f"<line x1='0' x2='36' y1='8' y2='8' stroke='{entry.colour}' stroke-width='2'{dash}/>{point}</svg>"
    )


def _charts(figure: Figure) -> str:
    label = escape(figure.describes)
    return "".join(
        f'<div class="chart" role="img" aria-label="{label}" data-variant="{escape(variant)}"{" hidden" if at else ""}></div>'
        for at, variant in enumerate(figure.charts)
    )


def _table(figure: Figure, table: DataTable, *, opened: bool) -> str:
    name, caption = table.name, table.caption
    label = f"{figure.name}-{name}-caption"
    return (
        f'<details data-table="{name}"{" open" if opened else ""}><summary>Table: {escape(caption)}</summary>'
        f'<div class="rows" role="region" tabindex="0" aria-labelledby="{label}">'
        f'<table><caption id="{label}">{escape(caption)}</caption></table></div></details>'
        f'<p class="download"><a data-csv="{name}" download="{name}.csv" href="#{figure.name}">{name}.csv</a></p>'
    )


def _content(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "charts": dict(figure.charts),
        "tables": [
            {
                "name": table.name,
                "csv": table.csv(),
                "numbers": table.numbers,
                "dates": table.dates,
                "headings": dict(table.headings),
            }
            for table in figure.tables
        ],
    }


def _paragraphs(lines: Iterable[str]) -> str:
    return "\n".join(f"<p>{escape(line)}</p>" for line in lines if line)


def _json(content: Any) -> str:
    """JSON that no HTML parser can leave: neither the end of a script nor a comment is in it."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def _asset(name: str) -> str:
    return (files("costfloor.page") / name).read_text("utf-8").strip()


def _dark() -> str:
    """Colours of marks and legends on a dark page: attributes of SVG give way to rules of style."""
    rules = "\n".join(
        f'[fill="{light}"] {{ fill: {dark} }} [stroke="{light}"] {{ stroke: {dark} }}' for light, dark in DARK.items()
    )
    return f"@media (prefers-color-scheme: dark) {{\n{rules}\n}}"
