"""The small panel on which evidence is estimated, and the estimate where the truth is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.fit.posterior import expected_log_price, log_likelihood
from costfloor.laws import LAWS
from costfloor.sampling.policy import SamplerSettings, Sampling
from costfloor.studies.evidence import study as evidence
from costfloor.studies.evidence.study import evidence_study, small_panel
from costfloor.studies.generate import prior_draws
from made_up import here
from scipy.special import logsumexp


def rows() -> pd.DataFrame:
    """Families of 1, 3, 5 and 7 models, each model priced twice at two hosts, the second time at half of the price."""
    noise = np.random.default_rng(2).normal(0.0, 0.7, 7)
    records = [
        {
            "date": pd.Timestamp("2023-01-01") + pd.Timedelta(days=30 * number + 200 * repeat),
            "price": np.exp(noise[number]) / (1 + repeat),
            "quality": 0.1 * number,
            "family": f"family {size}",
            "model": f"model {size}-{number}",
            "host": f"host {repeat}",
        }
        for size in (1, 3, 5, 7)
        for number in range(size)
        for repeat in range(2)
    ]
    return pd.DataFrame(records).sample(frac=1.0, random_state=1)


def test_the_small_panel_has_the_first_price_of_each_model_of_the_largest_families() -> None:
    obs = small_panel(rows())
    assert obs.families == ("family 3", "family 5", "family 7")
    assert obs.n == 15
    assert not obs.models_repeat
    assert not obs.hosts
    table = rows()
    first = table[(table["host"] == "host 0") & (table["family"] != "family 1")]
    assert sorted(obs.log_price) == pytest.approx(sorted(np.log(first["price"])))


@pytest.mark.slow
def test_the_evidence_is_the_mean_likelihood_over_the_prior(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "PARTICLES", 1000)
    monkeypatch.setattr(evidence, "RUNS", 2)
    monkeypatch.setattr(evidence, "REFERENCE", SamplerSettings(draws=300, tune=300, chains=2, target_accept=0.95))
    obs = small_panel(rows())
    found = evidence_study(obs, ["exponential"], here(tmp_path, Sampling(seed=1)))
    law = found.laws["exponential"]
    assert found.prices == obs.n
    # So few prices leave the prior wide enough to average over it directly.
    draws = prior_draws(LAWS["exponential"], obs, 20_000, seed=1, level_center=float(obs.log_price.mean()))
    likelihood = log_likelihood(draws, obs, expected_log_price(draws, obs, np.random.default_rng(0))).sum(axis=1)
    direct = logsumexp(likelihood) - np.log(draws.size)
    assert np.mean(law.log_evidence) == pytest.approx(direct, abs=0.5)
    assert len(law.log_evidence) == 2
    assert law.off < 0.5
