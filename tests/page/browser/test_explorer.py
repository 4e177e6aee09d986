"""The page of made-up results in a real browser, offline. Run by `make test-page`, which installs what it needs."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pytest
from costfloor.economics.study import economics
from costfloor.page import make
from costfloor.page.make import FIGURES, page_of
from costfloor.page.services import VALUES, future_title
from costfloor.report.results import Results
from costfloor.sampling.policy import Sampling
from costfloor.silence import LONG
from explorer_checks import (
    CHROMIUM,
    Watched,
    chromium,
    differing,
    downloads,
    drawn,
    misdrawn,
    opened,
    too_wide,
    undrawn,
    unnamed,
)
from playwright.sync_api import Browser, expect
from store import project_store
from stored_page import SCRIPT, made_up_ledger, made_up_results, made_up_services

pytestmark = pytest.mark.slow

WIDTHS = (400, 1400)
RANDOM_POINTS = 3
"""Of each service, inside the ranges of its inputs."""

REDRAW_SECONDS = 2.0
"""On a slow and busy machine; an idle one of today needs a fiftieth of it."""

STOPWATCH = """number => {
  const slider = document.getElementById(`slider-${number}`), services = document.getElementById("services");
  const shown = () => ({
    number: slider.previousElementSibling.textContent,
    table: services.querySelector("[data-table=service_values] tbody").textContent,
    chart: services.querySelector(".chart:not([hidden]) svg").innerHTML,
  });
  const before = shown();
  window.redrawn = new Promise(resolve => slider.addEventListener("input", event => requestAnimationFrame(() => {
    const seconds = (performance.now() - event.timeStamp) / 1000, after = shown();
    resolve({ seconds, changed: Object.fromEntries(Object.entries(before).map(([part, text]) => [part, text !== after[part]])) });
  }), { once: true }));
}"""
"""From the next move of a slider to the frame after it: seconds, and what has changed by then."""


def silent(line: str) -> None:
    """Nobody reads progress."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert Path(CHROMIUM).exists(), f"{CHROMIUM} is missing: `make test-page` installs it"
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


def test_sliders_give_what_economics_gives_wherever_they_stand(watched: Watched) -> None:
    rng = np.random.default_rng(7)
    known, results = made_up_services(), made_up_results()
    names = {future_title(future.name, buyer): (future.name, buyer) for buyer, future in known.futures}
    asked, scenarios = [], []
    for at, scenario in enumerate(known.scenarios):
        paths = known.inputs[scenario.name]
        low, high = np.array([scenario.ranges[path] for path in paths]).T
        # Inside the ranges, and at corners, where revenue can fade away.
        for shares in (*rng.uniform(size=(RANDOM_POINTS, len(paths))), *rng.integers(0, 2, (2, len(paths)))):
            values = (low + shares * (high - low)).tolist()
            moved = replace(scenario, name=f"{scenario.name} {len(asked)}")
            for path, value in zip(paths, values, strict=True):
                moved = moved.with_value(path, value)
            asked.append((at, values))
            scenarios.append(moved)
    worked_out = economics(scenarios, results.fits, results.obs, project_store(), Sampling.seed).outlooks
    expected = {(row.scenario, row.law, row.buyer): row for row in worked_out}
    for (at, values), moved in zip(asked, scenarios, strict=True):
        shown = watched.page.evaluate("([at, values]) => window.explorer.outlook(at, values)", [at, values])
        for title, (name, buyer) in names.items():
            row = expected[moved.name, name, buyer]
            margins = [[line[q] for q in ("q05", "q50", "q95")] for line in shown["margins"] if line["future"] == title]
            # Prices have single precision; where revenue fades away a margin is a cost over next to nothing.
            np.testing.assert_allclose(margins, row.margin_path, rtol=1e-6, atol=1e-6)
            (value,) = [line for line in shown["values"] if line["future"] == title]
            scale = max(map(abs, row.npv_usd))
            np.testing.assert_allclose([value[q] for q in VALUES[:3]], row.npv_usd, rtol=1e-6, atol=1e-6 * scale)
            assert [value[p] for p in VALUES[3:]] == pytest.approx([row.p_loss, row.p_breakeven, row.p_payback])


def test_a_moved_slider_is_drawn_at_once(watched: Watched) -> None:
    page, known = watched.page, made_up_services()
    page.locator("#service").select_option("0")
    service, name = known.scenarios[0], "demand.pass_through"
    number = known.inputs[service.name].index(name)
    slider = page.locator(f"#slider-{number}")
    page.locator("[data-table=service_values] summary").press("Enter")
    expect(page.locator("[data-table=service_values] tbody tr")).to_have_count(len(known.futures))
    seconds = []
    for _ in range(5):
        page.evaluate(STOPWATCH, number)
        slider.press("ArrowRight")
        redrawn = page.evaluate("() => window.redrawn")
        assert redrawn["changed"] == {"number": True, "table": True, "chart": True}
        seconds.append(redrawn["seconds"])
    print(f"a slider of the page: drawn {min(seconds):.3f} to {max(seconds):.3f} s after the key")
    assert min(seconds) < REDRAW_SECONDS
    page.locator("[data-table=service_values] summary").press("Enter")
    page.get_by_role("button", name="Back to the service's own values").press("Enter")
    assert float(slider.input_value()) == pytest.approx(service.value(name))
    assert watched.problems() == []


def test_answers_that_make_no_chart_yet_are_listed_at_once(browser: Browser, tmp_path: Path) -> None:
    results = cast("Results", replace(cast("Any", made_up_results()), history=made_up_ledger()[:2], past_days=()))
    file = tmp_path / "explorer.html"
    file.write_text(page_of(results, Sampling.seed, silent), encoding="utf-8")
    with opened(browser, file) as other:
        assert other.page.locator("#answers .chart").count() == 0
        rows = other.page.locator("[data-table=answers_by_vintage] tbody tr")
        expect(rows).to_have_count(2)
        assert rows.first.inner_text().count("not recorded") == 6
        assert other.problems() == []


def test_the_chart_of_answers_follows_the_question(watched: Watched) -> None:
    page = watched.page
    points = page.locator("#answers .chart svg .mark-symbol path")
    assert points.count() == 4
    # Asked of one vintage alone.
    page.locator("#answers-asked").select_option("4")
    expect(points).to_have_count(2)
    page.locator("#answers-asked").select_option("6, in 10 years")
    expect(points).to_have_count(4)
    assert watched.problems() == []


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


@pytest.mark.parametrize("days", [0, LONG.days, LONG.days + 1, 400])
def test_it_says_on_the_day_it_is_opened_that_it_is_old(browser: Browser, path: Path, days: int) -> None:
    last = made_up_results().build.last
    with opened(browser, path, today=dt.date.fromisoformat(last) + dt.timedelta(days)) as other:
        # What has a role is what a screen reader comes to; nothing that is hidden has.
        status = other.page.get_by_role("status").filter(has_text="The last price")
        if days <= LONG.days:
            assert status.count() == 0
            assert other.page.locator("#age").text_content() == ""
        else:
            assert f"is {days} days old ({last})" in status.inner_text()
            assert "costfloor refresh takes them in" in status.inner_text()
        assert other.problems() == []


def brightness(colour: Any) -> float:
    return sum(float(part) for part in str(colour).removeprefix("rgb(").rstrip(")").split(","))
