"""Broken and hostile price lists, by name: the format they pretend to be in, and their bytes."""

import gzip
import io
import json
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

Json = object

LONG = "x" * 100_000
DEEP = 100_000
FORMULA = '=HYPERLINK("https://example.org","x")'
MARKUP = '#import "x.typ"; \\input{/etc/passwd} <script>alert(1)</script> $x$ `rm`'
TRAVERSAL = "../../etc/passwd"


def dumps(value: Json) -> bytes:
    return json.dumps(value).encode()


def models_dev(**models: Json) -> dict[str, Json]:
    """Three good models and more."""
    good = {f"good-{number}": {"cost": {"input": 1, "output": 2}} for number in range(3)}
    return {"host": {"id": "host", "name": "Host", "models": {**good, **models}}}


def litellm(**entries: Json) -> dict[str, Json]:
    """Three good keys and more."""
    entry = {"litellm_provider": "host", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
    return {**{f"good-{number}": entry for number in range(3)}, **entries}


def llm_prices(*entries: Json) -> dict[str, Json]:
    """Three good entries and more."""
    good = [{"id": f"good-{number}", "vendor": "host", "name": "x", "input": 1, "output": 2} for number in range(3)]
    return {"updated_at": "2026-01-01", "prices": [*good, *entries]}


def genai_prices(*models: Json) -> list[Json]:
    """Three good models and more."""
    good = [{"id": f"good-{number}", "prices": {"input_mtok": 1, "output_mtok": 2}} for number in range(3)]
    return [{"id": "host", "name": "Host", "models": [*good, *models]}]


def cost(value: Json) -> bytes:
    return dumps(models_dev(bad={"cost": value}))


def key(**fields: Json) -> bytes:
    entry = {"litellm_provider": "host", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
    return dumps(litellm(bad={**entry, **fields}))


def entry(**fields: Json) -> bytes:
    return dumps(llm_prices({"id": "bad", "vendor": "host", "name": "x", "input": 1, "output": 2, **fields}))


def prices(value: Json) -> bytes:
    return dumps(genai_prices({"id": "bad", "prices": value}))


def dated(start: Json) -> bytes:
    step = {"input_mtok": 1, "output_mtok": 2}
    return prices([{"prices": step}, {"constraint": {"start_date": start}, "prices": step}])


def raw_input(text: str) -> bytes:
    """A catalogue in which one price is written as `text`."""
    return cost({"input": 123456789, "output": 1}).replace(b"123456789", text.encode())


HEADER = "provider,model_id,input_usd_per_mtok,output_usd_per_mtok,date,note"


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, "host,good,1,2,2026-01-01,", *rows, ""]).encode()


def parquet(**columns: Json) -> bytes:
    good = {"provider": ["host"], "model_id": ["good"], "input_usd_per_mtok": [1.0], "output_usd_per_mtok": [2.0]}
    buffer = io.BytesIO()
    pq.write_table(pa.table({**good, **columns}), buffer)
    return buffer.getvalue()


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.json", content)
    return buffer.getvalue()


def twice(**columns: Json) -> bytes:
    buffer = io.BytesIO()
    frame = pd.DataFrame({"provider": ["a", "b"], "model_id": ["c", "d"], **columns})
    frame.to_parquet(buffer)
    return buffer.getvalue()


def bomb() -> bytes:
    """A small file that unpacks to 200 GB: every row holds the same text of a megabyte."""
    rows = 100_000
    indices = pa.array([0]).take(pa.array([0] * rows))
    texts = pa.DictionaryArray.from_arrays(indices.cast(pa.int32()), pa.array(["x" * 1_000_000]))
    numbers = pa.array([1.0]).take(pa.array([0] * rows))
    columns = {"provider": texts, "model_id": texts, "input_usd_per_mtok": numbers, "output_usd_per_mtok": numbers}
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


CATALOGUE = dumps(models_dev())
MAP = dumps(litellm())
HTML = b"<!DOCTYPE html>\n<html><body><h1>429 Too Many Requests</h1></body></html>"
GOOD_PRICE = {"input": 1, "output": 2}
GOOD_PARQUET = parquet()

