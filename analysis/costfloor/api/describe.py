"""What a result says, in plain words."""

import html
from dataclasses import dataclass

import pandas as pd

from costfloor.errors import InputError
from costfloor.fit.documented import RATE, in_words
from costfloor.fit.result import Fit
from costfloor.forecast.compare import Comparison
from costfloor.indexes.price_index import PriceIndex
from costfloor.report.chapter_questions import in_a_sentence, left_out
from costfloor.report.result_sentences import a_year, fit_sentence, gates_sentence, index_sentence, verdict_sentence
from costfloor.report.sentences import claim_probability
from costfloor.typeset.phrases import plural


@dataclass(frozen=True, eq=False, repr=False)
class Description:
    """A result in sentences, with the table behind them.

    Attributes
    ----------
    sentences
        In the order in which one reads them: first what was found.
    table
        One row per quantity, law or period.
    """

    sentences: tuple[str, ...]
    table: pd.DataFrame

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        paragraphs = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.sentences)
        return f"{paragraphs}{self.table.to_html(index=False, float_format='{:.3g}'.format)}"

    def to_frame(self) -> pd.DataFrame:
        """The table, for ``.to_csv`` and, with ``escape=True``, ``.to_latex``."""
        return self.table


def describe(result: Fit | Comparison | PriceIndex) -> Description:
    """Say in plain words what a result says.

    Parameters
    ----------
    result
        What `fit`, `compare` or `index` gave.

    Returns
    -------
    Description
        ``print`` shows its sentences, a notebook its table, too. `.to_frame()` is that of the result; of a fit it has, beside each
        quantity, what it is (`in_words`) and what prices do a year at its median (`a_year`; empty where it is no rate).

    Raises
    ------
    InputError
        It is none of these.

    Examples
    --------
    >>> import costfloor as cf
    >>> cf.describe(cf.index("hedonic", "prices.csv", frequency="quarter")).sentences[0].partition(":")[0]
    'From 2023Q1 to 2024Q4 prices become 2.4 times cheaper a year'
    >>> short = cf.Sampling(draws=200, tune=200, chains=2)  # for an example; leave it out
    >>> description = cf.describe(cf.fit("exponential", "prices.csv", sampling=short))
    >>> description.to_frame().columns.to_list()
    ['quantity', 'family', 'in_words', 'q05', 'q50', 'q95', 'unit', 'a_year']
    >>> latex = description.to_frame().to_latex(index=False, escape=True, float_format="%.2f")
    """
    if isinstance(result, Fit):
        return _of_fit(result)
    if isinstance(result, Comparison):
        questions = result.questions
        asked = [f"{answered.id}. {in_a_sentence(answered, questions)}" for answered in questions.answers]
        sentences = (verdict_sentence(result), claim_probability(result), *asked, left_out(questions))
        return Description(sentences, result.to_frame())
    if isinstance(result, PriceIndex):
        return Description(tuple(filter(None, [index_sentence(result), result.note])), result.to_frame())
    raise InputError(
        "is no result that can be described", value=type(result).__name__, remedy="Give a fit, a comparison or an index"
    )


def _of_fit(fit: Fit) -> Description:
    receipt = fit.receipt
    families = "" if len(fit.observed.families) == 1 else f" of {plural(len(fit.observed.families), 'family')}"
    fitted = f"Fitted to {plural(receipt['n'], 'price')}{families}: {fit.law.title} ({fit.law.reading})."
    summary = fit.summary()
    table = pd.DataFrame(
        {
            **{name: summary[name] for name in ("quantity", "family")},
            "in_words": [in_words(name) for name in summary["quantity"]],
            **{name: summary[name] for name in ("q05", "q50", "q95", "unit")},
            "a_year": [
                a_year(rate) if unit == RATE else "" for rate, unit in zip(summary["q50"], summary["unit"], strict=True)
            ],
        }
    )
    return Description((fit_sentence(fit), fitted, gates_sentence(receipt), *dict.fromkeys(receipt["warnings"])), table)
