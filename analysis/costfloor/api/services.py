"""What the laws mean for a service."""

from pathlib import Path

from costfloor.api.fitting import Fits, fit, fits_by_law
from costfloor.api.prices import Progress, observe
from costfloor.build import stored_build
from costfloor.data.store import open_store
from costfloor.economics.channels import UNKNOWN
from costfloor.economics.scenario import Scenario
from costfloor.economics.scenario_file import read_scenario, shipped_scenarios
from costfloor.economics.study import Economics
from costfloor.economics.study import economics as work_out
from costfloor.laws import LAWS
from costfloor.places import nearest_places
from costfloor.sampling.policy import Sampling
from costfloor.studies.graphs.futures import channels
from costfloor.studies.registry import stored_study


def economics(
    scenario: str | Path | Scenario | None = None,
    fits: Fits | None = None,
    *,
    seed: int = Sampling.seed,
    folder: Path | str | None = None,
    progress: Progress | None = None,
) -> Economics:
    """Margin, break-even and value of a service under every law and under fixed rates of decline.

    Parameters
    ----------
    scenario
        A service: the name of one that comes with the package, such as ``"growing_agent"``, a TOML file (docs/economics.md), or a
        scenario of an earlier result, for instance ``economics.scenarios[0].with_value("tokens.growth_per_year", 0.5)``; default: all
        that come with the package.
    fits
        The fits whose futures count, for instance `open_results().fits`; default: every law fitted to the project's own panel, with both
        channels of its prices where the study `graphs` knows them (`open_results().economics` has them, too).
    seed
        Of the innovations to come.
    folder, progress
        As in `fit`; the folder has the table of accelerators, too.

    Returns
    -------
    Economics
        `.outlooks`, `.tornados`, `.waiting` and `.costs`; `.to_frame()` has a row per service, buyer, future and year.

    Raises
    ------
    InputError
        There is no such service, or its file is wrong.

    Examples
    --------
    >>> import costfloor as cf
    >>> results = cf.open_results()
    >>> cf.economics("growing_agent", results.fits)
    <Economics of growing_agent: 16 futures>
    """
    scenarios = _scenarios(scenario)
    store, split = open_store(nearest_places(folder)), UNKNOWN
    if fits is None:
        obs = observe(folder=folder, progress=progress)
        fits = [fit(law, obs, folder=folder, progress=progress) for law in LAWS]
        split = channels(stored_study("graphs", stored_build(store), Sampling.seed), seed)
    by_law, obs = fits_by_law(fits)
    return work_out(scenarios, by_law, obs, store, seed, split)


def _scenarios(scenario: str | Path | Scenario | None) -> tuple[Scenario, ...]:
    if isinstance(scenario, Scenario):
        return (scenario,)
    shipped = {service.name: service for service in shipped_scenarios()}
    if scenario is None:
        return tuple(shipped.values())
    return (shipped[scenario] if isinstance(scenario, str) and scenario in shipped else read_scenario(Path(scenario)),)
