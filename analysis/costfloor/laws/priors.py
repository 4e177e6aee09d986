"""Every prior of the laws, with its reason, as data.

The receipt of a fit carries this table; `docs/priors.md` shows what it implies for prices before any price is seen.
"""

from costfloor.sampling.priors import Prior

MIN_NOISE_TAIL = 2.0
"""Degrees of freedom of the noise start here, so that it has a variance."""

# No spread has its mode at zero: none is believed to be absent, and near zero the centred levels of few models are a funnel.
OBSERVATION_PRIORS = {
    prior.name: prior
    for prior in (
        Prior(
            "level",
            "normal",
            (0.0, 2.0),
            "average log price of a family, around the data's mean so that any unit serves; a factor of 50 either way",
        ),
        Prior("level_spread", "lognormal", (0.8, 0.6), "families start at prices a factor of 1.3 to 8 apart"),
        Prior(
            "elasticity",
            "normal",
            (0.0, 1.0),
            "effect of one standard deviation of quality on log price; sign left to the data",
        ),
        Prior(
            "open_effect",
            "normal",
            (0.0, 1.0),
            "open weights let anybody sell: cheaper or dearer by a factor of 2.7, sign left to the data",
        ),
        Prior("elasticity_spread", "lognormal", (0.2, 0.7), "families pay similarly for quality, but not exactly so"),
        Prior(
            "host_spread", "lognormal", (0.3, 0.7), "hosts of the same model differ by 10 percent to a factor of 2.6"
        ),
        Prior(
            "model_spread",
            "lognormal",
            (0.6, 0.5),
            "models of equal measured quality differ in price by a factor of 1.3 to 4 (brand, speed, modality)",
        ),
        Prior(
            "pass_through",
            "normal",
            (0.5, 0.5),
            "a model already on sale follows the market's progress not at all (0), in full (1), or anywhere around",
        ),
        Prior(
            "noise_scale",
            "lognormal",
            (0.25, 0.7),
            "what remains is of the size of a rounding, a discount or a promotion: 8 percent to a factor of 2.2",
        ),
        Prior(
            "noise_tail",
            "gamma",
            (2.0, 0.1),
            "degrees of freedom of the Student-t: from heavy tails to nearly normal (Juarez & Steel 2010)",
        ),
    )
}

DISCOVERIES = Prior(
    "discoveries_per_year",
    "lognormal_above",
    (4.0, 20.0, 1.5),
    "market-wide gains a year, from one a quarter (rarer ones cannot be told from the noise) to hundreds (smooth progress)",
)

INNOVATION_SD = Prior(
    "innovation_sd",
    "lognormal",
    (0.3, 0.8),
    "yearly standard deviation of a Gaussian innovation: what 8 to 200 discoveries a year at common rates amount to",
)

RATE = Prior(
    "rate",
    "lognormal",
    (0.9, 0.85),
    "prices at fixed quality fell by factors of 1.25 to 38 a year in published estimates across tasks and technologies",
)
