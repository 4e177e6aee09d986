"""The part "Fixed graph, changed graph": price of a parameter and parameters needed, by law, beside 15 to 20 % a year."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from costfloor.forecast.questions import QUESTIONS
from costfloor.sampling.quantiles import Quantiles
from costfloor.studies.catalogue import failed_gates
from costfloor.studies.graphs.answers import ASKED
from costfloor.studies.graphs.claims import beside_band, flattening, heard, identity, sizes_help, worth
from costfloor.studies.graphs.figure import CAPTION
from costfloor.studies.graphs.first_look import Coefficient, FirstLook
from costfloor.studies.graphs.result import GraphStudy
from costfloor.studies.graphs.sizes import Coverage
from costfloor.typeset.blocks import Block, figure, table, text
from costfloor.typeset.phrases import extent, listing, percentage, plural, probability
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Estimate, Interval, Share

CLOSED: Final = (
    "Of closed models no size is known: what is said of either channel is of open models, and of closed ones only that their price at "
    "fixed capability is a sum of two channels that nobody outside can tell apart."
)

LOOKED_AT: Final[Mapping[str, Callable[[FirstLook], float | Coefficient]]] = {
    "Variance of models' median prices that sizes explain": lambda look: look.variance_explained,
    "Ten points of capability at given sizes": lambda look: look.capability_given_size,
    "Price per size, with hosts": lambda look: look.price_per_size,
    "Price per size, without hosts": lambda look: look.price_per_size_without_hosts,
    "Price per size to 2025, with hosts": lambda look: look.before_knot,
    "Price per size from 2025, with hosts": lambda look: look.after_knot,
    "Price per size to 2025, without hosts": lambda look: look.before_knot_without_hosts,
    "Price per size from 2025, without hosts": lambda look: look.after_knot_without_hosts,
    "Price divided by active parameters, with hosts": lambda look: look.price_per_active,
    "Active parameters at fixed capability": lambda look: look.active,
    "Total parameters at fixed capability": lambda look: look.total,
    "Price-weighted size at fixed capability": lambda look: look.weighted,
    "Active parameters by reverse regression": lambda look: look.reverse,
    "Price at fixed capability, without sizes": lambda look: look.direct,
}


def graphs(
    study: GraphStudy,
    notice: str,
    laws: Mapping[str, str],
    panel: Mapping[str, Quantiles],
    set_aside: Collection[str] = (),
) -> list[Block]:
    """The decline of price at fixed capability as that of the price of a unit of size and that of the size needed.

    Parameters
    ----------
    study
        The result.
    notice
        What it is older than; empty when that is nothing.
    laws
        Titles of the laws by name.
    panel
        `rate_12m` of the panel's laws, 5, 50 and 95 %, by law; empty where it is not at hand.
    set_aside
        Laws that have no say in the answers, because of their forecasts for the whole panel.
    """
    return [
        text(introduction(study.coverage), failed_gates([laws[name] for name in study.failed]), notice),
        text(*(answer(study, number, laws, set_aside) for number in ASKED)),
        text(beside_band(study, "fixed"), beside_band(study, "changed"), flattening(study)),
        figure("graph_rates", CAPTION),
        table(_rates(study, laws)),
        text(shares(study), identity(study, panel), worth(study), sizes_help(study.ahead)),
        table(_first_look(study)),
        text(CLOSED),
    ]


def introduction(coverage: Coverage) -> str:
    """What was split, and how much of it has sizes."""
    names = plural(coverage.models_by_name, "model")
    disagree = len(coverage.disagreements)
    other_total = f"; of {disagree} more a name states another total than the table, which counts" if disagree else ""
    return (
        "Price at fixed capability falls because a unit of size becomes cheaper at a host (fixed graph), and because fewer parameters do "
        "the same work (changed graph). Both can be seen where sizes are known: "
        f"{coverage.models} of {coverage.open_models} open models, with {coverage.prices:,} of {coverage.open_prices:,} prices. The sizes "
        f"of {names} are those that a name states{other_total}."
    )


def answer(study: GraphStudy, number: int, laws: Mapping[str, str], set_aside: Collection[str] = ()) -> str:
    """The answer to a question, with what each law says."""
    words = next(question.words for question in QUESTIONS if question.id == number)
    laws_heard = [law for law in heard(study) if law.law not in set_aside]
    if not laws_heard:
        return f"Question {number} ({words}) has no answer: no fit kept its gates."
    asked = [law.questions[str(number)] for law in laws_heard]
    chances = extent([law.posterior.value for law in asked], probability)
    before = extent([law.prior.value for law in asked], probability)
    given = study.answers(set_aside)[number]
    parted = ""
    if given == "not decided" and len({of_law.answer for of_law in asked}) > 1:
        by_answer: dict[str, list[str]] = {}
        for law, of_law in zip(laws_heard, asked, strict=True):
            by_answer.setdefault(of_law.answer, []).append(laws[law.law])
        parted = f" ({'; '.join(f'{listing(names)}: {which}' for which, names in by_answer.items())})"
    return f"Question {number}: {words} {given.capitalize()}{parted}, with a probability of {chances} by law, {before} before any price."


def shares(study: GraphStudy) -> str:
    """The share of the fixed graph in the whole fall."""
    given = [law.fixed_share for law in heard(study) if law.fixed_share is not None]
    if not given:
        return "Whether price at fixed capability fell over the whole record is open, and so is any share in it."
    ends = f"{min(share[0] for share in given) * 100:.0f} to {percentage(max(share[2] for share in given))}"
    middle = extent([share[1] for share in given], percentage)
    return f"Of the whole fall since {study.start} the fixed graph has {middle} (medians by law; 90 % intervals from {ends})."


def _rates(study: GraphStudy, laws: Mapping[str, str]) -> Table:
    return tabulate(
        "graph_rates",
        "What the figure does not show: log-rates per year, median and 90 % interval, positive for a fall, of the active parameters that a "
        "fixed capability needs, and of price at fixed capability, the sum of both channels. Before: the 24 months until the last 12.",
        [
            Column("Law", lambda row: laws[row[0].law], "l"),
            Column("Period", lambda row: row[1].period, "l"),
            Column("Active parameters", lambda row: Interval(*row[1].active)),
            Column("Sum of both channels", lambda row: Interval(*row[1].total)),
        ],
        [(law, window) for law in study.laws for window in (law.before, law.last, law.whole)],
    )


def _first_look(study: GraphStudy) -> Table:
    def cell(look: FirstLook) -> Callable[[str], Estimate | Share]:
        def of(name: str) -> Estimate | Share:
            value = LOOKED_AT[name](look)
            return Estimate(value.value, value.se, "+.2f") if isinstance(value, Coefficient) else Share(value)

        return of

    return tabulate(
        "graph_first_look",
        "Least squares with standard errors by model, log-rates per year, positive for a fall (of ten points: what they add to log price): "
        "how the question was first looked at, and so no test. Reverse regression takes all that models of one size and day differ in "
        "capability for error.",
        [
            Column("Of open models with sizes", lambda name: name, "l"),
            *(
                Column(f"To {look.until} ({plural(look.models, 'model')}, {plural(look.prices, 'price')})", cell(look))
                for look in study.looks
            ),
        ],
        LOOKED_AT,
    )
