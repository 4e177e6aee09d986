"""Stop at once when told to, or when nobody reads what is said: no library on the way may catch it, and nothing is half done by it.

An exception would do neither. Samplers take `KeyboardInterrupt` for the wish to see what they have so far, callbacks from compiled code
drop it, and while compiled code runs it does not even arise. The process ends instead, as from a kill, which every file survives
(docs/architecture.md, "Killed at any moment"), and the workers of a fan-out end with it.
"""

import os
import select
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

MESSAGE: Final = "interrupted; nothing unfinished was stored\n"

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_UNREAD: Final = 128 + signal.SIGPIPE
_DONE: Final = b"\0"
"""What no signal writes into the pipe of the watching thread."""

_ENDING: Final = threading.Lock()
"""Held by the thread that ends this process, never given back: a signal reaches the main thread as well as the watching one."""


def stop_on_signals() -> None:
    """End this process at once on Ctrl-C (exit code 130) and SIGTERM (143), from here on; a signal that is ignored stays so."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


@contextmanager
def stopping_at_once() -> Iterator[None]:
    """Within, the process ends at once on Ctrl-C or SIGTERM, and with 141 when the reader of stdout or stderr is gone.

    Python's own handlers wait for the main thread to leave compiled code, which may take a minute; a thread of its own does not.
    Afterwards the handlers are those from before. In another than the main thread, which has no say in signals, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _open_standard_streams()
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    stop_on_signals()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    watching = threading.Thread(target=_watch, args=(reader,), daemon=True, name="stopping")
    watching.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.write(writer, _DONE)
        watching.join()
        os.close(reader)
        os.close(writer)


def _open_standard_streams() -> None:
    """Put nothing in the place of a standard stream that is closed: the next file to be opened would get its number, and its output."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest number that is free.
            os.open(os.devnull, os.O_RDWR)
    # Python has none for a descriptor that was closed when it began, and `print` would then take the other one.
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def stop_unread() -> None:
    """End this process quietly: nobody reads its output any more."""
    os._exit(_UNREAD)


def flush_output() -> None:
    """Hand over what is still to be printed; ends the process when nobody takes it."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        stop_unread()


def _stop(number: int, _frame: FrameType | None = None) -> None:
    if not _ENDING.acquire(blocking=False):
        return
    # Not through `sys.stderr`: the interrupted thread may hold its lock.
    with suppress(OSError):
        os.write(2, MESSAGE.encode())
    os._exit(128 + number)


def _watch(reader: int) -> None:
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    for descriptor in filter(_is_pipe, (1, 2)):
        # Nothing but that its other end is closed.
        poll.register(descriptor, 0)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor != reader:
                stop_unread()
            woken = os.read(reader, 1)
            if woken == _DONE:
                return
            # Other signals may have handlers of their own.
            if woken[0] in _SIGNALS:
                _stop(woken[0])


def _is_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:
        return False
