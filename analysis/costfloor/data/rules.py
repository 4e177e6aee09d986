"""Cleaning rules: each known trap is one small function from the resolved quotes to a mask, with the reason in words.

A quote that any rule marks is quarantined with the first reason that holds. Nothing is dropped.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from costfloor.data.decisions import ZERO_PRICE
from costfloor.data.distinct import by_value, distinct_rows
from costfloor.data.hosts import OWN_PRICE_KINDS

type Mask = pd.Series[bool]

UNIT_ERROR_FACTOR = 50.0
PLAUSIBLE_USD_PER_MTOK = (0.0005, 5000.0)
MIN_PRICES_OF_SELLER = 20
MIN_PEERS = 2
WITNESSES = (*OWN_PRICE_KINDS, "market_low")
"""Kinds of sellers whose quotes say something of other sellers' prices."""
CNY_PER_USD_RANGE = (5.0, 9.0)
GPT4_FIXED_ON = pd.Timestamp("2025-08-08")
VERTEX_PER_TOKEN_ON = pd.Timestamp("2024-11-08")
BEDROCK = "amazon-bedrock"
SAME_LIST_PRICE = 1.005
EARLY_ACCESS = pd.Timedelta(days=31)

_NOT_TEXT = (
    r"embed|rerank|bge-|whisper|tts|audio|speech|voxtral|realtime|native-audio|-live|livetranslate|image|stable-diffusion|sdxl"
    r"|playground-v|ssd-1b|^sd3|flux|ocr|guard|moderation|computer-use|search|transcribe"
)
_FINE_TUNED = r"^ft:|/ft:|fine-tuned|\.ft-|-lora$"
_FREE_TIER = r":free$|-free$|\bfree\b"
_TIER = (
    r"> ?\d+k|-(?:128|200)k$|off-peak|batch|\bflex\b|priority|specdec|-highspeed|fp8-fast$|-tput$|:nitro|:extended"
    r"|gemini-2\.5-flash.*(?<!non-)thinking|kimi-k2-thinking-turbo|commitment|-basic$"
)
_REGIONS = r"eu|apac|au|jp|ca|sa|in|us-gov"
_REGIONAL = (
    rf"^azure(?:_ai)?/(?:us|{_REGIONS})/|^bedrock(?:_[a-z]+)?/(?:[a-z]{{2}}-[a-z-]+-\d|\*)/"
    rf"|^regional\.|(?:^|/)(?:{_REGIONS})\.[a-z]"
)


def blended_price(quotes: pd.DataFrame) -> pd.Series:
    """Price of three input tokens and one output token: (3 input + output) / 4, in USD per million tokens."""
    return (3 * quotes["input_usd_per_mtok"] + quotes["output_usd_per_mtok"]) / 4


def undated(quotes: pd.DataFrame) -> Mask:
    """The source states a price but no day on which it held."""
    return quotes["recorded_on"].isna()


def missing_price(quotes: pd.DataFrame) -> Mask:
    """Input or output price is not stated, so no blend exists."""
    return quotes[["input_usd_per_mtok", "output_usd_per_mtok"]].isna().any(axis=1)


def zero_price(quotes: pd.DataFrame) -> Mask:
    """Zero means a free tier or an unknown price, never that the model is free."""
    zero = quotes[["input_usd_per_mtok", "output_usd_per_mtok"]].eq(0).any(axis=1)
    return zero | quotes["quality_flag"].eq("zero_price")


def free_tier(quotes: pd.DataFrame) -> Mask:
    """The id names a free tier."""
    return _id_matches(quotes, _FREE_TIER)


def subscription(quotes: pd.DataFrame) -> Mask:
    """Sold by subscription, or run on the user's own machine: no price per token."""
    return quotes["host_kind"].isin(["subscription", "local"])


def flagged_unit_error(quotes: pd.DataFrame) -> Mask:
    """The compilation saw a price per token or per character entered as a price per million tokens."""
    return quotes["quality_flag"].eq("unit_error_suspect")


def far_from_peers(quotes: pd.DataFrame) -> Mask:
    """The blend is at least 50 times above or below the median of the other quotes of the same model.

    Quotes of relays and of unknown sellers are compared, but nothing is compared with them: a slip that they copy has no more witnesses.
    """
    usable = quotes["quality_flag"].eq("ok") & quotes["price_usd_per_mtok"].gt(0) & quotes["model_key"].notna()
    logs = np.log(quotes["price_usd_per_mtok"].where(usable))
    far = pd.Series(False, index=quotes.index)
    witness = quotes["host_kind"].isin(WITNESSES)
    for _, peers in logs.dropna().groupby(quotes["model_key"]):
        values, vouched = peers.to_numpy(), witness.loc[peers.index].to_numpy()
        others = np.full(len(values), np.nan)
        if vouched.sum() >= MIN_PEERS:
            others[~vouched] = np.median(values[vouched])
        if vouched.sum() > MIN_PEERS:
            others[vouched] = _medians_of_others(values[vouched])
        far.loc[peers.index] = np.abs(values - others) >= np.log(UNIT_ERROR_FACTOR)
    return far


