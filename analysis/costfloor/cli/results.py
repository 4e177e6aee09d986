"""Fits, comparisons, checks and scores for a reader: a table, and a sentence that says what was found."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from costfloor.checks.result import CheckResult
from costfloor.cli.screen import Block, shown_rows
from costfloor.fit.documented import RATE
from costfloor.fit.quantities import HEADLINE_RATES, summary_table
from costfloor.fit.result import Fit
from costfloor.forecast.compare import Comparison
from costfloor.forecast.refit import RefitReport
from costfloor.forecast.score import ScoreReport
from costfloor.report.chapter_questions import in_a_sentence, left_out
from costfloor.report.check_sentences import checks_outcome
from costfloor.report.result_sentences import a_year, fit_sentence, gates_sentence, verdict_sentence
from costfloor.report.sentences import claim_probability
from costfloor.studies.power.study import Power
from costfloor.typeset.phrases import listing, percentage, plural
from costfloor.typeset.tables import Cell, Column, tabulate
from costfloor.typeset.values import Number, Range, Share
from costfloor.wording import duration

FIRST: Final = (
    "rate_now",
    "rate_12m",
    "rate_next_12m",
    "rate_long_run",
    "rate_initial",
    "rate_floor",
    "half_life_years",
)
"""The quantities of a fit that most people look for, in this order; the others follow."""

OUTCOMES: Final = {True: "passed", False: "FAILED", None: "cannot tell"}

WARNINGS: Final = " Warnings: "
"""What a check's summary ends with where its computation warned: `law: text | law: text`."""

HOW: Final = {
    "unchanged": "read, as nothing changed",
    "reweighted": "old draws weighted",
    "sampled": "sampled anew",
}


def fit_blocks(fit: Fit) -> list[Block]:
    """What a fit says."""
    receipt = fit.receipt
    rows = summary_table(receipt["parameters"]).to_dict("records")
    places = {name: place for place, name in enumerate(FIRST)}
    rows.sort(key=lambda row: (bool(row["family"]), places.get(row["quantity"], len(places))))
    table = shown_rows(
        f"{fit.law.title}, {plural(receipt['n'], 'price')}",
        [
            Column("Quantity", lambda row: f"{row['quantity']}{f' of {row["family"]}' if row['family'] else ''}", "l"),
            Column("Median", lambda row: Number(row["q50"])),
            Column("90 % interval", lambda row: Range(row["q05"], row["q95"])),
            Column("Unit", lambda row: row["unit"], "l"),
            Column("Prices, a year", lambda row: a_year(row["q50"]) if row["unit"] == RATE else None, "l"),
        ],
        rows,
        everything=len(rows) <= 20,
        rest="with --json",
    )
    return [*table, gates_sentence(receipt), *dict.fromkeys(receipt["warnings"]), fit_sentence(fit)]


def comparison_blocks(comparison: Comparison, *, by_origin: bool = False) -> list[Block]:
    """How well the laws forecast, in all and by past date, the six questions, and the verdict as the last sentence."""
    dates = [origin["date"] for origin in comparison.origins]
    where = f" from {plural(len(dates), 'past date')}, {listing(dates)}" if dates else ""
    scores = tabulate(
        "",
        f"Forecasts {comparison.horizon_months} months ahead{where}",
        [
            Column("Law", lambda row: row[0], "l"),
            Column("Log score", lambda row: _number(row[1].elpd, ",.1f")),
            Column("Error", lambda row: _number(row[1].se, ",.1f")),
            Column("CRPS", lambda row: _number(row[1].crps, ".3f")),
            Column("Inside 90 %", lambda row: None if row[1].coverage90 is None else Share(row[1].coverage90)),
            Column("Weight", lambda row: Share(row[1].weight)),
            Column("90 % interval", lambda row: _shares(*row[1].weight_ci90)),
        ],
        comparison.laws.items(),
    )
    questions = tabulate(
        "",
        "Six questions",
        [Column("", lambda row: row[0]), Column("", lambda row: row[1], "l")],
        [
            (f"{answered.id}:", in_a_sentence(answered, comparison.questions))
            for answered in comparison.questions.answers
        ],
    )
    words = (
        "`costfloor explain elpd`, and CRPS, and stacking weight, say what is in the table; a weight is no probability."
    )
    forecasts = [scores, words, *(_by_origin(comparison) if by_origin else [])]
    return [
        *forecasts,
        questions,
        left_out(comparison.questions),
        claim_probability(comparison),
        "",
        verdict_sentence(comparison),
    ]


