"""Names of models: what makes two of them one, what is no chat model, and what is another service of the same."""

import re
from functools import cache

import pandas as pd

from costfloor.data.normalise import compact, strip_display_name, strip_id, version_stem

NO_CHAT = re.compile(
    r"embed|rerank|moderation|guard|whisper|transcri|tts|speech|audio|voice|voxtral|sonic|realtime|(?<![a-z])live|livetranslate|asr|ocr"
    r"|captioner|image|imagen|(?<![a-z])veo|video|lyria|flux|sora|diffusion|translate|(?<![a-z])mt(?![a-z0-9])|colbert|bge|(?<![a-z])e5(?![a-z0-9])"
    r"|parakeet|nemoretriever|deplot|retriever|search-api|search-preview|deep-research|computer-use|robotics|model-router|paddle",
    re.IGNORECASE,
)
"""Words of ids of models for other tasks, and of services around a chat model that have prices of their own."""

OTHER_WEIGHTS = re.compile(
    r"(?<![a-z])(awq|gptq|gguf|int[48]|fp[48]|nvfp4|mxfp4|bnb|quant\w*|draft|dynamic|lora|ft|finetune\w*|abliterated|uncensored|heretic"
    r"|derestricted|groq-llama|cerebras-llama)(?![a-z])",
    re.IGNORECASE,
)
"""Words of an id that say that its weights are others: quantized, tuned, or changed by somebody else."""

SERVED = re.compile(
    rf"{OTHER_WEIGHTS.pattern}|(?<![a-z])(fast|turbo|lightning|highspeed|high-throughput|distill\w*|chimera|\d+k)(?![a-z])",
    re.IGNORECASE,
)
"""These, and words that say that a model is served in a way of its own, at a price of its own."""

SOFT = re.compile(
    r"preview|exp|experimental|it|instruct|chat|beta|hf|a\d+b|\d{4}|\d{6}|\d{8}|v\d|thinking|reasoning|non"
)
"""Words that sources add and leave out: names that differ in these alone may be one model, which a person decides."""

SIZES_OF_A_LINE = re.compile(
    r"(?<![a-z])(nano|mini|small|medium|large|micro|tiny|lite|flash|flashx|plus|pro|max|ultra|air|haiku|sonnet|opus|coder?|codex|vl|omni)(?![a-z])"
)
"""Words that tell the models of one line apart: a name that a host states is a slip when its own id has another one."""

MOVING = re.compile(r"latest|^auto$|-auto$", re.IGNORECASE)
EFFORT = re.compile(r"-(?:thinking|(?:non-)?reasoning|none|minimal|low|medium|high|xhigh|max)$")
_SIZE = re.compile(r"\d+[bmt]")
_DAY = re.compile(r"-(20\d{2})-?(\d{2})-?(\d{2})$")


def bare_name(name: str) -> str:
    """A display name without the maker in front, as in `OpenAI: GPT-5.1` and `tencent/Hunyuan`."""
    return name.rsplit(": ", 1)[-1].rsplit("/", 1)[-1]


@cache
def spelled_name(name: str, prefix: str) -> str:
    """Letters and digits of a display name, without effort and without the creator in front.

    Examples
    --------
    >>> spelled_name("NVIDIA Nemotron 3 Super (high)", "nvidia")
    'nemotron3super'
    """
    bare = compact(strip_display_name(bare_name(name)))
    shorter = bare.removeprefix(compact(prefix))
    return shorter if shorter and not shorter[0].isdigit() else bare


@cache
def spelled_id(model_id: str, prefix: str) -> str:
    """Letters and digits of an id without host, creator, region and precision."""
    return spelled_name(strip_id(model_id), prefix)


@cache
def slug(name: str) -> str:
    """A name as the second part of a key: lower case, words joined by hyphens.

    Examples
    --------
    >>> slug("Claude Opus 4.6 (Preview)")
    'claude-opus-4.6-preview'
    """
    words = re.sub(r"[^a-z0-9.]+", "-", strip_display_name(name).lower().replace("+", "-plus"))
    return words.strip("-.")


def dated_stem(model_id: str) -> tuple[str, pd.Timestamp | None]:
    """An id without the day at its end, and that day; the id as it is and None when it ends in none."""
    ending = _DAY.search(model_id)
    day = None if ending is None else pd.to_datetime("-".join(ending.groups()), format="%Y-%m-%d", errors="coerce")
    return (model_id, None) if ending is None or day is None or pd.isna(day) else (model_id[: ending.start()], day)


def is_snapshot(model_id: str) -> bool:
    """Whether an id names one snapshot, by its day, month or number."""
    return version_stem(model_id) != model_id and not MOVING.search(model_id)


@cache
def hard_words(slug_of_name: str, prefix: str) -> frozenset[str]:
    """The words of a slug that tell the models of one maker apart."""
    words = re.split(r"[-.]", slug_of_name.removeprefix(f"{prefix}-"))
    return frozenset(word for word in words if word not in ("", "0") and not SOFT.fullmatch(word))


def alike(words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether hard words are the same, where one name may leave out the size that the other states."""
    if words == others:
        return True
    sizes, other_sizes = ({word for word in some if _SIZE.fullmatch(word)} for some in (words, others))
    return bool(sizes) != bool(other_sizes) and words - sizes == others - other_sizes
