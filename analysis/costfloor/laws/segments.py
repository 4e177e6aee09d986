"""Segments of a market: what takes a series of prices of each part, classical forecasts and checks, sees each as a family."""

from dataclasses import replace

import numpy as np

from costfloor.laws.observations import PriceObservations


def by_segment(obs: PriceObservations) -> PriceObservations:
    """The same prices with every segment as a family. Quality stays centred as it is."""
    count = np.bincount(obs.unit_segment, minlength=len(obs.segments))
    family = obs.unit_family[np.unique(obs.unit_segment, return_index=True)[1]]
    return replace(
        obs,
        unit_family=obs.unit_segment,
        families=obs.segments,
        centres=obs.centres[family],
        family_birth=np.bincount(obs.unit_segment, obs.unit_birth) / count,
        family_open=np.bincount(obs.unit_segment, obs.unit_open) / count,
    )
