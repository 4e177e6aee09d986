"""Price lists into the store: any order, twice, malformed, and what the command says of them."""

import datetime as dt
import gzip
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import costfloor.capability.measured
import costfloor.ingest
import pandas as pd
import pytest
from cli_run import Run, contents, run
from costfloor.build import build
from costfloor.data.vintages import Coverage
from costfloor.errors import InputError
from costfloor.ingest import Arrival, read_arrival, take_in
from costfloor.sources.formats import FORMATS
from costfloor.storage import data_lock
from malformed import CASES
from store import catalogue, opened, small_store, stored, write_catalogue
from test_panel import stand_in_capability

MONTHS = 20
KEYS = {
    "source",
    "observed_on",
    "vintage",
    "rows_read",
    "rows_new",
    "rows_changed",
    "rows_unchanged",
    "rows_gone",
    "rows_quarantined",
    "models_new",
    "models_unresolved",
}


@pytest.fixture(scope="module", autouse=True)
def quick_capability() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        yield


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_store(tmp_path_factory.mktemp("bare"))


@pytest.fixture
def data(bare: Path, tmp_path: Path) -> Path:
    shutil.copytree(bare, tmp_path / "data")
    return tmp_path / "data"


def bring(
    capsys: pytest.CaptureFixture[str], data: Path, path: Path, day: str, kind: str = "models-dev", *options: str
) -> Run:
    return run(capsys, "ingest", kind, path, "--observed-on", day, *options, "--data", data, "--json", "--quiet")