def jump_in_series(quotes: pd.DataFrame) -> Mask:
    """At least 50 times above or below the price before it under the same name, unless back at the level before such a jump."""
    names = ["source", "provider", "model_id", "tier"]
    ordered = quotes[[*names, "recorded_on", "price_usd_per_mtok"]].sort_values("recorded_on", kind="stable")
    _, series = distinct_rows(ordered[names].fillna(""))
    logs = np.log(ordered["price_usd_per_mtok"].where(ordered["price_usd_per_mtok"] > 0))
    before, limit = logs.groupby(series).shift(), np.log(UNIT_ERROR_FACTOR)
    moves = pd.DataFrame({"series": series, "before": before, "to": logs})[(logs - before).abs().ge(limit)]
    jumped = []
    # Levels that a series left with a jump and has not come back to.
    left = defaultdict[int, list[float]](list)
    for label, name, level, to in moves.itertuples(name=None):
        known = next((at for at, other in enumerate(left[name]) if abs(to - other) < limit), None)
        if known is not None:
            del left[name][known:]
        else:
            left[name].append(level)
            jumped.append(label)
    return pd.Series(quotes.index.isin(jumped), index=quotes.index)


def input_above_output(quotes: pd.DataFrame) -> Mask:
    """Input dearer than output at a seller with at least twenty other prices, none of which is so: the two were swapped."""
    swapped = quotes["input_usd_per_mtok"].gt(quotes["output_usd_per_mtok"]) & quotes["output_usd_per_mtok"].gt(0)
    _, seller = distinct_rows(quotes[["source", "provider"]].fillna(""))
    same = swapped.groupby(seller)
    return swapped & same.transform("sum").eq(1) & same.transform("size").gt(MIN_PRICES_OF_SELLER)


def implausible_level(quotes: pd.DataFrame) -> Mask:
    """A blend outside the range in which any text model has been sold, with a decade to spare on either side."""
    low, high = PLAUSIBLE_USD_PER_MTOK
    return quotes["price_usd_per_mtok"].gt(0) & ~quotes["price_usd_per_mtok"].between(low, high)


def corrected_typo(quotes: pd.DataFrame) -> Mask:
    """The source put the price right within 14 days; a price that gave way to a free tier was no typo."""
    names = ["source", "provider", "model_id"]
    ordered = quotes[[*names, "recorded_on", "price_usd_per_mtok"]].sort_values("recorded_on")
    _, series = distinct_rows(ordered[names].fillna(""))
    following = ordered["price_usd_per_mtok"].groupby(series).shift(-1).reindex(quotes.index)
    return quotes["quality_flag"].eq("corrected_within_14d") & ~following.eq(0)


def source_regression(quotes: pd.DataFrame) -> Mask:
    """The source restored an old price by mistake."""
    return quotes["quality_flag"].eq("source_regression")


def yuan_as_dollar(quotes: pd.DataFrame) -> Mask:
    """A host that prices in yuan and stands 5 to 9 times above other hosts for the same models: yuan listed as dollars.

    The ratio is the median over the host's models, at least two of them, of its price over the median of other hosts' own prices. A host
    that is merely dear, and not known to have a price list in yuan, stays.
    """
    usable = quotes["quality_flag"].eq("ok") & quotes["price_usd_per_mtok"].gt(0) & quotes["model_key"].notna()
    yuan, witness = quotes["currency"].eq("CNY"), quotes["host_kind"].isin(WITNESSES)
    keys = [quotes["provider"], quotes["model_key"]]
    logs = (
        np.log(quotes.loc[usable & (yuan | witness), "price_usd_per_mtok"]).groupby(keys).median().unstack("provider")
    )
    suspects = quotes.loc[usable & yuan, "provider"].unique()
    witnesses = logs[logs.columns.intersection(quotes.loc[usable & witness, "provider"].unique())]
    low, high = np.log(CNY_PER_USD_RANGE)
    in_yuan = []
    for provider in suspects:
        others = witnesses.drop(columns=provider, errors="ignore").median(axis=1)
        ratios = (logs[provider] - others).dropna()
        if len(ratios) >= MIN_PEERS and low <= ratios.median() <= high:
            in_yuan.append(provider)
    return quotes["provider"].isin(in_yuan)


