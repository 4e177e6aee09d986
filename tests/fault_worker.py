"""Runs the program in child processes and kills them; `test_faults.py` starts it and talks to it by lines of JSON.

A process of its own, with everything imported and no threads, so that a child can be forked at no cost: the moment of a kill then falls
into the work of a command rather than into its imports. The capability fit and the sampler are replaced by stand-ins that give the same
numbers every time, and a refit knows two laws, which are stored one after the other as six would be; every file is written by the program
itself.
"""

import gc
import importlib
import io
import json
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import costfloor.capability.measured
import costfloor.cli
import costfloor.cli.shared
import costfloor.forecast.compare
import costfloor.forecast.origins
import costfloor.forecast.refit
import costfloor.ingest
import costfloor.panel
import costfloor.sampling.engine
import costfloor.sampling.sampler
import numpy as np
import xarray as xr
from costfloor.fit import compiled as compiled_module
from costfloor.keys.remembered import remembered_hash
from costfloor.laws import LAWS
from costfloor.laws.base import Law
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.policy import SamplerSettings, Sampling
from costfloor.sampling.sampler import Sampled
from plain_draws import INNOVATION_DIMS, law_values
from test_panel import stand_in_capability

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
END = "\n"
"""Closes a report; one without it was cut off by a kill."""
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink"}
UNSURE = "plateau"
"""The law whose noise the stand-in does not know: weights cannot bring it up to date, so that a refit samples it."""
COMPARED = ("plateau", "discovery")
"""The laws of a refit: those that the verdict is about."""


def stand_in_sample(compiled: tuple[Law, PriceObservations], settings: SamplerSettings, **_: Any) -> Sampled:
    """Draws around plain values, of every parameter of a law."""
    law, obs = compiled
    rng = np.random.default_rng(settings.seed)
    families = np.ones(len(obs.families))
    mean = obs.log_price.mean()
    plain = {
        "level": mean,
        "level_spread": 1.0,
        "elasticity": 0.5,
        "elasticity_spread": 0.1,
        "host_spread": 0.3,
        "model_spread": 0.8,
        "pass_through": 0.3,
        "noise_scale": 0.5,
        "noise_tail": 5.0,
        "family_elasticity": 0.5 * families,
        "family_start": (mean + 1.0) * families,
        "unit_level": np.array([obs.log_price[obs.unit == unit].mean() for unit in range(len(obs.unit_family))]),
        "host_effect": np.zeros(len(obs.hosts)),
        **law_values(law, obs, {}),
    }
    dims = {"unit_level": ("unit",), "host_effect": ("host",), **INNOVATION_DIMS}
    size = (settings.chains, settings.draws)
    posterior = xr.Dataset(
        {
            name: (
                ("chain", "draw", *(dims.get(name, ("family",)) if np.ndim(value) else ())),
                value + 0.01 * rng.standard_normal((*size, *np.shape(value))),
            )
            for name, value in plain.items()
        },
        coords={"family": list(obs.families), "host": list(obs.hosts)},
    )
    if law.name == UNSURE:
        posterior["noise_scale"] = 0.1 * posterior["noise_scale"] * np.exp(2.0 * rng.standard_normal(size))
    still = {"diverging": False, "depth": 3, "maxdepth_reached": False, "n_steps": 7, "step_size": 0.5}
    sample_stats = xr.Dataset(
        {name: (("chain", "draw"), np.full(size, value)) for name, value in still.items()}
        | {"energy": (("chain", "draw"), rng.standard_normal(size))}
    )
    return Sampled(posterior, sample_stats, 0.0, 0.0, "a stand-in", ())


def replace_what_takes_minutes() -> None:
    costfloor.capability.measured.measured_capability = stand_in_capability
    compiled_module.compile_law = lambda law, obs: (law, obs)
    costfloor.sampling.engine.sample = stand_in_sample
    costfloor.forecast.origins.MAX_ORIGINS = 0
    compared = {name: LAWS[name] for name in COMPARED}
    costfloor.forecast.refit.LAWS = costfloor.forecast.compare.LAWS = compared
    short = Sampling(draws=500, tune=0, chains=2, target_accepts=(0.9,))
    costfloor.cli.shared.Options.settings = property(lambda _: short)


class HalfWritten(io.FileIO):
    """A file whose content comes in two parts, since a kill may fall between any two."""

    def write(self, content: Any) -> int:
        half = len(content) // 2
        super().write(content[:half])
        step("half written")
        return half + super().write(content[half:])


def step(_what: str) -> None:
    """Where a file is about to change; replaced in a child that is killed there."""


