"""A folder that all processes of a test session share."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def shared_folder(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """The folder, for one process at a time: what the first put there, the others find."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # The temporary folder of a worker lies in that of the session.
        root = root.parent
    folder = root / name
    folder.mkdir(exist_ok=True)
    with (root / f"{name}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
