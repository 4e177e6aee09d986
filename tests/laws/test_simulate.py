"""Simulated tables: what the truth names is in the prices, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from costfloor.laws import LAWS, prior_predictive
from costfloor.laws.innovations import COMMON_SHARE, GRID_YEARS, grid_position, grid_steps
from costfloor.laws.simulate import TableDesign, simulate_table

EXACT = TableDesign(rows=600, families=3, years=2.0, noise_scale=0.0)
STEPS = grid_steps(EXACT.years)
TRUTHS = {
    "discovery": {"rate": 1.2, "discoveries_per_year": 24.0},
    "random_walk": {"rate": 1.2, "innovation_sd": 0.5},
}
VARIANCE = {
    "discovery": 2 * 1.2**2 / 24.0 * GRID_YEARS,
    "random_walk": 0.5**2 * GRID_YEARS,
}
"""Of an innovation of both parts in full."""

every_kind = pytest.mark.parametrize("law", TRUTHS)


def time_and_fallen(frame: pd.DataFrame, rate: float, design: TableDesign) -> tuple[np.ndarray, np.ndarray]:
    """Years since the start, and what log price lost beyond a constant rate at fixed quality."""
    time = (frame["date"] - pd.Timestamp(design.start)).dt.days.to_numpy(float) / 365.25
    quality = np.log(frame["score"] / (1.0 - frame["score"])).to_numpy()
    family = frame["family"].str.removeprefix("band ").astype(int).to_numpy() - 1
    age = time - design.stagger_years * family
    return time, 3.0 + design.score_elasticity * quality - rate * age - np.log(frame["price"]).to_numpy()


def innovations_of(law: str, truth: Mapping[str, float], design: TableDesign, seed: int) -> np.ndarray:
    """Innovations of each family, (F, steps), read off prices without noise."""
    frame = simulate_table(LAWS[law], truth, design, seed)
    time, fallen = time_and_fallen(frame, truth["rate"], design)
    step, through = grid_position(time, STEPS)
    before = (np.arange(STEPS) < step[:, None]).astype(float)
    before[np.arange(len(time)), step] = through
    families = sorted(frame["family"].unique())
    own = [frame["family"].to_numpy() == name for name in families]
    return np.array([np.linalg.lstsq(before[rows], fallen[rows], rcond=None)[0] for rows in own])


@every_kind
def test_a_truth_that_names_no_innovations_has_none(law: str) -> None:
    frame = simulate_table(LAWS[law], {"rate": 1.2}, EXACT, seed=1)
    _, fallen = time_and_fallen(frame, 1.2, EXACT)
    # Dates are whole days.
    assert np.abs(fallen).max() <= 1.2 * 0.5 / 365.25 + 1e-9


@every_kind
def test_common_innovations_reach_all_families_alike(law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prior_predictive, "COMMON_SHARE", 1.0)
    found = innovations_of(law, TRUTHS[law], EXACT, seed=2)
    assert np.abs(found).max() > 0.1
    # Least squares averages the rounding of dates.
    assert found == pytest.approx(np.tile(found[0], (EXACT.families, 1)), abs=0.005)


@every_kind
@pytest.mark.parametrize("share", [0.0, COMMON_SHARE, 0.8])
def test_parts_have_the_size_that_the_share_gives_them(law: str, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prior_predictive, "COMMON_SHARE", share)
    tables, small = 150, replace(EXACT, rows=150)
    found = np.array([innovations_of(law, TRUTHS[law], small, seed) for seed in range(tables)])
    common, whole = share**2 * VARIANCE[law], (share**2 + (1 - share) ** 2) * VARIANCE[law]
    doubt = 5 * whole * np.sqrt(2 / (tables * STEPS))
    assert abs((found[:, 0] * found[:, 1]).mean() - common) < doubt
    assert abs((found[:, 1] * found[:, 2]).mean() - common) < doubt
    # A Gamma step has fatter tails than a normal one.
    assert abs((found**2).mean() - whole) < 2 * doubt


def test_the_rate_that_gains_add_up_to_is_that_of_the_mean_age() -> None:
    truth = {"rate_floor": 0.1, "rate_excess": 2.0, "half_life_years": 0.5}
    design = replace(EXACT, rows=200, stagger_years=0.5)
    ages = design.years - design.stagger_years * np.arange(design.families)
    mean = float(LAWS["plateau"].decline(truth, ages.mean()) / ages.mean())
    few, many = ({**truth, "discoveries_per_year": number} for number in (8.0, 1e8))
    last = []
    for seed in range(300):
        frames = [simulate_table(LAWS["plateau"], one, design, seed) for one in (few, many)]
        # So many gains are none: what is left between the tables is the path of the few.
        newest = frames[0]["date"].argmax()
        gap = np.log(frames[1]["price"].iloc[newest] / frames[0]["price"].iloc[newest])
        time = (frames[0]["date"].iloc[newest] - pd.Timestamp(design.start)).days / 365.25
        last.append(gap / np.sqrt(2 * mean**2 / 8.0 * time * (COMMON_SHARE**2 + (1 - COMMON_SHARE) ** 2)))
    assert abs(np.mean(last)) < 5 / np.sqrt(300)
    assert np.std(last) == pytest.approx(1.0, abs=0.2)
