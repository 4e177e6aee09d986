"""The built panel: the raw store as of a day, made into tables and read back. `costfloor build`."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from costfloor.built import RECORD, BuildReport, build_key, capability_from, panel_path, read_report
from costfloor.capability.bands import assign_bands, open_bands, placed_anchors
from costfloor.capability.full_fit_day import too_few_scores
from costfloor.compiler_cache import prepare_compilers
from costfloor.data.decisions import DECISIONS, without_quote
from costfloor.data.known_models import known_models
from costfloor.data.known_scores import performance_by
from costfloor.data.performance import Performance
from costfloor.data.quotes import build_quotes
from costfloor.data.raw import validated, written_table
from costfloor.data.schemas import CAPABILITY, PANEL
from costfloor.data.store import Store, held_for_writing
from costfloor.data.unchanged import remember
from costfloor.errors import InputError, IntegrityError, MissingResultError
from costfloor.frames import from_parquet, parquet_bytes
from costfloor.keys import Key
from costfloor.panel import law_rows, make_panel, panel_source
from costfloor.places import view_name
from costfloor.records import sealed
from costfloor.storage import json_bytes, refuse_links, sha256_bytes, write_together

TABLES = ("quotes", "disagreements", "capability", "capability_residuals", "panel")

ASKED = "that was asked for"
"""Why a past view is in hindsight, where scores known by its day would do."""

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class BuiltPanel:
    """The tables of one build, each read once.

    Attributes
    ----------
    store
        The raw data that it is made of; of a stale one from `stored_build`, those of now.
    as_of
        The day of a past view, None for today's.
    report
        What the build holds.
    contents
        The `TABLES` as they lie on disk, Parquet, by name.
    """

    store: Store
    as_of: pd.Timestamp | None
    report: BuildReport
    contents: Mapping[str, bytes] = field(repr=False)

    @cached_property
    def panel(self) -> pd.DataFrame:
        """One row per price spell, in the schema `PANEL`."""
        return validated(self._table("panel"), PANEL, Path(self.report.path))

    @cached_property
    def law_rows(self) -> pd.DataFrame:
        """What the laws see of the panel: `costfloor.panel.law_rows`."""
        return law_rows(self.panel)

    @cached_property
    def quotes(self) -> pd.DataFrame:
        """Every raw quote with its fate and the reason."""
        return self._table("quotes")

    @cached_property
    def disagreements(self) -> pd.DataFrame:
        """Pairs of quotes with different prices on shared days."""
        return self._table("disagreements")

    @cached_property
    def capability(self) -> pd.DataFrame:
        """Capability and band of every measured model."""
        return self._table("capability")

    @property
    def models(self) -> pd.DataFrame:
        """The models, with the facts that count in this view."""
        return known_models(self.store, self._known_by).models

    @cached_property
    def scores(self) -> pd.DataFrame:
        """The scores that count in this view, as `costfloor.data.performance.Performance.rows`."""
        return performance_by(self.store, known_models(self.store, self._known_by), self._known_by).rows

    @property
    def _known_by(self) -> pd.Timestamp | None:
        return self.as_of if self.report.hindsight is None else None

    def _table(self, name: str) -> pd.DataFrame:
        return from_parquet(self.contents[name])


def build(
    store: Store,
    as_of: pd.Timestamp | None = None,
    progress: Progress | None = None,
    *,
    hindsight: bool = False,
    full_capability: bool = False,
) -> BuiltPanel:
    """Build the processed tables from the raw store, or read them when they are there already.

    Parameters
    ----------
    store
        The raw data; built anew they are those of the moment, which the result's `store` holds.
    as_of
        Use only what was known by this day: prices recorded, and scores and facts observed, on or before it. Of a day before which too few
        scores were known to measure capability, all scores and facts of today count; `BuildReport.hindsight` says why.
    progress
        Called with a line per long step.
    hindsight
        Count all scores and facts of today in a past view: capability measures models, not the market.
    full_capability
        Fit all abilities to the scores of the view itself: see `costfloor.capability.measured.measured_capability`. The next build without
        it goes back to the last full fit by rule.

    Raises
    ------
    InputError, IntegrityError, LockedError
        When raw data is wrong, changed, or in use.
    """
    if hindsight and as_of is None:
        raise InputError("is about a past view", column="hindsight", remedy="Name its day")
    say = progress or (lambda line: None)
    refuse_links(store.places.processed())
    key = build_key(store, as_of, hindsight=hindsight, full_capability=full_capability)
    known = _unchanged(store, as_of, key, say, hindsight=hindsight)
    if known is not None:
        return known
    with held_for_writing(store) as current:
        return _build(current, as_of, say, hindsight=hindsight, full_capability=full_capability)


def cleaned_quotes(store: Store) -> pd.DataFrame:
    """Every raw quote with its fate: those of the last build when nothing has changed since, else cleaned now.

    Unlike `build` it never measures capability, which no decision on quotes, sellers or ids waits for.

    Raises
    ------
    InputError
        When raw data is wrong.
    """
    known = _unchanged(store, None, build_key(store), lambda line: None)
    return build_quotes(store).quotes if known is None else known.quotes


def _unchanged(
    store: Store, as_of: pd.Timestamp | None, key: Key, say: Progress, *, hindsight: bool = False
) -> BuiltPanel | None:
    """The last build of a view where its key is still this one."""
    try:
        known = stored_build(store, as_of, hindsight=hindsight)
    except IntegrityError as error:
        say(f"warning: {error}; that is done now")
    except MissingResultError:
        pass
    else:
        if known.report.fingerprint in key.digests:
            return known
    return None


def stored_build(store: Store, as_of: pd.Timestamp | None = None, *, hindsight: bool = False) -> BuiltPanel:
    """The last build as it lies on disk, stale or not.

    Raises
    ------
    MissingResultError
        Nothing has been built yet, or by another version of the program, or a table is that of another build than the last whole one.
    IntegrityError
        The record is not as it was written.
    """
    folder = store.places.processed(as_of, hindsight=hindsight)
    report = read_report(folder)
    if report is None:
        raise MissingResultError(f"{folder / RECORD} does not exist yet. Run `costfloor build` first")
    contents = {}
    for name in TABLES:
        path = folder / f"{name}.parquet"
        contents[name] = path.read_bytes() if path.is_file() else b""
        if sha256_bytes(contents[name]) != report.tables.get(name):
            raise MissingResultError(f"{path} is not that of the last whole build. Run `costfloor build` again")
    return BuiltPanel(store, as_of, report, contents)


def _build(
    store: Store, as_of: pd.Timestamp | None, say: Progress, *, hindsight: bool, full_capability: bool
) -> BuiltPanel:
    target = store.places.processed(as_of, hindsight=hindsight)
    prepare_compilers()
    from costfloor.capability.measured import measured_capability  # noqa: PLC0415  an unchanged build should not wait for PyMC

    say("resolving and cleaning quotes")
    models, performance, because = _known(store, as_of, hindsight=hindsight)
    tables = build_quotes(store, as_of)
    quotes = tables.quotes
    if as_of is None:
        for slip in without_quote(written_table(store, DECISIONS), quotes["quote_id"]):
            say(f"warning: {slip}")
    say(capability_from(None if as_of is None else str(as_of.date()), because))
    capability, receipt, residuals = measured_capability(
        store.places.fits, performance, models, say, anew=full_capability
    )
    priced = models[models["model_key"].isin(quotes.loc[quotes["status"] == "kept", "model_key"].unique())]
    banded = validated(assign_bands(capability, priced), CAPABILITY, target / "capability.parquet")
    panel = validated(make_panel(quotes, models, performance.rows, banded), PANEL, target / "panel.parquet")
    if panel.empty:
        day = "" if as_of is None else f" that were recorded on or before {as_of.date()}"
        raise InputError(f"has no prices{day} of models with benchmark scores", file=store.places.raw)
    launch = panel[panel["days_since_release"].between(-5, 180)]
    frames = (quotes, tables.disagreements, banded, residuals, panel)
    contents = {name: parquet_bytes(frame) for name, frame in zip(TABLES, frames, strict=True)}
    report = BuildReport(
        vintage=store.raw_vintage[:16] + ("" if as_of is None else f"@{view_name(as_of, hindsight=hindsight)}"),
        quotes=len(panel),
        models=panel["model"].nunique(),
        families=panel["segment"].nunique(),
        hosts=panel["host"].nunique(),
        first=str(panel["date"].min().date()),
        last=str(panel["date"].max().date()),
        path=panel_path(target),
        launch_priced_models=launch["model"].nunique(),
        statuses={str(name): int(count) for name, count in quotes["status"].value_counts().items()},
        disagreements=len(tables.disagreements),
        capability=receipt | {"placed_anchors": list(placed_anchors(capability, open_bands(capability, priced)))},
        fingerprint=build_key(store, as_of, hindsight=hindsight, full_capability=full_capability).digest,
        source=panel_source(panel, performance.rows),
        tables={name: sha256_bytes(content) for name, content in contents.items()},
        as_of=None if as_of is None else str(as_of.date()),
        hindsight=because,
    )
    remember(store.looks, store.places.data)
    record = {name: value for name, value in asdict(report).items() if name != "path"}
    files = {target / f"{name}.parquet": content for name, content in contents.items()}
    # Last: the tables count as built when the record that has their hashes is there.
    write_together({**files, target / RECORD: json_bytes(sealed(record))})
    return BuiltPanel(store, as_of, report, contents)


def _known(
    store: Store, as_of: pd.Timestamp | None, *, hindsight: bool
) -> tuple[pd.DataFrame, Performance, str | None]:
    """Models and scores that count in a view, and why those of today do in a past one."""
    because = ASKED if hindsight else None
    if not hindsight:
        known = known_models(store, as_of)
        performance = performance_by(store, known, as_of)
        if as_of is None or (missing := too_few_scores(performance, known.models)) is None:
            return known.models, performance, None
        because = f"by {as_of.date()} {missing}"
    known = known_models(store)
    return known.models, performance_by(store, known), because