def _by_origin(comparison: Comparison) -> list[Block]:
    """The log score of each law from each past date, and the lead that the verdict rests on."""
    table = comparison.by_origin()
    if table.empty:
        return ["No past date could be scored."]
    wide = table.pivot_table(index="law", columns="origin", values="elpd", sort=False)
    wide.loc["plateau less discovery"] = wide.loc["plateau"] - wide.loc["discovery"]
    dates = [_log_score_from(str(date)) for date in wide]
    law = Column[Mapping[Any, Any]]("Law", lambda row: row["law"], "l")
    shown = tabulate("", "Log score from each past date", [law, *dates], wide.reset_index().to_dict("records"))
    return [shown, "With --json `origins` has the CRPS and the share inside 90 % from each date, too."]


def check_blocks(results: Sequence[CheckResult], power: Power | None) -> list[Block]:
    """One line a check, each warning once, and what the checks say together."""
    columns = [
        Column[CheckResult]("Check", lambda check: check.name, "l"),
        Column("Outcome", _outcome, "l"),
        Column("Lowest p", lambda check: _lowest(check)[0]),
        Column("Under", lambda check: _lowest(check)[1], "l"),
        Column("Laws", _laws, "l"),
    ]
    if power is not None:
        columns.append(Column("Power", lambda check: _power(check, power), "l"))
    return [
        tabulate(
            "",
            "p: two-sided tail probability of what was observed, under the law where it is lowest; 0: no simulated history was as far out",
            columns,
            results,
        ),
        *(
            []
            if power is None
            else ["Power: how often the check fails a law in simulated panels in which another holds."]
        ),
        *_warnings(results),
        "`costfloor check NAME` has one of them law by law.",
        checks_outcome(results),
    ]


def one_check(result: CheckResult) -> list[Block]:
    """A check, law by law."""
    numbers = [name for name in result.table.columns if name not in {"law", "passed"}]
    table = tabulate(
        "",
        result.summary.partition(". 90 % predictive")[0].partition(": ")[0],
        [
            Column("Law", lambda row: str(row["law"]), "l"),
            *(_significant(name) for name in numbers),
            Column("Outcome", lambda row: _outcome(result) if _informs(result) else OUTCOMES[row["passed"]], "l"),
        ],
        result.table.to_dict("records"),
    )
    laws = _laws(result)
    outcome = f"{result.name}: {_outcome(result)}{f' ({laws})' if laws else ''}."
    return [table, *_warnings([result]), outcome]


def score_blocks(report: ScoreReport) -> list[Block]:
    """How well new rows were predicted, by law and by the equal mixture of the laws."""
    table = tabulate(
        "",
        f"{plural(report.n, 'new price')} under fits that had not seen {'it' if report.n == 1 else 'them'}",
        [
            Column("Law", lambda row: row["law"], "l"),
            Column("Log score", lambda row: Number(row["elpd"], ",.1f")),
            Column("CRPS", lambda row: Number(row["crps"], ".3f")),
            Column("Inside 50 %", lambda row: Share(row["coverage50"])),
            Column("Inside 90 %", lambda row: Share(row["coverage90"])),
        ],
        report.to_frame().to_dict("records"),
    )
    inside = round(report.coverage90 * report.n)
    return [
        table,
        "A higher log score and a smaller CRPS (log points of price) are better; `costfloor compare` says which differences are clear.",
        f"Of {plural(report.n, 'new price')} {inside:,} ({percentage(report.coverage90)}) fell inside the 90 % interval of the "
        f"mixture; its CRPS of {report.crps:.2f} log points is a miss of about {percentage(math.expm1(report.crps))}.",
    ]


