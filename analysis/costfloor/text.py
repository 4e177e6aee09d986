"""One rule for text that enters from outside, and how text is shown that breaks it.

A name or a reason is stored, printed, drawn and set in type. So it is normalised (NFC: one spelling of one text) and holds nothing that
a terminal, a table or a figure would act on instead of showing it: control characters, separators of lines and paragraphs, stray
surrogates, code points that are no characters, and what overrides the direction of the text around it (Unicode Standard Annex 9).
Letters of any script and pictures are text.
"""

import re
import unicodedata

MAX_TEXT = 500
"""Longest name or reason, in characters."""

UNSAFE = (
    "["
    "\x00-\x1f\x7f-\x9f"  # control
    "\u2028\u2029"  # separators of lines and paragraphs
    "\u202a-\u202e\u2066-\u2069"  # overrides of direction
    "\ufdd0-\ufdef"
    + "".join(f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
"""Character class, for `re` and for Arrow, of what no text may hold; Arrow has no surrogates."""

_UNSAFE = re.compile(f"{UNSAFE[:-1]}\ud800-\udfff]")


def clean_text(text: str, what: str) -> str:
    """The text in its normal form.

    Parameters
    ----------
    text
        A name, an id, a title or a reason.
    what
        What it is, for the message.

    Raises
    ------
    ValueError
        It is longer than `MAX_TEXT` or holds what the rule above leaves out; the message says which.
    """
    if len(text) > MAX_TEXT:
        raise ValueError(f"{what} is longer than {MAX_TEXT} characters")
    if _is_plain(text):
        return text
    if _UNSAFE.search(text):
        raise ValueError(f"{what} holds control characters")
    return unicodedata.normalize("NFC", text)


def printable(text: str, limit: int = MAX_TEXT) -> str:
    """Text in one line that can be shown: what the rule leaves out is escaped, and the rest of a very long one left out."""
    if len(text) <= limit and _is_plain(text):
        return text
    shown = _UNSAFE.sub(lambda match: ascii(match.group())[1:-1], text[:limit])
    return f"{shown}... ({len(text)} characters)" if len(text) > limit else shown


def _is_plain(text: str) -> bool:
    """Letters, digits and signs of ASCII, as nearly every text is: safe and in its normal form, which is quick to see."""
    return text.isascii() and text.isprintable()
