"""What must hold of the page in a browser: each check gives what is wrong, in words."""

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BETWEEN_DOWNLOADS_MS = 150
LOCAL = ("file:", "data:", "blob:")

UNNAMED = """() => {
  const named = e => (e.getAttribute("aria-label") || "").trim()
    || (e.getAttribute("aria-labelledby") || "").split(/\\s+/).map(i => document.getElementById(i)?.textContent || "").join("").trim()
    || [...(e.labels || [])].map(l => l.textContent).join("").trim()
    || (["A", "BUTTON", "SUMMARY"].includes(e.tagName) ? e.textContent.trim() : "");
  return [...document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex], [role=img]")]
    .filter(e => !named(e)).map(e => e.outerHTML.slice(0, 120));
}"""
"""Controls, regions and charts without a name."""


@dataclass
class Watched:
    """A page that was opened, and what it asked for and complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        """Requests beyond this file, and errors and warnings of its scripts."""
        return [f"request of {address}" for address in self.requests if not address.startswith(LOCAL)] + self.complaints


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for all pages of a run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser,
    path: Path,
    *,
    width: int = 1400,
    scheme: Literal["light", "dark"] = "light",
    today: dt.date | None = None,
) -> Iterator[Watched]:
    """The page in a window of its own without a network, every figure drawn; on another day than that of the clock where one is given."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, accept_downloads=True
    )
    watched = Watched(context.new_page())
    watched.page.on("request", lambda request: watched.requests.append(request.url))
    watched.page.on(
        "console",
        lambda line: watched.complaints.append(line.text) if line.type in {"error", "warning"} else None,
    )
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    if today is not None:
        watched.page.clock.set_fixed_time(dt.datetime.combine(today, dt.time(12), dt.UTC))
    watched.page.goto(path.as_uri())
    drawn(watched.page)
    yield watched
    context.close()


def drawn(page: Page) -> None:
    """Wait until every figure in sight is drawn."""
    page.evaluate("() => Promise.all(Object.values(window.explorer.figures).map(figure => figure.drawn))")


def unnamed(page: Page) -> list[str]:
    """Controls without a name."""
    return [f"no name: {element}" for element in page.evaluate(UNNAMED)]


def downloads(page: Page) -> dict[str, str]:
    """Every CSV as its link gives it."""
    contents = {}
    for link in page.locator("[data-csv]").all():
        with page.expect_download() as waiting:
            link.press("Enter")
        contents[str(link.get_attribute("data-csv"))] = Path(waiting.value.path()).read_text("utf-8")
        # Chromium drops the eleventh download of a page within a second.
        page.wait_for_timeout(BETWEEN_DOWNLOADS_MS)
    return contents


def differing(offered: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    """Tables whose CSV is not the expected one, and tables that are missing."""
    return [f"{name}.csv differs" for name, content in expected.items() if offered.get(name) != content]


def undrawn(page: Page) -> list[str]:
    """Charts in sight without marks, and data sets of charts that are not the rows of the CSV."""
    empty = page.evaluate(
        "() => [...document.querySelectorAll('.chart:not([hidden])')]"
        ".filter(e => !e.querySelector('svg .mark-symbol path, svg .mark-line path, svg .mark-rule line'))"
        ".map(e => e.getAttribute('aria-label'))"
    )
    return [f"nothing is drawn: {label}" for label in empty]


def in_charts(page: Page) -> dict[str, list[dict[str, Any]]]:
    """The rows in the charts themselves, by data set."""
    rows: dict[str, list[dict[str, Any]]] = page.evaluate(
        """() => Object.fromEntries(Object.values(window.explorer.figures).flatMap(figure =>
          Object.entries(figure.views).flatMap(([variant, view]) =>
            Object.keys(figure.tables).filter(name => figure.takes(variant, name)).map(name =>
              [name, view.data(name).map(row => Object.fromEntries(figure.tables[name].names.map(n => [n, row[n]])))]))))"""
    )
    return rows


def misdrawn(page: Page, offered: Mapping[str, str]) -> list[str]:
    """Data sets of charts whose numbers are not those of the CSV."""
    wrong = []
    for name, rows in in_charts(page).items():
        listed = list(csv.DictReader(StringIO(offered[name])))
        same = len(listed) == len(rows) and all(
            float(text[column]) == value
            for text, row in zip(listed, rows, strict=True)
            for column, value in row.items()
            if isinstance(value, int | float) and "-" not in text[column][1:5]
        )
        if not same:
            wrong.append(f"{name}: the chart is not of its CSV")
    return wrong


def too_wide(page: Page) -> list[str]:
    """Whether the page has to be moved sideways."""
    width, window = page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    return [f"the page is {width} wide in a window of {window}"] if width > window else []
