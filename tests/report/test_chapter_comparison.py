"""The chapter that compares the laws reads right whichever way the results fall."""

from dataclasses import replace
from pathlib import Path

import pytest
from costfloor.fit.savage_dickey import PointNull
from costfloor.forecast.paired import Difference
from costfloor.report.chapter_comparison import comparison, factor_in_words
from costfloor.report.study import Study
from costfloor.studies.catalogue import outdated
from costfloor.studies.forecasts.chapter import (
    TITLES,
    against_rivals,
    dates_left_out,
    forecasts,
    missed_gates,
    monte_carlo,
)
from costfloor.studies.forecasts.result import ForecastRow, ForecastStudy, Horizon, LeftOut
from costfloor.studies.sbc.ranks import IntervalCoverage, Uniformity
from costfloor.studies.sbc.study import Calibration, Row
from costfloor.studies.stored import Stored
from fake_study import make_study

LAW_TITLES = {"plateau": "plateau", "discovery": "continued discovery"} | TITLES


def row(
    forecaster: str,
    crps: tuple[float, float | None] | None = None,
    score: tuple[float, float | None] | None = None,
    index: tuple[float, float | None] | None = None,
    mcse: float | None = 1.0,
) -> ForecastRow:
    """How far behind the best by CRPS (of prices and of quarters) and ahead of it by log score, with errors; the best without any."""
    behind, ahead, of_quarters = (None if pair is None else Difference(*pair) for pair in (crps, score, index))
    return ForecastRow(
        forecaster=forecaster, elpd=-400.0, crps=0.9 + (crps or (0.0,))[0], index_crps=0.4, elpd_ahead=ahead, crps_behind=behind,
        index_behind=of_quarters, elpd_ahead_mcse=None if score is None else mcse, coverage50=0.5, coverage90=0.9,
        pit=Uniformity(300, 0.5, 0.6, inside=True), weight=0.5,
    )  # fmt: skip


def horizon(*rows: ForecastRow, months: int = 12, **changes: object) -> Horizon:
    dates = ("2023-11-30", "2023-12-31")
    found = Horizon(months, dates, (), (), 1300, 120, 9, rows[0].forecaster if rows else "", rows)
    return replace(found, **changes)  # type: ignore[arg-type]


def test_rivals_are_beaten_only_beyond_two_errors() -> None:
    said = against_rivals(
        horizon(
            row("plateau"),
            row("discovery", (0.01, 0.02), (-1.0, 2.0), (0.0, 0.1)),
            row("epoch_ols", (0.1, 0.04), (-30.0, 20.0), (0.3, 0.1)),
            row("no_change", (-0.1, 0.04), (30.0, 10.0), (-0.1, 0.1)),
            row("farmer_lafond", (0.1, None), (-30.0, 10.0), (0.1, 0.1)),
        ),
        LAW_TITLES,
    )
    assert said.startswith(
        "At 12 months, on 1,300 prices of 120 models from 2 dates, the smallest CRPS of the laws and their average is that of plateau "
        "(0.900)."
    )
    assert (
        "By CRPS it is better than one line by least squares (Epoch), worse than no change and not to be told from Farmer and Lafond; "
        "by log score better than Farmer and Lafond, worse than no change and not to be told from one line by least squares (Epoch); "
        "by the mean price of a quarter better than one line by least squares (Epoch) and not to be told from the other 2 rivals "
        "(by two standard errors of the difference)." in said
    )
    assert said.endswith("Among the laws it is, by CRPS, not to be told from continued discovery.")


def test_dates_that_count_for_nobody_are_named_with_the_reason() -> None:
    whole = horizon(row("plateau"), row("epoch_ols", (0.1, 0.04), (-30.0, 10.0)))
    partly = replace(
        whole,
        left_out=(LeftOut("2023-10-31", ("random_walk_drift", "farmer_lafond")),),
        absent=("local_linear_trend",),
    )
    words = dates_left_out(partly, LAW_TITLES)
    assert words == (
        "2023-10-31 is left out for all: no forecast counts from there by ARIMA(0,1,0) with drift and Farmer and Lafond. "
        "No forecast came from local linear trend."
    )
    assert dates_left_out(whole, LAW_TITLES) == ""
    assert "quarter" not in against_rivals(partly, LAW_TITLES)
    assert "Among the laws" not in against_rivals(partly, LAW_TITLES)

    def paragraphs(*horizons: Horizon) -> list[str]:
        return [
            str(block) for block in forecasts(ForecastStudy(horizons, (("2023-11-30", 20),), ()), "", LAW_TITLES)[:-1]
        ]

    # What holds at every horizon is said once.
    alike, different = paragraphs(partly, replace(partly, months=6)), paragraphs(whole, replace(partly, months=6))
    assert [words in paragraph for paragraph in alike] == [True, False, False]
    assert [words in paragraph for paragraph in different] == [False, False, True]


