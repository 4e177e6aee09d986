"""What the joint model says of both channels, as plain data."""

from collections.abc import Collection
from dataclasses import dataclass, field

from costfloor.forecast.questions import Answer
from costfloor.sampling.gates import Diagnostics
from costfloor.sampling.probability import Probability
from costfloor.sampling.quantiles import Quantiles
from costfloor.studies.graphs.ahead import Ahead
from costfloor.studies.graphs.answers import ASKED, Asked, together
from costfloor.studies.graphs.first_look import FirstLook
from costfloor.studies.graphs.sizes import Coverage


@dataclass(frozen=True)
class WindowRates:
    """Mean log-rates per year over a window, 5, 50 and 95 %, positive for a fall.

    Attributes
    ----------
    period
        A calendar year, as far as the record has it, or what the window is.
    years
        Its length.
    fixed, active, changed, total
        As in `costfloor.studies.graphs.draws.Rates`.
    """

    period: str
    years: float
    fixed: Quantiles
    active: Quantiles
    changed: Quantiles
    total: Quantiles


@dataclass(frozen=True)
class LawResult:
    """What the joint model says with one law in both channels.

    Attributes
    ----------
    law
        By name.
    diagnostics, seconds_compile, seconds_sample
        Of the fit.
    questions
        By number, "3" and "4".
    slowed
        Probability that the rate of the last 12 months is below half of that of the 24 months before: of the fixed graph (`fixed`), of
        active parameters (`active`, which is question 4) and of price-weighted size (`changed`).
    last, before, whole
        Rates of the last 12 months, of the 24 before, and of the whole record.
    by_year
        Rates by calendar year.
    fixed_share
        Share of the fixed graph in the whole fall; None where it is not known with a probability of 0.95 that the sum fell.
    active_exponent, total_exponent, pass_through, premium
        Of the price.
    kept
        Draws by parameter from which the years ahead follow: see `costfloor.studies.graphs.kept`. Empty in results from before they
        were kept.
    """

    law: str
    diagnostics: Diagnostics
    seconds_compile: float
    seconds_sample: float
    questions: dict[str, Asked]
    slowed: dict[str, Probability]
    last: WindowRates
    before: WindowRates
    whole: WindowRates
    by_year: tuple[WindowRates, ...]
    fixed_share: Quantiles | None
    active_exponent: Quantiles
    total_exponent: Quantiles
    pass_through: Quantiles
    premium: Quantiles
    kept: dict[str, tuple[float, ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Direct:
    """Price of open models at fixed capability without a look at sizes: what the sum of both channels is held against.

    Attributes
    ----------
    diagnostics
        Of the fit.
    last, before, whole
        Log-rates per year over the windows of `LawResult`, 5, 50 and 95 %.
    """

    diagnostics: Diagnostics
    last: Quantiles
    before: Quantiles
    whole: Quantiles


@dataclass(frozen=True)
class GraphStudy:
    """Both channels under every law, with what they rest on and what they are held against.

    Attributes
    ----------
    start, last
        The first release or price of an open model that has a size, and the last price.
    coverage
        How many open models and prices have sizes.
    looks
        The regressions of the first look, on the panel as far as 2025 and as it is.
    laws
        What each law says.
    direct
        Price without sizes.
    ahead
        Forecasts with sizes and without.
    """

    start: str
    last: str
    coverage: Coverage
    looks: tuple[FirstLook, ...]
    laws: tuple[LawResult, ...]
    direct: Direct
    ahead: tuple[Ahead, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """Laws whose fit missed a gate; they have no say."""
        return tuple(law.law for law in self.laws if not law.diagnostics.passed)

    @property
    def passed(self) -> bool:
        """Whether every fit kept its gates."""
        return not self.failed and self.direct.diagnostics.passed and all(ahead.passed for ahead in self.ahead)

    def answers(self, set_aside: Collection[str] = ()) -> dict[int, Answer]:
        """Answers to questions 3 and 4 by the rule: what all laws that are not set aside give, else "not decided".

        Parameters
        ----------
        set_aside
            Laws that have no say for another reason than their fit here.
        """
        heard = [law for law in self.laws if law.diagnostics.passed and law.law not in set_aside]
        return {number: together({law.law: law.questions[str(number)].answer for law in heard}) for number in ASKED}
