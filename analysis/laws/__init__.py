"""Laws of motion of the quality-adjusted price, and the observation model they share."""

from analysis.laws.base import Law
from analysis.laws.discovery import DISCOVERY
from analysis.laws.exponential import EXPONENTIAL
from analysis.laws.plateau import PLATEAU

LAWS: dict[str, Law] = {law.name: law for law in (EXPONENTIAL, PLATEAU, DISCOVERY)}

__all__ = ["LAWS", "Law"]
