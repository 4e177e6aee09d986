"""Priors that a user asks for: what is refused and with which words, and what a law becomes."""

from typing import Any

import costfloor as cf
import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.fit.other_priors import FORMS, accepted, other_priors, read_options
from costfloor.fit.request import fit_key
from costfloor.laws import LAWS, Law
from costfloor.laws.few_families import fitted_law
from costfloor.laws.innovations import GRID_YEARS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.priors import OBSERVATION_PRIORS
from costfloor.laws.with_priors import with_priors
from costfloor.sampling.policy import Sampling

PLATEAU = LAWS["plateau"]
CLAIM = {"rate_floor": ("normal", 0.18, 0.05)}


@pytest.fixture
def one_family(small_frame: pd.DataFrame) -> PriceObservations:
    return observations(small_frame.assign(family="all"))


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"rate_flor": ("normal", 0.18, 0.05)}, "'rate_flor': is no parameter of the law"),
        ({"level": ("normal", 0.0, 1.0)}, "'level': is no parameter of the law whose prior can be set"),
        ({"rate_floor": ("cauchy", 0.0, 1.0)}, r"'cauchy': is no distribution; there are normal \(mean, sd\) or"),
        ({"rate_floor": (["normal"], 0.0, 1.0)}, "is no distribution"),
        ({"rate_floor": ("constant", 0.2)}, "'constant': is no distribution"),
        ({"rate_floor": ("normal", 0.18)}, r"\[0\.18\]: is not what normal has for constants: mean, sd"),
        ({"rate_floor": ("normal", 0.18, 0.0)}, "0.0: is not above zero, as the sd of rate_floor has to be"),
        ({"rate_floor": ("normal", 0.18, -1.0)}, "is not above zero"),
        ({"rate_floor": ("normal", float("nan"), 0.1)}, "nan: is no number for the mean of rate_floor"),
        ({"rate_floor": ("normal", 10**400, 0.1)}, "is no number for the mean"),
        ({"rate_floor": ("normal", True, 0.1)}, "True: is no number for the mean"),
        ({"rate_floor": ("normal", "0.1", 0.1)}, "is no number for the mean"),
        ({"rate_floor": "normal"}, "is no prior of rate_floor: a distribution and its constants are"),
        ({"rate_floor": ()}, "is no prior of rate_floor"),
        ({"rate_floor": ("normal", 1e7, 0.1)}, "1e\\+06, as the mean of rate_floor has to be"),
        (
            {"rate_floor": ("normal", -0.2, 1e-7)},
            "1e-07: is not of a size from 1e-06 to 1e\\+06, as the sd of rate_floor",
        ),
        (
            {"rate_floor_spread": ("lognormal", 0.1, 30.0)},
            "from 1e-06 to 10, as the sd of the log of rate_floor_spread",
        ),
        (
            {"rate_excess": ("gamma", 5e-324, 1.0)},
            "is not of a size from 1e-06 to 1e\\+06, as the shape of rate_excess",
        ),
        ({"half_life_years": ("lognormal", 0.0, 0.5)}, "is not above zero, as the median of half_life_years"),
        ({"rate_excess": ("normal", 0.7, 0.1)}, "'normal': does not suit rate_excess, which takes lognormal"),
        ({"rate_floor_spread": ("gamma", 2.0, 1.0)}, "'gamma': does not suit rate_floor_spread"),
        ({"discoveries_per_year": ("lognormal", 20.0, 1.0)}, "does not suit discoveries_per_year"),
        ({"discoveries_per_year": ("lognormal_above", 1.0, 20.0, 1.0)}, "is below 4, the least lower bound"),
    ],
)
def test_a_prior_that_does_not_suit_is_refused_with_what_the_law_has(
    asked: dict[str, Any], problem: str, small_obs: PriceObservations
) -> None:
    with pytest.raises(InputError, match=problem) as refused:
        other_priors(PLATEAU, small_obs, asked)
    assert all(f"{prior.name} (" in str(refused.value) for prior in PLATEAU.priors)
    assert "\n" not in str(refused.value)


def test_a_spread_over_one_family_has_nothing_to_say(
    one_family: PriceObservations, small_obs: PriceObservations
) -> None:
    asked = {"rate_floor_spread": ("halfnormal", 0.3)}
    with pytest.raises(InputError, match="is a spread over families, and the table has one family"):
        other_priors(PLATEAU, one_family, asked)
    law = fitted_law(with_priors(PLATEAU, other_priors(PLATEAU, small_obs, asked)), small_obs)
    spread = law.family_parameters["rate_floor"].spread
    # Two families do not tell it: it is set to its root mean square, that of the prior that was asked for.
    assert spread is not None
    assert (spread.distribution, spread.constants) == ("constant", (0.3,))


@pytest.mark.parametrize("asked", ["rate_floor=normal:0.18:0.05", [("rate_floor", ("normal", 0.18, 0.05))], 5])
def test_what_is_no_mapping_is_refused(asked: Any, small_obs: PriceObservations) -> None:
    with pytest.raises(InputError, match=r"are no priors\. Write priors=\{'rate_floor': \('normal', 0\.3, 0\.35\)\}"):
        other_priors(PLATEAU, small_obs, asked)


