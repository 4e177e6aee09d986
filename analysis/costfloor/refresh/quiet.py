"""Sources that went silent, and those that go on saying the same."""

import datetime as dt
from collections.abc import Collection

from costfloor.data.store import Store
from costfloor.data.vintages import Vintage
from costfloor.data.withdrawals import standing_vintages
from costfloor.refresh.result import Quiet
from costfloor.silence import LONG
from costfloor.sources.formats import FORMATS, Reading


def quiet_sources(store: Store, unchanged: Collection[str], day: dt.date) -> tuple[Quiet, ...]:
    """Sources with nothing new for more than `LONG`; tables of one's own are none.

    Parameters
    ----------
    store
        The raw data.
    unchanged
        Formats whose server has just said that the list is the one in the store.
    day
        The newest day of anything in the store.
    """
    by_format: dict[str, list[Vintage]] = {}
    for vintage in sorted(standing_vintages(store), key=lambda vintage: vintage.observed_on):
        by_format.setdefault(vintage.format, []).append(vintage)
    listed = [
        _quiet(store, name, vintages, day if name in unchanged else vintages[-1].day, day)
        for name, vintages in by_format.items()
        if not FORMATS[name].named_by_file
    ]
    return tuple(
        sorted((quiet for quiet in listed if quiet), key=lambda quiet: (quiet.kind, quiet.since, quiet.format))
    )


def newest_inside(reading: Reading) -> str | None:
    """The newest day of a measurement or a release that a file states; ISO, None when it states none.

    The days of prices do not count: a list of prices that do not move may be well kept.
    """
    days: list[str] = []
    if reading.scores is not None:
        days += reading.scores.rows["measured_on"].tolist()
    if reading.facts is not None:
        facts = reading.facts.rows
        days += facts.loc[facts["field"].eq("release_date"), "value"].tolist()
    return max((day for day in days if len(day) == len("2026-01-31")), default=None)


def _quiet(store: Store, name: str, vintages: list[Vintage], last: dt.date, day: dt.date) -> Quiet | None:
    if day - last > LONG:
        return Quiet(name, "silent", str(last))
    newest = vintages[-1]
    same = next((v for v in reversed(vintages) if v.sha256 != newest.sha256), None)
    since = vintages[0] if same is None else vintages[vintages.index(same) + 1]
    if day - since.day > LONG:
        return Quiet(name, "frozen", str(since.day))
    inside = newest_inside(store.reading(newest))
    if inside is not None and last - dt.date.fromisoformat(inside) > LONG:
        return Quiet(name, "frozen", inside)
    return None
