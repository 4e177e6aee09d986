"""Every name among the draws of a fit is said in words, with its unit."""

import arviz as az
import pytest
from come_along import stored_results
from costfloor.api.describe import describe
from costfloor.fit.documented import documented, in_words, parameter_unit
from costfloor.fit.quantities import UNITS
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.priors import OBSERVATION_PRIORS


@pytest.mark.parametrize("law", LAWS)
def test_every_draw_is_documented_and_unchanged(law: str) -> None:
    fit = stored_results().fits[law]
    posterior = fit.tree["posterior"].to_dataset()
    assert posterior.identical(documented(fit.posterior))
    assert posterior.drop_attrs().equals(fit.posterior.drop_attrs())
    for name, draws in posterior.data_vars.items():
        assert draws.attrs == {"long_name": in_words(str(name)), "units": parameter_unit(str(name))}
    assert all(in_words(str(name)) for name in fit.reported.data_vars)


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
def test_draws_of_several_families_are_documented_too(law: str, small_fits: dict[str, Fit]) -> None:
    fit = small_fits[law]
    assert all("units" in draws.attrs for draws in fit.tree["posterior"].to_dataset().data_vars.values())
    table = describe(fit).to_frame()
    assert (
        table["in_words"].str.endswith("of a family not seen yet").sum()
        == fit.summary()["quantity"].str.endswith("_new_family").sum()
        > 0
    )


@pytest.mark.parametrize("law", LAWS)
def test_every_prior_has_words_of_its_own(law: str) -> None:
    names = [prior.name for prior in (*LAWS[law].priors, *OBSERVATION_PRIORS.values())]
    words = [in_words(name) for name in names]
    assert len(set(words)) == len(set(names))
    assert all(word == word.strip() and "_" not in word for word in words)


def test_units_agree_with_those_of_reported_quantities() -> None:
    shared = {name for name in UNITS if name != "innovation_sd"}
    assert {name: parameter_unit(name) for name in shared} == {name: UNITS[name] for name in shared}
    assert parameter_unit("family_half_life_years") == "years"
    assert parameter_unit("rate") == parameter_unit("rate_floor_spread") == "log-rate per year"
    assert parameter_unit("rate_spread") == "log points"
    assert parameter_unit("family_rate_floor_direct") == "log-rate per year"
    assert parameter_unit("family_rate_log") == "log points"
    assert in_words("family_rate_log") == "rate of decline, of each family (as sampled: its logarithm)"
    with pytest.raises(KeyError, match="no_such_name"):
        in_words("no_such_name")


def test_arviz_takes_a_documented_tree() -> None:
    tree = stored_results().fits["plateau"].tree
    assert list(az.summary(tree, var_names=["rate_floor"]).index) == ["rate_floor"]
