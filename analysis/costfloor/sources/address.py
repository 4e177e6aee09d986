"""Addresses as they may be shown and stored: without what may be secret in them."""

from urllib.parse import urlsplit, urlunsplit


def without_secrets(address: str) -> str:
    """Scheme, host, port and path of an address; user, password, parameters, query and fragment may hold keys and go.

    Examples
    --------
    >>> without_secrets("https://ada:secret@example.org/api.json?key=secret#top")
    'https://example.org/api.json'
    """
    try:
        parts = urlsplit(address)
        host = parts.netloc.rsplit("@", 1)[-1]
    except ValueError:
        # Not an address after all; what could be a secret in it ends at the last @ and begins at the first ? or #.
        scheme, _, rest = address.partition("://")
        return f"{scheme}://{rest.rsplit('@', 1)[-1].split('?')[0].split('#')[0]}"
    return urlunsplit((parts.scheme, host, parts.path.split(";")[0], "", ""))
