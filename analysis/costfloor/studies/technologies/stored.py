"""A study of technologies from the plain data that it was stored as."""

from collections.abc import Mapping
from typing import Any

from costfloor.laws.priors import Prior
from costfloor.studies.technologies.claims import Bin, Calibration
from costfloor.studies.technologies.classical import CLASSICAL
from costfloor.studies.technologies.forecast import STACK
from costfloor.studies.technologies.laws import TECHNOLOGY_LAWS
from costfloor.studies.technologies.reference import ReferenceClass
from costfloor.studies.technologies.scores import ForecasterScore, HorizonScore
from costfloor.studies.technologies.study import BASE, FitRecord, Split, TechnologyRecord, TechnologyStudy

Plain = Mapping[str, Any]

ORDER = (*TECHNOLOGY_LAWS, STACK, *CLASSICAL, BASE)
"""Of the forecasters: files have their keys in the order of the alphabet."""


def study_from_json(data: Plain) -> TechnologyStudy:
    """Read what `TechnologyStudy.to_json` gives."""
    return TechnologyStudy(
        notes=tuple(data["notes"]),
        series=data["series"],
        technologies=data["technologies"],
        points=data["points"],
        fits=tuple(FitRecord(**one) for one in data["fits"]),
        splits=tuple(_split(one) for one in data["splits"]),
        records=tuple(_record(one) for one in data["records"]),
        reference=reference_from_json(data["reference"]),
        reference_of_plateau=reference_from_json(data["reference_of_plateau"]),
    )


def reference_from_json(data: Plain) -> ReferenceClass:
    """Read a reference class as plain data."""
    priors = {
        name: Prior(**{**data[name], "constants": tuple(data[name]["constants"])})
        for name in ("kept_share", "log_decline_per_half_life", "half_life_years")
    }
    triples = {
        name: {key: _triple(row) for key, row in data[name].items()} for name in ("quantiles", "prior_quantiles")
    }
    return ReferenceClass(**{**data, **priors, **triples})


def _split(data: Plain) -> Split:
    return Split(
        share=data["share"],
        observations=data["observations"],
        scores={name: _score(data["scores"][name]) for name in ORDER if name in data["scores"]},
        claims={name: _claims(data["claims"][name]) for name in ORDER if name in data["claims"]},
        falling=data["falling"],
    )


def _claims(data: Plain) -> Calibration:
    return Calibration(**{**data, "bins": tuple(Bin(**one) for one in data["bins"])})


def _score(data: Plain) -> ForecasterScore:
    horizons = tuple(HorizonScore(**one) for one in data["horizons"])
    return ForecasterScore(**{**data, "horizons": horizons, "pit": tuple(data["pit"])})


def _record(data: Plain) -> TechnologyRecord:
    kept = data["kept_share"]
    return TechnologyRecord(**{**data, "kept_share": None if kept is None else _triple(kept)})


def _triple(row: list[float]) -> tuple[float, float, float]:
    low, middle, high = row
    return low, middle, high
