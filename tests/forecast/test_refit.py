"""New rows after old ones: what is new, weights against a full fit, scores, and the ledger."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from arviz_stats import mcse
from costfloor.errors import InputError, IntegrityError, LockedError
from costfloor.fit.continuation import appended, continuation
from costfloor.fit.fit import fit_law
from costfloor.forecast.ledger import Entry, RecordedAnswer, add_entry, past_days, read_ledger, vintages
from costfloor.forecast.refit import recorded_answers, refit
from costfloor.forecast.reweight import possible, reweight
from costfloor.forecast.score import score_rows
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.storage import data_lock
from fake_study import make_evidence, make_questions
from known_laws import SHORT
from store import bare_store


def table(rows: int = 12) -> pd.DataFrame:
    """Two families, three models that repeat at two hosts."""
    number = np.arange(rows)
    return pd.DataFrame(
        {
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(30 * number, "D"),
            "price": np.exp(-0.1 * number),
            "quality": 0.1 * (number % 3),
            "quality_centre": 0.1,
            "family_birth": pd.Timestamp("2024-01-01"),
            "family": np.where(number % 3 == 2, "g", "f"),
            "host": np.where(number % 2, "h", "k"),
            "model": [f"m{index % 3}" for index in number],
        }
    )


@pytest.mark.parametrize("order", [1, -1])
def test_new_rows_are_marked_wherever_they_stand(order: int) -> None:
    full = table()
    found = continuation(full.iloc[:10], full.iloc[::order])
    assert found is not None
    assert found.fresh == 2
    np.testing.assert_array_equal(found.seen, [True] * 10 + [False] * 2)
    assert found.obs.quality_scale == observations(full.iloc[:10]).quality_scale


def test_a_withdrawn_or_corrected_row_is_no_continuation() -> None:
    full = table()
    assert continuation(full.iloc[:10], full.iloc[1:]) is None
    corrected = full.assign(price=full["price"].where(full.index != 3, 9.0))
    assert continuation(full.iloc[:10], corrected) is None


def test_an_earlier_first_price_changes_what_the_old_rows_mean() -> None:
    full = table()
    earlier = full.iloc[[2]].assign(date=pd.Timestamp("2023-12-01"))
    assert continuation(full, pd.concat([full, earlier])) is None


def test_a_new_host_or_many_new_rows_are_sampled() -> None:
    full = table()
    one = continuation(full.iloc[:11], full)
    assert one is not None
    assert possible(one)
    many = continuation(full.iloc[:6], full)
    assert many is not None
    assert not possible(many)
    elsewhere = continuation(
        full, pd.concat([full, full.iloc[[-1]].assign(host="new", date=pd.Timestamp("2025-01-01"))])
    )
    assert elsewhere is not None
    assert not possible(elsewhere)


def test_a_market_is_sampled_whatever_comes() -> None:
    market = table().assign(family="market")
    one = continuation(market.iloc[:11], market)
    assert one is not None
    assert not possible(one)


def test_rows_of_a_users_table_are_appended() -> None:
    old = table().drop(columns=["quality_centre", "family_birth"])
    fresh = old.iloc[[0]].assign(date=pd.Timestamp("2025-03-01"), price=0.1)
    found = appended(old, fresh, Path("new.csv"))
    assert found.fresh == 1
    np.testing.assert_allclose(found.obs.family_birth, observations(old).family_birth)
    with pytest.raises(InputError, match="does not continue the fitted rows"):
        appended(old, old.iloc[:0], Path("new.csv"))
    with pytest.raises(InputError, match=r"column 'host'.*Add the column"):
        appended(old, fresh.drop(columns="host"), Path("new.csv"))


def test_a_family_keeps_the_birth_that_the_fit_knows() -> None:
    old = table().drop(columns=["quality_centre", "family_birth"])
    old["birth"] = old.groupby("family")["date"].transform("min") - pd.DateOffset(years=1)
    fresh = old.iloc[[0, 0]].assign(date=[pd.Timestamp("2025-03-01"), pd.Timestamp("2025-04-01")], price=0.1)
    kept = appended(old, fresh, Path("new.csv"))
    np.testing.assert_allclose(kept.obs.family_birth, observations(old).family_birth)
    other = fresh.assign(birth=[fresh["birth"].iloc[0], pd.Timestamp("2020-02-03")])
    with pytest.raises(InputError, match="row 2, column 'birth', value '2020-02-03': not the birth that its family"):
        appended(old, other, Path("new.csv"))
    with pytest.raises(InputError, match=r"column 'birth'.*Add the column"):
        appended(old, fresh.drop(columns="birth"), Path("new.csv"))
    # A new family brings its own.
    new = fresh.assign(family="new", birth=pd.Timestamp("2021-02-03"))
    assert "new" in appended(old, new, Path("new.csv")).obs.families


def test_in_a_market_new_models_bring_births_of_their_own() -> None:
    market = table().drop(columns=["quality_centre", "family_birth"]).assign(family="market")
    births = pd.Timestamp("2021-01-01") + pd.to_timedelta(100 * market["model"].rank(method="dense"), unit="D")
    market["birth"] = births.astype("datetime64[us]")
    fresh = market.iloc[[0]].assign(date=pd.Timestamp("2025-03-01"), model="new", birth=pd.Timestamp("2024-06-01"))
    assert appended(market, fresh, Path("new.csv")).fresh == 1


def scored(**changes: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A fitted table on a scale of its own, and one new row."""
    old = table().drop(columns=["quality_centre", "family_birth"])
    old["quality"] = 120.0 + 5.0 * old["quality"]
    fresh = old.iloc[[0]].assign(date=pd.Timestamp("2025-03-01"), price=0.1)
    return old, fresh.assign(**changes).assign(score=lambda rows: rows["quality"])


