"""The program, with one long step in place of its commands: `test_stopping.py` starts it and stops it in the middle of the step."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import costfloor.cli
from costfloor.keys import Key
from costfloor.runs.jobs import Job, run_jobs

READY = "ready"


def ready(_: str = "") -> None:
    print(READY, file=sys.stderr, flush=True)


def importing() -> None:
    """Python code that holds the interpreter."""
    ready()
    while True:
        sum(range(1000))


def compiling() -> None:
    """One long call of the compiler."""
    import numba  # noqa: PLC0415  slow to import

    body = "\n".join(f"    x = x * {i}.5 + np.sin(x) / (1.0 + x[::-1] ** 2)" for i in range(60))
    names: dict[str, Any] = {}
    exec(f"import numpy as np\ndef f(x):\n{body}\n    return x", names)
    ready()
    numba.njit("float64[::1](float64[::1])")(names["f"])


def sampling(tune: int, draws: int) -> None:
    import pymc as pm  # noqa: PLC0415  slow to import
    from costfloor.sampling.policy import SamplerSettings  # noqa: PLC0415  as above
    from costfloor.sampling.sampler import compile_model, sample  # noqa: PLC0415  as above

    with pm.Model() as model:
        pm.Normal("x", shape=200)
    compiled = compile_model(model)
    ready()
    sample(compiled, SamplerSettings(draws, tune, chains=2))
    Path("stored").touch()


def rendering() -> None:
    """One long call of the typesetter."""
    import typst  # noqa: PLC0415  slow to import

    ready()
    typst.compile(b"#{let x = 0; for i in range(200000000) { x += calc.sin(i) }; x}")


def fanned_out() -> None:
    run_jobs(
        hanging,
        [Job("a", {}), Job("b", {})],
        Path("jobs"),
        key=Key("jobs", None, None, {}, ""),
        workers=2,
        progress=silent,
    )


def hanging() -> dict[str, Any]:
    """A job that never ends, and says in a file who does it."""
    Path(f"worker-{os.getpid()}").touch()
    while True:
        time.sleep(0.01)


def silent(_: str) -> None:
    pass


def writing() -> None:
    """More lines than a pipe holds."""
    ready()
    while True:
        print("a line of the result")


def waiting() -> None:
    """Says nothing for a long time."""
    ready()
    time.sleep(600)


STEPS: dict[str, Callable[[], None]] = {
    "importing": importing,
    "compiling": compiling,
    "warming up": lambda: sampling(10**7, 100),
    "sampling": lambda: sampling(300, 10**7),
    "rendering": rendering,
    "fanned out": fanned_out,
    "writing": writing,
    "waiting": waiting,
}

if __name__ == "__main__":
    step = STEPS[sys.argv[1]]
    costfloor.cli.app = lambda **_: step()  # type: ignore[assignment]  # in place of every command
    costfloor.cli.main([])
