"""Fetch a public list over https from the public internet, within a time and a size."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from costfloor.errors import InputError
from costfloor.inputs import MAX_BYTES
from costfloor.sources.address import without_secrets

RETRY = "Try again later, or save the file and give its path"
SAVE = "Save the file and give its path"
MOVED = (301, 302, 303, 307, 308)
NOT_MODIFIED = 304
BUSY = (408, 425, 429)
OVERHEAD = 1 << 20
"""Bytes beside the content: the certificates of each hop, headers, the framing of chunks."""


@dataclass(frozen=True)
class Limits:
    """What a download may take, and where it may go.

    Attributes
    ----------
    total_s
        Seconds of the clock for everything: names, connections, redirects, headers and content.
    idle_s
        Seconds without a byte.
    max_bytes
        Size of the content.
    redirects
        How often the address may change.
    schemes, loopback
        Which schemes, and whether this machine may be asked itself; the tests have a server of their own.
    """

    total_s: float = 120.0
    idle_s: float = 30.0
    max_bytes: int = MAX_BYTES
    redirects: int = 5
    schemes: tuple[str, ...] = ("https",)
    loopback: bool = False


@dataclass(frozen=True)
class Validators:
    """What a server says of the state of a file, by which it can tell later whether that is another."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes
    ----------
    content
        None when the file is still in the state that was asked about.
    validators
        Of its state now.
    """

    content: bytes | None = field(repr=False)
    validators: Validators


class TransientError(InputError):
    """A failure of the network or the server that a second try may not meet."""


def is_address(text: str) -> bool:
    """Whether a text is an address rather than a path."""
    return "://" in text


def download(address: str, progress: Callable[[str], None]) -> bytes:
    """The bytes behind an https address.

    Proxies that the environment names are not used: a proxy, not this program, would choose where the connection goes.

    Parameters
    ----------
    address
        Where the file is.
    progress
        Called with a line per megabyte.

    Raises
    ------
    InputError
        Not https, not in the public internet, not reachable in time, an answer other than 200, or larger than a price list can be.
    """
    return fetch(address, progress, Limits())


def fetch(address: str, progress: Callable[[str], None], limits: Limits) -> bytes:
    """As `download`, within other limits."""
    content = fetch_changed(address, progress, limits, Validators()).content
    assert content is not None
    return content


def fetch_changed(address: str, progress: Callable[[str], None], limits: Limits, known: Validators) -> Answer:
    """As `fetch`, but the content of a file that is in the state `known` stays where it is.

    Raises
    ------
    TransientError
        Time has run out, the connection failed, or the server says that it is busy or broken.
    InputError
        As `download`.
    """
    target = _checked(address, limits)
    try:
        with httpcore.ConnectionPool(ssl.create_default_context(), network_backend=_Guarded(limits)) as pool:
            for _ in range(limits.redirects + 1):
                with _answer(pool, target, known) as answer:
                    if answer.status == NOT_MODIFIED and known != Validators():
                        return Answer(None, known)
                    if answer.status not in MOVED:
                        return Answer(_content(answer, address, progress, limits), _validators(answer))
                    target = _checked(_location(target, answer), limits)
        raise InputError(
            f"is redirected more than {limits.redirects} times", value=without_secrets(address), remedy=SAVE
        )
    except httpcore.TimeoutException as error:
        problem = f"cannot be fetched (no answer within {limits.idle_s:g} s, or no end within {limits.total_s:g} s)"
        raise TransientError(problem, value=without_secrets(address), remedy=RETRY) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
        raise TransientError(
            f"cannot be fetched ({_reason(error)})", value=without_secrets(address), remedy=RETRY
        ) from error


def _checked(address: str, limits: Limits) -> httpx.URL:
    """The parts of an address, percent-encoded, if it is one that may be fetched."""
    try:
        target = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise InputError(
            f"is not an address ({error})", value=without_secrets(address), remedy="Check its spelling"
        ) from error
    if target.scheme not in limits.schemes or not target.host:
        raise InputError(
            "is not an https address", value=without_secrets(address), remedy="Only https:// addresses are fetched"
        )
    if target.port is not None and not 0 < target.port < 2**16:
        raise InputError(
            "is not an address (no such port)", value=without_secrets(address), remedy="Check its spelling"
        )
    if target.userinfo:
        raise InputError("holds a user name or a password", value=target.host, remedy=SAVE)
    return target


@contextmanager
def _answer(pool: httpcore.ConnectionPool, target: httpx.URL, known: Validators) -> Iterator[httpcore.Response]:
    where = httpcore.URL(
        scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path or b"/"
    )
    headers = [(b"Host", target.netloc), (b"User-Agent", b"costfloor"), (b"Accept-Encoding", b"identity")]
    headers += [(b"If-None-Match", known.etag.encode("latin-1"))] if known.etag else []
    headers += [(b"If-Modified-Since", known.last_modified.encode("latin-1"))] if known.last_modified else []
    with pool.stream("GET", where, headers=headers) as answer:
        yield answer


def _validators(answer: httpcore.Response) -> Validators:
    headers = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
    return Validators(headers.get(b"etag"), headers.get(b"last-modified"))


def _location(target: httpx.URL, answer: httpcore.Response) -> str:
    places = [value for name, value in answer.headers if name.lower() == b"location"]
    if len(places) != 1:
        raise InputError(
            f"answered {answer.status} without a new address", value=without_secrets(str(target)), remedy=SAVE
        )
    place = places[0].decode("utf-8", "replace")
    try:
        return str(target.join(place))
    except httpx.InvalidURL as error:
        raise InputError(
            f"leads to what is not an address ({error})", value=without_secrets(place), remedy=SAVE
        ) from error


def _content(answer: httpcore.Response, address: str, progress: Callable[[str], None], limits: Limits) -> bytes:
    if answer.status != 200:
        failure = TransientError if answer.status in BUSY or answer.status >= 500 else InputError
        raise failure(f"answered {answer.status}", value=without_secrets(address), remedy=RETRY)
    headers = {name.lower(): value for name, value in answer.headers}
    encoding = headers.get(b"content-encoding", b"identity").decode("latin-1")
    if encoding != "identity":
        # Nothing is unpacked, so what has arrived is all that the memory has to hold.
        raise InputError("answered with packed content, though asked not to", value=encoding, remedy=SAVE)
    expected = int(headers.get(b"content-length", b"0"))
    _require_size(expected, address, limits)
    content = bytearray()
    told = 0
    for chunk in answer.iter_stream():
        content += chunk
        _require_size(len(content), address, limits)
        if len(content) // 1_000_000 > told:
            told = len(content) // 1_000_000
            progress(f"fetched {len(content) / 1e6:.1f}{f' of {expected / 1e6:.1f}' if expected else ''} MB")
    return bytes(content)


def _require_size(size: int, address: str, limits: Limits) -> None:
    if size > limits.max_bytes:
        raise InputError(
            f"is larger than {limits.max_bytes / 2**20:g} MiB", value=without_secrets(address), remedy="Check it"
        )


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


class _Guarded(httpcore.NetworkBackend):
    """Connections to addresses of the public internet only, which together keep to one time and one number of bytes."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.deadline = time.monotonic() + limits.total_s
        self.bytes_left = limits.max_bytes + OVERHEAD
        self.sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the addresses that were looked at, so that the name cannot come to mean another in between."""
        addresses = _resolved(host, port, self.seconds())
        for address in addresses:
            if not _is_public(address) and not (self.limits.loopback and address.is_loopback):
                raise InputError(f"leads to {address}, which is not in the public internet", value=host, remedy=SAVE)
        for position, address in enumerate(addresses):
            try:
                return _Counted(self, self.sockets.connect_tcp(str(address), port, self.seconds()))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == len(addresses) - 1:
                    raise
        raise httpcore.ConnectError("the name has no address")

    def seconds(self) -> float:
        """Time for the next step."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return min(left, self.limits.idle_s)


