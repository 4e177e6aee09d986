"""A law as a table lets it be fitted."""

import numpy as np
import pandas as pd
import pytest
from costfloor.laws import LAWS
from costfloor.laws.few_families import POOLED_FROM, fitted_law, observation_priors, spreads_not_asked
from costfloor.laws.innovations import GRID_YEARS, MAX_STEPS, grid_steps, grid_years_of
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.priors import OBSERVATION_PRIORS


def table(families: int, years: float) -> PriceObservations:
    """Prices of families over so many years."""
    days = np.linspace(0.0, 365.25 * years, 6 * families).round()
    return observations(
        pd.DataFrame(
            {
                "date": pd.Timestamp("1990-01-01") + pd.to_timedelta(days, unit="D"),
                "price": np.exp(-0.1 * np.arange(6.0 * families)),
                "quality": 0.0,
                "family": [f"f{number % families}" for number in range(6 * families)],
            }
        )
    )


@pytest.mark.parametrize("law", LAWS)
def test_a_short_record_of_many_families_leaves_the_law_as_it_is(law: str) -> None:
    fitted = fitted_law(LAWS[law], table(POOLED_FROM, 5.7))
    assert fitted == LAWS[law]
    assert observation_priors(POOLED_FROM) == OBSERVATION_PRIORS
    assert not spreads_not_asked(fitted, POOLED_FROM)


@pytest.mark.parametrize("families", range(1, POOLED_FROM))
@pytest.mark.parametrize("law", LAWS)
def test_few_families_have_their_spreads_set_as_wide_as_the_prior(law: str, families: int) -> None:
    obs = table(families, 5.0)
    fitted = fitted_law(LAWS[law], obs)
    assert fitted_law(fitted, obs).priors == fitted.priors, "once is enough"
    asked = {prior.name: prior for prior in (*OBSERVATION_PRIORS.values(), *LAWS[law].priors)}
    found = spreads_not_asked(fitted, families)
    of_law = {one.spread.name for one in LAWS[law].family_parameters.values() if one.spread}
    assert set(found) == of_law | {"level_spread", "elasticity_spread"}
    rng = np.random.default_rng(1)
    for name, value in found.items():
        assert value**2 == pytest.approx(np.mean(asked[name].draw(400_000, rng) ** 2), rel=0.03)


@pytest.mark.parametrize(
    ("years", "step"), [(0.1, 0.25), (8.0, 0.25), (8.1, 0.5), (16.0, 0.5), (20.7, 1.0), (120.0, 4.0)]
)
def test_a_long_record_has_longer_steps(years: float, step: float) -> None:
    assert grid_years_of(years) == step
    assert grid_steps(years, step) <= MAX_STEPS
    assert step == GRID_YEARS or grid_steps(years, step / 2) > MAX_STEPS


def test_gains_are_told_from_noise_from_one_a_step_on() -> None:
    (quarterly,) = fitted_law(LAWS["discovery"], table(1, 5.0)).innovations.priors  # type: ignore[union-attr]
    (yearly,) = fitted_law(LAWS["discovery"], table(1, 20.7)).innovations.priors  # type: ignore[union-attr]
    assert [one.constants[0] * step for one, step in ((quarterly, 0.25), (yearly, 1.0))] == [1.0, 1.0]
    assert [one.constants[1] * step for one, step in ((quarterly, 0.25), (yearly, 1.0))] == [5.0, 5.0]
    assert quarterly.constants[2] == yearly.constants[2]


def test_no_spread_is_asked_of_what_is_none() -> None:
    with pytest.raises(ValueError, match="is no spread"):
        _ = OBSERVATION_PRIORS["level"].root_mean_square
