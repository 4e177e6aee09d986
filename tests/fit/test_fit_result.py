"""What a fit offers to its reader: tables, forecasts, pictures, and a tree that ArviZ takes."""

import warnings
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import arviz as az
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from costfloor.errors import InputError, MissingResultError
from costfloor.fit import fit as engine
from costfloor.fit.posterior import capability_path
from costfloor.fit.quantities import contract_parameters, unit
from costfloor.fit.request import fit_key
from costfloor.fit.result import Fit
from costfloor.laws import LAWS, Law
from costfloor.laws.observations import observations
from costfloor.panel import law_rows
from costfloor.picture import SHOWN_SCALE
from costfloor.sampling.policy import Sampling
from fake_study import HOSTILE, make_fit, make_panel


@pytest.fixture(scope="module")
def fit() -> Fit:
    """A made-up fit of the plateau law to two families, with statistics as a sampler gives them."""
    panel = make_panel()
    obs = observations(law_rows(panel).assign(family=panel["segment"]))
    plateau = make_fit("plateau", obs)
    shape = (plateau.posterior.sizes["chain"], plateau.posterior.sizes["draw"])
    rng = np.random.default_rng(0)
    stats = {"energy": rng.normal(size=shape), "diverging": np.zeros(shape, bool)}
    sample_stats = xr.Dataset({name: (("chain", "draw"), values) for name, values in stats.items()})
    receipt = {**plateau.receipt, "parameters": contract_parameters(plateau.reported)}
    return replace(plateau, receipt=receipt, obs=obs, sample_stats=sample_stats)


def test_the_summary_has_every_quantity_with_its_unit(fit: Fit) -> None:
    table = fit.summary()
    assert list(table.columns) == ["quantity", "family", "unit", "mean", "sd", "q05", "q50", "q95"]
    now = table[table["quantity"] == "rate_now"].set_index("family")
    assert set(now.index) == {"", *fit.observed.families}
    assert (now["unit"] == "log-rate per year").all()
    assert now.loc["", "q50"] == pytest.approx(np.median(fit.draws("rate_now")))
    assert now.loc[HOSTILE, "q50"] == pytest.approx(
        np.median(fit.draws("family_rate_now")[:, fit.observed.families.index(HOSTILE)])
    )


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.name)
def test_every_quantity_that_is_no_rate_has_a_unit_of_its_own(law: Law) -> None:
    names = (*law.family_parameters, *(prior.name for prior in law.priors), "discoveries_per_year", "innovation_sd")
    own = law.reported(dict.fromkeys(names, 1.0), 1.0)
    for name in own:
        assert (unit(name) == "log-rate per year") == ("rate" in name or "growth" in name), name


def test_draws_of_an_unknown_quantity_are_refused(fit: Fit) -> None:
    assert fit.draws("family_rate_now").shape == (fit.parameters.size, 2)
    with pytest.raises(InputError, match=r"not reported by the plateau law.*Choose from"):
        fit.draws("rate_new")


def test_a_forecast_is_the_path_of_each_family(fit: Fit) -> None:
    table, obs = fit.forecast(12), fit.observed
    assert list(table.columns) == ["family", "date", "q05", "q50", "q95", "unit"]
    assert table.groupby("family").size().tolist() == [13, 13]
    assert (table["unit"] == obs.price_unit).all()
    assert table["date"].min() == obs.last
    assert table["date"].max() == obs.last + pd.DateOffset(months=12)
    code = obs.families.index(HOSTILE)
    times = np.array([obs.last_time_years, (table["date"].max() - obs.start).days / 365.25])
    birth, centre = float(obs.family_birth[code]), float(obs.centres[code])
    path = capability_path(fit.parameters, obs, code, birth, centre, times, np.random.default_rng(1))
    ours = table[table["family"] == HOSTILE]
    assert ours["q50"].iloc[0] == pytest.approx(np.exp(np.median(path[:, 0])))
    assert ours["q50"].iloc[-1] == pytest.approx(np.median(np.exp(path[:, 1])), rel=0.05)
    for months in (0, 1201):
        with pytest.raises(InputError, match="Give 1 to 1200"):
            fit.forecast(months)


def test_the_picture_has_the_numbers_in_it(fit: Fit) -> None:
    axes, data = fit.plot(months=6)
    assert [ax.get_title() for ax in axes] == list(fit.observed.families)
    pd.testing.assert_frame_equal(
        data.groupby("family").tail(7).reset_index(drop=True), fit.forecast(6), check_dtype=False
    )
    picture = fit.plot()
    shown = ElementTree.fromstring(picture._repr_svg_())
    # Points of 72 to the inch; larger on a screen than in print, of one shape.
    width, height = (72.0 * SHOWN_SCALE * inches for inches in picture.figure.get_size_inches())
    assert float(shown.attrib["width"].removesuffix("pt")) == pytest.approx(width, rel=1e-4)
    assert float(shown.attrib["height"].removesuffix("pt")) == pytest.approx(height, rel=1e-4)


def test_arviz_takes_the_tree(fit: Fit) -> None:
    assert set(fit.tree.children) == {"posterior", "sample_stats", "observed_data"}
    assert az.summary(fit.tree, var_names=["rate_floor"], kind="stats").shape[0] == 1
    assert az.plot_energy(fit.tree).viz is not None
    tree = fit.tree_with("log_likelihood", "log_prior")
    assert tree["log_likelihood"]["log_price"].shape == (*fit.reported["rate_now"].shape, fit.observed.n)
    with warnings.catch_warnings():
        # The draws are made up, and some prices are surprises to them.
        warnings.filterwarnings("ignore", "Estimated shape parameter of Pareto distribution")
        assert az.loo(tree, pointwise=True).n_data_points == fit.observed.n
    assert {"rate_floor", "rate_excess", "half_life_years"} <= set(tree["log_prior"].data_vars)
    with pytest.raises(InputError, match="Choose from log_likelihood, log_prior"):
        fit.tree_with("prior")


def test_names_are_escaped_for_a_page(fit: Fit) -> None:
    page = fit._repr_html_()
    assert "<a>" not in page
    assert "&lt;a&gt;" in page
    assert "gates" in page
    assert repr(fit).startswith("<Fit of plateau to ")


def test_a_fit_without_observations_says_so(fit: Fit) -> None:
    alone = replace(fit, obs=None)
    assert len(alone.summary())
    for ask in (lambda: alone.forecast(3), lambda: alone.tree, alone.plot):
        with pytest.raises(MissingResultError, match="does not know its observations"):
            ask()


def test_statistics_of_the_sampler_come_back_from_the_archive(
    fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Sampling()
    known = fit_key(fit.law, fit.observed, settings).digest
    made = replace(fit, receipt={**fit.receipt, "fingerprint": known}, sample_stats=xr.Dataset(), obs=None)
    monkeypatch.setattr(engine, "sample_law", lambda *_: (made, fit.sample_stats))
    for _ in ("stored", "read"):
        stored = engine.fit_law(fit.law, fit.observed, settings, tmp_path, print)
        assert stored.sample_stats.equals(fit.sample_stats)
        assert stored.obs is fit.obs
