"""The chapter on money: what each law, and an asymptote reached today, would mean for four services."""

from collections.abc import Sequence

from costfloor.economics.decision import Swing
from costfloor.economics.outlook import Outlook
from costfloor.economics.scenario import Scenario
from costfloor.economics.study import Economics
from costfloor.report.chapter_costs import CLAIMED, LAWS_SHOWN, staff, stagnation, token_costs
from costfloor.report.chapter_host import host, host_table
from costfloor.report.drawings import shown
from costfloor.report.study import Study
from costfloor.typeset.blocks import Block, heading, table, text
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
        f"{scenario.title}: its gross margin{fixed} after {years} years is {listing(laws)}; it is {listing(claimed)}. "
        f"Following the frontier, {listing(frontier)}. The launch loses money with probability {listing(losses)}."
    )
    ratio = outlooks["fixed_capability", CLAIMED[0]].viable_price_ratio
    return minus(f"{words} {viable(ratio)}".strip())


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
    titles = {scenario.name: scenario.title for scenario in economics.scenarios}
    apart = [name for name, wait in economics.waiting.items() if wait.changes_decision]
    if not apart:
        words = (
            "Whether to launch does not depend on the law in any of the services: knowing it would change no decision."
        )
    else:
        worth = [f"{_usd(economics.waiting[name].value_of_knowing)} for {titles[name]}" for name in apart]
        services = listing([titles[name] for name in apart])
        words = f"The laws disagree on whether to launch {services}; to know the law today is worth {listing(worth)}."
    patient = [name for name, wait in economics.waiting.items() if wait.value_of_waiting > 0.0]
    if patient:
        gains = [f"{titles[name]} ({_usd(economics.waiting[name].value_of_waiting)})" for name in patient]
        words += f" To wait and know it then is better than to decide now for {listing(gains)}."
    else:
        words += " Nowhere is it better to wait and know it then."
    first = {titles[name]: swings[0] for name, swings in economics.tornados.items()}
    law_first = [title for title, swing in first.items() if swing.path == "law"]
    if law_first:
        words += f" Of all inputs the law itself moves value most in {listing(law_first)}."
    else:
        words += " In none of them does the law move value most: an input of the service's own does."
    return minus(words)


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
        "Net present value in million USD, median and 90 % interval, by service and future of the price of a token.",
        [
            Column("Future", lambda label: label, "l"),
            *(_value(rows, scenario.name) for scenario in economics.scenarios),
        ],
        rows,
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
        "law always. Of the law: the worst and the best one.",
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
