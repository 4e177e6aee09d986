"""A statement of a source on a model: what it is called, who made it, when it was released, and where its weights lie."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from costfloor.data.creators import Creators
from costfloor.data.model_names import SERVED, spelled_id, spelled_name
from costfloor.data.model_states import PROPERTIES, states
from costfloor.data.normalise import strip_id
from costfloor.data.spellings import ROUGH, SAME_RELEASE

EPOCH = ("epoch_hub", "epoch_eci", "epoch_stitching")
TRUSTED = ("artificial_analysis", "llmstats", *EPOCH)
"""Sources whose entry alone makes a model, beside makers themselves and own tables."""

ALIAS_SOURCES = {"models_dev": "models.dev", "artificial_analysis": "artificial_analysis_slug"}
"""Names of sources in the table of aliases, where they differ from those of facts."""

type Days = tuple[pd.Timestamp, pd.Timestamp]


class Statement(NamedTuple):
    """A state of an entry, with who made the model, and the first and last day that the stated release may mean."""

    day: pd.Timestamp
    source: str
    provider: str
    model_id: str
    name: str
    creator: str
    prefix: str
    first_party: bool
    release_date: str
    days: Days | None
    huggingface_id: str
    openrouter_id: str
    base_model: str
    place: str
    properties: Mapping[str, str]

    @property
    def entry(self) -> tuple[str, str, str]:
        """Which entry it is a state of."""
        return self.source, self.provider, self.model_id

    @property
    def alias(self) -> str:
        """The entry's spelling in the table of aliases."""
        return f"{self.provider}/{self.model_id}" if self.source == "models_dev" else self.model_id

    @property
    def released(self) -> pd.Timestamp | None:
        """The stated release, of a month its first day."""
        return None if self.days is None else self.days[0]

    @property
    def precise(self) -> bool:
        """Whether the release is stated to the day."""
        return self.days is not None and self.days[0] == self.days[1]

    @property
    def trusted(self) -> bool:
        """Whether the entry alone makes a model."""
        return self.first_party or self.source in TRUSTED

    @property
    def weight(self) -> int:
        """How sure what it states of a model is: own tables, then those who look at models, makers in a catalogue, and hosts."""
        return 3 if self.source == "models_table" else 2 if self.source in TRUSTED else int(self.first_party)

    @property
    def openrouter_ids(self) -> list[str]:
        """Canonical id and id at OpenRouter; what follows a colon is a variant of the service."""
        ids = [self.openrouter_id] if self.openrouter_id else []
        if self.source == "openrouter":
            ids.append(self.model_id.lower().lstrip("~"))
        return [name.split(":")[0] for name in ids]

    @property
    def served_otherwise(self) -> bool:
        """Whether the id of a host says that it serves the model in a way of its own."""
        return self.source == "models_dev" and not self.first_party and bool(SERVED.search(self.model_id))

    @property
    def numbered(self) -> bool:
        """Whether the id has a number; one without is often kept for the newest model of a line."""
        return any(character.isdigit() for character in strip_id(self.model_id))

    @property
    def evidence(self) -> str:
        """Where it is stated."""
        return f"{self.source} {self.day:%Y-%m-%d}, {self.place or self.alias}"

    def names(self, prefix: str) -> list[str]:
        """Compact spellings that name a model of this maker, the surest first."""
        by_id = [spelled_id(self.model_id, prefix)]
        by_name = [spelled_name(self.name, prefix)] if self.name else []
        if self.source == "artificial_analysis":
            return by_name
        # The names of Epoch are those of groups of models.
        return by_id if self.source in EPOCH else by_id + by_name

    def fits(self, days: Days) -> bool:
        """Whether the stated release may be that of these days; where none is stated, nothing speaks against it."""
        return self.days is None or max(self.days[0] - days[1], days[0] - self.days[1]) <= SAME_RELEASE


def statements(facts: pd.DataFrame, creators: Creators) -> Iterator[Statement]:
    """The statements in a table of facts, in the order in which they were seen: see `costfloor.data.model_states.states`."""
    rows = states(facts)
    first, last = _release_days(rows)
    for row, begin, end in zip(rows.astype(object).to_dict("records"), first, last, strict=True):
        prefix, first_party = creators.of(row["source"], row["provider"], row["model_id"], row["creator"])
        yield Statement(
            row["observed_on"],
            row["source"],
            row["provider"],
            row["model_id"],
            row["name"],
            row["creator"],
            prefix,
            first_party,
            row["release_date"],
            None if pd.isna(begin) else (begin, end),
            row["huggingface_id"].lower(),
            row["openrouter_id"].lower().lstrip("~"),
            row["base_model"].lower(),
            row["place"],
            {field: row[field] for field in PROPERTIES if row[field]},
        )


def _release_days(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """First and last day that each stated release may mean; missing when it lies ahead, or fills a gap in a catalogue (1 January)."""
    stated = rows["release_date"]
    filler = rows["source"].eq("models_dev") & stated.str.endswith("-01-01")
    first = pd.to_datetime(stated.where(stated.ne("") & ~filler, None), format="ISO8601", errors="coerce")
    named = rows["model_id"].str.extract(r"-(\d{2})-(20\d{2})$")
    month = pd.to_datetime(named[1] + "-" + named[0], format="%Y-%m", errors="coerce")
    # An id that ends in another month knows better than a catalogue.
    slip = (first - month).abs() > ROUGH
    stated, first = stated.mask(slip, "2000-01"), first.mask(slip, month)
    first = first.mask(first > rows["observed_on"])
    return first, first.where(stated.str.len().eq(len("2026-01-01")), first + pd.offsets.MonthEnd(1))


def release(members: list[Statement], first: Statement) -> tuple[pd.Timestamp, bool]:
    """Day of release, and whether it is one: the earliest that a maker states beside the first statement, else another trusted source."""
    assert first.released is not None
    beside = [stated for stated in members if stated.precise and first.days and stated.fits(first.days)]
    for sure in (
        [stated for stated in beside if stated.first_party],
        [first] if first.trusted and first.precise else beside,
    ):
        days = [stated.released for stated in sure if stated.trusted and stated.released is not None]
        if days:
            return min(days), True
    return first.released, False
