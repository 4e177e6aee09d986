"""Fits under other priors and fast looks say so wherever they are shown, and are never taken for the fit that everybody gets."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import costfloor as cf
import costfloor.sampling.engine
import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError, SamplingError
from costfloor.fit import compiled
from costfloor.fit.asked import FAST, FAST_LOOK, FOLDER, departures, fit_as_asked
from costfloor.fit.fit import fit_law
from costfloor.fit.quantities import floor_prior
from costfloor.fit.question_evidence import prior_events
from costfloor.fit.receipts import receipts
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import prior_sensitivity
from costfloor.forecast.compare import compare
from costfloor.laws import LAWS, Law
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.policy import SamplerSettings, Sampling
from costfloor.sampling.sampler import Sampled
from fault_worker import stand_in_sample
from scipy import stats

CLAIM = {"rate_floor": ("normal", 0.18, 0.05)}
SETTINGS = Sampling(draws=300, tune=100, chains=2, target_accepts=(0.9,), longer=False)
SAYS = "under another prior than the law's own: rate_floor"

type Ask = Callable[..., Fit]


@pytest.fixture
def asked_of_the_sampler(monkeypatch: pytest.MonkeyPatch) -> list[SamplerSettings]:
    """What the sampler is asked for, in whose place plain draws stand."""
    asked: list[SamplerSettings] = []

    def noted(law: tuple[Law, PriceObservations], settings: SamplerSettings, **options: object) -> Sampled:
        asked.append(settings)
        return stand_in_sample(law, settings, **options)

    monkeypatch.setattr(compiled, "compile_law", lambda law, obs: (law, obs))
    monkeypatch.setattr(costfloor.sampling.engine, "sample", noted)
    return asked


@pytest.fixture
def ask(asked_of_the_sampler: list[SamplerSettings], small_obs: PriceObservations, tmp_path: Path) -> Ask:
    def asked(law: str = "plateau", **how: object) -> Fit:
        return fit_as_asked(LAWS[law], small_obs, SETTINGS, tmp_path, lambda _: None, **how)

    return asked


def test_nothing_asked_for_is_the_fit_that_everybody_gets(
    ask: Ask, asked_of_the_sampler: list[SamplerSettings], small_obs: PriceObservations, tmp_path: Path
) -> None:
    plain = fit_law(LAWS["plateau"], small_obs, SETTINGS, tmp_path, lambda _: None)
    before = len(asked_of_the_sampler)
    for asked in (ask(), ask(priors={}), ask(priors={"rate_floor": ("normal", 0.3, 0.35)})):
        assert asked.receipt == plain.receipt
        assert type(asked) is Fit
        assert departures(asked) == []
    assert len(asked_of_the_sampler) == before


def test_a_fit_under_another_prior_is_kept_apart_and_says_so(
    ask: Ask, asked_of_the_sampler: list[SamplerSettings], tmp_path: Path
) -> None:
    plain = ask()
    other = ask(priors=CLAIM)
    assert len(asked_of_the_sampler) == 2
    assert ask(priors=CLAIM).receipt == other.receipt, "read, not sampled"
    assert ask().receipt == plain.receipt
    assert len(asked_of_the_sampler) == 2
    assert ask(priors={"rate_floor": ("normal", 0.18, 0.06)}).receipt["fingerprint"] != other.receipt["fingerprint"]
    assert len(asked_of_the_sampler) == 3
    (listed,), _ = receipts(tmp_path)
    assert listed["fingerprint"] == plain.receipt["fingerprint"] != other.receipt["fingerprint"]
    stored = next(
        kept for kept in receipts(tmp_path / FOLDER)[0] if kept["fingerprint"] == other.receipt["fingerprint"]
    )
    reasons = {name: prior["reason"] for name, prior in stored["priors"].items() if "asked for" in prior["reason"]}
    assert reasons == {"rate_floor": "asked for, in place of normal:0.3:0.35"}
    assert other.receipt["other_priors"] == {"rate_floor": other.receipt["priors"]["rate_floor"]}
    assert other.receipt["priors"]["rate_floor"]["constants"] == [0.18, 0.05]
    for shown in (repr(other), other._repr_html_().replace("&#x27;", "'")):
        assert SAYS in shown
        assert SAYS not in repr(plain)
    assert SAYS in repr(replace(other, posterior=other.posterior)), "a copy says it, too"


def test_a_fast_look_is_never_stored_nor_read(
    ask: Ask, asked_of_the_sampler: list[SamplerSettings], tmp_path: Path
) -> None:
    look = ask(fast=True)
    assert not list(tmp_path.rglob("*.nc"))
    full = ask()
    again = ask(fast=True, priors=CLAIM)
    fast = SamplerSettings(FAST.draws, FAST.tune, FAST.chains, FAST.target_accepts[0], seed=SETTINGS.seed)
    assert [asked == fast for asked in asked_of_the_sampler] == [True, False, True], "one attempt each"
    assert len(list(tmp_path.rglob("*.nc"))) == 1
    assert len({look.receipt["fingerprint"], full.receipt["fingerprint"], again.receipt["fingerprint"]}) == 3
    for shown in (repr(look), look._repr_html_(), look.receipt["fast_look"], "; ".join(departures(look))):
        assert FAST_LOOK in shown
        assert "gates" in shown or shown == FAST_LOOK
    assert "fast look" in look.law.title
    assert "fast_look" not in full.receipt
    assert FAST_LOOK in repr(again)
    assert SAYS in repr(again)
    assert set(look.summary()["quantity"]) == set(full.summary()["quantity"])
    assert len(look.forecast(3)) == len(full.forecast(3))
    assert look.sample_stats["diverging"].shape == (FAST.chains, FAST.draws)


def test_a_look_and_a_full_fit_say_how_long_they_take(small_obs: PriceObservations, ask: Ask, tmp_path: Path) -> None:
    lines: list[str] = []
    for fast in (True, False):
        fit_as_asked(LAWS["plateau"], small_obs, Sampling(), tmp_path, lines.append, fast=fast)
    first = [line for line in lines if "compiling, " in line]
    assert [line.rpartition("then ")[2] for line in first] == [
        "about 2 s of sampling on two idle cores", "about 10 s of sampling on two idle cores",
    ]  # fmt: skip
    assert lines[0] == first[0]


def test_nothing_rests_on_a_fast_look(ask: Ask, small_frame: pd.DataFrame, tmp_path: Path) -> None:
    look = ask(fast=True)
    for rests in (
        lambda: cf.check(look),
        lambda: cf.score(small_frame, look, small_frame),
        lambda: cf.economics("growing_agent", {"plateau": look}),
        lambda: compare({"plateau": look}, look.observed, SETTINGS, tmp_path, print),
    ):
        with pytest.raises(InputError, match=r"'plateau': (is a )?fast look: short chains.*without"):
            rests()


def test_a_law_that_says_what_was_asked_for_is_fitted_by_its_name(ask: Ask, small_frame: pd.DataFrame) -> None:
    """Its fit would lie among those that everybody gets, without saying what it is."""
    for asked in (ask(fast=True), ask(priors=CLAIM)):
        with pytest.raises(InputError, match=r"is the law of a fit under other priors or of a fast look.*'plateau'"):
            cf.fit(asked.law, small_frame)
    for no_law in (["plateau"], None):
        with pytest.raises(InputError, match="is no law of motion"):
            cf.priors(no_law)  # type: ignore[arg-type]


def test_laws_are_compared_under_their_own_priors(ask: Ask, tmp_path: Path) -> None:
    fits = {"discovery": ask("discovery"), "plateau": ask(priors=CLAIM)}
    with pytest.raises(InputError, match=f"'plateau': {SAYS}.*fit it without `priors`"):
        compare(fits, fits["plateau"].observed, SETTINGS, tmp_path, print)
    with pytest.raises(InputError, match="two fits are of the same law"):
        cf.check([fits["plateau"], ask()])


def test_what_asks_for_a_prior_takes_that_of_the_fit(ask: Ask, small_obs: PriceObservations) -> None:
    other = ask(priors=CLAIM)
    log_prior = other.tree_with("log_prior")["log_prior"]["rate_floor"].to_numpy()
    floors = other.posterior["rate_floor"].to_numpy()
    np.testing.assert_allclose(log_prior, stats.norm(0.18, 0.05).logpdf(floors))
    mean, sd = floor_prior(other.receipt)
    apart = other.receipt["priors"]["rate_floor_spread"]["constants"][0]
    assert (mean, sd) == pytest.approx((0.18, np.hypot(0.05, apart / np.sqrt(2))))
    # The draws of the stand-in lie where the law's own prior is flat and this one steep.
    tight, plain = (
        prior_sensitivity(fit, small_obs, "rate_floor").prior
        for fit in (ask(priors={"rate_floor": ("normal", 0.18, 0.02)}), ask())
    )
    assert tight > 2 * plain
    slow = ask("exponential", priors={"rate": ("lognormal", 0.1, 0.01), "rate_spread": ("halfnormal", 0.01)})
    before = [
        prior_events(law, small_obs, 2_000, np.random.default_rng(1)).holds[1].mean()
        for law in (slow.law, LAWS["exponential"])
    ]
    assert before[0] == 1.0
    assert before[1] < 0.2


def test_checks_and_scores_take_a_fit_under_another_prior(ask: Ask, small_frame: pd.DataFrame) -> None:
    other = ask(priors=CLAIM)
    assert list(cf.check(other, ["curvature"]).to_frame()["law"]) == ["plateau"]
    later = small_frame.tail(12).assign(date=small_frame["date"].max() + pd.to_timedelta(np.arange(12) + 1, unit="D"))
    assert cf.score(later, other, small_frame).n == 12


def test_a_prior_that_the_sampler_cannot_start_from_is_refused_in_one_line(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def gives_up(*_: object, **__: object) -> Sampled:
        raise SamplingError("the sampler gave up: no start\n\nStack backtrace:\n 0: somewhere")

    monkeypatch.setattr(costfloor.sampling.engine, "sample", gives_up)
    for fast in (True, False):
        with pytest.raises(
            InputError, match=r"'rate_floor': the sampler gave up: no start\. Ask for a prior"
        ) as refused:
            ask(priors=CLAIM, fast=fast)
        assert "\n" not in str(refused.value)
        with pytest.raises(SamplingError):
            ask(fast=fast)
    assert not list(tmp_path.rglob("*.*"))


def test_how_it_is_sampled_is_said_once(small_frame: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="Give one of them"):
        cf.fit("plateau", small_frame, fast=True, sampling=SETTINGS)


@pytest.mark.slow
def test_a_sharp_prior_decides(small_obs: PriceObservations, tmp_path: Path) -> None:
    """Sampled: where its prior leaves no room, the rate does not follow the prices."""
    asked = {"rate": ("lognormal", 0.3, 0.001), "rate_spread": ("halfnormal", 0.001)}
    fit = fit_as_asked(LAWS["exponential"], small_obs, Sampling(), tmp_path, lambda _: None, priors=asked, fast=True)
    assert fit.draws("rate_now").mean() == pytest.approx(0.3, abs=0.002)
    assert fit.draws("rate_now").std() < 0.002
