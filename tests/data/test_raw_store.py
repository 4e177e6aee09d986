"""The raw store: hashes, schemas, references, the data package."""

import json
import os
import shutil
from pathlib import Path

import costfloor.data.unchanged
import pandas as pd
import pytest
from costfloor.data.manifest import hashed_files, raw_vintage
from costfloor.data.package import write_datapackage
from costfloor.data.raw import check_references, load_raw, parse_table
from costfloor.data.schemas import MODELS, RAW_SCHEMAS
from costfloor.data.unchanged import MEMORY, check_unchanged, remember
from costfloor.errors import InputError, IntegrityError
from costfloor.storage import sha256_file

PROJECT_DATA = Path(__file__).parents[2] / "data"
MODEL_HEADER = ",".join(MODELS.columns)
GOOD_MODEL = "openai/gpt-5,GPT-5,OpenAI,2025-08-07,day,false,,,true,,150.0,epoch_hub,"


@pytest.fixture
def store(tmp_path):
    """A copy of the project's raw store."""
    shutil.copytree(PROJECT_DATA / "raw", tmp_path / "raw")
    return tmp_path


def models_csv(*rows):
    return "\n".join([MODEL_HEADER, *rows, ""]).encode()


@pytest.mark.parametrize("table", sorted(RAW_SCHEMAS))
def test_every_table_of_the_store_loads_and_names_its_evidence(table):
    frame = load_raw(PROJECT_DATA, table)
    assert len(frame) > 0
    evidence = RAW_SCHEMAS[table].metadata["evidence"]
    assert frame[evidence].str.len().gt(0).all()


def test_no_table_is_large():
    assert max(path.stat().st_size for path in (PROJECT_DATA / "raw").iterdir()) < 3_000_000


def test_a_changed_byte_is_an_integrity_error(store):
    path = store / "raw" / "models.csv"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"2024", b"2023", 1))
    with pytest.raises(IntegrityError, match=r"models\.csv"):
        load_raw(store, "models")
    path.write_bytes(content)
    assert len(load_raw(store, "models")) == 674


def test_the_vintage_moves_with_the_content(store):
    before = raw_vintage(store)
    assert before == raw_vintage(PROJECT_DATA)
    assert len(before) == 64
    path = store / "raw" / "context_hardware.csv"
    path.write_bytes(path.read_bytes().replace(b"Huawei", b"HUAWEI", 1))
    write_datapackage(store)
    assert raw_vintage(store) != before


def test_a_file_that_changed_after_a_build_is_named_whatever_its_size_and_time(store):
    path = store / "raw" / "context_hardware.csv"
    content, times = path.read_bytes(), path.stat()
    remember(check_unchanged(hashed_files(store), store), store)
    for changed in (content.replace(b"Huawei", b"HUAWEI", 1), content + b"x"):
        path.write_bytes(changed)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        with pytest.raises(IntegrityError, match=r"context_hardware\.csv: was changed since it came in"):
            raw_vintage(store)
    path.write_bytes(content)
    assert raw_vintage(store) == raw_vintage(PROJECT_DATA)
    path.unlink()
    with pytest.raises(InputError, match=r"context_hardware\.csv: cannot be read"):
        raw_vintage(store)


def test_files_that_look_as_remembered_are_not_read_again(store, monkeypatch):
    looks = check_unchanged(hashed_files(store), store)
    remember(looks, store)
    read = []
    monkeypatch.setattr(costfloor.data.unchanged, "sha256_file", lambda path: read.append(path) or sha256_file(path))
    assert check_unchanged(hashed_files(store), store) == looks
    assert not read
    os.utime(store / "raw" / "models.csv")
    check_unchanged(hashed_files(store), store)
    assert read == [store / "raw" / "models.csv"]
    check_unchanged(hashed_files(store), store, everything=True)
    assert len(read) == 1 + len(looks)


@pytest.mark.parametrize("memory", ["", "[]", "{", '{"raw/models.csv": [1, 2, 3, "x"]}', "[" * 100_000])
def test_a_memory_that_is_not_one_is_not_believed(store, memory):
    (store / "processed").mkdir()
    (store / "processed" / MEMORY).write_text(memory)
    path = store / "raw" / "models.csv"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(IntegrityError, match=r"models\.csv"):
        raw_vintage(store)


