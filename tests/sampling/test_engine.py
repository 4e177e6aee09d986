"""Which attempts follow one another while a gate is missed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from costfloor.sampling.engine import MOST_DRAWS, MOST_TUNE_TIMES, Attempt, attempt_line, attempt_seed, next_attempt
from costfloor.sampling.gates import Diagnostics
from costfloor.sampling.policy import SamplerSettings, Sampling

POLICY = Sampling(draws=500, tune=250, chains=2, target_accepts=(0.8, 0.9, 0.95), seed=11)
PASSED, SHORT = 0, None
"""Divergences of an attempt; none and still not passed where another gate was missed."""


def attempt(asked: SamplerSettings, divergences: int | None, worst: str = "") -> Attempt:
    diagnostics = Diagnostics(1.0, 500.0, 500.0, divergences or 0, 1.0, divergences == PASSED, worst)
    return Attempt(asked, diagnostics, 1.0)


def attempts_where(outcomes: Sequence[int | None], policy: Sampling = POLICY) -> list[Attempt]:
    """The attempts that a policy makes when they fare so, one after the other; the last outcome is that of all that follow."""
    made: list[Attempt] = []
    while (asked := next_attempt(policy, made)) is not None:
        made.append(attempt(asked, outcomes[min(len(made), len(outcomes) - 1)]))
    return made


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([PASSED], [(0.8, 1)]),
        ([2, PASSED], [(0.8, 1), (0.9, 1)]),
        ([2, 1, PASSED], [(0.8, 1), (0.9, 1), (0.95, 1)]),
        ([2], [(0.8, 1), (0.9, 1), (0.95, 1), (0.95, 2)]),
        ([SHORT], [(0.8, 1), (0.8, 2), (0.8, 8), (0.8, 32)]),
        ([SHORT, 3], [(0.8, 1), (0.8, 2), (0.9, 8), (0.95, 32)]),
        ([2, SHORT], [(0.8, 1), (0.9, 1), (0.9, 2), (0.9, 8)]),
        ([SHORT, SHORT, PASSED], [(0.8, 1), (0.8, 2), (0.8, 8)]),
    ],
    ids=["passes", "smaller steps", "still smaller", "in vain", "another gate", "then divergences", "both", "enough"],
)
def test_smaller_steps_come_before_longer_chains(outcomes: list[int | None], expected: list[tuple[float, int]]) -> None:
    made = attempts_where(outcomes)
    assert [(one.asked.target_accept, one.asked.draws // POLICY.draws) for one in made] == expected
    for one in made:
        assert one.asked.tune == min(one.asked.draws // POLICY.draws, MOST_TUNE_TIMES) * POLICY.tune
    assert [one.asked.seed for one in made] == [attempt_seed(POLICY.seed, number + 1) for number in range(len(made))]
    assert {one.asked.chains for one in made} == {POLICY.chains}


def test_chains_grow_up_to_a_limit() -> None:
    long = replace(POLICY, draws=3000)
    assert [one.asked.draws for one in attempts_where([SHORT], long)] == [3000, 6000, MOST_DRAWS, MOST_DRAWS]
    longest = replace(POLICY, draws=2 * MOST_DRAWS)
    assert {one.asked.draws for one in attempts_where([SHORT], longest)} == {2 * MOST_DRAWS}


def test_a_policy_without_longer_chains_ends_where_smaller_steps_do_not_help() -> None:
    policy = replace(POLICY, longer=False)
    assert [one.asked.target_accept for one in attempts_where([2], policy)] == [0.8, 0.9, 0.95]
    assert len(attempts_where([SHORT], policy)) == 1


def test_an_attempt_says_what_it_is_for() -> None:
    first = SamplerSettings(draws=1500, target_accept=0.975)
    assert attempt_line(first, []) == "sampling 4 x 1500 draws, acceptance target 0.975"
    made = [attempt(first, 3, "3 divergences")]
    assert attempt_line(replace(first, target_accept=0.99), made) == (
        "second attempt: 3 divergences in the first, smaller steps now (4 x 1500 draws, acceptance target 0.99)"
    )
    made.append(attempt(first, SHORT, "bulk ESS 310 of rate_now"))
    both = attempt_line(replace(first, draws=3000, target_accept=0.99), made)
    assert both.startswith("third attempt: bulk ESS 310 of rate_now in the second, smaller steps and longer chains now")
