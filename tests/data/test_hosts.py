"""Who sells: names, kinds, days, and what people decide about them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.data.host_decisions import HOST_DECISIONS, decide_host
from costfloor.data.hosts import Sellers, attach_hosts
from costfloor.data.hosts import sellers as lookup
from costfloor.data.raw import parse_table, written_table
from costfloor.data.schemas import HOSTS
from costfloor.errors import InputError
from store import bare_store, project_store

PROJECT_DATA = Path(__file__).parents[2] / "data"
HEADER = "spelling,creator,host,kind,who,decided_on,why"
QUOTES = pd.DataFrame({"provider": ["Acme", "novita-ai", None], "model_key": ["acme/one", "openai/gpt-5", None]})


def offers(
    *rows: tuple[str | float, str | float], source: str = "models_dev", day: str | None = "2025-09-01"
) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["provider", "model_key"]).assign(source=source)
    return frame.assign(recorded_on=pd.to_datetime(day), valid_to=pd.NaT).astype(
        {"recorded_on": "datetime64[us]", "valid_to": "datetime64[us]"}
    )


@pytest.mark.parametrize(
    ("source", "provider", "host", "kind"),
    [
        ("litellm", "together_ai", "together", "inference_host"),
        ("models_dev", "togetherai", "together", "inference_host"),
        ("genai_prices", "huggingface_fireworks-ai", "fireworks", "inference_host"),
        ("epoch_api", "Mistral AI", "mistral", "inference_host"),
        ("litellm", "vertex_ai-llama_models", "google-vertex", "cloud"),
        ("monthly_lowest", "OpenAI", "lowest of month", "market_low"),
        ("models_dev", "novita-ai", "novita", "inference_host"),
        ("genai_prices", "novita", "novita", "inference_host"),
        ("litellm", "dashscope", "alibaba", "inference_host"),
        ("litellm", "bedrock_mantle", "amazon-bedrock", "cloud"),
        ("litellm", "gradient_ai", "digitalocean", "aggregator"),
        ("models_dev", "digitalocean", "digitalocean", "aggregator"),
        ("litellm", "github_copilot", "github-copilot", "subscription"),
        ("models_dev", "kilo", "kilo", "aggregator"),
        ("models_dev", "opencode-go", "opencode-go", "subscription"),
        ("models_dev", " Nobody Knows", "nobody knows", "unknown"),
        ("litellm", "", "unknown", "unknown"),
    ],
)
def test_sellers_have_one_name_and_a_kind(sellers: Sellers, source: str, provider: str, host: str, kind: str) -> None:
    found = attach_hosts(offers((provider, "meta/llama-3.3-70b-instruct"), source=source), sellers)
    assert (found["host"].iloc[0], found["host_kind"].iloc[0]) == (host, kind)


def test_the_creator_is_the_first_party_only_for_its_own_models(sellers: Sellers) -> None:
    frame = offers(
        ("openai", "openai/gpt-5"),
        ("azure", "openai/gpt-5"),
        ("azure", "microsoft/phi-4"),
        ("vertex_ai-language-models", "google/gemini-2.5-pro"),
        ("google", "anthropic/claude-3-5-haiku-20241022"),
        ("dashscope", "qwen/qwen3-max"),
        ("openrouter", "openai/gpt-5"),
        ("deepinfra", "deepseek/deepseek-v3"),
        ("deepinfra", np.nan),
    )
    found = attach_hosts(frame, sellers)
    assert found["host"].tolist()[3:6] == ["google", "google-vertex", "alibaba"]
    assert found["host_kind"].tolist() == [
        "first_party", "cloud", "first_party", "first_party", "cloud", "first_party", "aggregator", "inference_host", "inference_host",
    ]  # fmt: skip
    assert found["first_party"].tolist() == [True, False, True, True, False, True, False, False, False]


def test_every_seller_of_the_compiled_prices_is_known(project_tables) -> None:
    quotes = project_tables.quotes
    assert quotes.loc[quotes["host_kind"].eq("unknown"), "provider"].isna().all()


def test_a_seller_has_one_kind_whatever_its_spelling() -> None:
    hosts = project_store().table("hosts")
    general = hosts[hosts["creator"].isna()]
    assert (general.groupby("host")["kind"].nunique() == 1).all()
    first_hand = hosts[hosts["creator"].notna()]
    assert first_hand["kind"].eq("first_party").all()
    assert set(first_hand["spelling"]) <= set(general["spelling"])
    assert hosts["evidence"].str.len().min() > 5


def listed(*rows: tuple[str, str | None, str, str, str | None, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["spelling", "creator", "host", "kind", "valid_from", "valid_to"])
    return frame.assign(currency=None).astype({"valid_from": "datetime64[us]", "valid_to": "datetime64[us]"})


def kinds(known: Sellers, *days: str | None, creator: str = "acme", provider: str = "Acme") -> list[str]:
    return [attach_hosts(offers((provider, f"{creator}/one"), day=day), known)["host_kind"].iloc[0] for day in days]


def test_a_seller_may_change_on_a_day() -> None:
    known = lookup(
        listed(
            ("acme", None, "acme", "inference_host", None, "2025-06-01"),
            ("acme", None, "acme", "aggregator", "2025-06-01", None),
        )
    )
    assert kinds(known, "2025-05-31", "2025-06-01", None) == ["inference_host", "aggregator", "aggregator"]
    both = pd.concat([offers(("acme", "acme/one"), day=day) for day in ("2025-06-01", "2025-05-31")], ignore_index=True)
    assert attach_hosts(both, known)["host_kind"].tolist() == ["aggregator", "inference_host"]


def test_a_star_stands_for_any_end_and_gives_way_to_the_whole_name() -> None:
    known = lookup(
        listed(
            ("acme*", None, "acme", "cloud", None, None),
            ("acme-eu*", None, "acme-eu", "cloud", None, None),
            ("acme-router", None, "router", "aggregator", None, None),
        )
    )
    names = ("acme", "acme-eu-west", "acme-router", "acm")
    found = attach_hosts(offers(*((name, "acme/one") for name in names)), known)
    assert found["host"].tolist() == ["acme", "acme-eu", "router", "acm"]
    assert found["host_kind"].tolist() == ["cloud", "cloud", "aggregator", "unknown"]


def test_the_latest_decision_counts_and_replaces_what_was_said_of_the_spelling(tmp_path: Path) -> None:
    table = listed(("acme", None, "acme", "cloud", None, None), ("acme", "acme", "acme", "first_party", None, None))
    known = lookup(table, written_table(bare_store(tmp_path), HOST_DECISIONS))
    assert kinds(known, "2025-09-01") == ["first_party"]
    decide_host(bare_store(tmp_path), QUOTES, "ACME", "acme", "aggregator", None, "Ada", "a relay")
    assert kinds(lookup(table, written_table(bare_store(tmp_path), HOST_DECISIONS)), "2025-09-01") == ["aggregator"]
    decide_host(bare_store(tmp_path), QUOTES, "acme", "acme labs", "first_party", "acme", "Bob", "makes them, too")
    known = lookup(table, written_table(bare_store(tmp_path), HOST_DECISIONS))
    assert kinds(known, "2025-09-01") == ["first_party"]
    assert kinds(known, "2025-09-01", creator="openai") == ["aggregator"]
    rows = (tmp_path / "raw" / "host_decisions.csv").read_text("utf-8").splitlines()
    assert rows[0] == HEADER
    assert [row.split(",")[0:4] for row in rows[1:]] == [
        ["acme", "", "acme", "aggregator"],
        ["acme", "acme", "acme labs", "first_party"],
    ]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"provider": "nobody"}, "SPELLING"),
        ({"provider": ""}, "SPELLING"),
        ({"host": "Two Words!"}, "host"),
        ({"host": ""}, "host"),
        ({"kind": "shop"}, "kind"),
        ({"kind": "first_party"}, "--kind"),
        ({"creator": "openai"}, "--kind"),
        ({"kind": "first_party", "creator": "nobody"}, "--creator"),
        ({"who": " "}, "--who"),
        ({"why": ""}, "--why"),
    ],
)
def test_a_wrong_decision_is_refused_and_nothing_is_written(
    tmp_path: Path, changed: dict[str, str], column: str
) -> None:
    good = {"provider": "acme", "host": "acme", "kind": "cloud", "creator": None, "who": "Ada", "why": "its page"}
    with pytest.raises(InputError) as caught:
        decide_host(bare_store(tmp_path), QUOTES, **(good | changed))
    assert caught.value.column == column
    assert not (tmp_path / "raw" / "host_decisions.csv").exists()


def test_a_broken_file_takes_no_decision(tmp_path: Path) -> None:
    path = tmp_path / "raw" / "host_decisions.csv"
    path.parent.mkdir()
    path.write_text(f"{HEADER}\nacme,,acme,shop,Ada,2026-01-31,its page\n", "utf-8")
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        decide_host(bare_store(tmp_path), QUOTES, "acme", "acme", "cloud", None, "Ada", "its page")
    assert (caught.value.file, caught.value.row, caught.value.column) == (path, 1, "kind")
    assert path.read_bytes() == before


def test_spellings_that_differ_by_punctuation_or_an_ai_at_the_end_are_one_host() -> None:
    general = project_store().table("hosts").query("creator.isna()")
    stems = general["spelling"].str.replace(r"[^a-z0-9]", "", regex=True).str.removesuffix("ai")
    assert (general.groupby(stems)["host"].nunique() == 1).all()
    assert stems.duplicated().sum() > 10


@pytest.mark.parametrize(
    "row",
    [
        "Acme,,acme,cloud,,a page,,",
        "acme,,ACME,cloud,,a page,,",
        "acme,,acme,shop,,a page,,",
        "acme,,acme,cloud,yuan,a page,,",
        "acme,,acme,cloud,,,,",
        "acme,,acme,cloud,,a page,2025-13-01,",
    ],
)
def test_a_wrong_row_of_the_table_is_named(row: str) -> None:
    good = "novita,,novita,inference_host,,a page,,"
    content = "\n".join([",".join(HOSTS.columns), good, row, ""]).encode()
    with pytest.raises(InputError) as caught:
        parse_table(content, HOSTS, Path("hosts.csv"))
    assert caught.value.row == 2
    with pytest.raises(InputError, match="repeats the key"):
        parse_table("\n".join([",".join(HOSTS.columns), good, good, ""]).encode(), HOSTS, Path("hosts.csv"))
