"""The published lists, fetched from their addresses when they are not as the store has them."""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial

from costfloor.data.store import Store
from costfloor.data.withdrawals import standing_vintages
from costfloor.errors import InputError, IntegrityError
from costfloor.places import Places
from costfloor.records import read_record, typed, write_record
from costfloor.refresh.offers import Offer
from costfloor.refresh.result import SourceNews, Status
from costfloor.sources.download import Limits, TransientError, Validators, fetch_changed
from costfloor.sources.formats import FORMATS
from costfloor.storage import sha256_bytes

MEMORY = "fetched.json"
"""In the folder of what is made."""

PAUSE_S = 2.0
"""Before the one second try."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Remembered:
    """The state of a list when it was fetched: what its server said of it, and the hash of its content."""

    address: str
    etag: str | None
    last_modified: str | None
    sha256: str


@dataclass(frozen=True)
class Fetched:
    """What came of asking every address.

    Attributes
    ----------
    offers
        Lists that are other than the ones in the store.
    not_offered
        Of the others, why: a server says that its list is the one in the store, or the list did not come.
    states
        By format, what is to be remembered once its list is in the store.
    """

    offers: tuple[Offer, ...]
    not_offered: tuple[SourceNews, ...]
    states: dict[str, Remembered]


def fetch_all(store: Store, day: dt.date, progress: Progress, limits: Limits | None = None) -> Fetched:
    """Ask every address of `FORMATS`, each once more after a failure that may pass.

    Parameters
    ----------
    store
        The raw data; what is remembered of a list counts only while that list is in it.
    day
        Today.
    progress
        Called with a line per address.
    limits
        Of one download.
    """
    before = _remembered(store.places)
    stored = {(vintage.format, vintage.sha256) for vintage in standing_vintages(store)}
    offers: list[Offer] = []
    not_offered: list[SourceNews] = []
    states: dict[str, Remembered] = {}
    for name, address in ((name, form.address) for name, form in FORMATS.items() if form.address):
        state = before.get(name)
        usable = state is not None and state.address == address and (name, state.sha256) in stored
        known = Validators(state.etag, state.last_modified) if state and usable else Validators()
        progress(f"{name}: asking {address}")
        try:
            answer = _twice(partial(fetch_changed, address, progress, limits or Limits(), known), progress)
        except InputError as error:
            not_offered.append(SourceNews(name, address, str(day), Status.FAILED, str(error)))
            continue
        if answer.content is None:
            not_offered.append(SourceNews(name, address, str(day), Status.UNCHANGED))
            continue
        sha256 = sha256_bytes(answer.content)
        states[name] = Remembered(address, answer.validators.etag, answer.validators.last_modified, sha256)
        offers.append(Offer(name, address, day, answer.content))
    return Fetched(tuple(offers), tuple(not_offered), states)


def remember(places: Places, states: Mapping[str, Remembered]) -> None:
    """Write down the states of lists that are in the store now; those of the others stay as they were."""
    if states:
        kept = {**_remembered(places), **states}
        write_record(places.processed() / MEMORY, {name: asdict(state) for name, state in kept.items()})


def _twice[T](attempt: Callable[[], T], progress: Progress) -> T:
    try:
        return attempt()
    except TransientError as error:
        progress(f"{error}: one more try")
        time.sleep(PAUSE_S)
        return attempt()


def _remembered(places: Places) -> dict[str, Remembered]:
    """What was written down; nothing when it cannot be read: then every list comes whole."""
    try:
        record = read_record(places.processed() / MEMORY, remedy="It is made anew")
        return {name: typed(Remembered, state) for name, state in (record or {}).items()}
    except (IntegrityError, ValueError, OSError):
        return {}
