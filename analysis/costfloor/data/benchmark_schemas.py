"""Schemas of the raw tables that say what a benchmark is, and which benchmark a source means by a name."""

from costfloor.data.fields import date, flag, number, table, text

SCORE_SCALES = ("fraction", "points", "elo", "minutes", "marks")
"""Units of a score; all but `fraction` are kept as the source gives them."""

BENCHMARKS = table(
    "benchmarks",
    "Benchmarks",
    {
        "benchmark": text("Name; the version is part of it where values before and after differ", unique=True),
        "title": text("Title in words"),
        "scale": text("Unit of the scores in `performance` and of those known on a day", one_of=SCORE_SCALES),
        "random_baseline": number("Expected score of a guesser; 0 for free answers", "as score", nullable=True),
        "ceiling": number("Best possible score", "as score", nullable=True),
        "higher_is_better": flag("Larger scores are better"),
        "superseded_by": text("Benchmark that took its place", nullable=True),
        "repeats": text(
            "Several scores of one list for a model at one effort are runs of the same (mean), or ways to run it, of which a buyer takes "
            "the best (best)",
            one_of=("mean", "best"),
        ),
        "capability": flag("Its scores say something of capability"),
        "reason": text("Why, or why not"),
        "evidence": text("Where it is described"),
    },
    key=["benchmark"],
    evidence="evidence",
)

BENCHMARK_SPELLINGS = table(
    "benchmark_spellings",
    "Benchmarks as sources spell them",
    {
        "source": text("Source that uses the spelling"),
        "spelling": text("The benchmark as it stands there"),
        "version": text("Its version as it stands there; empty where there is none", nullable=True),
        "benchmark": text("Benchmark it names; empty: looked at, and no score to use", nullable=True),
        "valid_from": date("First day of the lists for which this holds; empty for always", nullable=True),
        "valid_to": date("First day for which it no longer holds; empty while it does", nullable=True),
        "note": text("Remarks", nullable=True),
        "evidence": text("What the name rests on"),
    },
    key=["source", "spelling", "version", "valid_from"],
    evidence="evidence",
)

BENCHMARK_SCHEMAS = (BENCHMARKS, BENCHMARK_SPELLINGS)
