"""Names that sources give to efforts, and whose figures a list holds: the same words whichever list a score comes from."""

import re

_EXTERNAL = re.compile(r".*_external|external_benchmark_.*")
_TOKENS = re.compile(r"(\d+) ?k", re.IGNORECASE)
_THINKING_TOKENS = re.compile(r"(\d+) thinking tokens")
_UNSTATED = ("unknown",)


def publisher(source: str, spelling: str, *, self_reported: bool) -> str:
    """Whose figure a score is: scores of one publisher replace each other, those of several are averaged.

    Epoch AI's hub goes on where its older tables end; what it passes on from others is apart from its own runs, and so is what LLMStats
    has from the makers of models.

    Parameters
    ----------
    source
        Source of the list.
    spelling
        The benchmark as it stands there.
    self_reported
        The model's maker published it.
    """
    if source in ("epoch_hub", "epoch_stitching"):
        return "epoch_hub_external" if _EXTERNAL.fullmatch(spelling) else "epoch_hub"
    if source == "llmstats" and self_reported:
        return "llmstats_self_reported"
    return source


def effort(variant: str) -> str:
    """A reasoning effort in the words of the raw table of scores: `32K` and `32000 thinking tokens` are `thinking-32k`; empty for none."""
    if variant in _UNSTATED:
        return ""
    if match := _TOKENS.fullmatch(variant):
        return f"thinking-{match[1]}k"
    if match := _THINKING_TOKENS.fullmatch(variant):
        tokens = int(match[1])
        # 24,576 is 24 times 1024, 32,000 is 32 times a thousand.
        return f"thinking-{tokens // (1024 if tokens % 1024 == 0 else 1000)}k" if tokens else "none"
    return variant
