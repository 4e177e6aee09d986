"""Each trap on a tiny frame: what the rule marks and what it leaves."""

import numpy as np
import pandas as pd
import pytest
from costfloor.data import rules
from costfloor.data.hosts import attach_hosts
from hypothesis import given
from hypothesis import strategies as st

PRICE = st.floats(min_value=0.0, max_value=1e6, allow_nan=False)


@pytest.fixture
def resolved(quotes, sellers):
    """Quotes with the columns that resolving adds; `model_key` defaults to GPT-5."""

    def build(*rows):
        extra = [{"model_key": "openai/gpt-5", "release_date": "2025-08-07"} | row for row in rows]
        frame = attach_hosts(quotes(*extra), sellers)
        frame["release_date"] = frame["release_date"].astype("datetime64[us]")
        return frame.assign(price_usd_per_mtok=rules.blended_price(frame))

    return build


@given(PRICE, PRICE)
def test_the_blend_lies_between_the_two_prices_three_parts_input(input_price, output_price):
    frame = pd.DataFrame({"input_usd_per_mtok": [input_price], "output_usd_per_mtok": [output_price]})
    blend = rules.blended_price(frame).iloc[0]
    assert blend == pytest.approx(0.75 * input_price + 0.25 * output_price)
    low, high = sorted((input_price, output_price))
    assert low - 1e-9 * high <= blend <= high * (1 + 1e-9)


def test_undated(resolved):
    assert rules.undated(resolved({"recorded_on": None}, {})).tolist() == [True, False]


def test_missing_price(resolved):
    rows = ({"output_usd_per_mtok": None}, {"input_usd_per_mtok": None}, {})
    assert rules.missing_price(resolved(*rows)).tolist() == [True, True, False]


def test_zero_price_is_never_free(resolved):
    rows = ({"input_usd_per_mtok": 0.0, "output_usd_per_mtok": 0.0}, {"output_usd_per_mtok": 0.0}, {})
    assert rules.zero_price(resolved(*rows)).tolist() == [True, True, False]


def test_free_tier(resolved):
    rows = (
        {"model_id": "z-ai/glm-4.5-air:free"},
        {"model_id": "llama-3.3-70b-turbo-free"},
        {"model_id": "freeform-7b"},
    )
    assert rules.free_tier(resolved(*rows)).tolist() == [True, True, False]


def test_subscription(resolved):
    plans = (
        "zai-coding-plan",
        "alibaba-coding-plan",
        "opencode-go",
        "github_copilot",
        "xiaomi-token-plan-sgp",
        "ollama",
    )
    rows = [{"provider": provider} for provider in (*plans, "zai", "opencode")]
    assert rules.subscription(resolved(*rows)).tolist() == [*[True] * len(plans), False, False]


def test_unit_errors_by_flag_and_by_own_look(resolved):
    peers = [{"provider": host} for host in ("openai", "azure", "vercel")]
    wrong = {"provider": "poe", "input_usd_per_mtok": 1.25e6, "output_usd_per_mtok": 1e7}
    frame = resolved(*peers, wrong, wrong | {"quality_flag": "unit_error_suspect"})
    assert rules.far_from_peers(frame).tolist() == [False, False, False, True, False]
    assert rules.flagged_unit_error(frame).tolist() == [False, False, False, False, True]


def test_a_slip_that_relays_copy_does_not_put_the_true_price_in_doubt(resolved):
    wrong = {"input_usd_per_mtok": 1.25e6, "output_usd_per_mtok": 1e7}
    relays = [wrong | {"provider": seller} for seller in ("kilo", "openrouter", "vercel", "nobody-knows")]
    frame = resolved({}, {"provider": "azure"}, {"provider": "together"}, *relays)
    assert rules.far_from_peers(frame).tolist() == [*[False] * 3, *[True] * 4]


def test_twenty_times_away_is_not_a_unit_error_and_two_quotes_prove_nothing(resolved):
    dear = {"provider": "poe", "input_usd_per_mtok": 25.0, "output_usd_per_mtok": 200.0}
    assert not rules.far_from_peers(resolved({}, {"provider": "azure"}, {"provider": "vercel"}, dear)).any()
    absurd = {"input_usd_per_mtok": 1e6, "output_usd_per_mtok": 1e6}
    assert not rules.far_from_peers(resolved({}, absurd)).any()


