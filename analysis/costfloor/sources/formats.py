"""The formats that `costfloor ingest` reads."""

from collections.abc import Callable
from dataclasses import dataclass

from costfloor.sources import genai_prices, litellm, llm_prices, models_dev, quote_table
from costfloor.sources.snapshot import Snapshot


@dataclass(frozen=True)
class Format:
    """A format, and the public list that comes in it.

    Attributes
    ----------
    name, source
        As on the command line, and as in the column `source` of the quotes.
    read
        From bytes and a display name to a `Snapshot`; raises `InputError` and nothing else.
    address
        Where the public list is, if there is one.
    licence
        Under which the source publishes.
    complete
        A list in this format states everything that its source sells, so that absence is an exit. `Snapshot.complete` says it of the
        file at hand: the historical list of llm-prices, for one, is not complete.
    description
        One line for a person.
    """

    name: str
    source: str
    read: Callable[[bytes, str], Snapshot]
    address: str | None
    licence: str
    complete: bool
    description: str


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format(
            "models-dev",
            "models_dev",
            models_dev.read,
            "https://models.dev/api.json",
            "MIT",
            True,
            "catalogue of hosts and models by models.dev (api.json)",
        ),
        Format(
            "litellm",
            "litellm",
            litellm.read,
            "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
            "MIT",
            True,
            "price map of LiteLLM (model_prices_and_context_window.json)",
        ),
        Format(
            "llm-prices",
            "llm_prices",
            llm_prices.read,
            "https://www.llm-prices.com/current-v1.json",
            "none stated",
            True,
            "price list by Simon Willison (current-v1.json or historical-v1.json)",
        ),
        Format(
            "genai-prices",
            "genai_prices",
            genai_prices.read,
            "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json",
            "MIT",
            True,
            "price data by Pydantic (data.json; version 2 is the living one)",
        ),
        Format(
            "table",
            "table",
            quote_table.read,
            None,
            "the user's own",
            False,
            "a table of your own, CSV or Parquet: provider, model_id, input_usd_per_mtok, output_usd_per_mtok",
        ),
    )
}
