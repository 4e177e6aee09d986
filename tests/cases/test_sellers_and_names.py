"""Lists of 2026 that were read wrongly: names that had moved on, sellers, regions, plans and prices at the peak."""

from collections.abc import Callable, Iterator
from pathlib import Path

import costfloor.capability.measured
import pandas as pd
import pytest
from cli_run import contents, run
from costfloor.build import build
from costfloor.data.identity import LATER, MOVED, UNKNOWN
from costfloor.sources.formats import FORMATS
from store import copy_compiled, opened, stored
from test_panel import stand_in_capability

HERE = Path(__file__).parent

type Taken = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module", autouse=True)
def quick_capability() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        yield


@pytest.fixture
def data(tmp_path: Path) -> Path:
    copy_compiled(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def take_in(data: Path, capsys: pytest.CaptureFixture[str]) -> Taken:
    """Ingest a list and give what it brought, by seller and id."""

    def bring(kind: str, path: str, day: str, coverage: str = "--partial") -> pd.DataFrame:
        found = run(
            capsys, "ingest", kind, HERE / path, "--observed-on", day, coverage, "--data", data, "--json", "--quiet"
        )
        assert found.code == 0, found.err
        quotes = build(opened(data)).quotes
        return quotes[quotes["recorded_on"].eq(day)].set_index(["provider", "model_id"])

    return bring


@pytest.mark.parametrize("coverage", ["--partial", "--complete"])
def test_names_that_moved_on(take_in: Taken, coverage: str) -> None:
    """A list states the releases of what such a name now stands for: later than those of the models it stood for."""
    found = take_in("models-dev", "06_names_that_moved_on/M04_latest.json", "2026-07-02", coverage)
    moved = [("google", "gemini-pro-latest"), ("mistral", "mistral-small-latest"), ("deepseek", "deepseek-chat")]
    assert found.loc[moved, "status"].tolist() == ["unresolved"] * 3
    assert found.loc[moved, "reason"].isin([MOVED, LATER, UNKNOWN]).all()
    assert found.loc[moved, "model_key"].isna().all()
    # Gemini 2.5 Flash is named whole, and its price is that of the record: nothing new.
    assert len(found) == len(moved)


def test_one_seller_under_two_names_and_a_relay(take_in: Taken, data: Path) -> None:
    listed = take_in("models-dev", "07_sellers/M05_sellers.json", "2026-07-02")
    before = len(stored(data).law_rows)
    again = take_in("litellm", "07_sellers/L08_novita.json", "2026-07-24")
    assert set(listed.loc[["novita-ai"], "host"]) == set(again.loc[["novita"], "host"]) == {"novita"}
    assert listed.loc[["novita-ai"], "status"].tolist() == ["kept", "kept"]
    assert again.loc[["novita"], "status"].tolist() == ["duplicate", "duplicate"]
    assert set(listed.loc[["kilo"], "host_kind"]) == {"aggregator"}
    seen = stored(data).law_rows
    assert len(seen) == before
    assert not seen["host"].isin(["kilo", "novita-ai"]).any()


@pytest.mark.parametrize(
    ("path", "listed", "elsewhere"),
    [
        (
            "08_regions/L05_regions.json",
            ["azure/global-standard/gpt-4o-2024-08-06", "azure/gpt-4o-2024-08-06"]
            + [f"{door}anthropic.claude-sonnet-4-5-20250929-v1:0" for door in ("", "global.")],
            [],
        ),
        # No model of the store is DeepSeek V3.1 by Bedrock's new name of it in Canada but the one that it is.
        ("08_regions/L07_regions.json", [], []),
    ],
)
def test_regions_with_a_surcharge(take_in: Taken, path: str, listed: list[str], elsewhere: list[str]) -> None:
    found = take_in("litellm", path, "2026-07-24").droplevel("provider")
    assert set(found.index[found["status"].isin(["kept", "duplicate"])]) == set(listed)
    regional = found[~found.index.isin([*listed, *elsewhere])]
    assert len(regional) >= 6
    assert set(regional["status"]) == {"quarantined"}
    assert set(regional["reason"]) == {"regional price"}


def test_plans_are_subscriptions(take_in: Taken) -> None:
    found = take_in("models-dev", "09_subscriptions/M03_plans.json", "2026-07-02")
    plans = [("alibaba-coding-plan", "qwen3-max"), ("opencode-go", "deepseek-v3.2")]
    assert found.loc[plans, "status"].tolist() == ["quarantined", "quarantined"]
    assert set(found.loc[plans, "reason"]) == {"subscription or local, no price per token"}
    assert not found["status"].eq("kept").any()


def test_a_price_at_the_peak_is_no_list_price(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = HERE / "10_peak_price_as_list_price" / "L06_kinds.json"
    taken = run(
        capsys,
        "ingest",
        "litellm",
        path,
        "--observed-on",
        "2026-09-24",
        "--partial",
        "--data",
        data,
        "--json",
        "--quiet",
    ).json
    (held,) = [row for row in taken["rejected"] if row["model_id"] == "deepseek/deepseek-chat"]
    assert held["reason"] == "the off-peak price holds for 56 of 168 hours, so that there is no list price"
    assert "off_peak_pricing" not in taken["unknown_fields"]
    quotes = build(opened(data)).quotes
    chat = quotes[quotes["source"].eq("litellm") & quotes["model_id"].eq("deepseek/deepseek-chat")]
    assert len(chat) > 0
    assert not chat["input_usd_per_mtok"].isin([0.44, 0.22]).any()
    # It is still sold, at a price that nobody knows: no exit.
    assert chat["valid_to"].isna().any()


def test_the_address_is_that_of_the_living_list(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "sources", "--data", data, "--json", "--quiet").json
    address = found["formats"]["genai-prices"]["address"]
    assert address == "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json"
    assert address == FORMATS["genai-prices"].address


def test_an_unknown_seller_is_shown_decided_and_seen_by_the_laws(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        (HERE / "07_sellers" / "M05_sellers.json")
        .read_text("utf-8")
        .replace("novita-ai", "newcomer")
        .replace("kilo", "shadow")
    )
    path = tmp_path / "api.json"
    path.write_text(text, encoding="utf-8")
    list_of_day = ("models-dev", path, "--observed-on", "2026-07-02", "--partial")
    taken = run(capsys, "ingest", *list_of_day, "--data", data, "--quiet")
    assert "2 sellers that nobody has looked at" in taken.out
    shown = run(capsys, "hosts", "review", "--data", data, "--json", "--quiet").json
    sellers = {seller["spelling"]: seller for seller in shown["sellers"]}
    assert (shown["n"], set(sellers)) == (2, {"newcomer", "shadow"})
    assert sellers["shadow"]["models"] == 2
    assert {other["host"]: (other["equal"], other["common"]) for other in sellers["shadow"]["alike"]}["openrouter"] == (
        2,
        2,
    )
    row = next(
        line for line in run(capsys, "hosts", "review", "--data", data, "--quiet").out.splitlines() if "shadow" in line
    )
    assert row.split()[:3] == ["shadow", "2", "2"]
    assert "newcomer" not in set(build(opened(data)).law_rows["host"])

    before = contents(data / "raw")
    wrong = run(
        capsys,
        "hosts",
        "set",
        "newcomer",
        "--host",
        "newcomer",
        "--kind",
        "shop",
        "--who",
        "Ada",
        "--why",
        "x",
        "--data",
        data,
    )
    assert (wrong.code, "shop" in wrong.err, contents(data / "raw") == before) == (2, True, True)

    vintage = opened(data).raw_vintage
    decision = [
        "--host",
        "newcomer",
        "--kind",
        "inference_host",
        "--who",
        "Ada",
        "--why",
        "its own page",
        "--data",
        data,
    ]
    assert run(capsys, "hosts", "set", "newcomer", *decision, "--quiet").code == 0
    assert opened(data).raw_vintage != vintage
    assert "newcomer" in set(build(opened(data)).law_rows["host"])
    assert run(capsys, "hosts", "review", "--data", data, "--json", "--quiet").json["n"] == 1