def test_nobody_is_better_than_an_average_of_which_only_a_bound_is_known() -> None:
    said = against_rivals(
        horizon(row("plateau"), row("discovery", (0.1, 0.01)), row("average_of_laws", (0.1, 0.01))), LAW_TITLES
    )
    assert said.endswith("Among the laws it is, by CRPS, better than continued discovery.")


def test_a_forecaster_level_with_all_says_so_once() -> None:
    said = against_rivals(
        horizon(row("plateau"), *(row(name, (0.01, 0.02), (-1.0, 2.0)) for name in ("epoch_ols", "no_change"))),
        LAW_TITLES,
    )
    assert "By CRPS it is not to be told from any of 2 rivals; by log score not to be told from any of 2 rivals" in said


def test_without_rivals_nothing_is_claimed() -> None:
    assert against_rivals(horizon(), LAW_TITLES) == "At 12 months nothing could be compared."
    assert "better than" not in against_rivals(horizon(row("plateau")), LAW_TITLES)


def test_the_table_has_every_forecaster_at_every_horizon_on_as_many_prices() -> None:
    rows = (row("plateau"), row("epoch_ols", (0.1, 0.04), (-30.0, 10.0), (0.3, None)))
    study = ForecastStudy(
        (horizon(*rows, months=3), horizon(*rows, rows=900)), (("2023-11-30", 20), ("2023-12-31", 30)), ()
    )
    *_, block = forecasts(study, "", {"plateau": "plateau"})
    assert [line[:3] for line in block["rows"]] == [
        (months, prices, title)
        for months, prices in (("3", "1,300"), ("12", "900"))
        for title in ("plateau", "least squares (Epoch)")
    ]
    assert "+0.100 (0.040)" in block["rows"][1]
    assert "+0.300" in block["rows"][1]


def test_scores_that_are_mostly_monte_carlo_error_are_named() -> None:
    best, quiet, noisy = (
        row("plateau"),
        row("discovery", score=(3.0, 5.0), mcse=2.0),
        row("discovery", score=(3.0, 5.0), mcse=4.0),
    )
    said = monte_carlo([horizon(best, quiet), horizon(best, noisy, months=6)], LAW_TITLES)
    assert "Monte Carlo error for continued discovery at 6 months; elsewhere Monte Carlo error is at most 2." in said
    assert "at most 2." in monte_carlo([horizon(best, quiet)], LAW_TITLES)
    assert "elsewhere" not in monte_carlo([horizon(best, noisy)], LAW_TITLES)
    assert monte_carlo([horizon(best), horizon()], LAW_TITLES) == ""


def test_missed_gates_are_named() -> None:
    failures = [("plateau", "2024-01-31", "3 divergences"), ("epoch_ols", "2023-11-30", "too few rows")]
    said = missed_gates(failures, 13, LAW_TITLES)
    assert "Of 13 dates a gate was missed by plateau at 1." in said
    assert "no forecast came from one line by least squares (Epoch) at 1" in said
    assert missed_gates([], 13, LAW_TITLES) == "All refits passed their gates."
    assert missed_gates(failures[1:], 13, LAW_TITLES).startswith("All refits passed")


@pytest.mark.parametrize(
    ("stale", "words"), [((), ""), (("data",), "OUT OF DATE"), (("code", "data"), "code and data")]
)
def test_what_is_out_of_date_says_so(stale: tuple[str, ...], words: str) -> None:
    said = outdated(stale)
    assert words in said
    assert bool(said) == bool(stale)


def test_without_studies_the_chapter_says_how_to_run_them(study: Study) -> None:
    blocks = comparison(study)
    words = " ".join(str(block.get("text", "")) for block in blocks)
    assert words.count("make calibrate") == 5
    assert "encompassing law leaves open" in words