def test_what_a_list_brings_is_counted(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = bring(capsys, data, *write_catalogue(tmp_path, 1)).json
    assert set(first) >= KEYS
    assert first["rows_read"] == sum(len(host["models"]) for host in catalogue(1).values())
    assert first["rows_new"] + first["rows_changed"] + first["rows_unchanged"] == first["rows_read"]
    again = bring(capsys, data, *write_catalogue(tmp_path, 1)).json
    assert (again["stored"], again["rows_new"], again["rows_changed"]) == (False, 0, 0)
    following = bring(capsys, data, *write_catalogue(tmp_path, 2)).json
    assert following["rows_changed"] > 0
    assert len(opened(data).vintages) == 2


def test_the_same_file_twice_leaves_the_store_as_it_was(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring(capsys, data, *write_catalogue(tmp_path, 1))
    before = contents(data / "raw")
    bring(capsys, data, *write_catalogue(tmp_path, 1))
    assert contents(data / "raw") == before


def test_one_file_under_two_names_in_one_batch_is_stored_once(data: Path, tmp_path: Path) -> None:
    path, day = write_catalogue(tmp_path, 1)
    copy = shutil.copy(path, tmp_path / "a-copy.json")
    arrivals = [
        read_arrival("models-dev", str(name), dt.date.fromisoformat(day), lambda _: None) for name in (path, copy)
    ]
    before = opened(data)
    taken = take_in(before, arrivals, refuse)
    copied, stored_one = sorted(taken.reports, key=lambda report: report.stored)
    assert (copied.stored, stored_one.stored) == (False, True)
    assert stored_one.rows_new > 0
    assert copied.rows_new == copied.rows_changed == copied.rows_gone == copied.models_new == 0
    assert len({report.vintage for report in taken.reports}) == 1
    assert len(opened(data).vintages) == len(before.vintages) + 1


def refuse(_: Arrival, error: InputError) -> None:
    raise error


def panel_of(data: Path, months: list[int], tmp_path: Path, batch: int = MONTHS) -> tuple[pd.DataFrame, str]:
    """The panel after the lists of these months have come in, so many at a time."""
    for start in range(0, len(months), batch):
        files = [write_catalogue(tmp_path, month) for month in months[start : start + batch]]
        # Every fifth month most names are gone.
        arrivals = [
            read_arrival("models-dev", str(path), dt.date.fromisoformat(day), lambda _: None, Coverage.WHOLE)
            for path, day in files
        ]
        assert len(take_in(opened(data), arrivals, refuse).reports) == len(files)
    built = build(opened(data))
    return built.panel, built.store.raw_vintage


@pytest.mark.slow
def test_twenty_months_in_any_order_give_one_panel(bare: Path, tmp_path: Path) -> None:
    """However many come at a time: to take in one list reads all that came before."""
    order = list(range(MONTHS))
    shuffled = random.Random(3).sample(order, MONTHS)
    found = []
    for name, (months, batch) in {
        "all at once": (order, MONTHS),
        "reversed": (order[::-1], 5),
        "shuffled": (shuffled, 1),
    }.items():
        shutil.copytree(bare, tmp_path / name)
        found.append(panel_of(tmp_path / name, months, tmp_path, batch))
    (panel, vintage), *others = found
    assert len(panel[panel["source"] == "models_dev"]) > 20
    for other, other_vintage in others:
        pd.testing.assert_frame_equal(panel, other)
        assert vintage == other_vintage


@pytest.mark.slow
@pytest.mark.parametrize("known", [1, 5])
def test_a_past_view_is_the_panel_of_that_month(known: int, bare: Path, tmp_path: Path) -> None:
    for name in ("then", "now"):
        shutil.copytree(bare, tmp_path / name)
    # From the first month after the last curated quote: a past view leaves out what was recorded later, in any source.
    first = 9
    panel_of(tmp_path / "then", list(range(first, first + known)), tmp_path)
    panel_of(tmp_path / "now", list(range(first, first + 7)), tmp_path)
    day = pd.Timestamp(write_catalogue(tmp_path, first + known - 1)[1])
    # Scores of later days are in both stores: they count in the panel of then and in hindsight, and in neither view of what was known.
    in_hindsight = build(opened(tmp_path / "now"), day, hindsight=True)
    as_known = build(opened(tmp_path / "now"), day)
    assert as_known.report.hindsight is None
    known_then = build(opened(tmp_path / "then"), day)
    for table in ("panel", "quotes"):
        pd.testing.assert_frame_equal(getattr(stored(tmp_path / "then"), table), getattr(in_hindsight, table))
        pd.testing.assert_frame_equal(getattr(known_then, table), getattr(as_known, table))


@pytest.mark.parametrize("name", CASES)
def test_a_malformed_list_leaves_the_store_alone_or_is_quarantined(
    name: str, bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, content = CASES[name][:2]
    suffix = ".parquet" if content[:4] == b"PAR1" else ".csv" if kind == "table" else ".json"
    path = tmp_path / f"list{suffix}"
    path.write_bytes(content)
    data = tmp_path / "data"
    shutil.copytree(bare / "raw", data / "raw", copy_function=_link)
    before = contents(data)
    result = bring(capsys, data, path, "2026-01-31", kind)
    assert "Traceback" not in result.err
    if result.code == 2:
        (line,) = result.err.splitlines()
        assert line.startswith("error: ")
        assert str(path) in line
        assert {key: value for key, value in contents(data).items() if not key.endswith(".lock")} == before
    else:
        assert result.code == 0
        assert sum(kind["rejected"] for kind in result.json["kinds"].values()) == len(result.json["rejected"])
        assert all(row["place"] and row["reason"] for row in result.json["rejected"])


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["no-such-format", "FILE", "--observed-on", "2026-01-31"], ["column 'FORMAT'", *FORMATS]),
        (["models-dev", "FILE", "--observed-on", "2999-01-31"], ["column '--observed-on'", "future"]),
        (["models-dev", "FILE", "--observed-on", "31.1.2026"], ["column '--observed-on'", "is not a date"]),
        (["models-dev", "missing.json", "--observed-on", "2026-01-31"], ["missing.json", "cannot be read"]),
        (["models-dev", ".", "--observed-on", "2026-01-31"], ["is a folder"]),
        (["models-dev", "http://example.org/api.json", "--observed-on", "2026-01-31"], ["https"]),
        (["models-dev", "file:///etc/passwd", "--observed-on", "2026-01-31"], ["https"]),
        (["litellm", "FILE", "--observed-on", "2026-01-31"], ["FILE"]),
    ],
)
def test_wrong_arguments_write_nothing(
    arguments: list[str], named: list[str], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = write_catalogue(tmp_path, 1)
    before = contents(data)
    result = run(capsys, "--data", data, "--quiet", "ingest", *(str(path) if a == "FILE" else a for a in arguments))
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    for part in named:
        assert (str(path) if part == "FILE" else part) in line
    assert contents(data) == before


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (["openai,gpt-5,1,2,2026-01-01,", "openai,gpt-5,1,2,2026-01-01,"], ["row 2", "a repeat of row 1"]),
        (["a,b,1,2,,", "openai,gpt-5,1,2,,", "openai,gpt-5,3,4,,"], ["row 3", "a repeat of row 2", "tier"]),
        (["a,b,1,2,,", "a,b,3,4,2026-01-31,"], ["row 2", "a repeat of row 1"]),
        (["a,b,1,2,2026-01-31,", "a,b,1,2,2031-01-01,"], ["row 2", "column 'date'", "2031-01-01", "2026-01-31"]),
    ],
)
def test_a_table_that_repeats_itself_or_knows_the_future_is_refused(
    rows: list[str], named: list[str], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.csv"
    header = "provider,model_id,input_usd_per_mtok,output_usd_per_mtok,date,tier"
    path.write_text("\n".join([header, *rows]))
    before = contents(data)
    result = bring(capsys, data, path, "2026-01-31", "table")
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert all(part in line for part in [str(path), *named])
    assert contents(data) == before


def test_a_table_may_price_a_tier_or_a_day_of_its_own(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.csv"
    header = "provider,model_id,input_usd_per_mtok,output_usd_per_mtok,date,tier,valid_to"
    dated = ["a,b,1,2,2026-01-01,,", "a,b,2,4,2026-01-01,batch,", "a,b,1,2,2026-01-31,,", "a,c,1,2,2026-01-01,,"]
    rows = [*dated, "a,d,1,2,,,2025-12-01", "a,d,3,4,,,"]
    path.write_text("\n".join([header, *rows]))
    assert bring(capsys, data, path, "2026-01-31", "table").json["rows_read"] == len(rows)


def test_another_list_of_the_same_day_is_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, day = write_catalogue(tmp_path, 1)
    other, _ = write_catalogue(tmp_path, 2)
    assert bring(capsys, data, path, day).code == 0
    result = bring(capsys, data, other, day)
    assert result.code == 2
    assert "another list of models_dev was observed on that day" in result.err


def test_prices_in_another_unit_than_before_are_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring(capsys, data, *write_catalogue(tmp_path, 1))
    listed: dict[str, Any] = catalogue(2)
    for host in listed.values():
        for model in host["models"].values():
            model["cost"] = {name: price * 1e-6 for name, price in model["cost"].items()}
    path = tmp_path / "per-token.json"
    path.write_text(json.dumps(listed))
    before = contents(data / "raw")
    result = bring(capsys, data, path, "2026-03-31")
    assert result.code == 2
    assert "in another unit?" in result.err
    assert contents(data / "raw") == before


def test_a_second_writer_exits_with_3(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(data / "raw")
    with data_lock(data):
        result = bring(capsys, data, *write_catalogue(tmp_path, 1))
    assert (result.code, result.out) == (3, "")
    assert contents(data / "raw") == before


def test_a_vintage_that_was_changed_is_refused(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bring(capsys, data, *write_catalogue(tmp_path, 1))
    (vintage,) = opened(data).vintages
    path = data / "raw" / "vintages" / vintage.name / vintage.stored
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"gpt-5", b"gpt-9")))
    result = run(capsys, "build", "--data", data)
    assert result.code == 2
    assert "does not match the hash" in result.err


def test_an_ingest_waits_for_the_raw_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = bring(capsys, tmp_path / "nowhere", *write_catalogue(tmp_path, 1))
    assert result.code == 2
    assert "datapackage.json" in result.err
    assert not (tmp_path / "nowhere").exists()


def test_decisions_are_replayed(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def status_of(quote: str) -> tuple[str, str | None]:
        row = build(opened(data)).quotes.set_index("quote_id").loc[quote]
        return row["status"], None if pd.isna(row["reason"]) else row["reason"]

    bring(capsys, data, *write_catalogue(tmp_path, 1))
    quotes = build(opened(data)).quotes
    kept = quotes.loc[quotes["status"] == "kept", "quote_id"].iloc[0]
    who = ["--who", "Ada", "--why", "a promotion, not a price", "--data", data, "--quiet"]
    assert run(capsys, "quarantine", "reject", kept, *who).code == 0
    assert status_of(kept) == ("quarantined", "rejected by Ada: a promotion, not a price")
    listed = run(capsys, "quarantine", "list", "--reason", "promotion", "--data", data, "--json", "--quiet").json
    assert [row["quote_id"] for row in listed["quotes"]] == [kept]
    assert run(capsys, "quarantine", "accept", kept, *who).code == 0
    assert status_of(kept) == ("kept", None)
    wrong = run(capsys, "quarantine", "accept", "nobody", *who)
    assert wrong.code == 2
    assert "is no quote of the last build" in wrong.err


def test_a_mapping_by_hand_names_the_model(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "api.json"
    listed = {"acme": {"models": {"acme-4": {"cost": {"input": 1, "output": 2}}}}}
    path.write_text(json.dumps({"acme": {"id": "acme", "name": "Acme", "models": listed["acme"]["models"]}}))
    assert bring(capsys, data, path, "2026-01-31").json["models_unresolved"] == 1
    unresolved = run(capsys, "models", "unresolved", "--data", data, "--json", "--quiet").json["ids"]
    (row,) = [row for row in unresolved if row["model_id"] == "acme-4"]
    assert len(row["candidates"]) == 3
    (data / "raw" / "mapping.csv").write_text(
        "source,provider,model_id,model_key,valid_from,valid_to,note\nmodels_dev,acme,acme-4,openai/gpt-4,,,a rebrand\n"
    )
    quotes = build(opened(data)).quotes.set_index("model_id")
    assert quotes.loc["acme-4", "model_key"] == "openai/gpt-4"
    assert quotes.loc["acme-4", "match_basis"] == "mapping by hand"
    (data / "raw" / "mapping.csv").write_text(
        "source,provider,model_id,model_key,valid_from,valid_to,note\n,,acme-4,nobody/nothing,,,\n"
    )
    result = run(capsys, "build", "--data", data)
    assert result.code == 2
    assert "nobody/nothing" in result.err


def test_sources_are_listed_with_their_age(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bring(capsys, data, *write_catalogue(tmp_path, 1))
    build(opened(data))
    found = run(capsys, "sources", "--data", data, "--json").json
    assert set(found["formats"]) == set(FORMATS)
    assert found["last_observed"]["models_dev"] == write_catalogue(tmp_path, 1)[1]
    assert {"source", "other_source", "same", "different"} <= set(found["agreement"][0])
