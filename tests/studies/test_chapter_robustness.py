"""The chapter on what the answer rests on reads right whichever way the results fall."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from costfloor.report.chapters import robustness
from costfloor.report.document import CHAPTERS
from costfloor.report.study import Study
from costfloor.studies.conclusions import lead, leader, level_leads, level_with_margin, verdict
from costfloor.studies.hindcast.chapter import best_then, direction, hindcast, verdicts_then
from costfloor.studies.hindcast.study import Hindcast
from costfloor.studies.influence.chapter import influence as influence_chapter
from costfloor.studies.influence.chapter import without_models, without_prices
from costfloor.studies.influence.study import Influence
from costfloor.studies.measures.chapter import clocks, floors, markup, verdicts
from costfloor.studies.measures.study import Clocks, Variant
from costfloor.studies.measures.variants import VARIANTS
from costfloor.typeset.montecarlo import median_mcse
from fake_study import make_study
from stored_robustness import conclusion, half_year, influence, measures, stored_robustness


def words(blocks: list[dict[str, Any]]) -> str:
    return " ".join(str(block.get("text", "")) for block in blocks)


def test_without_studies_the_chapter_says_how_to_run_them(study: Study) -> None:
    assert words(robustness(study)).count("make calibrate") == 3


@pytest.mark.parametrize("stale", [(), ("data",)])
def test_every_part_has_its_tables_and_says_when_it_is_out_of_date(tmp_path: Path, stale: tuple[str, ...]) -> None:
    blocks = robustness(make_study(tmp_path, calibration=stored_robustness(*stale)))
    assert words(blocks).count("OUT OF DATE") == 3 * len(stale)
    tables = [block for block in blocks if block["kind"] == "table"]
    assert len(tables) == 7
    for one in tables:
        assert len(one["columns"]) == len(one["align"]) <= 8
        assert all(len(row) == len(one["columns"]) for row in one["rows"])


def test_it_stands_behind_the_comparison() -> None:
    order = list(CHAPTERS)
    assert order.index("robustness") == order.index("comparison") + 1


def test_what_would_have_been_said_is_counted_by_verdict() -> None:
    dates = [
        half_year("2024-01-31", 0.0),
        half_year("2024-07-31", 0.0),
        half_year("2025-01-31", 0.0, verdict="plateau"),
    ]
    said = verdicts_then(dates, "discovery")
    assert "3 half-year ends (2024-01-31 to 2025-01-31)" in said
    assert "inconclusive at 2 and plateau at 1; today it says discovery" in said
    assert "1 half-year end (2024-01-31)" in verdicts_then(dates[:1], "plateau")


@pytest.mark.parametrize(
    ("errors", "below", "above", "held"), [((-0.9, -0.1), 2, 0, 1), ((0.9, 0.8), 0, 2, 0), ((-0.9, 0.1), 1, 1, 1)]
)
def test_the_direction_of_the_errors(errors: tuple[float, float], below: int, above: int, held: int) -> None:
    dates = [half_year(date, error) for date, error in zip(("2024-01-31", "2024-07-31"), errors, strict=True)]
    said = direction(dates, "plateau")
    assert f"below what plateau had said at {below} and above it at {above} of 2 dates" in said
    assert said.endswith(f"held their mean at {held}.")


def test_an_error_smaller_than_its_monte_carlo_error_is_level() -> None:
    level = 2.0 * median_mcse((-0.5, 0.0, 0.5))
    dates = [half_year("2024-01-31", 0.9 * level), half_year("2024-07-31", 1.1 * level)]
    assert "at 0 and above it at 1, level with it at 1 of 2 dates" in direction(dates, "plateau")


def test_the_best_forecast_by_date() -> None:
    dates = [half_year("2024-01-31", 0.0, best="plateau"), half_year("2024-07-31", 0.0, best="exponential")]
    assert best_then(dates) == "The best forecast by CRPS was that of plateau at 1 and constant rate at 1."
    near = [replace(fared, crps=0.504) if fared.law == "discovery" else fared for fared in dates[0].fared]
    said = best_then([replace(dates[0], fared=tuple(near)), dates[1]])
    assert (
        said
        == "The best forecast by CRPS was that of constant rate at 1; plateau and continued discovery, level, at 1."
    )
    assert "No forecast could be judged" in best_then([])


def test_every_table_of_past_dates_says_by_when_scores_were_known() -> None:
    early = half_year("2024-01-31", 0.0)
    late = [replace(half_year(date, 0.0), hindsight=None) for date in ("2025-01-31", "2025-07-31")]
    blocks = hindcast(Hindcast((replace(early, hindsight="nobody knew"), *late)), "", "plateau")
    tables = [block for block in blocks if block["kind"] == "table"]
    assert len(tables) == 2
    for shown in tables:
        assert "At 2025-01-31 and 2025-07-31: capability from scores known by each date." in str(shown)
        assert "At 2024-01-31: capability from scores known today (hindsight), because nobody knew." in str(shown)
    # What was stored before there were such views was in hindsight.
    assert "(hindsight), because all past views were so" in str(hindcast(Hindcast((early,)), "", "plateau"))


def test_dates_without_forecasts_still_say_what_was_concluded() -> None:
    early = replace(half_year("2025-10-31", 0.0), fared=(), months=0, scored=0)
    blocks = hindcast(Hindcast((early,)), "", "plateau")
    assert "No forecast could be judged" in words(blocks)
    (then,) = (block for block in blocks if block["kind"] == "table")
    assert len(then["rows"]) == 1
    assert "Nothing to show here yet" in words(blocks)
    assert "end before" in words(hindcast(Hindcast(()), "", "plateau"))


def with_all(found: Influence, **changes: Any) -> Influence:
    """The same with another conclusion from all prices."""
    return replace(found, conclusions={**found.conclusions, "all": conclusion(**changes)})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (6.0, -2.0, "for plateau contribute +15.0 to it. Without them, with all fits made anew, it is −2.0 (5.0): plateau no longer"),
        (6.0, 1.0, "plateau still leads"),
        (-6.0, -1.0, "speak most for discovery"),
        (-6.0, 2.0, "discovery no longer leads plateau"),
        (6.0, 0.7, "the two are level within its error"),
        (0.7, 6.0, "Both laws are level within the error of that lead to begin with"),
    ],
)  # fmt: skip
def test_a_lead_that_rests_on_ten_models_says_so(before: float, after: float, said: str) -> None:
    result = with_all(influence(elpd_difference=after), elpd_difference=before)
    assert said in without_models(result)
    assert "stays inconclusive" in without_models(result)


def test_a_verdict_that_turns_without_the_models_says_so() -> None:
    assert "turns from inconclusive to discovery" in without_models(influence(verdict="discovery"))
    nobody = with_all(influence(), elpd_difference=None, elpd_difference_se=None)
    assert "no law leads" in without_models(nobody)


def test_prices_that_move_plateau_and_weights_that_cannot_be_trusted() -> None:
    result = influence()
    said = without_prices(result)
    assert "goes from 60 % to 40 % and the floor from 0.30 (0.00 to 0.60) to 0.20 (−0.10 to 0.50)" in said
    assert "cannot be trusted" not in said
    doubtful = tuple(replace(price, khat=0.9) for price in result.prices[:3])
    assert "3 cannot be trusted (Pareto k above 0.7)" in without_prices(
        replace(result, prices=doubtful + result.prices[3:])
    )


def judged(**changes: Any) -> tuple[Variant, list[Variant]]:
    base, *others = measures(changes).variants
    return base, others


def test_variants_that_agree() -> None:
    said = verdicts(*judged())
    assert f"applied to {len(VARIANTS) - 1} variants" in said
    assert "says the same in every variant" in said
    assert "the same sign wherever" in said
    assert "All fits passed" in said
    assert "For want of" not in said


def test_variants_that_differ() -> None:
    said = verdicts(
        *judged(
            output={"verdict": "plateau"},
            open={"elpd_difference": -1.0},
            closed={"origins": 1, "elpd_difference": None},
            task={"failures": ("plateau on all rows: R-hat",)},
        )
    )
    assert "it says plateau for output price." in said
    assert "changes sign for open weights." in said
    assert "withholds a winner for closed weights." in said
    assert "missed gates for price of a task (GPQA Diamond) (1), and there the rule says inconclusive" in said


def test_leads_within_their_error_are_level_and_no_change_of_sign() -> None:
    said = verdicts(*judged(output={"elpd_difference": -0.7}, input={"elpd_difference": -2.0}))
    assert "The lead changes sign for input price and is level within its error for output price." in said
    level = {name: {"elpd_difference": 0.7} for name in VARIANTS}
    assert "level on all blended prices, and so it is wherever it could be scored." in verdicts(*judged(**level))
    assert "level on all blended prices; a law leads for input price (discovery)." in verdicts(
        *judged(**level | {"input": {"elpd_difference": -2.0}})
    )


@pytest.mark.parametrize(
    ("failed", "p_slowed", "said"),
    [
        ("discovery", 0.2, "it would without that too"),
        ("plateau", 0.2, "say more for output price"),
        ("discovery", 0.97, "say more for output price"),
        ("discovery", 0.02, "say more for output price"),
    ],
)
def test_a_verdict_that_failed_gates_withhold_is_named(failed: str, p_slowed: float, said: str) -> None:
    assert said in verdicts(*judged(output={"failures": (f"{failed} on all rows: R-hat",), "p_slowed": p_slowed}))


def test_floors_inside_and_outside_the_interval_of_the_base() -> None:
    assert "all lie inside this interval" in floors(*judged(input={"floor": 0.4}))
    said = floors(*judged(input={"floor": 0.9}, output={"floor": -0.2}))
    assert "from −0.20 (output price) to 0.90 (input price)" in said
    assert "outside this interval: input price and output price" in said


@pytest.mark.parametrize(("floor", "difference"), [(0.5, "+0.20"), (0.1, "−0.20")])
def test_what_markups_may_do(floor: float, difference: str) -> None:
    said = markup(conclusion(), conclusion(floor=floor))
    assert f"the floor is {floor:.2f}" in said
    assert f"({difference})" in said
    assert "(+0.00)" in said


@pytest.mark.parametrize(
    ("lead_of_age", "error", "said"),
    [
        (30.0, 5.0, "decays with the age of a capability than with the calendar: the two clocks can be"),
        (-30.0, 5.0, "decays with the calendar than with the age of a capability: the two clocks can be"),
        (-3.0, 1.0, "the calendar than with the age of a capability: the two clocks cannot be"),
        (9.0, 8.0, "cannot be told apart"),
        (
            0.7,
            5.0,
            "forecasts are level (+0.7, standard error 5.0, by models or by blocks of time) whether its rate decays with the age",
        ),
        (None, None, "could not be compared"),
    ],
)
def test_the_clocks(lead_of_age: float | None, error: float | None, said: str) -> None:
    assert said in clocks(Clocks(lead_of_age, error, 0.4))


@pytest.mark.parametrize(
    ("lead_of_age", "mcse", "said"),
    [
        (10.9, 0.4, "the two clocks can be told apart."),
        (10.7, 0.4, "that is about level with a lead that is clear, 10.0, by its Monte Carlo error, and whether the two clocks can be"),
        (-9.3, 0.4, "and whether the two clocks can be told apart is left open."),
        (9.1, 0.4, "the two clocks cannot be told apart."),
        (10.7, None, "the two clocks can be told apart."),
    ],
)  # fmt: skip
def test_clocks_about_as_far_apart_as_is_clear(lead_of_age: float, mcse: float | None, said: str) -> None:
    assert said in clocks(Clocks(lead_of_age, 5.0, mcse))


@pytest.mark.parametrize(
    ("gap", "mcse", "level"),
    [(10.7, 0.4, True), (-9.3, 0.4, True), (10.9, 0.4, False), (9.1, 0.4, False), (10.0, None, False), (None, None, False)],
)  # fmt: skip
def test_a_lead_is_level_with_its_margin_by_what_is_known_of_its_error(
    gap: float | None, mcse: float | None, level: bool
) -> None:
    assert level_with_margin(gap, 5.0, mcse) is level
    near = conclusion(elpd_difference=gap, elpd_difference_mcse=mcse)
    assert level_leads({"open weights": near, "far": conclusion()}) == (
        f"About level with the lead that is clear, by its Monte Carlo error, is that for open weights ({abs(gap or 0.0):.1f} of 10.0)."
        if level
        else ""
    )


def test_every_chapter_names_the_leads_that_are_level_with_their_margin() -> None:
    near = {"elpd_difference": 10.5}
    date = half_year("2025-07-31", 0.0, **near)
    assert "is that for 2025-07-31 (10.5 of 10.0)." in words(hindcast(Hindcast((date,)), "", "plateau"))
    assert "is that for without the ten models (10.5 of 10.0)." in words(influence_chapter(influence(**near), ""))
    assert "is that for output price (10.5 of 10.0)." in verdicts(*judged(output=near))
    assert "level with the lead" not in verdicts(*judged())


def test_cells() -> None:
    assert str(lead(conclusion(elpd_difference=-3.21, elpd_difference_se=2.0))) == "−3.2 (2.0)"
    assert str(lead(conclusion(elpd_difference=3.0, elpd_difference_se=None))) == "+3.0"
    assert lead(conclusion(elpd_difference=None, elpd_difference_se=None)) is None
    assert verdict(conclusion(failures=("x",))) == "inconclusive (gates FAILED)"


@pytest.mark.parametrize(
    ("gap", "error", "mcse", "law"),
    [
        (0.9, 5.0, 0.4, "plateau"),
        (-0.9, 5.0, 0.4, "discovery"),
        (0.7, 5.0, 0.4, ""),
        (9.0, 5.0, None, ""),
        (11.0, 5.0, None, "plateau"),
        (None, None, None, ""),
    ],
)
def test_a_lead_counts_from_its_monte_carlo_error_on(
    gap: float | None, error: float | None, mcse: float | None, law: str
) -> None:
    found = conclusion(elpd_difference=gap, elpd_difference_se=error, elpd_difference_mcse=mcse)
    assert leader(found) == law
