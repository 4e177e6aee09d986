"""Sizes that a model's name states, as in `llama-3.1-70b` or `qwen3-235b-a22b`."""

import re
from typing import Final

_BILLIONS: Final = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])")
_ACTIVE: Final = re.compile(r"(?<![a-z0-9.])a(\d+(?:\.\d+)?)b(?![a-z0-9])")
_EXPERTS: Final = re.compile(r"\d+x\d|moe")


def size_in_name(name: str) -> tuple[float, float] | None:
    """Total and active parameters that a name states, billions; None where it states none, or not both.

    One number is that of a dense model, in which all parameters are active. A name that tells of experts without saying how many
    parameters are active (`mixtral-8x7b`) states neither: experts share layers, so that the product is not the total.

    Parameters
    ----------
    name
        Of a model, with or without its maker and a slash.

    Examples
    --------
    >>> size_in_name("meta/llama-3.1-70b-instruct")
    (70.0, 70.0)
    >>> size_in_name("qwen/qwen3-235b-a22b")
    (235.0, 22.0)
    >>> size_in_name("mistral/mixtral-8x7b-v0.1") is None
    True
    """
    words = name.rsplit("/", 1)[-1].lower().replace("_", "-").replace(" ", "-")
    totals, actives = _BILLIONS.findall(words), _ACTIVE.findall(words)
    if len(totals) != 1 or len(actives) > 1 or (not actives and _EXPERTS.search(words)):
        return None
    total, active = float(totals[0]), float(actives[0] if actives else totals[0])
    return (total, active) if 0.0 < active <= total else None
