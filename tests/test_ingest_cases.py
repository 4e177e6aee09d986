"""What went wrong with real lists, each case through the program: announced prices, stated days, exits, known prices, slips and typos."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import costfloor.capability.measured
import pandas as pd
import pytest
from cli_run import Run, contents, run
from costfloor.data.quotes import build_quotes
from costfloor.data.vintages import Coverage
from store import opened, small_store
from test_panel import stand_in_capability

CASES = Path(__file__).parent / "cases"
SOURCES = ("curated", "llm_prices", "genai_prices", "litellm")

type Take = Callable[..., Run]


@pytest.fixture(scope="module", autouse=True)
def quick_capability() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        yield


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_store(tmp_path_factory.mktemp("shipped"), *SOURCES)


@pytest.fixture
def data(shipped: Path, tmp_path: Path) -> Path:
    shutil.copytree(shipped, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def take(data: Path, capsys: pytest.CaptureFixture[str]) -> Take:
    """Ingest a case: format, file, day, and further options."""

    def bring(kind: str, file: str, day: str, *options: str) -> Run:
        return run(
            capsys, "ingest", kind, CASES / file, "--observed-on", day, *options, "--data", data, "--json", "--quiet"
        )

    return bring


def prices(data: Path, as_of: str | None = None, **where: str) -> pd.DataFrame:
    quotes = build_quotes(opened(data), None if as_of is None else pd.Timestamp(as_of)).quotes
    for column, value in where.items():
        quotes = quotes[quotes[column] == value]
    return quotes.sort_values(["recorded_on", "event"]).reset_index(drop=True)


def sum_of_rows(report: dict[str, int]) -> int:
    parts = ("new", "changed", "unchanged", "past", "announced", "rejected", "skipped")
    return sum(report[f"rows_{part}"] for part in parts)


def test_an_announced_price_is_not_recorded(data: Path, take: Take, capsys: pytest.CaptureFixture[str]) -> None:
    found = take("llm-prices", "02_announced_price_is_recorded/P04_announced.json", "2026-08-05").json
    assert (found["rows_read"], found["rows_unchanged"], found["rows_announced"]) == (2, 1, 1)
    built = run(capsys, "build", "--as-of", "2026-08-10", "--data", data, "--json", "--quiet").json
    assert built["last"] <= "2026-08-05"
    rows = prices(data, "2026-08-10", source="llm_prices", model_id="gpt-5-mini")
    assert rows["recorded_on"].max() == pd.Timestamp("2026-08-05")
    later = rows[rows["input_usd_per_mtok"] == 0.5]
    assert later[["status", "event", "reason"]].to_numpy().tolist() == [
        ["announced"] * 2 + ["announced for 2027-01-01"]
    ]
    # An announced end is no end either.
    assert rows["valid_to"].max() <= pd.Timestamp("2026-08-05")


def test_an_announced_price_that_was_called_off_never_held(data: Path, take: Take) -> None:
    folder = "02b_announced_then_cancelled"
    for file, day in (("P02_historical.json", "2026-08-05"), ("P02b_cancelled.json", "2026-09-20")):
        found = take("llm-prices", f"{folder}/{file}", day).json
        assert found["rows_read"] == sum_of_rows(found)
    rows = prices(data, source="llm_prices", model_id="claude-sonnet-4.5")
    held = rows[rows["status"].ne("announced") & rows["recorded_on"].ge("2026-01-01")]
    assert held[["input_usd_per_mtok", "output_usd_per_mtok"]].to_numpy().tolist() == [[2.0, 10.0]]
    assert held["recorded_on"].tolist() == [pd.Timestamp("2026-08-05")]
    assert held["valid_to"].isna().all()


@pytest.mark.parametrize("answer", ["--partial", "--complete"])
def test_a_price_begins_on_the_day_its_list_states(answer: str, data: Path, take: Take) -> None:
    folder = "03_stated_day_of_a_change"
    first = take("genai-prices", f"{folder}/G02_dated_before.json", "2026-07-01", answer).json
    second = take(
        "genai-prices", f"{folder}/G02_dated_change.json", "2026-08-21", *([answer] if answer == "--partial" else [])
    ).json
    assert (first["rows_read"], second["rows_read"]) == (sum_of_rows(first), sum_of_rows(second)) == (2, 3)
    assert (second["rows_changed"], second["rows_unchanged"], second["rows_past"]) == (1, 1, 1)
    before, after = prices(data, source="genai_prices", provider="openai", model_id="gpt-5-mini").iloc[-2:].itertuples()
    stated = pd.Timestamp("2026-07-30")
    assert (after.input_usd_per_mtok, after.output_usd_per_mtok) == (0.05, 0.4)
    assert (after.recorded_on, after.date, after.changed_after) == (stated, stated, stated - pd.Timedelta(days=1))
    assert (before.valid_to, before.end_reason) == (stated, "changed")


def test_the_price_after_a_mended_slip_is_kept(data: Path, take: Take) -> None:
    folder = "04_mended_unit_slip_held_back"
    slip = take("litellm", f"{folder}/F2_slip.json", "2026-07-24", "--complete").json
    mended = take("litellm", f"{folder}/F2_mended.json", "2026-09-01").json
    assert (slip["rows_quarantined"], mended["rows_quarantined"]) == (1, 0)
    rows = prices(data, source="litellm", provider="hostx")
    assert rows["status"].tolist() == ["quarantined", "kept"]
    assert rows["input_usd_per_mtok"].tolist() == [15000.0, 0.15]


def test_a_list_of_the_past_does_not_date_known_prices_anew(data: Path, take: Take) -> None:
    found = take("llm-prices", "05_historical_list_dates_known_prices_anew/P05_hist.json", "2026-08-05").json
    counts = [found[f"rows_{name}"] for name in ("new", "changed", "unchanged", "quarantined")]
    assert counts == [0, 0, 4, 0]


def test_a_price_that_was_held_back_stays_so_when_only_its_cached_price_moves(data: Path, take: Take) -> None:
    found = take(
        "llm-prices", "05_historical_list_dates_known_prices_anew/P05_cur.json", "2026-08-05", "--partial"
    ).json
    assert (found["rows_new"], found["rows_unchanged"]) == (0, 2)
    rows = prices(data, source="llm_prices", model_id="o3")
    last = rows.iloc[-1]
    assert (last["recorded_on"], last["event"], last["input_usd_per_mtok"]) == (
        pd.Timestamp("2026-08-05"),
        "auxiliary",
        10.0,
    )
    assert (last["status"], last["reason"]) == ("quarantined", "source restored an old price")


def test_a_list_that_has_lost_most_of_its_names_asks(
    data: Path, take: Take, capsys: pytest.CaptureFixture[str]
) -> None:
    case = ("litellm", "16_no_word_of_exits/F2_slip.json", "2026-07-24")
    before = contents(data / "raw")
    asked = take(*case)
    assert (asked.code, asked.out) == (2, "")
    (line,) = asked.err.splitlines()
    assert all(part in line for part in ("1251 of the 1252 names", "--complete", "--partial"))
    assert contents(data / "raw") == before
    open_before = prices(data, source="litellm")["valid_to"].isna().sum()
    part = take(*case, "--partial").json
    assert (part["coverage"], part["rows_gone"]) == ("partial", 0)
    assert prices(data, source="litellm")["valid_to"].isna().sum() == open_before + part["rows_new"]
    (vintage,) = opened(data).vintages
    assert vintage.coverage is Coverage.PARTIAL
    again = take(*case, "--complete")
    assert again.code == 2
    assert "taken to be partial" in again.err
    run(capsys, "vintages", "withdraw", vintage.name, "--who", "Ada", "--why", "it is whole", "--data", data)
    whole = take(*case, "--complete").json
    assert (whole["coverage"], whole["rows_gone"]) == ("whole", 1251)
    text = run(capsys, "ingest", case[0], CASES / case[1], "--observed-on", "2026-07-25", "--data", data, "--quiet").out
    assert "0 gone" in text


def test_statements_have_no_exits_to_be_asked_about(data: Path, take: Take) -> None:
    case = ("llm-prices", "05_historical_list_dates_known_prices_anew/P05_hist.json", "2026-08-05")
    refused = take(*case, "--complete")
    assert refused.code == 2
    assert "whose absence says nothing" in refused.err
    both = take(*case, "--complete", "--partial")
    assert both.code == 2
    assert "cannot both be" in both.err


def test_entries_whose_short_ids_collide_are_two_quotes(
    data: Path, take: Take, capsys: pytest.CaptureFixture[str]
) -> None:
    found = take("models-dev", "hostile/colliding_ids.json", "2025-06-30").json
    assert found["rows_new"] == 2
    ids = prices(data, source="models_dev")["quote_id"]
    assert ids.str.len().eq(len("models_dev-") + 32).all()
    assert ids.str[: len("models_dev-") + 12].nunique() == 1
    assert run(capsys, "build", "--data", data, "--quiet").code == 0
    short = ids.iloc[0][: len("models_dev-") + 12]
    result = run(capsys, "quarantine", "reject", short, "--who", "Ada", "--why", "made up", "--data", data, "--quiet")
    assert result.code == 2
    assert "the beginning of several ids" in result.err


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        (
            "mapping.csv",
            (CASES / "hostile" / "mapping_typo.csv").read_text(),
            ["row 1", "'model_key'", "no-such-model", "nearest"],
        ),
        (
            "decisions.csv",
            "quote_id,decision,who,decided_on,why\nlitellm-12,accept,Ada,2026-01-01,x\n",
            ["row 1", "'quote_id'"],
        ),
        (
            "withdrawals.csv",
            "vintage,decision,who,decided_on,why\nx,withdrew,Ada,2026-01-01,x\n",
            ["row 1", "'decision'"],
        ),
        (
            "withdrawals.csv",
            "vintage,decision,who,decided_on,why\nx,withdraw,Ada,2026-01-01,x\n",
            ["row 1", "'vintage'", "'x'"],
        ),
    ],
)
def test_a_store_that_cannot_be_built_takes_nothing_in(
    name: str, content: str, named: list[str], data: Path, take: Take
) -> None:
    (data / "raw" / name).write_text(content)
    before = contents(data / "raw")
    result = take("litellm", "04_mended_unit_slip_held_back/F2_slip.json", "2026-07-24", "--partial")
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert all(part in line for part in (name, *named))
    assert contents(data / "raw") == before


def test_a_withdrawn_list_counts_no_more_and_can_be_restored(
    data: Path, take: Take, capsys: pytest.CaptureFixture[str]
) -> None:
    def decide(what: str, *, why: str = "another day's list") -> Run:
        return run(capsys, "vintages", what, name, "--who", "Ada", "--why", why, "--data", data, "--json", "--quiet")

    case = ("litellm", "04_mended_unit_slip_held_back/F2_mended.json", "2026-09-01")
    without = prices(data)
    take(*case, "--partial")
    ((name, folder),) = [(vintage.name, data / "raw" / "vintages" / vintage.name) for vintage in opened(data).vintages]
    kept, with_it = contents(folder), prices(data)
    assert len(with_it) > len(without)
    vintage_before = run(capsys, "build", "--data", data, "--json", "--quiet").json["vintage"]

    assert decide("withdraw").json["vintage"] == name
    assert contents(folder) == kept
    for as_of in (None, "2026-10-01"):
        assert set(prices(data, as_of)["quote_id"]) == set(without["quote_id"])
    pd.testing.assert_frame_equal(prices(data), without)
    assert run(capsys, "build", "--data", data, "--json", "--quiet").json["vintage"] != vintage_before
    (listed,) = run(capsys, "vintages", "list", "--data", data, "--json").json["vintages"]
    assert (listed["withdrawn"]["who"], listed["withdrawn"]["why"]) == ("Ada", "another day's list")
    assert "is withdrawn already" in decide("withdraw").err
    again = take(*case, "--partial")
    assert (again.code, again.out) == (2, "")
    assert "another day's list" in again.err
    other = take("litellm", "04_mended_unit_slip_held_back/F2_slip.json", "2026-09-01", "--partial")
    assert other.code == 0
    assert "another list of litellm was observed on that day" in decide("restore").err
    run(capsys, "vintages", "withdraw", other.json["vintage"], "--who", "Ada", "--why", "x", "--data", data)
    assert "needs a reason" in decide("restore", why=" ").err
    assert decide("restore").code == 0
    pd.testing.assert_frame_equal(prices(data), with_it)


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        ({"coverage": "whole"}, "was changed"),
        ({"address": "https://example.org/other.json"}, "was changed"),
        ({"observed_on": "2025-13-45"}, "observed_on"),
        ({"format": "models-dev"}, "was changed"),
        ({"rows_read": "3"}, "rows_read is not a whole number"),
        ({"sha256": "0"}, "sha256"),
        ({"coverage": "most"}, "most"),
        ({"version": 7}, "version 7"),
        ({"source": None}, "source is not text"),
    ],
)
def test_a_changed_receipt_is_noticed(
    edit: dict[str, object], named: str, data: Path, take: Take, capsys: pytest.CaptureFixture[str]
) -> None:
    take("litellm", "04_mended_unit_slip_held_back/F2_slip.json", "2026-07-24", "--partial")
    (vintage,) = opened(data).vintages
    path = data / "raw" / "vintages" / vintage.name / "receipt.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | edit))
    for command in (["build"], ["vintages", "list"], ["sources"]):
        result = run(capsys, *command, "--data", data, "--quiet")
        assert (result.code, result.out) == (2, "")
        (line,) = result.err.splitlines()
        assert named in line
        assert str(path) in line


def test_receipts_of_the_first_version_are_read_and_held_against_their_file(
    data: Path, take: Take, capsys: pytest.CaptureFixture[str]
) -> None:
    take("litellm", "04_mended_unit_slip_held_back/F2_slip.json", "2026-07-24", "--complete")
    (vintage,) = opened(data).vintages
    folder = data / "raw" / "vintages" / vintage.name
    cells = json.loads((folder / "receipt.json").read_text())
    # As it came, and with the receipt that was written then.
    (folder / vintage.stored).unlink()
    (folder / "original.json").write_bytes((CASES / "04_mended_unit_slip_held_back" / "F2_slip.json").read_bytes())
    later = ("coverage", "version", "stored", "stored_sha256")
    old = {name: value for name, value in cells.items() if name not in later} | {"complete": True}
    (folder / "receipt.json").write_text(json.dumps(old))
    folder = folder.rename(folder.with_name(f"2026-07-24-litellm-{vintage.sha256[:12]}"))
    (known,) = opened(data).vintages
    assert (known.name, known.coverage) == (folder.name, Coverage.WHOLE)
    assert run(capsys, "build", "--data", data, "--quiet").code == 0
    (folder / "receipt.json").write_text(json.dumps(old | {"complete": False}))
    result = run(capsys, "build", "--data", data, "--quiet")
    assert result.code == 2
    assert "calls it statements, which it is not" in result.err


def test_no_key_of_an_address_is_stored_or_printed(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = (CASES / "04_mended_unit_slip_held_back" / "F2_slip.json").read_bytes()
    monkeypatch.setattr("costfloor.ingest.download", lambda *_: content)
    address = "https://ada:hunter2@example.org/list.json?key=hunter2&token=hunter2#hunter2"
    options = ["--observed-on", "2026-07-24", "--data", data]
    asked = run(capsys, "ingest", "litellm", address, *options)
    done = run(capsys, "ingest", "litellm", address, *options, "--partial", "--json")
    assert (asked.code, done.code) == (2, 0)
    assert "https://example.org/list.json" in asked.err
    run(capsys, "build", "--data", data, "--quiet")
    assert "hunter2" not in asked.out + asked.err + done.out + done.err
    assert not [path for path in data.rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]
    assert [vintage.address for vintage in opened(data).vintages] == ["https://example.org/list.json"]


def test_raw_data_that_changed_after_a_build_is_noticed_by_every_command(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> Run:
        return run(capsys, *arguments, "--data", data, "--reports", data, "--quiet")

    assert call("build").code == 0
    assert call("status", "--verify", "--json").json["raw"] == "unchanged"
    path = data / "raw" / "context_hardware.csv"
    path.write_bytes(path.read_bytes().replace(b"Huawei", b"HUAWEI", 1))
    for command in (["build"], ["fit", "exponential"], ["report"], ["quarantine", "list"], ["index", "matched"]):
        result = call(*command)
        assert (result.code, result.out) == (2, "")
        (line,) = result.err.splitlines()
        assert str(path) in line
    for options in ([], ["--verify"]):
        told = call("status", "--json", *options)
        assert (told.code, told.json["stale"]) == (1, True)
        assert str(path) in told.json["raw"]


def test_a_decision_by_an_old_id_still_counts(data: Path, take: Take, capsys: pytest.CaptureFixture[str]) -> None:
    take("litellm", "04_mended_unit_slip_held_back/F2_slip.json", "2026-07-24", "--partial")
    whole = prices(data, source="litellm", provider="hostx")["quote_id"].iloc[0]
    short = whole[: len("litellm-") + 12]
    lines = [
        "quote_id,decision,who,decided_on,why",
        f"{short},accept,Ada,2026-08-01,seen",
        "litellm-0123456789ab,reject,Ada,2026-08-01,x",
    ]
    (data / "raw" / "decisions.csv").write_text("\n".join(lines))
    built = run(capsys, "build", "--data", data)
    assert built.code == 0
    assert "row 2, column 'quote_id', value 'litellm-0123456789ab': is no quote. The nearest is 'litellm-" in built.err
    assert prices(data, quote_id=whole)["status"].tolist() == ["kept"]
    done = run(
        capsys, "quarantine", "reject", short, "--who", "Ada", "--why", "a slip", "--data", data, "--json", "--quiet"
    ).json
    assert done["quote_id"] == whole
    assert prices(data, quote_id=whole)["status"].tolist() == ["quarantined"]
