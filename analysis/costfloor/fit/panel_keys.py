"""What fits of the laws to the built panel are asked for."""

from costfloor.build import stored_build
from costfloor.data.store import Store
from costfloor.fit.request import fit_key
from costfloor.keys import Key
from costfloor.laws import LAWS
from costfloor.laws.panel import panel_observations
from costfloor.sampling.policy import Sampling


def panel_fit_keys(store: Store, settings: Sampling) -> dict[str, Key]:
    """The key of a fit of every law to the built panel, by law; MissingResultError where none is built."""
    obs = panel_observations(stored_build(store))
    return {name: fit_key(law, obs, settings) for name, law in LAWS.items()}