def test_both_tables_of_forecasts_have_a_name_of_their_own() -> None:
    study = ForecastStudy((horizon(row("plateau"), months=3),), (("2025-01-31", 900), ("2026-01-31", 2400)), ())
    for name in ("forecasts", "recent_forecasts"):
        (words, *_, table) = forecasts(study, "", LAW_TITLES, name)
        assert "2 month-ends from 2025-01-31 to 2026-01-31" in words["text"]
        assert table["name"] == name


def sbc_row(quantity: str, p_value: float, rows: int, missed: tuple[float, ...] = ()) -> Row:
    """A quantity of plateau in a table of `rows`, whose intervals of the probabilities in `missed` do not cover as they should."""
    alone = Uniformity(400, 0.5, p_value, inside=p_value > 0.05)
    coverage = tuple(IntervalCoverage(share, share, 1.0 if share in missed else 0.0, 1.0) for share in (0.5, 0.9))
    return Row(
        "plateau", quantity, alone, min(1.0, rows * p_value), coverage, tuple(place % 32 for place in range(400))
    )


def calibration_words(folder: Path, *rows: Row) -> str:
    stored = Stored("sbc", Calibration(rows, {"plateau": 0.1}), ())
    return " ".join(str(block.get("text", "")) for block in comparison(make_study(folder, calibration={"sbc": stored})))


def test_calibration_that_holds_says_how_many_leave_their_band_by_chance(tmp_path: Path) -> None:
    rows = [sbc_row(f"quantity {number}", 0.03 if number < 2 else 0.5, 40) for number in range(40)]
    words = calibration_words(tmp_path, *rows)
    assert "fitted to its own prices 400 times" in words
    assert "all 40 are inside" in words
    assert "Outside:" not in words
    assert "the ranks of 2 leave the band that holds 95 % of uniform ranks, where chance would put about 2" in words
    assert "no test of it" not in words
    fewer = [replace(row, uniformity=replace(row.uniformity, simulations=200)) for row in rows]
    assert "had been read when this one was written" in calibration_words(tmp_path, *fewer)
    assert not Calibration(tuple(fewer), {}).passed
    assert "smallest p-value of all is 0.03, and 0.0013 is the limit" in words


def test_calibration_names_what_is_outside_and_by_what(tmp_path: Path) -> None:
    words = calibration_words(
        tmp_path,
        sbc_row("rate_floor", 0.01, 3),
        sbc_row("noise_scale", 0.02, 3, missed=(0.5, 0.9)),
        sbc_row("elasticity", 0.001, 3, missed=(0.9,)),
    )
    assert "0 of 3 are inside" in words
    assert "rate_floor of plateau (ranks, p = 0.01)" in words
    assert "noise_scale of plateau (coverage of the 50 % and 90 % intervals)" in words
    assert "elasticity of plateau (ranks, p = 0.001 and coverage of the 90 % interval)" in words


@pytest.mark.parametrize(
    ("bayes_factor", "relative_mcse", "words"),
    [
        (0.0238, 0.1, "the odds are 42 to 1 against no floor (relative Monte Carlo error 10 %)."),
        (6.04, 0.1, "the odds are 6.0 to 1 for no floor (relative Monte Carlo error 10 %)."),
        (1.1, 0.1, "the odds of no floor are level with those of the rest (relative Monte Carlo error 10 %)."),
        (1.3, 0.4, "the odds of no floor are level with those of the rest (relative Monte Carlo error 40 %)."),
        (0.0238, 0.46, "against no floor are by Savage and Dickey, these draws do not tell (beyond it: 7 of 6,000)."),
    ],
)
def test_odds_of_a_point_have_a_size_where_draws_tell_it(bayes_factor: float, relative_mcse: float, words: str) -> None:
    assert factor_in_words(PointNull("no floor", 0.0, bayes_factor, relative_mcse, 6000, 7)).endswith(words)


def test_where_no_draw_lies_beyond_a_point_it_says_so() -> None:
    words = factor_in_words(PointNull("no decay", 1.0, 0.0, float("inf"), 6000, 0))
    assert words.endswith(
        "against no decay are by Savage and Dickey, these draws do not tell (beyond it: none of 6,000)."
    )
