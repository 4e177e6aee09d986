"""All witnesses on the data of today."""

from typing import Final

from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.witnesses.accelerators import accelerators
from costfloor.studies.witnesses.by_year import decompose
from costfloor.studies.witnesses.on_sale import last_day, month_ends, open_spells
from costfloor.studies.witnesses.parts import discounts, sizes
from costfloor.studies.witnesses.result import FIXED, TITLES, WitnessStudy, agreement
from costfloor.studies.witnesses.tasks import tasks
from costfloor.studies.witnesses.throughput import throughput


def run(context: Context) -> WitnessStudy:
    """Compute the study: see `costfloor.studies.registry`. Nothing is sampled."""
    built = context.built
    context.progress("what is on sale, month by month")
    spells = open_spells(built)
    decomposition, same_weights = decompose(spells, month_ends(spells, last_day(built)))
    context.progress("throughput and accelerators")
    software, steps, formats = throughput(built.store)
    context.progress("tasks and sizes")
    sized, coverage = sizes(built)
    known = {
        witness.name: witness
        for witness in (*same_weights, *software, *accelerators(built.store), *tasks(built), *sized)
    }
    fixed = [known[name] for name in FIXED if name in known]
    return WitnessStudy(
        decomposition=decomposition,
        witnesses=tuple(known[name] for name in TITLES if name in known),
        rates=agreement([(witness.name, witness.rate) for witness in fixed]),
        changes=agreement([(witness.name, witness.change) for witness in fixed if witness.change is not None]),
        steps=steps,
        formats=formats,
        discounts=discounts(built.quotes),
        coverage=coverage,
    )


STUDY: Final = HeavyStudy(WitnessStudy, run)
