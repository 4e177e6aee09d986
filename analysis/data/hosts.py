"""Who sells: one name per seller over all spellings, and what kind of seller it is."""

import re
from functools import cache

import pandas as pd

from analysis.data.distinct import distinct_rows

# Spellings that differ from the host's name; everything else keeps its own name in lower case.
_SPELLING = {
    "ai21 labs": "ai21",
    "amazon": "amazon-bedrock",
    "amazon-bedrock": "amazon-bedrock",
    "aws": "amazon-bedrock",
    "bedrock": "amazon-bedrock",
    "bedrock_converse": "amazon-bedrock",
    "sagemaker": "amazon-sagemaker",
    "azure_ai": "azure",
    "azure_text": "azure",
    "azure-cognitive-services": "azure",
    "cerebras systems": "cerebras",
    "cloudflare": "cloudflare-workers-ai",
    "codestral": "mistral",
    "text-completion-codestral": "mistral",
    "cohere_chat": "cohere",
    "fireworks ai": "fireworks",
    "fireworks-ai": "fireworks",
    "fireworks_ai": "fireworks",
    "friendliai": "friendli",
    "gemini": "google",
    "palm": "google",
    "google deepmind": "google",
    "lepton ai": "lepton",
    "llama": "meta",
    "minimax-cn": "minimax",
    "mistral ai": "mistral",
    "moonshot": "moonshotai",
    "moonshot-ai": "moonshotai",
    "moonshotai-cn": "moonshotai",
    "reka ai": "reka",
    "siliconflow-cn": "siliconflow",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "togetherai": "together",
    "vercel_ai_gateway": "vercel",
    "x-ai": "xai",
    "zhipuai": "zai",
    "watsonx": "ibm",
    "bailing": "inclusionai",
}

# The creators whose own models a host sells first hand.
_OWN_CREATORS = {
    "ai21": {"ai21"},
    "alibaba": {"qwen"},
    "alibaba-cn": {"qwen"},
    "amazon-bedrock": {"amazon"},
    "azure": {"microsoft"},
    "anthropic": {"anthropic"},
    "baidu": {"baidu"},
    "cohere": {"cohere"},
    "deepseek": {"deepseek"},
    "google": {"google", "deepmind", "google-research"},
    "google-vertex": {"google", "deepmind", "google-research"},
    "ibm": {"ibm"},
    "inclusionai": {"inclusionai"},
    "meta": {"meta"},
    "minimax": {"minimax"},
    "mistral": {"mistral"},
    "moonshotai": {"moonshotai"},
    "nvidia": {"nvidia"},
    "openai": {"openai"},
    "perplexity": {"perplexity"},
    "reka": {"reka"},
    "upstage": {"upstage"},
    "xai": {"xai"},
    "xiaomi": {"xiaomi"},
    "zai": {"zai"},
}

_CLOUDS = {
    "amazon-bedrock", "amazon-sagemaker", "azure", "databricks", "google-vertex", "ibm", "nvidia", "oci", "sap-ai-core", "vultr",
}  # fmt: skip

_AGGREGATORS = {
    "abacus", "agentrouter", "aihubmix", "cloudflare-ai-gateway", "cortecs", "fastrouter", "github-copilot", "github-models",
    "gradient_ai", "helicone", "huggingface", "iflowcn", "modelscope", "moark", "nano-gpt", "opencode", "openrouter", "poe",
    "qihang-ai", "requesty", "synthetic", "venice", "vercel", "zenmux",
}  # fmt: skip

MARKET_LOW = "lowest of month"


@cache
def host_name(source: str, provider: str) -> str:
    """The seller's one name.

    Parameters
    ----------
    source
        Price source; `monthly_lowest` names the creator, never the seller, and gets the host `lowest of month`.
    provider
        Seller as the source spells it; empty when it says nothing.
    """
    if source == "monthly_lowest":
        return MARKET_LOW
    spelled = provider.strip().lower()
    if spelled.startswith(("vertex_ai", "google-vertex")):
        return "google-vertex"
    spelled = re.sub(r"^huggingface_", "", spelled)
    return _SPELLING.get(spelled, spelled) or "unknown"


def attach_hosts(quotes: pd.DataFrame) -> pd.DataFrame:
    """Add `host`, `host_kind` and `first_party` to resolved quotes.

    Parameters
    ----------
    quotes
        Needs `source`, `provider`, `model_id` and `model_key`; the creator is the part of `model_key` before the slash.

    Returns
    -------
    pandas.DataFrame
        The same rows. Google's two doors to its own models, the Gemini API and Vertex, are one seller, `google`; what it
        sells of others is `google-vertex`.
    """
    offers = quotes[["source", "provider", "model_key"]]
    first, kind = distinct_rows(offers)
    offers = offers.iloc[first]
    named = [
        _seller(host_name(source, provider), key.split("/")[0])
        for source, provider, key in zip(
            offers["source"], offers["provider"].fillna(""), offers["model_key"].fillna(""), strict=True
        )
    ]
    sellers = pd.DataFrame(named, columns=["host", "host_kind", "first_party"])
    return quotes.assign(**sellers.iloc[kind].set_axis(quotes.index))


def _seller(host: str, creator: str) -> tuple[str, str, bool]:
    own = creator in _OWN_CREATORS.get(host, ())
    doors = {"google-vertex": "google"} if own else {"google": "google-vertex"}
    named = doors.get(host, host)
    return named, _kind(named, own), own


def _kind(host: str, own: bool) -> str:
    if host == MARKET_LOW:
        return "market_low"
    if own:
        return "first_party"
    if host in _CLOUDS:
        return "cloud"
    return "aggregator" if host in _AGGREGATORS else "inference_host"
