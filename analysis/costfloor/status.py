"""What is built, fitted and studied, and whether it is up to date: `costfloor status`.

It says so without a look at the panel itself, whose hashes are in records: the answer is there in less than the second that the libraries
for tables take to load.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final

from costfloor.built import BuildReport, build_key, read_report
from costfloor.compiler_cache import cache_folder
from costfloor.data.store import Store, open_store
from costfloor.errors import InputError, IntegrityError, MissingResultError
from costfloor.fit.receipts import receipts
from costfloor.keys import Key, result_key
from costfloor.laws import LAWS
from costfloor.places import Places
from costfloor.records import read_record, write_record
from costfloor.report.page_record import NAME, differs_from_report
from costfloor.report.record import read_report_record, report_key
from costfloor.report.result import ReportResult, report_files
from costfloor.sampling.policy import Sampling
from costfloor.studies.catalogue import STUDIES
from costfloor.studies.registry import standings
from costfloor.studies.stored import Standing

ASKED: Final = "fit_keys.json"
"""In the cache of this user: what a fit of each law to the panel of the last call is asked for, so that it need not be read for that."""


def status(places: Places, settings: Sampling) -> dict[str, Any]:
    """The JSON of `costfloor status`.

    Questions are those of the report that is there.

    A fit, a study or the report is stale when a part of its key has changed; `because` says which. Stale fits are listed only for a law
    that has no current one: those at past origins and those of users' tables lie in the same folder.

    Parameters
    ----------
    places
        Of the project.
    settings
        How fits are asked for.
    """
    report = read_report(places.processed())
    recorded: tuple[ReportResult, Standing] | None = None
    written = _stands(None, missing="nothing is there to make it of")
    try:
        if report is None and not places.raw.is_dir():
            raise MissingResultError("nothing is there")
        store = open_store(places)
        recorded, written = _report(store, settings)
        if report is None:
            raise MissingResultError("nothing is built")
        keys = law_keys(store, report, settings)
    except MissingResultError:
        none: dict[str, Any] = {
            "vintage": None,
            "panel": None,
            "quarantined": None,
            "unresolved": None,
            "fits": [],
            "unreadable": [],
        }
        studies = [_uncompared(places, name) for name in STUDIES]
        of_report = {**_answers(recorded), "report": written, "page": _page(places, recorded)}
        return {**none, "unfitted": list(LAWS), "studies": studies, **of_report, "stale": True}
    whole, unreadable = receipts(places.fits)
    fits = [_fit(receipt, keys[receipt["law"]]) for receipt in whole if receipt["law"] in keys]
    current = {fit["law"] for fit in fits if not fit["stale"]}
    stands = standings(store, report, settings.seed)
    return {
        "vintage": report.vintage,
        "panel": {
            name: getattr(report, name) for name in ("quotes", "models", "families", "hosts", "first", "last", "path")
        },
        "fits": [fit for fit in fits if not fit["stale"] or fit["law"] not in current],
        "unfitted": [law for law in LAWS if law not in {fit["law"] for fit in fits}],
        # Measured capability is kept beside the fits, in a form of its own.
        "unreadable": [str(path) for path in unreadable if not path.name.startswith("capability-")],
        "studies": [{"name": name, **_stands(stands.get(name))} for name in STUDIES],
        **_answers(recorded),
        "report": written,
        "page": _page(places, recorded),
        "quarantined": report.statuses.get("quarantined", 0),
        "unresolved": report.statuses.get("unresolved", 0),
        "stale": report.fingerprint not in build_key(store).digests,
    }


def law_keys(store: Store, report: BuildReport, settings: Sampling) -> dict[str, Key]:
    """The key of a fit of every law to the built panel.

    What the panel says of them is kept in the cache of this user, with a key of its own; nothing is written to the data folder.
    """
    path = cache_folder() / ASKED
    of_panel = result_key(
        "fit keys", "costfloor.fit.panel_keys", data=report.tables["panel"], settings=asdict(settings)
    ).to_json()
    try:
        kept = read_record(path, remedy="It is made anew")
    except IntegrityError:
        kept = None
    if kept is None or kept["key"] != of_panel:
        from costfloor.fit.panel_keys import panel_fit_keys  # noqa: PLC0415  slow to import

        keys = panel_fit_keys(store, settings)
        asked = {law: {"data": key.data, "settings": key.settings} for law, key in keys.items()}
        # Where nothing can be written it is worked out every time.
        with suppress(InputError):
            write_record(path, {"key": of_panel, "asked": asked})
        return keys
    return {law: result_key("fit", "costfloor.fit.fit", **asked) for law, asked in kept["asked"].items()}


def _fit(receipt: Mapping[str, Any], key: Key) -> dict[str, Any]:
    before = receipt.get("key", {})
    changed = key.differs_from(before)
    return {
        "law": receipt["law"],
        "fingerprint": receipt["fingerprint"],
        "stale": bool(changed),
        "passed": receipt["diagnostics"]["passed"],
        "because": _because(changed, key.taken_as_unchanged(before)),
    }


def _uncompared(places: Places, name: str) -> dict[str, Any]:
    """A study while nothing is built to compare it with."""
    if not (places.studies / f"{name}.json").exists():
        return {"name": name, **_stands(None)}
    return {"name": name, "state": "stale", "because": "nothing is built to compare it with"}


def _report(store: Store, settings: Sampling) -> tuple[tuple[ReportResult, Standing] | None, dict[str, str]]:
    """The report that is there, made here or elsewhere, and how it stands."""
    try:
        recorded = read_report_record(report_files(store.places, None), report_key(store, settings))
    except IntegrityError as error:
        return None, {"state": "stale", "because": str(error)}
    return recorded, _stands(None if recorded is None else recorded[1], missing="it was not made")


def _answers(recorded: tuple[ReportResult, Standing] | None) -> dict[str, list[dict[str, Any]]]:
    return {"questions": [] if recorded is None else recorded[0].questions}


def _page(places: Places, recorded: tuple[ReportResult, Standing] | None) -> dict[str, str]:
    """The explorer page beside the report: it is as old as that where both are of the same results."""
    path = places.reports / NAME
    if not path.is_file():
        return _stands(None, missing="it was not made")
    if recorded is None:
        return {"state": "stale", "because": "no report is there to hold it against"}
    because = differs_from_report(path, recorded[0]) or ("the report is stale" if recorded[1].stale else "")
    return {"state": "stale" if because else "current", "because": because}


def _stands(stands: Standing | None, missing: str = "it was not run") -> dict[str, str]:
    if stands is None:
        return {"state": "missing", "because": missing}
    because = _because(stands.stale, stands.unchanged_by)
    return {"state": "stale" if stands.stale else "current", "because": because}


def _because(changed: tuple[str, ...], unchanged_by: tuple[object, ...]) -> str:
    """Why a result is stale, or, where a recorded change of the code keeps it current, that record."""
    if changed:
        return f"{', '.join(changed)} changed"
    return f"code taken as unchanged: {'; '.join(map(str, unchanged_by))}" if unchanged_by else ""
