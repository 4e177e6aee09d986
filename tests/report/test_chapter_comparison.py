"""The chapter that compares the laws reads right whichever way the results fall."""

from dataclasses import replace
from pathlib import Path

import pytest
from costfloor.report.chapter_comparison import comparison
from costfloor.report.study import Study
from costfloor.studies.catalogue import outdated
from costfloor.studies.forecasts.chapter import TITLES, best_against_rivals, hangs_on, missed_gates, monte_carlo
from costfloor.studies.forecasts.study import ForecastRow
from costfloor.studies.sbc.chapter import on_new_truths
from costfloor.studies.sbc.ranks import IntervalCoverage, Uniformity
from costfloor.studies.sbc.study import Calibration, CalibrationStudy, Row
from costfloor.studies.sbc_fresh.study import FreshCalibration
from costfloor.studies.stored import Stored
from fake_study import make_study

LAW_TITLES = {"plateau": "plateau", "discovery": "continued discovery"} | TITLES


def row(
    forecaster: str,
    crps: float | dict[str, float],
    months: int = 12,
    *,
    error: float = 5.0,
    mcse: float | None = 1.0,
) -> ForecastRow:
    """Scores from one date, or from several with a hundred prices each."""
    by_date = crps if isinstance(crps, dict) else {"2023-11-30": crps}
    mean = sum(by_date.values()) / len(by_date)
    return ForecastRow(
        forecaster=forecaster, horizon_months=months, origins=12, rows=300, elpd=-400.0, se=20.0,
        elpd_difference=3.0, elpd_difference_se=error, elpd_difference_mcse=mcse,
        crps=mean, crps_ratio=mean, crps_by_origin={date: (100, one) for date, one in by_date.items()},
        coverage50=0.5, coverage90=0.9, pit=Uniformity(300, 0.5, 0.6, inside=True), weight=0.5,
    )  # fmt: skip


def test_the_best_law_beats_both_rivals() -> None:
    rows = [row("plateau", 0.9), row("discovery", 1.0), row("epoch_ols", 1.2), row("random_walk_drift", 1.1)]
    said = best_against_rivals(rows, 12, LAW_TITLES)
    assert "the best of them by CRPS is plateau" in said
    assert "25 % below one line by least squares (Epoch)" in said
    assert said.endswith("it beats both.")


def test_the_best_law_beats_one_and_says_which_not() -> None:
    rows = [row("plateau", 0.9), row("discovery", 1.0), row("epoch_ols", 0.8), row("random_walk_drift", 1.1)]
    said = best_against_rivals(rows, 12, LAW_TITLES)
    assert "12 % above one line" in said
    assert said.endswith("it does not beat one line by least squares (Epoch).")


def test_a_tie_is_no_win() -> None:
    rows = [row("plateau", 0.9), row("epoch_ols", 0.9), row("random_walk_drift", 1.0)]
    said = best_against_rivals(rows, 12, LAW_TITLES)
    assert "does not beat one line" in said
    assert "is plateau, level with one line by least squares (Epoch) and 10 % below ARIMA" in said


@pytest.mark.parametrize(
    ("crps", "said"),
    [(0.903, "are level (plateau and continued discovery): 10 % below"), (0.906, "is plateau, 10 % below")],
)
def test_laws_whose_scores_read_the_same_are_level(crps: float, said: str) -> None:
    rows = [row("plateau", 0.9), row("discovery", crps), row("epoch_ols", 1.0)]
    assert f"the best of them by CRPS {said}" in best_against_rivals(rows, 12, LAW_TITLES)


def test_without_rivals_nothing_is_claimed() -> None:
    assert "nothing could be compared" in best_against_rivals([row("plateau", 0.9)], 12, LAW_TITLES)
    assert "nothing could be compared" in best_against_rivals([], 6, LAW_TITLES)
    assert "nothing could be compared" in best_against_rivals([row("epoch_ols", 0.9)], 12, LAW_TITLES)


def test_a_rival_that_could_not_forecast_from_a_hard_date_is_met_on_its_own_dates() -> None:
    rows = [row("plateau", {"2023-11-30": 3.0, "2023-12-31": 0.9}), row("random_walk_drift", {"2023-12-31": 1.0})]
    said = best_against_rivals(rows, 12, LAW_TITLES)
    assert "10 % below ARIMA(0,1,0) with drift from the same dates: it beats ARIMA(0,1,0) with drift." in said


DATES = ["2023-11-30", "2023-12-31", "2024-01-31"]
ORIGINS = list(zip(DATES, (15, 20, 1), strict=True))


def from_dates(*crps: float) -> dict[str, float]:
    return dict(zip(DATES, crps, strict=True))


def test_what_hangs_on_a_single_date_is_named_with_what_it_would_be() -> None:
    rows = [
        row("plateau", from_dates(1.3, 0.9, 1.3)),
        row("discovery", from_dates(2.0, 2.0, 2.0)),
        row("epoch_ols", from_dates(1.0, 1.2, 1.2)),
        row("random_walk_drift", {"2023-12-31": 9.0, "2024-01-31": 9.0}),
    ]
    assert "does not beat one line" in best_against_rivals(rows, 12, LAW_TITLES)
    said = hangs_on(rows, 12, ORIGINS, LAW_TITLES)
    assert said == "That hangs on single dates: without 2023-11-30 (15 prices seen) it beats both."
    twice = [row("plateau", from_dates(1.3, 0.9, 1.3)), row("epoch_ols", from_dates(1.1, 1.2, 1.1))]
    said = hangs_on(twice, 12, ORIGINS, LAW_TITLES)
    assert "without any one of 2023-11-30 (15 prices seen) and 2024-01-31 (1 price seen) it beats one line" in said


