"""Reading the files of the store on a second core.

In a fresh clone nothing is remembered of what the readers of formats made of them, and reading all again is half of a refresh. This process
reads them from the first on, another from the last; what either has read is remembered on the disk, where both look first.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from costfloor.data.readings import read_vintage
from costfloor.data.store import Store
from costfloor.data.vintages import list_vintages
from costfloor.errors import CostfloorError
from costfloor.places import Places

WORTH_A_PROCESS: Final = 20
"""Files to read: a second process takes a second to start, in which a dozen are read."""

_STOP_SECONDS: Final = 3
_PROGRAM: Final = f"from {__name__} import serve; serve()"


@contextmanager
def read_ahead(store: Store) -> Iterator[None]:
    """Have the files of a store read from the last one on while the body runs, where there is a second core and much to read."""
    remembered = store.places.processed() / "readings"
    known = sum(1 for _ in remembered.iterdir()) if remembered.is_dir() else 0
    if len(store.vintages) - known < WORTH_A_PROCESS or (os.cpu_count() or 1) < 2:
        yield
        return
    # A group of its own: Ctrl-C reaches this process alone, with which the other ends.
    process = subprocess.Popen(
        (sys.executable, "-P", "-c", _PROGRAM),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(f"{json.dumps([str(store.places.data.resolve()), store.places.made])}\n".encode())
            process.stdin.flush()
        yield
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve() -> None:
    """Read the files of the store that the first line of standard input names, until the process at its other end is gone or closes it."""
    data, made = json.loads(sys.stdin.buffer.readline())
    ended = threading.Event()
    threading.Thread(target=_wait_for_end, args=(ended,), daemon=True).start()
    places = Places(data=Path(data), made=made)
    for vintage in reversed(list_vintages(places.vintages)):
        if ended.is_set():
            return
        with suppress(CostfloorError):  # the other process meets it, too, and says so
            read_vintage(places, vintage)


def _wait_for_end(ended: threading.Event) -> None:
    os.read(sys.stdin.fileno(), 1)
    ended.set()
