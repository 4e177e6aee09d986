"""How often the checks reject a law that does not hold, and what the laws say to the first question, at today's design and rates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from costfloor.checks import CHECKS, run_checks
from costfloor.fit.fit import fit_law
from costfloor.fit.posterior import Draws
from costfloor.fit.question_evidence import questions_of_fit
from costfloor.fit.result import Fit
from costfloor.forecast.questions import answer_questions
from costfloor.keys import fingerprint, result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.laws.panel import panel_observations
from costfloor.runs.jobs import Job
from costfloor.sampling.policy import Sampling
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.power.worlds import LAW_WORLDS, RATE_WORLDS, World, panels
from costfloor.studies.simulated import ALL, ANSWERS, short_fit, with_prices

PANELS: Final = 20
PER_JOB: Final = 5
COMPARED: Final = ("plateau", "discovery")
"""The laws that the checks are to tell apart; either holds in one of the two worlds."""

JUDGED: Final = tuple(name for name in CHECKS if name not in {"pit", "loo"})
"""Checks that compare a statistic with its predictive distribution."""

ASKED: Final = 1
"""The question whose worlds are fixed."""


@dataclass(frozen=True)
class CheckPower:
    """One check of one law in one world.

    Attributes
    ----------
    world, law, check
        What holds, what was fitted, and the check.
    judged
        Panels in which the check could be judged.
    rejected
        Of these, panels in which it failed the law.
    """

    world: str
    law: str
    check: str
    judged: int
    rejected: int


@dataclass(frozen=True)
class QuestionPower:
    """What one law, or all of them by the rule, say to the first question in one world: panels by answer."""

    world: str
    law: str
    answers: Mapping[str, int]


@dataclass(frozen=True)
class Power:
    """Rates at which checks and laws tell what is true.

    Attributes
    ----------
    panels
        Simulated in each world.
    checks, questions
        By world, law and check, and by world and law; `ALL` stands for the answer of all laws together.
    """

    panels: int
    checks: tuple[CheckPower, ...]
    questions: tuple[QuestionPower, ...]

    @property
    def passed(self) -> bool:
        """Whether something was simulated: short fits are not judged by gates, as docs/decisions.md says."""
        return self.panels > 0


def power_study(fits: Mapping[str, Fit], obs: PriceObservations, count: int, context: Context) -> Power:
    """Simulate panels and apply checks and the rule of the first question to them.

    Parameters
    ----------
    fits
        Of the laws that hold in a world, to the real panel.
    obs
        The real panel.
    count
        Panels in each world.
    context
        How the jobs run.
    """
    key = result_key("power", __name__, data=fits["plateau"].receipt["fingerprint"])

    def rows_of(worlds: Sequence[World], function: Callable[..., dict[str, Any]]) -> dict[World, list[dict[str, Any]]]:
        jobs = {world: _jobs(world, fits[world.law], obs, count, context.settings.seed) for world in worlds}
        results = context.run("power", function, [job for of_world in jobs.values() for job in of_world], key)
        return {
            world: [row for job in of_world for row in results[job.key]["rows"]] for world, of_world in jobs.items()
        }

    tails, answers = rows_of(LAW_WORLDS, tails_job), rows_of(RATE_WORLDS, answers_job)
    return Power(
        count,
        tuple(
            _check_power(world, law, check, tails[world])
            for world in LAW_WORLDS
            for law in COMPARED
            for check in JUDGED
        ),
        tuple(_question_power(world, law, answers[world]) for world in RATE_WORLDS for law in (*LAWS, ALL)),
    )


def _jobs(world: World, fit: Fit, obs: PriceObservations, count: int, seed: int) -> list[Job]:
    """Panels of a world, a few to a job."""
    jobs = []
    for start in range(0, count, PER_JOB):
        name = f"{fingerprint([asdict(world), start, seed])[:12]}-{start:05d}"
        of_job = int(name[:8], 16) >> 1
        chosen = np.random.default_rng(of_job).integers(fit.parameters.size, size=min(PER_JOB, count - start))
        draws = Draws(fit.law, {name: value[chosen] for name, value in fit.parameters.values.items()})
        arguments = {"obs": obs, "log_price": panels(world, draws, obs, of_job + 1), "seed": of_job}
        jobs.append(Job(name, arguments))
    return jobs


def tails_job(obs: PriceObservations, log_price: np.ndarray, seed: int) -> dict[str, Any]:
    """Tail probabilities for panels of log prices (k, n) of one design: one row for each panel, law and check."""
    rows = []
    for number, table in enumerate(with_prices(obs, log_price, seed)):
        fits = {law: short_fit(law, table, obs.data_hash, seed + number) for law in COMPARED}
        rows += [
            {"law": row["law"], "check": result.name, "tail": row["tail_probability"], "level": row["level"]}
            for result in run_checks(fits, table, seed + number, JUDGED)
            for row in result.table.to_dict("records")
        ]
    return {"rows": rows}


def answers_job(obs: PriceObservations, log_price: np.ndarray, seed: int) -> dict[str, Any]:
    """Answers to the first question for panels of log prices (k, n) of one design: one row for each panel and law, and for all laws."""
    rows = []
    for number, table in enumerate(with_prices(obs, log_price, seed)):
        evidence = {
            law: questions_of_fit(short_fit(law, table, obs.data_hash, seed + number), table, seed + number)
            for law in LAWS
        }
        (answered,) = (answer for answer in answer_questions(evidence, {}).answers if answer.id == ASKED)
        rows += [
            {"law": law, "answer": answer} for law, answer in (answered.answer_by_law | {ALL: answered.answer}).items()
        ]
    return {"rows": rows}


def _check_power(world: World, law: str, check: str, rows: list[dict[str, Any]]) -> CheckPower:
    judged = [row for row in rows if (row["law"], row["check"]) == (law, check) and np.isfinite(row["tail"])]
    return CheckPower(world.name, law, check, len(judged), sum(row["tail"] < row["level"] for row in judged))


def _question_power(world: World, law: str, rows: list[dict[str, Any]]) -> QuestionPower:
    answers = [row["answer"] for row in rows if row["law"] == law]
    return QuestionPower(world.name, law, {answer: answers.count(answer) for answer in ANSWERS})


def run(context: Context) -> Power:
    """Compute the study: see `costfloor.studies.registry`."""
    obs = panel_observations(context.built)
    # Those of the report, so that the study samples none of its own where they are stored.
    settings = Sampling(seed=context.settings.seed)
    fits = {law: fit_law(LAWS[law], obs, settings, context.places.fits, context.progress) for law in COMPARED}
    return power_study(fits, obs, PANELS, context)


STUDY: Final = HeavyStudy(Power, run)
