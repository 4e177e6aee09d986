"""What page one says of the worth of the answers follows the simulations, and is silent without any."""

from costfloor.report.answer.simulated_markets import in_simulated_markets
from costfloor.studies.operating.study import SIMULATED, AnswerCounts, ErrorRates, SimulatedVerdict
from costfloor.studies.operating.worlds import WORLDS
from costfloor.studies.simulated import ALL
from costfloor.studies.stored import Stored
from costfloor.studies.waiting.study import Waiting


def counts(yes: int, no: int, undecided: int, *, truth: bool) -> tuple[AnswerCounts, ...]:
    answers = {"yes": yes, "no": no, "not decided": undecided}
    return tuple(AnswerCounts("a world", question, ALL, truth, answers) for question in SIMULATED)


def operating(answers: tuple[AnswerCounts, ...], *stale: str) -> Stored[ErrorRates]:
    return Stored("operating", ErrorRates(20, answers, (), ()), stale)


def test_right_and_wrong_answers_are_counted() -> None:
    stored = {"operating": operating(counts(4, 1, 5, truth=True) + counts(0, 5, 5, truth=False))}
    assert in_simulated_markets(stored, None) == (
        "In simulated markets with as many prices as this one, where the truth is known, questions 1, 2 and 5 are answered in 50 %, 50 % "
        "and 50 % of cases, and 3 of 30 answers were wrong."
    )
    right = {"operating": operating(counts(0, 10, 10, truth=False))}
    assert "and 0 of 30 answers were wrong." in in_simulated_markets(right, None)
    nothing = {"operating": operating(counts(0, 0, 10, truth=False))}
    assert "0 %, 0 % and 0 % of cases, and none was answered." in in_simulated_markets(nothing, None)


def test_what_more_months_bring_stands_beside() -> None:
    later = Stored("waiting", Waiting(2, 10, 4000, counts(9, 0, 1, truth=True)), ())
    stored = {"operating": operating(counts(1, 0, 9, truth=True)), "waiting": later}
    assert in_simulated_markets(stored, None).endswith("With 24 more months of prices it is 90 %, 90 % and 90 %.")


def test_the_lead_of_now_stands_among_those_of_simulated_markets() -> None:
    verdicts = tuple(
        SimulatedVerdict(world.name, "inconclusive", lead, 0.5)
        for world in WORLDS
        for lead in ((1.0, 5.0, 9.0) if world.law == "plateau" else (-3.0, None, 6.0))
    )
    stored = {"operating": Stored("operating", ErrorRates(3, counts(1, 0, 9, truth=True), verdicts, ()), ())}
    assert in_simulated_markets(stored, 5.0).endswith(
        " Forecasts with a floor are ahead by as much as now, or more, in 2 of 3 simulated markets with a fall that slows to a floor and 1 "
        "of 3 simulated markets with a fall kept up by discoveries."
    )


def test_what_is_old_or_was_not_run_is_not_on_page_one() -> None:
    assert in_simulated_markets({}, 1.0) == ""
    answers = counts(1, 0, 9, truth=True)
    assert in_simulated_markets({"operating": operating(answers, "data")}, 1.0) == ""
    later = Stored("waiting", Waiting(2, 10, 4000, answers), ("code",))
    assert "more months" not in in_simulated_markets({"operating": operating(answers), "waiting": later}, None)
