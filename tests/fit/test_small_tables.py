"""Small tables: what a fit prints is the table's, and agrees with least squares."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_run import run
from costfloor.fit.fit import fit_law
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.observations import observations
from costfloor.laws.simulate import TableDesign
from costfloor.sampling.policy import Sampling
from known_laws import simulated_frame
from store import project_store

CASE = Path(__file__).parents[1] / "cases" / "13_one_family" / "seq.csv"
SETTINGS = Sampling(draws=600, tune=500, chains=4, target_accepts=(0.95, 0.99))
TECHNOLOGIES = (
    "Photovoltaics", "Hard Disk Drive", "DNA sequencing (NIH): cost_per_mb", "McCallum: memory", "Acrylonitrile", "Primary Aluminum",
)  # fmt: skip
"""Six of the table of costs that fell over their records: a constant rate is positive, and least squares of a rising series are not."""


def fitted(law: str, frame: pd.DataFrame, folder: Path) -> Fit:
    fit = fit_law(LAWS[law], observations(frame), SETTINGS, folder, lambda _: None)
    assert fit.passed, fit.receipt["diagnostics"]["worst"]
    return fit


def least_squares(years: np.ndarray, log_price: np.ndarray) -> tuple[float, float]:
    """Rate of decline and its standard error."""
    apart = years - years.mean()
    slope = apart @ log_price / (apart @ apart)
    rest = log_price - log_price.mean() - slope * apart
    return -float(slope), float(np.sqrt(rest @ rest / (len(years) - 2) / (apart @ apart)))


@pytest.mark.slow
def test_the_rate_of_one_family_is_that_of_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """NHGRI's cost of a genome: least squares say 0.632 to 0.708, a typical family of a population of one 0.44 to 1.22."""
    result = run(capsys, "fit", "exponential", "--table", CASE, "--data", tmp_path, "--json", "--quiet")
    assert result.code == 0
    rate = result.json["parameters"]["rate_now"]
    assert rate["q05"] == pytest.approx(0.63, abs=0.01)
    assert rate["q95"] == pytest.approx(0.71, abs=0.01)


@pytest.mark.slow
def test_constant_rates_of_six_technologies_are_those_of_least_squares(tmp_path: Path) -> None:
    """Every median lies within a standard error (at least 0.005 a year) of least squares, from which it differs by the Student-t noise."""
    costs = project_store().table("context_technology_costs")
    off = {}
    for name in TECHNOLOGIES:
        series = costs[costs["technology"] == name]
        years, log_price = series["year"].to_numpy(float), np.log(series["unit_cost"].to_numpy(float))
        frame = pd.DataFrame(
            {
                "date": pd.to_datetime(series["year"].astype(str) + "-07-01").to_numpy(),
                "price": series["unit_cost"].to_numpy(float),
                "quality": 0.0,
                "family": "all",
            }
        )
        rate, error = least_squares(years, log_price)
        found = fitted("exponential", frame, tmp_path).receipt["parameters"]["rate_now"]
        off[name] = (found["q50"] - rate) / max(error, 0.005)
    assert max(abs(one) for one in off.values()) < 1.0, off


@pytest.mark.slow
def test_small_tables_recover_a_known_rate(tmp_path: Path) -> None:
    """Six tables, half of them of three families: 90 % intervals miss three times or more in 2 of 100 such tests."""
    covered = []
    for seed in range(6):
        families = 1 if seed % 2 else 3
        design = TableDesign(rows=60 * families, families=families, years=3.0, noise_scale=0.3)
        frame = simulated_frame("exponential", {"rate": 0.15}, design, seed)
        parameters = fitted("exponential", frame, tmp_path).receipt["parameters"]
        covered.append(parameters["rate_now"]["q05"] <= 0.15 <= parameters["rate_now"]["q95"])
        # A prior with its middle at 0.9 does not pull them up.
        assert parameters["rate_now"]["q50"] == pytest.approx(0.15, abs=0.1)
    assert sum(covered) >= 4
