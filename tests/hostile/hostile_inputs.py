"""Hostile inputs by name, made anew and the same at every run: the arguments of a command, and a part of what it must answer."""

import os
import random
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from cli_run import HEADER, ROWS
from malformed import CASES, file_name
from test_malformed import REFUSED

Arguments = list[object]
SCENARIO = (Path(__file__).parents[1] / "economics" / "example.toml").read_text("utf-8")


@dataclass(frozen=True)
class Hostile:
    """One input: what makes it in a folder and says how it is brought, and what the one line of the refusal must hold."""

    bring: Callable[[Path], Arguments]
    says: str


Content = bytes | str | Callable[[], bytes]


def written(folder: Path, name: str, content: Content) -> Path:
    path = folder / name
    if callable(content):
        content = content()
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return path


def table(content: Content, says: str, name: str = "table.csv") -> Hostile:
    return Hostile(lambda folder: ["index", "quantile", "--table", written(folder, name, content)], says)


def scenario(content: bytes | str, says: str) -> Hostile:
    return Hostile(lambda folder: ["economics", "--scenario", written(folder, "service.toml", content)], says)


def price_list(format_name: str, content: Content, says: str, name: str) -> Hostile:
    def bring(folder: Path) -> Arguments:
        return ["ingest", format_name, written(folder, name, content), "--observed-on", "2026-01-31"]

    return Hostile(bring, says)


def cell(row: int, column: str, value: str) -> str:
    """The good table with one cell changed."""
    cells = ROWS[row - 1].split(",")
    cells[HEADER.split(",").index(column)] = '"' + value.replace('"', '""') + '"'
    return "\n".join([HEADER, *ROWS[: row - 1], ",".join(cells), *ROWS[row:]]) + "\n"


UNSAFE_TEXT = {
    "nul": "a\0b",
    "bell": "a\ab",
    "escape": "a\x1b[31mb",
    "line break": "a\nb",
    "return": "a\rb",
    "delete": "a\x7fb",
    "c1 control": "a\x9bb",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "right-to-left override": "a\u202eb",
    "left-to-right embedding": "a\u202ab",
    "isolate": "a\u2066b",
    "no character": "a\uffffb",
    "no character of plane 16": "a\U0010ffffb",
    "no character of Arabic": "a\ufdd0b",
}
LONG = "x" * 501

BAD_NUMBERS = (
    "",
    " ",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "0x10",
    "1_000",
    "1,5",
    "\u0663",
    "\uff11",
    "$3",
    "--1",
    "1e",
    "true",
    "1 2",
    "=1+1",
)
BAD_PRICES = (*BAD_NUMBERS, "0", "-1", "1e-400", "1e31", "1e-31", "1e308", "5e-324")
BAD_SCORES = (*BAD_NUMBERS, "-0.1", "1.1", "0", "1", "1e308", "-1e308")
BAD_DATES = (
    *("", "2023-13-01", "2023-02-30", "2023-00-10", "0000-01-01", "0001-01-01", "1899-12-31", "2999-01-01"),
    *("10/02/2023", "2023-W05-1", "20230210", "2023-2-1", "+2023-02-10", "12023-02-10", "2023-02-10T10:30:00"),
    *("2023-02-10T00:00:00+02:00", "2023-02-10T00:00:01Z", "2023-02-10T24:00:00", "\u0662\u0660\u0662\u0663-01-01"),
    *("nan", "NaT", "now", "today", "1676000000", "2023-02-10x", "9" * 400),
)


def cells() -> Iterable[tuple[str, Hostile]]:
    for column, values in (("price", BAD_PRICES), ("score", BAD_SCORES), ("date", BAD_DATES)):
        for number, value in enumerate(values):
            yield f"cell {column} {number}", table(cell(3, column, value), f"row 3, column '{column}'")
    for column in ("family", "host", "model"):
        for kind, text in UNSAFE_TEXT.items():
            yield f"cell {column} {kind}", table(cell(3, column, text), "holds control characters")
        yield f"cell {column} long", table(cell(3, column, LONG), "longer than 500 characters")
        yield f"cell {column} blank", table(cell(3, column, " \u3000"), "empty")