class _Counted(httpcore.NetworkStream):
    """A connection whose every step keeps to the limits of the whole, endless headers and interim answers included."""

    def __init__(self, guard: _Guarded, stream: httpcore.NetworkStream) -> None:
        self.guard, self.stream = guard, stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self.stream.read(max_bytes, self.guard.seconds())
        self.guard.bytes_left -= len(received)
        if self.guard.bytes_left < 0:
            raise httpcore.ReadError("more bytes than a price list has")
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.guard.seconds())

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Counted(self.guard, self.stream.start_tls(ssl_context, server_hostname, self.guard.seconds()))

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _resolved(host: str, port: int, seconds: float) -> list[Address]:
    """The addresses of a name, without waiting longer than so many seconds for the system."""
    addresses: list[Address] = []
    errors: list[Exception] = []

    def look_up() -> None:
        try:
            for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                address = ipaddress.ip_address(str(place[0]).split("%")[0])
                if address not in addresses:
                    addresses.append(address)
        # A name with an empty or too long part is a ValueError of the codec.
        except (OSError, ValueError) as error:
            errors.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise httpcore.ConnectTimeout
    if errors:
        raise httpcore.ConnectError(_reason(errors[0])) from errors[0]
    return addresses


def _is_public(address: Address) -> bool:
    """Whether an address is reached over the public internet, be it written inside another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast
