"""Every broken or hostile list is refused with its name and place, or loses only the entry that is wrong, or is harmless text."""

import pandas as pd
import pytest
from costfloor.data.vintages import MEASURED_SOURCES, SOURCES
from costfloor.errors import InputError
from costfloor.sources.formats import FORMATS
from costfloor.sources.snapshot import Snapshot
from malformed import CASES, DEEP, FORMULA, LONG, MARKUP, TRAVERSAL, file_name
from reader_checks import check

# The whole file is refused, and the message says so.
REFUSED = {
    "empty": "is empty",
    "whitespace-only": "is empty",
    "byte-order-mark-only": "is empty",
    "truncated-in-number": "not valid JSON at line 1, column 188",
    "truncated-in-string": "not valid JSON at line 1, column 2",
    "truncated-after-comma": "not valid JSON at line 1, column 238",
    "html-error-page": "looks like HTML, not JSON",
    "html-after-blanks": "looks like HTML, not JSON",
    "plain-text": "not valid JSON at line 1, column 1",
    "gzip": "compressed file, unpack it first",
    "gzip-bomb": "compressed file, unpack it first",
    "zip-bomb": "compressed file, unpack it first",
    "utf-16": "is UTF-16, not UTF-8 text",
    "utf-16-no-mark": "not valid JSON at line 1, column 2",
    "latin-1": "not UTF-8 text (line 1)",
    "mixed-encodings": "not UTF-8 text (line 1)",
    "nul-bytes": "not valid JSON at line 1, column 2",
    "deep-lists": "nested too deep",
    "deep-objects": "nested too deep",
    "deep-unclosed": "nested too deep",
    "two-documents": "not valid JSON at line 1, column 194: Extra data",
    "single-quotes": "not valid JSON at line 1, column 2",
    "trailing-comma": "not valid JSON at line 1, column",
    "nan": "value 'NaN': is not a number in JSON (line 1, column 219)",
    "minus-infinity": "value '-Infinity': is not a number in JSON (line 1, column 219)",
    "duplicate-model": "column 'gpt-4': appears more than once",
    "duplicate-price": "column 'mode': appears more than once",
    "models-dev-a-list": "column '/': is a list, not an object",
    "models-dev-a-number": "column '/': is a number, not an object",
    "models-dev-null": "column '/': is null, not an object",
    "models-dev-no-provider": "holds no price of a text model",
    "provider-a-list": "column '/host': is a list, not an object",
    "provider-without-models": "column '/host/models': missing",
    "models-a-list": "column '/host/models': is a list, not an object",
    "models-null": "column '/host/models': is null, not an object",
    "litellm-a-list": "column '/': is a list, not an object",
    "litellm-all-null": "most prices are unreadable (2 of 2): has the format changed? The first, at /a",
    "litellm-other-format": "holds no price of a text model (1 x no mode stated)",
    "llm-prices-a-list": "column '/': is a list, not an object",
    "llm-prices-without-prices": "column '/prices': missing",
    "prices-an-object": "column '/prices': is an object, not a list",
    "prices-of-strings": "most prices are unreadable (2 of 2): has the format changed? The first, at /prices/0",
    "prices-empty": "holds no price of a text model",
    "genai-an-object": "column '/providers': missing",
    "genai-provider-null": "column '/0': is null, not an object",
    "genai-without-models": "column '/0/models': missing",
    "genai-models-text": "column '/0/models': is text, not a list",
    "most-prices-broken": "most prices are unreadable (1 of 1): has the format changed? The first, at /h/models/a/cost",
    "table-empty": "is empty",
    "table-header-only": "has a header but no rows",
    "table-html": "column 'provider': missing",
    "table-gzip": "not UTF-8 text (line 1)",
    "table-missing-column": "column 'output_usd_per_mtok': missing",
    "table-duplicate-header": "column 'date': appears more than once",
    "table-ragged-row": "row 2, value 'host,bad,1': has 3 fields where the header has 6",
    "table-open-quote": "row 2: not valid CSV",
    "table-semicolons": "separated by something else than commas",
    "table-nul-bytes": "row 2, column 'model_id', value 'b\\x00d': holds control characters",
    "table-latin-1": "not UTF-8 text (line 3)",
    "table-utf-16": "not UTF-8 text (line 1)",
    "table-nan": "row 2, column 'input_usd_per_mtok', value 'nan': not a number",
    "table-infinity": "row 2, column 'input_usd_per_mtok', value 'inf': not a number",
    "table-1e999": "row 2, column 'input_usd_per_mtok', value '1e999': not a finite number",
    "table-negative": "row 2, column 'output_usd_per_mtok', value '-2': negative",
    "table-too-large": "row 2, column 'output_usd_per_mtok', value '1e9': above 100,000,000 USD",
    "table-worded": "row 2, column 'input_usd_per_mtok', value 'free': not a number",
    "table-boolean": "row 2, column 'input_usd_per_mtok', value 'True': not a number",
    "table-price-empty": "row 2, column 'input_usd_per_mtok', value '': empty",
    "table-provider-empty": "row 2, column 'provider', value ' ': empty",
    "table-date-slashes": "row 2, column 'date', value '13/05/2024': not an ISO date",
    "table-date-impossible": "row 2, column 'date', value '2023-02-29': not a day of the calendar",
    "table-date-with-time": "row 2, column 'date', value '2023-02-20T10:00:00': not an ISO date",
    "table-long-name": "(100002 characters): longer than 500 characters",
    "table-mode": "row 1, column 'mode', value 'embedding': not a mode",
    "parquet-truncated": "not a readable Parquet file",
    "parquet-corrupted": "not a readable Parquet file",
    "parquet-magic-only": "not a readable Parquet file",
    "parquet-is-csv": "not a readable Parquet file",
    "parquet-missing-column": "column 'output_usd_per_mtok': missing",
    "parquet-null-price": "row 2, column 'input_usd_per_mtok'",
    "parquet-infinite-price": "row 2, column 'input_usd_per_mtok', value inf: not a finite number",
    "parquet-boolean-price": "column 'input_usd_per_mtok': holds bool, not numbers",
    "parquet-nested-price": "column 'input_usd_per_mtok': holds struct<usd: int64>, not numbers",
    "parquet-numeric-name": "column 'model_id': holds int64, not text",
    "parquet-null-name": "row 1, column 'model_id', value '': empty",
    "parquet-bytes-name": "column 'model_id': holds",
    "parquet-timestamp": "row 1, column 'date', value '2026-01-01 10:00:00': not midnight",
    "parquet-bomb": "(1000002 characters): longer than 500 characters",
}

