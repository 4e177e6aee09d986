"""Single values of scores and facts: which scales and fields there are, and what is a possible value of each."""

import math
import re
from collections.abc import Iterable

from costfloor.sources.values import DECIMAL, described, identifier, partial_day

SCALES = {"fraction": (0.0, 1.0), "percent": (0.0, 100.0), "raw": (-1e12, 1e12)}
"""Lowest and highest score on each scale. `raw` is points, an Elo rating, minutes: whatever the benchmark counts."""

FIELDS = {
    "name": "",
    "creator": "",
    "release_date": "",
    "open_weights": "",
    "reasoning": "",
    "license": "",
    "huggingface_id": "",
    "openrouter_id": "",
    "base_model": "",
    "slug": "",
    "params_total_b": "billions",
    "params_active_b": "billions",
    "context_tokens": "tokens",
}
"""The facts that are read, with their units; `base_model` is the canonical model that an entry extends, `slug` another id of the source."""

DAYS, FLAGS = ("release_date",), ("open_weights", "reasoning")
FIRST_RELEASE = "2010"
"""No language model is older; the zero of a computer's clock, 1970, stands in some lists for a day that nobody filled in."""

NUMBERS = {"params_total_b": (1e-3, 1e5), "params_active_b": (1e-3, 1e5), "context_tokens": (1.0, 1e10)}
"""Lowest and highest plausible value: a million parameters given as a billion, or a raw count as billions, is out of range."""

HUGGING_FACE = re.compile(
    r"(?:https?://(?:www\.)?(?:huggingface\.co|hf\.co)/)?"
    r"(?!(?:collections|datasets|spaces|papers|blog|docs|models)/)([\w.-]{1,100}/[\w.-]{1,100})"
    r"(?:/(?:tree|blob)/[^\s?#]*)?/?(?:[?#]\S*)?",
    re.ASCII,
)
"""A model there, by its address or as owner/name."""

ENOUGH_TO_TELL = 5
"""So many scores of 1 % and less do not come together by chance."""


def scale_problem(scores: Iterable[object], scale: str) -> str | None:
    """Why the scores of one list cannot be on a scale; None when they can.

    A list that changes from fractions to percentages still holds scores up to 1, and the other way round all would pass for percentages:
    one by one they look right.

    Parameters
    ----------
    scores
        As found; what is no number is left to the check of each.
    scale
        A key of `SCALES`.
    """
    numbers = []
    for score in scores:
        try:
            numbers.append(bounded(score, "score", *SCALES["raw"]))
        except ValueError:
            continue
    above = sum(number > 1 for number in numbers)
    if scale == "fraction" and 2 * above > len(numbers):
        return "most scores of this list are above 1: are they percentages?"
    if scale == "percent" and len(numbers) >= ENOUGH_TO_TELL and not above:
        return "no score of this list is above 1: are they fractions?"
    return None


def bounded(value: object, what: str, low: float, high: float) -> float:
    """A finite number within bounds; a plain decimal number in quotes counts as one.

    Raises
    ------
    ValueError
        It is none; the message says why.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{what} is {described(value)}, not a number")
    if isinstance(value, str):
        value = value.strip()
        if len(value) > 40 or not DECIMAL.fullmatch(value):
            raise ValueError(f"{what} is text, not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{what} is not finite")
    if not low <= number <= high:
        raise ValueError(f"{what} is not between {low:,.10g} and {high:,.10g}")
    return number + 0.0  # no negative zero


def fact_value(field: str, value: object) -> str:
    """The value of a fact as text, by the kind of its field.

    Raises
    ------
    ValueError
        It is none; the message says why.
    """
    what = field.replace("_", " ")
    if field in DAYS:
        day = partial_day(value, what)
        if day < FIRST_RELEASE:
            raise ValueError(f"{what} is before {FIRST_RELEASE}")
        return day
    if field in FLAGS:
        flag = str(value).lower() if isinstance(value, bool | str) else ""
        if flag not in ("true", "false"):
            raise ValueError(f"{what} is {described(value)}, not true or false")
        return flag
    if field in NUMBERS:
        return f"{bounded(value, what, *NUMBERS[field]):.12g}"
    # Names come with stray line breaks.
    text = identifier(" ".join(value.split()) if isinstance(value, str) else value, what)
    if field != "huggingface_id":
        return text
    model = HUGGING_FACE.fullmatch(text)
    if model is None:
        raise ValueError("not a model of Hugging Face, by its address or as owner/name")
    return model.group(1)
