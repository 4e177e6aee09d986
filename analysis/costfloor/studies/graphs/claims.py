"""What is said of the two channels in words: sentences that follow from the result, and from no less than its error."""

from collections.abc import Mapping, Sequence
from typing import Final

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.sampling.probability import Probability
from costfloor.sampling.quantiles import Quantiles
from costfloor.studies.graphs.ahead import Ahead
from costfloor.studies.graphs.result import Direct, GraphStudy, LawResult
from costfloor.studies.standing import sign
from costfloor.typeset.montecarlo import beside, edge_mcse
from costfloor.typeset.phrases import CLEAR, extent, listing, minus, plural, probability

YES: Final = 0.90
"""Probability of a rate below half of the one before from which on a channel is said to have slowed, as in question 4."""

WORDS: Final = {
    "fixed": "the price of a unit of size at a host",
    "changed": "the price-weighted size at fixed capability",
}


def heard(study: GraphStudy) -> tuple[LawResult, ...]:
    """The laws that have a say: those whose fits kept their gates."""
    return tuple(law for law in study.laws if law.diagnostics.passed)


def side(rate: Quantiles, draws: float) -> str:
    """Where a rate lies beside the band: `above`, `below`, or `open` where its 90 % interval meets it, by more than Monte Carlo error."""
    if beside(FLOOR_CLAIM[1], rate, draws) < 0:
        return "above"
    return "below" if beside(FLOOR_CLAIM[0], rate, draws) > 0 else "open"


def beside_band(study: GraphStudy, channel: str) -> str:
    """What a channel did over the last 12 months, beside 15 to 20 % a year."""
    laws = heard(study)
    if not laws:
        return ""
    rates = [getattr(law.last, channel) for law in laws]
    sides = {side(rate, law.diagnostics.ess_tail_min) for rate, law in zip(rates, laws, strict=True)}
    middle = extent([rate[1] for rate in rates], lambda value: f"{value:.2f}")
    ends = f"{min(rate[0] for rate in rates):.2f} to {max(rate[2] for rate in rates):.2f}"
    verdicts = {
        "above": "faster than 15 to 20 % a year under every law",
        "below": "slower than 15 to 20 % a year under every law",
        "open": "and the 90 % interval of every law meets 15 to 20 % a year or holds it",
    }
    verdict = (
        verdicts[sides.pop()]
        if len(sides) == 1
        else "and the laws part on whether that is faster or slower than 15 to 20 % a year"
    )
    return minus(
        f"Over the last 12 months {WORDS[channel]} fell at a rate of {middle} a year (log points, negative for a rise; medians by law, "
        f"90 % intervals from {ends}), {verdict}."
    )


def has_slowed(slowed: Probability) -> bool | None:
    """Whether a channel has slowed to less than half; None where the probability does not say, or not by two Monte Carlo errors."""
    if slowed.value - YES > CLEAR * slowed.mcse:
        return True
    return False if (1.0 - YES) - slowed.value > CLEAR * slowed.mcse else None


def flattening(study: GraphStudy) -> str:
    """Which channel has slowed to less than half, by all laws that have a say."""
    laws = heard(study)
    if not laws:
        return ""
    verdict_of = {}
    for channel in WORDS:
        verdicts = {has_slowed(law.slowed[channel]) for law in laws}
        verdict_of[channel] = verdicts.pop() if len(verdicts) == 1 else None
    chances = [
        f"{extent([law.slowed[channel].value for law in laws], probability)} for the {channel} graph"
        for channel in WORDS
    ]
    reading = {
        (True, True): "Both have slowed to less than half.",
        (True, False): "The fixed graph has slowed to less than half, and the changed graph has not.",
        (False, True): "The changed graph has slowed to less than half, and the fixed graph has not.",
        (False, False): "Neither has slowed to less than half.",
    }
    verdict = verdict_of["fixed"], verdict_of["changed"]
    if None in verdict:
        left = [channel for channel, value in verdict_of.items() if value is None]
        known = [
            f"the {channel} graph has{'' if value else ' not'} slowed to less than half"
            for channel, value in verdict_of.items()
            if value is not None
        ]
        sentence = f"whether the {' and the '.join(left)} graph has slowed to less than half is left open"
        words = "; ".join([*known, sentence])
        conclusion = f"{_sentence(words)}."
    else:
        conclusion = reading[bool(verdict[0]), bool(verdict[1])]
    return (
        "That the rate of the last 12 months is below half of that of the 24 months before has a probability, by law, of "
        f"{listing(chances)}. {conclusion}"
    )