def gpt4_turbo_entered_as_gpt4(quotes: pd.DataFrame) -> Mask:
    """models.dev carried GPT-4 Turbo's 10/30 for GPT-4 until 8 August 2025."""
    gpt4 = quotes["model_key"].isin(["openai/gpt-4", "openai/gpt-4-0314", "openai/gpt-4-0613"])
    turbo = quotes["input_usd_per_mtok"].eq(10) & quotes["output_usd_per_mtok"].eq(30)
    return quotes["source"].eq("models_dev") & gpt4 & turbo & quotes["recorded_on"].lt(GPT4_FIXED_ON)


def vertex_per_character(quotes: pd.DataFrame) -> Mask:
    """Until November 2024 LiteLLM mixed Vertex prices per character and per token."""
    listed = quotes[quotes["source"].eq("litellm")]
    doors = (
        listed["provider"].fillna("").str.fullmatch(r"vertex_ai-(language|chat|text|code-chat|code-text|vision)-models")
    )
    remark = listed["note"].fillna("").str.contains("per-character")
    mixed = listed.index[doors & (remark | listed["recorded_on"].lt(VERTEX_PER_TOKEN_ON))]
    return pd.Series(quotes.index.isin(mixed), index=quotes.index)


def copied_from_openrouter(quotes: pd.DataFrame) -> Mask:
    """genai-prices filled the lists of some creators from OpenRouter's: same day, same name, same two prices."""
    keys = ["model_id", "recorded_on", "input_usd_per_mtok", "output_usd_per_mtok"]
    listed = quotes[quotes["source"].eq("genai_prices")]
    tails = listed[keys].assign(model_id=listed["model_id"].str.rsplit("/", n=1).str[-1])
    theirs = set(tails[listed["provider"].eq("openrouter")].itertuples(index=False, name=None))
    copied = [row in theirs for row in tails.itertuples(index=False, name=None)]
    first_hand = listed.index[np.array(copied, dtype=bool) & listed["first_party"].to_numpy(dtype=bool)]
    return pd.Series(quotes.index.isin(first_hand), index=quotes.index)


def not_text(quotes: pd.DataFrame) -> Mask:
    """Embeddings, speech, images, search, guards: the tokens are not those of a text model."""
    return by_value(
        quotes["model_id"],
        lambda ids: ids.str.lower().str.rsplit("/", n=1).str[-1].str.contains(_NOT_TEXT, regex=True),
    )


def fine_tuned(quotes: pd.DataFrame) -> Mask:
    """Price of a fine-tuned copy."""
    return _id_matches(quotes, _FINE_TUNED)


def not_list_tier(quotes: pd.DataFrame) -> Mask:
    """A tier beside the list price: long context, batch, off-peak, faster or slower service, a thinking mode."""
    faster = _id_matches(quotes, r"-fast(?:-beta|-latest)?$") & ~quotes["model_key"].fillna("").str.contains("fast")
    turbo = _id_matches(quotes, r"kimi-k2.*turbo") & ~quotes["model_key"].fillna("").str.contains("turbo")
    return _id_matches(quotes, _TIER) | faster | turbo


def stated_tier(quotes: pd.DataFrame) -> Mask:
    """The source says itself that the price is that of a tier, such as a long context."""
    return quotes["tier"].notna()


def superseded(quotes: pd.DataFrame) -> Mask:
    """A later vintage states another price for the same day."""
    return quotes["quality_flag"].eq("superseded")


def regional(quotes: pd.DataFrame) -> Mask:
    """A region with its own surcharge; the list price is that of the unmarked or global id.

    Bedrock's ids of the United States cost what the unmarked ones do until Claude 4.5, and more from then on: they are regional where
    the same list has the model for less under the other id on the day of their record.
    """
    return _id_matches(quotes, _REGIONAL) | _dearer_than_global(quotes)


def _dearer_than_global(quotes: pd.DataFrame) -> Mask:
    columns = ["source", "model_id", "tier", "recorded_on", "valid_to", "price_usd_per_mtok"]
    usable = quotes["quality_flag"].eq("ok") & quotes["price_usd_per_mtok"].gt(0)
    offers = quotes.loc[quotes["host"].eq(BEDROCK) & usable, columns]
    offers = offers.assign(name=offers["model_id"].str.replace(r"^(?:.*/)?(?:us|global)\.", "", regex=True))
    american = offers["model_id"].str.contains(r"(?:^|/)us\.", regex=True)
    marked, listed = offers[american].reset_index(names="row"), offers[~american]
    pairs = marked.merge(listed, on=["source", "name", "tier"], suffixes=("", "_listed"))
    holds = pairs["recorded_on_listed"].le(pairs["recorded_on"]) & ~pairs["valid_to_listed"].le(pairs["recorded_on"])
    dearer = pairs["price_usd_per_mtok"] > pairs["price_usd_per_mtok_listed"] * SAME_LIST_PRICE
    return pd.Series(quotes.index.isin(pairs.loc[holds & dearer, "row"]), index=quotes.index)


