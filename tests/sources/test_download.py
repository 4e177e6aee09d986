"""A download is what the server holds, or one message within its time, however the server behaves."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from costfloor.errors import InputError
from costfloor.sources import download as module
from costfloor.sources.download import Limits, download, fetch

CONTENT = b'{"a": 1}'
HERE = Limits(total_s=2.0, idle_s=1.0, max_bytes=4096, schemes=("http", "https"), loopback=True)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n" + CONTENT

Behaviour = Callable[[socket.socket], None]


def drip(text: bytes, seconds: float = 0.2) -> Behaviour:
    def behave(client: socket.socket) -> None:
        for byte in text * 100:
            client.sendall(bytes([byte]))
            time.sleep(seconds)

    return behave


def endless(text: bytes) -> Behaviour:
    def behave(client: socket.socket) -> None:
        while True:
            client.sendall(text)

    return behave


def say(text: bytes) -> Behaviour:
    return lambda client: client.sendall(text)


def dripping_body(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    drip(b"x")(client)


@contextmanager
def server(*behaviours: Behaviour) -> Iterator[str]:
    """A server of this machine that meets the nth connection with the nth behaviour, the last one for ever after."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            for number in range(1000):
                client, _ = listening.accept()
                with client, suppress(OSError):
                    client.recv(65536)
                    behaviours[min(number, len(behaviours) - 1)](client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/list.json"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=5)


def moved(place: bytes) -> Behaviour:
    return say(b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def refusal(address: str, limits: Limits = HERE) -> str:
    started = time.monotonic()
    with pytest.raises(InputError) as caught:
        fetch(address, lambda line: None, limits)
    assert time.monotonic() - started < limits.total_s + 1
    assert caught.value.remedy
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_what_the_server_holds_is_fetched() -> None:
    lines: list[str] = []
    with server(say(OK)) as address:
        assert fetch(address, lines.append, HERE) == CONTENT
    chunked = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n4\r\n: 1}\r\n0\r\n\r\n'
    with server(say(chunked)) as address:
        assert fetch(address, lines.append, HERE) == CONTENT
    with server(say(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)) as address:
        assert fetch(address, lines.append, HERE) == CONTENT
    assert lines == []
    large = b"x" * 2_500_000
    with server(say(b"HTTP/1.1 200 OK\r\nContent-Length: 2500000\r\n\r\n" + large)) as address:
        assert fetch(address, lines.append, Limits(schemes=("http",), loopback=True)) == large
    assert len(lines) == 2
    assert lines[0].endswith(" of 2.5 MB")


def test_a_redirect_is_followed_and_paths_may_be_of_any_script() -> None:
    with server(moved(b"/other.json"), say(OK)) as address:
        assert fetch(address, lambda line: None, HERE) == CONTENT
    with server(say(OK)) as address:
        assert fetch(address.replace("list.json", "prix/modèle-模型.json?q=é"), lambda line: None, HERE) == CONTENT


@pytest.mark.parametrize(
    ("behaviours", "said"),
    [
        ([dripping_body], "no end within 2 s"),
        ([drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000)], "no end within 2 s"),
        ([drip(b"HTTP/1.1 100 Continue\r\n\r\n", 0.02)], "no end within 2 s"),
        ([endless(b"HTTP/1.1 100 Continue\r\n\r\n")], "cannot be fetched"),
        ([lambda client: time.sleep(3)], "no answer within 1 s"),
        ([endless(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000)], "cannot be fetched"),
        ([say(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc")], "cannot be fetched"),
        ([say("HTTP/1.1 200 OK\r\nContent-Length: ²\r\n\r\nabc".encode())], "cannot be fetched"),
        ([say(b"HTTP/1.1 200 OK\r\nContent-Length: 8, 9\r\n\r\n" + CONTENT)], "cannot be fetched"),
        ([say(b"HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n" + CONTENT)], "cannot be fetched"),
        ([say(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n")], "cannot be fetched"),
        ([say(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")], "is larger than 0.00390625 MiB"),
        ([say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")], "without sending complete message body"),
        ([endless(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000)], "is larger than"),
        ([say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-4\r\nabcd\r\n")], "cannot be fetched"),
        (
            [say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nabcd")],
            "cannot be fetched",
        ),
        ([say(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b")], "packed content"),
        ([say(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")], "answered 404"),
        ([say(b"HTTP/1.1 204 No Content\r\n\r\n")], "answered 204"),
        ([say(b"SSH-2.0-OpenSSH_9.6\r\n")], "cannot be fetched"),
        ([say(b"\0\xff\n" * 100)], "cannot be fetched"),
        ([say(b"")], "cannot be fetched"),
        ([moved(b"/again")], "is redirected more than 5 times"),
        ([moved(b"file:///etc/passwd")], "is not an https address"),
        ([moved(b"ftp://example.org/")], "is not an https address"),
        ([moved(b"https://[::1")], "is not an address"),
        ([moved(b"http://\xff\xfe/")], "not an address"),
        ([moved(b"http://10.0.0.1/")], "leads to 10.0.0.1, which is not in the public internet"),
        ([moved(b"http://169.254.169.254/latest")], "leads to 169.254.169.254"),
        ([moved(b"http://[fd00::1]/")], "leads to fd00::1"),
        ([moved(b"http://[::ffff:10.0.0.1]/")], "which is not in the public internet"),
        ([moved(b"http://[64:ff9b::a00:1]/")], "which is not in the public internet"),
        ([moved(b"http://a:b@127.0.0.1/")], "holds a user name or a password"),
        ([say(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")], "answered 302 without a new address"),
    ],
)
def test_a_server_that_misbehaves(behaviours: list[Behaviour], said: str) -> None:
    with server(*behaviours) as address:
        assert said in refusal(address)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://example.org/list.json", "is not an https address"),
        ("file:///etc/passwd", "is not an https address"),
        ("https://", "is not an https address"),
        ("https:///list.json", "is not an https address"),
        ("https://[::1", "is not an address"),
        ("https://example.org:99999999/", "is not an address"),
        ("https://8.8.8.8:99999999/", "is not an address"),
        ("https://example.org:0/", "is not an address"),
        ("https://example.org:port/", "is not an address"),
        ("https://exa\0mple.org/", "is not an address"),
        ("https://example.org/" + "x" * 100_000, "is not an address"),
        ("https://a..b/", "cannot be fetched"),
        ("https://" + "a" * 300 + ".org/", "cannot be fetched"),
        ("https://xn--\u0378.org/", "is not an address"),
        ("https://localhost/", "is not in the public internet"),
        ("https://127.0.0.1/", "is not in the public internet"),
        ("https://127.1/", "is not in the public internet"),
        ("https://0/", "is not in the public internet"),
        ("https://[::1]/", "is not in the public internet"),
        ("https://192.168.0.1/", "is not in the public internet"),
        ("https://100.64.0.1/", "is not in the public internet"),
        ("https://user:key@example.org/", "holds a user name or a password"),
    ],
)
def test_an_address_that_is_not_fetched(address: str, said: str) -> None:
    message = refusal(address, Limits(total_s=10.0))
    assert said in message
    assert "key@" not in message


def test_the_address_that_was_looked_at_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    reached: list[str] = []

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        # The name comes to mean this machine once it has been looked up.
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14" if len(asked) == 1 else "127.0.0.1", port))
        ]

    def connect(place: tuple[str, int], *_: object, **__: object) -> socket.socket:
        reached.append(place[0])
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(module.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert "refused" in refusal("https://rebound.example/", Limits(total_s=5.0))
    assert (asked, reached) == (["rebound.example"], ["93.184.215.14"])


def test_a_name_that_is_never_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.socket, "getaddrinfo", lambda *_, **__: time.sleep(3) or [])
    assert "cannot be fetched" in refusal("https://slow.example/", Limits(total_s=1.0, idle_s=0.5))


def test_a_user_s_download_goes_to_the_public_internet_by_https_only() -> None:
    assert (Limits().schemes, Limits().loopback) == (("https",), False)
    with server(say(OK)) as address, pytest.raises(InputError, match="is not an https address"):
        download(address, lambda line: None)


def test_a_server_that_does_not_prove_who_it_is() -> None:
    with server(say(OK)) as address:
        assert "cannot be fetched ([SSL" in refusal(address.replace("http:", "https:"))
    with server(lambda client: time.sleep(3)) as address:
        assert "no answer within 1 s" in refusal(address.replace("http:", "https:"))