def test_a_missing_store_says_where_to_look(tmp_path):
    with pytest.raises(InputError, match="--data"):
        load_raw(tmp_path, "models")


@pytest.mark.parametrize("text", ["not json", "[]", '{"resources": [{"path": "models.csv"}]}'])
def test_a_broken_data_package_is_an_input_error(store, text):
    (store / "raw" / "datapackage.json").write_text(text)
    with pytest.raises(InputError, match="data package"):
        load_raw(store, "models")


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (GOOD_MODEL.replace("2025-08-07", "7 August"), "release_date", "7 August"),
        (GOOD_MODEL.replace(",true,", ",yes,"), "reasoning", "yes"),
        (GOOD_MODEL.replace("150.0", "high"), "eci_score", "high"),
        (GOOD_MODEL.replace(",day,", ",decade,"), "release_date_precision", "decade"),
        (GOOD_MODEL.replace("openai/gpt-5", "gpt-5"), "model_key", "gpt-5"),
        (GOOD_MODEL.replace("false,,", "false,-1,"), "params_total_b", -1.0),
    ],
)
def test_a_violation_names_file_row_column_and_value(tmp_path, row, column, value):
    path = tmp_path / "models.csv"
    with pytest.raises(InputError) as caught:
        parse_table(models_csv(GOOD_MODEL.replace("gpt-5", "gpt-4"), row), MODELS, path)
    error = caught.value
    assert (error.file, error.row, error.column, error.value) == (path, 2, column, value)


def test_a_repeated_model_key_is_named(tmp_path):
    with pytest.raises(InputError, match="column 'model_key', value 'openai/gpt-5'"):
        parse_table(models_csv(GOOD_MODEL, GOOD_MODEL), MODELS, tmp_path / "models.csv")


def test_an_empty_required_cell_is_named(tmp_path):
    with pytest.raises(InputError, match=r"row 1, column 'creator'.*is empty"):
        parse_table(models_csv(GOOD_MODEL.replace(",OpenAI,", ",,")), MODELS, tmp_path / "models.csv")


@pytest.mark.parametrize("row", [GOOD_MODEL + ",one more", GOOD_MODEL.rsplit(",", 1)[0]])
def test_a_row_with_a_field_too_many_or_too_few_is_named(tmp_path, row):
    path = tmp_path / "models.csv"
    for rows, number in (((row,), 1), ((GOOD_MODEL.replace("gpt-5", "gpt-4"), row), 2)):
        with pytest.raises(InputError, match="fields where the header has 13") as caught:
            parse_table(models_csv(*rows), MODELS, path)
        assert (caught.value.file, caught.value.row) == (path, number)
        assert caught.value.remedy


def test_columns_are_strict(tmp_path):
    content = models_csv(GOOD_MODEL).replace(b"model_key", b"model", 1)
    with pytest.raises(InputError, match="Expected model_key"):
        parse_table(content, MODELS, tmp_path / "models.csv")


def test_a_repeated_key_of_several_columns_is_named(tmp_path):
    schema = RAW_SCHEMAS["context_gpu_purchase_price"]
    line = "2024,H100,1,2,1.4,USD,a page"
    content = "\n".join([",".join(schema.columns), line, line, ""]).encode()
    with pytest.raises(InputError, match="repeats the key year, gpu"):
        parse_table(content, schema, tmp_path / "prices.csv")


def test_references_to_models_that_do_not_exist_are_named():
    child = pd.DataFrame({"model_key": ["a/x", "a/y"]})
    parent = pd.DataFrame({"model_key": ["a/x"]})
    with pytest.raises(InputError, match=r"aliases\.csv, row 2, column 'model_key', value 'a/y'"):
        check_references(child, parent, "model_key", "aliases.csv")
    check_references(child.iloc[:1], parent, "model_key", "aliases.csv")