@pytest.mark.parametrize(
    ("prices", "jumps"),
    [
        ([2.5, 2.5e6, 2.5], [1]),
        ([2.5, 2.5e6, 2e6, 3.0, 2.5], [1]),
        ([2.5, 2.5e6, 0.01, 2.5], [1, 2]),
        ([2.5, 2.5e6, 2.5, 2.5e6, 2.5], [1, 3]),
        # A level that stays is held once, on the way there.
        ([100.0, 1.0, 1.0, 1.0], [1]),
        ([100.0, 1.0, 0.01, 1.0, 1.0], [1, 2]),
        ([2.5, 0.0, 2.5e6], []),
    ],
)
def test_a_jump_is_held_and_the_way_back_is_not(resolved, prices, jumps):
    one = [
        {"recorded_on": f"2025-09-{day + 1:02d}", "input_usd_per_mtok": price, "output_usd_per_mtok": price}
        for day, price in enumerate(prices)
    ]
    other = [row | {"model_id": "other", "input_usd_per_mtok": 1.0, "output_usd_per_mtok": 1.0} for row in one]
    frame = resolved(*(row for pair in zip(one, other, strict=True) for row in pair))
    assert np.flatnonzero(rules.jump_in_series(frame)).tolist() == [2 * jump for jump in jumps]


def test_a_price_is_compared_with_the_last_one_that_is_not_held_back(resolved):
    """A slip that another rule holds, what was rejected, and a zero are no prices to have jumped from; what was accepted is."""
    days = [{"recorded_on": f"2025-09-{day:02d}", "event": "change"} for day in range(1, 5)]
    levels = [{"input_usd_per_mtok": price, "output_usd_per_mtok": price} for price in (75.0, 0.075, 0.0, 75.0)]
    frame = resolved(*(day | level for day, level in zip(days, levels, strict=True)))
    # By itself: nothing is known of other quotes of the model.
    frame = frame.assign(model_key=pd.Series([None] * 4, dtype="str"))
    jump, none = "50 times away from the price before it", None

    def reasons(frame, *decisions):
        found = rules.quarantine_reasons(frame, pd.Series(decisions or [None] * 4, dtype="str"))
        return [None if pd.isna(reason) else reason for reason in found]

    zero = "zero price: free tier or unknown"
    assert reasons(frame) == [none, jump, zero, none]
    assert reasons(frame, "reject", None, None, None) == [none, none, zero, jump]
    assert reasons(frame, "reject", None, None, "accept") == [none, none, zero, jump]
    flagged = frame.assign(quality_flag=["unit_error_suspect", "ok", "zero_price", "ok"])
    assert reasons(flagged)[1:] == [none, zero, jump]
    assert reasons(flagged, "accept", None, None, None)[1] == jump


def test_corrected_typos_but_not_prices_that_gave_way_to_a_free_tier(resolved):
    flag = {"quality_flag": "corrected_within_14d", "recorded_on": "2025-09-01"}
    after = {"recorded_on": "2025-09-05"}
    free = {"input_usd_per_mtok": 0.0, "output_usd_per_mtok": 0.0}
    frame = resolved(flag, after, flag | {"model_id": "other"}, after | free | {"model_id": "other"})
    assert rules.corrected_typo(frame).tolist() == [True, False, False, False]


def test_source_regression(resolved):
    assert rules.source_regression(resolved({"quality_flag": "source_regression"}, {})).tolist() == [True, False]


def test_yuan_listed_as_dollars_is_seen_by_the_ratio_to_other_hosts(resolved):
    keys = ("zai/glm-4.5", "zai/glm-4.6", "zai/glm-4.7")
    fair = [
        {"provider": host, "model_id": key, "model_key": key, "input_usd_per_mtok": 0.6, "output_usd_per_mtok": 2.2}
        for key in keys
        for host in ("zai", "novita", "together")
    ]
    yuan = [
        row | {"provider": "qihang-ai", "input_usd_per_mtok": 4.3, "output_usd_per_mtok": 15.8} for row in fair[::3]
    ]
    dear = [row | {"provider": "luxury", "input_usd_per_mtok": 1.8, "output_usd_per_mtok": 6.6} for row in fair[::3]]
    frame = resolved(*fair, *yuan, *dear)
    assert set(frame.loc[rules.yuan_as_dollar(frame), "provider"]) == {"qihang-ai"}


def test_one_dear_model_does_not_make_a_yuan_host(resolved):
    once = {"provider": "moark", "input_usd_per_mtok": 8.75, "output_usd_per_mtok": 70.0}
    assert not rules.yuan_as_dollar(resolved({}, {"provider": "azure"}, once)).any()


def test_a_dear_host_that_does_not_price_in_yuan_stays(resolved):
    keys = ("openai/gpt-oss-120b", "openai/gpt-oss-20b", "deepseek/deepseek-v3.2")
    fair = [{"provider": host, "model_key": key} for key in keys for host in ("novita", "together", "groq")]
    dear = [
        row | {"provider": "cloudferro-sherlock", "input_usd_per_mtok": 8.75, "output_usd_per_mtok": 70.0}
        for row in fair[::3]
    ]
    assert not rules.yuan_as_dollar(resolved(*fair, *dear)).any()
    chinese = [row | {"provider": "moark"} for row in dear]
    frame = resolved(*fair, *dear, *chinese)
    assert set(frame.loc[rules.yuan_as_dollar(frame), "provider"]) == {"moark"}