CATALOGUE_COST = "/host/models/bad/cost"
ENTRY = "/prices/3"
PRICES = "/0/models/3/prices"
NOT_ISO = "first day is not an ISO date (YYYY-MM-DD)"
TOO_LARGE = "input price is above 100,000,000 USD per million tokens"
NO_START = "tier does not begin at a whole number of tokens"

# One entry is set aside, with its place and the reason; the rest of the file is good.
REJECTED = {
    "huge-float": (CATALOGUE_COST, "input price is not finite"),
    "huge-integer": (CATALOGUE_COST, "input price is not finite"),
    "negative-huge-integer": (CATALOGUE_COST, "input price is not finite"),
    "negative-price": (CATALOGUE_COST, "input price is negative"),
    "too-large-price": (CATALOGUE_COST, TOO_LARGE),
    "boolean-price": (CATALOGUE_COST, "input price is true, not a number"),
    "worded-price": (CATALOGUE_COST, "input price is text, not a number"),
    "price-with-currency": (ENTRY, "input price is text, not a number"),
    "price-with-comma": (ENTRY, "output price is text, not a number"),
    "full-width-price": (ENTRY, "output price is text, not a number"),
    "price-a-list": (CATALOGUE_COST, "input price is a list, not a number"),
    "price-an-object": ("/bad", "input price is an object, not a number"),
    "cost-a-number": (CATALOGUE_COST, "cost is not an object"),
    "model-a-number": ("/host/models/bad", "model is not an object"),
    "tiers-an-object": (f"{CATALOGUE_COST}/tiers", "tiers are not a list"),
    "tier-without-size": (f"{CATALOGUE_COST}/tiers/0", NO_START),
    "tier-a-number": (f"{CATALOGUE_COST}/context_over_200k", "tier is not an object"),
    "entry-null": ("/bad", "entry is not an object"),
    "mode-a-number": ("/bad/mode", "mode is not text"),
    "per-million-as-per-token": ("/bad", TOO_LARGE),
    "provider-a-boolean": ("/bad", "provider is false, not text"),
    "steps-of-text": ("/bad/tiered_pricing", "tiered pricing is not a list"),
    "step-of-no-range": ("/bad/tiered_pricing/0", "step has no range of tokens"),
    "entry-of-text": (ENTRY, "entry is not an object"),
    "vendor-missing": (ENTRY, "provider is null, not text"),
    "id-a-number": (ENTRY, "model id is 4, not text"),
    "id-empty": (ENTRY, "model id is empty"),
    "date-slashes": (ENTRY, NOT_ISO),
    "date-american": (ENTRY, NOT_ISO),
    "date-worded": (ENTRY, NOT_ISO),
    "date-packed": (ENTRY, NOT_ISO),
    "date-unix": (ENTRY, NOT_ISO),
    "date-impossible": (f"{PRICES}/1/prices", "first day is not a day of the calendar"),
    "date-ancient": (f"{PRICES}/1/prices", "first day is not between 1900 and 2199"),
    "ends-before-it-begins": (ENTRY, "ends before it begins"),
    "genai-prices-text": (PRICES, "prices are neither an object nor a list"),
    "genai-step-null": (f"{PRICES}/0", "step has no prices"),
    "genai-constraint-unknown": (f"{PRICES}/0", "constraint is neither a first day nor hours of the day"),
    "genai-tiers-without-base": (f"{PRICES}/input_mtok", "price is an object without base and tiers"),
    "genai-tier-start-text": (f"{PRICES}/input_mtok", NO_START),
    "name-of-100000-characters": ("/host/models/xxx", "model id is longer than 500 characters"),
    "name-with-control-characters": (r"/host/models/a\x1b[31m\x00b/cost", "model id holds control characters"),
    "name-with-stray-surrogate": (r"/\ud800", "model id holds control characters"),
}

