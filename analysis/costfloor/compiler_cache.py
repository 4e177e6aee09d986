"""Where compiled code is kept between runs: in a folder that nobody but this user can write to, outside every data folder.

Compiled code is read back as it is, so that whoever can write to its folder can run code as this user. A data folder may have been copied
from elsewhere; this folder is never part of it.
"""

import atexit
import fcntl
import os
import shlex
import shutil
import stat
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final

NAME: Final = "costfloor"
_FLAGS: Final = "PYTENSOR_FLAGS"
_PLACES: Final = ("base_compiledir", "compiledir")


@cache
def cache_folder() -> Path:
    """The folder of this user, below `XDG_CACHE_HOME` or `~/.cache`; where that cannot be used, one that goes with this process."""
    try:
        return _private(_user_caches() / NAME)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return folder


def prepare_compilers() -> None:
    """Tell PyTensor and Numba where to keep what they compile, before they are imported; a place that the user chose stays."""
    folder = cache_folder()
    flags = _flags(os.environ)
    if not any(name in _PLACES for name, _ in flags):
        os.environ[_FLAGS] = _joined([*flags, ("base_compiledir", str(folder / "pytensor"))])
    os.environ.setdefault("NUMBA_CACHE_DIR", str(folder / "numba"))
    if _is_temporary(folder):
        # It would complain of the same home folder in words of its own.
        os.environ.setdefault("MPLCONFIGDIR", str(folder / "matplotlib"))


def warn_of_temporary_cache() -> None:
    """Say that compiled code will not be there next time, when that is so."""
    folder = cache_folder()
    if _is_temporary(folder):
        warnings.warn(
            f"{_user_caches() / NAME} cannot be used as a private folder: what is compiled goes to {folder} and will not be found again. "
            "Set XDG_CACHE_HOME to a folder of yours",
            RuntimeWarning,
            stacklevel=2,
        )


@contextmanager
def worker_caches(count: int) -> Iterator[list[Path]]:
    """Folders for so many worker processes, which nobody else uses meanwhile; they keep what was compiled in them before."""
    root = _private(cache_folder() / "workers")
    with ExitStack() as held:
        folders: list[Path] = []
        number = 0
        while len(folders) < count:
            folder = _private(root / str(number))
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            held.callback(os.close, descriptor)
            number += 1
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            folders.append(folder)
        yield folders


def compiling_in(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process that keeps what it compiles in a folder."""
    kept = [flag for flag in _flags(environment) if flag[0] not in _PLACES]
    flags = _joined([*kept, ("base_compiledir", str(folder / "pytensor"))])
    return {**environment, _FLAGS: flags, "NUMBA_CACHE_DIR": str(folder / "numba")}


@contextmanager
def compiled_once(key: str, here: Path) -> Iterator[None]:
    """Hold the right to compile something, and share what comes of it: of several processes only the first compiles it.

    Each process compiles into a folder of its own, since no two may write to one. What it finds there at the end, others find in theirs.

    Parameters
    ----------
    key
        A name for what is compiled, as of a file.
    here
        The folder into which this process compiles.
    """
    folder = _private(cache_folder() / "shared")
    with _locked(folder / f"{key}.lock"):
        with _locked(folder / "lock"):
            take_compiled(folder, here)
        yield
        with _locked(folder / "lock"):
            take_compiled(here, folder)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time. Without locks on this file system two may compile the same, and each keeps its own."""
    with path.open("wb") as lock:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def take_compiled(source: Path, target: Path) -> None:
    """Give a folder of compiled functions those of another that it lacks, as further names of the same files.

    Numba replaces a file and never changes one. What it keeps of a function is an index, ``NAME.nbi``, and code, ``NAME.1.nbc`` and so
    on: all or none are taken, since an index says nothing of code that another process compiled. Where files cannot have
    further names, as on another disk, the folder stays as it is, and a process compiles for itself.
    """
    target.mkdir(parents=True, exist_ok=True)
    known = {_function(file) for file in target.iterdir()}
    for file in source.glob("*.nb[ic]"):
        if _function(file) not in known:
            # Besides another disk: a compiler may just be replacing the file.
            with suppress(OSError):
                (target / file.name).hardlink_to(file)


def _function(file: Path) -> str:
    name = file.name.removesuffix(".nbi").removesuffix(".nbc")
    return name if file.suffix == ".nbi" else name.rpartition(".")[0]


def _user_caches() -> Path:
    named = os.environ.get("XDG_CACHE_HOME", "")
    # As its specification has it, a relative one does not count.
    return Path(named) if named.startswith("/") else Path.home() / ".cache"


def _private(folder: Path) -> Path:
    """The folder, made when missing, if it is this user's and nobody else can write to it; nobody else can read it from then on."""
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    known = folder.lstat()
    if not stat.S_ISDIR(known.st_mode) or known.st_uid != os.geteuid() or known.st_mode & 0o022:
        raise PermissionError(f"{folder} may be written to by others")
    folder.chmod(0o700)
    descriptor, trial = tempfile.mkstemp(dir=folder)
    os.close(descriptor)
    Path(trial).unlink()
    return folder


def _is_temporary(folder: Path) -> bool:
    return folder.parent != _user_caches()


def _flags(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    flags = [flag.partition("=") for flag in environment.get(_FLAGS, "").split(",") if flag]
    return [(name.strip(), value) for name, _, value in flags]


def _joined(flags: list[tuple[str, str]]) -> str:
    # A path with a space needs quotes; what the user wrote has them.
    return ",".join(f"{name}={shlex.quote(value) if name in _PLACES else value}" for name, value in flags)
