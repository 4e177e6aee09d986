"""Settings that must hold before any numerical library is imported."""

import os

import pytest
from costfloor.compiler_cache import prepare_compilers
from hypothesis import HealthCheck, settings

# One thread each: the tests are small, and the threads of several libraries get in each other's way on few cores.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ["MPLBACKEND"] = "Agg"
# Some tests import PyMC before anything of this package has told the compilers where to write.
prepare_compilers()

# No test outlives a loss of power, and to wait for the disk takes longer than many of them. That it is asked to write is seen all the same.
os.fsync = lambda descriptor: None

# The same examples every run; a slow shared machine is no defect of the code.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("short", settings.get_profile("steady"), max_examples=20)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no process works at one of them when the others have nothing left to do.

    Of those, first the ones beside this file, which run the whole program and take longest.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, len(item.path.parts)))
