"""The priors of a law as a table."""

from typing import Final

import pandas as pd

from costfloor.api.fitting import law_of
from costfloor.fit.documented import parameter_unit
from costfloor.fit.other_priors import FORMS, accepted, listed
from costfloor.laws import Law
from costfloor.laws.priors import OBSERVATION_PRIORS
from costfloor.sampling.priors import Prior

COLUMNS: Final = ("parameter", "unit", "distribution", "constants", "mean", "q05", "q95", "takes", "reason")


def priors(law: str | Law) -> pd.DataFrame:
    """The priors of a law: what is believed of its parameters before any price is seen, and why.

    Parameters
    ----------
    law
        One of `LAWS` or its name.

    Returns
    -------
    pandas.DataFrame
        `parameter, unit, distribution, constants, mean, q05, q95, takes, reason`, one row per parameter: first the law's own, then those
        that all laws share. `constants` are in the order in which `fit` takes them, on the scale of the parameter, and `mean`, `q05` and
        `q95` are of the distribution. `takes` has the distributions that `fit` accepts for it, with their constants; it is empty where
        all laws share a prior, which cannot be set. A family's parameter is that of the population, times the exponential of (or, where
        it may be negative, plus) a spread times a standard normal.

    Raises
    ------
    InputError
        There is no such law.

    Examples
    --------
    >>> import costfloor as cf
    >>> table = cf.priors("plateau").set_index("parameter")
    >>> table.loc["rate_floor", ["distribution", "constants"]].tolist()
    ['normal', '0.3, 0.35']
    >>> table.loc["half_life_years", "takes"]
    'lognormal (median, sd of the log) or halfnormal (sd) or gamma (shape, rate)'
    """
    chosen = law_of(law)
    takes = accepted(chosen)
    rows = [_row(prior, takes.get(prior.name, ())) for prior in (*chosen.priors, *OBSERVATION_PRIORS.values())]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(prior: Prior, takes: tuple[str, ...]) -> dict[str, str | float]:
    distribution = FORMS[prior.distribution].distribution(*prior.constants)
    low, high = distribution.ppf([0.05, 0.95])
    return {
        "parameter": prior.name,
        "unit": parameter_unit(prior.name),
        "distribution": prior.distribution,
        "constants": ", ".join(f"{constant:g}" for constant in prior.constants),
        "mean": float(distribution.mean()),
        "q05": float(low),
        "q95": float(high),
        "takes": listed(takes),
        "reason": prior.reason,
    }
