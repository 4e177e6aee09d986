"""Every prior of the laws for technologies, with its reason. Rates are log-rates per year, positive when cost falls."""

from costfloor.sampling.priors import Prior

RATE = Prior(
    "rate",
    "normal",
    (0.05, 0.05),
    "most industrial costs fell by 0 to 13 percent a year (Nagy et al. 2013; Farmer & Lafond 2016)",
)
RATE_SPREAD = Prior(
    "rate_spread",
    "halfnormal",
    (0.1,),
    "from nuclear power, which rose by a tenth a year, to chips, which fell by a third",
)
GAINED = Prior(
    "rate",
    "lognormal",
    (0.04, 1.0),
    "discoveries lower costs, by 1 to 20 percent a year; a cost that rises has had none for long",
)
GAINED_SPREAD = Prior("rate_spread", "halfnormal", (1.0,), "the same range on the scale of logarithms")
FLOOR = Prior(
    "rate_floor",
    "normal",
    (0.03, 0.05),
    "a slow fall in the long run, a rise or the whole early rate are all within two deviations",
)
FLOOR_SPREAD = Prior(
    "rate_floor_spread", "halfnormal", (0.1,), "as wide as that of a constant rate: no law is given less room"
)
EXCESS = Prior("rate_excess", "lognormal", (0.05, 1.0), "the early rate exceeds the floor by 0.01 to 0.26 a year")
EXCESS_SPREAD = Prior(
    "rate_excess_spread", "halfnormal", (0.7,), "early rates of technologies lie within a factor of 4 of each other"
)
HALF_LIFE = Prior("half_life_years", "lognormal", (9.0, 0.9), "2 to 40 years, what series of 8 to 80 years can show")
HALF_LIFE_SPREAD = Prior(
    "half_life_years_spread", "halfnormal", (0.7,), "technologies mature at paces up to a factor of 4 apart"
)
INITIAL_RATE = Prior(
    "initial_rate", "lognormal", (0.05, 1.0), "most fall by 1 to 25 percent a year at first, where decay is to come"
)
INITIAL_RATE_SPREAD = Prior(
    "initial_rate_spread", "halfnormal", (1.0,), "from a percent a year to half, on the scale of logarithms"
)
KEPT_SHARE = Prior(
    "kept_share",
    "normal",
    (0.5, 0.5),
    "half way between no decay (1) and no floor (0), each one standard deviation off",
)
KEPT_SHARE_SPREAD = Prior(
    "kept_share_spread", "halfnormal", (0.5,), "fates differ: some technologies may slow down and others not"
)
PROGRESSIVE_RATE = Prior(
    "progressive_rate", "lognormal", (0.08, 0.8), "the progressive part falls by 2 to 30 percent a year"
)
PROGRESSIVE_RATE_SPREAD = Prior(
    "progressive_rate_spread",
    "halfnormal",
    (0.7,),
    "progressive rates of technologies lie within a factor of 4 of each other",
)
STAGNANT_LOGIT = Prior(
    "stagnant_logit",
    "normal",
    (-1.5, 1.5),
    "log odds of the stagnant share at the first observation, 2 to 72 percent of cost; one for all, since ten points "
    "cannot tell a large share from a slow progressive part",
)
STAGNANT_GROWTH = Prior(
    "stagnant_growth",
    "normal",
    (0.02, 0.02),
    "wages and energy, in money or in real terms: the unit is mostly not stated",
)
INNOVATION_SD = Prior(
    "innovation_sd",
    "lognormal",
    (0.08, 0.8),
    "standard deviation of a year's change: 2 to 30 percent (Farmer & Lafond 2016)",
)
DISCOVERIES = Prior(
    "discoveries_per_year",
    "lognormal",
    (1.0, 1.2),
    "what a year's deviation of 0.02 to 0.2 amounts to at rates of 0.05; Gaussian increments need no bound",
)
NOISE = Prior(
    "noise_scale", "lognormal", (0.04, 1.0), "rounding, makers averaged, a cost of another quality: 1 to 20 percent"
)
SPREADS = {
    prior.name: prior
    for prior in (
        Prior(
            "innovation_sd_spread", "halfnormal", (0.7,), "a factor of 4 between technologies (Farmer & Lafond 2016)"
        ),
        Prior("discoveries_per_year_spread", "halfnormal", (1.0,), "the same, as variances"),
        Prior("noise_scale_spread", "halfnormal", (0.7,), "sources differ in how they measure"),
    )
}