def die_at_every_step(folders: list[str]) -> None:
    """Kill this process at each change of a file below `folders`; a copy made in the moment before goes on.

    The copy waits for the process to be dead, says so, and goes on when told: meanwhile the folders are what the kill left.
    """

    def killed(what: str) -> None:
        reader, writer = os.pipe()
        if os.fork():
            os.kill(os.getpid(), signal.SIGKILL)
        os.close(writer)
        # The other end is closed by nothing but that death.
        assert os.read(reader, 1) == b""
        os.close(reader)
        say({"killed": what})
        assert os.read(0, 1) == b"\n"

    def below(path: object) -> bool:
        return isinstance(path, str | os.PathLike) and os.path.realpath(path).startswith(tuple(folders))

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
        if (opened or event in CHANGES) and below(arguments[0]):
            killed(f"{event} {arguments[0]}")
        elif event in {"os.truncate", "fcntl.flock"}:
            killed(event)

    def synced(descriptor: int) -> None:
        killed("os.fsync")
        fsync(descriptor)

    def opened(self: Path, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        stream = path_open(self, mode, *arguments, **named)
        if mode not in {"wb", "xb"} or not below(self):
            return stream
        with stream:
            return HalfWritten(os.dup(stream.fileno()), "wb")

    fsync, path_open = os.fsync, Path.open
    globals()["step"] = killed
    os.fsync, Path.open = synced, opened
    # Forking is safe here: the threads that Arrow has by now sleep between two calls of the program.
    warnings.simplefilter("ignore", DeprecationWarning)
    sys.addaudithook(watch)


def child(arguments: list[str], report: int, prepare: Callable[[], None]) -> None:
    """Run a command and send its exit code and output; never returns."""
    out, err = io.StringIO(), io.StringIO()
    code: int | str | None = None
    try:
        with redirect_stdout(out), redirect_stderr(err):
            prepare()
            costfloor.cli.main(arguments)
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        code = "crashed"
        err.write(traceback.format_exc())
    with os.fdopen(report, "w") as stream:
        json.dump({"code": code, "out": out.getvalue(), "err": err.getvalue(), "modules": list(sys.modules)}, stream)
        stream.write(END)
    os._exit(0)


def start(arguments: list[str], prepare: Callable[[], None]) -> tuple[int, int]:
    """Process and report of a command that runs in a child."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reader)
        child(arguments, writer, prepare)
    os.close(writer)
    return pid, reader


def finish(pid: int, reader: int) -> dict[str, Any]:
    """What a child said, or the signal that ended it."""
    with os.fdopen(reader) as stream:
        said = stream.read()
    _, status = os.waitpid(pid, 0)
    signalled = -os.waitstatus_to_exitcode(status) if os.WIFSIGNALED(status) else None
    whole = said.endswith(END)
    ended = json.loads(said) if whole else {"code": None, "out": "", "err": "", "modules": []}
    import_early(ended.pop("modules"))
    return {"signal": signalled, **ended}


def import_early(names: list[str]) -> None:
    """Import what a child had to import, so that the next one need not."""
    missing = [name for name in names if name not in sys.modules]
    for name in missing:
        # A few are parts of others, and have no name of their own.
        with suppress(ImportError):
            importlib.import_module(name)
    if missing:
        # Children share what the garbage collector does not touch.
        gc.freeze()


def work(job: dict[str, Any]) -> dict[str, Any]:
    began = time.perf_counter()
    if job["kind"] == "steps":
        ended = finish(*start(job["arguments"], lambda: die_at_every_step(job["folders"])))
    elif job["kind"] == "kill":
        pid, reader = start(job["arguments"], lambda: None)
        time.sleep(job["after"])
        os.kill(pid, signal.SIGKILL)
        ended = finish(pid, reader)
    elif job["kind"] == "race":
        # They start together: each waits for the end of this pipe to close.
        gate, opener = os.pipe()

        def wait() -> None:
            os.close(opener)
            os.read(gate, 1)

        started = [start(arguments, wait) for arguments in job["commands"]]
        os.close(opener)
        os.close(gate)
        return {"runs": [finish(*one) for one in started]}
    else:
        ended = finish(*start(job["arguments"], lambda: None))
    return {**ended, "seconds": time.perf_counter() - began}


def say(line: dict[str, Any]) -> None:
    os.write(1, f"{json.dumps(line)}\n".encode())


if __name__ == "__main__":
    # A kill ends a process, not the machine: what was written is there, whether or not it has reached the disk.
    os.fsync = lambda descriptor: None
    replace_what_takes_minutes()
    # So that no child has to parse the program.
    for module in ("costfloor.build", "costfloor.fit.fit", "costfloor.forecast.lfo"):
        remembered_hash(module)
    say({"ready": os.getpid()})
    for line in sys.stdin:
        say(work(json.loads(line)))
