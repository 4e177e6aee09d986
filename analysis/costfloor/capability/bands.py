"""Capability bands: names for levels around the launches that moved the market.

The first five are fixed. Another opens when a model passes the last centre by the median spacing of these five; it is centred on that
model and named after it, so that the frontier does not run out of bands.

In a past view the anchor of a fixed band may have few scores that were known by then, or none: it then stands where all scores put it.
"""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from costfloor.errors import InputError


class Band(NamedTuple):
    """A level of capability, named after the launch it is centred on; `place` is the anchor's capability by all scores to January 2026."""

    name: str
    anchor: str
    place: float | None = None


# GPT-3.5's first snapshots have one to three scores; June 2023 is the earliest one measured on ten benchmarks.
BANDS: Final = (
    Band("GPT-3", "openai/davinci", 100.1),
    Band("GPT-3.5", "openai/gpt-3.5-turbo-0613", 112.9),
    Band("GPT-4", "openai/gpt-4-0314", 121.5),
    Band("o1", "openai/o1", 141.3),
    Band("GPT-5", "openai/gpt-5", 150.0),
)

# A model with fewer scores may sit in a band, but is no evidence that the market reached its capability, and none on where a band lies.
MIN_BENCHMARKS_FOR_BIRTH: Final = 3


def open_bands(capability: pd.DataFrame, models: pd.DataFrame) -> tuple[Band, ...]:
    """The bands there are: the fixed ones up to the last whose anchor has a capability, and those that have opened since.

    Parameters
    ----------
    capability
        ``model_key, capability, n_benchmarks``.
    models
        ``model_key, name, release_date, release_date_precision`` of the models that may open a band: with a release known to the day and at
        least `MIN_BENCHMARKS_FOR_BIRTH` scores.

    Raises
    ------
    InputError
        The anchors do not rise.
    """
    measured = set(capability["model_key"])
    there = [band.anchor in measured for band in BANDS]
    bands = BANDS[: max((number for number, known in enumerate(there, start=1) if known), default=1)]
    centres = band_edges(capability, bands)[0].tolist()
    if len(bands) < len(BANDS):
        return bands
    spacing = float(np.median(np.diff(centres)))
    to_the_day = models[models["release_date_precision"] == "day"]
    evidence = capability[capability["n_benchmarks"] >= MIN_BENCHMARKS_FOR_BIRTH]
    launches = to_the_day.merge(evidence, on="model_key").sort_values(["release_date", "capability", "model_key"])
    last = centres[-1]
    for key, name, level in zip(launches["model_key"], launches["name"], launches["capability"], strict=True):
        if level >= last + spacing:
            bands, last = (*bands, Band(str(name), str(key))), float(level)
    return bands


def band_edges(
    capability: pd.DataFrame, bands: tuple[Band, ...] = BANDS
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Centre and lower edge of each band, in capability units, indexed by band name in rising order.

    Centres are the anchors' posterior means, or their `place` where they are among `placed_anchors`; edges lie midway between neighbours
    and the lowest band has no lower edge.

    Raises
    ------
    InputError
        The anchors do not rise.
    """
    by_key = capability.set_index("model_key")["capability"].to_dict() | placed_anchors(capability, bands)
    centres = pd.Series({band.name: float(by_key[band.anchor]) for band in bands})
    steps = np.diff(centres.to_numpy())
    if (steps <= 0).any():
        fallen = bands[int((steps <= 0).argmax()) + 1]
        raise InputError(
            f"the anchor of band {fallen.name} is not above the band before it",
            value=float(centres[fallen.name]),
            remedy="Check its scores.",
        )
    values = centres.to_numpy()
    lower = pd.Series([-np.inf, *((values[:-1] + values[1:]) / 2)], index=centres.index)
    return centres, lower


def placed_anchors(capability: pd.DataFrame, bands: tuple[Band, ...] = BANDS) -> dict[str, float]:
    """Anchors with fewer scores than `MIN_BENCHMARKS_FOR_BIRTH`, or none, and where they stand by all scores.

    Parameters
    ----------
    capability
        ``model_key, n_benchmarks``.
    bands
        Those that are open.
    """
    measured = set(capability.loc[capability["n_benchmarks"] >= MIN_BENCHMARKS_FOR_BIRTH, "model_key"])
    return {band.anchor: band.place for band in bands if band.place is not None and band.anchor not in measured}


def assign_bands(capability: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """Put each model into the band of its posterior mean.

    Parameters
    ----------
    capability
        ``model_key, capability, n_benchmarks``, as from `costfloor.capability.model.capability_table`.
    models
        ``model_key, name, release_date, release_date_precision`` of the models that may open a band: those once on sale. Others still get a
        band.

    Returns
    -------
    pandas.DataFrame
        The rows of `capability` in their order with ``band`` and ``band_centre`` (capability units).
    """
    bands = open_bands(capability, models)
    centres, lower = band_edges(capability, bands)
    rank = np.searchsorted(lower.to_numpy(), capability["capability"].to_numpy(), side="right") - 1
    return capability.assign(band=centres.index.to_numpy()[rank], band_centre=centres.to_numpy()[rank])
