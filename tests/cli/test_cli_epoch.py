"""The 21 rates that Epoch AI published, through the command line."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_run import run

FIXTURES = Path(__file__).parents[1] / "fixtures"
INPUTS = pd.read_csv(FIXTURES / "epoch_inputs.csv")
PUBLISHED = pd.read_csv(FIXTURES / "epoch_published.csv")


def test_all_of_them_are_here() -> None:
    assert len(PUBLISHED) == 21


@pytest.mark.parametrize("case", PUBLISHED.index, ids=PUBLISHED["benchmark"] + "-" + PUBLISHED["threshold_model"])
def test_a_published_rate(case: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = PUBLISHED.loc[case]
    rows = INPUTS[(INPUTS["benchmark"] == published["benchmark"]) & ~INPUTS["reasoning"]]
    table = tmp_path / "prices.csv"
    rows.rename(columns={"price_usd_per_mtok": "price"})[["date", "price", "score"]].to_csv(table, index=False)

    result = run(
        capsys, "trend", "frontier", "--table", table, "--threshold", published["threshold"], "--json", "--quiet"
    )

    assert (result.code, result.err) == (0, "")
    trend = result.json
    assert json.dumps(trend, indent=2) + "\n" == result.out
    assert set(trend) >= {"n", "start", "end", "factor_per_year", "ci90", "r_squared"}
    assert (trend["n"], trend["start"], trend["end"]) == (published["n"], published["start"], published["end"])
    np.testing.assert_allclose(trend["factor_per_year"], published["factor_per_year"], rtol=1e-6)
    np.testing.assert_allclose(trend["ci90"], published[["ci90_low", "ci90_high"]].astype(float), rtol=1e-6)
    assert round(trend["r_squared"], 2) == published["r_squared"]
