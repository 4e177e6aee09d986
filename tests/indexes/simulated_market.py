"""A market whose constant-quality decline is known: models come cheaper for their quality, keep their price, and leave."""

import numpy as np
import pandas as pd

RATE = float(np.log(1 / 0.6))
"""40 % off a year."""


def market(
    seed: int,
    months: int = 30,
    per_month: int = 4,
    life: int = 10,
    flat: bool = True,
    hosts: int = 1,
    slow_from: int | None = None,
) -> pd.DataFrame:
    """Spells of models that are on sale for `life` months, from a market that was there before the first month.

    From month `slow_from` on, prices at constant quality fall at half the rate.
    """
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2022-01-01")
    rows = []

    def fallen(month: int) -> float:
        late = 0 if slow_from is None else max(month - slow_from, 0)
        return RATE * (month - late / 2) / 12

    for month in range(1 - life, months):
        for position in range(per_month):
            quality = rng.normal(0.02 * month, 1.0)
            level = 1.0 - fallen(month) + 0.7 * quality + rng.normal(0, 0.25)
            for host in range(hosts):
                for age in range(0, life, life if flat else 1):
                    begin, end = month + age, month + (life if flat else age + 1)
                    if end <= 0 or begin >= months:
                        continue
                    moved = (
                        level + (0 if flat else fallen(month) - fallen(month + age) + rng.normal(0, 0.05)) + 0.1 * host
                    )
                    rows.append(
                        {
                            "date": start + pd.DateOffset(months=max(begin, 0)),
                            "until": start + pd.DateOffset(months=end) if end < months else pd.NaT,
                            "price": float(np.exp(moved)),
                            "model": f"{month}-{position}",
                            "host": f"host {host}",
                            "quality": quality,
                        }
                    )
    return pd.DataFrame(rows)


def panel(items: int = 6, months: int = 9, seed: int = 0, hosts: int = 1) -> pd.DataFrame:
    """A balanced panel: every item has a new price each month."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2023-01-01", periods=months, freq="MS") + pd.Timedelta(days=14)
    quality = rng.normal(0, 1, items)
    return pd.DataFrame(
        [
            {
                "date": date,
                "price": float(np.exp(quality[item] - 0.05 * month + rng.normal(0, 0.1))),
                "model": f"model {item}",
                "host": f"host {host}",
                "quality": quality[item],
            }
            for month, date in enumerate(dates)
            for item in range(items)
            for host in range(hosts)
        ]
    ).assign(until=pd.NaT)