@pytest.mark.filterwarnings("error")
def test_numbers_of_any_width_are_constants(small_obs: PriceObservations) -> None:
    (prior,) = other_priors(PLATEAU, small_obs, {"rate_floor": ("normal", np.float32(0.25), np.int64(1))})
    assert prior.constants == (0.25, 1.0)


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.name)
def test_constants_as_large_and_as_small_as_they_may_be_are_a_law(law: Law, small_obs: PriceObservations) -> None:
    """Of a table of two families, whose spreads are set to numbers that follow from the constants."""
    for size in (1e-6, 1e6):
        asked = {
            name: (forms[0], *(min(size, 10.0) if "log" in what else size for what in FORMS[forms[0]].constants))
            for name, forms in accepted(law).items()
            if forms[0] != "lognormal_above"
        }
        fitted = fitted_law(with_priors(law, other_priors(law, small_obs, asked)), small_obs)
        assert fit_key(fitted, small_obs, Sampling()).digest
        assert all(np.isfinite(prior.constants).all() for prior in fitted.priors)


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.name)
def test_the_default_prior_of_a_law_is_no_other_one(law: Law, small_obs: PriceObservations) -> None:
    defaults = {prior.name: (prior.distribution, *prior.constants) for prior in law.priors}
    assert set(defaults) == set(accepted(law))
    assert other_priors(law, small_obs, defaults) == ()
    assert all(distribution in accepted(law)[name] for name, (distribution, *_) in defaults.items())


def test_another_prior_is_another_key_and_the_order_does_not_matter(small_obs: PriceObservations) -> None:
    def digest(asked: dict[str, tuple[str | float, ...]]) -> str:
        law = with_priors(fitted_law(PLATEAU, small_obs), other_priors(PLATEAU, small_obs, asked))
        return fit_key(law, small_obs, Sampling()).digest

    half_life = {"half_life_years": ("gamma", 2.0, 1.0)}
    keys = [
        digest(asked) for asked in ({}, CLAIM, {"rate_floor": ("normal", 0.18, 0.06)}, half_life, CLAIM | half_life)
    ]
    assert keys[0] == fit_key(PLATEAU, small_obs, Sampling()).digest
    assert len(set(keys)) == len(keys)
    assert digest(half_life | CLAIM) == keys[-1]
    assert digest({"rate_floor": ["normal", np.float64(0.18), 0.05]}) == keys[1]


@pytest.mark.parametrize(
    ("law", "asked"),
    [
        ("random_walk", {"innovation_sd": ("halfnormal", 0.1)}),
        ("discovery", {"discoveries_per_year": ("lognormal_above", 3.0, 5.0, 0.5)}),
    ],
)
def test_in_a_long_record_innovations_keep_the_prior_that_was_asked_for(
    law: str, asked: dict[str, Any], small_frame: pd.DataFrame
) -> None:
    first = small_frame["date"].min()
    long = observations(small_frame.assign(date=first + 8 * (small_frame["date"] - first)))
    others = other_priors(LAWS[law], long, asked)
    fitted = fitted_law(with_priors(fitted_law(LAWS[law], long), others), long)
    assert fitted.grid_years > GRID_YEARS
    assert fitted.innovations is not None
    assert fitted.innovations.priors == others


def test_priors_are_read_from_the_command_line() -> None:
    assert read_options(["rate_floor=normal:0.18:5e-2", "rate_excess=gamma:2:1"]) == {
        "rate_floor": ("normal", 0.18, 0.05),
        "rate_excess": ("gamma", 2.0, 1.0),
    }
    for wrong in ("rate_floor", "rate_floor=", "rate_floor=normal", "rate_floor=normal:a:1", "=normal:0:1", "",
        "rate_floor=normal:1_0:1", "rate_floor=normal:\uff11:1",
    ):  # fmt: skip
        with pytest.raises(InputError, match="is no prior"):
            read_options([wrong])
    with pytest.raises(InputError, match="is named twice"):
        read_options(["rate=gamma:2:1", "rate=gamma:2:2"])


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.name)
def test_the_table_of_priors_is_what_is_drawn(law: Law) -> None:
    table = cf.priors(law).set_index("parameter")
    assert list(table.index) == [prior.name for prior in (*law.priors, *OBSERVATION_PRIORS.values())]
    for prior in (*law.priors, *OBSERVATION_PRIORS.values()):
        row, draws = table.loc[prior.name], prior.draw(200_000, np.random.default_rng(1))
        inside = np.mean((draws > row["q05"]) & (draws < row["q95"]))
        assert inside == pytest.approx(0.9, abs=0.005)
        assert row["mean"] == pytest.approx(draws.mean(), abs=5 * draws.std() / np.sqrt(len(draws)))
        assert (row["takes"] == "") == (prior.name in OBSERVATION_PRIORS)
        assert row["constants"] == ", ".join(f"{constant:g}" for constant in prior.constants)