def refit_blocks(report: RefitReport, past_day: str | None) -> list[Block]:
    """What was new, how every law was brought up to date, and whether the answer moved."""
    if report.rows_new == 0 and all(update.method == "unchanged" for update in report.laws.values()):
        return [f"Nothing new: the laws see the same rows as before, and the verdict stays {report.verdict_after}."]
    seconds = sum(update.seconds for update in report.laws.values())
    table = tabulate(
        "",
        f"Brought up to date in {duration(seconds)}",
        [
            Column("Law", lambda row: row[0], "l"),
            Column("How", lambda row: HOW[row[1].method], "l"),
            Column("Pareto k", lambda row: _number(row[1].khat, ".2f")),
            *(_moved(name) for name in HEADLINE_RATES),
        ],
        report.laws.items(),
    )
    scored = [] if report.score is None else score_blocks(report.score)
    came = "" if report.rows_new is None else f"{plural(report.rows_new, 'new price')} came in. "
    if report.rows_new is None and past_day is None and report.vintage_before is not None:
        came = "Old prices were withdrawn or corrected, or an old fit is gone. "
    return [table, *scored, "", f"{came}{_verdict(report, past_day)}"]


def _verdict(report: RefitReport, past_day: str | None) -> str:
    when = f" on {past_day}" if past_day else ""
    if report.verdict_before is None:
        return f"The verdict{when} is {report.verdict_after}; there is none before it."
    if report.verdict_before == report.verdict_after:
        return f"The verdict{when} is {report.verdict_after}, as before."
    return f"The verdict{when} is {report.verdict_after}; before it was {report.verdict_before}."


def _outcome(check: CheckResult) -> str:
    return "for information" if _informs(check) else OUTCOMES[check.passed]


def _informs(check: CheckResult) -> bool:
    """Whether a check judges nothing, whatever the data."""
    return check.name == "loo"


def _lowest(check: CheckResult) -> tuple[Cell, str]:
    """The lowest tail probability over the laws, and the law."""
    tails = {
        str(row["law"]): float(row["tail_probability"])
        for row in check.table.to_dict("records")
        if not math.isnan(row.get("tail_probability", math.nan))
    }
    if not tails:
        return None, ""
    law = min(tails, key=tails.__getitem__)
    return Number(tails[law], ".2g"), law


def _laws(check: CheckResult) -> str:
    """Which laws fail a check, and of which it cannot tell."""
    rows = [] if _informs(check) else check.table.to_dict("records")
    fails = [str(row["law"]) for row in rows if row["passed"] is not None and not row["passed"]]
    open_ = [str(row["law"]) for row in rows if row["passed"] is None]
    parts = {"fails": fails, "cannot tell": open_}
    return "; ".join(f"{verb} {', '.join(laws)}" for verb, laws in parts.items() if laws)


def _power(check: CheckResult, power: Power) -> str:
    """How often the check fails either of the two laws where the other holds."""
    rows = [row for row in power.checks if row.check == check.name and row.law not in row.world and row.judged]
    return ", ".join(f"{row.law} {percentage(row.rejected / row.judged)}" for row in rows)


def _warnings(results: Iterable[CheckResult]) -> list[str]:
    """Every warning once, with the checks and laws that it is of."""
    whose: dict[str, list[str]] = {}
    for check in results:
        laws: dict[str, list[str]] = {}
        for entry in filter(None, check.summary.partition(WARNINGS)[2].split(" | ")):
            law, _, words = entry.partition(": ")
            first = words.removeprefix("UserWarning: ").partition(" for one or more samples")[0]
            laws.setdefault(first.rstrip("."), []).append(law)
        for words, of in laws.items():
            which = "all laws" if len(of) == len(check.table) else ", ".join(of)
            whose.setdefault(words, []).append(f"{check.name}: {which}")
    return [f"Warning: {words} ({'; '.join(of)})." for words, of in whose.items()]


def _significant(name: str) -> Column[Mapping[Any, Any]]:
    return Column(name.replace("_", " "), lambda row: None if math.isnan(row[name]) else f"{row[name]:.4g}")


def _moved(name: str) -> Column[Any]:
    return Column(f"{name} moved, in sd", lambda row: _number(row[1].moved.get(name), "+.2f"))


def _log_score_from(date: str) -> Column[Mapping[Any, Any]]:
    return Column(date, lambda row: Number(row[date], ",.1f"))


def _number(value: float | None, form: str) -> Cell:
    return None if value is None else Number(value, form)


def _shares(low: float, high: float) -> str:
    return f"{100 * low:.0f} to {percentage(high)}"