GOOD = "\n".join([HEADER, *ROWS]) + "\n"
NUMBERS = "date,price,score," + ",".join(f"c{number}" for number in range(30_000))


def csv_files() -> Iterable[tuple[str, Hostile]]:
    yield from {
        "csv empty": table(b"", "is empty"),
        "csv byte order mark": table(b"\xef\xbb\xbf", "is empty"),
        "csv line breaks": table("\n\r\n\n", "is empty"),
        "csv header only": table(HEADER, "no rows"),
        "csv semicolons": table(GOOD.replace(",", ";"), "something else than commas"),
        "csv semicolons and decimal commas": table(
            GOOD.replace(",", ";").replace(".", ","), "something else than commas"
        ),
        "csv tabs": table(GOOD.replace(",", "\t"), "something else than commas"),
        "csv bars": table(GOOD.replace(",", "|"), "something else than commas"),
        "csv utf-16": table(GOOD.encode("utf-16"), "not UTF-8"),
        "csv utf-32": table(GOOD.encode("utf-32"), "not UTF-8"),
        "csv latin-1": table(GOOD.replace("big", "gro\xdf").encode("latin-1"), "not UTF-8"),
        "csv surrogates": table(cell(3, "model", "\ud800"), "not UTF-8"),
        "csv html": table("<!DOCTYPE html>\n<html></html>\n", "missing"),
        "csv json": table('{"date": 1}', "missing"),
        "csv open quote": table(GOOD + '2024-01-01,"1', "not valid CSV"),
        "csv long cell": table(cell(3, "model", "x" * 200_000), "not valid CSV"),
        "csv ragged": table(GOOD + "2024-01-01,1\n", "has 2 fields"),
        "csv name twice": table(GOOD.replace("host", "price", 1), "more than once"),
        "csv name with escape twice": table("date,price,score,\x1b[2J,\x1b[2J\n", "more than once"),
        "csv 501 columns": table("date,price,score," + ",".join(map(str, range(498))) + "\n", "too many columns"),
        "csv 30000 columns": table(f"{NUMBERS}\n2023-01-01,1,0.5{',1' * 30_000}\n", "too many columns"),
        "csv header of one long name": table("x" * 100_000 + "\n", "missing"),
        "csv header with control characters": table("\x1b[31mdate,pr\x07ice,score\n1,2,3\n", "missing"),
        "csv repeated row": table(GOOD + ROWS[0] + "\n", "row 1 has it"),
        "csv repeated row with a column self": table(
            "date,price,score,self\n2023-01-01,1,0.5,x\n2023-01-01,1,0.5,x\n", "row 1 has it"
        ),
        "csv other unit": table(cell(6, "price", "0.000003"), "unit"),
    }.items()
    for number in range(12):
        noise = random.Random(number).randbytes(300)
        yield f"csv noise {number}", table(noise, "error: ")


def parquet(columns: dict[str, object]) -> bytes:
    stream = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue().to_pybytes()


def repeated(value: object, kind: pa.DataType, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype="int32")), pa.array([value], kind))