@pytest.mark.parametrize(
    ("column", "change", "problem"),
    [
        ("score", {"quality": 0.62}, "far outside the fitted rows"),
        ("score", {"quality": 62.0}, "far outside the fitted rows"),
        ("score", {"quality": 12800.0}, "far outside the fitted rows"),
        ("score", {"quality": 0.62, "family": "not seen"}, "far outside the fitted rows"),
        ("price", {"price": 1e-7}, "more than a hundred times outside the fitted prices"),
        ("price", {"price": 1e5}, "more than a hundred times outside the fitted prices"),
    ],
)
def test_another_scale_or_unit_is_refused_by_row(column: str, change: dict[str, object], problem: str) -> None:
    old, fresh = scored(**change)
    right = scored()[1].assign(date=pd.Timestamp("2025-02-01"))
    with pytest.raises(InputError, match=problem) as refused:
        appended(old, pd.concat([right, fresh], ignore_index=True), Path("new.csv"))
    assert (refused.value.row, refused.value.column) == (2, column)
    assert refused.value.value == next(iter(change.values()))
    assert refused.value.remedy is not None


def test_a_better_model_and_a_cheaper_one_are_no_other_scale() -> None:
    old, fresh = scored()
    best = float(fresh["quality"].iloc[0] + 0.5 * np.ptp(old["quality"]))
    cheap = float(old["price"].min() / 50.0)
    found = appended(old, fresh.assign(quality=best, score=best, price=cheap, model="new"), Path("new.csv"))
    assert found.fresh == 1


@pytest.mark.parametrize(("read_as", "wrong"), [("percent", 0.0062), ("fraction", 0.99993)])
def test_a_percentage_is_told_from_a_fraction(read_as: str, wrong: float) -> None:
    """Both tables are read on one scale: what is 0.62 in the one and 62 in the other comes out as a logit off by 4.6 or more."""
    old = table().drop(columns=["quality_centre", "family_birth"])
    score = 0.5 + 0.1 * (old["quality"] - old["quality"].mean())
    old["quality"] = np.log(score / (1 - score))
    fresh = old.iloc[[0]].assign(date=pd.Timestamp("2025-03-01"), quality=np.log(wrong / (1 - wrong)), score=wrong)
    with pytest.raises(InputError, match=r"a logit of .* far outside the fitted rows"):
        appended(old, fresh, Path(f"{read_as}.csv"))


@pytest.mark.slow
@pytest.mark.parametrize("law", ["exponential", "encompassing"], ids=["of one rate", "with innovations"])
def test_weights_give_what_a_full_fit_gives(
    law: str, small_frame: pd.DataFrame, small_obs: PriceObservations, tmp_path: Path
) -> None:
    ordered = small_frame.sort_values("date", kind="stable").reset_index(drop=True)
    fixed = ordered.assign(
        quality_centre=ordered.groupby("family")["quality"].transform("mean"),
        family_birth=ordered.groupby("family")["date"].transform("min"),
    )
    # One row of sixty: two move the posterior so far that weights are at the edge of use, on either side of it by the run.
    old = fixed.iloc[:-1].reset_index(drop=True)
    continued = continuation(old, fixed)
    assert continued is not None
    assert possible(continued)
    # Of a few hundred draws the standard errors below would themselves be off by a third.
    settings = replace(SHORT, draws=1000, tune=500)
    before, full = (
        fit_law(LAWS[law], obs, settings, tmp_path, lambda _: None) for obs in (observations(old), small_obs)
    )
    updated = reweight(before, continued, observations(fixed), seed=1)
    assert updated.khat < 0.7
    for name in ("rate_now", "noise_scale", "score_elasticity"):
        error = np.hypot(
            mcse(full.reported[name]), mcse(before.reported[name]) / np.sqrt(updated.fit.receipt["kept_share"])
        )
        difference = float(updated.fit.reported[name].mean() - full.reported[name].mean())
        assert abs(difference) < 4 * float(error), name
    receipt = updated.fit.receipt
    assert receipt["data_hash"] != before.receipt["data_hash"]
    assert receipt["data_hash"] == observations(fixed).data_hash
    assert receipt["sampler"].startswith("importance weights on ")
    score = score_rows({law: before}, continued, seed=1)
    assert score.n == 1
    assert score.elpd == pytest.approx(score.by_law[law].elpd)
    assert 0.0 <= score.coverage50 <= score.coverage90 <= 1.0


