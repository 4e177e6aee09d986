"""The verdict rule: what it looks at, and what it says. Explained in docs/decisions.md."""

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

Verdict = Literal["plateau", "discovery", "inconclusive"]

MIN_ORIGINS = 3
ELPD_MARGIN = 4.0
SE_MARGIN = 2.0
CREDIBLE = 0.95
EVEN = 0.5
"""Where discovery forecasts clearly better, halving must not be more probable than not."""

MIN_MEAN_AGE_YEARS = 2.0


def clear_lead(se: float | None) -> float:
    """The lead in forecast score, either way, that is clear: four, or two standard errors."""
    return max(ELPD_MARGIN, SE_MARGIN * (se or 0.0))


def most_slowed(difference: float, se: float | None) -> float:
    """The greatest probability of a halved rate that discovery stands: 0.05, and 0.5 where its forecasts are clearly better."""
    return EVEN if difference < -clear_lead(se) else 1 - CREDIBLE


@dataclass(frozen=True)
class Evidence:
    """What the verdict rule looks at."""

    passed: bool
    origins: int
    elpd_difference: float | None
    elpd_difference_se: float | None
    p_slowed: float
    prior_dominated: bool
    mean_age_years: float

    @property
    def scored(self) -> bool:
        """Whether enough past dates could be scored, with a standard error."""
        return self.origins >= MIN_ORIGINS and None not in (self.elpd_difference, self.elpd_difference_se)

    @property
    def margin(self) -> float:
        """`clear_lead` of this evidence."""
        return clear_lead(self.elpd_difference_se)

    def verdict(self) -> tuple[Verdict, str]:
        """What the rule says, and why: `judge`."""
        return judge(self)

    def to_frame(self) -> pd.DataFrame:
        """The rule step by step: `needed_for, condition, value, holds`."""
        lead = self.elpd_difference if self.scored and self.elpd_difference is not None else math.nan
        halved = "probability that the rate has halved is"
        free, most = not self.prior_dominated, most_slowed(lead, self.elpd_difference_se)
        steps = [
            ("both", "every fit passes its gates", float(self.passed), self.passed),
            ("both", f"{MIN_ORIGINS} past dates or more are scored", self.origins, self.scored),
            ("plateau", f"plateau forecasts better by more than {self.margin:.1f}", lead, lead > self.margin),
            ("plateau", f"{halved} {CREDIBLE} or more", self.p_slowed, self.p_slowed >= CREDIBLE),
            ("plateau", "the data, not the prior, set the floor", float(free), free),
            ("discovery", f"plateau leads by less than {ELPD_MARGIN:.0f}", lead, lead < ELPD_MARGIN),
            ("discovery", f"{halved} {most:.2f} or less", self.p_slowed, self.p_slowed <= most),
            (
                "discovery",
                f"families are {MIN_MEAN_AGE_YEARS:g} years old or older on average",
                self.mean_age_years,
                self.mean_age_years >= MIN_MEAN_AGE_YEARS,
            ),
        ]
        return pd.DataFrame(steps, columns=["needed_for", "condition", "value", "holds"])


def judge(evidence: Evidence) -> tuple[Verdict, str]:
    """Apply the verdict rule of docs/decisions.md: the verdict and its reason in words."""
    if not evidence.passed:
        return "inconclusive", "a fit missed its gates, so its forecasts cannot be trusted"
    if evidence.origins < MIN_ORIGINS or evidence.elpd_difference is None:
        return (
            "inconclusive",
            f"only {evidence.origins} past {'origin' if evidence.origins == 1 else 'origins'} could be scored and the rule asks for "
            f"{MIN_ORIGINS}",
        )
    if evidence.elpd_difference_se is None:
        return (
            "inconclusive",
            "all scored rows are of one model or one quarter, so that their score has no standard error",
        )
    difference, margin = evidence.elpd_difference, evidence.margin
    # A signed lead, and no word for its sign, which may be that of the draws.
    lead = f"plateau's lead in log score is {difference:+.1f}"
    for_plateau = {
        f"{lead}, and one of more than {margin:.1f} is asked for": difference > margin,
        f"the rate has fallen below half of its start with probability {evidence.p_slowed:.2f}, not 0.95": evidence.p_slowed
        >= CREDIBLE,
        "the floor is set by its prior, not by the data": not evidence.prior_dominated,
    }
    if all(for_plateau.values()):
        return "plateau", (
            f"its forecasts are better by {difference:.1f} (more than {margin:.1f}), the rate has fallen below half of its start with "
            f"probability {evidence.p_slowed:.2f}, and the data, not the prior, set the floor"
        )
    most = most_slowed(difference, evidence.elpd_difference_se)
    for_discovery = {
        f"{lead}, not below {ELPD_MARGIN:.0f}": difference < ELPD_MARGIN,
        f"the rate may have halved since the start (probability {evidence.p_slowed:.2f}, not below {most:.2f})": evidence.p_slowed
        <= most,
        f"the families are {evidence.mean_age_years:.1f} years old on average, too young to show decay": evidence.mean_age_years
        >= MIN_MEAN_AGE_YEARS,
    }
    if all(for_discovery.values()):
        clear = difference < -margin
        forecast = f"worse by {-difference:.1f} (more than {margin:.1f})" if clear else f"no better ({difference:+.1f})"
        return "discovery", (
            f"a law that may decay forecasts {forecast} and {'does not lean to a' if clear else 'finds no'} halving of the rate "
            f"(probability {evidence.p_slowed:.2f}) in families {evidence.mean_age_years:.1f} years old on average"
        )
    against_plateau = "; ".join(reason for reason, holds in for_plateau.items() if not holds)
    against_discovery = "; ".join(reason for reason, holds in for_discovery.items() if not holds)
    return "inconclusive", f"against plateau: {against_plateau}. Against discovery: {against_discovery}"
