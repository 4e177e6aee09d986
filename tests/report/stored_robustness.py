"""Made-up results of the studies behind the chapter on robustness."""

from collections.abc import Mapping
from typing import Any

from costfloor.laws import LAWS
from costfloor.studies.measures.variants import VARIANTS
from costfloor.studies.stored import Stored

RATES = {
    "plateau": {"rate_now": [0.8, 1.0, 1.2], "rate_floor": [0.0, 0.3, 0.6]},
    "discovery": {"rate_now": [1.5, 1.8, 2.1]},
    "encompassing": {"kept_share": [0.2, 0.5, 0.8]},
}


def conclusion(floor: float = 0.3, **changes: Any) -> dict[str, Any]:
    """What the rule says of one table."""
    plateau = RATES["plateau"] | {"rate_floor": [floor - 0.3, floor, floor + 0.3]}
    return {
        "rows": 900, "families": 9, "origins": 3, "verdict": "inconclusive", "reason": "against plateau: little",
        "elpd_difference": 6.0, "elpd_difference_se": 5.0, "p_slowed": 0.6, "rates": RATES | {"plateau": plateau},
        "failures": [], **changes,
    }  # fmt: skip


def half_year(date: str, error: float, best: str = "plateau", **changes: Any) -> dict[str, Any]:
    """One past date, at which every law erred by `error`."""
    fared = [
        {
            "law": law, "elpd": -400.0, "crps": 0.5 if law == best else 0.7, "coverage50": 0.5, "coverage90": 0.9,
            "error": [error - 0.5, error, error + 0.5],
        }
        for law in LAWS
    ]  # fmt: skip
    return {"date": date, "conclusion": conclusion(**changes), "months": 12, "scored": 300, "fared": fared}


def influence(**after: Any) -> dict[str, Any]:
    """Ten models and ten prices, and what is said without them."""
    quote = {"model": "meta/llama-3.1-405b-instruct", "host": "deepinfra", "date": "2024-07-23", "price": 1.79}
    return {
        "models": [quote | {"rows": 3, "contribution": 1.5}] * 10,
        "prices": [quote | {"p_slowed_shift": -0.012, "rate_floor_shift": 0.02, "influence": 0.1, "khat": 0.4}] * 10,
        "conclusions": {
            "all": conclusion(),
            "without_models": conclusion(**after),
            "without_prices": conclusion(p_slowed=0.4, floor=0.2),
        },
    }


def measures(changes: Mapping[str, Mapping[str, Any]], lead: float = 3.0, error: float = 4.0) -> dict[str, Any]:
    """Every variant, each like the base but for `changes` by name."""
    variants = [
        {"name": name, "title": variant.title, **conclusion(**changes.get(name, {}))}
        for name, variant in VARIANTS.items()
    ]
    return {"variants": variants, "clocks": {"elpd_difference": lead, "elpd_difference_se": error}}


def stored_robustness(*stale: str) -> dict[str, Stored]:
    """All three studies."""
    results = {
        "hindcast": {"half_years": [half_year("2024-01-31", -0.3), half_year("2024-07-31", 0.1)]},
        "influence": influence(elpd_difference=-2.0),
        "measures": measures({}),
    }
    return {name: Stored(name, result, stale) for name, result in results.items()}