def identity(study: GraphStudy, panel: Mapping[str, Quantiles]) -> str:
    """Whether the sum of both channels meets the rate of price at fixed capability that no size enters.

    Parameters
    ----------
    study
        The result.
    panel
        Rates of the last 12 months by the panel's laws, open and closed models together; empty where they are not at hand.
    """
    laws = heard(study)
    if not laws:
        return ""
    sums = extent([law.last.total[1] for law in laws], lambda value: f"{value:.2f}")
    low, middle, high = study.direct.last
    inside = all(_meets(law.last.total, study.direct) for law in laws)
    verdict = "the intervals of every law meet it" if inside else "not every law's interval meets it"
    sentence = (
        f"Both channels add up to {sums} over the last 12 months (medians by law); the same prices without a look at sizes fall by "
        f"{middle:.2f} ({low:.2f} to {high:.2f}): {verdict}."
    )
    if panel:
        medians = extent([rate[1] for rate in panel.values()], lambda value: f"{value:.2f}")
        sentence += f" By the laws of the whole panel, closed models included, it is {medians}."
    return minus(sentence)


def _meets(total: Quantiles, direct: Direct) -> bool:
    error = edge_mcse(total) + edge_mcse(direct.last)
    return total[0] <= direct.last[2] + error and direct.last[0] <= total[2] + error


def worth_side(laws: Sequence[LawResult]) -> int | None:
    """Whether by every law's 90 % interval abler models of one size are dearer (1), cheaper (-1) or neither (0); None where laws part."""
    sides = {-beside(0.0, law.premium, law.diagnostics.ess_tail_min) for law in laws}
    return sides.pop() if len(sides) == 1 else None


def worth_by_least_squares(study: GraphStudy) -> bool | None:
    """Whether least squares of the last first look give worth the side of the joint model; None where that gives it none."""
    side, look = worth_side(heard(study)), study.looks[-1].capability_given_size
    return sign(look.value, look.se) == side if side else None


def worth(study: GraphStudy) -> str:
    """Whether price follows what is computed alone or, at given sizes, what it is worth, and what that does to the sum."""
    laws = heard(study)
    if not laws:
        return ""
    middle = extent([law.premium[1] for law in laws], lambda value: f"{value:+.2f}")
    ends = f"{min(law.premium[0] for law in laws):+.2f} to {max(law.premium[2] for law in laws):+.2f}"
    verdict = {
        1: "above zero under every law: price follows what a model is worth as well as its size",
        -1: "below zero under every law: price follows size, and not what a model is worth",
        0: "not to be told from zero under any law: nothing shows that price follows worth beside size",
        None: "and the laws part on whether price follows worth beside size",
    }[worth_side(laws)]
    look = study.looks[-1].capability_given_size
    rests = {True: ", with the same sign", False: ": that it is not zero rests on the joint model", None: ""}
    return minus(
        f"At given sizes ten points of capability add {middle} to log price (medians by law, 90 % intervals from {ends}), {verdict}. Least "
        f"squares of median prices give {look.value:+.2f}, standard error {look.se:.2f}{rests[worth_by_least_squares(study)]}. Both "
        "channels are those of a fixed capability, where this premium is a constant: it is in neither, and their sum has none of it."
    )


def sizes_help(ahead: Sequence[Ahead]) -> str:
    """Whether forecasts of prices with sizes are better than those without."""
    sentences = []
    for forecast in ahead:
        gain, error = forecast.gain.value, forecast.gain.se
        clear = error is not None and abs(gain) > CLEAR * error
        verdict = ("better" if gain > 0 else "worse") if clear else "not to be told from those without"
        of_it = "" if error is None else f", difference {gain:+.3f} with a standard error of {error:.3f}"
        sentences.append(
            f"from {forecast.origin}, on {plural(forecast.prices, 'price')} of {plural(forecast.models, 'model')} ({forecast.new_models} "
            f"of them new), forecasts with sizes are {verdict} (CRPS {forecast.crps_with:.3f}, without {forecast.crps_without:.3f}{of_it})"
        )
    return (
        minus(f"Do sizes help to foretell prices of open models? {_sentence('; '.join(sentences))}.")
        if sentences
        else ""
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
