"""Conclusions of the verdict rule on other tables than the panel of today, in words and in cells."""

from collections.abc import Mapping, Sequence
from typing import Any

from costfloor.typeset.phrases import minus

Concluded = Mapping[str, Any]
"""A conclusion as `costfloor.studies.rule.Conclusion.to_json` gives it."""


def verdict(one: Concluded) -> str:
    """The verdict, and that gates failed where they did."""
    return f"{one['verdict']} (gates FAILED)" if one["failures"] else str(one["verdict"])


def lead(one: Mapping[str, Any]) -> str:
    """Log score of plateau less that of discovery, with its standard error; empty where nothing was scored."""
    gap, error = one["elpd_difference"], one["elpd_difference_se"]
    if gap is None:
        return ""
    return minus(f"{gap:+.1f}" if error is None else f"{gap:+.1f} ({error:.1f})")


def span(quantiles: Sequence[float]) -> str:
    """A median with its 90 % interval, from 5, 50 and 95 %."""
    low, middle, high = quantiles
    return minus(f"{middle:.2f} ({low:.2f} to {high:.2f})")


def against(before: str, after: str) -> str:
    """Whether a verdict stays."""
    return f"stays {after}" if before == after else f"turns from {before} to {after}"
