"""Words on money that turn at a probability or a value: on either side of it, and where the draws do not tell."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from costfloor.cli import economics as command
from costfloor.economics.channels import SAME, SMALLER
from costfloor.economics.cost_outlook import CostOutlook, CostReading, StaffSwing
from costfloor.economics.decision import Swing, Waiting
from costfloor.economics.outlook import Outlook
from costfloor.economics.study import Economics
from costfloor.fit.effective import effective_draws
from costfloor.report.answer.services_page import decision, outlook_in_words
from costfloor.report.chapter_costs import hangs_on, staff, stagnation, token_costs
from costfloor.report.chapter_economics import _values, knowing, service
from costfloor.report.chapter_host import added_by_fixed_tokens, host, host_table
from costfloor.report.launches import Launches, launches
from price_worlds import stored_fits
from test_chapter_economics import SERVICES, TITLES, split_world, world

HOST = SERVICES["inference_host"]
DRAWS = 400
"""Two Monte Carlo errors of one half are 0.05 by so many."""


@pytest.fixture(scope="module")
def economics() -> Economics:
    return split_world(0.1, 0.3)


def with_outlooks(
    economics: Economics, changes: Mapping[tuple[str, str], Mapping[str, float | int | None]]
) -> Economics:
    """The same with other shares of the host, by buyer and law, all of 400 draws."""
    outlooks = tuple(
        replace(row, draws=DRAWS, **changes.get((row.buyer, row.law), {})) if row.scenario == HOST.name else row  # type: ignore[arg-type]
        for row in economics.outlooks
    )
    return replace(economics, outlooks=outlooks)


def of_host(economics: Economics, **losses: tuple[float, float]) -> str:
    """What is said of the host when these are the probabilities of a loss, with smaller models and with fixed tokens, by law."""
    changes = {
        (buyer, law): {"p_loss": p}
        for law, pair in losses.items()
        for buyer, p in zip((SMALLER, SAME), pair, strict=True)
    }
    return host(HOST, with_outlooks(economics, changes), TITLES)


@pytest.mark.parametrize(
    ("plateau", "discovery", "words"),
    [
        ((0.2, 0.9), (0.2, 0.9), "%. What was said of it with fixed tokens hung on these being fixed, under every law."),
        ((0.449, 0.551), (0.2, 0.9), "hung on these being fixed, under every law."),
        ((0.2, 0.9), (0.9, 0.9), "hung on these being fixed under plateau, and under no other law."),
        ((0.9, 0.9), (0.551, 0.9), "%. It loses, with fixed tokens or without: that hangs on the prices"),
        ((0.1, 0.1), (0.1, 0.449), "%. It earns, with fixed tokens or without: that hangs on the prices"),
        ((0.1, 0.1), (0.9, 0.9), "%. It loses under some laws and not under others, with fixed tokens or without: that"),
        ((0.549, 0.9), (0.5, 0.9), "%. Whether it hangs on fixed tokens under plateau and continued discovery is too close to call"),
        ((0.2, 0.9), (0.451, 0.9), "fixed under plateau. Whether it hangs on fixed tokens under continued discovery is too close"),
        ((0.9, 0.9), (0.9, 0.52), "It loses, with fixed tokens or without under plateau: that hangs on the prices"),
    ],
)  # fmt: skip
def test_whether_a_host_hung_on_fixed_tokens(
    economics: Economics, plateau: tuple[float, float], discovery: tuple[float, float], words: str
) -> None:
    assert words in of_host(economics, plateau=plateau, discovery=discovery)


def test_fixed_tokens_add_what_exceeds_its_error(economics: Economics) -> None:
    first = next(row for row in economics.outlooks if row.scenario == HOST.name)

    def added(still: float, grown: float, draws: float | None) -> float:
        rows = (replace(first, p_loss=share, draws=draws) for share in (still, grown))
        return added_by_fixed_tokens(*rows)

    assert added(0.30, 0.20, DRAWS) == pytest.approx(0.1)
    assert added(0.26, 0.20, DRAWS) == added(0.20, 0.30, DRAWS) == 0.0
    assert added(0.22, 0.20, None) == pytest.approx(0.02)
    assert "Fixed tokens add" not in of_host(economics, plateau=(0.20, 0.26), discovery=(0.2, 0.2))
    assert "Fixed tokens add up to 10 points" in of_host(economics, plateau=(0.20, 0.30), discovery=(0.2, 0.2))


@pytest.mark.parametrize(
    ("breakeven", "payback", "words"),
    [
        ((2028, 0.9), (4, 0.8), "first year without a loss is 2028, and it has paid back what it cost to start after 4 years;"),
        ((2028, 0.9), (4, 0.53), "is 2028, but it pays back what it cost to start with a chance of 53 %, about even;"),
        ((2028, 0.52), (None, 0.2), "a chance of 52 %, about even, and it pays back what it cost to start with a chance of 20 %;"),
        ((None, 0.2), (None, 0.1), "without a loss with a chance of 20 %, and it pays back what it cost to start with a chance of 10 %;"),
    ],
)  # fmt: skip
def test_a_year_is_named_where_clearly_more_than_half_of_the_draws_have_it(
    economics: Economics, breakeven: tuple[int | None, float], payback: tuple[int | None, float], words: str
) -> None:
    shares = {
        "breakeven_year": breakeven[0],
        "p_breakeven": breakeven[1],
        "payback_years": payback[0],
        "p_payback": payback[1],
    }
    changed = with_outlooks(economics, {(SMALLER, "plateau"): shares})
    assert words in outlook_in_words(HOST, changed)
    named = [year if year is not None else "never" for year, _ in (breakeven, payback)]
    cells = [
        "about even" if 0.45 < share < 0.55 else str(year)
        for year, (_, share) in zip(named, (breakeven, payback), strict=True)
    ]
    (row,) = (row for row in host_table(HOST, changed, TITLES).rows if row[:2] == ("smaller models", "plateau"))
    assert list(row[3:5]) == cells


def wait(later: float = 0.0, waiting_mcse: float = 10.0, **now: tuple[float, float]) -> Waiting:
    """Expected values of a launch today with their errors by law, in equal parts, and the value of a launch when the law is known."""
    values = {law: value for law, (value, _) in now.items()}
    mean = sum(values.values()) / len(values)
    known = sum(max(value, 0.0) for value in values.values()) / len(values)
    return Waiting(values, values, mean, known, later, {law: mcse for law, (_, mcse) in now.items()}, waiting_mcse)


PARTED = wait(plateau=(100.0, 10.0), discovery=(-100.0, 10.0))
ALIKE = wait(plateau=(100.0, 10.0), discovery=(21.0, 10.0))
OPEN = wait(plateau=(100.0, 10.0), discovery=(-19.0, 10.0))


def test_laws_part_where_each_is_clear_of_zero() -> None:
    assert launches(PARTED) == Launches(("plateau",), ("discovery",), ())
    assert launches(OPEN) == Launches(("plateau",), (), ("discovery",))
    assert [launches(waiting).parted for waiting in (PARTED, ALIKE, OPEN)] == [True, False, None]
    unsure_besides = wait(plateau=(100.0, 10.0), discovery=(-100.0, 10.0), baumol=(5.0, 10.0))
    assert launches(unsure_besides).parted is True
    certain = wait(plateau=(0.0, 0.0), discovery=(1.0, 0.0))
    assert launches(certain) == Launches(("discovery",), ("plateau",), ())


def waiting_for(economics: Economics, host_waits: Waiting, others: Waiting = ALIKE) -> Economics:
    return replace(economics, waiting={name: host_waits if name == HOST.name else others for name in SERVICES})


def test_whether_to_launch_hangs_on_the_law(economics: Economics) -> None:
    open_, parted, alike = (waiting_for(economics, waits) for waits in (OPEN, PARTED, ALIKE))
    assert knowing(alike).startswith("Whether to launch does not depend on the law in any of the services")
    assert knowing(parted).startswith(
        "The laws disagree on whether to launch Inference host; to know the law today is worth"
    )
    assert "too close to call" not in knowing(parted).split(". ")[0]
    assert knowing(open_).startswith(
        "Whether the laws disagree on launching Inference host is too close to call: under"
    )
    both = knowing(waiting_for(economics, PARTED, OPEN))
    assert "to launch Inference host; to know" in both
    assert "disagree on launching API wrapper on subscription, Agent" in both
    assert decision(alike).startswith(
        "For none of them does the decision to launch hang on which description is right: by expected"
    )
    assert "is right for “Inference host”, and for no other: by expected value" in decision(parted)
    assert decision(open_).startswith("For none of them does the decision to launch clearly hang on")
    assert "is right; for “Inference host” it is too close to call: by expected value" in decision(open_)
    assert "; for “Inference host” it is too close to call: by" in decision(waiting_for(economics, OPEN, PARTED))


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (110.0, "To wait and know it then is better than to decide now for Inference host (0 thousand USD)."),
        (75.0, "Whether it is better to wait and know it then is too close to call for Inference host."),
        (40.0, "Nowhere is it better to wait and know it then."),
    ],
)
def test_waiting_is_better_beyond_its_error(economics: Economics, later: float, words: str) -> None:
    waits = replace(ALIKE, known_later=later)
    assert words in knowing(waiting_for(economics, waits, replace(ALIKE, known_later=0.0)))


@pytest.mark.parametrize(
    ("law", "words"),
    [
        (130.0, "Of all inputs the law itself moves value most in Inference host."),
        (115.0, "Whether the law or an input of its own moves the value of Inference host most is too close to call."),
        (70.0, "In none of them does the law move value most: an input of the service's own does."),
    ],
)
def test_the_law_moves_value_most_beyond_the_error_of_both_widths(economics: Economics, law: float, words: str) -> None:
    growth = Swing("demand.growth_per_year", 0.0, 1.0, 0.0, 100.0, 6.0)
    of_law = Swing("law", "discovery", "plateau", 0.0, law, 8.0)
    tornados = {name: (growth, replace(of_law, value_at_high=law if name == HOST.name else 0.0)) for name in SERVICES}
    assert words in knowing(replace(economics, tornados=tornados))


def test_the_reader_is_told_whose_laws_a_host_follows(economics: Economics) -> None:
    first, second = service(HOST, economics, TITLES), host(HOST, economics, TITLES)
    assert first.startswith(
        "Inference host, with all prices by the laws of the panel: its gross margin with its tokens fixed"
    )
    assert first.endswith("by the laws of both channels, it is worked out again below.")
    assert "along both channels of open models, by the laws of “Fixed graph, changed graph”" in second
    assert "Inference host stands here by the laws of both channels" in knowing(economics)
    assert _values(economics, TITLES).caption.endswith(
        " Of inference host: tokens fixed, and all prices by the laws of the panel."
    )
    bought = replace(economics, scenarios=(SERVICES["api_wrapper"],))
    assert _values(bought, TITLES).caption.endswith("the price of a token.")
    alone = world(0.2, 0.6)
    assert "worked out again" not in service(HOST, alone, TITLES)
    assert "both channels" not in knowing(alone)
    assert "laws of the panel" not in service(SERVICES["api_wrapper"], economics, TITLES)


def reading(stagnant: float = 0.9, slower: float = 0.9, faster: float = 0.05, *reached: float) -> CostReading:
    """Conclusions by the shares of draws behind them; medians are beside the point."""
    return CostReading(0.4, 3, 0.1, reached or (0.0, 0.9), stagnant, (slower, 1.0 - slower - faster, faster))


@pytest.mark.parametrize(
    ("low", "high", "hangs"),
    [
        (reading(0.3), reading(0.7), True),
        (reading(0.449), reading(0.551), True),
        (reading(0.3), reading(0.549), None),
        (reading(0.5), reading(0.5), None),
        (reading(0.3), reading(0.4), False),
    ],
)
def test_half_of_cost_hangs_on_an_input(low: CostReading, high: CostReading, hangs: bool | None) -> None:
    assert hangs_on(StaffSwing("staff_fixed", 0.0, 1.0, low, high), "stagnant_share", DRAWS) is hangs


@pytest.mark.parametrize(
    ("low", "high", "hangs"),
    [
        ((0.7, 0.1), (0.2, 0.2), True),
        ((0.2, 0.2), (0.1, 0.8), True),
        ((0.7, 0.1), (0.52, 0.2), None),
        ((0.1, 0.8), (0.2, 0.49), None),
        ((0.4, 0.4), (0.3, 0.4), False),
        ((0.1, 0.8), (0.1, 0.7), False),
    ],
)
def test_the_rate_of_cost_hangs_on_an_input(
    low: tuple[float, float], high: tuple[float, float], hangs: bool | None
) -> None:
    swing = StaffSwing("staff_fixed", 0.0, 1.0, reading(0.9, *low), reading(0.9, *high))
    assert hangs_on(swing, "yearly_rate", DRAWS) is hangs


@pytest.mark.parametrize(
    ("low", "high", "hangs"),
    [
        ((0.0, 0.2, 0.6), (0.0, 0.6, 0.9), True),
        ((0.0, 0.2, 0.6), (0.0, 0.48, 0.9), None),
        ((0.0, 0.1, 0.2), (0.0, 0.1, 0.8), True),
        ((0.0, 0.1, 0.2), (0.0, 0.1, 0.52), None),
        ((0.0, 0.1, 0.2), (0.0, 0.0, 0.1), False),
        ((0.0, 0.2, 0.6), (0.0, 0.3, 0.9), False),
    ],
)
def test_the_year_of_half_hangs_on_an_input(
    low: tuple[float, ...], high: tuple[float, ...], hangs: bool | None
) -> None:
    swing = StaffSwing("staff_fixed", 0.0, 1.0, reading(0.9, 0.9, 0.05, *low), reading(0.9, 0.9, 0.05, *high))
    assert hangs_on(swing, "half_years", DRAWS) is hangs


def with_costs(economics: Economics, *ends: tuple[str, CostReading, CostReading], **changes: object) -> Economics:
    """The same with the cost of a token under plateau alone, and these readings at both ends of the kinds of staff."""
    cost: CostOutlook = next(cost for cost in economics.costs if cost.future == "plateau")
    swings = tuple(StaffSwing(kind, 0.01, 0.07, low, high) for kind, low, high in ends) or cost.staff
    return replace(economics, costs=(replace(cost, staff=swings, draws=DRAWS, **changes),))  # type: ignore[arg-type]


def test_what_hangs_and_what_is_too_close_are_told_apart(economics: Economics) -> None:
    stays, turns, near = (reading(stagnant) for stagnant in (0.9, 0.1, 0.52))
    asked = "Whether stagnant inputs are half of cost in year 5 hangs"
    kinds = ("staff_fixed", "staff_per_accelerator", "staff_per_token")

    def words(*highs: CostReading) -> str:
        ends = ((kind, stays, high) for kind, high in zip(kinds, highs, strict=True))
        return staff(with_costs(economics, *ends), TITLES)

    assert f"{asked} on none of them." in words(stays, stays, stays)
    assert f"{asked} under plateau on fixed staff (40 % to 40 %)." in words(turns, stays, stays)
    assert (
        f"{asked} under plateau on fixed staff (40 % to 40 %) (too close to call: staff per token under plateau)."
        in words(turns, stays, near)
    )
    assert (
        f"{asked} clearly on none of them (too close to call: fixed staff and staff per token under plateau)."
        in words(near, stays, near)
    )


@pytest.mark.parametrize(
    ("years", "share", "words", "cell"),
    [
        (9, 0.56, "Under plateau they are half of it after 9 years;", "9"),
        (9, 0.54, "half of it within {} years with probability 54 %, about even;", "about even"),
        (None, 0.46, "half of it within {} years with probability 46 %, about even;", "about even"),
        (None, 0.44, "half of it within {} years with probability 44 %;", "never"),
    ],
)
def test_a_year_in_which_stagnant_inputs_are_half(
    economics: Economics, years: int | None, share: float, words: str, cell: str
) -> None:
    changed = with_costs(economics, half_years=years, p_half=share)
    assert words.format(len(changed.costs[0].reach)) in stagnation(changed, TITLES)
    (row,) = token_costs(changed, TITLES).rows
    assert row[3] == cell


@pytest.mark.parametrize(
    ("waits", "words"),
    [
        (PARTED, "The laws disagree on launching today: it pays under plateau; it does not under discovery."),
        (ALIKE, "All laws say the same about launching today: it pays."),
        (
            OPEN,
            "Whether the laws agree on launching today is open: it pays under plateau; its expected value is within its Monte Carlo error "
            "of zero under discovery.",
        ),
        (replace(ALIKE, known_later=75.0), "to wait 1 year for it wins or costs less than its Monte Carlo error."),
        (replace(ALIKE, known_later=2e5 + 60.5), "to wait 1 year for it wins 0.20."),
        (replace(ALIKE, known_later=0.0), "to wait 1 year for it costs 0.00 more than it teaches."),
    ],
)
def test_the_command_says_the_same(waits: Waiting, words: str) -> None:
    assert words in command._launch(waits, HOST)


def test_the_command_names_all_that_move_the_value_as_much() -> None:
    swings = tuple(
        Swing(path, 0.0, 1.0, 0.0, width, 5.0) for path, width in (("law", 100.0), ("near", 90.0), ("far", 80.0))
    )
    assert command._widest(swings).endswith("(0.00); about as much: near.")
    assert "about as much" not in command._widest((swings[0], swings[2]))


def test_an_outlook_along_a_single_path_is_certain(economics: Economics) -> None:
    rows: list[Outlook] = [row for row in economics.outlooks if row.law == "15 % a year"]
    assert rows
    assert all(row.draws is None for row in rows)


def test_an_outlook_under_a_law_counts_the_effective_draws_of_its_fit(economics: Economics) -> None:
    fits = stored_fits("goes_on")
    counted = {row.law: row.draws for row in economics.outlooks if row.buyer == "frontier"}
    expected = {law: min(fit.parameters.size, effective_draws(fit)) for law, fit in fits.items()}
    assert counted == pytest.approx(expected)
