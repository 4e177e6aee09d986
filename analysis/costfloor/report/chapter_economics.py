"""The chapter on money: what each law, and an asymptote reached today, would mean for four services."""

import math
from collections.abc import Sequence

from costfloor.economics.channels import SMALLER
from costfloor.economics.decision import Swing
from costfloor.economics.outlook import Outlook
from costfloor.economics.scenario import Scenario
from costfloor.economics.study import Economics
from costfloor.report.chapter_costs import CLAIMED, LAWS_SHOWN, staff, stagnation, token_costs
from costfloor.report.chapter_host import host, host_table
from costfloor.report.drawings import shown
from costfloor.report.launches import launches
from costfloor.report.study import Study
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.montecarlo import above, below
from costfloor.typeset.phrases import listing, minus, percentage, plural, probability, significant
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.values import MillionsInterval, Number

AFTER_YEARS = 5
SHOWN_SWINGS = 4


def unit_economics(study: Study) -> list[Block]:
    """If the floor is real: margins, value and decisions of the services that come with the package."""
    economics = study.economics
    titles = {name: fit.law.title for name, fit in study.fits.items()}
    horizon = max(scenario.decision.horizon_years for scenario in economics.scenarios)
    return [
        heading("If the floor is real: unit economics"),
        text(
            "A few services stand for many. Their figures are round assumptions (costfloor economics --scenario works out any other); "
            "only the price paths come from the fits. Who buys a fixed capability lives under the law at its age, who follows the "
            "frontier under the trend of what capabilities cost when they open. The fixed rates ask what follows if "
            f"the asymptote is reached today. Value is that of at most {plural(horizon, 'year')} of profits, less launch and capacity, "
            "to an owner who closes in time."
        ),
        shown("economics"),
        *(text(service(scenario, economics, titles)) for scenario in economics.scenarios),
        table(_values(economics, titles)),
        *(
            block
            for scenario in economics.scenarios
            if scenario.capacity
            for block in _host(scenario, economics, titles)
        ),
        heading("What matters most, and is it worth waiting?", 2),
        text(knowing(economics)),
        table(_tornado(economics, titles)),
        heading("What a token costs, and where its price could stop", 2),
        text(stagnation(economics, titles), staff(economics, titles)),
        table(token_costs(economics, titles)),
    ]


def _host(scenario: Scenario, economics: Economics, titles: dict[str, str]) -> list[Block]:
    """A service with accelerators of its own along both channels."""
    rows = host_table(scenario, economics, titles)
    return [text(host(scenario, economics, titles)), *([table(rows)] if rows.rows else [])]


def service(scenario: Scenario, economics: Economics, titles: dict[str, str]) -> str:
    """What the two laws, the claimed asymptote and the frontier mean for one service."""
    years = min(AFTER_YEARS, scenario.decision.horizon_years)
    outlooks = {
        (outlook.buyer, outlook.law): outlook for outlook in economics.outlooks if outlook.scenario == scenario.name
    }
    laws = [
        f"{_margin(outlooks['fixed_capability', name], years)} under {titles[name]}"
        for name in LAWS_SHOWN
        if ("fixed_capability", name) in outlooks
    ]
    fixed = " with its tokens fixed" if scenario.capacity else ""
    of_panel = ", with all prices by the laws of the panel" if scenario.capacity else ""
    again = (
        " Along the prices of open models, by the laws of both channels, it is worked out again below."
        if economics.along(scenario) == SMALLER
        else ""
    )
    claimed = [f"{_margin(outlooks['fixed_capability', name], years, bare=True)} at {name}" for name in CLAIMED]
    frontier = [
        f"{_margin(outlooks['frontier', name], years)}" for name in LAWS_SHOWN[:1] if ("frontier", name) in outlooks
    ]
    losses = [
        f"{probability(outlooks['fixed_capability', name].p_loss)} under {titles[name]}"
        for name in LAWS_SHOWN
        if ("fixed_capability", name) in outlooks
    ]
    words = (
        f"{scenario.title}{of_panel}: its gross margin{fixed} after {years} years is {listing(laws)}; it is {listing(claimed)}. "
        f"Following the frontier, {listing(frontier)}. The launch loses money with probability {listing(losses)}."
    )
    ratio = outlooks["fixed_capability", CLAIMED[0]].viable_price_ratio
    return minus(f"{words} {viable(ratio)}".strip() + again)


