"""New models register themselves; everything else is recognised, waits, or is asked about."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from costfloor.data.creators import CREATORS, Creators, creators_of
from costfloor.data.identity import MOVED, resolve
from costfloor.data.known_models import grow
from costfloor.data.model_decisions import MODEL_DECISIONS, replay
from costfloor.data.raw import parse_table
from costfloor.data.registry import CLOSE, FAR_APART, WHO, Registry, register
from costfloor.data.schemas import ALIASES, MODELS
from costfloor.data.spellings import Spellings, spellings
from hypothesis import given, settings
from hypothesis import strategies as st
from store import compiled_store

FIXTURE = Path(__file__).parents[1] / "fixtures" / "model_facts.csv"
ROWS = [
    ("acme", "name", "Acme", "acme"),
    ("acme", "host", "Acme", "acme"),
    ("acme-org", "owner", "Acme", "acme"),
    ("zeta", "name", "Zeta", "zeta"),
    ("zeta", "host", "Zeta", "zeta"),
]
WHO_IS_WHO = pd.DataFrame(ROWS, columns=["spelling", "kind", "creator", "key_prefix"]).assign(evidence="made up")
KNOWN = {"acme/foo-1": "2025-11-01", "zeta/bar-2": "2025-10-01"}

type Entry = tuple[str, str, str, str, dict[str, str]]
"""Source, day, provider, id and fields."""


def facts(*entries: Entry) -> pd.DataFrame:
    rows = [
        (source, day, provider, model_id, field, value, "", f"/{model_id}/{field}")
        for source, day, provider, model_id, fields in entries
        for field, value in fields.items()
    ]
    columns = ["source", "observed_on", "provider", "model_id", "field", "value", "unit", "place"]
    return pd.DataFrame(rows, columns=columns, dtype="str").astype({"observed_on": "datetime64[us]"})


def known_tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    models = pd.DataFrame({"model_key": list(KNOWN), "release_date": list(KNOWN.values()), "sources": "made up"})
    models = models.assign(name=["Foo 1", "Bar 2"], creator=["Acme", "Zeta"]).reindex(columns=list(MODELS.columns))
    spelled = [("canonical_tail", key.split("/")[1], key) for key in KNOWN] + [
        ("huggingface_via_aa", "acme-org/Foo-1-Instruct", "acme/foo-1")
    ]
    aliases = pd.DataFrame(spelled, columns=["source", "source_name", "model_key"])
    aliases = aliases.assign(basis="reviewed", evidence="made up").reindex(columns=list(ALIASES.columns))
    catalogue = pd.DataFrame({"provider": [], "model_id": [], "base_model": []}, dtype="str")
    text = dict.fromkeys(("variant", "note"), "str")
    days = dict.fromkeys(("valid_from", "valid_to"), "datetime64[us]")
    return models.astype({"release_date": "datetime64[us]"}), aliases.astype({**text, **days}), catalogue


def registered(*entries: Entry, decisions: list[dict[str, Any]] | None = None) -> Registry:
    models, aliases, catalogue = known_tables()
    made = [{"who": "Ada", "why": "by eye", "decided_on": "2026-01-01", **row} for row in decisions or []]
    text = pd.DataFrame(made, columns=list(MODEL_DECISIONS.columns)).to_csv(index=False)
    decided = replay(models, aliases, parse_table(text.encode(), MODEL_DECISIONS, Path("model_decisions.csv")))
    known = spellings(decided.models, decided.aliases, catalogue)
    return grow(decided, known, facts(*entries), WHO_IS_WHO)


def new_keys(grown: Registry) -> list[str]:
    return sorted(set(grown.models["model_key"]) - set(KNOWN))


def named(grown: Registry, source: str, spelling: str) -> str | None:
    rows = grown.aliases[grown.aliases["source"].eq(source) & grown.aliases["source_name"].eq(spelling)]
    return None if rows.empty else rows["model_key"].iloc[0]


def board(slug: str, name: str, release: str, day: str = "2026-03-01", **more: str) -> Entry:
    return ("artificial_analysis", day, "", slug, {"name": name, "creator": "Acme", "release_date": release, **more})


def listed(provider: str, model_id: str, name: str, release: str, day: str = "2026-03-01", **more: str) -> Entry:
    return ("models_dev", day, provider, model_id, {"name": name, "release_date": release, **more})


def test_a_model_registers_with_its_maker_its_day_and_where_it_was_seen() -> None:
    grown = registered(board("foo-2", "Foo 2", "2026-02-20", open_weights="true", params_total_b="70"))
    assert new_keys(grown) == ["acme/foo-2"]
    row = grown.models.set_index("model_key").loc["acme/foo-2"]
    assert (row["name"], row["creator"], row["sources"]) == ("Foo 2", "Acme", "artificial_analysis")
    assert (row["release_date"], row["release_date_precision"]) == (pd.Timestamp("2026-02-20"), "day")
    assert (row["open_weights"], row["params_total_b"]) == (True, 70)
    assert grown.models.iloc[:2]["model_key"].tolist() == list(KNOWN)
    assert "2026-03-01, /foo-2/" in grown.aliases["evidence"].iloc[-1]


def test_levels_of_effort_make_no_models() -> None:
    efforts = [board(f"foo-2-{effort}", "Foo 2", "2026-02-20") for effort in ("low", "high", "non-reasoning")]
    grown = registered(*efforts, listed("acme", "foo-2", "Foo 2", "2026-02-20"))
    assert new_keys(grown) == ["acme/foo-2"]
    assert {named(grown, "artificial_analysis_slug", entry[3]) for entry in efforts} == {"acme/foo-2"}


def test_the_address_of_the_weights_counts_before_the_name() -> None:
    grown = registered(board("foo-next", "Foo Next", "2025-11-05", huggingface_id="acme-org/Foo-1-Instruct"))
    assert new_keys(grown) == []
    assert named(grown, "artificial_analysis_slug", "foo-next") == "acme/foo-1"


def test_an_id_at_openrouter_joins_what_names_keep_apart() -> None:
    grown = registered(
        board("foo-2", "Foo 2", "2026-02-20", openrouter_id="acme-org/foo-two"),
        ("openrouter", "2026-03-02", "openrouter", "acme-org/foo-two:free", {"name": "Acme: Foo Two", "creator": "x"}),
    )
    assert named(grown, "openrouter", "acme-org/foo-two:free") == "acme/foo-2"


def test_tuned_and_quantized_ids_are_no_base_models() -> None:
    others = ("foo-1-turbo", "acme-org/foo-1-fp8", "nous/hermes-foo-1", "someone/foo-1-abliterated")
    grown = registered(*(listed("groq", model_id, "Foo 1", "2025-11-01") for model_id in others[:2]))
    assert all(named(grown, "models.dev", f"groq/{model_id}") is None for model_id in others)
    assert new_keys(grown) == []


@pytest.mark.parametrize(
    ("hosts", "keys"), [(["groq"], []), (["groq", "together"], ["acme/foo-2"]), (["acme"], ["acme/foo-2"])]
)
def test_the_maker_is_believed_at_once_and_hosts_when_two_agree(hosts: list[str], keys: list[str]) -> None:
    grown = registered(*(listed(host, "acme-org/Foo-2", "Foo 2", "2026-02-20") for host in hosts))
    assert new_keys(grown) == keys
    if len(hosts) == 2:
        assert grown.models["release_date_precision"].iloc[-1] == "month"


def test_a_maker_that_sells_the_models_of_others_did_not_make_them() -> None:
    grown = registered(listed("zeta", "foo-1", "Foo 1", "2025-11-01"), listed("zeta", "foo-9", "Foo 9", "2026-01-05"))
    assert new_keys(grown) == []
    assert named(grown, "models.dev", "zeta/foo-1") == "acme/foo-1"


def test_a_name_that_differs_in_small_words_is_asked_about_and_the_answer_counts() -> None:
    entries = board("foo-1-preview", "Foo 1 Preview", "2025-11-03"), board("foo-1-mini", "Foo 1 Mini", "2025-11-03")
    grown = registered(*entries)
    assert new_keys(grown) == ["acme/foo-1-mini"]
    assert grown.pending[["model_id", "reason", "nearest"]].to_numpy().tolist() == [
        ["foo-1-preview", CLOSE, "acme/foo-1"]
    ]
    answer = {"model_key": "acme/foo-1", "spelling": "foo-1-preview", "source": "artificial_analysis"}
    accepted = registered(*entries, decisions=[{"action": "accept", **answer}])
    assert new_keys(accepted) == ["acme/foo-1-mini"]
    assert named(accepted, "artificial_analysis", "foo-1-preview") == "acme/foo-1"
    rejected = registered(*entries, decisions=[{"action": "reject", **answer}])
    assert new_keys(rejected) == ["acme/foo-1-mini", "acme/foo-1-preview"]
    assert accepted.pending.empty
    assert rejected.pending.empty


def test_days_within_two_weeks_are_one_release_and_the_makers_counts() -> None:
    grown = registered(board("foo-2", "Foo 2", "2026-02-20"), listed("acme", "foo-2", "Foo 2", "2026-02-18"))
    assert grown.models["release_date"].iloc[-1] == pd.Timestamp("2026-02-18")
    apart = registered(
        board("foo-2", "Foo 2", "2026-02-20", day="2026-02-21"), listed("acme", "foo-2", "Foo 2", "2026-01-08")
    )
    assert new_keys(apart) == ["acme/foo-2"]
    assert apart.models["release_date"].iloc[-1] == pd.Timestamp("2026-02-20")
    assert apart.pending["reason"].tolist() == [FAR_APART]


def test_a_month_is_rough_until_a_day_is_stated() -> None:
    month = listed("acme", "foo-2", "Foo 2", "2026-01", day="2026-02-01")
    assert registered(month).models["release_date_precision"].iloc[-1] == "month"
    grown = registered(month, board("foo-2", "Foo 2", "2026-01-27"))
    row = grown.models.iloc[-1]
    assert (row["release_date"], row["release_date_precision"]) == (pd.Timestamp("2026-01-27"), "day")
    assert grown.pending.empty


@pytest.mark.parametrize("release", ["2026-12-03", "2026-01-01"])
def test_a_day_ahead_or_made_up_makes_no_model(release: str) -> None:
    assert new_keys(registered(listed("acme", "foo-2", "Foo 2", release))) == []


def test_the_month_in_an_id_counts_before_a_catalogue() -> None:
    grown = registered(listed("acme", "foo-2-12-2025", "Foo 2", "2025-02-27"))
    row = grown.models.iloc[-1]
    assert (row["release_date"], row["release_date_precision"]) == (pd.Timestamp("2025-12-01"), "month")


def test_the_newest_of_the_surest_counts_and_a_model_reasons_when_a_level_does() -> None:
    grown = registered(
        board("foo-2", "Foo 2", "2026-02-20", params_active_b="754", reasoning="true"),
        board("foo-2", "Foo 2", "2026-02-20", day="2026-03-08", params_active_b="40"),
        board("foo-2-low", "Foo 2", "2026-02-20", day="2026-03-09", reasoning="false"),
        listed("acme", "foo-2", "Foo 2", "2026-02-20", day="2026-03-10", reasoning="false", params_active_b="1"),
    )
    row = grown.models.iloc[-1]
    assert (row["params_active_b"], row["reasoning"]) == (40, True)


def test_other_kinds_of_models_do_not_register_and_an_unknown_maker_is_asked_about() -> None:
    kinds = ("foo-2-embedding", "foo-2-realtime", "foo-2-tts", "foo-latest", "foo-2-fp8")
    grown = registered(*(listed("acme", name, name, "2026-02-20") for name in kinds))
    assert new_keys(grown) == []
    nobody = board("baz-1", "Baz 1", "2026-02-20")
    nobody[4]["creator"] = "Nobody"
    assert registered(nobody).pending["reason"].tolist() == [WHO]


def test_a_slip_in_a_hosts_name_does_not_carry_its_id_along() -> None:
    grown = registered(
        board("foo-2-pro", "Foo 2 Pro", "2026-02-20"),
        listed("groq", "acme-org/foo-2-flash", "Foo 2 Pro", "2026-02-20"),
    )
    assert named(grown, "models.dev", "groq/acme-org/foo-2-flash") is None


def test_own_tables_are_believed_and_keep_their_key() -> None:
    own = {"name": "Thing", "creator": "Nobody", "release_date": "2026-02-01", "open_weights": "false"}
    grown = registered(("models_table", "2026-02-10", "", "nobody/thing", own))
    assert new_keys(grown) == ["nobody/thing"]


def test_people_add_join_and_part() -> None:
    add = {"model_key": "acme/foo-5", "name": "Foo 5", "creator": "Acme", "release_date": "2026-01-09"}
    grown = registered(
        board("foo-2", "Foo 2", "2026-02-20"),
        board("foo-two", "Foo Two", "2026-02-20"),
        decisions=[
            {"action": "add", **add, "weights": "open"},
            {"action": "alias", "model_key": "acme/foo-5", "spelling": "foo-five"},
            {"action": "merge", "model_key": "acme/foo-two", "into": "acme/foo-2"},
            {"action": "split", "model_key": "zeta/bar-2", "spelling": "bar-2", "into": "acme/foo-5"},
        ],
    )
    assert new_keys(grown) == ["acme/foo-2", "acme/foo-5"]
    assert named(grown, "artificial_analysis_slug", "foo-two") == "acme/foo-2"
    assert named(grown, "hand", "foo-five") == named(grown, "hand", "bar-2") == "acme/foo-5"
    assert named(grown, "canonical_tail", "bar-2") is None


def test_moving_names_go_on_as_far_as_the_facts(quotes: Callable[..., pd.DataFrame]) -> None:
    models, aliases, catalogue = known_tables()
    more = models.assign(model_key=["mistral/small-2503", "mistral/small-2506"])
    known = spellings(more, aliases.iloc[:0], catalogue, pd.Timestamp("2026-04-30"))
    days = ["2025-12-31", "2026-04-30", "2026-05-01"]
    found = resolve(quotes(*({"model_id": "small-latest", "recorded_on": day} for day in days)), known)
    assert found["model_key"].fillna("").tolist() == ["mistral/small-2503", "mistral/small-2503", ""]
    assert found["unresolved_reason"].iloc[-1] == MOVED


@pytest.fixture(scope="module")
def real_facts() -> pd.DataFrame:
    """A few entries of real lists, September 2025 to April 2026."""
    cells = pd.read_csv(FIXTURE, dtype="str", keep_default_na=False)
    return cells.astype({"observed_on": "datetime64[us]"})


@cache
def real_names() -> tuple[pd.DataFrame, pd.DataFrame, Spellings, Creators]:
    store = compiled_store()
    models, aliases = store.table("models"), store.table("aliases")
    creators = parse_table(store.by_hand["creators.csv"], CREATORS, Path("creators.csv"))
    return models, aliases, spellings(models, aliases, store.table("provider_models")), creators_of(creators)


def real(rows: pd.DataFrame) -> Registry:
    models, aliases, known, creators = real_names()
    return register(models, aliases, known, rows, creators, {})


@pytest.fixture(scope="module")
def in_order(real_facts: pd.DataFrame) -> Registry:
    """The tables of the facts as they came."""
    return real(real_facts)


def test_real_lists_give_the_models_that_were_released(real_facts: pd.DataFrame) -> None:
    grown = real(real_facts)
    before = compiled_store().table("models")
    new = grown.models.iloc[len(before) :].set_index("model_key")["release_date"].dt.strftime("%Y-%m-%d")
    assert grown.models.iloc[: len(before)]["model_key"].tolist() == before["model_key"].tolist()
    assert new.sort_index().to_dict() == {
        "anthropic/claude-opus-4.7": "2026-04-16",
        "google/gemma-4-31b": "2026-04-02",
        "moonshotai/kimi-k2.5": "2026-01-27",
        "openai/gpt-5.4": "2026-03-05",
        "openai/gpt-5.4-mini": "2026-03-17",
        "stepfun/step-3.5-flash": "2026-01-29",
        "stepfun/step-3.5-flash-2603": "2026-04-02",
    }
    assert named(grown, "epoch_hub", "gpt-5.4-2026-03-05") == "openai/gpt-5.4"
    assert named(grown, "epoch_hub", "fireworks/kimi-k2p5") == "moonshotai/kimi-k2.5"
    assert named(grown, "models.dev", "alibaba-cn/kimi-k2.5") == "moonshotai/kimi-k2.5"
    assert named(grown, "models.dev", "fireworks-ai/accounts/fireworks/routers/kimi-k2p5-turbo") is None


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), twice=st.booleans())
def test_no_order_and_no_repetition_of_facts_changes_the_tables(
    real_facts: pd.DataFrame, in_order: Registry, seed: int, twice: bool
) -> None:
    again = real_facts.assign(observed_on=real_facts["observed_on"].max()) if twice else real_facts.iloc[:0]
    shuffled = pd.concat([real_facts, again]).sample(frac=1, random_state=seed)
    if twice:
        # A fact that is stated again on the last day brings nothing.
        shuffled = shuffled.sort_values("observed_on", kind="stable")
    found = real(shuffled)
    for table in ("models", "aliases", "pending"):
        pd.testing.assert_frame_equal(getattr(found, table), getattr(in_order, table))


def test_a_past_day_knows_no_later_model_and_its_models_stay(real_facts: pd.DataFrame) -> None:
    before = len(compiled_store().table("models"))
    past: set[str] = set()
    for day in pd.date_range("2025-09-30", "2026-04-30", freq="ME"):
        later = real_facts["observed_on"] > day
        new = real(real_facts[~later]).models.iloc[before:]
        assert new["release_date"].le(day).all()
        assert past <= set(new["model_key"])
        past = set(new["model_key"])
        # Whatever is stated later, the models of the day keep their keys.
        corrupted = real_facts.assign(value=real_facts["value"].mask(later & real_facts["field"].eq("name"), "Gpt 9"))
        assert past <= set(real(corrupted).models["model_key"])
