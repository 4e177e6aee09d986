"""Fetch a public list over https, and nothing else."""

import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from analysis.errors import InputError
from analysis.sources.address import without_secrets
from analysis.sources.table_file import MAX_BYTES

TIMEOUT_SECONDS = 30
CHUNK = 1 << 20
RETRY = "Try again later, or save the file and give its path"


class _OnlyHttps(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to another https address."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]  # urllib's own signature
        """Refuse to be led to a file, or to an address that anybody on the way can change."""
        require_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_address(text: str) -> bool:
    """Whether a text is an address rather than a path."""
    return "://" in text


def require_https(address: str) -> None:
    """Raise InputError unless the address is https and names a host."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise InputError(
            f"is not an address ({error})", value=without_secrets(address), remedy="Check its spelling"
        ) from error
    if parts.scheme != "https" or not parts.hostname:
        raise InputError(
            "is not an https address", value=without_secrets(address), remedy="Only https:// addresses are fetched"
        )


def download(address: str, progress: Callable[[str], None], open_address: Callable[..., Any] | None = None) -> bytes:
    """The bytes behind an https address.

    Parameters
    ----------
    address
        Where the file is.
    progress
        Called with a line now and then.
    open_address
        Opens a request with a timeout; the standard library's by default.

    Raises
    ------
    InputError
        Not https, not reachable in time, an answer other than 200, or larger than a price list can be.
    """
    require_https(address)
    opener = open_address or urllib.request.build_opener(_OnlyHttps).open
    request = urllib.request.Request(address, headers={"User-Agent": "costfloor", "Accept-Encoding": "identity"})
    content = bytearray()
    try:
        with opener(request, timeout=TIMEOUT_SECONDS) as answer:
            if answer.status != 200:
                raise InputError(f"answered {answer.status}", value=without_secrets(address), remedy=RETRY)
            expected = answer.headers.get("Content-Length", "")
            total = f" of {int(expected) / 1e6:.1f}" if expected.isdigit() else ""
            while chunk := answer.read(CHUNK):
                content += chunk
                progress(f"fetched {len(content) / 1e6:.1f}{total} MB")
                if len(content) > MAX_BYTES:
                    raise InputError(
                        f"is larger than {MAX_BYTES // 2**20} MiB", value=without_secrets(address), remedy="Check it"
                    )
    except (urllib.error.URLError, TimeoutError, HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        raise InputError(f"cannot be fetched ({reason})", value=without_secrets(address), remedy=RETRY) from error
    if expected.isdigit() and len(content) != int(expected):
        raise InputError(
            f"ended after {len(content)} of {expected} bytes", value=without_secrets(address), remedy=RETRY
        )
    return bytes(content)
