"""A made-up result of the study of graphs, for what is said of it."""

from dataclasses import replace
from typing import Any

from costfloor.forecast.paired import Difference
from costfloor.sampling.gates import Diagnostics
from costfloor.sampling.probability import Probability
from costfloor.studies.graphs.ahead import Ahead
from costfloor.studies.graphs.answers import Asked
from costfloor.studies.graphs.channel_laws import GRAPH_LAWS
from costfloor.studies.graphs.first_look import Coefficient, FirstLook
from costfloor.studies.graphs.result import Direct, GraphStudy, LawResult, WindowRates
from costfloor.studies.graphs.sizes import Coverage

TITLES = {"exponential": "constant rate", "plateau": "plateau", "baumol": "Baumol", "discovery": "discovery"}
KEPT = Diagnostics(1.001, 3000.0, 2500.0, 0, 0.9, passed=True, worst="rate")
MISSED = replace(KEPT, rhat_max=1.2, passed=False, worst="R-hat 1.2 of rate")


def window(period: str, fixed: float, changed: float) -> WindowRates:
    def around(value: float) -> tuple[float, float, float]:
        return value - 0.05, value, value + 0.05

    return WindowRates(period, 1.0, around(fixed), around(1.5 * changed), around(changed), around(fixed + changed))


def law(
    name: str, fixed: float = 0.0, changed: float = 0.9, slowed: tuple[float, float] = (0.99, 0.01), **changes: Any
) -> LawResult:
    of_law = LawResult(
        law=name,
        diagnostics=KEPT,
        seconds_compile=30.0,
        seconds_sample=40.0,
        questions={
            "3": Asked(Probability(0.99, 0.002), Probability(0.3, 0.003), "yes"),
            "4": Asked(Probability(0.01, 0.002), Probability(0.15, 0.003), "no"),
        },
        slowed={
            "fixed": Probability(slowed[0], 0.002), "active": Probability(slowed[1], 0.002), "changed": Probability(slowed[1], 0.002),
        },
        last=window("last 12 months", fixed, changed),
        before=window("before", 0.8, 0.9),
        whole=window("whole record", 0.5, 0.9),
        by_year=(window("2024", 0.8, 0.9), window("2025", 0.2, 0.9)),
        fixed_share=(0.2, 0.35, 0.5),
        active_exponent=(0.1, 0.2, 0.3),
        total_exponent=(0.3, 0.4, 0.5),
        pass_through=(0.4, 0.5, 0.6),
        premium=(-0.1, 0.0, 0.1),
    )  # fmt: skip
    return replace(of_law, **changes)


def ahead(gain: float, se: float | None) -> Ahead:
    return Ahead("2025-04-30", 12, 1140, 191, 147, 0.5, 0.5 + gain, Difference(gain, se), 0.88, 0.87, passed=True)


def look(until: str) -> FirstLook:
    coefficient = Coefficient(0.58, 0.08)
    return FirstLook(until, 175, 963, 0.61, *(coefficient for _ in range(13)))


def study(*laws: LawResult, direct: float = 0.9, **changes: Any) -> GraphStudy:
    around = direct - 0.1, direct, direct + 0.1
    of_study = GraphStudy(
        start="2023-07-18",
        last="2026-04-30",
        coverage=Coverage(222, 1342, 201, 1296, 32, ()),
        looks=(look("2025-12-27"), look("2026-04-30")),
        laws=laws or tuple(law(name) for name in GRAPH_LAWS),
        direct=Direct(KEPT, around, around, around),
        ahead=(ahead(0.1, 0.02),),
    )
    return replace(of_study, **changes)