CASES: dict[str, tuple[str, bytes]] = {
    # the file as a whole
    "empty": ("models-dev", b""),
    "whitespace-only": ("litellm", b" \n\t\r\n "),
    "byte-order-mark-only": ("llm-prices", b"\xef\xbb\xbf"),
    "truncated-in-number": ("models-dev", CATALOGUE[: CATALOGUE.rindex(b"2")]),
    "truncated-in-string": ("litellm", MAP[:6]),
    "truncated-after-comma": ("genai-prices", dumps(genai_prices())[:-2]),
    "html-error-page": ("models-dev", HTML),
    "html-after-blanks": ("llm-prices", b"\n\n  " + HTML),
    "plain-text": ("genai-prices", b"Not Found"),
    "gzip": ("models-dev", gzip.compress(CATALOGUE)),
    "gzip-bomb": ("litellm", gzip.compress(b"[" * 10_000_000)),
    "zip-bomb": ("genai-prices", zipped(b"0" * 10_000_000)),
    "utf-16": ("models-dev", CATALOGUE.decode().encode("utf-16")),
    "utf-16-no-mark": ("models-dev", CATALOGUE.decode().encode("utf-16-le")),
    "latin-1": ("llm-prices", '{"prices": [{"id": "modèle"}]}'.encode("latin-1")),
    "mixed-encodings": ("litellm", '{"modèle": {}, '.encode() + '"modèle-2": {}}'.encode("latin-1")),
    "nul-bytes": ("genai-prices", b"[\0{}]"),
    "deep-lists": ("genai-prices", b"[" * DEEP + b"]" * DEEP),
    "deep-objects": ("models-dev", b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "deep-unclosed": ("litellm", b'{"a":[' * DEEP),
    "two-documents": ("models-dev", CATALOGUE + CATALOGUE),
    "single-quotes": ("litellm", b"{'gpt-4': {}}"),
    "trailing-comma": ("llm-prices", b'{"prices": [],}'),
    "nan": ("models-dev", raw_input("NaN")),
    "minus-infinity": ("models-dev", raw_input("-Infinity")),
    "duplicate-model": ("models-dev", b'{"h": {"models": {"gpt-4": {}, "gpt-4": {"cost": null}}}}'),
    "duplicate-price": ("litellm", b'{"gpt-4": {"mode": "chat", "mode": "embedding"}}'),
    # containers of the wrong kind
    "models-dev-a-list": ("models-dev", b"[]"),
    "models-dev-a-number": ("models-dev", b"7"),
    "models-dev-null": ("models-dev", b"null"),
    "models-dev-no-provider": ("models-dev", b"{}"),
    "provider-a-list": ("models-dev", b'{"host": []}'),
    "provider-without-models": ("models-dev", b'{"host": {"id": "host"}}'),
    "models-a-list": ("models-dev", b'{"host": {"models": [{}]}}'),
    "models-null": ("models-dev", b'{"host": {"models": null}}'),
    "litellm-a-list": ("litellm", b"[1, 2, 3]"),
    "litellm-all-null": ("litellm", b'{"a": null, "b": null}'),
    "litellm-other-format": ("litellm", CATALOGUE),
    "llm-prices-a-list": ("llm-prices", b"[]"),
    "llm-prices-without-prices": ("llm-prices", b'{"updated_at": "2026-01-01"}'),
    "prices-an-object": ("llm-prices", b'{"prices": {"a": 1}}'),
    "prices-of-strings": ("llm-prices", b'{"prices": ["a", "b"]}'),
    "prices-empty": ("llm-prices", b'{"prices": []}'),
    "genai-an-object": ("genai-prices", b'{"a": 1}'),
    "genai-provider-null": ("genai-prices", b"[null]"),
    "genai-without-models": ("genai-prices", b'[{"id": "host"}]'),
    "genai-models-text": ("genai-prices", b'[{"id": "host", "models": "all"}]'),
    "most-prices-broken": ("models-dev", dumps({"h": {"models": {"a": {"cost": {"input": "free", "output": 1}}}}})),
    # entries with a wrong value in a list that is good otherwise
    "huge-float": ("models-dev", raw_input("1e999")),
    "huge-integer": ("models-dev", raw_input("9" * 5000)),
    "negative-huge-integer": ("models-dev", raw_input("-" + "9" * 5000)),
    "negative-price": ("models-dev", cost({"input": -1, "output": 1})),
    "too-large-price": ("models-dev", cost({"input": 1e9, "output": 1})),
    "boolean-price": ("models-dev", cost({"input": True, "output": 1})),
    "worded-price": ("models-dev", cost({"input": "free", "output": 1})),
    "price-with-currency": ("llm-prices", entry(input="$3")),
    "price-with-comma": ("llm-prices", entry(output="1,5")),
    "full-width-price": ("llm-prices", entry(output="\uff11")),
    "price-a-list": ("models-dev", cost({"input": [1], "output": 1})),
    "price-an-object": ("litellm", key(input_cost_per_token={"usd": 1})),
    "cost-a-number": ("models-dev", cost(3)),
    "model-a-number": ("models-dev", dumps(models_dev(bad=3))),
    "tiers-an-object": ("models-dev", cost({**GOOD_PRICE, "tiers": {"size": 1}})),
    "tier-without-size": ("models-dev", cost({**GOOD_PRICE, "tiers": [{"input": 1, "output": 2}]})),
    "tier-a-number": ("models-dev", cost({**GOOD_PRICE, "context_over_200k": 5})),
    "entry-null": ("litellm", dumps(litellm(bad=None))),
    "mode-a-number": ("litellm", key(mode=1)),
    "per-million-as-per-token": ("litellm", key(input_cost_per_token=2500)),
    "provider-a-boolean": ("litellm", key(litellm_provider=False)),
    "steps-of-text": ("litellm", key(tiered_pricing="none")),
    "step-of-no-range": ("litellm", key(tiered_pricing=[{"input_cost_per_token": 1e-6}])),
    "entry-of-text": ("llm-prices", dumps(llm_prices("gpt-4"))),
    "vendor-missing": ("llm-prices", entry(vendor=None)),
    "id-a-number": ("llm-prices", entry(id=4)),
    "id-empty": ("llm-prices", entry(id=" ")),
    "date-slashes": ("llm-prices", entry(from_date="13/05/2024")),
    "date-american": ("llm-prices", entry(from_date="05-13-2024")),
    "date-worded": ("llm-prices", entry(from_date="May 13, 2024")),
    "date-packed": ("llm-prices", entry(from_date="20240513")),
    "date-unix": ("llm-prices", entry(from_date=1715558400)),
    "date-impossible": ("genai-prices", dated("2024-02-30")),
    "date-ancient": ("genai-prices", dated("0001-01-01")),
    "ends-before-it-begins": ("llm-prices", entry(from_date="2025-01-02", to_date="2025-01-01")),
    "genai-prices-text": ("genai-prices", prices("free")),
    "genai-step-null": ("genai-prices", prices([None])),
    "genai-constraint-unknown": (
        "genai-prices",
        prices([{"constraint": {"region": "eu"}, "prices": {"input_mtok": 1}}]),
    ),
    "genai-tiers-without-base": ("genai-prices", prices({"input_mtok": {"tiers": []}, "output_mtok": 1})),
    "genai-tier-start-text": (
        "genai-prices",
        prices({"input_mtok": {"base": 1, "tiers": [{"start": "200k", "price": 2}]}, "output_mtok": 1}),
    ),
    "name-of-100000-characters": ("models-dev", dumps(models_dev(**{LONG: {"cost": GOOD_PRICE}}))),
    "name-with-control-characters": ("models-dev", dumps(models_dev(**{"a\x1b[31m\0b": {"cost": GOOD_PRICE}}))),
    "name-with-stray-surrogate": ("litellm", MAP[:-1] + b', "\\ud800": ' + dumps(litellm()["good-0"]) + b"}"),
    # harmless text that looks dangerous
    "name-a-formula": ("models-dev", dumps(models_dev(**{FORMULA: {"cost": GOOD_PRICE}}))),
    "name-of-markup": ("litellm", dumps(litellm(**{MARKUP: litellm()["good-0"]}))),
    "name-a-path": ("llm-prices", entry(id=TRAVERSAL)),
    "genai-name-a-path": (
        "genai-prices",
        dumps(genai_prices({"id": TRAVERSAL, "prices": {"input_mtok": 1, "output_mtok": 2}})),
    ),
    "table-name-a-formula": ("table", table("host,=cmd(),1,2,2026-01-01,@SUM(A1)")),
    # the project's own table
    "table-empty": ("table", b""),
    "table-header-only": ("table", HEADER.encode()),
    "table-html": ("table", HTML),
    "table-gzip": ("table", gzip.compress(table())),
    "table-missing-column": ("table", b"provider,model_id,input_usd_per_mtok\na,b,1\n"),
    "table-duplicate-header": (
        "table",
        table(header="provider,model_id,input_usd_per_mtok,output_usd_per_mtok,date,date"),
    ),
    "table-ragged-row": ("table", table("host,bad,1")),
    "table-open-quote": ("table", table('host,"bad,1,2,,')),
    "table-semicolons": ("table", table().replace(b",", b";")),
    "table-nul-bytes": ("table", table("host,b\0d,1,2,,")),
    "table-latin-1": ("table", table("host,modèle,1,2,,").decode().encode("latin-1")),
    "table-utf-16": ("table", table().decode().encode("utf-16")),
    "table-nan": ("table", table("host,bad,nan,2,,")),
    "table-infinity": ("table", table("host,bad,inf,2,,")),
    "table-1e999": ("table", table("host,bad,1e999,2,,")),
    "table-negative": ("table", table("host,bad,1,-2,,")),
    "table-too-large": ("table", table("host,bad,1,1e9,,")),
    "table-worded": ("table", table("host,bad,free,2,,")),
    "table-boolean": ("table", table("host,bad,True,2,,")),
    "table-price-empty": ("table", table("host,bad,,2,,")),
    "table-provider-empty": ("table", table(" ,bad,1,2,,")),
    "table-date-slashes": ("table", table("host,bad,1,2,13/05/2024,")),
    "table-date-impossible": ("table", table("host,bad,1,2,2023-02-29,")),
    "table-date-with-time": ("table", table("host,bad,1,2,2023-02-20T10:00:00,")),
    "table-long-name": ("table", table(f"host,{LONG},1,2,,")),
    "table-mode": ("table", b"provider,model_id,input_usd_per_mtok,output_usd_per_mtok,mode\na,b,1,2,embedding\n"),
    "parquet-truncated": ("table", GOOD_PARQUET[:-20]),
    "parquet-corrupted": ("table", GOOD_PARQUET[:60] + b"\xff" * 60 + GOOD_PARQUET[120:]),
    "parquet-magic-only": ("table", b"PAR1" + b"\0" * 64 + b"PAR1"),
    "parquet-is-csv": ("table", table()),
    "parquet-missing-column": ("table", twice(input_usd_per_mtok=[1, 2])),
    "parquet-null-price": ("table", twice(input_usd_per_mtok=[1, None], output_usd_per_mtok=[1, 2])),
    "parquet-infinite-price": ("table", twice(input_usd_per_mtok=[1, float("inf")], output_usd_per_mtok=[1, 2])),
    "parquet-boolean-price": ("table", parquet(input_usd_per_mtok=[True])),
    "parquet-nested-price": ("table", parquet(input_usd_per_mtok=[{"usd": 1}])),
    "parquet-numeric-name": ("table", parquet(model_id=[4])),
    "parquet-null-name": ("table", parquet(model_id=pa.array([None], pa.string()))),
    "parquet-bytes-name": ("table", parquet(model_id=pa.array([b"\xff\xfe"], pa.binary()))),
    "parquet-timestamp": ("table", parquet(date=[pd.Timestamp("2026-01-01T10:00")])),
    "parquet-bomb": ("table", bomb()),
}


def file_name(case: str) -> str:
    """The display name of a case: its suffix tells a table's reader what it is."""
    if CASES[case][0] != "table":
        return f"{case}.json"
    return f"{case}.parquet" if case.startswith("parquet-") else f"{case}.csv"
