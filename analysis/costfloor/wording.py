"""Words for durations and for places in a row, in lines of progress."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def duration(seconds: float) -> str:
    """Seconds in words, to two digits or so: `89 s`, `12 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def ordinal(number: int) -> str:
    """The place in a row, from 1: `first`, `second`, up to `tenth`, then `11th`, `12th` and so on."""
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"{number}th"
