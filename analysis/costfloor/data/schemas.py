"""Schemas of the raw tables about prices, models and performance, and of the processed tables."""

import pandera.pandas as pa

from costfloor.data.benchmark_schemas import BENCHMARK_SCHEMAS
from costfloor.data.context_schemas import CONTEXT_SCHEMAS
from costfloor.data.fields import PARTIAL_DATE, date, flag, integer, number, price, table, text
from costfloor.data.vintages import SOURCES

SHORT_ID, LONG_ID = 12, 32
"""Hexadecimal digits in ids of quotes: of the compiled history, and of vintages. The first 12 digits of a long id were once the whole, and
two quotes with the same 48 bits are found in minutes, with the same 128 never."""

QUOTE_ID_PATTERN = rf"^[a-z_0-9]+-(?:[0-9a-f]{{{SHORT_ID}}}|[0-9a-f]{{{LONG_ID}}})$"

EVENTS = ("launch", "first", "observed", "change", "reappeared", "auxiliary")
ALIAS_BASES = (
    *("reviewed", "moving", "suggested_exact", "suggested_stripped", "suggested_tokens"),
    *("huggingface_id", "openrouter_id", "base_model", "stated_name", "registered"),
)
MODEL_KEY = r"^[^/\s]+/[^/\s]+$"
CORRECTED = ("models",)
"""Raw tables whose facts `corrections` may put right."""

LISTED_KINDS = ("first_party", "cloud", "inference_host", "aggregator", "subscription", "local")
"""Kinds of sellers that `hosts` and decisions name; an aggregator is a relay, a gateway or a router of others' models."""

HOST_KINDS = (*LISTED_KINDS, "market_low", "unknown")
HOST_NAME = r"^[a-z0-9][a-z0-9 ._-]*$"
STATUSES = ("kept", "duplicate", "unresolved", "quarantined", "announced")

_QUOTE_COLUMNS = {
    "quote_id": text("Stable identifier of the spell", unique=True, pattern=r"^[a-z_0-9]+-[0-9a-f]{12}$"),
    "source": text("Record the price comes from", one_of=SOURCES),
    "provider": text("Seller as the source spells it", nullable=True),
    "model_id": text("Model as the source spells it"),
    "event": text(
        "launch: price of a new model; change: price moved; first and observed: first sight in the source, the price "
        "may be older; reappeared: listed again; auxiliary: only a cache or batch price moved",
        one_of=EVENTS,
    ),
    "changed_after": date(
        "The price began after this day and not after recorded_on; empty when unknown", nullable=True
    ),
    "recorded_on": date("First day somebody recorded the price; empty when the source gives none", nullable=True),
    "valid_to": date("First day the price no longer held in the source; empty while open", nullable=True),
    "input_usd_per_mtok": price("Input tokens", nullable=True),
    "output_usd_per_mtok": price("Output tokens", nullable=True),
    "cache_read_usd_per_mtok": price("Input tokens read from a cache", nullable=True),
    "cache_write_usd_per_mtok": price("Input tokens written to a cache", nullable=True),
    "batch_input_usd_per_mtok": price("Input tokens in a batch job", nullable=True),
    "batch_output_usd_per_mtok": price("Output tokens in a batch job", nullable=True),
    "mode": text("Kind of endpoint", one_of=("chat", "completion", "responses")),
    "left_censored": flag("The series was already there in the source's first snapshot"),
    "quality_flag": text(
        "Verdict of the compilation on the price",
        one_of=("ok", "zero_price", "unit_error_suspect", "corrected_within_14d", "source_regression", "superseded"),
    ),
    "end_reason": text("Why the spell ends", nullable=True),
    "date_basis": text("What the dates rest on"),
    "date_precision": text("How well the date is known", nullable=True),
    "evidence": text("Where the price can be seen: page, archived page, or repository and commit"),
    "note": text("Remarks of the source or the compilation", nullable=True),
}

QUOTE_COLUMNS = tuple(_QUOTE_COLUMNS)

QUOTES = table("quotes", "Price spells", _QUOTE_COLUMNS, key=["quote_id"], evidence="evidence")

MODELS = table(
    "models",
    "Models",
    {
        "model_key": text("Canonical name, creator/slug", unique=True, pattern=MODEL_KEY),
        "name": text("Display name"),
        "creator": text("Who made the model"),
        "release_date": date("Day of public release", nullable=True),
        "release_date_precision": text("Precision of release_date", nullable=True, one_of=("day", "month")),
        "open_weights": flag("Weights can be downloaded", nullable=True),
        "params_total_b": number("Parameters", "billions", nullable=True, low=0),
        "params_active_b": number("Parameters used per token", "billions", nullable=True, low=0),
        "reasoning": flag("Trained to reason before it answers", nullable=True),
        "training_compute_flop": number("Training compute", "FLOP", nullable=True, low=0),
        "eci_score": number("Epoch Capabilities Index of the Epoch model", "index points", nullable=True),
        "sources": text("Sources that name the model, separated by ;"),
        "eci_epoch_model": text("Epoch model the index belongs to", nullable=True),
    },
    key=["model_key"],
    evidence="sources",
)

