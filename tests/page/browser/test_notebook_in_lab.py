"""Notebook 08 as a reader has it: opened in JupyterLab, all cells run, a slider moved. Run by `make test-page`."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from explorer_checks import LOCAL, chromium
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
NOTEBOOK = "08_unit_economics.ipynb"
PATIENCE_SECONDS = 300
"""Of a busy machine; an idle one needs a tenth of it."""

SHOWN = ".widget-interact .widget-output"
"""Where figure and table below the sliders are."""

RUN = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  await app.shell.currentWidget.sessionContext.ready;
  return app.commands.execute("notebook:run-all-cells");
}"""
"""True once all cells have run, false where one has failed."""

OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.toJSON())
  .filter(cell => cell.cell_type === "code")"""
"""The cells of code as they would be saved now, those out of sight included."""

REDRAW_SECONDS = 2.0
"""Of the processor of the kernel at most, on a slow machine: an idle one of today needs a sixth of it."""

EXECUTE = """async code => {
  const future = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code, store_history: false });
  const printed = [];
  future.onIOPub = message => { if (message.header.msg_type === "stream") printed.push(message.content.text); };
  const reply = await future.done;
  if (reply.content.status !== "ok") throw new Error(reply.content.evalue);
  return printed.join("");
}"""
"""What some code prints in the kernel of the notebook."""

NO_FITTING = """
import nutpie
def refuse(*_, **__):
    raise RuntimeError("a redraw fits")
nutpie.compile_pymc_model = nutpie.sample = refuse
"""

STOPWATCH = """shown => {
  const place = document.querySelector(shown), listed = () => place.querySelector("table")?.innerText;
  const before = listed();
  window.redrawn = new Promise(resolve => document.addEventListener("keydown", event => {
    new MutationObserver((_, observer) => {
      if (!listed() || listed() === before) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve((performance.now() - event.timeStamp) / 1000));
    }).observe(place, { childList: true, characterData: true, subtree: true });
  }, { capture: true, once: true }));
}"""
"""From the next key to the frame in which other numbers stand in the table, in seconds."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the notebook, since JupyterLab saves what it has open, beside what it reads."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    shutil.copy(ROOT / "notebooks" / NOTEBOOK, notebooks)
    (notebooks / "stored").symlink_to(ROOT / "notebooks" / "stored")
    for part in ("data", "reports"):
        (tmp_path / part).symlink_to(ROOT / part)
    return notebooks


@contextmanager
def lab(folder: Path, settings: Path) -> Iterator[str]:
    """JupyterLab on a free port of this machine, with settings and a token of its own: its address, token included."""
    token = secrets.token_hex(16)
    own = {name: str(settings / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    own |= {name: str(settings / name) for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with (
        (settings / "log").open("w") as log,
        subprocess.Popen(command, env={**os.environ, **own, "JUPYTER_TOKEN": token}, stdout=log, stderr=log) as server,
    ):
        try:
            yield f"{address(Path(own['JUPYTER_RUNTIME_DIR']), server)}lab/tree/{NOTEBOOK}?token={token}"
        finally:
            server.terminate()


def address(runtime: Path, server: "subprocess.Popen[bytes]") -> str:
    """Where a server listens, once it does: another port than asked for where somebody else was quicker."""
    for _ in range(10 * PATIENCE_SECONDS):
        assert server.poll() is None, "JupyterLab ended at its start"
        for file in runtime.glob("jpserver-*.json"):
            if content := file.read_text("utf-8"):
                return str(json.loads(content)["url"])
        time.sleep(0.1)
    raise TimeoutError("JupyterLab did not start")


@pytest.fixture
def page(folder: Path, tmp_path: Path) -> Iterator[Page]:
    """The notebook, opened in a browser that reaches nothing but JupyterLab."""
    settings = tmp_path / "settings"
    settings.mkdir()
    with lab(folder, settings) as url, chromium() as browser:
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        here = url.partition("lab/tree")[0]
        elsewhere: list[str] = []
        context.route(
            lambda asked: not asked.startswith((here, *LOCAL)),
            lambda route: (elsewhere.append(route.request.url), route.abort()),
        )
        opened = context.new_page()
        opened.set_default_timeout(1000 * PATIENCE_SECONDS)
        expect.set_options(timeout=1000 * PATIENCE_SECONDS)
        opened.goto(url)
        opened.locator(".jp-Notebook").wait_for()
        yield opened
        assert elsewhere == []
        context.close()


@dataclass(frozen=True)
class Redraw:
    """How long a redraw took: of the clock, from the key to the frame, and of the processor of the kernel."""

    seconds: float
    kernel_seconds: float


def move(page: Page, label: str) -> Redraw:
    """Move a slider by a step, and wait for the number beside it and for the outcome below."""
    slider = page.locator(".widget-hslider").filter(has=page.get_by_text(label, exact=True))
    number, outcome = slider.locator(".widget-readout"), page.locator(SHOWN).locator("table")
    before, listed = number.inner_text(), outcome.inner_text()
    spent = processor_seconds(page)
    page.evaluate(STOPWATCH, SHOWN)
    slider.locator(".noUi-handle").press("ArrowRight")
    expect(number).not_to_have_text(before)
    expect(outcome).not_to_have_text(listed, use_inner_text=True)
    return Redraw(page.evaluate("() => window.redrawn"), processor_seconds(page) - spent)


def processor_seconds(page: Page) -> float:
    """What the kernel has taken so far; it answers when it has drawn what was asked for before."""
    return float(page.evaluate(EXECUTE, "import time; print(time.process_time())"))


def test_it_runs_and_follows_its_sliders(page: Page) -> None:
    assert page.evaluate(RUN) is True
    cells: list[dict[str, Any]] = page.evaluate(OUTPUTS)
    assert cells
    assert all(cell["execution_count"] for cell in cells)
    assert not [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]

    labels = page.locator(".widget-hslider .widget-label")
    assert len(set(labels.all_inner_texts())) == labels.count() == 6
    assert labels.evaluate_all("labels => labels.filter(label => label.scrollWidth > label.clientWidth).length") == 0

    figure = page.locator(SHOWN).locator(".jp-RenderedSVG")
    drawn = figure.screenshot()
    page.evaluate(EXECUTE, NO_FITTING)
    for label in ("growth of demand a year", "price elasticity of demand", "growth of tokens a year"):
        redraw = move(page, label)
        print(f"{label}: drawn {redraw.seconds:.2f} s after the key, {redraw.kernel_seconds:.2f} s of the processor")
        assert redraw.kernel_seconds < REDRAW_SECONDS
    assert figure.screenshot() != drawn
    # A redraw that fits would have failed.
    assert "Traceback" not in page.locator(SHOWN).inner_text()
