"""The report of a refresh, in the order in which a person can act on it: what waits for a decision comes first."""

import shlex
from collections import Counter
from collections.abc import Sequence

from costfloor.data.arrival_counts import Counts
from costfloor.refresh.markdown import code, command, table
from costfloor.refresh.result import (
    HeldPrice,
    ModelPrices,
    Move,
    NewSeller,
    RefreshResult,
    SourceNews,
    Status,
    UnresolvedId,
    sum_of,
)

SHOWN = 20
"""Rows of a list that are shown; its total is always said."""

SHOWN_REASONS = 8
"""Of entries that are skipped."""

STATUS = {
    Status.STORED: "taken in",
    Status.KNOWN: "in the store already",
    Status.UNCHANGED: "as the store has it",
    Status.REFUSED: "refused",
    Status.FAILED: "did not come",
}


def markdown(result: RefreshResult) -> str:
    """The whole report."""
    parts = [
        f"# Refresh of {result.day}",
        summary(result),
        "## 1. What needs a person",
        *_decisions(result),
        "## 2. What came",
        _sources(result),
        "## 3. Prices",
        *_prices(result),
        "## 4. New models and scores",
        *_models(result),
        "## 5. Silent and frozen sources",
        _quiet(result),
        "## 6. How the old forecast did",
        _forecast(result),
        "## 7. How the answer moved",
        _answer(result),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def summary(result: RefreshResult) -> str:
    """What came and whether somebody has to act, in a few sentences."""
    stored = sum(source.status is Status.STORED for source in result.sources)
    waits = "Something waits for a person: section 1." if result.needs_person else "Nothing waits for a person."
    prices = result.prices
    return (
        f"{stored} of {counted(len(result.sources), 'file')} brought something new; {len(result.troubled)} did not come or were refused. "
        f"Of the prices that the laws see, {prices.new_prices} are new, {prices.gone_prices} gone, {len(prices.changed)} changed and "
        f"{len(prices.returned)} returned. {waits}"
    )


def _decisions(result: RefreshResult) -> list[str]:
    if not result.needs_person:
        return ["Nothing."]
    parts = []
    if result.troubled:
        parts.append(f"**{counted(len(result.troubled), 'file')} did not come or were refused**")
        parts += [_trouble(source) for source in result.troubled]
    if result.unknown_files:
        parts += [
            f"**{counted(len(result.unknown_files), 'file')} of no known name**: rename what should have come in (docs/refresh.md has the "
            "names); the rest can stay or go",
            "\n".join(f"* {code(path)}" for path in result.unknown_files[:SHOWN]) + _rest(len(result.unknown_files)),
        ]
    if result.doubtful:
        parts += _held(result.doubtful)
    if result.sellers:
        parts += _sellers(result.sellers)
    if result.unresolved:
        parts += _unresolved(result.unresolved)
    return parts


def _sellers(sellers: Sequence[NewSeller]) -> list[str]:
    rows = [
        [
            code(seller.name),
            ", ".join(seller.sources),
            code(seller.relay_of) if seller.relay_of else "",
            str(seller.prices),
        ]
        for seller in sellers[:SHOWN]
    ]
    return [
        f"**{counted(len(sellers), 'new seller')} that nobody has looked at**: the laws do not see their prices until somebody says who "
        "they are",
        table(["seller", "listed by", "prices repeat those of", "prices"], rows, numbers=1) + _rest(len(sellers)),
        command(
            "costfloor hosts review",
            f"costfloor hosts set {shlex.quote(sellers[0].name)} --host HOST --kind KIND --who YOU --why REASON",
        ),
    ]


def _unresolved(names: Sequence[UnresolvedId]) -> list[str]:
    rows = [
        [code(n.model_id), ", ".join(n.sources), code(n.nearest), str(n.spellings), str(n.sellers)]
        for n in names[:SHOWN]
    ]
    ids = sum(name.spellings for name in names)
    return [
        f"**{counted(ids, 'new id')} without a model**, spellings of {counted(len(names), 'name')}; those that most sellers list:",
        table(["name", "listed by", "spelled most like", "spellings", "sellers"], rows, numbers=2) + _rest(len(names)),
        "One after another, by one key each; what is a model of its own is told with the second:",
        command(
            "costfloor models review --who YOU",
            "costfloor models add KEY --name NAME --creator WHO --release-date DAY --who YOU --why REASON",
        ),
    ]


def _trouble(source: SourceNews) -> str:
    ingest = f"costfloor ingest {source.format} {shlex.quote(source.where)} --observed-on {source.day}"
    problem = f"{source.format}, {source.day}: {code(source.problem or '', limit=500)}"
    if source.asks_coverage:
        asked = "If they are all gone, the first; if the list is a part, the second:"
        return "\n\n".join([problem, asked, command(f"{ingest} --complete", f"{ingest} --partial")])
    again = "Later, or with a saved file in the place of the address:"
    return "\n\n".join([problem, again if source.status is Status.FAILED else "Once it is mended:", command(ingest)])


def _held(prices: Sequence[HeldPrice]) -> list[str]:
    rows = []
    for price in prices[:SHOWN]:
        both = f"{_usd(price.input_usd_per_mtok)} / {_usd(price.output_usd_per_mtok)}"
        name = f"{price.provider or price.source}/{price.model_id}"
        rows.append([code(name), code(price.reason), code(price.quote_id), both])
    return [
        f"**{counted(len(prices), 'new price')} in doubt**, held back unless accepted; where the rule is right, nothing has to be done:",
        table(["price", "why", "quote", "input / output"], rows, numbers=1) + _rest(len(prices)),
        command(f"costfloor quarantine accept {prices[0].quote_id} --who YOU --why REASON"),
    ]


def _other_kinds(prices: Sequence[HeldPrice]) -> list[str]:
    """What is held back and needs nobody."""
    reasons = Counter(price.reason for price in prices)
    if not reasons:
        return []
    why = "; ".join(f"{count:,} x {code(reason)}" for reason, count in reasons.most_common())
    return [f"{counted(len(prices), 'new price')} of other kinds, which are not compared with list prices: {why}."]


def _sources(result: RefreshResult) -> str:
    rows = []
    for name in dict.fromkeys(source.format for source in result.sources):
        files = [source for source in result.sources if source.format == name]
        outcomes = Counter(STATUS[source.status] for source in files)
        outcome = ", ".join(f"{count} {what}" for what, count in outcomes.items())
        rows += _kinds(name, outcome, files) or [[name, outcome, *[""] * 7]]
    header = ["source", "files", "kind", "new", "changed", "unchanged", "gone", "rejected", "skipped"]
    skipped = Counter[str]()
    for source in result.sources:
        skipped.update(source.skipped or {})
    why = "; ".join(f"{count:,} x {code(reason)}" for reason, count in skipped.most_common(SHOWN_REASONS))
    more = len(skipped) - SHOWN_REASONS
    why += f"; and {counted(more, 'other reason')}" if more > 0 else ""
    return table(header, [*rows, *_kinds("all", "", result.sources)], numbers=6) + (
        f"\n\nSkipped: {why}." if why else ""
    )


def _kinds(name: str, outcome: str, files: Sequence[SourceNews]) -> list[list[str]]:
    """A row for each kind of entry in these files."""
    by_kind = {
        kind: [source.kinds[kind] for source in files if source.kinds and kind in source.kinds]
        for kind in ("prices", "scores", "facts")
    }
    return [[name, outcome, kind, *_counts(sum_of(counts))] for kind, counts in by_kind.items() if counts]


def _counts(counts: Counts) -> list[str]:
    named = (counts.new, counts.changed, counts.unchanged, counts.gone, counts.rejected, counts.skipped)
    return [f"{count:,}" if count else "." for count in named]


def _prices(result: RefreshResult) -> list[str]:
    prices = result.prices
    seen = "Prices that the laws see: kept, of laboratories, clouds and hosts, of models with measured capability."
    if not prices.measured:
        seen = "Nothing is built, so that it is not known which models are measured: all kept prices of laboratories, clouds and hosts."
    return [
        f"{seen} USD per million tokens, three parts input to one part output.",
        *_moves("changed", prices.changed),
        *_moves("returned", prices.returned),
        *_begun("new", prices.new, prices.new_prices),
        *_begun("gone", prices.gone, prices.gone_prices),
        *_other_kinds([price for price in result.quarantined if not price.doubtful]),
    ]


def _moves(what: str, moves: Sequence[Move]) -> list[str]:
    if not moves:
        return [f"**No price {what}.**"]
    falls = sum(move.now < move.before for move in moves)
    rises = sum(move.now > move.before for move in moves)
    rows = [
        [code(move.model), code(move.host), move.day, _usd(move.before), _usd(move.now), _change(move)]
        for move in moves[:SHOWN]
    ]
    return [
        f"**{counted(len(moves), 'price')} {what}** ({falls} down, {rises} up), the largest moves first:",
        table(["model", "host", "day", "before", "now", "change"], rows, numbers=3) + _rest(len(moves)),
    ]


def _begun(what: str, models: Sequence[ModelPrices], prices: int) -> list[str]:
    if not models:
        return [f"**No price {what}.**"]
    rows = [[code(row.model), str(row.sellers), _usd(row.lowest), _usd(row.highest)] for row in models[:SHOWN]]
    return [
        f"**{counted(prices, 'price')} {what}**, of {counted(len(models), 'model')}:",
        table(["model", "sellers", "lowest", "highest"], rows, numbers=3) + _rest(len(models)),
    ]


def _models(result: RefreshResult) -> list[str]:
    scores = f"{counted(result.scores_new, 'new score')} came (section 2 says from where)."
    if not result.models_new:
        return [f"No model is new. {scores}"]
    names = ", ".join(code(name) for name in result.models_new[:SHOWN])
    more = len(result.models_new) - SHOWN
    others = f" and {more:,} more" if more > 0 else ""
    return [f"{counted(len(result.models_new), 'new model')}: {names}{others}.", scores]


def _quiet(result: RefreshResult) -> str:
    words = {"silent": "silent: no list since", "frozen": "frozen: nothing new in its lists since"}
    lines = [f"* {quiet.format}: {words[quiet.kind]} {quiet.since}" for quiet in result.quiet]
    return (
        "\n".join(lines)
        or "None: every source that lists were taken in from has said something new in the last 30 days."
    )


def _forecast(result: RefreshResult) -> str:
    score = result.answer.score
    if score is None:
        return result.answer.why_no_score or ""
    rows = [
        [
            str(row["law"]),
            *(f"{row[name]:.3g}" for name in ("elpd", "crps")),
            *(f"{100 * row[name]:.0f} %" for name in ("coverage50", "coverage90")),
        ]
        for row in score.to_frame().to_dict("records")
    ]
    return (
        f"{counted(score.n, 'row')} of measured models from after the last study. A good forecast has half of them in its 50 % intervals "
        "and 90 % in its 90 % intervals; a higher log density and a lower error (CRPS, log points) are better.\n\n"
        + table(["law", "log density", "CRPS", "in 50 %", "in 90 %"], rows, numbers=4)
    )


def _answer(result: RefreshResult) -> str:
    verdict = result.answer.verdict
    if verdict is None:
        return "There is no answer yet: `costfloor report` makes it."
    if result.answer_moved is False:
        return f"Not at all: it is `{verdict}`, and the laws see the same rows as before."
    rows = result.answer.rows_new
    what = "what has come" if rows is None else f"{counted(rows, 'new row')} and {result.answer.rows_changed} changed"
    if rows is not None and result.scores_new:
        what += f", once `costfloor build` has measured the models by the {counted(result.scores_new, 'new score')}"
    return f"The stored verdict is `{verdict}`. `costfloor refit` says what it is with {what}."


def _change(move: Move) -> str:
    ratio = move.now / move.before
    if ratio < 0.1 or ratio > 10:
        return f"{ratio:.3g} x"
    return f"{100 * (ratio - 1):+.0f} %"


def _usd(price: float | None) -> str:
    return "?" if price is None else f"{price:.4g}"


def _rest(total: int) -> str:
    return f"\n\n... and {total - SHOWN:,} more." if total > SHOWN else ""


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