def viable(ratio: float | None) -> str:
    """At what price of tokens the service of today makes neither profit nor loss."""
    if ratio is None:
        return ""
    if ratio <= 0.0:
        return "At its revenue and other costs of today no price of tokens would make it viable."
    if ratio >= 1.0:
        return f"It would stay viable at tokens {significant(ratio)} times as dear as today."
    return f"It becomes viable when tokens cost {percentage(ratio)} of what they do today."


def knowing(economics: Economics) -> str:
    """Whether knowing the law would change a decision, and what it is worth."""
    return minus(f"{_launching(economics)} {_patience(economics)} {_widest(economics)}{_by_channel(economics)}")


def _launching(economics: Economics) -> str:
    titles = {scenario.name: scenario.title for scenario in economics.scenarios}
    parted = {name: launches(wait).parted for name, wait in economics.waiting.items()}
    apart = [name for name, laws_part in parted.items() if laws_part]
    unsure = [titles[name] for name, laws_part in parted.items() if laws_part is None]
    if not apart and not unsure:
        return (
            "Whether to launch does not depend on the law in any of the services: knowing it would change no decision."
        )
    sentences = []
    if apart:
        worth = [f"{_usd(economics.waiting[name].value_of_knowing)} for {titles[name]}" for name in apart]
        services = listing([titles[name] for name in apart])
        sentences.append(
            f"The laws disagree on whether to launch {services}; to know the law today is worth {listing(worth)}."
        )
    if unsure:
        sentences.append(
            f"Whether the laws disagree on launching {listing(unsure)} is too close to call: under a law that decides it the expected "
            "value is within its Monte Carlo error of zero."
        )
    return " ".join(sentences)


def _patience(economics: Economics) -> str:
    titles = {scenario.name: scenario.title for scenario in economics.scenarios}
    better, unsure = [], []
    for name, wait in economics.waiting.items():
        if above(wait.value_of_waiting, 0.0, wait.waiting_mcse):
            better.append(f"{titles[name]} ({_usd(wait.value_of_waiting)})")
        elif wait.value_of_waiting and not below(wait.value_of_waiting, 0.0, wait.waiting_mcse):
            unsure.append(titles[name])
    if not better and not unsure:
        return "Nowhere is it better to wait and know it then."
    sentences = []
    if better:
        sentences.append(f"To wait and know it then is better than to decide now for {listing(better)}.")
    if unsure:
        sentences.append(f"Whether it is better to wait and know it then is too close to call for {listing(unsure)}.")
    return " ".join(sentences)


def _widest(economics: Economics) -> str:
    titles = {scenario.name: scenario.title for scenario in economics.scenarios}
    places = {titles[name]: _law_against_inputs(swings) for name, swings in economics.tornados.items()}
    first, level = ([title for title, place in places.items() if place == side] for side in (1, 0))
    sentences = []
    if first:
        sentences.append(f"Of all inputs the law itself moves value most in {listing(first)}.")
    if level:
        sentences.append(
            f"Whether the law or an input of its own moves the value of {listing(level)} most is too close to call."
        )
    return " ".join(sentences) or "In none of them does the law move value most: an input of the service's own does."


def _law_against_inputs(swings: Sequence[Swing]) -> int:
    """Whether the law moves value more than every input of the service's own (1), or less (-1); 0 where the draws do not tell."""
    (law,) = (swing for swing in swings if swing.path == "law")
    widest = max((swing for swing in swings if swing is not law), key=lambda swing: swing.width, default=None)
    if widest is None:
        return 1
    mcse = math.hypot(law.mcse, widest.mcse)
    return int(above(law.width, widest.width, mcse)) - int(below(law.width, widest.width, mcse))


