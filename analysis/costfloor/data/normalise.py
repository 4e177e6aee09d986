"""One spelling for the many ways hosts write a model id."""

import re
from functools import cache

_ROUTING = re.compile(r"^hf:")
_REGION = r"^(?:(?:us|eu|apac|au|jp|ca|sa|in|global|us-gov)\.)?"
_VERSION_ONLY = re.compile(_REGION + r"deepseek\.(?=v\d+\.\d)")
_VENDOR = re.compile(
    _REGION
    + r"(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|xai|zai)"
    r"(?:\.|--)(?=[a-z])"
)
_SUFFIX = re.compile(
    r"(:(free|thinking|beta|extended|online|nitro|exacto)|-v?\d+:0|-maas|-tee|@(default|001)|-(fp8|fp16|bf16|int8|awq|nvfp4)"
    r"|(?<=instruct)-(turbo|lite|hf)|(?<=-\d-\d)-v1)$"
)
_CREATOR = re.compile(
    r"^(regional\.anthropic\.|amazon-(?=nova)|anthropic-(?=claude)|cohere-(?=command)|databricks-|gemini-(?=gemma)|google-(?=gem)"
    r"|meta-(?=llama)|moonshot(ai)?-(?=kimi)|openai-(?=o\d|gpt)|qwen-(?=qw)|zai-(org-)?(?=glm))"
)
_EXPERTS = re.compile(r"-17b-(16|128)e")


@cache
def strip_id(model_id: str) -> str:
    """A model id in lower case without host, creator, region, version and precision; its words stay apart.

    Examples
    --------
    >>> strip_id("bedrock/us-east-1/anthropic.claude-3-haiku-20240307-v1:0")
    'claude-3-haiku-20240307'
    >>> strip_id("accounts/fireworks/models/llama-v3p1-405b-instruct")
    'llama-3.1-405b-instruct'
    """
    name, before = model_id.lower(), None
    while before != name:
        before = name
        name = _ROUTING.sub("", name.rstrip("/ ").rsplit("/", 1)[-1].strip())
        name = _SUFFIX.sub("", _VENDOR.sub("", _VERSION_ONLY.sub("deepseek-", name)))
        name = re.sub(r"@(\d+|latest)$", r"-\1", name)
        name = re.sub(r"(?<=\d)p(?=\d)", ".", name)
        name = _EXPERTS.sub("", name)
        name = _CREATOR.sub("", name)
        name = re.sub(r"^llama-v(?=\d)", "llama-", name)
    return name


@cache
def compact(name: str) -> str:
    """Letters and digits only, lower case: `Claude 3.5 Haiku`, `claude-3-5-haiku` and `claude-3.5-haiku` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("+", "plus"))


_DISPLAY_NOISE = re.compile(
    r"\s*(\((option|aime|swe)[^)]*\)|option\s*\d+|\+a\d+|\[source labels[^\]]*\])", re.IGNORECASE
)
_EFFORT = re.compile(
    r"\s*(\((non-)?reasoning\)|\((x?high|medium|low|minimal)\)|\(extended thinking\)|(?<=sonnet) thinking"
    r"|_(x?high|medium|low|minimal|\d+k))$",
    re.IGNORECASE,
)


def strip_display_name(name: str) -> str:
    """A display name without the marks of a benchmark run: options, reasoning effort, budgets.

    Examples
    --------
    >>> strip_display_name("Claude 4 Sonnet (Extended Thinking) (Option 2)")
    'Claude 4 Sonnet'
    """
    before = None
    while before != name:
        before = name
        name = _EFFORT.sub("", _DISPLAY_NOISE.sub("", name)).strip()
    return name


_DATE_SUFFIX = re.compile(r"-(20\d{6}|20\d{2}-\d{2}-\d{2}|\d{2}-\d{2}|\d{2}-20\d{2}|\d{4}|00\d|latest)$")


def version_stem(tail: str) -> str:
    """The part of an id that its snapshots share: `claude-3-5-sonnet-20241022` and `claude-3-5-sonnet-latest` are one."""
    return _DATE_SUFFIX.sub("", tail)
