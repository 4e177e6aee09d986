"""What the priors say before any price is seen. Writes `docs/priors.md`; takes a few seconds."""

import sys
from pathlib import Path

import numpy as np
from costfloor.fit.other_priors import accepted
from costfloor.fit.quantities import probability_of_claim
from costfloor.fit.request import priors_of
from costfloor.laws import LAWS
from costfloor.laws.prior_predictive import PLAUSIBLE_ANNUAL_FACTOR, PriorPredictive, prior_predictive
from costfloor.storage import write_atomic

DOCUMENT = Path(__file__).parents[1] / "docs" / "priors.md"

BIRTHS = {"GPT-3": 2020.44, "GPT-3.5": 2022.20, "GPT-4": 2023.20, "o1": 2024.70, "GPT-5": 2025.29}
"""When the market first reached the capability of each model."""
LAST = 2025.99
DRAWS, SEED = 100_000, 1
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

NOTATION = {
    "normal": "Normal({}, {})",
    "lognormal": "LogNormal(median {}, sd of log {})",
    "lognormal_above": "{} + LogNormal(median {}, sd of log {})",
    "halfnormal": "HalfNormal({})",
    "gamma": "Gamma(shape {}, rate {})",
}


def priors_table() -> str:
    """Every prior once, with the laws that use it and what may be asked for in its place."""
    priors: dict[str, dict[str, object]] = {}
    users: dict[str, list[str]] = {}
    others: dict[str, tuple[str, ...]] = {}
    for name, law in LAWS.items():
        others |= accepted(law)
        for prior, description in priors_of(law).items():
            priors[prior] = description
            users.setdefault(prior, []).append(name)
    lines = ["| parameter | prior | laws | reason | may be set to |", "|---|---|---|---|---|"]
    for name, description in priors.items():
        constants = description["constants"]
        assert isinstance(constants, list)
        notation = NOTATION[str(description["distribution"])].format(*(f"{value:g}" for value in constants))
        where = "all" if len(users[name]) == len(LAWS) else ", ".join(users[name])
        takes = ", ".join(others.get(name, ()))
        lines.append(f"| `{name}` | {notation} | {where} | {description['reason']} | {takes} |")
    return "\n".join(lines)


def implied_table() -> str:
    """Quantiles of what each law implies, over capabilities and draws."""
    lines = [f"| law | quantity | {' | '.join(f'{q:.0%}' for q in QUANTILES)} |", "|---|---|" + "---|" * len(QUANTILES)]
    for name, implied in _implied().items():
        for quantity, values in {
            "annual factor since birth": implied.annual_factor,
            "rate now": implied.rate_now,
            "long-run rate": implied.long_run_rate,
        }.items():
            shown = " | ".join(f"{value:.2f}" for value in np.quantile(values, QUANTILES))
            lines.append(f"| {name} | {quantity} | {shown} |")
    low, high = PLAUSIBLE_ANNUAL_FACTOR
    lines += [
        "",
        f"| law | annual factor in {low:g} to {high:g} | price rises | long-run rise | long-run fall of 15-20 % a year |",
        "|---|---|---|---|---|",
    ]
    for name, implied in _implied().items():
        rises, for_good = np.mean(implied.annual_factor < 1.0), np.mean(implied.long_run_rate < 0.0)
        claim = probability_of_claim(implied.long_run_rate)
        lines.append(f"| {name} | {implied.plausible_share:.1%} | {rises:.1%} | {for_good:.1%} | {claim:.1%} |")
    return "\n".join(lines)


def document() -> str:
    """The page."""
    births = ", ".join(f"{name} {birth:.1f}" for name, birth in BIRTHS.items())
    return f"""# Priors

Written by `benchmarks/priors.py`; do not edit. Rates are log-rates per year, positive when price falls. A family's parameter is the
population value times the exponential of (or, where it may be negative, plus) a spread times a standard normal. These are the priors
of a table of four families and more, with a record of up to eight years. One family, as the panel's market is, has no population and no
spread, and its own parameters have the population's priors; two or three have
spreads that are set to the root mean squares of these; in longer records discoveries are counted per longer step
(`analysis/costfloor/laws/few_families.py`).

{priors_table()}

## Priors of your own

A fit takes other priors for a law's own parameters, those of the table with an entry in the last column; what all laws share, the level of
prices, the effect of quality and the noise, stays as it is, so that laws differ in their motion alone.

```
cf.fit("plateau", prices, priors={{"rate_floor": ("normal", 0.18, 0.05)}})
costfloor fit plateau --table prices.csv --prior rate_floor=normal:0.18:0.05
```

The constants are on the scale of the parameter, in the order of the table: a mean and a standard deviation (`normal`), a median and the
standard deviation of the log (`lognormal`), a standard deviation (`halfnormal`), shape and rate (`gamma`), and for `discoveries_per_year` a
lower bound, the median above it and the standard deviation of the log (`lognormal_above`). A half-life is given in years and a rate in log
points a year, although both are sampled as logs; only `stagnant_logit` is itself on a transformed scale, log odds. `cf.priors("plateau")`
has the same as a data frame with units, means and 90 % intervals. Constants are of a size from 1e-6 to 1e6 (a mean may be 0), a standard
deviation of the log up to 10; the sampler finds no start beyond.

Such a fit has a key of its own and lies in a folder of its own, so that it is never read as the law's own or the other way round. Its
receipt, what it prints and its name in figures say which priors are not the law's. Checks, scores and forecasts take its own priors;
`compare` refuses it, as laws are compared under the priors that are reasoned for here. A prior that was not fitted before is compiled,
which takes a minute or so.

## What they imply before any price is seen

{DRAWS:,} draws of one market, as the panel is, for the capabilities of some models with their births ({births}) and prices until
{LAST:.2f}. The annual factor is the exponential of a capability's average log-rate from birth to the last date, innovations included.

{implied_table()}

* About nine in ten implied falls or more are plausible ones under each law: no law wins or loses because its prior spends itself
  on absurd prices. Baumol's prior is the narrowest, as its progressive part cannot fall for long without the other one showing.
* The long run is the law's. Constant rates fall for ever, Baumol's price rises for good in nearly every draw, plateau's and the
  encompassing law's may do either.
* Plateau and the encompassing law give the claimed floor of 15-20 % a year little prior mass, so a posterior that concentrates there
  has learned it: the priors neither presume the floor nor forbid it. Baumol's law does forbid it; it enters an average over laws by
  its weight.
* Plateau, Baumol's law and the encompassing law expect slower present rates than the others because they let rates decay.
* Exponential, random walk and discovery share the prior of their rate; they differ in the innovations only. Prices rise more often under
  the random walk, whose innovations do not shrink with the rate.
"""


def _implied() -> dict[str, PriorPredictive]:
    births = np.array(list(BIRTHS.values()))
    return {name: prior_predictive(law, births, LAST, draws=DRAWS, seed=SEED) for name, law in LAWS.items()}


if __name__ == "__main__":
    write_atomic(DOCUMENT, document().encode())
    print(f"wrote docs/{DOCUMENT.name}", file=sys.stderr)
