"""Made-up results of the studies behind the chapter on robustness."""

from collections.abc import Mapping
from typing import Any

from costfloor.laws import LAWS
from costfloor.studies.hindcast.study import Fared, HalfYear, Hindcast
from costfloor.studies.influence.study import Influence, InfluentialModel, InfluentialPrice
from costfloor.studies.measures.study import Clocks, Measures, Variant
from costfloor.studies.measures.variants import VARIANTS
from costfloor.studies.rule import Conclusion
from costfloor.studies.stored import Stored

RATES: dict[str, dict[str, tuple[float, float, float]]] = {
    "plateau": {"rate_now": (0.8, 1.0, 1.2), "rate_floor": (0.0, 0.3, 0.6)},
    "discovery": {"rate_now": (1.5, 1.8, 2.1)},
    "encompassing": {"kept_share": (0.2, 0.5, 0.8)},
}


def conclusion(floor: float = 0.3, **changes: Any) -> Conclusion:
    """What the rule says of one table."""
    plateau = RATES["plateau"] | {"rate_floor": (floor - 0.3, floor, floor + 0.3)}
    found: dict[str, Any] = {
        "rows": 900, "families": 9, "origins": 3, "verdict": "inconclusive", "reason": "against plateau: little",
        "elpd_difference": 6.0, "elpd_difference_se": 5.0, "elpd_difference_mcse": 0.4, "p_slowed": 0.6,
        "rates": RATES | {"plateau": plateau}, "failures": (), **changes,
    }  # fmt: skip
    return Conclusion(**found)


def half_year(date: str, error: float, best: str = "plateau", **changes: Any) -> HalfYear:
    """One past date, at which every law erred by `error`."""
    fared = tuple(
        Fared(law, -400.0, 0.5 if law == best else 0.7, 0.5, 0.9, (error - 0.5, error, error + 0.5)) for law in LAWS
    )
    return HalfYear(date, conclusion(**changes), 12, 300, fared)


def influence(**after: Any) -> Influence:
    """Ten models and ten prices, and what is said without them."""
    quote = ("meta/llama-3.1-405b-instruct", "deepinfra", "2024-07-23", 1.79)
    return Influence(
        (InfluentialModel(*quote, rows=3, contribution=1.5),) * 10,
        (InfluentialPrice(*quote, p_slowed_shift=-0.012, rate_floor_shift=0.02, influence=0.1, khat=0.4),) * 10,
        {
            "all": conclusion(),
            "without_models": conclusion(**after),
            "without_prices": conclusion(p_slowed=0.4, floor=0.2),
        },
    )


def measures(changes: Mapping[str, Mapping[str, Any]]) -> Measures:
    """Every variant, each like the base but for `changes` by name."""
    variants = (
        Variant(**vars(conclusion(**changes.get(name, {}))), name=name, title=variant.title)
        for name, variant in VARIANTS.items()
    )
    return Measures(tuple(variants), Clocks(3.0, 4.0, 0.5))


def stored_robustness(*stale: str) -> dict[str, Stored[Any]]:
    """All three studies."""
    results = {
        "hindcast": Hindcast((half_year("2024-01-31", -0.3), half_year("2024-07-31", 0.1))),
        "influence": influence(elpd_difference=-2.0),
        "measures": measures({}),
    }
    return {name: Stored(name, result, stale) for name, result in results.items()}
