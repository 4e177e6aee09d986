"""A study of technologies of made-up results, which fall as a test wants them to."""

from dataclasses import replace

import numpy as np
import xarray as xr
from costfloor.studies.technologies.claims import Bin, Calibration
from costfloor.studies.technologies.fit import TechnologyFit
from costfloor.studies.technologies.laws import TECHNOLOGY_LAWS
from costfloor.studies.technologies.reference import ReferenceClass, reference_class
from costfloor.studies.technologies.scores import ForecasterScore, HorizonScore
from costfloor.studies.technologies.study import FitRecord, Split, TechnologyRecord, TechnologyStudy

POPULATION = {
    "initial_rate": 0.1,
    "initial_rate_spread": 0.3,
    "kept_share": 0.4,
    "kept_share_spread": 0.2,
    "half_life_years": 5.0,
    "half_life_years_spread": 0.4,
}


def reference() -> ReferenceClass:
    law = TECHNOLOGY_LAWS["encompassing"]
    values = {prior.name: POPULATION.get(prior.name, 0.1) for prior in law.priors}
    posterior = xr.Dataset({name: (("chain", "draw"), np.full((4, 5000), value)) for name, value in values.items()})
    return reference_class(TechnologyFit(law, {}, posterior), seed=1)


def plateau_reference() -> ReferenceClass:
    law = TECHNOLOGY_LAWS["plateau"]
    known = {"rate_floor": 0.02, "rate_excess": 0.08, "half_life_years": 5.0}
    values = {prior.name: known.get(prior.name, 1e-3) for prior in law.priors}
    posterior = xr.Dataset({name: (("chain", "draw"), np.full((4, 500), value)) for name, value in values.items()})
    return reference_class(TechnologyFit(law, {}, posterior), seed=1)


def forecaster(lead: float, se: float, coverage: float, pit: tuple[float, ...]) -> ForecasterScore:
    horizons = (HorizonScore(1, 2, 80, 0.1, 0.5, 0.9), HorizonScore(3, 5, 90, 0.2, 0.4, coverage))
    return ForecasterScore(10.0 + lead, lead, se, "aluminium", 2.5, 0.15, 0.5, coverage, 0.1, horizons, pit)


LOW = (0.3, *[0.07] * 9, 0.07)[:10]
EVEN = (0.1,) * 10


def technology_results(
    lead: float, coverage: float, pit: tuple[float, ...], brier: float, *, passed: bool = True
) -> TechnologyStudy:
    names = (*TECHNOLOGY_LAWS, "stack", "line (OLS)")
    scores = {name: forecaster(0.0, 0.0, 0.9, EVEN) for name in names} | {"stack": forecaster(lead, 2.0, coverage, pit)}
    claim = Calibration(brier, 0.25 - brier, 0.01, 0.4, 0.5, (Bin(0.0, 0.2, 3.5, 0.1, 0.2),))
    claims = dict.fromkeys(names, claim) | {"base rate": replace(claim, brier=0.25, gain=0.0, gain_se=0.0)}
    split = Split(0.5, 400, scores, claims, 37.0)
    record = TechnologyRecord("Milk", "Milk", 1930, 2008, 40, 0.02, 0.01, 0.4, 0.5, 0.9, (0.1, 0.5, 0.9))
    second = replace(record, name="Aluminum", technology="aluminium", kept_share=None)
    return TechnologyStudy(
        notes=("Milk: one in 2 of its 79 years, from the first",),
        series=45,
        technologies=41,
        points=823,
        fits=(FitRecord("plateau", 0.5, passed, "3 divergences", 2, 12.0),),
        splits=(split, replace(split, share=2 / 3)),
        records=(record, second),
        reference=reference(),
        reference_of_plateau=plateau_reference(),
    )