def parquet_files() -> Iterable[tuple[str, Hostile]]:
    frame = pd.DataFrame([row.split(",") for row in ROWS], columns=HEADER.split(","))
    frame = frame.assign(
        date=pd.to_datetime(frame["date"]), price=frame["price"].astype(float), score=frame["score"].astype(float)
    )
    good: dict[str, object] = {name: pa.array(frame[name]) for name in frame}
    content = parquet(good)
    zone = pa.array(frame["date"].dt.tz_localize("Europe/Berlin"))
    rows = len(frame)
    bomb: dict[str, object] = {
        "date": repeated("2023-01-01", pa.string(), 20_000),
        "price": repeated(1.0, pa.float64(), 20_000),
        "score": repeated(0.5, pa.float64(), 20_000),
    }
    files: dict[str, tuple[Content, str]] = {
        "no columns": (lambda: parquet({}), "has no columns"),
        "bomb": (
            lambda: parquet({**bomb, "model": repeated("x" * 500_000, pa.string(), 20_000)}),
            "too large when unpacked",
        ),
        "bomb elsewhere": (
            lambda: parquet({**bomb, "other": repeated("x" * 500_000, pa.string(), 20_000)}),
            "too large when unpacked",
        ),
        "bomb of bytes": (
            lambda: parquet({**bomb, "other": repeated(b"x" * 500_000, pa.binary(), 20_000)}),
            "too large when unpacked",
        ),
        "bomb of fixed bytes": (
            lambda: parquet({"date": repeated(b"x" * 5_000, pa.binary(5_000), 60_000)}),
            "too large when unpacked",
        ),
        "rows": (lambda: parquet({"date": repeated("2023-01-01", pa.string(), 1_000_001)}), "too many rows"),
        "cells": (
            lambda: parquet({f"c{number}": repeated(1.0, pa.float64(), 50_000) for number in range(201)}),
            "too many rows",
        ),
        "501 columns": (lambda: parquet({f"c{number}": pa.array([1]) for number in range(501)}), "too many columns"),
        "nested column": (lambda: parquet({**good, "other": pa.array([[1, 2]] * rows)}), "column 'other': holds list"),
        "nested price": (
            lambda: parquet({**good, "price": pa.array([{"usd": 1}] * rows)}),
            "column 'price': holds struct",
        ),
        "map": (
            lambda: parquet({**good, "other": pa.array([[("a", 1)]] * rows, pa.map_(pa.string(), pa.int64()))}),
            "holds map",
        ),
        "zone of Berlin": (lambda: parquet({**good, "date": zone}), "midnight in UTC"),
        "moments": (
            lambda: parquet({**good, "date": pa.array(frame["date"] + pd.Timedelta(hours=1))}),
            "midnight in UTC",
        ),
        "bytes for names": (lambda: parquet({**good, "family": pa.array([b"\xff\xfe"] * rows)}), "error: "),
        "price of nothing": (lambda: parquet({**good, "price": pa.nulls(rows)}), "empty"),
        "price of truth": (lambda: parquet({**good, "price": pa.array([True] * rows)}), "not a number"),
        "dates of numbers": (lambda: parquet({**good, "date": pa.array(range(rows))}), "not an ISO date"),
        "durations": (lambda: parquet({**good, "date": pa.array([pd.Timedelta(1)] * rows)}), "not an ISO date"),
        "far dates": (lambda: parquet({**good, "date": pa.array([2**50] * rows, pa.timestamp("s"))}), "error: "),
        "control characters": (
            lambda: parquet({**good, "host": pa.array(["a\x1bb"] * rows)}),
            "holds control characters",
        ),
        "magic only": (b"PAR1" + b"\0" * 64 + b"PAR1", "not a readable Parquet file"),
        "magic alone": (b"PAR1", "not a readable Parquet file"),
        "empty": (b"", "is empty"),
        "csv": (GOOD.encode(), "not a readable Parquet file"),
        "footer length": (content[:-8] + b"\xff\xff\xff\x7fPAR1", "not a readable Parquet file"),
    }
    for name, (data, says) in files.items():
        yield f"parquet {name}", table(data, says, "table.parquet")
    for number in range(1, 11):
        yield f"parquet cut {number}", table(content[: number * len(content) // 11], "not a readable", "table.parquet")
    for number in range(8):
        at = len(content) - 20 - 97 * number
        broken = content[:at] + b"\xff" * 12 + content[at + 12 :]
        yield f"parquet overwritten {number}", table(broken, "error: ", "table.parquet")


PACKED = {"gzip", "gzip-bomb", "zip-bomb", "table-gzip"}
"""Refused by a reader, and unpacked before one sees them."""


def lists() -> Iterable[tuple[str, Hostile]]:
    for case in sorted(REFUSED.keys() - PACKED):
        format_name, content = CASES[case]
        yield f"list {case}", price_list(format_name, content, REFUSED[case].split("value '")[-1], file_name(case))
    for case in ("gzip-bomb", "zip-bomb"):
        yield f"list {case}", price_list(*CASES[case], "too large when unpacked", file_name(case))
    nothing = "holds no price of a text model"
    yield from {
        "list of a long field": price_list(
            "litellm", b'{"m": {"' + b"a_" * 48_000 + b'": 1, "' + b"cost_per_" * 10_000 + b'": 1}}', nothing, "l.json"
        ),
        "list of many fields": price_list(
            "litellm",
            lambda: (
                b'{"m": {'
                + b",".join(b'"input_cost_per_token_above_%d_tokens": null' % n for n in range(20_000))
                + b"}}"
            ),
            nothing,
            "l.json",
        ),
        "list of many names": price_list(
            "models-dev",
            lambda: b'{"h": {"models": {' + b",".join(b'"%d": {}' % n for n in range(100_001)) + b"}}}",
            "too many prices",
            "l.json",
        ),
        "list too large": price_list("llm-prices", lambda: b"[" + b" " * 2**24, "too large", "l.json"),
        "list of one long number": price_list("genai-prices", lambda: b"9" * 2**20, "column '/'", "l.json"),
        "list of two values for a deep name": price_list(
            "genai-prices", b'[{"a": {"b": 1, "b": 2}}]', "with two values", "l.json"
        ),
        "list of one name as number and truth": price_list(
            "models-dev", b'{"a": 1, "a": true}', "with two values", "l.json"
        ),
        "list of texts that repeat": price_list(
            "table",
            lambda: parquet(
                {
                    "provider": repeated("x" * 400, pa.string(), 800_000),
                    "model_id": repeated("y" * 400, pa.string(), 800_000),
                    "input_usd_per_mtok": repeated(1.0, pa.float64(), 800_000),
                    "output_usd_per_mtok": repeated(1.0, pa.float64(), 800_000),
                }
            ),
            "too large when unpacked",
            "l.parquet",
        ),
        "list of repeats": price_list(
            "models-dev", lambda: b"{" + b'"a": {"models": {}},' * 20_000 + b'"a": {"models": {}}}', nothing, "l.json"
        ),
        "list with an escape for a name": price_list(
            "models-dev", b'{"\\u001b[2J": 1}', "is a number, not an object", "l.json"
        ),
    }.items()


TITLE = 'title = "Worked example"'
RATE = "growth_per_year = 0.1"


def rate(value: str, says: str) -> Hostile:
    return scenario(SCENARIO.replace(RATE, f"growth_per_year = {value}", 1), says)


def scenarios() -> Iterable[tuple[str, Hostile]]:
    assert TITLE in SCENARIO
    assert RATE in SCENARIO
    yield from {
        "scenario empty": scenario("", "column 'title'"),
        "scenario of lists": scenario("a = " + "[" * 50_000 + "]" * 50_000, "too large"),
        "scenario of lists over lines": scenario("a = " + "[\n" * 10_000 + "]\n" * 10_000, "nested too deep"),
        "scenario of some lists": scenario("a = " + "[" * 20 + "]" * 20, "nested too deep"),
        "scenario of tables": scenario("a = " + "{a = " * 180 + "1" + "}" * 180, "line of more than 1000"),
        "scenario of tables over lines": scenario("a = " + "[\n{a = " * 400 + "1" + "}\n]" * 400, "nested too deep"),
        "scenario of a dotted key": scenario(".".join("a" * 50_000) + " = 1", "too large"),
        "scenario of a dotted line": scenario(".".join("a" * 30_000) + " = 1", "line of more than 1000"),
        "scenario of a dotted section": scenario(f"[{'.'.join('a' * 450)}]\nx = 1", "nested too deep"),
        "scenario of many dotted sections": scenario(
            "".join(f"[{'.'.join('b' * n)}]\n" for n in range(2, 250)), "nested too deep"
        ),
        "scenario of 65 KiB": scenario(SCENARIO + "# x\n" * 16_500, "too large"),
        "scenario of html": scenario("<html></html>", "is not TOML"),
        "scenario of json": scenario('{"title": 1}', "is not TOML"),
        "scenario in utf-16": scenario(SCENARIO.encode("utf-16"), "not UTF-8"),
        "scenario in latin-1": scenario(SCENARIO.replace("Worked", "Gew\xf6lbe").encode("latin-1"), "not UTF-8"),
        "scenario with nul": scenario(SCENARIO + "\0", "is not TOML"),
        "scenario with a key twice": scenario(SCENARIO + "\n[demand]\n", "is not TOML"),
        "scenario with an open string": scenario('title = "x', "is not TOML"),
        "scenario with a key of escapes": scenario(
            SCENARIO.replace(RATE, f'{RATE}\n"\\u001b[2J\\n" = 1', 1), "is not known"
        ),
        "scenario of an array of tables": scenario(SCENARIO.replace("[demand]", "[[demand]]", 1), "column 'demand'"),
        "scenario with a title of a number": scenario(SCENARIO.replace(TITLE, "title = 1"), "must be a text"),
        "scenario with a title of lists": scenario(SCENARIO.replace(TITLE, "title = [[[]]]"), "must be a text"),
        "scenario with a blank title": scenario(SCENARIO.replace(TITLE, 'title = " "'), "must be a text"),
        "scenario with a long title": scenario(
            SCENARIO.replace(TITLE, f'title = "{LONG}"'), "longer than 500 characters"
        ),
        "rate of 999 digits": rate("9" * 900, "is out of range"),
        "rate of 5000 digits": rate("9" * 5_000, "line of more than 1000"),
        "rate in hexadecimal": rate("0x" + "f" * 900, "is out of range"),
        "rate of a long hexadecimal": rate("0x" + "f" * 20_000, "line of more than 1000"),
        "rate nan": rate("nan", "is out of range"),
        "rate inf": rate("-inf", "is out of range"),
        "rate 1e400": rate("1e400", "is out of range"),
        "rate of truth": rate("true", "is not a number"),
        "rate of text": rate('"0.1"', "is not a number"),
        "rate of a day": rate("2024-01-01", "is not a number"),
        "rate of an impossible day": rate("2024-13-45", "is not TOML"),
        "rate of a moment": rate("2024-01-01T00:00:00Z", "is not a number"),
        "rate of a list": rate("[0.1]", "is not a number"),
        "rate of a table": rate("{a = 1}", "is not a number"),
    }.items()
    for kind, text in UNSAFE_TEXT.items():
        escaped = "".join(f"\\U{ord(character):08x}" for character in text)
        yield (
            f"scenario title {kind}",
            scenario(SCENARIO.replace(TITLE, f'title = "{escaped}"'), "holds control characters"),
        )


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    here = Path.cwd()
    # The address of a socket is short.
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name)
    finally:
        os.chdir(here)


def to_fifo(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


PLACES: dict[str, tuple[str, Callable[[Path], object] | None, str]] = {
    "missing": ("none", None, "does not exist"),
    "a folder": ("folder", Path.mkdir, "is a folder"),
    "a pipe": ("pipe", fifo, "not a regular file"),
    "a socket": ("socket", unix_socket, "not a regular file"),
    "a device": ("zero", lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
    "a dangling link": ("dangling", lambda path: path.symlink_to("nowhere"), "does not exist"),
    "a link to itself": ("loop", lambda path: path.symlink_to(path.name), "cannot be read"),
    "a link to a pipe": ("link", to_fifo, "not a regular file"),
    "below a file": ("file/below", lambda path: path.parent.write_text("x"), "cannot be read"),
    "of 300 letters": ("x" * 300, None, "cannot be read"),
    "of 600 letters": ("x" * 600, None, "cannot be read"),
    "with nul": ("a\0b", None, "cannot be read"),
    "with a line break": ("a\nb", lambda path: path.write_text("x"), "holds control characters"),
    "with an escape": ("a\x1b[2Jb", lambda path: path.write_text("x"), "holds control characters"),
    "with an override": ("a\u202eb", lambda path: path.write_text("x"), "holds control characters"),
    "that is no text": ("a\udcffb", lambda path: path.write_text("x"), "holds control characters"),
}


def place(name: str, make: Callable[[Path], object] | None, says: str, command: Arguments, suffix: str) -> Hostile:
    def bring(folder: Path) -> Arguments:
        path = folder / f"{name}{suffix}"
        if make is not None:
            make(path)
        return [path if argument is ... else argument for argument in command]

    return Hostile(bring, says)


def places() -> Iterable[tuple[str, Hostile]]:
    ways: dict[str, tuple[Arguments, str]] = {
        "table": (["index", "quantile", "--table", ...], ".csv"),
        "parquet": (["trend", "hedonic", "--table", ...], ".parquet"),
        "list": (["ingest", "models-dev", ..., "--observed-on", "2026-01-31"], ".json"),
        "own list": (["ingest", "table", ..., "--observed-on", "2026-01-31"], ".csv"),
        "scenario": (["economics", "--scenario", ...], ".toml"),
    }
    for way, (command, suffix) in ways.items():
        for kind, (name, make, says) in PLACES.items():
            # Where the parser of the command line expects a path it refuses NUL itself; no shell can pass it on.
            if "\0" not in name or command[0] == "ingest":
                yield f"{way} {kind}", place(name, make, says, command, suffix)


def options() -> Iterable[tuple[str, Hostile]]:
    bad_days = (
        "",
        "yesterday",
        "2025-13-01",
        "2025-02-30",
        "30.6.2025",
        "2999-01-01",
        "0000-01-01",
        "9" * 500,
        "\u0662\u0660\u0662\u0665-01-01",
        "2025-01-01\0",
        "a\nb",
    )
    for number, text in enumerate(bad_days):
        yield f"as of {number}", Hostile(lambda _, text=text: ["build", "--as-of", text], "column '--as-of'")
        yield (
            f"observed on {number}",
            Hostile(
                lambda folder, text=text: [
                    "ingest",
                    "models-dev",
                    written(folder, "l.json", b"{}"),
                    "--observed-on",
                    text,
                ],
                "column '--observed-on'",
            ),
        )
    good = lambda folder: written(folder, "table.csv", GOOD)  # noqa: E731
    yield from {
        "index of an unknown kind": Hostile(
            lambda folder: ["index", "a\x1bb\nc", "--table", good(folder)], "column 'KIND'"
        ),
        "index by the hour": Hostile(
            lambda folder: ["index", "geks", "--frequency", "hour", "--table", good(folder)], "--frequency"
        ),
        "index of an unknown family": Hostile(
            lambda folder: ["index", "geks", "--family", "\u202e\0", "--table", good(folder)], "column '--family'"
        ),
        "index by weights": Hostile(
            lambda folder: ["index", "geks", "--weights", "x" * 10_000, "--table", good(folder)], "--weights"
        ),
        "trend of a scale": Hostile(
            lambda folder: ["trend", "hedonic", "--score-scale", "\ud800", "--table", good(folder)], "--score-scale"
        ),
        "trend above infinity": Hostile(
            lambda folder: ["trend", "frontier", "--threshold", "inf", "--table", good(folder)], "too few"
        ),
        "trend above nothing": Hostile(
            lambda folder: ["trend", "frontier", "--threshold", "nan", "--table", good(folder)], "too few"
        ),
        "ingest an unknown format": Hostile(
            lambda _: ["ingest", "../x\n", "y", "--observed-on", "2026-01-31"], "column 'FORMAT'"
        ),
    }.items()


BAD_ADDRESSES = {
    "http://example.org/l.json": "not an https address",
    "ftp://example.org/l.json": "not an https address",
    "file:///etc/passwd": "not an https address",
    "gopher://example.org/": "not an https address",
    "://": "not an https address",
    "https://": "not an https address",
    "https://[::1": "not an address",
    "https://[::1]:x/": "not an address",
    "https://example.org:99999999/": "not an address",
    "https://a\0b/": "not an address",
    "https://a\nb/": "not an address",
    "https://" + "a" * 70_000 + "/": "not an address",
    "https://a..b/": "cannot be fetched",
    "https://" + "a" * 300 + "/": "cannot be fetched",
    "https://\udcff/": "not an address",
    "https://127.0.0.1/": "not in the public internet",
    "https://localhost/": "not in the public internet",
    "https://[::1]/": "not in the public internet",
    "https://0x7f.1/": "not in the public internet",
    "https://2130706433/": "not in the public internet",
    "https://169.254.169.254/latest/meta-data/": "not in the public internet",
    "https://10.1.2.3/": "not in the public internet",
    "https://[fe80::1]/": "not in the public internet",
    "https://[::ffff:127.0.0.1]/": "not in the public internet",
    "https://me:key@example.org/": "a user name or a password",
}


def addresses() -> Iterable[tuple[str, Hostile]]:
    for number, (address, says) in enumerate(BAD_ADDRESSES.items()):
        yield (
            f"address {number}",
            Hostile(lambda _, address=address: ["ingest", "models-dev", address, "--observed-on", "2026-01-31"], says),
        )


INPUTS: dict[str, Hostile] = {
    name: hostile
    for source in (cells, csv_files, parquet_files, lists, scenarios, places, options, addresses)
    for name, hostile in source()
}

MAPPING = "source,provider,model_id,model_key,valid_from,valid_to,note\n"
DECISIONS = "quote_id,decision,who,decided_on,why\n"


def by_hand() -> Iterable[tuple[str, tuple[str, bytes, str]]]:
    """Tables that people edit in the data folder: file, content, and what the refusal must hold."""
    mapping, decisions = "mapping.csv", "decisions.csv"
    rows = {
        "no such model": (mapping, MAPPING + ",,gpt-x,openai/no-such-model,,,\n", "names a row that does not exist"),
        "no such source": (mapping, MAPPING + "nosuch,,gpt-x,openai/gpt-4o,,,\n", "column 'source'"),
        "no model id": (mapping, MAPPING + ",,,openai/gpt-4o,,,\n", "column 'model_id'"),
        "ends before it begins": (
            mapping,
            MAPPING + ",,x,openai/gpt-4o,2025-02-01,2025-01-01,\n",
            "not after valid_from",
        ),
        "day of text": (mapping, MAPPING + ",,x,openai/gpt-4o,soon,,\n", "column 'valid_from'"),
        "day that is none": (mapping, MAPPING + ",,x,openai/gpt-4o,2025-02-30,,\n", "column 'valid_from'"),
        "another header": (mapping, "a,b\n1,2\n", "columns are not those"),
        "semicolons": (mapping, MAPPING.replace(",", ";"), "something else than commas"),
        "a row of two": (mapping, MAPPING + "a,b\n", "has 2 fields"),
        "an open quote": (mapping, MAPPING + ',,"x,openai/gpt-4o,,,\n', "not valid CSV"),
        "no header": (mapping, "\n", "is empty"),
        "nothing": (mapping, "", "is empty"),
        "unknown decision": (
            decisions,
            DECISIONS + "litellm-0fc1cf41be5c,perhaps,Ada,2026-01-01,x\n",
            "column 'decision'",
        ),
        "decision by nobody": (decisions, DECISIONS + "litellm-0fc1cf41be5c,accept,,2026-01-01,x\n", "column 'who'"),
        "decision for no reason": (
            decisions,
            DECISIONS + "litellm-0fc1cf41be5c,accept,Ada,2026-01-01,\n",
            "column 'why'",
        ),
        "decision on no day": (
            decisions,
            DECISIONS + "litellm-0fc1cf41be5c,accept,Ada,then,x\n",
            "column 'decided_on'",
        ),
        "long reason": (
            decisions,
            DECISIONS + f"litellm-0fc1cf41be5c,accept,Ada,2026-01-01,{LONG}\n",
            "longer than 500 characters",
        ),
        "column twice": (decisions, DECISIONS.replace("why", "who"), "more than once"),
    }
    for name, (file, content, says) in rows.items():
        yield name, (file, content.encode(), says)
    yield "mapping in utf-16", (mapping, MAPPING.encode("utf-16"), "not UTF-8")
    yield (
        "decisions in latin-1",
        (decisions, (DECISIONS + "litellm-0fc1cf41be5c,accept,Zo\xeb,2026-01-01,x\n").encode("latin-1"), "not UTF-8"),
    )
    for kind, text in UNSAFE_TEXT.items():
        if text[1] not in "\r\n":  # which become a blank
            row = f"q,accept,{text},2026-01-01,x\n"
            yield f"decision by {kind}", (decisions, (DECISIONS + row).encode(), "column 'who'")
            yield f"mapping of {kind}", (mapping, f"{MAPPING},,{text},openai/gpt-4o,,,\n".encode(), "column 'model_id'")


BY_HAND = dict(by_hand())
