"""How often the rules answer rightly in panels of today's design, from worlds in which the answer is known: the questions and the verdict.

Both worlds are what a law makes of the real panel, so that rates are today's and not others. Questions 3 and 4 have a model of their own,
and `costfloor.studies.graphs_recovery` simulates it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any, Final

import numpy as np

from costfloor.fit.fit import fit_law
from costfloor.fit.posterior import Draws
from costfloor.fit.question_events import posterior_events
from costfloor.fit.question_evidence import questions_of_fit
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import prior_sensitivity
from costfloor.fit.slowed import has_slowed
from costfloor.forecast.elpd import difference
from costfloor.forecast.origins import forecast_origins, score_forecast
from costfloor.forecast.questions import answer_questions
from costfloor.forecast.scores import OriginScore
from costfloor.forecast.verdict import Evidence, judge
from costfloor.keys import fingerprint, result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, subset
from costfloor.laws.panel import panel_observations
from costfloor.runs.jobs import Job
from costfloor.sampling.policy import Sampling
from costfloor.sampling.quantiles import quantiles
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.operating.worlds import WORLDS, World, simulate
from costfloor.studies.rule import HORIZON_MONTHS, RULE_LAWS
from costfloor.studies.simulated import ALL, ANSWERS, short_fit, with_prices

PANELS: Final = 20
"""In each world: a share of them has a standard error of up to 11 points."""

PER_JOB: Final = 2

SIMULATED: Final = (1, 2, 5)
"""The questions that the laws of price answer."""


@dataclass(frozen=True)
class AnswerCounts:
    """What one law, or all of them by the rule, say to a question in the panels of a world in which one answer is true.

    Attributes
    ----------
    world, question, law
        The world, the number of the question, and who answers; `costfloor.studies.simulated.ALL` is the rule.
    truth
        Whether "yes" is true.
    answers
        Panels by answer.
    """

    world: str
    question: int
    law: str
    truth: bool
    answers: Mapping[str, int]

    @property
    def panels(self) -> int:
        """Panels in which this is the truth."""
        return sum(self.answers.values())


@dataclass(frozen=True)
class SimulatedVerdict:
    """What the verdict rule says of one panel of a world, and on what.

    Attributes
    ----------
    world, verdict
        The world, and the verdict.
    lead
        Log score of plateau less that of discovery over the past origins; None without an origin.
    p_slowed
        Posterior probability, under plateau, that the rate is below half of its start.
    """

    world: str
    verdict: str
    lead: float | None
    p_slowed: float


@dataclass(frozen=True)
class Held:
    """In how many panels of a world a law's 90 % interval of the rate over the last 12 months holds the true one."""

    world: str
    law: str
    panels: int
    held: int


@dataclass(frozen=True)
class ErrorRates:
    """What the rules say where the truth is known.

    Attributes
    ----------
    panels
        Simulated in each world.
    answers, held
        By world; answers by question, law and truth, too.
    verdicts
        One per panel.
    """

    panels: int
    answers: tuple[AnswerCounts, ...]
    verdicts: tuple[SimulatedVerdict, ...]
    held: tuple[Held, ...]

    @property
    def passed(self) -> bool:
        """Whether something was simulated: short fits are not judged by gates, as docs/decisions.md says."""
        return self.panels > 0


def error_rates(fits: Mapping[str, Fit], obs: PriceObservations, count: int, context: Context) -> ErrorRates:
    """Simulate `count` panels of each world, and apply both rules to them.

    Parameters
    ----------
    fits
        Of the laws that hold in a world, to the real panel.
    obs
        The real panel, which is the design.
    count
        Panels in each world.
    context
        How the jobs run.
    """
    rows = simulated_rows("operating", fits, obs, count, rules_job, context)
    return ErrorRates(
        count,
        count_answers(rows),
        tuple(SimulatedVerdict(world, **row["verdict"]) for world, of_world in rows.items() for row in of_world),
        tuple(
            Held(world, law, len(of_world), sum(_holds(row["rate_12m"][law], row["true_rate_12m"]) for row in of_world))
            for world, of_world in rows.items()
            for law in LAWS
        ),
    )


def simulated_rows(
    study: str,
    fits: Mapping[str, Fit],
    obs: PriceObservations,
    count: int,
    function: Callable[..., dict[str, Any]],
    context: Context,
) -> dict[str, list[dict[str, Any]]]:
    """What a job says of the panels of each world, with the truth beside it: a row per panel, by world.

    Parameters
    ----------
    study
        Its name, which is the folder of the jobs.
    fits, obs, count, context
        As in `error_rates`; `obs` may be longer than the real panel.
    function
        `(obs, log_price, seed) -> {"rows": [...]}`, a row for each panel of log prices (k, n).
    """
    jobs: dict[str, list[Job]] = {}
    truths: dict[str, list[dict[str, Any]]] = {}
    for world in WORLDS:
        jobs[world.name], truths[world.name] = [], []
        for start in range(0, count, PER_JOB):
            job, true = _job(world, fits[world.law], obs, start, min(PER_JOB, count - start), context.settings.seed)
            jobs[world.name].append(job)
            truths[world.name] += true
    data = [obs.data_hash, *(fit.receipt["fingerprint"] for fit in fits.values())]
    key = result_key(study, f"costfloor.studies.{study}.study", data=data)
    results = context.run(study, function, list(chain.from_iterable(jobs.values())), key)
    return {
        name: [
            {**row, **true}
            for row, true in zip(
                chain.from_iterable(results[job.key]["rows"] for job in of_world), truths[name], strict=True
            )
        ]
        for name, of_world in jobs.items()
    }


