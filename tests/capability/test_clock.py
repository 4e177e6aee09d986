"""The clock of capabilities is the expected day of the first release, rises, and knows nothing later than it should."""

import numpy as np
import pandas as pd
import pytest
from costfloor.capability.clock import (
    CONTINUED_FROM,
    Clock,
    birth_dates,
    births,
    births_sd,
    clock_releases,
    first_reached,
    known_by,
    market_clock,
    priced_by,
    priced_releases,
)
from numpy.testing import assert_allclose, assert_array_equal

DRAWS = 40_000
CERTAIN = 1e-9


def releases(count: int = 40, seed: int = 3) -> Clock:
    """Releases over four years whose capability grows, with errors that differ."""
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(18_000, 19_460, count)).astype(float)
    capability = 100.0 + 50.0 * (day - 18_000.0) / 1460.0 - rng.gamma(2.0, 5.0, count)
    return Clock(day, capability, rng.uniform(0.5, 4.0, count))


def by_draws(clock: Clock, capability: float, rng: np.random.Generator) -> np.ndarray:
    """First day of each draw of all releases; the last day where none reached the capability."""
    drawn = clock.capability + clock.capability_sd * rng.standard_normal((DRAWS, clock.day.size))
    reached = drawn >= capability
    return np.where(reached.any(axis=1), clock.day[reached.argmax(axis=1)], clock.day[-1])


def changed(clock: Clock, day: float, capability: float, capability_sd: float = 1.0) -> Clock:
    """The clock with one more release."""
    at = int(np.searchsorted(clock.day, day, side="right"))
    parts = zip((clock.day, clock.capability, clock.capability_sd), (day, capability, capability_sd), strict=True)
    return Clock(*(np.insert(part, at, value) for part, value in parts))


@pytest.mark.parametrize("capability", [95.0, 110.0, 125.0, 138.0])
def test_it_is_the_mean_over_draws_of_all_releases(capability: float) -> None:
    clock = releases()
    assert capability < clock.capability.max()
    drawn = by_draws(clock, capability, np.random.default_rng(1))
    error = drawn.std() / np.sqrt(DRAWS)
    assert abs(first_reached(clock, np.array([capability]))[0] - drawn.mean()) < 4 * error + 1e-6


def test_it_never_falls_and_has_no_step_at_the_record() -> None:
    clock = releases()
    record = clock.capability.max()
    grid = np.linspace(40.0, record + 60.0, 2000)
    days = first_reached(clock, grid)
    assert (np.diff(days) >= 0).all()
    assert (np.diff(days[grid > 100.0]) > 0).all()
    around = first_reached(clock, record + np.array([-1e-7, 0.0, 1e-7]))
    assert np.ptp(around) < 1e-3


def test_above_the_record_it_goes_on_as_over_the_points_below() -> None:
    clock = releases()
    record = clock.capability.max()
    low, at, high = first_reached(clock, record + np.array([-CONTINUED_FROM, 0.0, 7.0]))
    assert high - at == pytest.approx(7.0 * (at - low) / CONTINUED_FROM)
    assert high > at


def test_without_errors_it_is_the_first_release_at_or_above() -> None:
    clock = releases()
    certain = Clock(clock.day, clock.capability, np.full(clock.day.size, CERTAIN))
    wanted = np.linspace(90.0, clock.capability.max() - 1e-6, 300)
    first = [clock.day[clock.capability >= level].min() for level in wanted]
    assert_allclose(first_reached(certain, wanted), first, atol=1e-6)


def test_a_later_weaker_release_moves_no_capability_that_was_reached() -> None:
    clock = releases()
    # Capabilities that the releases reached for certain; nearer to the record nobody knows, and time goes on.
    wanted = np.linspace(60.0, clock.capability.max() - 30.0, 200)
    weaker = changed(clock, clock.day[-1] + 300.0, 70.0)
    assert_allclose(first_reached(weaker, wanted), first_reached(clock, wanted), atol=1e-6)
    near = clock.capability.max() + np.array([-1.0, 0.0])
    assert (first_reached(weaker, near) > first_reached(clock, near)).all()


def test_an_earlier_stronger_release_makes_every_capability_older() -> None:
    clock = releases()
    wanted = np.linspace(90.0, 150.0, 50)
    assert (first_reached(changed(clock, clock.day[3], 170.0), wanted) < first_reached(clock, wanted)).all()


def test_the_order_of_releases_of_one_day_says_nothing() -> None:
    clock = releases()
    day = clock.day // 30 * 30
    other = np.lexsort((-clock.capability, day))
    wanted = np.linspace(90.0, 160.0, 50)
    swapped = Clock(day[other], clock.capability[other], clock.capability_sd[other])
    assert_allclose(first_reached(Clock(day, *parts(clock)), wanted), first_reached(swapped, wanted), rtol=1e-13)


def parts(clock: Clock) -> tuple[np.ndarray, np.ndarray]:
    return clock.capability, clock.capability_sd


def test_one_release_is_a_clock_that_stands() -> None:
    clock = Clock(np.array([19_000.0]), np.array([120.0]), np.array([2.0]))
    assert_array_equal(first_reached(clock, np.array([100.0, 120.0, 130.0])), 19_000.0)