# Text that only looks dangerous stays as it is.
KEPT = {
    "name-a-formula": FORMULA,
    "name-of-markup": MARKUP,
    "name-a-path": TRAVERSAL,
    "genai-name-a-path": TRAVERSAL,
    "table-name-a-formula": "=cmd()",
}


def _read_prices(format_name: str, content: bytes, name: str) -> Snapshot:
    read = FORMATS[format_name].read_prices
    assert read is not None
    return read(content, name)


def test_every_case_is_expected_once() -> None:
    assert sorted([*REFUSED, *REJECTED, *KEPT]) == sorted(CASES)
    assert len(CASES) >= 60
    priced = {name for name, form in FORMATS.items() if form.read_prices}
    # Those of OpenRouter are in test_malformed_measures.py.
    assert {format_name for format_name, _ in CASES.values()} == priced - {"openrouter"}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    format_name, content = CASES[case]
    with pytest.raises(InputError) as caught:
        _read_prices(format_name, content, file_name(case))
    message = str(caught.value)
    assert message.startswith(file_name(case))
    assert REFUSED[case] in message
    assert caught.value.remedy
    # A message of one readable line, whatever was in the file.
    assert message.isprintable()
    assert len(message) < 1000


@pytest.mark.parametrize("case", REJECTED)
def test_rejected(case: str) -> None:
    format_name, content = CASES[case]
    snapshot = _read_prices(format_name, content, file_name(case))
    check(snapshot)
    assert len(snapshot.rejected) == 1
    entry = snapshot.rejected.iloc[0]
    place, reason = REJECTED[case]
    assert entry["place"].startswith(place)
    assert entry["reason"] == reason
    assert entry["value"]
    assert all(len(text) < 600 and text.isprintable() for text in entry)
    assert {"good-0", "good-1", "good-2"} <= set(snapshot.quotes["model_id"])


@pytest.mark.parametrize("case", KEPT)
def test_kept(case: str) -> None:
    format_name, content = CASES[case]
    snapshot = _read_prices(format_name, content, file_name(case))
    check(snapshot)
    assert snapshot.rejected.empty
    assert KEPT[case] in snapshot.quotes["model_id"].tolist()


def test_hostile_sizes_are_what_they_say() -> None:
    assert len(LONG) == DEEP == 100_000
    assert len(CASES["parquet-bomb"][1]) < 200_000


def test_formats() -> None:
    for name, form in FORMATS.items():
        assert form.name == name
        assert form.address is None or form.address.startswith("https://")
        assert form.licence
        assert form.description
        assert form.read_prices or form.read_scores or form.read_facts
        assert form.read_prices or not form.complete
        assert bool(form.read_prices) == (form.source in SOURCES)
        assert bool(form.read_scores or form.read_facts) == (form.source in MEASURED_SOURCES)
    whole = [name for name, form in FORMATS.items() if form.complete]
    assert whole == ["models-dev", "litellm", "llm-prices", "genai-prices", "openrouter"]
    facts_only = [name for name, form in FORMATS.items() if not form.redistributable]
    assert facts_only == ["llm-prices", "openrouter", "artificial-analysis"]
    assert pd.Series([form.source for form in FORMATS.values()]).is_unique
