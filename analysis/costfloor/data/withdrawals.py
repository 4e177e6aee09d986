"""Taking a vintage back: a line in a table, replayed at every build; nothing is deleted.

`raw/withdrawals.csv` says which vintages no longer count, with who, when and why; the latest line on a vintage counts, so that a withdrawal
can be taken back too. It is part of the hash of the raw store, and it counts in every view, of past days too: a list that should not have
come in was wrong on those days as well.
"""

from pathlib import Path

import pandas as pd

from costfloor.data.decisions import append_row, read_by_hand, reasoned
from costfloor.data.fields import date, table, text
from costfloor.data.manifest import RAW_FOLDER
from costfloor.data.raw import check_references
from costfloor.data.vintages import Vintage, list_vintages, refuse_second_list
from costfloor.errors import InputError
from costfloor.storage import data_lock

WITHDRAWALS = table(
    "withdrawals",
    "Vintages taken back",
    {
        "vintage": text("Folder of the vintage"),
        "decision": text("What to do with it", one_of=("withdraw", "restore")),
        "who": text("Who decided"),
        "decided_on": date("When"),
        "why": text("Reason"),
    },
)


def load_withdrawals(data_dir: Path) -> pd.DataFrame:
    """Withdrawals and their reversals in the order in which they were made; empty without the file.

    Raises
    ------
    InputError
        A row breaks the schema or names a vintage that is not in the store.
    IntegrityError
        As `costfloor.data.vintages.list_vintages`.
    """
    found = read_by_hand(data_dir, WITHDRAWALS)
    known = pd.DataFrame({"vintage": [vintage.name for vintage in list_vintages(data_dir)]}, dtype="str")
    check_references(found, known, "vintage", data_dir / RAW_FOLDER / "withdrawals.csv")
    return found


def withdrawn(data_dir: Path) -> dict[str, dict[str, str]]:
    """`who`, `decided_on` and `why` of each vintage that is withdrawn, by its name."""
    latest = load_withdrawals(data_dir).drop_duplicates("vintage", keep="last")
    rows = latest[latest["decision"] == "withdraw"].assign(decided_on=lambda t: t["decided_on"].dt.strftime("%Y-%m-%d"))
    return {
        row["vintage"]: {name: row[name] for name in ("who", "decided_on", "why")} for row in rows.to_dict("records")
    }


def standing_vintages(data_dir: Path) -> tuple[Vintage, ...]:
    """The vintages that count: those of the store that are not withdrawn.

    Raises
    ------
    InputError, IntegrityError
        As `load_withdrawals` and `costfloor.data.vintages.list_vintages`.
    """
    gone = withdrawn(data_dir)
    return tuple(vintage for vintage in list_vintages(data_dir) if vintage.name not in gone)


def decide_on_vintage(data_dir: Path, name: str, decision: str, who: str, why: str) -> None:
    """Withdraw a vintage, or restore a withdrawn one.

    Raises
    ------
    InputError
        It is not in the store, stands (or is withdrawn) already, or another list of its day has come since; nobody decides, or for no
        reason.
    LockedError
        Another process writes.
    """
    who, why = reasoned(who, why)
    known = {vintage.name: vintage for vintage in list_vintages(data_dir)}
    if name not in known:
        raise InputError(
            "is no vintage of the store", column="VINTAGE", value=name, remedy="See `costfloor vintages list`"
        )
    with data_lock(data_dir):
        standing = standing_vintages(data_dir)
        if (known[name] in standing) == (decision == "restore"):
            state = "stands" if decision == "restore" else "is withdrawn"
            raise InputError(f"{state} already", column="VINTAGE", value=name, remedy="See `costfloor vintages list`")
        if decision == "restore":
            refuse_second_list(known[name], standing)
        append_row(data_dir, WITHDRAWALS, who, why, vintage=name, decision=decision)
