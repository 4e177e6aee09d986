"""Laws of motion of the quality-adjusted price, and the observation model they share."""

from costfloor.laws.base import Law
from costfloor.laws.baumol import BAUMOL
from costfloor.laws.discovery import DISCOVERY
from costfloor.laws.encompassing import ENCOMPASSING
from costfloor.laws.exponential import EXPONENTIAL
from costfloor.laws.plateau import PLATEAU
from costfloor.laws.random_walk import RANDOM_WALK

LAWS: dict[str, Law] = {law.name: law for law in (EXPONENTIAL, RANDOM_WALK, PLATEAU, BAUMOL, DISCOVERY, ENCOMPASSING)}

__all__ = ["LAWS", "Law"]
