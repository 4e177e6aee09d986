"""The formats that `costfloor ingest` reads, and what a file in each says."""

from collections.abc import Callable
from dataclasses import dataclass

from costfloor.sources import (
    aider,
    artificial_analysis,
    epoch_eci,
    epoch_hub,
    epoch_stitching,
    genai_prices,
    litellm,
    llm_prices,
    llmstats,
    model_table,
    models_dev,
    openrouter,
    quote_table,
    score_table,
)
from costfloor.sources.measurements import Measurements
from costfloor.sources.snapshot import Snapshot

ATTRIBUTED = "CC BY 4.0"
UNSTATED = "none stated"


@dataclass(frozen=True, eq=False)
class Reading:
    """What one file says.

    Attributes
    ----------
    prices, scores, facts
        None where the format has none of the kind.
    """

    prices: Snapshot | None
    scores: Measurements | None
    facts: Measurements | None

    @property
    def kinds(self) -> dict[str, Snapshot | Measurements]:
        """What it has, by kind."""
        entries = {"prices": self.prices, "scores": self.scores, "facts": self.facts}
        return {kind: stated for kind, stated in entries.items() if stated is not None}


@dataclass(frozen=True)
class Format:
    """A format, and the public list that comes in it.

    Attributes
    ----------
    name, source
        As on the command line, and as in the column `source` of the quotes, scores and facts.
    address
        Where the public list is, if there is one.
    licence
        Under which the source publishes.
    description
        One line for a person.
    read_prices, read_scores, read_facts
        From bytes and a display name to what the file says of the kind; each raises `InputError` and nothing else. None without the kind.
    suffix
        Of a file in the format, unless its name says it: see `named_by_file`.
    complete
        A list in this format states everything that its source sells, so that absence is an exit. `Snapshot.complete` says it of the
        file at hand: the historical list of llm-prices, for one, is not complete.
    redistributable
        The terms of the source allow the file to be passed on. Of one that does not, what it says is kept, with the hash of the file.
    named_by_file
        The name of the file decides how it is read: CSV or Parquet.
    """

    name: str
    source: str
    address: str | None
    licence: str
    description: str
    read_prices: Callable[[bytes, str], Snapshot] | None = None
    read_scores: Callable[[bytes, str], Measurements] | None = None
    read_facts: Callable[[bytes, str], Measurements] | None = None
    suffix: str = ".json"
    complete: bool = False
    redistributable: bool = True
    named_by_file: bool = False

    def read(self, content: bytes, name: str) -> Reading:
        """Everything that a file says; raises `InputError` when one of its readers does."""
        return Reading(
            self.read_prices and self.read_prices(content, name),
            self.read_scores and self.read_scores(content, name),
            self.read_facts and self.read_facts(content, name),
        )


FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format(
            "models-dev",
            "models_dev",
            "https://models.dev/api.json",
            "MIT",
            "catalogue of hosts and models by models.dev (api.json): prices, facts, scores",
            models_dev.read,
            models_dev.read_scores,
            models_dev.read_facts,
            complete=True,
        ),
        Format(
            "litellm",
            "litellm",
            "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
            "MIT",
            "price map of LiteLLM (model_prices_and_context_window.json)",
            litellm.read,
            complete=True,
        ),
        Format(
            "llm-prices",
            "llm_prices",
            "https://www.llm-prices.com/current-v1.json",
            UNSTATED,
            "price list by Simon Willison (current-v1.json or historical-v1.json)",
            llm_prices.read,
            complete=True,
            redistributable=False,
        ),
        Format(
            "genai-prices",
            "genai_prices",
            "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json",
            "MIT",
            "price data by Pydantic (data.json; version 2 is the living one)",
            genai_prices.read,
            complete=True,
        ),
        Format(
            "openrouter",
            "openrouter",
            "https://openrouter.ai/api/v1/models",
            UNSTATED,
            "models of OpenRouter (/api/v1/models): prices of a router, facts, scores",
            openrouter.read_prices,
            openrouter.read_scores,
            openrouter.read_facts,
            complete=True,
            redistributable=False,
        ),
        Format(
            "artificial-analysis",
            "artificial_analysis",
            None,
            "attribution; redistribution with consent only",
            "models of Artificial Analysis (answer of its API, or an archive of its pages): scores, facts",
            read_scores=artificial_analysis.read_scores,
            read_facts=artificial_analysis.read_facts,
            redistributable=False,
        ),
        Format(
            "epoch-benchmarks",
            epoch_hub.SOURCE,
            epoch_hub.ADDRESS,
            ATTRIBUTED,
            "benchmark hub of Epoch AI (benchmark_data.zip): scores, facts",
            read_scores=epoch_hub.read_scores,
            read_facts=epoch_hub.read_facts,
            suffix=".zip",
        ),
        Format(
            "epoch-stitching",
            epoch_stitching.SOURCE,
            None,
            ATTRIBUTED,
            "tables of Epoch AI's study of benchmark stitching, zipped: scores, facts",
            read_scores=epoch_stitching.read_scores,
            read_facts=epoch_stitching.read_facts,
            suffix=".zip",
        ),
        Format(
            "epoch-eci",
            epoch_eci.SOURCE,
            epoch_eci.ADDRESSES[0],
            ATTRIBUTED,
            "Epoch Capabilities Index (eci_scores.csv, or its tables zipped): scores, facts",
            read_scores=epoch_eci.read_scores,
            read_facts=epoch_eci.read_facts,
            suffix=".zip",
        ),
        Format(
            "aider",
            aider.SOURCE,
            aider.ADDRESS,
            aider.LICENCE,
            "polyglot leaderboard of Aider (polyglot_leaderboard.yml): scores",
            read_scores=aider.read_scores,
            suffix=".yml",
        ),
        Format(
            "llmstats",
            llmstats.SOURCE,
            None,
            llmstats.LICENCE,
            "folder of LLMStats, zipped: scores, facts",
            read_scores=llmstats.read_scores,
            read_facts=llmstats.read_facts,
            suffix=".zip",
        ),
        Format(
            "table",
            "table",
            None,
            "the user's own",
            "a table of your own prices, CSV or Parquet: provider, model_id, input_usd_per_mtok, output_usd_per_mtok",
            quote_table.read,
            named_by_file=True,
        ),
        Format(
            "scores-table",
            "scores_table",
            None,
            "the user's own",
            "a table of your own scores, CSV or Parquet: model, benchmark, score, scale, measured_on",
            read_scores=score_table.read_scores,
            named_by_file=True,
        ),
        Format(
            "models-table",
            "models_table",
            None,
            "the user's own",
            "a table of your own models, CSV or Parquet: model_key, name, creator, release_date, open_weights",
            read_facts=model_table.read_facts,
            named_by_file=True,
        ),
    )
}
