"""A study of made-up results: small, quick, and with names that try to be markup."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from costfloor.built import BuildReport
from costfloor.checks.result import CheckResult, predictive_check
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import economics
from costfloor.fit.quantities import reported_quantities
from costfloor.fit.question_events import YEARS_AHEAD
from costfloor.fit.question_evidence import LawEvidence
from costfloor.fit.request import priors_of
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import PriorSensitivity
from costfloor.forecast.baselines import BASELINES
from costfloor.forecast.compare import Comparison, LawScore
from costfloor.forecast.ledger import Entry
from costfloor.forecast.questions import Questions, answer_questions
from costfloor.keys import fingerprint
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.laws.panel import market_observations
from costfloor.panel import law_rows
from costfloor.report.baselines import baselines, published_rates
from costfloor.report.price_indexes import PanelIndexes, panel_indexes
from costfloor.report.study import Study
from costfloor.sampling.probability import Probability
from costfloor.studies.events.event_study import event_study, innovation_months
from costfloor.studies.last_forecast.result import (
    AVERAGE,
    Arrival,
    Fan,
    ForecasterScore,
    LastForecast,
)
from costfloor.studies.levers.levers import Lever
from plain_draws import INNOVATION_DIMS, law_values
from store import project_store

HOSTILE = "#let *x*_$y$@z<a>`b`\\c [d] //"
CHAINS, DRAWS = 2, 60
DATA = Path(__file__).parents[1] / "data"
GOOD = {
    "rhat_max": 1.002,
    "ess_bulk_min": 900.0,
    "ess_tail_min": 800.0,
    "divergences": 0,
    "ebfmi_min": 0.7,
    "passed": True,
    "worst": "rate",
}
BAD = {**GOOD, "rhat_max": 1.2, "divergences": 17, "passed": False, "worst": "R-hat 1.200 of rate_floor"}


def make_panel() -> pd.DataFrame:
    """Two bands, twelve models each, two prices per model."""
    rows = []
    for band, (centre, birth) in {"GPT-4": (120.0, "2023-03-14"), HOSTILE: (140.0, "2024-09-12")}.items():
        for number in range(12):
            entry = pd.Timestamp(birth) + pd.Timedelta(days=40 * number)
            for repeat in range(2):
                rows.append(
                    {
                        "quote_id": f"curated-{band[:3]}{number}{repeat}",
                        "model": f"{HOSTILE}/{band}-{number}",
                        "host": f"host {number % 3}",
                        "host_kind": "first_party",
                        "date": entry + pd.Timedelta(days=90 * repeat),
                        "changed_after": entry - pd.Timedelta(days=number),
                        "recorded_on": entry,
                        "left_censored": False,
                        "valid_to": entry + pd.Timedelta(days=90) if repeat == 0 else pd.NaT,
                        "price_usd_per_mtok": 30.0 * np.exp(-0.3 * number - 0.1 * repeat),
                        "n_benchmarks": 5,
                        "capability": centre + number % 4,
                        "capability_sd": 1.5,
                        "band": band,
                        "band_centre": centre,
                        "birth": pd.Timestamp(birth) + pd.Timedelta(days=20 * (number % 4)),
                        "segment": band,
                        "open_weights": number % 2 == 0,
                        "reasoning": number % 3 == 0,
                        "release_date": entry,
                        "clock_release": entry,
                        "source": "curated",
                    }
                )
    return pd.DataFrame(rows).astype({"open_weights": "boolean", "reasoning": "boolean"})


@cache
def make_indexes() -> PanelIndexes:
    """The indexes of the panel, computed once: their bootstraps take seconds."""
    return panel_indexes(make_panel())


def make_quotes(panel: pd.DataFrame) -> pd.DataFrame:
    kept = panel[["quote_id", "source", "recorded_on"]].assign(
        status="kept", left_censored=False, match_basis="api_id id", model_id="a model", reason=None
    )
    lost = kept.head(5).assign(quote_id="x", status="unresolved", match_basis=None, model_id=HOSTILE)
    held = kept.tail(3).assign(quote_id="y", status="quarantined", reason=["zero price", "zero price", HOSTILE])
    return pd.concat([kept, lost, held], ignore_index=True)


def make_fit(law_name: str, obs: PriceObservations, diagnostics: dict[str, Any] = GOOD, **center: float) -> Fit:
    """A fit whose draws scatter by 0.05 around plain values or `center`."""
    law, rng = LAWS[law_name], np.random.default_rng(0)
    count = len(obs.families)
    values: dict[str, Any] = {
        "noise_scale": 0.3,
        "noise_tail": 10.0,
        "elasticity": 0.5,
        "family_elasticity": np.full(count, 0.5),
        "family_start": np.full(count, 3.0),
        "unit_level": np.zeros(len(obs.unit_family)),
        "model_spread": 0.5,
        "same_model_rate": 0.4,
        "pass_through": 0.3,
        "host_effect": np.zeros(len(obs.hosts)),
        **law_values(law, obs, {"rate": 1.0, "rate_excess": 1.5} | center),
    }
    dims = {name: ("family",) if np.shape(value) == (count,) else (f"{name}_dim",) for name, value in values.items()}
    dims |= INNOVATION_DIMS
    posterior = xr.Dataset(
        {
            name: (
                ("chain", "draw", *(dims[name] if np.shape(value) else ())),
                value + 0.05 * rng.standard_normal((CHAINS, DRAWS, *np.shape(value))),
            )
            for name, value in values.items()
        },
        coords={"family": list(obs.families)},
    )
    receipt = {
        "law": law_name,
        "fingerprint": fingerprint({"law": law_name, "data": obs.data_hash}),
        "n": obs.n,
        "data_hash": obs.data_hash,
        "diagnostics": diagnostics,
        "seconds": {"compile": 1.0, "sample": 2.0, "total": 3.0},
        "attempts": [{}],
        "priors": priors_of(law),
    }
    return Fit(law, receipt, posterior, reported_quantities(posterior, law, obs))


def make_rates(floor: float) -> dict[str, dict[str, list[float]]]:
    """What the ledger keeps of each law."""
    rates = {"rate_now": [0.8, 1.0, 1.2], "rate_long_run": [floor - 0.2, floor, floor + 0.2]}
    return dict.fromkeys(LAWS, rates)


def make_entry(vintage: str = "0123456789abcdef", **changes: Any) -> Entry:
    """A line of the ledger."""
    line = Entry(vintage, "d", "2025-10-18", 48, "inconclusive", 2.0, 3.0, 0.6, 0.03, True, make_rates(0.3))
    return replace(line, **changes)


def make_forecaster(name: str, **changes: Any) -> ForecasterScore:
    """How one forecaster did: right by its own account, and like the mixture."""
    score = ForecasterScore(name, -30.0, 0.0, 2.0, 0.5, 0.0, 0.02, 0.3, 0.5, 0.9, 0.02, -0.1, 0.1, (-0.5, 0.3))
    return replace(score, **changes)


def make_last_forecast(**changes: Any) -> LastForecast:
    """The last forecast on twelve prices of two families, one of which is new."""
    days = ("2024-12-31", "2025-06-30", "2025-10-18")
    quantiles = tuple((level, level - 0.2, level - 0.4) for level in (-1.0, -0.5, 0.0, 0.5, 1.0))
    found = LastForecast(
        day=days[0],
        until=days[-1],
        rows_seen=36,
        rows=12,
        models=8,
        models_new=6,
        families=("GPT-4", HOSTILE),
        families_new=(HOSTILE,),
        rows_of_new_families=5,
        weights=None,
        forecasters=tuple(make_forecaster(name) for name in (*LAWS, AVERAGE, *BASELINES)),
        fans=(Fan("GPT-4", True, days, quantiles), Fan(HOSTILE, False, days, quantiles)),
        arrivals=(Arrival("GPT-4", days[1], 0.1, True), Arrival(HOSTILE, days[2], -0.3, False)),
    )
    return replace(found, **changes)


def make_comparison(**changes: Any) -> Comparison:
    comparison = Comparison(
        horizon_months=12,
        origins=tuple(
            {"date": f"202{year}-06-30", "rows_seen": 60, "rows_scored": 40, "quantities": make_rates(0.1 * year)}
            for year in (2, 3, 4)
        ),
        laws={name: LawScore(-100.0, 5.0, 0.5, 0.9, 1 / len(LAWS), (0.0, 0.5)) for name in LAWS},
        elpd_difference=2.0,
        elpd_difference_se=3.0,
        elpd_difference_mcse=0.5,
        elpd_margin_mcse=0.5,
        p_slowed=0.6,
        verdict="inconclusive",
        verdict_reason="against plateau: little; against discovery: little",
        p_floor_15_20=0.03,
        p_floor_15_20_ci90=(0.0, 0.05),
        p_floor_15_20_plateau=0.06,
        p_floor_15_20_prior=0.07,
        prior_sensitivity=PriorSensitivity("rate_floor", 0.02, 0.2),
        questions=make_questions(),
        passed=True,
        failures=(),
    )
    return replace(comparison, **changes)


def make_evidence(yes: float, prior: float = 0.4, late: float | None = None) -> LawEvidence:
    """What a law says that gives the same probability of yes to every question, and one of its own to the last of the years ahead."""
    posterior, before = Probability(yes, 0.004), Probability(prior, 0.004)
    at_most_20 = dict.fromkeys(YEARS_AHEAD, posterior)
    if late is not None:
        at_most_20[YEARS_AHEAD[-1]] = Probability(late, 0.004)
    return LawEvidence(dict.fromkeys((1, 2, 5), posterior), dict.fromkeys((1, 2, 5), before), at_most_20)


def make_questions(set_aside: dict[str, str] | None = None, **laws: LawEvidence) -> Questions:
    """Answers of all laws, of which those not given find each question undecided."""
    evidence = {name: laws.get(name, make_evidence(0.5)) for name in LAWS}
    return answer_questions(evidence, set_aside or {})


def make_checks() -> tuple[CheckResult, ...]:
    predicted = {name: np.linspace(-1, 1, 50) for name in LAWS}
    table = pd.DataFrame({"law": list(LAWS), "max_deviation": 0.1, "passed": True}).astype({"passed": object})
    return (
        predictive_check("recent_slope", "The slope", "a year", -0.25, predicted, needs="rows"),
        predictive_check("curvature", "The curvature", "", 9.0, predicted, needs="rows"),
        predictive_check("largest_drop", "The drop", "", float("nan"), predicted, needs="two quarters"),
        CheckResult("pit", True, "Distance -0.1 of PIT. Warnings: a long one", table),
    )


@cache
def made_up() -> Study:
    """Made once in a process: no test may change what is in it."""
    panel = make_panel()
    quotes = make_quotes(panel)
    obs = market_observations(law_rows(panel), panel)
    build = BuildReport(
        vintage="0123456789abcdef",
        quotes=len(panel),
        models=panel["model"].nunique(),
        families=2,
        hosts=3,
        first=str(panel["date"].min().date()),
        last=str(panel["date"].max().date()),
        path="panel.parquet",
        launch_priced_models=24,
        statuses={"kept": len(panel), "unresolved": 5, "quarantined": 3},
        disagreements=1,
        capability={
            "models": 24,
            "benchmarks": 5,
            "scores": 120,
            "diagnostics": GOOD,
            "seconds": {"compile": 1.0, "sample": 1.0},
            "eci_rank_correlation": 0.98,
            "eci_models": 20,
        },
        fingerprint="f",
        source="s",
        tables={},
    )
    fits = {name: make_fit(name, obs) for name in LAWS}
    innovations = innovation_months(project_store())
    return Study(
        build=build,
        panel=panel,
        quotes=quotes,
        obs=obs,
        fits=fits,
        comparison=make_comparison(),
        checks=make_checks(),
        baselines=baselines(panel),
        epoch=published_rates(),
        indexes=make_indexes(),
        history=(make_entry(),),
        past_days=(make_entry("a@2025-09-30", as_of="2025-09-30", last="2025-09-28"),),
        last_forecast=make_last_forecast(),
        calibration={},
        economics=economics(shipped_scenarios(), fits, obs, project_store(), seed=1),
        innovations=innovations,
        events=event_study(panel, innovations),
        levers=(
            Lever("input read from a cache", 20, (0.1, 0.25, 0.25), (2024, 2025)),
            Lever("input in the batch tier", 3, None, (2025, 2025)),
        ),
    )


def make_study(folder: Path, **changes: Any) -> Study:
    """A study whose build folder is `folder`."""
    build = replace(made_up().build, path=str(folder / "panel.parquet"))
    return replace(made_up(), build=build, **changes)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return make_study(tmp_path / "processed")