def count_answers(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[AnswerCounts, ...]:
    """The answers of `simulated_rows`, by world, question, law and truth; a truth that no panel of a world has is left out."""
    counts = []
    for world, of_world in rows.items():
        for question in SIMULATED:
            for truth in (True, False):
                true = [row["answers"][str(question)] for row in of_world if row["truth"][str(question)] == truth]
                if true:
                    counts += [
                        AnswerCounts(world, question, law, truth, _counted((row[law] for row in true), ANSWERS))
                        for law in (*LAWS, ALL)
                    ]
    return tuple(counts)


def rules_job(obs: PriceObservations, log_price: np.ndarray, seed: int) -> dict[str, Any]:
    """Answers, intervals and verdict for panels of log prices (k, n) of one design."""
    rows = []
    for number, table in enumerate(with_prices(obs, log_price, seed)):
        fits = {law: short_fit(law, table, obs.data_hash, seed + number) for law in LAWS}
        rows.append(
            {
                "answers": answers_of(fits, table, seed + number),
                "rate_12m": {
                    law: quantiles(posterior_events(fit.parameters, table).rate_12m) for law, fit in fits.items()
                },
                "verdict": _verdict(fits["plateau"], table, obs.data_hash, seed + number),
            }
        )
    return {"rows": rows}


def answers_of(fits: Mapping[str, Fit], obs: PriceObservations, seed: int) -> dict[str, dict[str, str]]:
    """What each law and all together say, by question and law; no law is set aside, as no past forecasts are scored."""
    evidence = {law: questions_of_fit(fit, obs, seed) for law, fit in fits.items()}
    return {
        str(answered.id): {**answered.answer_by_law, ALL: answered.answer}
        for answered in answer_questions(evidence, {}).answers
        if answered.id in SIMULATED
    }


def _verdict(plateau: Fit, obs: PriceObservations, design: str, seed: int) -> dict[str, Any]:
    origins = forecast_origins(obs, HORIZON_MONTHS)
    scores: dict[str, list[OriginScore]] = {law: [] for law in RULE_LAWS}
    for origin in origins:
        seen = subset(obs, origin.seen)
        for law in RULE_LAWS:
            fit = short_fit(law, seen, f"{design}-{origin.date:%Y-%m-%d}", seed)
            scores[law].append(score_forecast(fit, obs, origin.seen, origin.scored, seed))
    gap, gap_se, _ = difference(scores["plateau"], scores["discovery"], HORIZON_MONTHS)
    slowed = has_slowed(plateau.draws("rate_now"), plateau.draws("rate_initial"))
    evidence = Evidence(
        passed=True,
        origins=len(origins),
        elpd_difference=gap,
        elpd_difference_se=gap_se,
        p_slowed=float(np.mean(slowed)),
        prior_dominated=prior_sensitivity(plateau, obs, "rate_floor").prior_dominated,
        mean_age_years=obs.mean_age_at_last,
    )
    return {"verdict": judge(evidence)[0], "lead": gap, "p_slowed": evidence.p_slowed}


def _job(
    world: World, fit: Fit, obs: PriceObservations, start: int, size: int, seed: int
) -> tuple[Job, list[dict[str, Any]]]:
    """Panels of a world from number `start` on, and what is true in each."""
    name = f"{fingerprint([asdict(world), obs.data_hash, start, seed])[:12]}-{start:05d}"
    of_job = int(name[:8], 16) >> 1
    chosen = np.random.default_rng(of_job).integers(fit.parameters.size, size=size)
    draws = Draws(fit.law, {name: value[chosen] for name, value in fit.parameters.values.items()})
    panels = simulate(draws, obs, of_job + 1)
    truths = [
        {"truth": {str(question): bool(panels.events.holds[question][panel]) for question in SIMULATED},
         "true_rate_12m": float(panels.events.rate_12m[panel])}
        for panel in range(size)
    ]  # fmt: skip
    return Job(name, {"obs": obs, "log_price": panels.log_price, "seed": of_job}), truths


def _counted(values: Iterable[str], of: Sequence[str]) -> dict[str, int]:
    counted = list(values)
    return {value: counted.count(value) for value in of}


def _holds(interval: Sequence[float], value: float) -> bool:
    return bool(interval[0] <= value <= interval[-1])


def fits_of_worlds(obs: PriceObservations, context: Context) -> dict[str, Fit]:
    """Fits of the laws that hold in a world: those of the report, so that none is sampled where they are stored."""
    settings = Sampling(seed=context.settings.seed)
    return {
        world.law: fit_law(LAWS[world.law], obs, settings, context.places.fits, context.progress) for world in WORLDS
    }


def run(context: Context) -> ErrorRates:
    """Compute the study: see `costfloor.studies.registry`."""
    obs = panel_observations(context.built)
    return error_rates(fits_of_worlds(obs, context), obs, PANELS, context)


STUDY: Final = HeavyStudy(ErrorRates, run)
