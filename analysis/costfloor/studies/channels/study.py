"""Fixed graph against changed graph on the panel, under each reading of what a price list says, and the accounting of record lows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from costfloor.build import BuiltPanel
from costfloor.studies.channels.changes import ChannelData, channel_data
from costfloor.studies.channels.model import shape_of
from costfloor.studies.channels.record_lows import Accounting, accounting
from costfloor.studies.channels.result import ChannelResult, compile_channels, fit_channels
from costfloor.studies.channels.spells import known_spells
from costfloor.studies.context import Context, HeavyStudy

MAIN: Final = "main"


@dataclass(frozen=True)
class Reading:
    """A reading of the price lists.

    Attributes
    ----------
    words
        What it is.
    trust_catalogues
        As in `costfloor.studies.channels.spells.known_spells`.
    arrivals, longest_wait
        As in `costfloor.studies.channels.changes.channel_data`.
    """

    words: str
    trust_catalogues: bool = True
    arrivals: str = "dated"
    longest_wait: float | None = None


READINGS: Final[Mapping[str, Reading]] = {
    MAIN: Reading("arrivals of hosts that are dated count, and catalogues are trusted to their last look"),
    "all_arrivals": Reading("arrivals that nothing dates count too", arrivals="all"),
    "no_arrivals": Reading("no arrival counts: only hosts that change their own price, or leave", arrivals="none"),
    "records_only": Reading("a price is known no longer than it is recorded", trust_catalogues=False),
    "prompt_entries": Reading("first prices count within a month of the release", longest_wait=1.0 / 12.0),
}
"""Readings of the price lists by name."""


@dataclass(frozen=True)
class ChannelStudy:
    """The decline by channel under each reading of the price lists, and the accounting of record lows."""

    readings: dict[str, ChannelResult]
    record_lows: Accounting

    @property
    def passed(self) -> bool:
        """Whether the fit under every reading passed its gates."""
        return all(result.passed for result in self.readings.values())


def readings(built: BuiltPanel) -> dict[str, ChannelData]:
    """The data of the model under each reading."""
    spells = {trust: known_spells(built.panel, built.quotes, trust_catalogues=trust) for trust in (True, False)}
    return {
        name: channel_data(spells[reading.trust_catalogues], reading.arrivals, reading.longest_wait)
        for name, reading in READINGS.items()
    }


def run(context: Context) -> ChannelStudy:
    """Compute the study: see `costfloor.studies.registry`."""
    data = readings(context.built)
    shape = shape_of(*data.values())
    context.progress("compiling")
    compiled = compile_channels(data[MAIN], shape)
    results = {}
    for name, reading in data.items():
        context.progress(f"{name}: {READINGS[name].words}")
        results[name] = fit_channels(reading, context.settings, compiled, shape, context.progress)
    return ChannelStudy(results, accounting(context.built.panel))


STUDY: Final = HeavyStudy(ChannelStudy, run)
