"""What the readers of all formats share: entries of one file are taken, rejected with a reason, or skipped by kind, and each is counted."""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from costfloor.errors import InputError
from costfloor.sources.values import described
from costfloor.text import printable

REJECTED_COLUMNS = ("place", "provider", "model_id", "reason", "value")

# So that a hostile file cannot make the report as large as itself.
MAX_FIELD_NAME = 80
MAX_FIELD_NAMES = 1000
MAX_ENTRIES = 100_000
"""Several times as many as the longest public list has."""

CHECK_FORMAT = "Check that FORMAT names the format of this file"


class EntryBuilder:
    """Counts the entries of one file.

    Parameters
    ----------
    file
        Display name, for messages.
    what
        What an entry states, in the plural: "prices".
    """

    def __init__(self, file: str, what: str) -> None:
        self.file = file
        self.what = what
        self.rejected: list[tuple[str, ...]] = []
        self.skipped: Counter[str] = Counter()
        self.unknown_fields: Counter[str] = Counter()
        self.repeated: Counter[str] = Counter()
        self._entries = 0

    def skip(self, reason: str) -> None:
        """Count an entry that is not of the kind that is read."""
        self.count_entry()
        self.skipped[printable(reason)] += 1

    def reject(self, place: str, provider: object, model_id: object, reason: str, value: object) -> None:
        """Keep an entry with a wrong value, and why."""
        self.count_entry()
        shown = (printable(name) if isinstance(name, str) else described(name) for name in (provider, model_id))
        self.rejected.append((printable(place), *shown, reason, described(value)))

    def count_unknown(self, names: Iterable[str]) -> None:
        """Count fields that the reader does not know."""
        for name in names:
            _count(name, self.unknown_fields)

    def count_repeated(self, name: str) -> None:
        """Count a name that is repeated with the same content."""
        _count(name, self.repeated)

    def count_entry(self) -> None:
        """Count an entry; raises InputError when there are more than any list has."""
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            remedy = f"Is it the right file? At most {MAX_ENTRIES:,} are read"
            raise InputError(f"holds too many {self.what}", file=self.file, remedy=remedy)

    def rows_read(self, taken: int) -> int:
        """Entries looked at: those taken, rejected and skipped."""
        return taken + len(self.rejected) + sum(self.skipped.values())

    def refuse_unreadable(self, taken: int) -> None:
        """Raise InputError when more entries are wrong than right."""
        if len(self.rejected) > taken:
            place, _, _, reason, value = self.rejected[0]
            raise InputError(
                f"most {self.what} are unreadable ({len(self.rejected)} of {len(self.rejected) + taken}): has the format "
                f"changed? The first, at {place}: {reason}",
                file=self.file,
                value=value,
                remedy=CHECK_FORMAT,
            )


def rejected_frame(rejected: Iterable[tuple[str, ...]] = ()) -> pd.DataFrame:
    """Entries with a wrong value as a table of text, columns `REJECTED_COLUMNS`."""
    return pd.DataFrame(list(rejected), columns=list(REJECTED_COLUMNS), dtype="str")


def _count(name: str, counts: Counter[str]) -> None:
    short = printable(name, MAX_FIELD_NAME)
    counts[short if short in counts or len(counts) < MAX_FIELD_NAMES else "(further names)"] += 1
