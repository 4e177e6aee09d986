"""Published lists by conditional requests: what has not changed stays where it is, and a source that fails stops nothing."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import costfloor.cli.refresh
import pytest
from cli_run import run
from costfloor.refresh import fetching
from costfloor.refresh.fetching import MEMORY, fetch_all
from costfloor.refresh.result import Status
from costfloor.sources.download import Limits
from costfloor.sources.formats import FORMATS
from store import catalogue, opened, small_store

DAY = dt.date(2026, 1, 10)
HERE = Limits(total_s=5.0, idle_s=2.0, schemes=("http",), loopback=True)


class Publisher:
    """A server of this machine, what it publishes, and what it was asked."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.busy: dict[str, int] = {}
        self.dated_only = False
        self.asked: list[tuple[str, str | None, str | None]] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as in the base class
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        tag, since = request.headers["If-None-Match"], request.headers["If-Modified-Since"]
        self.asked.append((request.path, tag, since))
        content = self.content.get(request.path)
        if self.busy.get(request.path, 0):
            self.busy[request.path] -= 1
            status, body = 503, b""
        elif content is None:
            status, body = 404, b""
        else:
            mark = f'"{hash(content)}"'
            known = since == mark if self.dated_only else tag == mark
            status, body = (304, b"") if known else (200, content)
        request.send_response(status)
        if status == 200:
            request.send_header("Last-Modified" if self.dated_only else "ETag", mark)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """Two of the formats, published here."""
    here = Publisher()
    here.content = {"/models-dev": json.dumps(catalogue(1)).encode()}
    formats = {name: replace(FORMATS[name], address=here.address(f"/{name}")) for name in ("models-dev", "litellm")} | {
        "table": FORMATS["table"]
    }
    monkeypatch.setattr(fetching, "FORMATS", formats)
    monkeypatch.setattr(fetching, "PAUSE_S", 0.0)
    monkeypatch.setattr(costfloor.cli.refresh, "fetch_all", partial(fetch_all, limits=HERE))
    yield here
    here.server.shutdown()
    here.server.server_close()
    here.thread.join(timeout=5)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_store(tmp_path / "data")


@pytest.mark.parametrize("dated_only", [False, True])
def test_what_has_not_changed_is_not_sent_again(
    dated_only: bool, publisher: Publisher, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publisher.dated_only = dated_only
    arguments = ("refresh", "--data", data, "--reports", data.parent / "reports", "--json", "--quiet")
    first = run(capsys, *arguments)
    assert first.code == 1
    assert first.json["sources"]["models-dev"]["status"] == "stored"
    assert first.json["sources"]["litellm"]["status"] == "failed"
    text = Path(first.json["report"]).read_text("utf-8")
    assert "answered 404" in text
    assert f"costfloor ingest litellm {publisher.address('/litellm')}" in text
    stored = [vintage.name for vintage in opened(data).vintages]
    assert len(stored) == 1

    second = run(capsys, *arguments)
    assert second.json["sources"]["models-dev"]["status"] == "unchanged"
    assert [vintage.name for vintage in opened(data).vintages] == stored
    (_, tag, since), (_, tag_then, since_then) = (asked for asked in publisher.asked if asked[0] == "/models-dev")
    assert (tag, since) == (None, None)
    assert (tag_then is None, since_then is None) == (dated_only, not dated_only)


def test_a_list_that_is_no_longer_in_the_store_comes_whole(
    publisher: Publisher, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--data", data, "--reports", data.parent / "reports", "--json", "--quiet")
    run(capsys, "refresh", *arguments)
    (name,) = (vintage.name for vintage in opened(data).vintages)
    run(capsys, "vintages", "withdraw", name, "--who", "Ada", "--why", "of another day", *arguments)
    fetched = fetch_all(opened(data), DAY, lambda _: None, HERE)
    assert [offer.format for offer in fetched.offers] == ["models-dev"]


@pytest.mark.parametrize("damage", ["no json", "{}", '{"models-dev": 5, "sha256": "x"}'])
def test_a_damaged_memory_costs_a_download(damage: str, publisher: Publisher, data: Path) -> None:
    path = data / "processed" / MEMORY
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(damage, encoding="utf-8")
    fetched = fetch_all(opened(data), DAY, lambda _: None, HERE)
    assert [offer.format for offer in fetched.offers] == ["models-dev"]
    assert len(publisher.asked) == 2


@pytest.mark.parametrize(("times", "status"), [(1, None), (2, Status.FAILED)])
def test_a_failure_that_may_pass_is_tried_once_more(
    times: int, status: Status | None, publisher: Publisher, data: Path
) -> None:
    publisher.busy["/models-dev"] = times
    fetched = fetch_all(opened(data), DAY, lambda _: None, HERE)
    assert [path for path, *_ in publisher.asked] == ["/models-dev", "/models-dev", "/litellm"]
    outcomes = {source.format: source.status for source in fetched.not_offered}
    assert outcomes.get("models-dev") == status
    assert outcomes["litellm"] is Status.FAILED