def test_a_model_is_born_at_its_entry_at_the_latest_and_by_what_came_before() -> None:
    clock = releases()
    born = births(clock, clock.capability, clock.day)
    assert (born <= clock.day).all()
    for at in (5, 17, 39):
        # Own errors do not matter: a model has its own capability for certain.
        before = known_by(clock, clock.day[at])
        own = Clock(before.day, before.capability, np.where(before.day == clock.day[at], CERTAIN, before.capability_sd))
        by_hand = first_reached(own, clock.capability[[at]])
        assert born[at] == pytest.approx(min(by_hand[0], clock.day[at]), abs=1e-6)
    leader = int(clock.capability.argmax())
    assert born[leader] > clock.day[leader] - 200.0


def test_no_release_after_a_models_own_moves_its_birth() -> None:
    clock = releases()
    for at in range(clock.day.size):
        model = clock.capability[[at]], clock.day[[at]]
        known = births(clock, *model)
        assert_array_equal(births(known_by(clock, clock.day[at]), *model), known)
        assert_array_equal(births(changed(clock, clock.day[at] + 1.0, 200.0), *model), known)


def test_a_model_that_the_clock_has_not_seen_is_born_by_its_continuation() -> None:
    clock = releases()
    record, last = clock.capability.max(), clock.day[-1]
    wanted = record + np.array([-5.0, 2.0, 2.0])
    entry = last + np.array([100.0, 5000.0, 1.0])
    below, above, early = births(clock, wanted, entry)
    assert below == first_reached(clock, wanted[:1])[0] <= last
    assert above == first_reached(clock, wanted[1:2])[0]
    assert early == min(last + 1.0, above)


@pytest.mark.parametrize("at", [10, 25, 39])
def test_the_doubt_about_a_birth_is_the_spread_over_draws(at: int) -> None:
    clock = releases()
    wanted, entry = np.array([clock.capability[at] - 3.0]), np.array([clock.day[at]])
    drawn = by_draws(known_by(clock, clock.day[at]), wanted[0], np.random.default_rng(2))
    assert births_sd(clock, wanted, entry)[0] == pytest.approx(drawn.std(), rel=0.05)


def test_before_the_first_release_a_model_is_born_at_its_entry() -> None:
    clock = releases()
    early = np.array([clock.day[0] - 10.0])
    assert_array_equal(births(clock, np.array([300.0]), early), early)
    nothing = known_by(clock, 0.0)
    assert_array_equal(births(nothing, np.array([100.0]), early), early)


def capability(*rows: tuple[str, float, int]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["model_key", "capability", "n_benchmarks"])
    return frame.assign(capability_sd=CERTAIN)


def models(*rows: tuple[str, str | None, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["model_key", "release_date", "release_date_precision"])
    return frame.assign(release_date=pd.to_datetime(frame["release_date"]))


def test_releases_count_that_are_dated_to_the_day_and_measured() -> None:
    table = capability(
        ("a/day", 120.0, 3),
        ("a/month", 121.0, 9),
        ("a/few", 122.0, 2),
        ("a/undated", 123.0, 9),
        ("openai/davinci", 99.0, 4),
    )
    known = models(("a/day", "2024-03-01", "day"), ("a/month", "2024-01-01", "month"), ("a/few", "2024-01-05", "day"))
    counted = clock_releases(table, known)
    assert counted.dt.strftime("%Y-%m-%d").tolist()[0] == "2024-03-01"
    assert counted.isna().tolist() == [False, True, True, True, False]
    assert counted.iloc[-1] == pd.Timestamp("2020-06-11")
    panel = table.assign(clock_release=counted, model=table["model_key"], date=pd.Timestamp("2024-03-02"))
    again = panel.assign(date=pd.Timestamp("2024-02-03"), capability=panel["capability"] + 1.0)
    twice = pd.concat([panel, again])
    # As the first row of a model has it.
    assert market_clock(twice).capability.tolist() == [100.0, 121.0]
    assert market_clock(pd.concat([panel, panel])).capability.tolist() == [99.0, 120.0]


def test_a_release_is_known_from_its_first_price() -> None:
    days = pd.to_datetime(["2024-01-01", "2024-06-01", "2024-09-01"])
    rows = capability(("a", 120.0, 3), ("b", 130.0, 3), ("c", 125.0, 3)).rename(columns={"model_key": "model"})
    first = rows.assign(clock_release=days, date=pd.to_datetime(["2025-05-01", "2024-06-02", "2024-10-01"]))
    releases = priced_releases(pd.concat([first.assign(date=first["date"] + pd.Timedelta(days=9)), first]))
    assert releases.clock.capability.tolist() == [120.0, 130.0, 125.0]
    day = {name: (pd.Timestamp(name) - pd.Timestamp(0)).days for name in ("2024-06-01", "2024-10-01", "2025-05-01")}
    assert priced_by(releases, day["2024-06-01"]).clock.day.size == 0
    assert priced_by(releases, day["2024-10-01"]).clock.capability.tolist() == [130.0, 125.0]
    assert_array_equal(priced_by(releases, day["2025-05-01"]).first_priced, releases.first_priced)


def test_births_are_dates_by_model() -> None:
    table = capability(("a/first", 120.0, 3), ("a/second", 130.0, 3), ("a/third", 125.0, 3))
    days = ("2024-01-01", "2024-06-01", "2024-09-01")
    released = pd.to_datetime(list(days))
    clock = market_clock(table.assign(clock_release=released, date=released, model=table["model_key"]))
    entered = pd.DataFrame(
        {"capability": [119.0, 125.0, 130.0], "entry": pd.to_datetime(["2025-01-01", *days[1:][::-1]])}
    )
    born = birth_dates(clock, entered)
    assert born.dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-06-01", "2024-06-01"]