ALIASES = table(
    "aliases",
    "Spellings of models",
    {
        "source": text("Kind of identifier or the source that uses it"),
        "source_name": text("The spelling"),
        "model_key": text("Model it names"),
        "variant": text("Reasoning effort the spelling implies", nullable=True),
        "basis": text(
            "How the match was made; moving: the model behind the name changed over time", one_of=ALIAS_BASES
        ),
        "valid_from": date("First day the moving name meant this model", nullable=True),
        "valid_to": date("First day it no longer did", nullable=True),
        "note": text("Remarks", nullable=True),
        "evidence": text("What the match rests on"),
    },
    key=["source", "source_name", "model_key", "variant", "basis"],
    evidence="evidence",
    references={"model_key": "models"},
)

PERFORMANCE = table(
    "performance",
    "Benchmark scores",
    {
        "model_key": text("Model"),
        "variant": text("Reasoning effort as the source spells it", nullable=True),
        "benchmark": text("Benchmark"),
        "score": number("Score, on the scale that `benchmarks` gives", "by benchmark"),
        "stderr": number("Standard error of the score", "as score", nullable=True, low=0),
        "measured_on": text("Day or month of measurement or of the snapshot", nullable=True, pattern=PARTIAL_DATE),
        "source": text("Who published the score"),
        "source_ref": text("Where: file, row or page"),
    },
    evidence="source_ref",
    references={"model_key": "models", "benchmark": "benchmarks"},
)

BENCHMARK_COSTS = table(
    "benchmark_costs",
    "Tokens and cost of running benchmarks",
    {
        "model_key": text("Model"),
        "variant": text("Reasoning effort as the source spells it", nullable=True),
        "benchmark": text("Benchmark"),
        "input_tokens": number("Input tokens", "tokens", nullable=True, low=0),
        "output_tokens": number("Output tokens", "tokens", nullable=True, low=0),
        "n_items_or_epochs": text("What the tokens and the cost cover; the unit differs by source", nullable=True),
        "total_cost_usd": number("Cost; per task, run or index as notes say", "USD", nullable=True, low=0),
        "price_date": text("Day or month of the price used", nullable=True, pattern=PARTIAL_DATE),
        "source": text("Who published it"),
        "reasoning_tokens": number("Reasoning tokens", "tokens", nullable=True, low=0),
        "reasoning_in_output": flag("output_tokens includes reasoning_tokens", nullable=True),
        "cache_read_tokens": number("Input tokens read from a cache", "tokens", nullable=True, low=0),
        "notes": text("Unit, settings, remarks", nullable=True),
    },
    evidence="source",
    references={"model_key": "models"},
)

PROVIDER_MODELS = table(
    "provider_models",
    "Catalogue of hosts and the models they list",
    {
        "provider": text("Host as models.dev spells it"),
        "model_id": text("Model as the host spells it"),
        "name": text("Display name"),
        "family": text("Family", nullable=True),
        "creator": text("Creator as spelled there", nullable=True),
        "base_model": text("Canonical model the entry extends", nullable=True),
        "release_date": text("Release date as stated there, often rough", nullable=True),
        "open_weights": flag("Weights can be downloaded", nullable=True),
        "reasoning": flag("Reasons before it answers", nullable=True),
        "context_limit": number("Context window", "tokens", low=0),
        "knowledge_cutoff": text("Knowledge cutoff as stated there", nullable=True),
        "last_updated": text("Last update as stated there", nullable=True),
        "status": text("alpha, beta or deprecated", nullable=True),
        "first_seen": date("First day in the catalogue"),
        "removed_on": date("Day of removal", nullable=True),
        "evidence": text("Where the entry can be seen"),
    },
    key=["provider", "model_id"],
    evidence="evidence",
)

HOSTS = table(
    "hosts",
    "Sellers",
    {
        "spelling": text(
            "Seller as a source spells it, in lower case; a star at the end stands for any end", pattern=r"^[^A-Z]*$"
        ),
        "creator": text(
            "Only for models of this creator, the first part of model_key; empty for all others", nullable=True
        ),
        "host": text("The seller's one name", pattern=HOST_NAME),
        "kind": text(
            "first_party: sells what it makes; cloud: a cloud's catalogue; inference_host: serves models on machines of its own; "
            "aggregator: relay, gateway or router, passes on the prices of others; subscription: sold by the month; local: runs on the "
            "user's machine",
            one_of=LISTED_KINDS,
        ),
        "currency": text(
            "Currency of its own price list, where it is not the dollar", nullable=True, pattern=r"^[A-Z]{3}$"
        ),
        "evidence": text("What the name and the kind rest on"),
        "valid_from": date("First day this holds; empty for always", nullable=True),
        "valid_to": date("First day it no longer holds; empty while it does", nullable=True),
    },
    key=["spelling", "creator", "valid_from"],
    evidence="evidence",
)

