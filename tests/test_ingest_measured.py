"""Scores and facts come in as prices do: kept compressed or as extracts, counted, read back, and about the right model."""

import csv
import dataclasses
import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import costfloor.capability.measured
import pandas as pd
import pytest
from cli_run import Run, run
from costfloor.build import build
from costfloor.data.extracts import from_bytes, to_bytes
from costfloor.data.known_models import known_models
from costfloor.data.known_scores import known_scores
from costfloor.data.measured import stated_facts, stated_scores
from costfloor.data.vintages import EXTRACT
from costfloor.sources.formats import FORMATS, Reading
from store import opened, small_store
from test_panel import stand_in_capability

DAY = "2026-01-31"
MODEL = {
    "model_key": "acme/foo-1",
    "name": "Foo 1",
    "creator": "Acme",
    "release_date": "2026-01-15",
    "open_weights": "true",
}
SCORES = [
    {"model": "acme/foo-1", "benchmark": name, "score": score, "scale": scale, "measured_on": "2026-01-20"}
    for name, score, scale in (("gpqa_diamond", 0.8, "fraction"), ("mmlu_pro", 81, "percent"), ("hle", 0.2, "fraction"))
]
PRICE = {
    "provider": "groq",
    "model_id": "foo-1",
    "input_usd_per_mtok": 0.1,
    "output_usd_per_mtok": 0.4,
    "date": "2026-01-25",
}

ANALYSED = {
    "models": [
        {
            "id": "1",
            "name": f"Bar {number} (high)",
            "slug": f"bar-{number}-high",
            "release_date": "2026-01-10",
            "creator": {"name": "Acme", "slug": "acme"},
            "evaluations": {"gpqa": 0.5 + number / 100, "hle": None},
            "capabilities": {"total_parameters": 12.0},
            "open_weights": {"is_open_weights": True},
        }
        for number in range(4)
    ]
}


@pytest.fixture(scope="module", autouse=True)
def quick_capability() -> Iterator[None]:
    """No posterior is sampled here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        yield


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data folder that nothing was brought into."""
    return small_store(tmp_path_factory.mktemp("bare"))


@pytest.fixture
def data(bare: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(bare, tmp_path / "data"))


def bring(capsys: pytest.CaptureFixture[str], data: Path, format_name: str, path: Path, day: str = DAY) -> Run:
    return run(capsys, "ingest", format_name, path, "--observed-on", day, "--data", data, "--quiet", "--json")


def table(path: Path, *rows: dict[str, object]) -> Path:
    """Write rows as CSV."""
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def listed(path: Path, content: object) -> Path:
    """Write a list as JSON."""
    path.write_text(json.dumps(content))
    return path


def equal(left: Reading, right: Reading) -> bool:
    """Whether two readings say the same, in the same types."""
    return to_bytes(left) == to_bytes(right) and all(
        getattr(kind, field.name).dtypes.equals(getattr(other, field.name).dtypes)
        for kind, other in zip(left.kinds.values(), right.kinds.values(), strict=True)
        for field in dataclasses.fields(kind)
        if isinstance(getattr(kind, field.name), pd.DataFrame)
    )