def _margin(outlook: Outlook, years: int, *, bare: bool = False) -> str:
    low, middle, high = (_percent(value) for value in outlook.margin_path[years])
    return middle if bare else f"{middle} ({low} to {high})"


def _percent(value: float) -> str:
    """A margin; below the loss of a whole revenue the figure says nothing more."""
    return percentage(value) if value >= -1.0 else "below -100 %"


def _usd(value: float) -> str:
    size = abs(value)
    words = f"{size / 1e6:.1f} million USD" if size >= 1e6 else f"{size / 1e3:,.0f} thousand USD"
    return f"-{words}" if value < 0.0 else words


def _values(economics: Economics, titles: dict[str, str]) -> Table:
    rows: dict[str, dict[str, Outlook]] = {}
    for outlook in economics.outlooks:
        if outlook.buyer == "fixed_capability":
            rows.setdefault(titles.get(outlook.law, outlook.law), {})[outlook.scenario] = outlook
        elif outlook.buyer == "frontier" and outlook.law in LAWS_SHOWN:
            rows.setdefault(f"frontier ({titles[outlook.law]})", {})[outlook.scenario] = outlook
    return tabulate(
        "net_present_value",
        f"Net present value in million USD, median and 90 % interval, by service and future of the price of a token.{_of_panel(economics)}",
        [
            Column("Future", lambda label: label, "l"),
            *(_value(rows, scenario.name) for scenario in economics.scenarios),
        ],
        rows,
    )


def _of_panel(economics: Economics) -> str:
    """That services with accelerators of their own have their tokens fixed; empty where there is none."""
    hosts = [_short(scenario.name) for scenario in economics.scenarios if scenario.capacity]
    return f" Of {listing(hosts)}: tokens fixed, and all prices by the laws of the panel." if hosts else ""


def _by_channel(economics: Economics) -> str:
    """Which services are decided by the laws of both channels; empty for none."""
    hosts = [scenario.title for scenario in economics.scenarios if economics.along(scenario) == SMALLER]
    return (
        f" {listing(hosts)} {'stands' if len(hosts) == 1 else 'stand'} here by the laws of both channels of open models, with smaller "
        "models on the accelerators."
        if hosts
        else ""
    )


def _value(rows: dict[str, dict[str, Outlook]], scenario: str) -> Column[str]:
    return Column(_short(scenario), lambda label: MillionsInterval(*rows[label][scenario].npv_usd))


def _tornado(economics: Economics, titles: dict[str, str]) -> Table:
    rows = [
        (_short(scenario.name) if place == 0 else "", swing)
        for scenario in economics.scenarios
        for place, swing in enumerate(_with_law(economics.tornados[scenario.name]))
    ]
    return tabulate(
        "what_moves_value",
        "Expected net present value in thousand USD when one input goes from the low to the high end of its range; the widest first, the "
        f"law always. Of the law: the worst and the best one.{_by_channel(economics)}",
        [
            Column("Service", lambda row: row[0], "l"),
            Column("Input", lambda row: row[1].path.replace(".", ": ").replace("_", " "), "L"),
            Column("Low", lambda row: _end(row[1].low, titles)),
            Column("High", lambda row: _end(row[1].high, titles)),
            Column("Value at low", lambda row: Number(row[1].value_at_low / 1e3, ",.0f"), unit="thousand_usd"),
            Column("Value at high", lambda row: Number(row[1].value_at_high / 1e3, ",.0f"), unit="thousand_usd"),
        ],
        rows,
    )


def _end(value: float | str, titles: dict[str, str]) -> Cell:
    return titles.get(value, value) if isinstance(value, str) else Number(value, ",.10g")


def _short(name: str) -> str:
    return name.replace("_", " ")


def _with_law(swings: Sequence[Swing]) -> list[Swing]:
    shown = list(swings[:SHOWN_SWINGS])
    return (
        shown
        if any(swing.path == "law" for swing in shown)
        else [*shown[:-1], *(swing for swing in swings if swing.path == "law")]
    )
