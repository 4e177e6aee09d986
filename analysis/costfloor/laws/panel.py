"""The project's own panel as the laws see it."""

from costfloor.build import BuiltPanel
from costfloor.laws.limits import require_enough
from costfloor.laws.observations import PriceObservations, observations

PRICE_UNIT = "USD per million tokens"


def panel_observations(built: BuiltPanel) -> PriceObservations:
    """The observations of the built panel that the laws see; refused where they are too few for a law."""
    name = "the panel" if built.as_of is None else f"the panel as of {built.as_of.date()}"
    require_enough(built.law_rows, name=name)
    return observations(built.law_rows, price_unit=PRICE_UNIT)