def test_a_new_model_with_scores_and_a_price_is_in_the_panel(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    priced = bring(capsys, data, "table", table(tmp_path / "prices.csv", PRICE))
    assert (priced.code, priced.json["models_unresolved"]) == (0, 1)
    build(opened(data))
    unresolved = run(capsys, "models", "unresolved", "--data", data, "--quiet", "--json").json["ids"]
    assert "foo-1" in [row["model_id"] for row in unresolved]

    known = bring(capsys, data, "models-table", table(tmp_path / "models.csv", MODEL))
    assert (known.code, known.json["models_new"], known.json["rows_new"]) == (0, 1, 4)
    scored = bring(capsys, data, "scores-table", table(tmp_path / "scores.csv", *SCORES))
    assert (scored.code, scored.json["models_new"], scored.json["rows_new"]) == (0, 0, 3)

    store = opened(data)
    models = known_models(store, None)
    scores = known_scores(store, models)
    assert scores["model_key"].tolist() == ["acme/foo-1"] * 3
    quotes = build(store).quotes
    price = quotes[quotes["model_key"].eq("acme/foo-1")].iloc[0]
    assert (price["status"], price["host"], price["price_usd_per_mtok"]) == ("kept", "groq", pytest.approx(0.175))


def test_of_a_source_that_may_not_be_passed_on_what_it_says_is_kept(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = listed(tmp_path / "llms.json", ANALYSED)
    result = bring(capsys, data, "artificial-analysis", path)
    assert result.code == 0, result.err
    store = opened(data)
    (vintage,) = store.vintages
    folder = data / "raw" / "vintages" / vintage.name
    assert {file.name for file in folder.iterdir()} == {"receipt.json", EXTRACT}
    assert vintage.is_extract
    assert equal(store.reading(vintage), FORMATS["artificial-analysis"].read(path.read_bytes(), "llms.json"))
    assert len(stated_scores(store)) == len(ANALYSED["models"])
    assert stated_scores(store, pd.Timestamp("2026-01-30")).empty


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_a_packed_file_is_the_file(
    packing: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = listed(tmp_path / "llms.json", ANALYSED)
    packed = tmp_path / f"llms.json.{packing}"
    if packing == "gz":
        packed.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(plain, "llms.json")
    bring(capsys, data, "artificial-analysis", packed)
    again = bring(capsys, data, "artificial-analysis", plain)
    assert (again.code, again.json["stored"]) == (0, False)
    assert len(opened(data).vintages) == 1


def test_what_is_new_changed_and_gone_is_counted(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring(capsys, data, "artificial-analysis", listed(tmp_path / "a.json", ANALYSED), "2026-01-30")
    later = {"models": [dict(model) for model in ANALYSED["models"][1:]]}
    later["models"][0]["evaluations"] = {"gpqa": 0.9, "hle": 0.1}
    kinds = bring(capsys, data, "artificial-analysis", listed(tmp_path / "b.json", later)).json["kinds"]
    scores = {name: kinds["scores"][name] for name in ("new", "changed", "unchanged", "skipped", "gone")}
    assert scores == {"new": 1, "changed": 1, "unchanged": 2, "skipped": 2, "gone": 1}
    for count in kinds.values():
        assert count["read"] == sum(count.values()) - count["read"] - count["gone"]


def test_a_damaged_memory_of_what_a_file_says_is_read_again(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring(capsys, data, "models-table", table(tmp_path / "models.csv", MODEL))
    facts = stated_facts(opened(data))
    (memory,) = (data / "processed" / "readings").iterdir()
    for damage in (b"", memory.read_bytes()[:-20], memory.read_bytes().replace(b"\x00", b"\x01", 1)):
        memory.write_bytes(damage)
        pd.testing.assert_frame_equal(stated_facts(opened(data)), facts)


def test_an_extract_that_was_changed_is_refused(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bring(capsys, data, "artificial-analysis", listed(tmp_path / "llms.json", ANALYSED))
    (vintage,) = opened(data).vintages
    path = data / "raw" / "vintages" / vintage.name / EXTRACT
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"0.51", b"0.99")))
    result = run(capsys, "build", "--data", data)
    assert result.code == 2
    assert "does not match the hash" in result.err


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"scores": 1}', b'{"scores": {"rows": {}, "rejected": {}}}', b"{" * 100_000]
)
def test_what_is_no_extract_is_said_so(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_bytes(content)


def test_zips_of_several_files_are_refused_where_one_is_meant(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.json", "{}")
        archive.writestr("b.json", "{}")
    path = tmp_path / "llms.json.zip"
    path.write_bytes(content.getvalue())
    result = bring(capsys, data, "artificial-analysis", path)
    assert result.code == 2
    assert "holds several files" in result.err
