"""Rates and witnesses for tests."""

from costfloor.studies.witnesses.rates import Rate, Witness, YearRate


def rate(value: float, half: float = 0.05) -> Rate:
    """A rate with a symmetric interval."""
    return Rate(value, half / 1.645, value - half, value + half)


def made_up(name: str, value: float, change: float = 0.0, half: float = 0.05) -> Witness:
    """A witness of a rate that changes by so much from one half to the other."""
    return Witness(
        name=name,
        rate=rate(value, half),
        years=(YearRate(2024, rate(value - change / 2.0, half)), YearRate(2025, rate(value + change / 2.0, half))),
        half="2025-01-01",
        before=rate(value - change / 2.0, half),
        after=rate(value + change / 2.0, half),
        change=rate(change, half),
        observations=100,
        clusters=10,
        first="2024-01-01",
        last="2025-12-31",
        carried_by="one",
        without=value / 2.0,
    )