def test_loading_checks_references(store):
    path = store / "raw" / "aliases.csv"
    path.write_bytes(path.read_bytes().replace(b"01-ai/yi-1.5-34b,", b"01-ai/yi-none,", 1))
    write_datapackage(store)
    with pytest.raises(InputError, match="01-ai/yi-none"):
        load_raw(store, "aliases")


def test_the_data_package_describes_the_files_as_they_are():
    package = json.loads((PROJECT_DATA / "raw" / "datapackage.json").read_text())
    assert {resource["path"] for resource in package["resources"]} == {f"{name}.csv" for name in RAW_SCHEMAS}
    for resource in package["resources"]:
        path = PROJECT_DATA / "raw" / resource["path"]
        assert resource["hash"] == f"sha256:{sha256_file(path)}"
        assert resource["bytes"] == path.stat().st_size
        header = path.read_text().split("\n", 1)[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert resource["evidenceField"] in header
    quotes = next(resource for resource in package["resources"] if resource["name"] == "quotes")
    fields = {field["name"]: field for field in quotes["schema"]["fields"]}
    assert fields["input_usd_per_mtok"]["unit"] == "USD per million tokens"
    assert quotes["schema"]["primaryKey"] == ["quote_id"]


def test_every_price_spell_has_evidence_and_unsure_dates_stay_empty():
    quotes = load_raw(PROJECT_DATA, "quotes")
    assert quotes["evidence"].str.strip().str.len().gt(0).all()
    assert quotes["source"].value_counts().to_dict() == {
        "models_dev": 2330, "litellm": 1505, "genai_prices": 1238, "monthly_lowest": 295, "curated": 160, "llm_prices": 128,
        "epoch_api": 69,
    }  # fmt: skip
    both = quotes.dropna(subset=["changed_after", "recorded_on"])
    assert (both["changed_after"] < both["recorded_on"]).all()
    assert quotes.loc[quotes["event"] == "observed", "changed_after"].isna().all()


CORRECTION_HEADER = "table,row,column,was,correct,evidence"


def test_a_fact_is_corrected_where_it_is_read_and_stays_as_it_came_in_the_file(store):
    path = store / "raw" / "models.csv"
    assert (
        "deepseek/deepseek-llm-67b-chat,DeepSeek LLM 67B Chat (V1),DeepSeek,2023-11-29,day,true,7,7,"
        in path.read_text()
    )
    models = load_raw(store, "models").set_index("model_key")
    sizes = models.loc["deepseek/deepseek-llm-67b-chat", ["params_total_b", "params_active_b"]]
    assert sizes.tolist() == [67.0, 67.0]
    before = raw_vintage(store)
    (store / "raw" / "corrections.csv").write_text(
        f"{CORRECTION_HEADER}\nmodels,zai/glm-4.6,release_date,2025-09-30,2025-10-01,a page\n"
    )
    write_datapackage(store)
    models = load_raw(store, "models").set_index("model_key")
    assert models["params_total_b"]["deepseek/deepseek-llm-67b-chat"] == 7
    assert models["release_date"]["zai/glm-4.6"] == pd.Timestamp("2025-10-01")
    assert raw_vintage(store) != before


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("models,deepseek/deepseek-llm-67b-chat,params_total_b,8,67,a page", "was", "8"),
        ("models,nobody/nothing,params_total_b,7,67,a page", "was", "7"),
        ("models,deepseek/deepseek-llm-67b-chat,params_total_b,7,many,a page", "params_total_b", "many"),
        ("models,deepseek/deepseek-llm-67b-chat,params_total_b,7,-1,a page", "params_total_b", -1.0),
        ("models,deepseek/deepseek-llm-67b-chat,size,7,67,a page", "column", "size"),
        ("quotes,curated-1,model_id,a,b,a page", "table", "quotes"),
    ],
)
def test_a_correction_that_fits_no_cell_is_refused(store, row, column, value):
    (store / "raw" / "corrections.csv").write_text(f"{CORRECTION_HEADER}\n{row}\n")
    write_datapackage(store)
    with pytest.raises(InputError) as caught:
        load_raw(store, "models")
    assert (caught.value.column, caught.value.value) == (column, value)
