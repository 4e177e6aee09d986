"""The tables that people write by hand, each made with its header where it is missing."""

from costfloor.data.creators import CREATORS
from costfloor.data.decisions import DECISIONS, MAPPING
from costfloor.data.host_decisions import HOST_DECISIONS
from costfloor.data.model_decisions import MODEL_DECISIONS
from costfloor.data.store import Store, held_for_writing
from costfloor.storage import refuse_links, write_atomic

WRITTEN = (MAPPING, DECISIONS, HOST_DECISIONS, MODEL_DECISIONS, CREATORS)


def setup_tables(store: Store) -> list[str]:
    """Make those that are missing, and say which.

    Raises
    ------
    LockedError
        Another process writes.
    """
    made = []
    with held_for_writing(store) as current:
        refuse_links(current.places.raw)
        for schema in WRITTEN:
            path = current.places.raw / f"{schema.name}.csv"
            if path.name not in current.by_hand:
                write_atomic(path, (",".join(schema.columns) + "\n").encode())
                made.append(path.name)
    return made