SELLERS = {"a": ("USD", "cloud"), "b": ("CNY", "aggregator"), "c": ("CNY", "cloud"), "d": ("", "unknown")}
PLACE_PRICES = st.dictionaries(
    st.tuples(st.sampled_from(list(SELLERS)), st.sampled_from("xyz")), st.sampled_from([1.0, 1.5, 6.0, 7.0, 40.0])
)


@given(PLACE_PRICES)
def test_yuan_hosts_are_those_of_a_search_host_by_host(prices):
    frame = pd.DataFrame([(*place, price) for place, price in prices.items()], columns=["provider", "model_key", "p"])
    texts = frame.astype({"provider": "str", "model_key": "str"})
    told = texts["provider"].map(SELLERS)
    quotes = texts.assign(
        quality_flag="ok",
        price_usd_per_mtok=frame["p"].astype("float64"),
        currency=told.str[0].astype("str"),
        host_kind=told.str[1].astype("str"),
    )
    yuan = set()
    for host in ("b", "c"):
        others = {key: [p for (h, k), p in prices.items() if k == key and h in {"a", "c"} - {host}] for key in "xyz"}
        ratios = [
            prices[host, key] / np.exp(np.median(np.log(others[key])))
            for key in "xyz"
            if others[key] and (host, key) in prices
        ]
        if len(ratios) >= 2 and 5 <= np.exp(np.median(np.log(ratios))) <= 9:
            yuan.add(host)
    assert rules.yuan_as_dollar(quotes).tolist() == quotes["provider"].isin(yuan).tolist()


def test_gpt4_turbo_entered_as_gpt4(resolved):
    wrong = {
        "model_id": "gpt-4",
        "model_key": "openai/gpt-4-0613",
        "input_usd_per_mtok": 10.0,
        "output_usd_per_mtok": 30.0,
    }
    rows = (
        wrong | {"recorded_on": "2025-06-10"},
        wrong | {"recorded_on": "2025-08-08"},
        wrong | {"recorded_on": "2025-06-10", "source": "litellm"},
        wrong | {"recorded_on": "2025-06-10", "model_key": "openai/gpt-4-1106-preview"},
    )
    assert rules.gpt4_turbo_entered_as_gpt4(resolved(*rows)).tolist() == [True, False, False, False]


def test_vertex_per_character_prices(resolved):
    row = {"source": "litellm", "provider": "vertex_ai-language-models", "model_key": "google/gemini-1.5-pro-001"}
    rows = (
        row | {"recorded_on": "2024-07-01"},
        row | {"recorded_on": "2025-01-14"},
        row | {"recorded_on": "2025-01-14", "note": "0.125 looks like a per-character price"},
        row | {"recorded_on": "2024-07-01", "provider": "vertex_ai-anthropic_models"},
    )
    assert rules.vertex_per_character(resolved(*rows)).tolist() == [True, False, True, False]


def test_prices_copied_from_openrouter_under_a_creators_name(resolved):
    copied = {"source": "genai_prices", "model_id": "gpt-5", "recorded_on": "2025-06-22"}
    rows = (
        copied,
        copied | {"provider": "openrouter", "model_id": "openai/gpt-5"},
        copied | {"recorded_on": "2025-07-04"},
        copied | {"source": "models_dev"},
    )
    assert rules.copied_from_openrouter(resolved(*rows)).tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("model_id", "marked"),
    [
        ("gpt-4o-realtime-preview", True),
        ("text-embedding-3-large", True),
        ("NousResearch/Hermes-4-70B", False),
        ("o3", False),
    ],
)
def test_not_text(resolved, model_id, marked):
    assert rules.not_text(resolved({"model_id": model_id})).tolist() == [marked]


@pytest.mark.parametrize(
    ("model_id", "marked"), [("ft:gpt-4o", True), ("GPT-3.5 Turbo (fine-tuned)", True), ("gpt-4o", False)]
)
def test_fine_tuned(resolved, model_id, marked):
    assert rules.fine_tuned(resolved({"model_id": model_id})).tolist() == [marked]


