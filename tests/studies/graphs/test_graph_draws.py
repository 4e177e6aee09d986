"""Draws of the channels: closed forms of their paths, windows, sums and answers."""

import numpy as np
import pytest
from costfloor.fit.question_events import AT_MOST_20
from costfloor.laws.innovations import path_at
from costfloor.studies.graphs.answers import asked, fixed_share, holds, slowed, together, windows
from costfloor.studies.graphs.channel_laws import CHANGED, CHANNELS, FIXED, GRAPH_LAWS, channel_law
from costfloor.studies.graphs.draws import GraphDraws, Rates, prior_draws, rates
from costfloor.studies.graphs.model import grid_weights

STEPS = 11
LAST_YEARS = 2.75


def constant(fixed: float, changed: float, sparser: float = 0.0, size: int = 400) -> GraphDraws:
    """Draws that all have the same constant rates and no innovations."""
    zero = np.zeros((size, STEPS))
    return GraphDraws(
        "exponential",
        {
            "fixed_rate": np.full(size, fixed),
            "changed_rate": np.full(size, changed),
            "fixed_innovation_sd": np.full(size, 0.3),
            "changed_innovation_sd": np.full(size, 0.3),
            "fixed_increment": zero,
            "changed_increment": zero,
            "sparsity_increment": zero + 0.25 * sparser,
            "active_exponent": np.full(size, 0.2),
            "total_exponent": np.full(size, 0.5),
        },
        chains=4,
    )


def test_weights_of_the_grid_are_those_of_the_paths_of_the_laws() -> None:
    rng = np.random.default_rng(1)
    increments, times = rng.normal(size=(3, 1, STEPS)), rng.uniform(0.0, LAST_YEARS, 20)
    assert increments[:, 0] @ grid_weights(times, STEPS).T == pytest.approx(
        path_at(increments, np.zeros(20, int), times)
    )


def test_both_channels_add_up_and_sparsity_costs() -> None:
    window = rates(constant(0.3, 1.0, sparser=0.4), (1.0, 2.0))
    assert window.fixed == pytest.approx(0.3)
    assert window.active == pytest.approx(1.0)
    assert window.changed == pytest.approx(0.7 * 1.0 - 0.5 * 0.4)
    assert window.total == pytest.approx(window.fixed + window.changed)


@pytest.mark.parametrize("law", GRAPH_LAWS)
def test_every_law_falls_as_its_rate_says(law: str) -> None:
    drawn = prior_draws(law, STEPS, 50, np.random.default_rng(3))
    still = GraphDraws(law, {**drawn.values, "fixed_increment": np.zeros((50, STEPS))})
    of_channel = channel_law(law, FIXED)
    rate = of_channel.law.rate(of_channel.parameters(FIXED, still.by_row), np.array([1.0]))
    step = np.diff(still.fallen(FIXED, np.array([1.0 - 1e-5, 1.0 + 1e-5])))
    assert step / 2e-5 == pytest.approx(rate, rel=1e-4, abs=1e-6)


def test_priors_favour_neither_channel() -> None:
    for law in set(GRAPH_LAWS) - {"baumol"}:
        fixed, changed = (channel_law(law, channel).priors for channel in CHANNELS)
        assert fixed == changed
    drawn = prior_draws("exponential", STEPS, 20_000, np.random.default_rng(4))
    assert drawn["fixed_rate"].mean() == pytest.approx(0.6, abs=0.02)
    assert drawn["changed_increment"].mean() == pytest.approx(0.0, abs=0.01)


def test_innovations_to_come_do_not_favour_a_fall() -> None:
    """Gains are centred under discovery, too."""
    drawn = prior_draws("discovery", STEPS, 20_000, np.random.default_rng(5))
    assert np.median(drawn[f"{CHANGED}_increment"]) < 0.0
    assert drawn[f"{CHANGED}_increment"].mean() == pytest.approx(0.0, abs=0.01)


def test_the_window_before_begins_with_the_record() -> None:
    assert windows(2.75).last == (1.75, 2.75)
    assert windows(2.75).before == (0.0, 1.75)
    assert windows(4.0).before == (1.0, 3.0)
    with pytest.raises(ValueError, match="12 months"):
        windows(1.0)


def test_what_did_not_fall_has_nothing_to_slow_from() -> None:
    last, before = np.array([0.2, 0.2, -1.0, -1.0, 0.6]), np.array([1.0, 0.4, 1.0, -1.0, 1.0])
    assert slowed(last, before).tolist() == [True, False, True, False, False]


@pytest.mark.parametrize(("fixed", "said"), [(AT_MOST_20 - 0.01, True), (AT_MOST_20 + 0.01, False)])
def test_question_3_is_of_the_fixed_graph(fixed: float, said: bool) -> None:
    answers = holds(constant(fixed, 1.0), LAST_YEARS)
    assert answers[3].all() == said
    assert not answers[4].any()


def test_each_law_answers_beside_its_prior() -> None:
    answers = asked(constant(0.1, 1.0), LAST_YEARS, STEPS, seed=1)
    assert (answers[3].answer, answers[4].answer) == ("yes", "no")
    assert answers[3].posterior.value == 1.0
    assert 0.0 < answers[3].prior.value < 1.0
    assert 0.0 < answers[4].prior.value < 1.0


def test_laws_that_part_decide_nothing() -> None:
    assert together({"a": "yes", "b": "yes"}) == "yes"
    assert together({"a": "yes", "b": "no"}) == "not decided"
    assert together({"a": "yes", "b": "not decided"}) == "not decided"
    assert together({}) == "not decided"


def test_a_share_needs_a_fall() -> None:
    whole = Rates(np.array([0.5, 0.5]), np.array([1.0, 1.0]), np.array([0.5, -1.0]))
    assert fixed_share(whole)[0] == 0.5
    assert np.isnan(fixed_share(whole)[1])
