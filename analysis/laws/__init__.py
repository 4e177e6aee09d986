"""Laws of motion of the quality-adjusted price, and the observation model they share."""

from analysis.laws.base import Law
from analysis.laws.baumol import BAUMOL
from analysis.laws.discovery import DISCOVERY
from analysis.laws.encompassing import ENCOMPASSING
from analysis.laws.exponential import EXPONENTIAL
from analysis.laws.plateau import PLATEAU
from analysis.laws.random_walk import RANDOM_WALK

LAWS: dict[str, Law] = {law.name: law for law in (EXPONENTIAL, RANDOM_WALK, PLATEAU, BAUMOL, DISCOVERY, ENCOMPASSING)}

__all__ = ["LAWS", "Law"]