@pytest.mark.parametrize(
    ("model_id", "model_key", "marked"),
    [
        ("Gemini 1.5 Pro >128k", "google/gemini-1.5-pro-001", True),
        ("claude-sonnet-4-200k", "anthropic/claude-sonnet-4-20250514", True),
        ("deepseek-chat (V3, off-peak)", "deepseek/deepseek-v3", True),
        ("grok-3-fast", "xai/grok-3", True),
        ("grok-4-fast", "xai/grok-4-fast", False),
        ("kimi-k2-thinking-turbo", "moonshotai/kimi-k2-thinking", True),
        ("gemini-2.5-flash-preview (thinking)", "google/gemini-2.5-flash-preview-04-17", True),
        ("gemini-2.5-flash-preview (non-thinking)", "google/gemini-2.5-flash-preview-04-17", False),
        ("phi-3-medium-128k-instruct", "microsoft/phi-3-medium-128k-instruct", False),
    ],
)
def test_tiers_beside_the_list_price(resolved, model_id, model_key, marked):
    assert rules.not_list_tier(resolved({"model_id": model_id, "model_key": model_key})).tolist() == [marked]


@pytest.mark.parametrize(
    ("model_id", "marked"),
    [
        ("azure/eu/gpt-4o-2024-08-06", True),
        ("bedrock/eu-central-1/anthropic.claude-v2", True),
        ("azure/gpt-4o-2024-08-06", False),
        ("azure/global-standard/gpt-4o-2024-08-06", False),
        ("azure_ai/global/grok-3", False),
        ("azure/us-gov/gpt-4o-2024-08-06", True),
        ("azure_ai/us-gov/deepseek-v3.1", True),
        ("bedrock/us-gov-west-1/anthropic.claude-sonnet-4-5-20250929-v1:0", True),
        ("bedrock_mantle/us-gov-west-1/openai.gpt-oss-20b", True),
        ("us-gov.anthropic.claude-haiku-4-5-20251001-v1:0", True),
        ("ca.deepseek.v3.1-v1:0", True),
        ("bedrock/eu.anthropic.claude-sonnet-4-5", True),
        ("us.deepseek.r1-v1:0", False),
        ("global.anthropic.claude-sonnet-4-5", False),
    ],
)
def test_regional(resolved, model_id, marked):
    assert rules.regional(resolved({"model_id": model_id})).tolist() == [marked]


@pytest.mark.parametrize(
    ("american", "listed", "marked"),
    [
        ({"input_usd_per_mtok": 3.3}, {"model_id": "global.anthropic.claude-x"}, True),
        ({"input_usd_per_mtok": 3.3}, {"model_id": "anthropic.claude-x"}, True),
        ({"input_usd_per_mtok": 3.0}, {"model_id": "global.anthropic.claude-x"}, False),
        ({"input_usd_per_mtok": 3.3}, {"model_id": "global.anthropic.claude-y"}, False),
        ({"input_usd_per_mtok": 3.3}, {"model_id": "global.anthropic.claude-x", "source": "models_dev"}, False),
        # The price of another tier, a slip, and a price that came later say nothing of the list price on that day.
        ({"input_usd_per_mtok": 3.3}, {"model_id": "anthropic.claude-x", "tier": "flex"}, False),
        ({"input_usd_per_mtok": 3.3}, {"model_id": "anthropic.claude-x", "quality_flag": "unit_error_suspect"}, False),
        ({"input_usd_per_mtok": 3.3}, {"model_id": "anthropic.claude-x", "recorded_on": "2025-09-02"}, False),
        # The dearer price came after the cheaper one had gone.
        ({"input_usd_per_mtok": 3.3}, {"model_id": "anthropic.claude-x", "valid_to": "2025-09-01"}, False),
    ],
)
def test_american_ids_are_regional_where_they_cost_more(resolved, american, listed, marked):
    row = {
        "source": "litellm",
        "provider": "bedrock_converse",
        "model_key": "anthropic/claude-x",
        "input_usd_per_mtok": 3.0,
    }
    frame = resolved(
        row | {"model_id": "us.anthropic.claude-x"} | american, row | {"recorded_on": "2025-08-20"} | listed
    )
    assert rules.regional(frame).tolist() == [marked, False]


def test_before_release_with_a_month_of_grace(resolved):
    rows = ({"recorded_on": "2025-07-01"}, {"recorded_on": "2025-07-20"}, {"release_date": None})
    assert rules.before_release(resolved(*rows)).tolist() == [True, False, False]


def test_the_first_rule_that_holds_gives_the_reason(resolved):
    frame = resolved({"recorded_on": None, "output_usd_per_mtok": None}, {"output_usd_per_mtok": None}, {})
    reasons = rules.quarantine_reasons(frame)
    assert reasons.fillna("").tolist() == ["no day is stated", "input or output price is missing", ""]


def test_every_reason_is_given_once_and_every_mask_is_boolean(resolved):
    frame = resolved({}, {"provider": None, "note": None})
    assert len({rule.reason for rule in rules.RULES}) == len(rules.RULES)
    for rule in rules.RULES:
        assert rule.mask(frame).isin([True, False]).all(), rule.reason
