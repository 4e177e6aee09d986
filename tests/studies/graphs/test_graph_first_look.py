"""The first look's regressions return what made-up prices without noise were made of."""

from dataclasses import replace

import numpy as np
import pytest
from costfloor.studies.graphs.first_look import KNOT, first_look
from costfloor.studies.graphs.sizes import years_since
from sized_markets import small_market


def test_exact_prices_return_their_rates() -> None:
    market, rng = small_market(), np.random.default_rng(1)
    # First prices some days after the release, or nothing would tell the one from the other.
    market = replace(market, time_years=market.time_years + rng.uniform(0.0, 0.1, market.n))
    size = 2.0 * market.capability - 1.2 * market.release_years
    sparsity = rng.uniform(0.0, 3.0, len(market.models))
    by_size = 0.3 * size + 0.4 * (size + sparsity)
    knot = years_since(market.start, KNOT)
    path = 0.9 * market.time_years - 0.7 * np.maximum(market.time_years - knot, 0.0)
    host = rng.normal(size=len(market.hosts))
    exact = replace(
        market,
        log_active=size,
        log_total=size + sparsity,
        log_price=by_size[market.model] - path + host[market.host],
    )
    look = first_look(exact)
    assert look.before_knot.value == pytest.approx(0.9)
    assert look.after_knot.value == pytest.approx(0.2)
    assert look.active.value == pytest.approx(1.2)
    assert look.reverse.value == pytest.approx(1.2)
    # Of a line through a path that bends, the rate lies between both.
    assert 0.2 < look.price_per_size.value < 0.9
    assert look.total.value == pytest.approx(1.2, abs=3.0 * (look.total.se or 0.0))
    assert (look.models, look.prices, look.until) == (60, 300, str(market.last.date()))


def test_capability_that_is_all_error_parts_reverse_from_direct() -> None:
    market = small_market(models=400, prices=800)
    rng = np.random.default_rng(2)
    size = 1.0 * market.capability - 0.5 * market.release_years
    noisy = replace(
        market,
        log_active=size,
        log_total=size + rng.uniform(0.0, 2.0, 400),
        capability=market.capability + rng.normal(0.0, 1.0, 400),
    )
    look = first_look(noisy)
    # Half of the measured spread is error: the direct regression halves the rate, the reverse one does not.
    assert abs(look.reverse.value - 0.5) < 3.0 * (look.reverse.se or 0.0)
    assert look.active.value == pytest.approx(0.5, abs=0.15)
