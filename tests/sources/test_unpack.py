"""Compressed files are unpacked by what they are, within limits, and archives that want more than to be read are refused."""

import gzip
import time
from collections.abc import Callable

import pyarrow as pa
import pytest
from archive_checks import zipped
from costfloor.errors import InputError
from costfloor.sources import epoch_eci, epoch_hub, epoch_stitching, llmstats, unpack
from costfloor.sources.unpack import archive, unpacked
from hypothesis import given
from hypothesis import strategies as st
from malformed_archives import ARCHIVES

ZSTD = pa.Codec("zstd")


def zstd(content: bytes) -> bytes:
    return bytes(ZSTD.compress(content, asbytes=True))


@given(content=st.binary(max_size=3000))
def test_round_trip(content: bytes) -> None:
    assert unpacked(gzip.compress(content), "x") == content
    assert unpacked(zstd(content), "x") == content
    assert archive(zipped({"a/b.csv": content, "c": b""}), "x") == {"a/b.csv": content, "c": b""}


def test_what_a_file_is_its_bytes_say() -> None:
    assert unpacked(b"{}", "list.json.gz") == b"{}"
    assert unpacked(gzip.compress(b"{}"), "list.json") == b"{}"
    assert unpacked(b"", "empty.gz") == b""
    packed = zipped({"a": b"x"})
    assert unpacked(packed, "list.gz") == packed
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b"), "two members") == b"ab"


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gzip", "zstd"])
def test_a_damaged_file_is_refused(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(bytes(range(256)) * 100)
    for broken in (packed[:-3], packed[:9], packed[:6] + b"\xff" * 20 + packed[26:], packed + b"rest"):
        with pytest.raises(InputError, match=r"^list: not a readable (gzip|zstd) file \(.+\)\. Fetch the file again$"):
            unpacked(broken, "list")


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gzip", "zstd"])
def test_a_bomb_is_refused_while_it_is_unpacked(pack: Callable[[bytes], bytes]) -> None:
    with pytest.raises(InputError, match=r"^list, value 'over \d+ bytes': too large when unpacked\. Is it the right"):
        unpacked(pack(bytes(80 * 2**20)), "list")


def test_folders_in_an_archive_are_no_files() -> None:
    assert dict(archive(zipped({"data/": b"", "data/a.csv": b"x"}), "x")) == {"data/a.csv": b"x"}


@pytest.mark.parametrize("case", ARCHIVES)
def test_an_archive_is_refused(case: str) -> None:
    content, message = ARCHIVES[case]
    begun = time.process_time()
    with pytest.raises(InputError) as caught:
        archive(content, "list.zip")
    assert time.process_time() - begun < 2
    assert str(caught.value).startswith("list.zip")
    assert message in str(caught.value)
    assert ". " in str(caught.value), "says what to do"


READERS = (
    *(epoch_hub.read_scores, epoch_hub.read_facts, epoch_stitching.read_scores, epoch_stitching.read_facts),
    *(epoch_eci.read_scores, epoch_eci.read_facts, llmstats.read_scores, llmstats.read_facts),
)


@pytest.mark.parametrize("case", ARCHIVES)
def test_every_reader_refuses_it(case: str) -> None:
    for read in READERS:
        with pytest.raises(InputError, match=r"^list\.zip"):
            read(ARCHIVES[case][0], "list.zip")


def test_the_limit_is_on_all_members_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_BYTES", 1000)
    assert len(archive(zipped({"a": bytes(500), "b": bytes(500)}), "x")) == 2
    with pytest.raises(InputError, match="too large when unpacked"):
        archive(zipped({"a": bytes(500), "b": bytes(501)}), "x")


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_MEMBERS", 3)
    assert len(archive(zipped(dict.fromkeys("abc", b"")), "x")) == 3
    with pytest.raises(InputError, match="value 4: holds too many files"):
        archive(zipped(dict.fromkeys("abcd", b"")), "x")


@given(content=st.binary(max_size=200), start=st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"]))
def test_random_bytes(content: bytes, start: bytes) -> None:
    for read in (archive, unpacked):
        try:
            read(start + content, "list")
        except InputError as error:
            assert str(error).startswith("list")


@given(position=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_a_flipped_byte(position: int, byte: int) -> None:
    packed = bytearray(zipped({"data/a.csv": b"x,y\n1,2\n" * 9, "b.csv": b"z"}))
    packed[position % len(packed)] = byte
    try:
        archive(bytes(packed), "list")
    except InputError as error:
        assert str(error).startswith("list")
