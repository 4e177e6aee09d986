"""Prices that depend on the hour: for how much of a week the cheaper ones hold, as LiteLLM writes it."""

import re
from collections.abc import Iterator, Mapping

DAY = 24 * 60
WEEK = 7 * DAY
HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def minutes_a_week(block: Mapping[str, object]) -> int:
    """Minutes of a week in which the prices of an `off_peak_pricing` block hold.

    Parameters
    ----------
    block
        `hours_utc`, one window such as `16:30-00:30` or a list of them, for every day; and `windows`, each with its `hours_utc` and
        `weekdays` (1 for Monday to 7, or names). A window whose start is its end covers the day.

    Raises
    ------
    ValueError
        The block names no hours, or cannot be read.
    """
    open_minutes: set[int] = set()
    if "hours_utc" in block:
        open_minutes |= {day * DAY + minute for day in range(7) for minute in _minutes(block["hours_utc"])}
    windows = block.get("windows", [])
    if not isinstance(windows, list):
        raise ValueError("windows of off-peak hours are not a list")
    for window in windows:
        if not isinstance(window, dict):
            raise ValueError("window of off-peak hours is not an object")
        days = set(_weekdays(window.get("weekdays")))
        # What runs over midnight belongs to the day on which it begins.
        open_minutes |= {(day * DAY + minute) % WEEK for day in days for minute in _minutes(window.get("hours_utc"))}
    if not open_minutes:
        raise ValueError("off-peak prices without hours")
    return len({minute % WEEK for minute in open_minutes})


def _minutes(hours: object) -> Iterator[int]:
    """Minutes from midnight on, beyond the day where a window runs over midnight."""
    for text in hours if isinstance(hours, list) else [hours]:
        match = HOURS.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ValueError("off-peak hours are not written as 16:30-00:30")
        start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
        start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
        yield from range(start, end if end > start else end + DAY)


def _weekdays(days: object) -> Iterator[int]:
    if days is None:
        yield from range(7)
        return
    if not isinstance(days, list):
        raise ValueError("weekdays of off-peak hours are not a list")
    for day in days:
        if isinstance(day, int) and not isinstance(day, bool) and 1 <= day <= 7:
            yield day - 1
        elif isinstance(day, str) and day.lower()[:3] in WEEKDAYS:
            yield WEEKDAYS.index(day.lower()[:3])
        else:
            raise ValueError("weekday of off-peak hours is neither 1 to 7 nor a name")
