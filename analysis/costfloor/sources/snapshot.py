"""What a price list says, whatever format it came in: one tidy row per stated price."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from costfloor.errors import InputError
from costfloor.sources.entries import CHECK_FORMAT, EntryBuilder, rejected_frame
from costfloor.sources.values import day, identifier, price
from costfloor.text import MAX_TEXT, printable

PRICE_COLUMNS = (
    "input_usd_per_mtok",
    "output_usd_per_mtok",
    "cache_read_usd_per_mtok",
    "cache_write_usd_per_mtok",
    "batch_input_usd_per_mtok",
    "batch_output_usd_per_mtok",
)
DAY_COLUMNS = ("valid_from", "valid_to")
TIDY_COLUMNS = ("provider", "model_id", "tier", *PRICE_COLUMNS, "mode", *DAY_COLUMNS, "place", "note")
MODES = ("chat", "completion", "responses")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A price list as one reader understood it.

    Attributes
    ----------
    quotes
        One row per stated price, columns `TIDY_COLUMNS`; prices in USD per million tokens, finite, not negative. `tier` is empty for
        the base price; `valid_from` and `valid_to` are days that the source states itself; `place` is a JSON pointer (RFC 6901) or
        `row N`.
    rejected
        Entries with a wrong value, columns `REJECTED_COLUMNS`, all text.
    skipped
        How many entries are no whole price of a text model, by reason.
    unknown_fields
        How often a field occurs that the reader does not know.
    repeated
        How often a name is repeated with the same content; it is read once.
    rows_read
        Entries looked at. An entry is one price of one model: the base price and each tier count apart, and so does each step of a
        dated schedule; a model without a price is one entry. Always `len(quotes) + len(rejected) + sum(skipped.values())`.
    complete
        The list states everything that its source sells now, so that absence from it is an exit.
    """

    quotes: pd.DataFrame
    rejected: pd.DataFrame
    skipped: dict[str, int]
    unknown_fields: dict[str, int]
    rows_read: int
    complete: bool
    repeated: dict[str, int] = field(default_factory=dict)


def holding_on(quotes: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """The quotes that hold on a day, by what the source says: begun by then, and not yet ended.

    A list may hold the steps of a schedule, past and announced ones too; only one of them is the price of the day.
    """
    begun = ~quotes["valid_from"].gt(today)
    ended = quotes["valid_to"].le(today)
    return quotes[begun & ~ended]


class SnapshotBuilder(EntryBuilder):
    """Collects the prices of one file and checks each value on the way in.

    Parameters
    ----------
    file
        Display name, for messages.
    """

    def __init__(self, file: str) -> None:
        super().__init__(file, "prices")
        self._quotes: list[tuple[object, ...]] = []

    def add(
        self,
        place: str,
        provider: object,
        model_id: object,
        prices: Mapping[str, object],
        *,
        per_token: bool = False,
        tier: str = "",
        mode: str = "chat",
        valid_from: object = None,
        valid_to: object = None,
        note: str = "",
        provider_required: bool = True,
    ) -> None:
        """Add one price, or reject or skip it.

        Parameters
        ----------
        place
            Where it stands in the file.
        provider, model_id
            Ids as found.
        prices
            Values as found, by the names in `PRICE_COLUMNS`; absent and None mean not stated.
        per_token
            The values are USD per token, not per million.
        tier, mode, valid_from, valid_to, note
            As in `TIDY_COLUMNS`, the days as found.
        provider_required
            False when the source leaves the provider out now and then.
        """
        value: object = None
        try:
            ids = [
                identifier(value := provider, "provider", required=provider_required),
                identifier(value := model_id, "model id"),
            ]
            numbers = []
            for column in PRICE_COLUMNS:
                label = column.removesuffix("_usd_per_mtok").replace("_", " ")
                numbers.append(price(value := prices.get(column), f"{label} price", per_token=per_token))
            start = day(value := valid_from, "first day")
            end = day(value := valid_to, "last day")
            if start is not None and end is not None and end < start:
                raise ValueError("ends before it begins")
        except ValueError as error:
            self.reject(place, provider, model_id, str(error), value)
            return
        for number, which in zip(numbers[:2], ("input", "output"), strict=True):
            if number is None:
                self.skip(f"no {which} price")
                return
        self.count_entry()
        row = (*ids, printable(tier), *numbers, mode, start, end, printable(place), printable(note))
        self._quotes.append(row)

    def build(self, *, complete: bool) -> Snapshot:
        """Close the list.

        Raises
        ------
        InputError
            There is no price in it, or most prices are unreadable.
        """
        self.refuse_unreadable(len(self._quotes))
        if not self._quotes:
            counts = "; ".join(f"{count} x {reason}" for reason, count in self.skipped.most_common(3))
            raise InputError(
                f"holds no price of a text model{f' ({counts})' if counts else ''}", file=self.file, remedy=CHECK_FORMAT
            )
        return Snapshot(
            _frame(self._quotes, TIDY_COLUMNS),
            rejected_frame(self.rejected),
            dict(self.skipped),
            dict(self.unknown_fields),
            self.rows_read(len(self._quotes)),
            complete,
            dict(self.repeated),
        )


def tier_above(tokens: object, what: str = "tokens") -> str:
    """Name of the tier of a context longer than `tokens`.

    Raises
    ------
    ValueError
        Not a plausible number of tokens.
    """
    if (
        isinstance(tokens, bool)
        or not isinstance(tokens, int | float)
        or not 0 < tokens < 1e12
        or tokens != int(tokens)
    ):
        raise ValueError("tier does not begin at a whole number of tokens")
    return f"above {int(tokens)} {what}"


def label(name: object, extra: Mapping[str, object] | None = None) -> str:
    """A note on how the source names a model; what is no text is left out."""
    parts = [f"listed as {name}"] if isinstance(name, str) and name else []
    parts += [f"{key} {value}" for key, value in (extra or {}).items() if isinstance(value, str) and value]
    return printable(re.sub(r"\s+", " ", "; ".join(parts)), MAX_TEXT)


def _frame(rows: list[tuple[object, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pd.DataFrame({name: _column(name, cells) for name, cells in zip(columns, values, strict=True)})


def _column(name: str, cells: tuple[object, ...]) -> pd.Series:
    if name in PRICE_COLUMNS:
        return pd.Series([np.nan if cell is None else cell for cell in cells], dtype="float64")
    if name in DAY_COLUMNS:
        days = np.array(["NaT" if cell is None else str(cell) for cell in cells], dtype="datetime64[D]")
        return pd.Series(days.astype("datetime64[us]"))
    return pd.Series(cells, dtype="str")
