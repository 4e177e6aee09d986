"""A fitted law: draws, how good they are, what they say and what they forecast."""

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from costfloor.errors import InputError, MissingResultError
from costfloor.fit.posterior import Draws, merge_chains
from costfloor.fit.quantities import forecast_prices, summary_table
from costfloor.fit.tree import draws_tree
from costfloor.laws.base import Law
from costfloor.laws.observations import PriceObservations

if TYPE_CHECKING:
    from costfloor.picture import Picture


@dataclass(frozen=True, repr=False)
class Fit:
    """A fitted law, as `costfloor.fit` returns it.

    Attributes
    ----------
    law
        The law.
    receipt
        What was fitted, how, and how well: the JSON of `costfloor fit` plus priors, settings, versions, attempts and warnings.
    posterior
        Draws of all parameters, dimensions (chain, draw, ...).
    reported
        Draws of the reported quantities, the same dimensions.
    sample_stats
        What the sampler says of every draw, before any was left out: divergences, energy, steps; empty in a copy with fewer draws.
    obs
        The observations that the law was fitted to; None where only the draws are known.
    """

    law: Law
    receipt: dict[str, Any]
    posterior: xr.Dataset
    reported: xr.Dataset
    sample_stats: xr.Dataset = field(default_factory=xr.Dataset)
    obs: PriceObservations | None = None

    @property
    def passed(self) -> bool:
        """Whether every gate of convergence holds: R-hat, effective sample sizes, divergences, energy."""
        return bool(self.receipt["diagnostics"]["passed"])

    @property
    def observed(self) -> PriceObservations:
        """The observations that the law was fitted to; MissingResultError where only the draws are known."""
        if self.obs is None:
            raise MissingResultError(
                f"this fit of {self.law.name} does not know its observations. Take one from costfloor.fit or costfloor.open_results"
            )
        return self.obs

    @property
    def parameters(self) -> Draws:
        """The posterior of the law's parameters with chains merged."""
        return merge_chains(self.posterior, self.law)

    def draws(self, name: str) -> np.ndarray:
        """Draws of a reported quantity, chains merged.

        Parameters
        ----------
        name
            As in `summary`, for instance ``"rate_now"``; with ``family_`` in front, of every family.

        Returns
        -------
        numpy.ndarray
            Shape (S,) of S draws, or (S, F) of F families.

        Raises
        ------
        InputError
            The law reports no such quantity.
        """
        if name not in self.reported:
            known = ", ".join(str(known) for known in self.reported.data_vars)
            raise InputError(f"is not reported by the {self.law.name} law", value=name, remedy=f"Choose from {known}")
        array = self.reported[name].to_numpy()
        return np.asarray(array.reshape(-1, *array.shape[2:]))

    def summary(self) -> pd.DataFrame:
        """Every reported quantity with its unit.

        Returns
        -------
        pandas.DataFrame
            `quantity, family` ("" for the whole table)`, unit, mean, sd, q05, q50, q95`, one row per quantity and family. Rates are
            log-rates per year, positive when prices fall.
        """
        return summary_table(self.receipt["parameters"])

    def to_frame(self) -> pd.DataFrame:
        """The same as `summary`."""
        return self.summary()

    def forecast(self, months: int) -> pd.DataFrame:
        """Price of a new model of each family, at the family's centre quality, in the months after the last date.

        Parameters
        ----------
        months
            How far ahead, one or more.

        Returns
        -------
        pandas.DataFrame
            `family, date, q05, q50, q95, unit`, one row per family and month, from the last date of the table on.

        Raises
        ------
        InputError
            Less than a month, or more than a century.
        MissingResultError
            The fit does not know its observations.
        """
        if not 1 <= months <= 1200:
            raise InputError("is no number of months to look ahead", value=months, remedy="Give 1 to 1200")
        return forecast_prices(self.parameters, self.observed, months)

    @property
    def tree(self) -> xr.DataTree:
        """The draws as ArviZ takes them: groups `posterior`, `sample_stats` and `observed_data`.

        `arviz.summary(fit.tree)`, `arviz.plot_energy(fit.tree)` and the like; see `tree_with` for `arviz.loo`.
        """
        return self.tree_with()

    def tree_with(self, *groups: str) -> xr.DataTree:
        """The tree with groups that are worked out when asked for.

        Parameters
        ----------
        groups
            ``"log_likelihood"`` (of every price, for `arviz.loo`) and ``"log_prior"`` (of the law's own parameters and their spreads
            over families; with the former for `arviz.psense_summary`).

        Raises
        ------
        InputError
            There is no such group.
        MissingResultError
            The fit does not know its observations.
        """
        return draws_tree(self.posterior, self.sample_stats, self.law, self.observed, groups)

    def plot(self, months: int = 24) -> "Picture":
        """Fitted path and forecast by family, over the prices.

        Parameters
        ----------
        months
            How far ahead.

        Returns
        -------
        Picture
            ``axes, data = fit.plot()``: one of Matplotlib's axes per family, and `family, date, q05, q50, q95, unit` behind the lines. A
            notebook shows it.

        Raises
        ------
        InputError, MissingResultError
            As `forecast`.
        """
        from costfloor.fit.plot import plot_paths  # noqa: PLC0415  Matplotlib is slow to import

        return plot_paths(self.forecast(months), self.parameters, self.observed, self.law.title)

    def __repr__(self) -> str:
        rate = self.receipt.get("parameters", {}).get("rate_now")
        says = f", rate_now {rate['q50']:.2f} ({rate['q05']:.2f} to {rate['q95']:.2f}) a year" if rate else ""
        return f"<Fit of {self.law.name} to {self.receipt.get('n', '?')} prices{says}; {self._gates()}>"

    def _repr_html_(self) -> str:
        title = f"{self.law.title}, {self.receipt.get('n', '?')} prices: {self._gates()}"
        return f"<p>{html.escape(title)}</p>{self.summary().to_html(index=False, float_format='{:.3g}'.format)}"

    def _gates(self) -> str:
        return "gates passed" if self.passed else f"gates FAILED: {self.receipt['diagnostics'].get('worst', 'unknown')}"
