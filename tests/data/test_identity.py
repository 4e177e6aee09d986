"""From a spelling and a day to a model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.data.identity import LATER, MOVED, UNKNOWN, resolve
from costfloor.data.normalise import compact, strip_display_name, strip_id, version_stem
from costfloor.data.spellings import spellings
from hypothesis import given
from hypothesis import strategies as st
from store import project_store

PROJECT_DATA = Path(__file__).parents[2] / "data"

ID_TEXT = st.text(alphabet="abcdefgllamaqwnv0123456789.:@/-_ ", max_size=40)


@pytest.mark.parametrize(
    ("model_id", "stripped"),
    [
        ("bedrock/us-east-1/anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307"),
        ("claude-3-5-sonnet@20241022", "claude-3-5-sonnet-20241022"),
        ("accounts/fireworks/models/llama-v3p1-405b-instruct", "llama-3.1-405b-instruct"),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama-4-scout-instruct"),
        ("hf:deepseek-ai/DeepSeek-V3", "deepseek-v3"),
        ("z-ai/glm-4.5-air:free", "glm-4.5-air"),
        ("meta/llama-3.3-70b-instruct-maas", "llama-3.3-70b-instruct"),
        ("anthropic.claude-v2:1", "claude-v2:1"),
        ("ca.deepseek.v3.1-v1:0", "deepseek-v3.1"),
        ("bedrock_mantle/us-gov-west-1/openai.gpt-oss-120b", "gpt-oss-120b"),
    ],
)
def test_ids_lose_host_region_version_and_precision(model_id: str, stripped: str) -> None:
    assert strip_id(model_id) == stripped


@given(ID_TEXT)
def test_stripping_an_id_twice_changes_nothing_more(model_id: str) -> None:
    once = strip_id(model_id)
    assert strip_id(once) == once
    assert once == once.lower()


@given(ID_TEXT)
def test_compact_spelling_is_idempotent_and_ignores_punctuation(name: str) -> None:
    assert compact(compact(name)) == compact(name)
    assert compact(name.replace("-", ".")) == compact(name)


@given(st.text(max_size=40))
def test_display_names_are_stripped_once_and_for_all(name: str) -> None:
    assert strip_display_name(strip_display_name(name)) == strip_display_name(name)


def test_display_names_lose_the_marks_of_a_benchmark_run() -> None:
    assert strip_display_name("Claude 4 Sonnet (Extended Thinking) (Option 2)") == "Claude 4 Sonnet"
    assert strip_display_name("gpt-5.2-2025-12-11_xhigh") == "gpt-5.2-2025-12-11"
    assert strip_display_name("DeepSeek V3 (Dec '24)") == "DeepSeek V3 (Dec '24)"


def test_snapshots_share_a_stem() -> None:
    assert version_stem("claude-3-5-sonnet-20241022") == version_stem("claude-3-5-sonnet-latest") == "claude-3-5-sonnet"
    assert version_stem("gpt-4o-mini") == "gpt-4o-mini"


def test_a_moving_name_means_the_model_of_its_day(quotes, models, aliases, no_catalogue) -> None:
    known = spellings(
        models(("deepseek/deepseek-v3", "2024-12-26"), ("deepseek/deepseek-v3-0324", "2025-03-24")),
        aliases(
            ("api_id_moving", "deepseek-chat", "deepseek/deepseek-v3", "moving", "2024-12-26", "2025-03-24"),
            ("api_id_moving", "deepseek-chat", "deepseek/deepseek-v3-0324", "moving", "2025-03-24", None),
            ("api_id", "deepseek-chat", "deepseek/deepseek-v3", "reviewed", None, None),
        ),
        no_catalogue,
    )
    days = ["2024-12-25", "2024-12-26", "2025-03-23", "2025-03-24", "2025-12-31", "2026-01-01"]
    rows = [{"provider": "deepseek", "model_id": "deepseek/deepseek-chat", "recorded_on": day} for day in days]
    found = resolve(quotes(*rows), known)
    v3, march = "deepseek/deepseek-v3", "deepseek/deepseek-v3-0324"
    # What a name means after the record that the tables of names were made for, nobody here knows.
    assert found["model_key"].fillna("").tolist() == ["", v3, v3, march, march, ""]
    assert found["unresolved_reason"].fillna("").tolist() == [MOVED, "", "", "", "", MOVED]


def test_leaderboard_slugs_are_never_used(quotes, models, aliases, no_catalogue) -> None:
    known = spellings(
        models(("openai/gpt-4o-2024-11-20", "2024-11-20"), ("openai/gpt-4o-2024-05-13", "2024-05-13")),
        aliases(("artificial_analysis_slug", "gpt-x", "openai/gpt-4o-2024-11-20", "reviewed", None, None)),
        no_catalogue,
    )
    found = resolve(quotes({"model_id": "gpt-x"}), known)
    assert found["model_key"].isna().all()
    assert found["unresolved_reason"].tolist() == [UNKNOWN]


def test_no_quote_of_the_store_rests_on_a_leaderboard_slug(project_tables) -> None:
    bases = project_tables.quotes["match_basis"].dropna()
    assert len(bases) > 4000
    assert not bases.str.contains("slug").any()


def test_reviewed_spellings_come_before_suggested_ones(quotes, models, aliases, no_catalogue) -> None:
    table = aliases(
        ("models.dev", "openai/gpt-5", "openai/gpt-5-mini", "suggested_tokens", None, None),
        ("api_id", "gpt-5", "openai/gpt-5", "reviewed", None, None),
    )
    known = spellings(models(("openai/gpt-5", "2025-08-07"), ("openai/gpt-5-mini", "2025-08-07")), table, no_catalogue)
    assert resolve(quotes({}), known)["match_basis"].tolist() == ["api_id id"]
    only_suggested = spellings(models(("openai/gpt-5-mini", "2025-08-07")), table.iloc[:1], no_catalogue)
    assert resolve(quotes({}), only_suggested)["match_basis"].tolist() == ["suggested_tokens"]


def test_ambiguous_spellings_resolve_to_nothing(quotes, models, aliases, no_catalogue) -> None:
    table = aliases(
        ("api_id", "gpt-5", "openai/gpt-5", "reviewed", None, None),
        ("api_id", "gpt-5", "openai/gpt-5-mini", "reviewed", None, None),
    )
    known = spellings(models(("openai/gpt-5", None), ("openai/gpt-5-mini", None)).assign(name="x"), table, no_catalogue)
    assert resolve(quotes({}), known)["model_key"].isna().all()


def test_latest_follows_the_newest_snapshot_released_by_then(quotes, models, aliases, no_catalogue) -> None:
    known = spellings(
        models(("mistral/mistral-small-2402", "2024-02-26"), ("mistral/mistral-small-2503", "2025-03-17")),
        aliases(("canonical_tail", "other", "mistral/mistral-small-2402", "reviewed", None, None)),
        no_catalogue,
    )
    rows = [
        {"model_id": "mistral-small-latest", "recorded_on": day} for day in ("2024-01-01", "2024-06-01", "2025-06-01")
    ]
    found = resolve(quotes(*rows), known)["model_key"].fillna("").tolist()
    assert found == ["", "mistral/mistral-small-2402", "mistral/mistral-small-2503"]


def test_names_that_follow_their_vendor_are_known_to_the_end_of_the_record_only(
    quotes, models, aliases, no_catalogue
) -> None:
    keys = ("mistral/mistral-small-2503", "mistral/mistral-small-2506", "meta/llama-3-0424", "meta/llama-3-0624")
    fixed = ("google/gemini-1.0-pro", "google/gemini-2.5-flash")
    known = spellings(
        models(*((key, f"2025-06-2{number}") for number, key in enumerate((*keys, *fixed)))),
        aliases(
            *(("canonical_tail", key.split("/")[1], key, "reviewed", None, None) for key in (*fixed, *keys)),
            ("api_id", "gemini-pro", "google/gemini-1.0-pro", "reviewed", None, None),
        ),
        no_catalogue,
    )
    names = ["gemini-pro-latest", "mistral-small", "mistral-small-latest", "vertex_ai/mistral-small@latest"]
    names += ["gemini-2.5-flash", "mistral-small-2503"]
    found = {
        day: resolve(quotes(*({"model_id": name, "recorded_on": day} for name in names)), known)
        for day in ("2025-12-31", "2026-01-01")
    }
    newest, dated = "mistral/mistral-small-2506", ["google/gemini-2.5-flash", "mistral/mistral-small-2503"]
    assert found["2025-12-31"]["model_key"].tolist() == ["google/gemini-1.0-pro", *[newest] * 3, *dated]
    assert found["2026-01-01"]["model_key"].fillna("").tolist() == [*[""] * 4, *dated]
    assert found["2026-01-01"]["unresolved_reason"].fillna("").tolist() == [*[MOVED] * 4, "", ""]


@pytest.mark.parametrize(
    ("stated", "reason"), [("2025-09-30", LATER), ("2025-09", LATER), ("2025-07-20", ""), ("2024-05", ""), ("soon", "")]
)
def test_a_release_stated_later_than_the_models_contradicts_a_name_that_was_inferred(
    quotes, models, aliases, no_catalogue, stated, reason
) -> None:
    known = spellings(
        models(("mistral/devstral-medium-2507", "2025-07-10"), ("openai/gpt-5", "2025-07-10")),
        aliases(
            ("api_id", "gpt-5", "openai/gpt-5", "reviewed", None, None),
            ("api_id", "devstral-medium-2507", "mistral/devstral-medium-2507", "reviewed", None, None),
        ),
        no_catalogue,
    )
    told = {"note": f"listed as X; release date stated then {stated}", "recorded_on": "2025-12-09"}
    rows = [told | {"model_id": name} for name in ("devstral-medium-latest", "devstral-medium-2507", "gpt-5")]
    found = resolve(quotes(*rows), known)["unresolved_reason"].fillna("").tolist()
    assert found == [reason, "", ""]


def test_an_endpoint_serves_the_tuned_model_unless_both_are_listed(quotes, models, aliases, no_catalogue) -> None:
    keys = ("meta/llama-3-70b", "meta/llama-3-70b-instruct")
    known = spellings(
        models(*((key, "2024-04-18") for key in keys)),
        aliases(*(("canonical_tail", key.split("/")[1], key, "reviewed", None, None) for key in keys)),
        no_catalogue,
    )
    alone = resolve(quotes({"provider": "groq", "model_id": "llama-3-70b"}), known)
    assert alone["model_key"].tolist() == ["meta/llama-3-70b-instruct"]
    both = resolve(quotes(*({"provider": "replicate", "model_id": key} for key in keys)), known)
    assert both["model_key"].tolist() == list(keys)


def test_every_quote_of_the_store_is_resolved_or_says_why_not(project_tables) -> None:
    quotes = project_tables.quotes
    unresolved = quotes["status"] == "unresolved"
    assert (quotes["model_key"].isna() == unresolved).all()
    assert quotes.loc[unresolved, "reason"].notna().all()
    assert quotes.loc[~unresolved, "match_basis"].notna().all()


def test_days_without_a_record_fall_back_to_the_end_of_the_spell(quotes, models, aliases, no_catalogue) -> None:
    known = spellings(
        models(("openai/gpt-4-0613", "2023-06-13")),
        aliases(("api_id_moving", "gpt-4", "openai/gpt-4-0613", "moving", "2023-06-27", None)),
        no_catalogue,
    )
    found = resolve(quotes({"model_id": "gpt-4", "recorded_on": None, "valid_to": "2024-01-01"}), known)
    assert found["model_key"].tolist() == ["openai/gpt-4-0613"]
    assert pd.isna(found["recorded_on"].iloc[0])


def test_a_row_resolves_the_same_alone_and_in_a_crowd() -> None:
    tables = {name: project_store().table(name) for name in ("models", "aliases", "provider_models", "quotes")}
    known = spellings(tables["models"], tables["aliases"], tables["provider_models"])
    rng = np.random.default_rng(5)
    raw = tables["quotes"].sample(1500, random_state=5).reset_index(drop=True)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 1200, size=len(raw)), "D")
    raw = raw.assign(recorded_on=pd.Series(days).astype("datetime64[us]").where(rng.random(len(raw)) < 0.95))
    # Each id at sellers that never listed it, too.
    crowd = pd.concat([raw, raw.assign(provider=rng.permutation(raw["provider"]))], ignore_index=True)
    found = resolve(crowd, known)
    for label in rng.choice(crowd.index, size=60, replace=False):
        row = crowd.loc[label]
        seller = crowd["source"].eq(row["source"]) & crowd["provider"].fillna("").eq(
            "" if pd.isna(row["provider"]) else row["provider"]
        )
        beside = crowd[seller & crowd["model_id"].ne(row["model_id"])]
        alone = resolve(pd.concat([crowd.loc[[label]], beside]), known)
        added = ["model_key", "match_basis", "unresolved_reason"]
        pd.testing.assert_series_equal(alone.loc[label, added], found.loc[label, added])


def test_what_a_seller_lists_counts_for_that_seller_only(quotes, models, aliases) -> None:
    keys = ("meta/llama-3-8b", "meta/llama-3-8b-instruct", "openai/gpt-5")
    table = aliases(
        *(("api_id", key.split("/")[1], key, "reviewed", None, None) for key in keys),
        ("models.dev", "b/house-model", "openai/gpt-5", "suggested_tokens", None, None),
    )
    catalogue = pd.DataFrame({"provider": ["a"], "model_id": ["own-name"], "base_model": ["gpt-5"]})
    known = spellings(models(*((key, None) for key in keys)), table, catalogue)
    listed = [("a", "own-name"), ("b", "own-name"), ("a", "house-model"), ("b", "House-Model"), ("b", "house-model")]
    listed += [("a", "llama-3-8b"), ("b", "llama-3-8b"), ("b", "llama-3-8b-instruct"), (None, "llama-3-8b")]
    found = resolve(quotes(*({"provider": seller, "model_id": name} for seller, name in listed)), known)
    assert found["model_key"].fillna("").tolist() == [
        *("openai/gpt-5", "", "", "openai/gpt-5", "openai/gpt-5"),
        *("meta/llama-3-8b-instruct", "meta/llama-3-8b", "meta/llama-3-8b-instruct", "meta/llama-3-8b-instruct"),
    ]
