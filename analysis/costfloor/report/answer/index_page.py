"""The price index at constant quality: its figure, what it is, how to cite it; and which rate in print to cite for what."""

from costfloor.report.answer.rates_in_print import rates_in_print
from costfloor.report.drawings import shown
from costfloor.report.plain import fall, fall_span
from costfloor.report.price_indexes import ShownIndex
from costfloor.report.study import Study
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.phrases import plural, significant

FILE = "reports/tables/inference_price_index.csv"


def price_index(study: Study) -> list[Block]:
    """The number that people will cite, and the other rates beside it."""
    return [
        heading("The price of the same ability, month by month"),
        text(level(study.indexes.constant, study.indexes.matched)),
        shown("price_index", floats=False),
        text(definition(study)),
        text(citation(study)),
        heading("Why the rates in print differ"),
        text(
            "All of these are called the fall of AI prices, and each answers a question of its own. Whoever cites one should say "
            "which it is; "
            "the first is the one for the fall of price at equal ability."
        ),
        table(rates_in_print(study)),
    ]


def level(constant: ShownIndex, matched: ShownIndex) -> str:
    """Where the index stands, how fast it fell, and what those saw who kept their model."""
    index = constant.monthly
    if index is None:
        return "There are too few prices for an index."
    last = index.periods[-1]
    words = (
        f"In {last.period} the same ability cost {significant(100.0 * last.value)} % of what it had cost in {index.base} (nine of ten: "
        f"{significant(100.0 * last.ci90[0])} to {significant(100.0 * last.ci90[1])} %). One month may be off by much, as few models are "
        "new in it: read the line, not a step."
    )
    if constant.quarterly is not None:
        words += (
            f" By quarters, which are steadier, it became {fall(constant.quarterly.annual_rate)} a year "
            f"({fall_span(*constant.quarterly.annual_rate_ci90)})."
        )
    if matched.quarterly is not None:
        words += (
            f" For who kept the same model at the same seller it was {fall(matched.quarterly.annual_rate)} a year "
            f"({fall_span(*matched.quarterly.annual_rate_ci90)})."
        )
    return words


def definition(study: Study) -> str:
    """What the index is, in words."""
    constant = study.indexes.constant.monthly
    rows = "" if constant is None else f" It rests on {plural(constant.n, 'new price')}."
    return (
        "What it is. The list price in USD per million tokens (three parts input, one part output), of models that somebody begins "
        "to sell in "
        "a month, at their makers, clouds and hosts. How able a model is, is one number made of all its test scores. A line is drawn "
        "through the logarithms of prices, with ability and a step for each month: the steps are the index. So a new model that does the "
        f"same for less counts as a fall, and a better model at the same price does, too. Discounts are not seen.{rows} The file "
        f"{FILE} has every month, all models and each level of ability, at constant quality and for models that stay on sale, with the "
        "interval of nine in ten."
    )


def citation(study: Study) -> str:
    """How to cite it: with the vintage, without which nobody can find the numbers again."""
    build = study.build
    return (
        "Suggested citation. costfloor contributors: Price index of AI inference at constant quality, monthly, hedonic, new prices. Data "
        f"vintage {build.vintage}, prices to {build.last}."
    )