def line(vintage: str) -> Entry:
    return Entry(
        vintage,
        "d",
        "2026-01-01",
        10,
        "inconclusive",
        1.0,
        2.0,
        0.5,
        0.1,
        True,
        {"plateau": {"rate_now": [0.0, 1.0, 2.0]}},
    )


def test_the_ledger_only_grows_and_says_nothing_twice(tmp_path: Path) -> None:
    assert read_ledger(tmp_path / "ledger.jsonl") == []
    for vintage in ("a", "a", "b", "b", "a"):
        add_entry(tmp_path / "ledger.jsonl", line(vintage))
    assert [entry.vintage for entry in read_ledger(tmp_path / "ledger.jsonl")] == ["a", "b", "a"]
    # The same raw data, and other rows for the laws: the program reads them otherwise.
    add_entry(tmp_path / "ledger.jsonl", replace(line("a"), data_hash="e"))
    assert [entry.data_hash for entry in read_ledger(tmp_path / "ledger.jsonl")] == ["d", "d", "d", "e"]
    (tmp_path / "ledger.jsonl").write_text("{}\n")
    with pytest.raises(IntegrityError, match=r"ledger.jsonl, line 1: is no entry"):
        add_entry(tmp_path / "ledger.jsonl", line("c"))


def test_a_line_gets_the_answers_it_lacks_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    first = {
        "1": RecordedAnswer("not decided", {"plateau": 0.4}),
        "6": RecordedAnswer("a table", {}, {"plateau": {"1": 0.1}}),
    }
    sizes = {"3": RecordedAnswer("yes", {"plateau": 0.97}, set_aside=["plateau"])}
    day = replace(line("a"), as_of="2026-01-01")
    for entry in (line("a"), day, replace(line("a"), answers=first)):
        add_entry(path, entry)
    # The same vintage and rows: nothing but what was not asked before.
    other = {"1": RecordedAnswer("yes", {"plateau": 0.99})}
    add_entry(path, replace(line("a"), verdict="discovery", answers={**other, **sizes}))
    assert read_ledger(path) == [replace(line("a"), answers={**first, **sizes}), day]
    before = path.read_bytes()
    add_entry(path, replace(line("a"), answers=sizes))
    assert path.read_bytes() == before


def test_a_line_of_before_answers_were_kept_is_still_one(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_text(
        json.dumps({key: value for key, value in asdict(line("a")).items() if key != "answers"}) + "\n"
    )
    assert read_ledger(tmp_path / "ledger.jsonl") == [line("a")]


def test_what_could_not_be_asked_is_not_recorded() -> None:
    questions = make_questions({"baumol": "its fit missed a gate"}, plateau=make_evidence(0.97, late=0.99))
    answers = recorded_answers(questions)
    assert sorted(answers) == ["1", "2", "5", "6"]
    assert answers["1"].probability == {law: 0.97 if law == "plateau" else 0.5 for law in LAWS}
    assert answers["1"].answer == questions.answers[0].answer
    assert answers["6"].by_years["plateau"] == {"1": 0.97, "3": 0.97, "5": 0.97, "10": 0.99}
    assert answers["1"].set_aside == answers["6"].set_aside == ["baumol"]


def test_lines_of_past_days_stand_beside_those_of_vintages(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    asked = replace(line("a@2025-12-31"), as_of="2025-12-31", last="2025-12-27", weights={"plateau": 1.0})
    for entry in (line("a"), asked, line("a"), asked, replace(asked, as_of="2025-11-30", last="2025-11-30")):
        add_entry(path, entry)
    entries = read_ledger(path)
    assert [(entry.vintage, entry.as_of) for entry in entries] == [
        ("a", None), ("a@2025-12-31", "2025-12-31"), ("a@2025-12-31", "2025-11-30"),
    ]  # fmt: skip
    add_entry(path, replace(asked, vintage="b@2025-12-31", verdict="discovery"))
    entries = read_ledger(path)
    assert [entry.vintage for entry in vintages(entries)] == ["a"]
    assert [(entry.as_of, entry.verdict) for entry in past_days(entries)] == [
        ("2025-11-30", "inconclusive"), ("2025-12-31", "discovery"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="after the day of the view"):
        replace(asked, last="2026-01-01")


def test_one_refit_at_a_time(tmp_path: Path) -> None:
    store = bare_store(tmp_path)
    with data_lock(tmp_path / "processed" / "refit"), pytest.raises(LockedError, match="in use by process"):
        refit(store, SHORT, print)
    assert not (tmp_path / "reports").exists()
