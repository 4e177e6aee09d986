"""What may be secret in an address is neither stored nor shown."""

import pytest
from costfloor.errors import InputError
from costfloor.sources.address import without_secrets
from costfloor.sources.download import download


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://example.org/a/api.json", "https://example.org/a/api.json"),
        (
            "https://ada:secret@example.org:8443/api.json?key=secret&token=secret#secret",
            "https://example.org:8443/api.json",
        ),
        ("https://secret@secret@example.org/api.json", "https://example.org/api.json"),
        ("https://ada:secret@[::1]/api.json?secret", "https://[::1]/api.json"),
        ("https://ada:secret@[::1/api.json?secret", "https://[::1/api.json"),
        ("file:///etc/passwd", "file:///etc/passwd"),
    ],
)
def test_only_scheme_host_and_path_are_left(address: str, shown: str) -> None:
    assert without_secrets(address) == shown


@pytest.mark.parametrize("address", ["http://ada:secret@example.org/?secret", "https://ada:secret@[::1/?secret"])
def test_a_refusal_does_not_print_them(address: str) -> None:
    with pytest.raises(InputError) as caught:
        download(address, lambda line: None)
    assert "secret" not in str(caught.value)
