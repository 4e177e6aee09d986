"""The page of made-up results in a real browser, offline. Run by `make test-page`, which installs what it needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from costfloor.page import make
from costfloor.page.make import FIGURES, page_of
from costfloor.page.services import payload
from costfloor.sampling.policy import Sampling
from explorer_checks import (
    CHROMIUM,
    Watched,
    chromium,
    differing,
    downloads,
    drawn,
    in_charts,
    misdrawn,
    opened,
    too_wide,
    undrawn,
    unnamed,
)
from playwright.sync_api import Browser, expect
from stored_page import SCRIPT, made_up_grids, made_up_results
from test_page_grid import unpacked

pytestmark = pytest.mark.slow

WIDTHS = (400, 1400)


def silent(line: str) -> None:
    """Nobody reads progress."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert Path(CHROMIUM).exists(), f"{CHROMIUM} is missing: `make test-page` installs it"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make.services, "grids", lambda *_: made_up_grids())
        text = page_of(made_up_results(), Sampling.seed, silent)
    file = tmp_path_factory.mktemp("page") / "explorer.html"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def watched(browser: Browser, path: Path) -> Iterator[Watched]:
    with opened(browser, path) as page:
        yield page


def expected() -> dict[str, str]:
    """The CSV of every table that does not move with the sliders."""
    results = made_up_results()
    return {table.name: table.csv() for draw in FIGURES for table in draw(results).tables}


def test_nothing_is_asked_for_and_nothing_complains(watched: Watched) -> None:
    assert watched.problems() == []
    assert watched.page.title() == make.TITLE


def test_every_figure_is_drawn_from_its_csv(watched: Watched) -> None:
    assert undrawn(watched.page) == []
    offered = downloads(watched.page)
    assert differing(offered, expected()) == []
    assert misdrawn(watched.page, offered) == []
    assert watched.problems() == []


def test_a_number_altered_by_hand_is_noticed(browser: Browser, path: Path, tmp_path: Path) -> None:
    content = path.read_text("utf-8")
    rate = repr(made_up_results().fits["plateau"].receipt["parameters"]["rate_now"]["q50"])
    assert content.count(rate) >= 1
    altered = tmp_path / "altered.html"
    altered.write_text(content.replace(rate, f"1{rate}", 1), encoding="utf-8")
    with opened(browser, altered) as other:
        assert differing(downloads(other.page), expected()) == ["rates_by_law.csv differs"]


def test_an_altered_script_does_not_run(browser: Browser, path: Path, tmp_path: Path) -> None:
    altered = tmp_path / "altered.html"
    altered.write_text(
        path.read_text("utf-8").replace("</main>", "<img src=x onerror=\"document.title='run'\"></main>"), "utf-8"
    )
    with opened(browser, altered) as other:
        other.page.wait_for_timeout(200)
        assert other.page.title() == make.TITLE
        assert other.problems()


def test_every_control_has_a_name_and_is_reached_by_keyboard(watched: Watched) -> None:
    assert unnamed(watched.page) == []
    page = watched.page
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0) }")
    count = page.evaluate(
        "() => [...document.querySelectorAll('a[href], button, input, select, summary')].filter(e => e.checkVisibility()).length"
    )
    reached = set()
    for _ in range(count + 5):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => [...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    radios = page.locator("[type=radio]").count() - page.locator(".variants").count()
    # Of a group of radio buttons one is in the order of the keyboard, arrows reach the others.
    assert len(reached) >= count - radios


def test_the_table_shows_names_as_text(watched: Watched) -> None:
    page = watched.page
    summary = page.locator("[data-table=prices] summary")
    summary.press("Enter")
    expect(page.locator("[data-table=prices] tbody tr")).to_have_count(made_up_results().obs.n)
    assert page.locator("[data-table=prices] tbody td", has_text=SCRIPT).count() >= 1
    assert page.locator("img").count() == 0
    summary.press("Enter")


def test_sliders_give_the_points_of_the_grid_and_what_lies_between(watched: Watched) -> None:
    page = watched.page
    for at, (service, plain) in enumerate(zip(made_up_grids(), payload(made_up_grids()), strict=True)):
        page.locator("#service").select_option(str(at))
        for position in (0, 1):
            for number in range(len(service.axes)):
                page.locator(f"#slider-{number}").evaluate(
                    "(e, value) => { e.value = value; e.dispatchEvent(new Event('input', { bubbles: true })) }",
                    position,
                )
            rows = in_charts(page)["service_margins"]
            for future in plain["futures"]:
                margin = unpacked(future["margin"])
                place = tuple(min(position, size - 1) for size in margin.shape[: len(service.axes)])
                shown = [row["q50"] for row in rows if row["future"] == future["future"]]
                assert shown == pytest.approx(margin[place][:, 1].tolist(), rel=1e-9, abs=1e-9)
    middle: list[float] = page.evaluate(
        "() => window.explorer.outlook(window.explorer.services[0], [0.5, 0, 0]).values.map(row => row.npv_q50)"
    )
    corners: list[list[float]] = page.evaluate(
        "() => [0, 1].map(at => window.explorer.outlook(window.explorer.services[0], [at, 0, 0]).values.map(row => row.npv_q50))"
    )
    assert middle == pytest.approx([0.5 * (low + high) for low, high in zip(*corners, strict=True)])
    page.locator("#service").select_option("0")


def test_what_is_chosen_is_what_is_drawn(watched: Watched) -> None:
    page = watched.page
    points = page.locator("#by-law .chart svg .mark-symbol path")
    before = points.count()
    page.locator("#by-law [data-series]").first.uncheck()
    expect(points).to_have_count(before - 1)
    page.locator("#by-law [data-series]").first.check()
    page.locator("#index input[value=linear]").check()
    drawn(page)
    assert page.locator("#index .chart:not([hidden])").get_attribute("data-variant") == "linear"
    assert undrawn(page) == []
    shown = page.locator("#prices .chart svg .mark-symbol path")
    page.locator("#prices-name_has").fill("GPT-4-1")
    expect(shown).not_to_have_count(made_up_results().obs.n)
    assert shown.count() > 0
    page.locator("#prices-name_has").fill("")
    assert watched.problems() == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_narrow_and_wide_windows(
    browser: Browser, path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, path, width=width, scheme=scheme) as other:
        assert too_wide(other.page) == []
        assert undrawn(other.page) == []
        ink, paper = other.page.evaluate(
            "() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert (brightness(ink) > brightness(paper)) == (scheme == "dark")
        assert other.problems() == []


def brightness(colour: Any) -> float:
    return sum(float(part) for part in str(colour).removeprefix("rgb(").rstrip(")").split(","))
