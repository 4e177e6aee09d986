"""What is built and fitted, and whether it is up to date. `costfloor status`."""

from typing import Any

from costfloor.build import BuiltPanel, stored_build
from costfloor.built import build_fingerprint, read_report
from costfloor.data.store import open_store
from costfloor.errors import MissingResultError
from costfloor.fit.archive import receipts
from costfloor.keys import code_hash
from costfloor.laws import LAWS
from costfloor.laws.panel import panel_observations
from costfloor.places import Places


def status(places: Places) -> dict[str, Any]:
    """What is built, what is fitted and whether it is up to date: the JSON of `costfloor status`.

    A fit is stale when it was made from other rows than the built panel's, or by other equations. Such fits are listed only for a law that
    has no current one: those at past origins and those of users' tables lie in the same folder.
    """
    built = _built(places)
    if built is None:
        missing = {"vintage": None, "panel": None, "quarantined": None, "unresolved": None}
        return {**missing, "fits": [], "unfitted": list(LAWS), "unreadable": [], "stale": True}
    report, data_hash = built.report, panel_observations(built).data_hash
    code = code_hash("costfloor.fit.fit")
    whole, unreadable = receipts(places.fits)
    fits = [
        {
            "law": receipt["law"],
            "fingerprint": receipt["fingerprint"],
            "stale": receipt["data_hash"] != data_hash or receipt["request"]["code"] != code,
            "passed": receipt["diagnostics"]["passed"],
        }
        for receipt in whole
        if receipt["law"] in LAWS
    ]
    current = {fit["law"] for fit in fits if not fit["stale"]}
    return {
        "vintage": report.vintage,
        "panel": {
            name: getattr(report, name) for name in ("quotes", "models", "families", "hosts", "first", "last", "path")
        },
        "fits": [fit for fit in fits if not fit["stale"] or fit["law"] not in current],
        "unfitted": [law for law in LAWS if law not in {fit["law"] for fit in fits}],
        # Measured capability is kept beside the fits, in a form of its own.
        "unreadable": [str(path) for path in unreadable if not path.name.startswith("capability-")],
        "quarantined": report.statuses.get("quarantined", 0),
        "unresolved": report.statuses.get("unresolved", 0),
        "stale": report.fingerprint != build_fingerprint(built.store),
    }


def _built(places: Places) -> BuiltPanel | None:
    """The last build; None without a whole one, and then no raw data need be."""
    if read_report(places.processed()) is None:
        return None
    try:
        return stored_build(open_store(places))
    except MissingResultError:
        return None
