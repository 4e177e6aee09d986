"""What page one says of the worth of the answers follows the simulations, and is silent without any."""

from costfloor.report.answer.simulated_markets import in_simulated_markets
from costfloor.studies.operating.study import SIMULATED, AnswerCounts, ErrorRates, SimulatedVerdict
from costfloor.studies.operating.worlds import WORLDS
from costfloor.studies.simulated import ALL
from costfloor.studies.stored import Stored
from costfloor.studies.waiting.study import Waiting

VERDICTS = tuple(
    SimulatedVerdict(world.name, "inconclusive", None, p_slowed)
    for world in WORLDS
    for p_slowed in ((0.1, 0.5, 0.9) if world.law == "plateau" else (0.0, 0.1, 0.6))
)


def counts(yes: int, no: int, undecided: int, *, truth: bool) -> tuple[AnswerCounts, ...]:
    answers = {"yes": yes, "no": no, "not decided": undecided}
    return tuple(AnswerCounts("a world", question, ALL, truth, answers) for question in SIMULATED)


def operating(answers: tuple[AnswerCounts, ...], *stale: str) -> Stored[ErrorRates]:
    return Stored("operating", ErrorRates(20, answers, VERDICTS, ()), stale)


def test_right_and_wrong_answers_are_counted() -> None:
    stored = {"operating": operating(counts(4, 1, 5, truth=True) + counts(0, 5, 5, truth=False))}
    assert in_simulated_markets(stored, 0.5).startswith(
        "In simulated markets like this one questions 1, 2 and 5 are answered in 50 %, 50 % and 50 % of cases (3 of 30 answers are wrong)."
    )
    right = {"operating": operating(counts(0, 10, 10, truth=False))}
    assert "(0 of 30 answers are wrong, none is a yes)." in in_simulated_markets(right, 0.5)
    nothing = {"operating": operating(counts(0, 0, 10, truth=False))}
    assert "in 0 %, 0 % and 0 % of cases." in in_simulated_markets(nothing, 0.5)


def test_what_more_months_bring_stands_beside() -> None:
    later = Stored("waiting", Waiting(2, 10, 4000, counts(8, 1, 1, truth=True)), ())
    stored = {"operating": operating(counts(1, 0, 9, truth=True)), "waiting": later}
    assert (
        ", and with 24 more months of prices in 90 %, 90 % and 90 % (3 of 27 answers are wrong)."
        in in_simulated_markets(stored, 0.5)
    )


def test_the_chance_of_now_stands_among_those_of_simulated_markets() -> None:
    stored = {"operating": operating(counts(1, 0, 9, truth=True))}
    assert in_simulated_markets(stored, 0.5).endswith(
        " Today a chance of 50 % or more that the fall has lost half of its speed comes in 2 of 3 with a fall that slows "
        "to a floor and 1 of 3 with a fall kept up by discoveries."
    )
    assert "comes in 0 of 3 with a fall that slows to a floor and 0 of 3 with" in in_simulated_markets(stored, 0.95)


def test_what_is_old_or_was_not_run_is_not_on_page_one() -> None:
    assert in_simulated_markets({}, 0.5) == ""
    answers = counts(1, 0, 9, truth=True)
    assert in_simulated_markets({"operating": operating(answers, "data")}, 0.5) == ""
    later = Stored("waiting", Waiting(2, 10, 4000, answers), ("code",))
    assert "more months" not in in_simulated_markets({"operating": operating(answers), "waiting": later}, 0.5)