CORRECTIONS = table(
    "corrections",
    "Corrections of facts in the other raw tables, replayed when these are read",
    {
        "table": text("Raw table", one_of=CORRECTED),
        "row": text("Key of the row"),
        "column": text("Column"),
        "was": text("Content of the cell as it stands in the file"),
        "correct": text("What it should say"),
        "evidence": text("Why"),
    },
    key=["table", "row", "column"],
    evidence="evidence",
)

RAW_SCHEMAS: dict[str, pa.DataFrameSchema] = {
    schema.name: schema
    for schema in (
        QUOTES,
        MODELS,
        ALIASES,
        PERFORMANCE,
        BENCHMARK_COSTS,
        PROVIDER_MODELS,
        HOSTS,
        CORRECTIONS,
        *BENCHMARK_SCHEMAS,
        *CONTEXT_SCHEMAS,
    )
}
"""Every raw table by name; the file is `<name>.csv`."""

PROCESSED_QUOTES = table(
    "quotes",
    "Every raw quote with its model, host, cleaned price and fate",
    {
        **_QUOTE_COLUMNS,
        "quote_id": text("Stable identifier of the spell", unique=True, pattern=QUOTE_ID_PATTERN),
        "event": text("As in the raw table; announced: said to hold from a later day", one_of=(*EVENTS, "announced")),
        "tier": text("Tier beside the list price, empty for the list price", nullable=True),
        "model_key": text("Model, empty when unresolved", nullable=True),
        "match_basis": text("Rule that resolved the model", nullable=True),
        "host": text("Who sells"),
        "host_kind": text("Kind of seller", one_of=HOST_KINDS),
        "first_party": flag("The model's creator sells it"),
        "date": date("Day the price is placed at in the analysis", nullable=True),
        "price_usd_per_mtok": price("Blend, (3 input + output) / 4", nullable=True),
        "status": text("Fate of the quote", one_of=STATUSES),
        "reason": text("Why it is not kept", nullable=True),
        "best_host": flag("Cheapest kept quote of its model known on its date, among sellers with prices of their own"),
    },
    key=["quote_id"],
)

DISAGREEMENTS = table(
    "disagreements",
    "Two sources, one model, one host, the same days, two prices",
    {
        "model_key": text("Model"),
        "host": text("Host"),
        "quote_id": text("Quote of the source that was followed"),
        "other_quote_id": text("Quote of the other source"),
        "source": text("Source that was followed", one_of=SOURCES),
        "other_source": text("Other source", one_of=SOURCES),
        "from_date": date("First shared day"),
        "to_date": date("First day no longer shared; empty while both are open", nullable=True),
        "price_usd_per_mtok": price("Blended price of the source that was followed"),
        "other_price_usd_per_mtok": price("Blended price of the other"),
        "log_ratio": number("Log of other price over price", "natural log"),
    },
)

CAPABILITY = table(
    "capability",
    "Latent capability of models",
    {
        "model_key": text("Model", unique=True),
        "capability": number("Posterior mean of the latent capability", "ECI-like units"),
        "capability_sd": number("Its posterior standard deviation", "ECI-like units", low=0),
        "n_benchmarks": integer("Distinct benchmarks behind it", "benchmarks", low=1, high=10_000),
        "band": text("Capability band"),
        "band_centre": number("Capability of the band's anchor", "ECI-like units"),
    },
    key=["model_key"],
)

PANEL = table(
    "panel",
    "Price spell starts that the laws of motion see",
    {
        "quote_id": text("Quote", unique=True),
        "model": text("Model"),
        "creator": text("Who made it"),
        "host": text("Who sells it"),
        "host_kind": text("Kind of host"),
        "date": date("Day of the price"),
        "changed_after": date("The price began after this day", nullable=True),
        "recorded_on": date("First recorded"),
        "valid_to": date("First day the price no longer held; empty while open", nullable=True),
        "left_censored": flag("Already there in the source's first snapshot: the price may be older than its date"),
        "price_usd_per_mtok": number("Blend, (3 input + output) / 4", "USD per million tokens", low=1e-6, high=1e8),
        "input_usd_per_mtok": price("Input tokens"),
        "output_usd_per_mtok": price("Output tokens"),
        "n_benchmarks": integer("Distinct benchmarks behind the capability", "benchmarks", low=1, high=10_000),
        "capability": number("Latent capability", "ECI-like units"),
        "capability_sd": number("Its standard deviation", "ECI-like units", low=0),
        "band": text("Capability band"),
        "band_centre": number("Capability of the band's anchor", "ECI-like units"),
        "clock_release": date(
            "Release of the model where it counts on the clock: known to the day, with enough scores", nullable=True
        ),
        "birth": date("Day the market first reached the model's capability, as expected from releases until its own"),
        "segment": text("Band crossed with open or closed weights"),
        "open_weights": flag("Weights can be downloaded", nullable=True),
        "reasoning": flag("Reasons before it answers", nullable=True),
        "first_party": flag("The model's creator sells it"),
        "best_host": flag("Cheapest kept quote of its model known on its date, among sellers with prices of their own"),
        "release_date": date("Release of the model", nullable=True),
        "days_since_release": number("date minus release_date", "days", nullable=True),
        "source": text("Record the price comes from", one_of=SOURCES),
    },
    key=["quote_id"],
)
