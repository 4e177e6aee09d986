"""A yearly factor with its interval, as one number: what the two classical trends say of themselves in the same way."""

import math

import pandas as pd


class YearlyFactor:
    """What follows from `factor_per_year` and `ci90` of a dataclass that has both."""

    factor_per_year: float
    ci90: tuple[float, float]

    @property
    def rate(self) -> float:
        """Log-rate a year, positive when prices fall: the log of `factor_per_year`."""
        return math.log(self.factor_per_year)

    @property
    def rate_ci90(self) -> tuple[float, float]:
        """Its 90 % interval: the logs of `ci90`."""
        low, high = self.ci90
        return math.log(low), math.log(high)

    def to_frame(self) -> pd.DataFrame:
        """One row: the log-rate a year and its 90 % interval, then the fields, of which covariates have a frame of their own."""
        (rate_low, rate_high), (low, high) = self.rate_ci90, self.ci90
        others = {name: value for name, value in vars(self).items() if name not in {"ci90", "covariates"}}
        rates = {"rate": self.rate, "rate_low": rate_low, "rate_high": rate_high}
        return pd.DataFrame([{**rates, **others, "factor_low": low, "factor_high": high}])
