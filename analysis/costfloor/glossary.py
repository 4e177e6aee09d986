"""The words of the report and of the command line, each explained once in plain words: `costfloor explain TERM`."""

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from costfloor.errors import InputError

GLOSSARY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "age": "Time since the birth of a capability, in years. A model that enters before that birth has a negative "
        "age: it is ahead of its market.",
        "at fixed capability": "For a buyer who asks for the same capability on both days, whichever model then offers "
        "it. The opposite is to follow the frontier.",
        "band": "Models of like capability, under the name of a launch, such as gpt-4. Bands name levels in figures, "
        "tables and classical indexes; the laws do not see them.",
        "Baumol": "The law in which a part of cost (people, buildings, energy) does not get cheaper. As the rest gets "
        "cheaper that part weighs more, until it sets the pace of the whole. After Baumol (1967), who explained so "
        "why services become dearer.",
        "birth": "The day on which the market first reached a capability, as expected from the release dates and "
        "abilities of models. The clock of a capability starts there.",
        "break-even": "Of a service: the first year after its launch without a loss, when its accelerators are written "
        "off in equal parts. It says nothing of other years, nor of what the launch has cost; see pay-back.",
        "calibration": "Whether stated probabilities come true as often as they say. Studied by simulation: parameters "
        "are drawn from the prior, data made from them and fitted, and the truth must lie in the 90 % intervals in "
        "about 90 of 100 cases.",
        "capability": "How able a model is: one number from all its benchmark scores, with a standard deviation, in "
        "points of an index. Only differences between models have a meaning.",
        "clearly better": "Ahead by more than 4 in log score and by more than two standard errors of the difference. A "
        "smaller lead decides nothing.",
        "coverage": "The share of outcomes that fell inside a stated interval. An honest 90 % interval holds about 90 % "
        "of them; fewer means that a forecast was too sure of itself.",
        "CRPS": "Continuous ranked probability score: how far a forecast, with its spread, was from what came. In log "
        "points of price, so that 0.1 is about 10 %; smaller is better. A forecast without spread has its absolute "
        "error as its CRPS.",
        "discovery": "The law in which gains keep arriving (new models, kernels, hardware), so that the rate of decline "
        "does not fade with age. The reading in which today's fall is that of a young field. Also a verdict.",
        "divergence": "A step in which the sampler lost the shape of the posterior. A single one fails the gate: a part "
        "of the posterior may not have been visited.",
        "E-BFMI": "How well the sampler moves between likely and unlikely parts of a posterior. Below 0.3 the gate "
        "fails.",
        "elpd": "Expected log predictive density, or log score: the log of the probability that a forecast gave to what "
        "came, summed over models and dates. Higher is better; only differences between forecasts of the same rows "
        "have a meaning.",
        "encompassing": "The law that holds the others as special cases: the rate decays towards a share of the first "
        "rate, and that share may be one (no decay), between (a floor) or zero. It lets the data choose what the "
        "other laws assume.",
        "ESS": "Effective sample size: how many independent draws the draws of a chain are worth. The gate asks for "
        "more than 400, in the middle (bulk) and at the ends (tail) of every reported quantity.",
        "exponential": "The law of a constant rate without innovations: log price falls on a straight line in age. The "
        "baseline, as in Moore's law.",
        "floor": "The rate to which a decline slows in the long run, if it does. A floor of 0.163 to 0.223 a year is a "
        "fall of 15 to 20 % a year.",
        "frontier": "The most capable models of a day. A buyer who follows the frontier moves to each new capability as "
        "it opens. The index of that name is another thing: record-low prices at or above a given capability.",
        "gate": "A limit that draws must keep before anything is reported from them as sound: R-hat below 1.01, "
        "effective sample sizes above 400, no divergence, E-BFMI above 0.3. What misses a gate is marked FAILED.",
        "GEKS": "A matched-model index that compares every period of a window with every other and averages, so that "
        "the order of periods does not matter. It is free of the drift that a chain of steps collects.",
        "hedonic": "An index or trend from a regression of log price on date and quality: the price of equal quality, "
        "also where no model is sold on both dates. The one to cite for the fall of price at equal quality.",
        "horizon": "Months after an origin for which a forecast is scored.",
        "innovation": "The part of progress that comes unevenly: by how much log price moves in a quarter beyond what "
        "the law expects, for all models at once.",
        "law": "A law of motion: what the rate of decline may do as a capability ages. There are six: exponential, "
        "random_walk, plateau, baumol, discovery and encompassing.",
        "ledger": "The dated list of what was concluded from which data, one line per study, so that anybody can see "
        "how the answer moved.",
        "log-rate": "The yearly rate at which log price falls, positive when prices fall. A rate of 0.18 is a fall of "
        "16.5 % a year (1 - exp(-0.18)); exp(rate) is by how many times cheaper things get in a year.",
        "matched-model": "An index from the price changes of the same model at the same host. It sees repricing of what "
        "stays on sale, and none of the cheapness that new models bring.",
        "Monte Carlo error": "The error that a number has because it was computed from finitely many draws. A "
        "difference smaller than twice this error is called level.",
        "origin": "The day up to which a forecast has seen prices. The laws are compared by forecasts from past "
        "origins, scored on what came afterwards.",
        "panel": "The prices that the laws may see, each with the measured capability of its model. costfloor build "
        "makes it.",
        "Pareto k": "How heavy the tail of importance weights is. Below 0.7 the weights can be trusted; above, a few "
        "draws carry everything and the fit must be sampled anew.",
        "pass-through": "The share of the market's progress that a model on sale follows with its own price. In unit "
        "economics: the share of a fall in token cost that a service gives to its customers.",
        "pay-back": "Of a service: the first year in which profits, added up and not discounted, have paid for launch "
        "and capacity; never, when fewer than half of the draws get there, and about even, when their Monte Carlo error "
        "leaves that open.",
        "plateau": "The law in which the rate decays with the age of a capability to a floor that the data may set. The "
        "reading in which the fall becomes a slow one of perhaps 15 to 20 % a year. Also a verdict.",
        "posterior": "What is believed of a quantity after the data: the prior, corrected by them. Given as draws, and "
        "in tables as the median with a 90 % interval.",
        "posterior predictive check": "Histories are simulated from a fitted law and compared with the real one in one "
        "respect. A law that almost never makes anything like the real history fails that check.",
        "power": "How often a test or a rule finds what is there. A check that passes with little power is no evidence.",
        "prior": "What is believed of a quantity before the data, written down with its reason. The prior probability "
        "is printed beside each posterior one, so that a reader sees what the data added.",
        "prior sensitivity": "How much an answer moves when the priors are scaled. What moves much rests on the prior "
        "rather than on the data.",
        "quarantine": "Quotes that a rule holds back because they look wrong. Nothing is deleted: a person may accept "
        "or reject each, with a reason.",
        "quote": "One price of one id at one seller on one day, as a source has it.",
        "random walk": "The law of a constant drift with shocks that may go either way and have a size of their own.",
        "rate_now": "The rate at the last date, as the mean over the capabilities on sale, each at its own age. Innovations "
        "are not in it.",
        "receipt": "What a stored result says of itself: data, settings, versions and code that it was made with, and "
        "its gates.",
        "R-hat": "Whether the chains of a sampler agree. Near 1 they do; the gate is below 1.01.",
        "set aside": "A law without a say in the answers: its fit missed a gate, or its forecasts are clearly worse "
        "than those of the best law.",
        "spell": "The time for which a quoted price held, from the day it is first known to the day it is last known.",
        "stacking weight": "The share of a law in the mixture of laws that would have forecast best. It is no "
        "probability that the law is true.",
        "stale": "Some part of what a result rests on (data, settings, versions, code) has changed since it was made. "
        "costfloor status says which.",
        "study": "A heavy calculation behind the report that is done once and stored, such as simulated error rates. "
        "costfloor calibrate runs those that are out of date.",
        "verdict": "Plateau, discovery or inconclusive, by a rule that was written down before the comparison was run.",
        "vintage": "The raw data in one state, named by a hash over all raw files; also one price list that was taken "
        "in, which makes a new state.",
    }
)
"""Term to its meaning in plain words, without markup."""

OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bulk ESS": "ESS",
        "constant rate": "exponential",
        "effective sample size": "ESS",
        "fixed capability": "at fixed capability",
        "khat": "Pareto k",
        "log score": "elpd",
        "matched": "matched-model",
        "payback": "pay-back",
        "stacking": "stacking weight",
        "tail ESS": "ESS",
        "weight": "stacking weight",
    }
)
"""Other names of a term, as output and reports use them."""


def look_up(term: str) -> tuple[str, str]:
    """A term as the glossary writes it, and what it means.

    Capitals, hyphens, underscores and spaces make no difference.

    Raises
    ------
    InputError
        There is no such term; the message names the nearest ones.

    Examples
    --------
    >>> look_up("r hat")
    ('R-hat', 'Whether the chains of a sampler agree. Near 1 they do; the gate is below 1.01.')
    """
    names = {_bare(other): name for other, name in OTHER_NAMES.items()} | {_bare(name): name for name in GLOSSARY}
    bare = _bare(term)
    if bare in names:
        return names[bare], GLOSSARY[names[bare]]
    within = [name for key, name in names.items() if len(bare) > 2 and bare in key]
    alike = [names[key] for key in difflib.get_close_matches(bare, names, n=3, cutoff=0.5)]
    nearest = list(dict.fromkeys(within + alike))[:3]
    listed = "`costfloor explain` lists all terms"
    remedy = f"The nearest: {', '.join(nearest)}; {listed}" if nearest else listed[0].upper() + listed[1:]
    raise InputError("is not in the glossary", column="TERM", value=term, remedy=remedy)


def _bare(term: str) -> str:
    return re.sub(r"[\s_-]+", "", term.casefold())
