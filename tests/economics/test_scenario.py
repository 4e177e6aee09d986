"""Scenario files: what is read, and what is refused with the path of the key and the allowed range."""

from pathlib import Path

import pytest
from costfloor.economics.scenario import RANGES, SECTIONS
from costfloor.economics.scenario_file import parse_scenario, read_scenario, shipped_scenarios
from costfloor.errors import InputError

PATH = Path(__file__).with_name("example.toml")
TEXT = PATH.read_text("utf-8")


def test_the_services_that_come_with_the_package() -> None:
    found = {one.name: one for one in shipped_scenarios()}
    assert list(found) == ["api_wrapper", "growing_agent", "inference_host", "ranking_pipeline"]
    assert [name for name, one in found.items() if one.capacity] == ["inference_host"]
    assert found["ranking_pipeline"].tokens.skip_share > 0.5
    assert all(one.ranges for one in found.values())


def test_every_key_has_a_range_and_every_range_a_key() -> None:
    keys = {f"{name}.{field}" for name, kind in SECTIONS.items() for field in kind.__dataclass_fields__}
    assert keys == set(RANGES)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pass_through = 0.5", "pass_thru = 0.5", r"demand\.pass_thru'.*not known.*pass_through"),
        ("pass_through = 0.5", "pass_through = -0.5", r"demand\.pass_through'.*-0\.5.*Allowed: 0 to 1"),
        ("pass_through = 0.5", "pass_through = 1.5", r"demand\.pass_through'.*1\.5.*Allowed: 0 to 1"),
        ("price_elasticity = -1.0", "price_elasticity = 1.0", r"demand\.price_elasticity'.*Allowed: -5 to 0"),
        (
            "growth_per_year = 0.1",
            "growth_per_year = 10",
            r"demand\.growth_per_year'.*Allowed: -0\.9 to 9 as a fraction",
        ),
        (
            "input_usd_per_mtok = 2.5",
            'input_usd_per_mtok = "2.5 USD"',
            r"tokens\.input_usd_per_mtok'.*not a number.*USD per million",
        ),
        ("input_usd_per_mtok = 2.5", "input_usd_per_mtok = 2_500_000", r"tokens\.input_usd_per_mtok'.*out of range"),
        ("input_usd_per_mtok = 2.5", "input_usd_per_mtok = nan", r"tokens\.input_usd_per_mtok'.*out of range"),
        ("input_usd_per_mtok = 2.5", "", r"tokens\.input_usd_per_mtok'.*missing"),
        (
            "growth_per_year = 0.0",
            "growth_per_year = 0.0\nbatch_share = 0.7\nskip_share = 0.6",
            r"tokens\.batch_share'.*more than one",
        ),
        (
            "growth_per_year = 0.0",
            "growth_per_year = 0.0\ncached_share = 1.2",
            r"tokens\.cached_share'.*Allowed: 0 to 1",
        ),
        ("horizon_years = 3", "horizon_years = 3.5", r"decision\.horizon_years'.*whole number"),
        ("horizon_years = 3", "horizon_years = true", r"decision\.horizon_years'.*whole number"),
        ("wait_years = 1", "wait_years = 3", r"decision\.wait_years'.*no year after"),
        ("[costs]", "[cost]", r"'cost'.*not known.*costs"),
        ('title = "Worked example"', "title = 3", r"'title'.*must be a text"),
        ("[0.0, 0.5]", "[0.1, 0.5]", r"ranges\.tokens\.growth_per_year'.*does not hold the value 0"),
        ("[0.0, 0.5]", "[0.0]", r"ranges\.tokens\.growth_per_year'.*not a low and a high"),
        ('"tokens.growth_per_year" =', '"tokens.growth" =', r"ranges\.tokens\.growth'.*not a key"),
        ('"tokens.growth_per_year" = [0.0, 0.5]', '"capacity.usd" = [0.0, 1.0]', r"ranges\.capacity\.usd'.*not a key"),
        (
            "[decision]",
            "[staff]\nusd_per_accelerator = 5.0\n\n[decision]",
            r"staff\.usd_per_accelerator'.*needs accelerators",
        ),
        (
            "[decision]",
            "[staff]\nusd_per_token = 5.0\n\n[decision]",
            r"staff\.usd_per_token'.*not known.*usd_per_request",
        ),
        ("[demand]", "[demand", "not TOML"),
    ],
)
def test_a_bad_file_is_refused_by_key(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match=f"(?s)example.toml.*{said}") as refused:
        parse_scenario(TEXT.replace(old, new, 1), PATH)
    assert refused.value.exit_code == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_scenario(tmp_path / "none.toml")
