"""The program `samplers.stan` for one law, and its data. For `samplers.py`."""

import asyncio
import subprocess
import sys
import sysconfig
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from costfloor.laws.innovations import grid_position, grid_steps
from costfloor.laws.observations import PriceObservations

LAW_IN_STAN = {
    "plateau": {
        "decline_parameters": "vector rate_floor, vector rate_excess, vector half_life",
        "decline": "rate_floor .* age + rate_excess .* half_life / log2() .* (1 - exp(-log2() * age ./ half_life))",
        "parameters": """real rate_floor;
  real<lower=0> rate_floor_spread;
  real<lower=0> rate_excess;
  real<lower=0> rate_excess_spread;
  real<lower=0> half_life_years;
  real<lower=0> half_life_years_spread;
  vector[families] floor_z;
  vector[families] excess_z;
  vector[families] half_life_z;""",
        "priors": """rate_floor ~ normal(0.3, 0.35);
  rate_floor_spread ~ normal(0, 0.15);
  rate_excess ~ lognormal(log(0.7), 0.9);
  rate_excess_spread ~ normal(0, 0.4);
  half_life_years ~ lognormal(log(1), 0.8);
  half_life_years_spread ~ normal(0, 0.3);
  floor_z ~ std_normal();
  excess_z ~ std_normal();
  half_life_z ~ std_normal();""",
        "population": "[rate_floor]', [rate_excess]', [half_life_years]'",
        "of_moment": """(rate_floor + rate_floor_spread * floor_z)[moment_family],
                     (rate_excess * exp(rate_excess_spread * excess_z))[moment_family],
                     (half_life_years * exp(half_life_years_spread * half_life_z))[moment_family]""",
    },
    "discovery": {
        "decline_parameters": "vector rate",
        "decline": "rate .* age",
        "parameters": """real<lower=0> rate;
  real<lower=0> rate_spread;
  vector[families] rate_z;""",
        "priors": """rate ~ lognormal(log(0.9), 0.85);
  rate_spread ~ normal(0, 0.4);
  rate_z ~ std_normal();""",
        "population": "[rate]'",
        "of_moment": "(rate * exp(rate_spread * rate_z))[moment_family]",
    },
}


def stan_program(law: str) -> str:
    return Template(Path(__file__).with_name("samplers.stan").read_text()).substitute(LAW_IN_STAN[law])


def compile_services(folder: Path) -> None:
    """Compile the services of httpstan for this Python: its wheel 4.17 for 3.13 has them for 3.10, but their source too."""
    import httpstan.models  # noqa: PLC0415  an extra

    found = httpstan.models.PACKAGE_DIR
    version = f"{sys.version_info.major}.{sys.version_info.minor}".encode()
    if b"\0" + version + b"\0" in (found / "stan_services.o").read_bytes():
        return
    for name in ("include", "lib"):
        (folder / name).symlink_to(found / name)
    defined = (
        "BOOST_DISABLE_ASSERTS",
        "BOOST_PHOENIX_NO_VARIADIC_EXPRESSION",
        "STAN_THREADS",
        "_REENTRANT",
        "_GLIBCXX_USE_CXX11_ABI=0",
    )
    included = (found, found / "include", sysconfig.get_paths()["include"])
    command = [
        "c++",
        "-O3",
        "-w",
        "-fPIC",
        "-std=c++17",
        *(f"-D{one}" for one in defined),
        *(f"-I{one}" for one in included),
    ]
    subprocess.run([*command, "-c", found / "stan_services.cpp", "-o", folder / "stan_services.o"], check=True)
    httpstan.models.PACKAGE_DIR = folder


def build_program(law: str) -> None:
    """Compile the program of a law unless it is there: PyStan itself gives up after five minutes, which a busy machine may need."""
    import httpstan.cache  # noqa: PLC0415  an extra
    import httpstan.models  # noqa: PLC0415  an extra

    program = stan_program(law)
    name = httpstan.models.calculate_model_name(program)
    if name not in httpstan.cache.list_model_names():
        said = asyncio.run(httpstan.models.build_services_extension_module(program))
        httpstan.cache.dump_services_extension_module_compiler_output(said, name)
        httpstan.cache.dump_stanc_warnings("", name)


def stan_data(obs: PriceObservations, *, plain: bool) -> dict[str, Any]:
    """Unless the model is to be plain, each distinct moment is evaluated once and effects are centred as in the package."""
    entry_age = obs.unit_entry_time - obs.unit_birth
    entries = np.column_stack([obs.unit_family, obs.unit_entry_time, entry_age])
    moments = np.concatenate([entries, np.column_stack([obs.family, obs.time_years, obs.age_years])])
    place = np.arange(len(moments))
    if not plain:
        moments, place = np.unique(moments, axis=0, return_inverse=True)
    steps = grid_steps(obs.last_time_years)
    step, through = grid_position(moments[:, 1], steps)
    family = moments[:, 0].astype(int)
    member = (obs.unit_family == np.arange(len(obs.families))[:, None]).astype(float)
    units = len(obs.unit_family)
    return {
        "rows": obs.n, "units": units, "families": len(obs.families), "hosts": len(obs.hosts), "steps": steps,
        "moments": len(moments), "centred": int(not plain), "log_price": obs.log_price,
        "level_center": float(obs.log_price.mean()), "unit": obs.unit + 1, "host": obs.host + 1,
        "now": place.ravel()[units:] + 1, "entry": place.ravel()[:units] + 1, "unit_family": obs.unit_family + 1,
        "quality": obs.unit_quality / obs.quality_scale, "quality_sd": obs.unit_quality_sd / obs.quality_scale,
        "average": member / member.sum(axis=1, keepdims=True), "moment_family": family + 1,
        "moment_cell": family * steps + step + 1, "moment_age": moments[:, 2], "moment_through": through,
        "mean_age": obs.mean_age_at_last,
    }  # fmt: skip