def test_what_hangs_on_no_date_says_so_and_nothing_is_said_of_nothing() -> None:
    rows = [row("plateau", from_dates(0.9, 0.9, 0.9)), row("epoch_ols", from_dates(1.0, 1.0, 1.0))]
    assert hangs_on(rows, 12, ORIGINS, LAW_TITLES) == "That stays so whichever date is left out."
    assert hangs_on(rows, 6, ORIGINS, LAW_TITLES) == ""
    assert hangs_on(rows[:1], 12, ORIGINS, LAW_TITLES) == ""
    alone = [row("plateau", 0.9), row("epoch_ols", 1.0)]
    assert hangs_on(alone, 12, ORIGINS[:1], LAW_TITLES) == ""


def test_scores_that_are_mostly_monte_carlo_error_are_named() -> None:
    quiet, noisy = row("discovery", 1.0, mcse=2.0), row("plateau", 1.0, months=6, error=5.0, mcse=4.0)
    said = monte_carlo([quiet, noisy], LAW_TITLES)
    assert "Monte Carlo error for plateau at 6 months; elsewhere Monte Carlo error is at most 2." in said
    assert "at most 2." in monte_carlo([quiet], LAW_TITLES)
    assert "elsewhere" not in monte_carlo([noisy], LAW_TITLES)
    assert monte_carlo([], LAW_TITLES) == ""
    assert monte_carlo([row("discovery", 1.0, error=0.0, mcse=0.0), row("plateau", 1.0, mcse=None)], LAW_TITLES) == ""


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
    assert words.count("make calibrate") == 4
    assert "encompassing law leaves open" in words


def sbc_row(law: str, quantity: str, *, passed: bool, simulations: int = 200) -> Row:
    inside = Uniformity(simulations, 0.5, 0.6 if passed else 0.02, inside=passed)
    coverage = tuple(IntervalCoverage(share, share, 0.0, 1.0) for share in (0.5, 0.9))
    return Row(law, quantity, inside, coverage, tuple(place % 32 for place in range(simulations)))


def run(*rows: Row) -> Calibration:
    return Calibration(rows, {"plateau": 0.1})


def test_calibration_names_what_is_outside_and_what_stays_so(tmp_path: Path) -> None:
    first = run(sbc_row("plateau", "rate_floor", passed=False), sbc_row("plateau", "noise_scale", passed=True))
    mended, worse = (
        [sbc_row("plateau", name, passed=passed, simulations=1000) for name, passed in passes.items()]
        for passes in ({"rate_floor": True, "noise_scale": True}, {"rate_floor": False, "noise_scale": False})
    )

    def said(more: list[Row] | None) -> str:
        found = CalibrationStudy(first, run(*more) if more else None)
        study = make_study(tmp_path, calibration={"sbc": Stored("sbc", found, ())})
        return " ".join(str(block.get("text", "")) for block in comparison(study))

    assert "1 stay inside. Outside: rate_floor of plateau." in said(None)
    assert "Run again with 1,000 simulations, all of these are inside. By chance about 0 of the 2 quantities" in said(
        mended
    )
    assert "0 of these are inside. Still outside: rate_floor of plateau (p = 0.020; on the 800 simulations" in said(
        worse
    )
    assert "Outside in the larger run alone: noise_scale of plateau (p = 0.020" in said(worse)


def test_what_stays_outside_is_held_against_new_truths(tmp_path: Path) -> None:
    first = run(sbc_row("plateau", "rate_floor", passed=False))
    larger = run(sbc_row("plateau", "rate_floor", passed=False, simulations=1000))

    def said(**passes: bool) -> str:
        rows = [sbc_row("plateau", name, passed=passed, simulations=1000) for name, passed in passes.items()]
        anew = FreshCalibration((("plateau", "rate_floor"),), run(*rows))
        calibration = {
            "sbc": Stored("sbc", CalibrationStudy(first, larger), ()),
            "sbc_fresh": Stored("sbc_fresh", anew, ("code",)),
        }
        return " ".join(
            str(block.get("text", "")) for block in comparison(make_study(tmp_path, calibration=calibration))
        )

    mended = said(rate_floor=True, noise_scale=False)
    assert (
        "with new truths rate_floor of plateau is inside (p = 0.60); outside among the other quantities of these laws: 1 of 1,"
        in mended
    )
    assert "OUT OF DATE" in mended
    assert (
        "rate_floor of plateau is outside again (p = 0.02); outside among the other quantities of these laws: 0 of 1,"
        in said(rate_floor=False, noise_scale=True)
    )


def test_intervals_that_miss_are_told_from_ranks_that_do() -> None:
    ranked = sbc_row("plateau", "rate_floor", passed=True, simulations=1000)
    missed = replace(ranked, coverage=(IntervalCoverage(0.5, 0.3, 0.4, 0.6),))
    assert (
        "rate_floor of plateau is inside by its ranks, not by the coverage of its intervals (p = 0.60)"
        in on_new_truths([("plateau", "rate_floor")], [missed])
    )