def before_release(quotes: pd.DataFrame) -> Mask:
    """Recorded more than a month before the model's release: the name meant another model then."""
    return quotes["recorded_on"].lt(quotes["release_date"] - EARLY_ACCESS)


@dataclass(frozen=True)
class Rule:
    """A cleaning rule: `mask` marks the rows to quarantine, `reason` is written beside them.

    A rule that is `among_usable` sees only the rows that nothing else holds back: what it compares with must be a price. One in `doubt`
    suspects a slip where the price may be right; the others see what kind of price it is.
    """

    reason: str
    mask: Callable[[pd.DataFrame], Mask]
    among_usable: bool = False
    doubt: bool = False


RULES: tuple[Rule, ...] = (
    Rule("no day is stated", undated),
    Rule("input or output price is missing", missing_price),
    Rule("free tier id", free_tier),
    Rule("subscription or local, no price per token", subscription),
    Rule(ZERO_PRICE, zero_price),
    Rule("fine-tuned model", fine_tuned),
    Rule("not a text model", not_text),
    Rule("unit error suspected by the compilation", flagged_unit_error),
    Rule("per-character price on Vertex", vertex_per_character),
    Rule("typo put right within 14 days", corrected_typo),
    Rule("source restored an old price", source_regression),
    Rule("OpenRouter's price under the creator's name", copied_from_openrouter),
    Rule("GPT-4 Turbo's price entered for GPT-4", gpt4_turbo_entered_as_gpt4),
    Rule("tier beside the list price", not_list_tier),
    Rule("tier beside the list price, by the source", stated_tier),
    Rule("corrected by a later vintage", superseded),
    Rule("regional price", regional),
    Rule("yuan listed as dollars", yuan_as_dollar, doubt=True),
    Rule("50 times away from other quotes of the model", far_from_peers, doubt=True),
    Rule("50 times away from the price before it", jump_in_series, among_usable=True, doubt=True),
    Rule("input above output, as nowhere else at this seller", input_above_output, doubt=True),
    Rule("no text model has been sold at such a price", implausible_level, doubt=True),
    Rule("recorded before the model's release", before_release, doubt=True),
)
"""Every rule in the order of the reasons they give."""

DOUBTS = frozenset(rule.reason for rule in RULES if rule.doubt)
"""Reasons of the rules that suspect a slip."""


def quarantine_reasons(quotes: pd.DataFrame, decision: pd.Series | None = None) -> pd.Series:
    """Reason of the first rule that marks each quote, missing where none does.

    Parameters
    ----------
    quotes
        Resolved quotes with `first_party`, `price_usd_per_mtok` (the blend) and `release_date` of their model.
    decision
        `accept` or `reject` where a person has decided: an accepted quote is one to compare with, a rejected one is not.
    """
    none = len(RULES)
    first = np.full(len(quotes), none)
    decided = pd.Series(None, index=quotes.index, dtype="str") if decision is None else decision
    for number, rule in sorted(enumerate(RULES), key=lambda numbered: numbered[1].among_usable):
        usable = np.ones(len(quotes), dtype=bool)
        if rule.among_usable:
            usable = ((first == none) | decided.eq("accept").to_numpy()) & ~decided.eq("reject").to_numpy()
        marked = usable.copy()
        marked[usable] = rule.mask(quotes[usable]).fillna(False).to_numpy(dtype=bool)
        first[marked & (first == none)] = number
    reasons = pd.Series([*(rule.reason for rule in RULES), None], dtype="str")
    return reasons.take(first).set_axis(quotes.index)


def _id_matches(quotes: pd.DataFrame, pattern: str) -> Mask:
    return by_value(quotes["model_id"], lambda ids: ids.str.lower().str.contains(pattern, regex=True))


def _medians_of_others(values: np.ndarray) -> np.ndarray:
    """Median of all values but one, for each of at least two."""
    ordered, rank = np.sort(values), np.empty(len(values), int)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    left = len(values) - 1

    def nth(position: int) -> np.ndarray:
        return np.asarray(ordered[position + (position >= rank)])

    return nth(left // 2) if left % 2 else (nth(left // 2 - 1) + nth(left // 2)) / 2
