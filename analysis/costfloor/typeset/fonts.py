"""Which characters the fonts of the report have, and what stands for the others: their numbers, as on a poor terminal.

Libertinus comes with Typst and DejaVu with matplotlib. No font for Chinese, Japanese and Korean is small enough to come along.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.ft2font import FT2Font

FOLDER: Final = Path(mpl.get_data_path()) / "fonts" / "ttf"

FACES: Final = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")

MISSING_GLYPH: Final = r"Glyph \d+ .*missing from font"
"""Matplotlib's warning where it draws the box of its font of last resort."""


def legible(content: Any) -> Any:
    r"""Plain data with every character that no font has, or that cannot be seen, as its number: `\u667a`."""
    if isinstance(content, dict):
        return {name: legible(part) for name, part in content.items()}
    if isinstance(content, list | tuple):
        return [legible(part) for part in content]
    if isinstance(content, str):
        return "".join(letter if letter in _letters() else ascii(letter)[1:-1] for letter in content)
    return content


@cache
def _letters() -> frozenset[str]:
    faces = [{chr(code) for code in FT2Font(FOLDER / face).get_charmap()} for face in FACES]
    seen = {
        letter
        for letter in frozenset.intersection(*map(frozenset, faces))
        if unicodedata.category(letter)[0] not in "CZ"
    }
    return frozenset(seen | set(" \n\t\u00a0\u2009"))
